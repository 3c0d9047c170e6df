"""When a failed delivery is tried again: exponential, capped, with jitter so that queues do not wake in step."""

from collections.abc import Callable
from datetime import datetime, timedelta

BASE_SECONDS = 2
CAP_SECONDS = 3600
LEASE_SECONDS = 180
"""How long one worker holds a row; longer than any attempt may take (see `transport.TOTAL_SECONDS`).

Without a lease two workers picked up the same message (the lesson of Domibus 4.1.5); here it would cost a repeat only.
"""


def delay_after(failures: int, chance: Callable[[int], bytes]) -> timedelta:
    """The wait after the n-th failure in a row: between half and all of 2, 4, 8, … seconds, at most an hour."""
    full = min(CAP_SECONDS, BASE_SECONDS * 2 ** min(failures - 1, 20)) if failures > 0 else 0
    share = int.from_bytes(chance(2)) / 0xFFFF
    return timedelta(milliseconds=round(full * 1000 * (0.5 + share / 2)))


def next_attempt(at: datetime, failures: int, chance: Callable[[int], bytes]) -> datetime:
    return at + delay_after(failures, chance)
