"""One State, one instrument, one day: dates, silence, withdrawal, opt-outs."""

from datetime import date

import pytest

from comity.law.bound import bound_verdict
from comity.law.participation import read_participations
from comity.law.register import load_register
from comity.values.errors import BrokenError
from comity.values.verdict import Finding

UNTOC = load_register().instrument("UNTOC")
TODAY = date(2026, 11, 21)
ROW = {
    "instrument": "UNTOC", "state": "ZZ", "name_in_source": "", "status": "party", "date_signature": "", "action": "",
    "date_consent": "", "entry_into_force": "", "eif_basis": "", "source": "a register", "as_of": "",
}  # fmt: skip


def on(day: date, **row: str) -> Finding:
    found = read_participations([ROW | row], "a.csv")["ZZ"]
    return bound_verdict(UNTOC, "ZZ", found, day, TODAY).finding


def test_an_undated_party_counts_from_today():
    assert on(TODAY) is Finding.CLEAR
    assert on(date(2026, 11, 20)) is Finding.UNSETTLED


def test_a_year_counts_from_its_end_and_bars_before_its_beginning():
    assert on(date(2008, 12, 31), entry_into_force="2008") is Finding.CLEAR
    assert on(date(2008, 12, 30), entry_into_force="2008") is Finding.UNSETTLED
    assert on(date(2007, 12, 31), entry_into_force="2008") is Finding.BARRED


def test_a_withdrawal_without_its_day_is_unsettled():
    assert on(TODAY, status="withdrawn", entry_into_force="2004-12-01", as_of="2015") is Finding.UNSETTLED


def test_ratified_and_not_in_force_is_unsettled():
    assert on(TODAY, status="ratified_not_in_force", date_consent="2024-01-01", as_of="2026-02") is Finding.UNSETTLED


def test_not_bound_bars_from_the_year_of_its_row_on():
    assert on(date(2021, 1, 1), status="not_bound", as_of="2021") is Finding.BARRED
    assert on(date(2020, 12, 31), status="not_bound", as_of="2021") is Finding.UNSETTLED


def test_an_action_of_unknown_nature_is_unsettled():
    assert on(TODAY, status="action_recorded", as_of="2025") is Finding.UNSETTLED


def test_a_row_that_says_it_was_inferred_is_not_verified():
    row = read_participations([ROW | {"source": "INFERRED: from the counts"}], "a.csv")["ZZ"]
    assert not bound_verdict(UNTOC, "ZZ", row, TODAY, TODAY).reasons[0].verified


@pytest.mark.parametrize(
    ("rows", "code", "place"),
    [
        ([ROW | {"status": "maybe"}], "law:status", "a.csv:2"),
        ([ROW | {"source": ""}], "law:source", "a.csv:2"),
        ([ROW, ROW], "law:duplicate", "a.csv:3"),
    ],
)
def test_a_broken_row_is_refused_with_its_line(rows, code, place):
    with pytest.raises(BrokenError) as caught:
        read_participations(rows, "a.csv")
    assert (caught.value.code, caught.value.place) == (code, place)
