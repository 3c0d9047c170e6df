"""Offences of national law: what is held, where it was read, and that nothing is taken for the whole law."""

import pytest

from comity.law.dual_conduct import dual_criminality
from comity.law.national import national_offences
from comity.law.register import load_register
from comity.values.errors import InvalidInputError

ACCESS = {
    "instrument": "ETS185",
    "measure": "content-data",
    "requesting": "CO",
    "requested": "CH",
    "offence": "illegal-access",
    "conduct": {"without-right": True, "access-to-whole-or-part": True, "security-measure-infringed": True},
    "laws": {"CO": "register", "CH": "register"},
}


def test_every_offence_held_says_where_it_was_read():
    for state, offences in national_offences().items():
        for one in offences:
            assert one.state == state
            assert one.source
            assert one.lines
            assert one.as_of or not one.verified, "what was read is dated"


def test_an_offence_read_is_verified_in_the_answer_and_one_recalled_is_not():
    shown = dual_criminality(load_register(), ACCESS).to_json()
    laws = {law["state"]: law for law in shown["laws"]}
    assert (laws["CO"]["verified"], laws["CH"]["verified"]) == (True, False)
    assert laws["CO"]["source"].startswith("Código Penal of Colombia")
    assert laws["CO"]["maximum_months"] == 96
    said = {reason["provision"]: reason["verified"] for reason in shown["reasons"]}
    assert said[laws["CO"]["statute"]] is True
    assert said[laws["CH"]["statute"]] is False


def test_a_law_given_with_the_facts_is_never_verified_by_us():
    given = {**ACCESS, "laws": {"CO": {"offences": [{"statute": "Art. 1", "elements": ["without-right"]}]}}}
    (law,) = [law for law in dual_criminality(load_register(), given).to_json()["laws"] if law["state"] == "CO"]
    assert (law["statute"], law["verified"], law["source"]) == ("Art. 1", False, "")


def test_a_state_of_which_no_offence_is_held_is_refused_with_those_that_are():
    with pytest.raises(InvalidInputError) as caught:
        dual_criminality(load_register(), {**ACCESS, "requested": "PE", "laws": {"PE": "register"}})
    assert "CH, CO" in str(caught.value)
    assert caught.value.code == "law:fact"
