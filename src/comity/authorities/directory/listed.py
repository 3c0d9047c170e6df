"""A directory as its founders list it: values only, so that whoever shows one need not load what verifies it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from comity.authorities.card import Card
from comity.seals.keys import VerifyingKey
from comity.values.instant import instant_text, parse_instant


@dataclass(frozen=True)
class Ended:
    """A key of a listed authority that the founders declare ended."""

    fingerprint: str
    revoked_since: datetime | None
    reason: str

    def to_json(self) -> dict[str, Any]:
        since = instant_text(self.revoked_since) if self.revoked_since else None
        return {"key": self.fingerprint, "revoked_since": since, "reason": self.reason}

    @classmethod
    def from_json(cls, value: Any) -> "Ended":
        since = value["revoked_since"]
        return cls(str(value["key"]), parse_instant(since) if since else None, str(value["reason"])[:2000])


@dataclass(frozen=True)
class Entry:
    """One authority as the founders list it."""

    card: Card
    ended: tuple[Ended, ...] = ()


@dataclass(frozen=True)
class Directory:
    """A directory that its founders signed, by their threshold."""

    version: int
    root_version: int
    root_fingerprint: str
    """SHA-256 of the first root's signed part: what people compare over another channel, once."""
    threshold: int
    founders: tuple[VerifyingKey, ...]
    signed_by: tuple[str, ...]
    """Fingerprints of the founders who signed this list."""
    ends: datetime
    """When the first of its parts ends: after that it may be frozen, and is not relied on for anything new."""
    entries: dict[str, Entry]
