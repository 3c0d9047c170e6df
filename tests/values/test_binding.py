"""The lattice of what binds a thing: what is derived is never below any of its sources, in no dimension."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from comity.values.binding import Binding, binding_of, joined
from comity.values.handling import Handling, UseCondition

DAYS = st.none() | st.integers(0, 5).map(lambda n: date(2027, 1, 1) + timedelta(days=n))
KINDS = st.sampled_from(["purpose", "specialty", "onward-transfer", "confidentiality", "expiry", "a kind of theirs"])
CONDITIONS = st.builds(UseCondition, KINDS, st.sampled_from("abc"), st.just("Art. 1"), DAYS)
BINDINGS = st.builds(
    Binding, st.sampled_from(Handling), st.lists(CONDITIONS, max_size=4).map(lambda found: tuple(dict.fromkeys(found)))
)


def same(one: Binding, other: Binding) -> bool:
    return not one.below(other) and not other.below(one)


@given(st.lists(BINDINGS, min_size=1, max_size=4))
def test_what_is_derived_is_below_none_of_its_sources_in_any_dimension(sources):
    derived = joined(sources)
    assert [derived.below(source) for source in sources] == [()] * len(sources)
    days = [source.until for source in sources if source.until is not None]
    assert derived.until == min(days, default=None)


@given(BINDINGS, BINDINGS, BINDINGS)
def test_joining_is_the_least_upper_bound_in_whatever_order_and_grouping(one, two, three):
    assert same(joined([one, two]), joined([two, one]))
    assert same(joined([joined([one, two]), three]), joined([one, joined([two, three])]))
    assert joined([one, one]) == joined([one]) == one
    if not three.below(one) and not three.below(two):
        assert three.below(joined([one, two])) == ()


@given(BINDINGS, CONDITIONS)
def test_taking_any_one_condition_away_is_below(binding, condition):
    whole = joined([binding, Binding(conditions=(condition,))])
    less = Binding(whole.handling, tuple(one for one in whole.conditions if one != condition))
    assert condition.kind in less.below(whole)


@given(BINDINGS)
def test_a_lower_code_is_below_and_each_dimension_names_itself(binding):
    high = Binding(Handling.H3, binding.conditions)
    assert Binding(Handling.H0, binding.conditions).below(high) == ("handling",)
    later = Binding(conditions=(UseCondition("expiry", "x", "", date(2028, 1, 1)),))
    sooner = Binding(conditions=(UseCondition("expiry", "x", "", date(2027, 1, 1)),))
    assert later.below(sooner) == ("expiry", "expiry")


@given(BINDINGS)
def test_a_binding_is_read_back_as_it_was_written(binding):
    assert binding_of(**binding.to_json()) == binding
