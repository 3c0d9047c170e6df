"""All of one State and all of one instrument: what is silent stays unknown, and every fact carries its provision."""

import json
import re
from datetime import date

import pytest

from comity.law.instrument_sheet import instrument_sheet
from comity.law.register import load_register
from comity.law.state_sheet import known_states, state_lines, state_sheet

DAY = date(2026, 11, 21)
REGISTER = load_register()
SAMPLED = known_states(REGISTER)[::7]
CONVENTIONS = sorted(REGISTER.multilateral)
TREATIES = sorted(code for code, one in REGISTER.instruments.items() if one.states)[::60]
DENIAL = re.compile(r'(?<!never ")(?<!not ")not a party')
"""Said of a State; the register says only that silence is *not* that."""


@pytest.mark.parametrize("state", [*SAMPLED, "CO", "DK", "IE", "GB"])
def test_where_the_register_is_silent_of_a_state_it_is_unknown(state):
    for row in state_sheet(REGISTER, state, DAY, DAY)["instruments"]:
        instrument = REGISTER.multilateral[row["instrument"]]
        if row["listed"] or row["finding"] == "UNSETTLED":
            continue
        # Barred without a row: only by the provision that closes it, or because it is in force for nobody.
        assert row["finding"] == "BARRED"
        since, until = instrument.membership.members.get(state, (date.max, None))
        closed = instrument.membership.closed and not since <= DAY <= (until or DAY)
        not_in_force = not instrument.force.since or instrument.force.since > DAY
        assert closed or not_in_force, row
        assert all(reason["provision"] for reason in row["reasons"])


@pytest.mark.parametrize("state", SAMPLED)
def test_no_sheet_of_a_state_denies_what_it_does_not_know(state):
    assert not DENIAL.search(json.dumps(state_sheet(REGISTER, state, DAY, DAY), ensure_ascii=False).replace('\\"', '"'))


@pytest.mark.parametrize("code", [*CONVENTIONS, *TREATIES])
def test_an_instrument_shows_every_row_and_every_fact_with_its_provision(code):
    sheet = instrument_sheet(REGISTER, REGISTER.instrument(code), DAY, DAY)
    assert not DENIAL.search(json.dumps(sheet, ensure_ascii=False).replace('\\"', '"'))
    facts = [*sheet["covers"]["measures"], *sheet["covers"]["offences"], sheet["covers"]["other_offences"]]
    facts += [*sheet["conditions"], *sheet["cautions"], *sheet["relations"], *sheet["use"]]
    assert all(fact["provision"] and isinstance(fact["verified"], bool) for fact in facts)
    assert all(ground["provision"] and ground["source"] for ground in sheet["grounds"])
    if "parties" in sheet:
        listed = REGISTER.participations.get(code, {})
        assert [row["state"] for row in sheet["parties"]] == sorted(listed)
        assert all(row["source"] and row["reasons"] for row in sheet["parties"])
    else:
        assert [row["source"] for row in sheet["rows"]] == [row.source for row in REGISTER.treaty(code).rows]
        assert sheet["standing"]["reasons"]


def test_dates_move_a_state_in_and_out():
    def finding(state, instrument, day):
        rows = {row["instrument"]: row for row in state_sheet(REGISTER, state, day, DAY)["instruments"]}
        return rows[instrument]["finding"]

    assert finding("CO", "UNTOC", DAY) == "CLEAR"
    assert finding("CO", "UNTOC", date(2004, 9, 2)) == "BARRED"
    assert finding("DK", "EU-EIO-2014-41", DAY) == "BARRED"
    assert finding("CO", "EU-EIO-2014-41", DAY) == "BARRED"


def test_treaties_stand_on_the_sheets_of_both_states():
    ours = {row["instrument"] for row in state_sheet(REGISTER, "CH", DAY, DAY)["bilateral"] if row["with"] == "CO"}
    theirs = {row["instrument"] for row in state_sheet(REGISTER, "CO", DAY, DAY)["bilateral"] if row["with"] == "CH"}
    assert ours == theirs == {one.code for one in REGISTER.bilateral("CH", "CO")} != set()


def test_the_list_of_states_counts_what_the_sheets_show():
    lines = {line["state"]: line for line in state_lines(REGISTER, DAY)}
    assert all(line["newest"] <= DAY.isoformat() for line in lines.values() if line["newest"])
    for state in ("CO", "CH", "LI"):
        sheet = state_sheet(REGISTER, state, DAY, DAY)
        assert lines[state]["listed"] == sum(row["listed"] for row in sheet["instruments"])
        assert lines[state]["bilateral"] == len(sheet["bilateral"])
        assert lines[state]["declared_under"] == len(sheet["declared"])


def test_the_age_of_a_state_never_lies_ahead_of_the_day_of_asking():
    age = state_sheet(REGISTER, "CO", DAY, DAY)["age"]
    assert age["oldest"] <= age["newest"] <= DAY.isoformat()
    assert 0 < age["undated"] < age["rows"]
