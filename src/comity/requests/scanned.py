"""A letter on paper as it lies before the registry: its scan, the day that stands on it, its number in the post."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from comity.values.errors import InvalidInputError

SCAN_TYPES = frozenset({"application/pdf", "image/tiff", "image/png", "image/jpeg"})


@dataclass(frozen=True, slots=True)
class ScannedLetter:
    """What is kept of a letter that came by post; it is bytes with a name, never opened here."""

    letter_on: date
    """The day that stands on the letter."""
    scan: bytes
    name: str
    media_type: str = "application/pdf"
    number: str = ""
    """The number it bears in the post: of the registered letter, or of the sender's own book."""

    def expect_readable(self, today: date) -> None:
        """Raises `InvalidInputError` for a scan that is none, of another type, or of a letter not written yet."""
        if self.letter_on > today or not self.scan or self.media_type not in SCAN_TYPES:
            raise InvalidInputError("Give the scan (PDF or picture) and the letter's day.", place="scan")


@dataclass(frozen=True, slots=True)
class ReadRequest:
    """What the registrar reads in a letter of request: it is her reading, which its sender did not sign."""

    their_number: str
    signed_by: str
    """Who signed it on paper."""
    content: Mapping[str, Any]
    """In the shape of a request."""
