"""The language of conditions: three-valued, and a fact more never unsettles."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.law.expression import ExpressionError, Joined, Not, facts_of, open_facts, parse_expression

NAMES = st.sampled_from(["a", "b", "c", "d"])
TEXTS = st.recursive(
    NAMES | st.builds(lambda name, limit: f"{name}-months < {limit}", NAMES, st.integers(0, 60)),
    lambda inner: st.one_of(
        st.builds(lambda one: f"not ({one})", inner),
        st.builds(lambda one, two, word: f"({one}) {word} ({two})", inner, inner, st.sampled_from(["and", "or"])),
    ),
    max_leaves=8,
)
FACTS = st.fixed_dictionaries(
    {},
    optional={name: st.booleans() for name in "abcd"} | {f"{name}-months": st.integers(0, 60) for name in "abcd"},
)


@given(text=TEXTS, known=FACTS, more=FACTS)
def test_a_fact_more_never_unsettles_nor_turns_a_settled_condition(text, known, more):
    condition = parse_expression(text)
    before, after = condition.value(known), condition.value({**more, **known})
    assert before is None or after is before


@given(text=TEXTS, facts=FACTS)
def test_negation_turns_settled_and_leaves_unknown(text, facts):
    condition = parse_expression(text)
    value = condition.value(facts)
    assert Not(condition).value(facts) is (None if value is None else not value)


@given(text=TEXTS, facts=FACTS)
def test_an_unknown_condition_names_an_open_fact_and_a_settled_one_none(text, facts):
    condition = parse_expression(text)
    asked = open_facts(condition, facts)
    assert bool(asked) is (condition.value(facts) is None)
    assert set(asked) <= set(facts_of(condition)) - set(facts)


@given(text=TEXTS)
def test_all_facts_known_leave_nothing_unknown(text):
    condition = parse_expression(text)
    known = {name: 3 if name.endswith("months") else True for name in facts_of(condition)}
    assert condition.value(known) is not None


def test_a_false_conjunct_decides_whatever_is_unknown():
    assert parse_expression("a and b").value({"a": False}) is False
    assert parse_expression("a or b").value({"a": True}) is True
    assert parse_expression("a and b").value({"a": True}) is None


def test_and_binds_closer_than_or():
    assert parse_expression("a or b and c") == Joined("or", (parse_expression("a"), parse_expression("b and c")))


@pytest.mark.parametrize(
    "text", ["", "and", "a b", "(a", "a)", "a in {", "a in b", "a <", "not", "a = = b", "3", "a §"]
)
def test_what_is_no_condition_is_refused(text):
    with pytest.raises(ExpressionError):
        parse_expression(text)
