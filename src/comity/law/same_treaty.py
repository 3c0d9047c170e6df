"""Which dated treaty a row without a day of signature repeats, and which two days are one treaty.

Registers print the same treaty with and without its day of signature, or with two days. A row is taken for a dated
treaty only where that is plain: the same entry into force, or a single treaty it can mean. All else stands alone.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Protocol

from comity.law.register_dates import earliest_day, latest_day

AMENDING = (
    "protocol",
    "supplement",
    "amend",
    "exchange of notes",
    "extension",
    "extending",
    "declaration",
    "prolonging",
    "notenaustausch",
    "notenwechsel",
    "briefwechsel",
)
"""Words by which a title shows that an instrument amends, extends or accompanies another."""

CONTINUING = ("weitergeltung", "continued in force", "continuing in force")
"""Words by which a title shows that it carries on an older treaty: between these States it is that treaty."""

_OTHER_DAY = re.compile(r"\bprints (\d{4}-\d{2}-\d{2})\b")
"""How a row says that another register prints another day for the same treaty."""

_YEARS_TO_FORCE = 2
"""Years after signature within which a day of force that differs from the printed one still means the same treaty."""


class Printed(Protocol):
    """A row of a register, as far as it tells which treaty it speaks of."""

    @property
    def signed(self) -> str: ...
    @property
    def in_force(self) -> str: ...
    @property
    def terminated(self) -> str: ...
    @property
    def status(self) -> str: ...
    @property
    def title(self) -> str: ...


def is_amending(title: str) -> bool:
    """The title shows that the instrument amends, extends or accompanies another."""
    said = title.casefold()
    return any(word in said[:60] for word in AMENDING) and not any(word in said for word in CONTINUING)


def days_said_to_be_one(by_day: Mapping[str, Sequence[Printed]]) -> list[tuple[str, str]]:
    """Pairs of days of signature of which a row says that both are printed for one treaty; the earlier is kept."""
    found = []
    for day, rows in by_day.items():
        for row in rows:
            said = _OTHER_DAY.search(row.title)
            if said and said[1] in by_day and said[1] != day:
                found.append((min(day, said[1]), max(day, said[1])))
    return list(dict.fromkeys(found))


def repeated_day(row: Printed, dated: Mapping[str, Sequence[Printed]]) -> tuple[str, bool]:
    """The day of signature of the treaty that a row without one repeats, and whether the entry into force shows it.

    Empty: it repeats none of them. Treaties that ended, and those that only amend another, are not meant by a row that
    names none of them.
    """
    chief = [day for day, rows in dated.items() if not _ended(rows, row.in_force) and not _only_amends(rows)]
    if row.in_force:
        same = [day for day in chief if any(_agree(row.in_force, one.in_force) for one in dated[day])]
        if len(same) == 1:
            return same[0], True
        near = [day for day in chief if _near(day, row.in_force)]
        return (near[0], False) if not same and len(near) == 1 else ("", False)
    known = [day for day in chief if any(one.status == "in_force" for one in dated[day])]
    meant = known if row.status == "in_force" and known else chief
    return (meant[0], False) if len(meant) == 1 else ("", False)


def _agree(one: str, other: str) -> bool:
    """Two written days that can be the same: `1977` and `1977-01-23`."""
    return bool(one and other) and (one.startswith(other) or other.startswith(one))


def _near(signed: str, in_force: str) -> bool:
    first, last = earliest_day(signed), latest_day(in_force)
    return bool(first and last and first <= last and last.year - first.year <= _YEARS_TO_FORCE)


def _ended(rows: Sequence[Printed], by: str) -> bool:
    """It had ended by the day on which the other was in force; with no day given, it ended at all."""
    day = latest_day(by) or date.max
    return any(end <= day for row in rows if (end := earliest_day(row.terminated)))


def _only_amends(rows: Sequence[Printed]) -> bool:
    return is_amending(max((row.title for row in rows), key=len, default=""))
