"""References: how anything of any authority is named, the same on both sides of a border."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from comity.values.errors import InvalidInputError

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
AUTHORITY_CODE = re.compile(r"[A-Z]{2}-[A-Z0-9]{1,12}")


class Kind(StrEnum):
    """What a reference can name. One enum for the whole house; values are wire words and never change."""

    AUTHORITY = "authority"
    OFFICE = "office"
    OFFICER = "officer"
    CASE = "case"
    DOSSIER = "dossier"
    DRAFT = "draft"
    MESSAGE = "message"
    DOCUMENT = "document"
    ITEM = "item"
    TRANSFER = "transfer"
    RELEASE = "release"
    TASK = "task"
    LETTER = "letter"
    PEER = "peer"
    SESSION = "session"
    LEDGER = "ledger"
    CORRECTION = "correction"
    BUNDLE = "bundle"


@dataclass(frozen=True, slots=True, order=True)
class Reference:
    """`authority:kind:uuid`, e.g. `CH-FOJ:dossier:0192f3c4-…`; authority is State code, dash, office code."""

    authority: str
    kind: Kind
    id: UUID

    def __str__(self) -> str:
        return f"{self.authority}:{self.kind.value}:{self.id}"

    @classmethod
    def parse(cls, text: str) -> "Reference":
        parts = text.split(":")
        if len(parts) != 3 or not AUTHORITY_CODE.fullmatch(parts[0]):
            raise InvalidInputError(f"'{text[:80]}' is not a reference.", code="input:reference", place=text[:80])
        try:
            reference = cls(parts[0], Kind(parts[1]), UUID(parts[2]))
        except ValueError as error:
            raise InvalidInputError(f"'{text[:80]}' is not a reference.", code="input:reference") from error
        if str(reference) != text:
            raise InvalidInputError(f"'{text[:80]}' is not spelled canonically.", code="input:reference")
        return reference


def uuid7(at: datetime, randomness: bytes) -> UUID:
    """A UUIDv7 (RFC 9562, 5.7) of the time and ten random bytes handed in; milliseconds lead, so ids sort by time."""
    if len(randomness) != 10:
        raise InvalidInputError("A UUIDv7 takes ten random bytes.")
    if at.tzinfo is None or at < _EPOCH:
        raise InvalidInputError("A UUIDv7 takes a time with its zone, after 1970.")
    value = (at - _EPOCH) // timedelta(milliseconds=1) << 80 | int.from_bytes(randomness)
    value = value & ~(0xF << 76) | (0x7 << 76)
    value = value & ~(0x3 << 62) | (0x2 << 62)
    return UUID(int=value)
