"""Dates as registers print them: a year, a month, a day, or words with a date in them.

An `as_of` is free text. The rule of the register: take the latest date it contains, at the end of its year or
month; with none, the row is undated.
"""

import re
from calendar import monthrange
from datetime import MINYEAR, date
from functools import lru_cache

from comity.values.errors import InvalidInputError

_IN_TEXT = re.compile(r"(?<![\d.])(1[6-9]\d\d|20\d\d)(?:-(0[1-9]|1[0-2])(?:-(0[1-9]|[12]\d|3[01]))?)?(?![\d.]\d|\d)")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


@lru_cache(maxsize=4096)
def latest_date(text: str) -> date | None:
    """The latest date in a free text, at the end of its year or month; None when it has none."""
    found = [_end(int(year), month, day) for year, month, day in _IN_TEXT.findall(text)]
    return max(found, default=None)


@lru_cache(maxsize=8192)
def earliest_day(text: str) -> date | None:
    """The first day a written date can mean: `2003-08` is 1 August 2003 at the earliest."""
    match = _IN_TEXT.match(text.strip())
    if not match:
        return None
    year, month, day = match.groups()
    return date(int(year), int(month or 1), int(day or 1))


@lru_cache(maxsize=8192)
def latest_day(text: str) -> date | None:
    """The last day a written date can mean: `2003-08` is 31 August 2003 at the latest."""
    match = _IN_TEXT.match(text.strip())
    return _end(int(match[1]), match[2] or "", match[3] or "") if match else None


def _end(year: int, month: str, day: str) -> date:
    if not month:
        return date(year, 12, 31)
    last = monthrange(year, int(month))[1]
    return date(year, int(month), min(int(day), last) if day else last)


def parse_day(text: str, place: str = "on") -> date:
    """A day written 2026-11-21; anything else is answered with the nearest day that could be meant.

    `place` is the name of the field or option that was written wrongly.
    """
    written = text.strip()
    found = _existing(written) if _DAY.fullmatch(written) else None
    if found:
        return found
    near = ", ".join(dict.fromkeys(day.isoformat() for day in _meant(written))) or "2026-11-21 is how a day is written"
    raise InvalidInputError(
        f"'{text[:40]}' is not a day. Nearest: {near}.",
        code="law:date",
        place=place,
        next_step=f"Write the day as year, month, day: --{place} 2026-11-21.",
    )


def _existing(text: str) -> date | None:
    """The day written year-month-day; None for one that no calendar has, e.g. 30 February."""
    year, month, day = map(int, text.split("-"))
    exists = year >= MINYEAR and 1 <= month <= 12 and 1 <= day <= monthrange(year, month)[1]
    return date(year, month, day) if exists else None


def _meant(text: str) -> list[date]:
    """Days a slip of the pen may have meant: other separators, day first, a day after the month's end."""
    parts = [int(part) for part in re.findall(r"\d+", text)][:3]
    if len(parts) < 3:
        whole = latest_day(text)
        return [day for day in (earliest_day(text), whole) if day]
    first, second, third = parts
    orders = [(first, second, third)] if first > 31 else [(third, second, first), (third, first, second)]
    return [
        date(year, min(max(month, 1), 12), min(max(day, 1), monthrange(year, min(max(month, 1), 12))[1]))
        for year, month, day in orders
        if 1 <= year <= 9999
    ]
