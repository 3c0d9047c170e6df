"""How old what an answer rests on is, and where the rows were read."""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from comity.law.bilateral import BilateralTreaty
from comity.law.bilateral_force import age_of
from comity.law.law_files import load_sources
from comity.law.participation import Participation


class Age(NamedTuple):
    """`as_of` as a day; `dated_by` says whether it dates the rows, the instrument's table, or the whole register."""

    as_of: str
    dated_by: str
    row_sources: tuple[str, ...]


def table_age(rows: Iterable[Participation], today: date) -> tuple[str, str]:
    """The newest day among the rows of an instrument, never after today; without one, that of the register."""
    days = [row.known_from for row in rows if row.known_from]
    return (min(max(days), today).isoformat(), "instrument") if days else register_age(today)


def register_age(today: date) -> tuple[str, str]:
    """When the register was put together: the age of what no row dates."""
    return min(load_sources().collected, today).isoformat(), "register"


def treaty_age(treaty: BilateralTreaty, today: date) -> Age:
    """How late a source attests a bilateral treaty, never after today; without a dated row, the age of the register."""
    sources = tuple(dict.fromkeys(row.source for row in treaty.rows))
    attested = age_of(treaty)
    return Age(min(attested, today.isoformat()), "rows", sources) if attested else Age(*register_age(today), sources)
