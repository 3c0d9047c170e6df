"""Step-up: for how long a one-time code confirms the person. One rule for pages and API.

A code counts from when it was given, at sign-in or at an act; what it is good for is told in
`docs/decisions/0004-a-recent-code-is-the-step-up.md`.
"""

from collections.abc import Mapping, MutableMapping
from datetime import datetime, timedelta
from typing import Any

from comity.values.instant import instant_text, parse_instant

STEPPED_UP_AT = "comity_stepped_up_at"
"""The session's key under which the instant of the last code stands."""


def confirm(session: MutableMapping[str, Any], at: datetime) -> None:
    """Note in the session that its person gave a code that holds."""
    session[STEPPED_UP_AT] = instant_text(at)


def confirmed_until(session: Mapping[str, Any], at: datetime, *, seconds: int) -> datetime | None:
    """Until when the session's last code still confirms the person; None when it does not.

    A code that seems to come from the future, because a clock was set back, confirms nobody.
    """
    given = session.get(STEPPED_UP_AT)
    if not given:
        return None
    since = parse_instant(str(given))
    until = since + timedelta(seconds=seconds)
    return until if since <= at < until else None
