"""Waits grow, are capped, and do not fall in step."""

from hypothesis import given
from hypothesis import strategies as st

from comity.exchange.backoff import BASE_SECONDS, CAP_SECONDS, LEASE_SECONDS, delay_after, next_attempt
from comity.exchange.transport import TOTAL_SECONDS
from tests.conftest import MOMENT, seeded


@given(st.integers(1, 1000), st.integers(0, 2**32))
def test_a_wait_lies_between_half_and_all_of_its_step_and_under_the_cap(failures, seed):
    step = min(CAP_SECONDS, BASE_SECONDS * 2 ** min(failures - 1, 40))
    assert step / 2 <= delay_after(failures, seeded(seed)).total_seconds() <= step


def test_no_failure_is_no_wait():
    assert next_attempt(MOMENT, 0, seeded(1)) == MOMENT


def test_many_that_failed_together_do_not_wake_together():
    assert len({delay_after(8, seeded(seed)) for seed in range(100)}) > 50


def test_a_lease_outlasts_any_attempt():
    assert LEASE_SECONDS > TOTAL_SECONDS
