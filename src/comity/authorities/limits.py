"""How often one may try: wrong passwords and codes, and calls of the API, each by officer and by address.

Counted in windows that begin with the first try. Over the limit everything is refused until the window ends, also
what is right: whoever guesses learns nothing from it. A passkey has no secret to guess and is not locked with it.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256


@dataclass(frozen=True, slots=True)
class Limit:
    most: int
    window: timedelta


TRIES = Limit(10, timedelta(minutes=5))
"""Wrong passwords and codes for one user name, whether an officer has it or not."""
TRIES_FROM = Limit(60, timedelta(minutes=5))
"""Wrong passwords, codes, passkeys and tokens from one address."""


def calls(per_minute: int) -> Limit:
    """What one officer, or one address, may call over the API."""
    return Limit(per_minute, timedelta(minutes=1))


@dataclass(frozen=True, slots=True)
class Counted:
    """How many were counted in the window that began then, this one included."""

    count: int
    since: datetime

    def over(self, limit: Limit, at: datetime) -> bool:
        return self.count > limit.most and self.since <= at < self.until(limit)

    def until(self, limit: Limit) -> datetime:
        return self.since + limit.window


def name_key(username: str) -> str:
    """Under which wrong tries for a user name are counted; the name itself is not kept."""
    return f"name:{sha256(username.strip().casefold().encode(errors='replace')).hexdigest()[:40]}"


def address_key(address: str) -> str:
    return f"from:{address[:60]}"


def milliseconds(at: datetime) -> int:
    return int(at.timestamp() * 1000)


def instant(count: int) -> datetime:
    return datetime.fromtimestamp(count / 1000, UTC)
