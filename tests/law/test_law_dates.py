"""Dates as registers print them."""

from datetime import date

import pytest

from comity.law.register_dates import earliest_day, latest_date, latest_day, parse_day
from comity.values.errors import InvalidInputError


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-11", date(2026, 11, 30)),
        ("2013", date(2013, 12, 31)),
        ("repo commit 2015-03-14; newest event in file 2013-10-17", date(2015, 3, 14)),
        ("2025-03 (repo), content date unknown", date(2025, 3, 31)),
        ("2022-2024", date(2024, 12, 31)),
        ("page undated, before 2020", date(2020, 12, 31)),
        ("2004 ratification; notice 2007-04-12", date(2007, 4, 12)),
        ("undated copy", None),
        ("", None),
        ("EIF 2014-04-27", date(2014, 4, 27)),
        ("2024-02", date(2024, 2, 29)),
    ],
)
def test_the_latest_date_of_a_free_text_at_the_end_of_its_year_or_month(text, day):
    assert latest_date(text) == day


def test_a_month_can_mean_its_first_or_its_last_day():
    assert earliest_day("2003-08") == date(2003, 8, 1)
    assert latest_day("2003-08") == date(2003, 8, 31)
    assert earliest_day("") is None


def test_a_day_is_read():
    assert parse_day(" 2026-11-21 ") == date(2026, 11, 21)


@pytest.mark.parametrize(
    ("text", "near"),
    [
        ("2026-02-30", "2026-02-28"),
        ("21.11.2026", "2026-11-21"),
        ("2026/11/21", "2026-11-21"),
        ("2026-13-01", "2026-12-01"),
        ("2026-11", "2026-11-30"),
        ("soon", "how a day is written"),
        ("0000-02-01", "0001-02-01"),
        ("٢٠٢٦-١١-٢١", "2026-11-21"),
        ("00000-00-00", "how a day is written"),
    ],
)
def test_what_is_no_day_is_answered_with_the_nearest(text, near):
    with pytest.raises(InvalidInputError) as caught:
        parse_day(text)
    assert near in caught.value.message
    assert caught.value.code == "law:date"
