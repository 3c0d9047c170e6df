"""Day counting: laws that hold for every day, length and place."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.law import counting
from comity.law.clocks import clock_table, clocks_for
from comity.law.places import SEATS, zone_of
from comity.law.register import load_register
from comity.values.country import country_names
from comity.values.errors import InvalidInputError

DAYS = st.dates(date(1990, 1, 1), date(2060, 12, 31))
LENGTHS = st.integers(0, 400)
ZONES = st.sampled_from(["UTC", "Europe/Zurich", "America/Bogota", "Pacific/Auckland", "Asia/Kolkata", "Africa/Cairo"])
HOLIDAYS = st.frozensets(DAYS, max_size=20)


@given(day=DAYS, length=LENGTHS, zone=ZONES)
def test_a_period_of_days_ends_with_the_last_second_of_its_last_day_at_the_place(day, length, zone):
    end = counting.end_of(counting.days_after(day, length), ZoneInfo(zone)).astimezone(ZoneInfo(zone))
    assert end.date() - day == timedelta(days=length)
    assert (end + timedelta(seconds=1)).astimezone(ZoneInfo(zone)).date() > end.date()


@given(day=DAYS, first=LENGTHS, second=LENGTHS)
def test_days_add_up(day, first, second):
    assert counting.days_after(counting.days_after(day, first), second) == counting.days_after(day, first + second)


@given(day=DAYS, length=st.integers(1, 60), holidays=HOLIDAYS)
def test_working_days_end_on_a_working_day_and_count_exactly(day, length, holidays):
    end = counting.working_days_after(day, length, holidays)
    between = [day + timedelta(days=step) for step in range(1, (end - day).days + 1)]
    assert counting.is_working(end, holidays)
    assert sum(counting.is_working(one, holidays) for one in between) == length


@given(day=DAYS, length=st.integers(1, 60), holidays=HOLIDAYS)
def test_a_holiday_more_never_shortens_a_period(day, length, holidays):
    assert counting.working_days_after(day, length, holidays) >= counting.working_days_after(day, length)
    assert counting.rolled(day, holidays) >= counting.rolled(day)


@given(day=DAYS, length=st.integers(1, 60), holidays=HOLIDAYS)
def test_counting_back_undoes_counting_on_from_a_working_day(day, length, holidays):
    day = counting.rolled(day, holidays)
    assert counting.working_days_after(counting.working_days_after(day, length, holidays), -length, holidays) == day


@given(day=DAYS, months=st.integers(0, 60))
def test_months_keep_the_day_or_take_the_last_of_the_month(day, months):
    end = counting.months_after(day, months)
    assert end.day == day.day or (end + timedelta(days=1)).day == 1
    assert (end.year * 12 + end.month) - (day.year * 12 + day.month) == months


@given(day=DAYS, hours=st.integers(1, 200), zone=ZONES)
def test_hours_are_hours_also_when_the_clocks_change(day, hours, zone):
    start = datetime(day.year, day.month, day.day, 12, tzinfo=ZoneInfo(zone))
    assert counting.hours_after(start, hours, ZoneInfo(zone)) - start.astimezone(UTC) == timedelta(hours=hours)


@given(first=DAYS, second=DAYS, zone=ZONES)
def test_a_later_event_is_never_due_earlier(first, second, zone):
    first, second = sorted((first, second))
    instrument = load_register().instrument("EU-EIO-2014-41")
    before, after = (
        {clock.id: clock for clock in clocks_for(instrument, "receipt", day, zone)} for day in (first, second)
    )
    for identifier, clock in before.items():
        assert clock.due <= after[identifier].due
        assert clock.rolled_due is None or clock.rolled_due > clock.due
        assert clock.extended_due is None or clock.extended_due > clock.due


@given(day=DAYS, zone=ZONES)
def test_where_the_day_of_arrest_is_counted_liberty_is_due_a_day_earlier(day, zone):
    for clock in clocks_for(load_register().instrument("ETS024"), "provisional-arrest", day, zone):
        if clock.liberty:
            assert clock.kind == "liberty"
            assert clock.due.astimezone(ZoneInfo(zone)).date() - timedelta(days=1) == (
                clock.cautious_due.astimezone(ZoneInfo(zone)).date()
            )


def test_the_end_of_the_calendar_is_refused_and_not_broken():
    for run in (lambda: counting.days_after(date.max, 1), lambda: counting.months_after(date.max, 1)):
        with pytest.raises(InvalidInputError):
            run()


def test_a_moment_without_a_zone_is_refused():
    with pytest.raises(InvalidInputError, match="time zone"):
        clocks_for(load_register().instrument("UNTOC"), "receipt", datetime(2026, 11, 21, 10), "Europe/Zurich")


def test_a_place_that_is_none_is_refused():
    with pytest.raises(InvalidInputError, match="no time zone"):
        clocks_for(load_register().instrument("UNTOC"), "receipt", date(2026, 11, 21), "Mars/Base")


def test_states_have_the_zone_of_their_seat_of_government():
    assert zone_of("CO") == "America/Bogota"
    assert zone_of("US") == "America/New_York"
    assert set(SEATS) <= set(country_names())
    for zone in SEATS.values():
        ZoneInfo(zone)


def test_every_clock_belongs_to_an_instrument_of_the_register():
    register = load_register()
    for row in clock_table():
        assert register.instrument(row.instrument).code == row.instrument
        if row.between:
            register.instrument(row.between.removeprefix("not "))
