"""Clocks of an event: due in the time of the place, those on liberty apart, their events offered in words."""

from datetime import date

import pytest

from comity.law.clocks import clock_table
from comity.law.register import load_register
from comity.safeguards.models import LedgerRead
from comity.values.errors import InvalidInputError
from comity.web.checking.clock_sheet import clock_sheet, read_event
from comity.web.checking.matter import read_matter
from comity.web.checking.words import WORDS
from tests.web.reading import text

TODAY = date(2026, 11, 21)
RECEIPT = {"instrument": "EU-EIO-2014-41", "requesting": "ES", "requested": "PT", "on": "2026-11-20"}
ARREST = {"instrument": "ETS024", "requesting": "CH", "requested": "LI", "on": "2026-11-20"}


def sheet(**given):
    matter = read_matter(given, load_register(), TODAY)
    return clock_sheet(load_register(), matter, read_event(given, matter))


def line(found, name):
    return next(one for one in found.lines if one.clock.id == name)


def test_hours_run_from_the_hour_at_the_place():
    found = line(sheet(**RECEIPT, measure="preservation", trigger="receipt", time="16:30"), "eio_provisional")
    assert found.due.at.isoformat() == "2026-11-21T16:30:00+00:00"
    assert not found.due.whole_day
    east = line(
        sheet(**{**RECEIPT, "requested": "FI"}, measure="preservation", trigger="receipt", time="16:30"),
        "eio_provisional",
    )
    assert east.due.at.isoformat() == "2026-11-21T16:30:00+02:00"


def test_days_end_with_the_day_and_roll_past_a_holiday_that_was_named():
    given = {**RECEIPT, "trigger": "receipt", "measure": "bank-records"}
    found = line(sheet(**given), "eio_receipt")
    assert (found.due.at.date(), found.due.whole_day, found.rolled) == (date(2026, 11, 27), True, None)
    rolled = line(sheet(**given, holidays="2026-11-27; 2026-12-25"), "eio_receipt").rolled
    assert rolled.at.date() == date(2026, 11, 30)


def test_clocks_on_liberty_stand_apart_with_the_cautious_day():
    found = sheet(**ARREST, trigger="provisional-arrest")
    assert [one.clock.id for one in found.liberty] == ["ece_prov_soft", "ece_prov_hard"]
    assert [one.cautious.at.date() for one in found.liberty] == [date(2026, 12, 7), date(2026, 12, 29)]
    assert all(not one.clock.liberty for one in found.others)


def test_a_clock_that_depends_on_the_pair_says_so():
    found = line(sheet(**ARREST, trigger="provisional-arrest"), "ece_simpl_notify")
    assert found.unsettled
    assert "CETS209" in found.paired.question


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("place", "Mount Doom", "Europe/Zurich"),
        ("place", "../../etc/passwd", "Europe/Zurich"),
        ("time", "half past four", "16:30"),
        ("on", "1066-10-14", "2026-11-21"),
        ("holidays", "Christmas", "2026"),
    ],
)
def test_what_cannot_be_counted_from_is_answered_with_an_example(field, value, said):
    with pytest.raises(InvalidInputError) as error:
        sheet(**{**RECEIPT, "trigger": "receipt", field: value})
    assert said in error.value.next_step
    assert error.value.place == field


def test_every_event_of_the_table_has_its_word():
    assert {row.trigger for row in clock_table()} <= set(WORDS["trigger"])


@pytest.fixture
def client(node, desk):
    return desk("prosecutor").client


@pytest.mark.parametrize("language", ["en", "es", "ar"])
def test_the_page_opens_with_every_clock_and_its_provision(client, language):
    client.cookies["django_language"] = language
    assert client.get("/law/clocks").status_code == 200
    answer = client.get("/law/clocks", {**ARREST, "trigger": "provisional-arrest"})
    assert answer.status_code == 200
    assert answer.content.decode().count('class="due-line"') == 3
    assert "ETS 024 Art. 16(4)" in text(answer)


def test_the_events_of_the_instrument_are_offered_where_none_or_another_is_named(client):
    answer = client.get("/law/clocks", {**ARREST, "trigger": "receipt"})
    assert answer.status_code == 200
    assert "That event starts no clock of this instrument" in text(answer)
    assert "Provisional arrest" in text(answer)
    assert "trigger=provisional-arrest" in answer.content.decode()


def test_an_instrument_without_clocks_is_unknown_and_not_without_clocks(client):
    assert "That is unknown" in text(client.get("/law/clocks?instrument=LAS-RIYADH-1983"))


def test_a_wrong_field_is_named_and_the_form_keeps_what_was_written(client):
    answer = client.get("/law/clocks", {**RECEIPT, "trigger": "receipt", "place": "Mount Doom"})
    assert answer.status_code == 400
    assert "is no time zone" in text(answer)
    assert 'value="Mount Doom"' in answer.content.decode()


def test_each_opening_is_one_line(client):
    client.get("/law/clocks")
    assert not LedgerRead.objects.filter(event="law:clocks:counted").exists()
    client.get("/law/clocks", {**ARREST, "trigger": "provisional-arrest"})
    assert LedgerRead.objects.filter(event="law:clocks:counted").count() == 1
