"""For how long a one-time code confirms the person: minutes from when it was given, whatever the clock does."""

from datetime import UTC, datetime, timedelta

import pytest

from comity.authorities.step_up import confirm, confirmed_until

GIVEN = datetime(2026, 11, 21, 14, 3, tzinfo=UTC)


@pytest.mark.parametrize(
    ("after", "holds"),
    [
        (timedelta(0), True),
        (timedelta(minutes=4, seconds=59), True),
        (timedelta(minutes=5), False),
        (timedelta(hours=9), False),
        (timedelta(seconds=-1), False),
        (timedelta(days=-400), False),
    ],
)
def test_a_code_counts_for_its_minutes_and_a_clock_set_back_lengthens_nothing(after, holds):
    session = {}
    confirm(session, GIVEN)
    until = confirmed_until(session, GIVEN + after, seconds=300)
    assert until == (GIVEN + timedelta(minutes=5) if holds else None)


def test_who_gave_no_code_is_not_confirmed():
    assert confirmed_until({}, GIVEN, seconds=300) is None
