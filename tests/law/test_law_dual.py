"""Dual criminality by conduct: wrong facts, and what holds for all of them."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.law.conduct import conduct_from_text, load_conduct
from comity.law.dual_case import EXAMPLE
from comity.law.dual_conduct import dual_criminality
from comity.law.law_files import load_sources, read_text
from comity.law.register import load_register
from comity.law.vocabulary import OFFENCES
from comity.values.errors import BrokenError, InvalidInputError
from comity.values.verdict import Finding

REGISTER = load_register()
ELEMENTS = sorted(load_conduct().elements)[:6]
LINES = st.lists(st.sampled_from(ELEMENTS) | st.builds(lambda a, b: f"{a} or {b}", *[st.sampled_from(ELEMENTS)] * 2), min_size=1, max_size=3)  # fmt: skip
LAW = st.builds(
    lambda lines, complete: {"complete": complete, "offences": [{"statute": "extract", "elements": lines}]},
    LINES,
    st.booleans(),
)
CONDUCT = st.dictionaries(st.sampled_from(ELEMENTS), st.booleans())


def ask(**changes: Any) -> Any:
    return dual_criminality(REGISTER, {**EXAMPLE, "category": "", **changes})


@given(conduct=CONDUCT, more=CONDUCT, ours=LAW, theirs=LAW)
@settings(max_examples=150, deadline=None)
def test_a_fact_more_never_unsettles(conduct, more, ours, theirs):
    before = ask(conduct=conduct, laws={"CH": ours, "CO": theirs}).finding
    after = ask(conduct={**more, **conduct}, laws={"CH": ours, "CO": theirs}).finding
    assert before is Finding.UNSETTLED or after is before


@given(conduct=CONDUCT, ours=LAW, theirs=LAW)
@settings(max_examples=150, deadline=None)
def test_only_a_complete_law_bars_and_a_doubt_names_what_is_missing(conduct, ours, theirs):
    answer = ask(conduct=conduct, laws={"CH": ours, "CO": theirs})
    if answer.finding is Finding.BARRED:
        assert ours["complete"] or theirs["complete"]
    if answer.finding is Finding.UNSETTLED:
        assert answer.questions
        assert answer.to_json()["missing"]


@pytest.mark.parametrize(
    ("changes", "place", "says"),
    [
        ({"instrument": None}, "instrument", "must be named"),
        ({"colour": "red"}, "colour", "no fact of dual criminality"),
        ({"conduct": {"decepton": True}}, "conduct.decepton", "Nearest: deception"),
        ({"conduct": {"deception": "yes"}}, "conduct.deception", "Someone was deceived"),
        ({"conduct": []}, "conduct", None),
        ({"laws": {"FR": {}}}, "laws.FR", "neither CH nor CO"),
        ({"laws": {"CO": {"offences": [{"statute": "x"}]}}}, "laws.CO.offences[0]", "`statute` and `elements`"),
        (
            {"laws": {"CO": {"offences": [{"statute": "x", "elements": []}]}}},
            "laws.CO.offences[0].elements",
            "leave the offence out",
        ),
        (
            {"laws": {"CO": {"offences": [{"statute": "x", "elements": ["luck"]}]}}},
            "laws.CO.offences[0].elements",
            "luck",
        ),
        ({"stage": "dreamt"}, "stage", "completed, attempt"),
        ({"category": "EAW-99"}, "category", "EAW-01 to EAW-32"),
        ({"sentence-months": -3}, "sentence-months", "whole number"),
    ],
)
def test_a_wrong_fact_is_answered_with_its_place_and_an_example(changes, place, says):
    if says is None:
        assert ask(**changes).finding is Finding.UNSETTLED, "an empty list says nothing"
        return
    with pytest.raises(InvalidInputError) as caught:
        ask(**changes)
    assert caught.value.place == place
    assert says in caught.value.message
    assert "For example:" in caught.value.next_step


def test_every_offence_that_can_be_asked_for_has_its_elements():
    assert set(load_conduct().definitions) == set(OFFENCES)


def test_a_broken_table_names_its_line():
    broken = read_text("elements.yaml").replace("  murder: {codes", "  heresy: {codes")
    with pytest.raises(BrokenError, match="'heresy' is not an offence"):
        conduct_from_text(broken, read_text("dual_rules.yaml"), load_sources())
    broken = read_text("dual_rules.yaml").replace("read: S-ECE}", "read: S-NOWHERE}")
    with pytest.raises(BrokenError, match=r"dual_rules.yaml, line \d+"):
        conduct_from_text(read_text("elements.yaml"), broken, load_sources())
