"""Instants: UTC, to the millisecond, written one way everywhere (RFC 3339, `Z`)."""

import re
from datetime import UTC, datetime

from comity.values.errors import InvalidInputError

_FORM = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T(?:[01][0-9]|2[0-3]):[0-9]{2}:[0-9]{2}\.[0-9]{3}Z")


def instant_text(at: datetime) -> str:
    """The canonical text of an aware datetime, e.g. `2026-11-21T18:28:44.120Z`."""
    if at.tzinfo is None:
        raise InvalidInputError("An instant needs a time zone.", place=repr(at))
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"


def parse_instant(text: str) -> datetime:
    """Read the canonical text; anything else is refused, so that one instant has one spelling."""
    if not _FORM.fullmatch(text):
        raise InvalidInputError(
            f"'{text[:40]}' is not an instant; write it as 2026-11-21T18:28:44.120Z.", code="input:instant"
        )
    try:
        return datetime.fromisoformat(text)
    except ValueError as error:
        raise InvalidInputError(f"'{text}' is not a day and time that exists.", code="input:instant") from error
