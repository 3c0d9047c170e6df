"""Step-up: for how long a one-time code confirms the person. One rule for pages and API."""

from datetime import datetime, timedelta

from comity.values.instant import parse_instant

STEPPED_UP_AT = "comity_stepped_up_at"
"""The session's key under which the instant of the last code stands."""


def confirmed(given: str | None, at: datetime, *, seconds: int) -> bool:
    """Whether the code given at that instant still confirms the person."""
    return bool(given) and at - parse_instant(str(given)) < timedelta(seconds=seconds)
