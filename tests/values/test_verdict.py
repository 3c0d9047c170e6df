"""Verdicts add up; the gravest wins; no reason and no question is lost."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from comity.values.verdict import Finding, Question, Reason, Verdict, gravest

REASONS = st.builds(Reason, st.just("UNTOC 18(21)"), st.text(max_size=3), st.sampled_from(Finding), st.booleans())
QUESTIONS = st.builds(Question, st.sampled_from(["a", "b", "c"]), st.just("?"))
VERDICTS = st.builds(
    Verdict,
    st.lists(REASONS, max_size=3).map(tuple),
    st.lists(QUESTIONS, max_size=3, unique=True).map(tuple),
)


def test_barred_outweighs_unsettled_outweighs_clear():
    assert gravest([]) is Finding.CLEAR
    for order in itertools.permutations(Finding):
        assert gravest(order) is Finding.BARRED
    assert gravest([Finding.CLEAR, Finding.UNSETTLED]) is Finding.UNSETTLED


@given(VERDICTS, VERDICTS, VERDICTS)
def test_adding_loses_nothing_and_does_not_depend_on_grouping(one, two, three):
    assert (one + two) + three == one + (two + three)
    added = one + two
    assert added.finding is gravest([one.finding, two.finding])
    assert added.reasons == one.reasons + two.reasons
    assert set(added.questions) == {*one.questions, *two.questions}
    assert len(set(added.questions)) == len(added.questions)


@given(VERDICTS)
def test_the_empty_verdict_changes_nothing(one):
    assert one + Verdict() == one == Verdict() + one
    assert Verdict().finding is Finding.CLEAR
