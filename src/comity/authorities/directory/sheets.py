"""The directory as one file: the founders' signed metadata and the cards they list, as it is kept, sent and carried.

Wire form: canonical `{"version": 1, "roots": […], "targets", "snapshot", "timestamp", "cards": {code: card}}`, all
bytes in base64url; `roots` in order from the first. Compatibility: exactly these members.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from comity.seals.canonical import decode, encode, from_b64, to_b64
from comity.values.errors import ComityError, InvalidInputError
from comity.values.reference import AUTHORITY_CODE

MAX_BYTES = 16 << 20
MAX_ROOTS = 256
_MEMBERS = {"version", "roots", "targets", "snapshot", "timestamp", "cards"}


@dataclass(frozen=True)
class Sheets:
    """The parts of a directory, as bytes; nothing of it is verified yet."""

    roots: tuple[bytes, ...]
    targets: bytes
    snapshot: bytes
    timestamp: bytes
    cards: Mapping[str, bytes]

    def to_bytes(self) -> bytes:
        return encode(
            {
                "version": 1,
                "roots": [to_b64(root) for root in self.roots],
                "targets": to_b64(self.targets),
                "snapshot": to_b64(self.snapshot),
                "timestamp": to_b64(self.timestamp),
                "cards": {code: to_b64(card) for code, card in self.cards.items()},
            }
        )


def read_sheets(data: bytes) -> Sheets:
    """Raises InvalidInputError `directory:form` for another file; its size is bounded before any work."""
    value: Any = decode(data, max_bytes=MAX_BYTES)
    if not isinstance(value, dict) or set(value) != _MEMBERS or value["version"] != 1:
        raise _malformed("it has other members")
    roots, cards = value["roots"], value["cards"]
    if not isinstance(roots, list) or not 1 <= len(roots) <= MAX_ROOTS or not isinstance(cards, dict):
        raise _malformed("roots or cards are of another shape")
    if not all(AUTHORITY_CODE.fullmatch(code) for code in cards):
        raise _malformed("a card is under no authority's code")
    try:
        return Sheets(
            tuple(from_b64(root) for root in roots),
            from_b64(value["targets"]),
            from_b64(value["snapshot"]),
            from_b64(value["timestamp"]),
            {code: from_b64(card) for code, card in cards.items()},
        )
    except (ComityError, TypeError, AttributeError) as error:
        raise _malformed("a part is not base64url") from error


def _malformed(what: str) -> InvalidInputError:
    return InvalidInputError(f"This is not a directory of authorities: {what}.", code="directory:form")
