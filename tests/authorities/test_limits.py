"""Tries are counted in the database, in windows; two at a time are two, and a clock set back locks nobody for ever."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.authorities.actions import clear_tallies, count_or_refuse
from comity.authorities.limits import Counted, Limit, address_key, calls, name_key
from comity.authorities.models import Tally
from comity.values.errors import UnavailableError
from tests.conftest import MOMENT

LIMIT = Limit(3, timedelta(minutes=5))


def tries(count, at=MOMENT, key="name:x"):
    return [not refused(at + timedelta(seconds=n), key) for n in range(count)]


def refused(at, key="name:x"):
    try:
        count_or_refuse([(key, LIMIT)], at)
    except UnavailableError:
        return True
    return False


@pytest.mark.django_db
def test_the_fourth_of_three_is_refused_until_the_window_ends_and_says_until_when():
    assert tries(5) == [True, True, True, False, False]
    with pytest.raises(UnavailableError, match=r"locked until 2026-11-21T09:35:00.000Z") as error:
        count_or_refuse([("name:y", LIMIT), ("name:x", LIMIT)], MOMENT + timedelta(minutes=4))
    assert error.value.next_step
    assert not refused(MOMENT + timedelta(minutes=5))
    assert tries(4, MOMENT + timedelta(minutes=6)) == [True, True, False, False]


@pytest.mark.django_db
def test_a_clock_set_back_begins_a_new_window():
    tries(9)
    assert not refused(MOMENT - timedelta(days=400))


@pytest.mark.django_db
def test_one_name_does_not_lock_another_and_old_counts_go():
    tries(9)
    assert not refused(MOMENT, "name:z")
    assert clear_tallies(MOMENT + timedelta(hours=23)) == 0
    assert clear_tallies(MOMENT + timedelta(hours=25)) == 2
    assert not Tally.objects.exists()


@settings(max_examples=25)
@given(st.text(max_size=200))
def test_a_key_holds_any_name_and_does_not_show_it(name):
    key = name_key(name)
    assert len(key) < 80
    assert len(name) < 5 or name not in key
    assert len(address_key(name)) <= 80


def test_a_window_is_over_by_its_own_measure():
    assert not Counted(4, MOMENT).over(LIMIT, MOMENT + LIMIT.window)
    assert Counted(4, MOMENT).over(LIMIT, MOMENT)
    assert calls(7).most == 7
