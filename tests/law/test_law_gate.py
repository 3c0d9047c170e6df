"""The human-rights gate: assurances are read strictly and tracked; no set of facts makes it say clear."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.law.facts import load_facts
from comity.law.law_files import load_sources
from comity.law.rights_gate import Standing, gate_subjects, read_assurances, review, subjects_from_text, to_track
from comity.values.errors import BrokenError, InvalidInputError

ASKED = sorted({name for subject in gate_subjects() for name in subject.alarms})
GIVEN = {"subject": "death-penalty", "given_by": "Ministry of Justice", "on": "2026-11-21", "text": "Not sought."}


@given(st.dictionaries(st.sampled_from(ASKED), st.booleans()))
def test_whatever_is_known_it_never_says_clear(facts):
    answer = review(facts)
    shown = answer.to_json()
    assert "CLEAR" not in str(shown)
    assert {line.standing for line in answer.lines} <= set(Standing)
    assert answer.may_sign is (not shown["open"] and not shown["recorded"])
    for line in answer.lines:
        known = [name for name in line.subject.alarms if name in facts]
        if not known:
            assert line.standing is Standing.ASK


@given(st.sampled_from(ASKED))
def test_one_recorded_ground_is_enough(name):
    subject = next(one for one in gate_subjects() if name in one.alarms)
    line = next(one for one in review({name: subject.alarms[name]}).lines if one.subject is subject)
    assert line.standing is Standing.RECORDED
    assert line.recorded


def test_assurances_are_tracked_from_their_day_until_they_are_answered():
    later = GIVEN | {"check_by": "2027-06-01"}
    kept, broken = GIVEN | {"kept": True}, GIVEN | {"kept": False}
    assurances = read_assurances([later, kept, broken, GIVEN])
    assert to_track(assurances, date(2026, 12, 1)) == (assurances[2], assurances[3])
    assert to_track(assurances, date(2027, 6, 1)) == (assurances[0], assurances[2], assurances[3])


@pytest.mark.parametrize(
    ("given_value", "place"),
    [
        ({}, "assurances"),
        ([{}], "assurances[0]"),
        ([GIVEN | {"subject": "weather"}], "assurances[0].subject"),
        ([GIVEN | {"on": "yesterday"}], "assurances[0].on"),
        ([GIVEN, GIVEN | {"kept": "mostly"}], "assurances[1].kept"),
        ([GIVEN | {"check_by": 3}], "assurances[0].check_by"),
    ],
)
def test_an_assurance_says_who_what_and_when(given_value, place):
    with pytest.raises(InvalidInputError) as caught:
        read_assurances(given_value)
    assert caught.value.place == place
    assert "given_by" in caught.value.next_step


def test_a_subject_on_an_unknown_fact_is_refused_with_its_line():
    text = "subjects:\n  a: {title: A, at: somewhere, facts: {no-such-fact: true}, read: MEM}\n"
    with pytest.raises(BrokenError) as caught:
        subjects_from_text("rights_gate.yaml", text, load_sources(), load_facts())
    assert caught.value.place == "rights_gate.yaml:2"
