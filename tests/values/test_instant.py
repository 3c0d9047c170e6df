"""One instant has one spelling."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.values.errors import InvalidInputError
from comity.values.instant import instant_text, parse_instant

INSTANTS = st.datetimes(timezones=st.just(UTC))


@given(INSTANTS)
def test_an_instant_round_trips_to_the_millisecond(at):
    text = instant_text(at)
    assert len(text) == 24
    assert parse_instant(text) == at.replace(microsecond=at.microsecond // 1000 * 1000)
    assert instant_text(parse_instant(text)) == text


@given(INSTANTS, st.integers(-14 * 60, 14 * 60))
def test_the_zone_it_was_told_in_does_not_matter(at, minutes):
    try:
        elsewhere = at.astimezone(timezone(timedelta(minutes=minutes)))
    except OverflowError:
        return
    assert instant_text(elsewhere) == instant_text(at)


@given(INSTANTS, INSTANTS)
def test_texts_sort_as_the_instants_do(one, other):
    assert (instant_text(one) < instant_text(other)) <= (one < other)


def test_years_before_1000_are_written_with_four_digits():
    assert instant_text(datetime(33, 4, 3, tzinfo=UTC)) == "0033-04-03T00:00:00.000Z"


def test_an_instant_without_a_zone_is_refused():
    with pytest.raises(InvalidInputError):
        instant_text(datetime(2026, 11, 21))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026-11-21",
        "2026-11-21T18:28:44Z",
        "2026-11-21T18:28:44.12Z",
        "2026-11-21T18:28:44.120000Z",
        "2026-11-21T18:28:44.120+00:00",
        "2026-11-21t18:28:44.120z",
        "2026-11-21 18:28:44.120Z",
        "2026-02-30T00:00:00.000Z",
        "2026-11-21T24:00:00.000Z",
        "2026-11-21T18:28:60.000Z",
        "0000-01-01T00:00:00.000Z",
        "2026-11-21T18:28:44.120Z\n",
        "٢٠٢٦-11-21T18:28:44.120Z",
    ],
)
def test_any_other_spelling_is_refused(text):
    with pytest.raises(InvalidInputError) as caught:
        parse_instant(text)
    assert caught.value.code == "input:instant"
