"""Dates as registers print them: a year, a month, a day, or words with a date in them.

An `as_of` is free text. The rule of the register: take the latest date it contains, at the end of its year or
month; with none, the row is undated.
"""

import re
from calendar import monthrange
from datetime import date
from functools import lru_cache

_IN_TEXT = re.compile(r"(?<![\d.])(1[6-9]\d\d|20\d\d)(?:-(0[1-9]|1[0-2])(?:-(0[1-9]|[12]\d|3[01]))?)?(?![\d.]\d|\d)")


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
