"""Bilateral treaties: rows of many registers merged into one instrument each.

The same treaty stands in several files with days as each source prints them. Rows are merged by unordered pair, kind
and date of signature; a day written shorter (`2003-08`, `1989`) is the same as the longer one it begins; `same_treaty`
says which dated treaty a row without a day of signature repeats. All sources stay; where they differ the conflict is
shown and the finding is UNSETTLED between the two days.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from comity.law.register_dates import earliest_day, latest_date, latest_day
from comity.law.same_treaty import days_said_to_be_one, is_amending, repeated_day

KIND_NAMES = {
    "mla": "MLA",
    "extradition": "EXTRADITION",
    "transfer": "TRANSFER",
    "transfer_sentenced": "TRANSFER",
    "confiscation": "CONFISCATION",
    "drugs": "DRUGS",
}
_STATUS = {
    "in_force": "in_force",
    "operational": "in_force",
    "in_force_2015": "in_force",
    "in_force_1997": "in_force",
    "listed_in_force": "in_force",
    "listed": "listed",
    "suspended": "suspended",
    "terminated": "terminated",
}

LABEL_WORDS = 3
"""A printed title of so few words is a decree's number or the name of a sort: it does not say whose treaty it is."""


@dataclass(frozen=True, slots=True)
class BilateralRow:
    """One row of one register, as the source prints it."""

    pair: tuple[str, str]
    kind: str
    signed: str
    in_force: str
    terminated: str
    status: str
    title: str
    source: str
    as_of: str
    file: str

    def to_json(self) -> dict[str, str]:
        return {
            "title": self.title,
            "date_signed": self.signed,
            "entry_into_force": self.in_force,
            "terminated": self.terminated,
            "status": self.status,
            "source": self.source,
            "as_of": self.as_of,
        }


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two sources print different days for one treaty."""

    field: str
    values: tuple[str, ...]
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class BilateralTreaty:
    """One treaty between two States, with every row that speaks of it."""

    code: str
    aliases: tuple[str, ...]
    pair: tuple[str, str]
    kind: str
    signed: str
    rows: tuple[BilateralRow, ...]
    conflicts: tuple[Conflict, ...]
    inferred: bool
    """A row without a day of signature was taken for this treaty."""

    @property
    def title(self) -> str:
        titles = [row.title for row in self.rows if row.title]
        named = f"Treaty between {self.pair[0]} and {self.pair[1]} ({self.kind})"
        printed = max(titles, key=len, default="")
        if len(printed.split()) > LABEL_WORDS:
            return printed
        return f"{named}: {printed}" if printed else named

    @property
    def amending(self) -> bool:
        """Its title shows that it amends, extends or accompanies another treaty."""
        return is_amending(self.title)

    @property
    def statuses(self) -> frozenset[str]:
        return frozenset(row.status for row in self.rows)

    @property
    def force_days(self) -> tuple[date, ...]:
        """Latest days that the printed entries into force can mean, one per row that prints one."""
        return tuple(day for row in self.rows if (day := latest_day(row.in_force)))

    @property
    def force_not_before(self) -> date | None:
        """The first day it can have been in force: the earliest printed entry into force, else the signature."""
        days = [day for row in self.rows if (day := earliest_day(row.in_force))]
        return min(days, default=earliest_day(self.signed))

    @property
    def ended(self) -> date | None:
        """The first day a recorded termination can mean."""
        return min((day for row in self.rows if (day := earliest_day(row.terminated))), default=None)

    @property
    def known_from(self) -> date | None:
        """The earliest `as_of` among the rows that say it is in force."""
        days = [latest_date(row.as_of) for row in self.rows if row.status == "in_force"]
        return min((day for day in days if day), default=None)


def merge_rows(rows: Iterable[BilateralRow]) -> tuple[BilateralTreaty, ...]:
    """All treaties that the rows speak of, in the order of their codes."""
    groups: dict[tuple[tuple[str, str], str], list[BilateralRow]] = {}
    for row in rows:
        groups.setdefault((row.pair, KIND_NAMES[row.kind]), []).append(row)
    found: list[BilateralTreaty] = []
    for (pair, kind), members in sorted(groups.items(), key=lambda item: item[0]):
        found += _treaties(pair, kind, members)
    return tuple(found)


def _treaties(pair: tuple[str, str], kind: str, rows: list[BilateralRow]) -> list[BilateralTreaty]:
    by_day: dict[str, list[BilateralRow]] = {}
    for row in sorted((r for r in rows if r.signed), key=lambda r: -len(r.signed)):
        same = next((day for day in by_day if day.startswith(row.signed)), row.signed)
        by_day.setdefault(same, []).append(row)
    also = _join(by_day)
    absorbing, inferred = _spread([row for row in rows if not row.signed], by_day)
    days = sorted(by_day)
    stem = f"BILATERAL-{pair[0]}-{pair[1]}-{kind}"
    several = len(days) > 1
    years = [day[:4] for day in days]
    treaties = []
    for day in days:
        once = years.count(day[:4]) == 1
        dated = f"{stem}-{day[:4] if once else day}" if day else stem
        code = dated if several else stem
        names = [dated, *(f"{stem}-{one}" for one in (day, *also.get(day, ())) if one)]
        names += [stem] if day in absorbing and "" not in by_day else []
        aliases = tuple(dict.fromkeys(name for name in names if name != code))
        members = tuple(by_day[day])
        treaties.append(BilateralTreaty(code, aliases, pair, kind, day, members, _conflicts(members), day in inferred))
    return treaties


def _join(by_day: dict[str, list[BilateralRow]]) -> dict[str, tuple[str, ...]]:
    """Bring together the days that a source itself says are one treaty; each kept day to those that joined it."""
    joined: dict[str, tuple[str, ...]] = {}
    for kept, other in days_said_to_be_one(by_day):
        by_day[kept] += by_day.pop(other)
        joined[kept] = (*joined.get(kept, ()), other)
    return joined


def _spread(undated: list[BilateralRow], by_day: dict[str, list[BilateralRow]]) -> tuple[set[str], set[str]]:
    """Put each row without a day of signature to the treaty it repeats; what repeats none stands alone.

    Gives the days that took one, and those of them that took one by inference and not by the same entry into force.
    """
    dated = {day: tuple(rows) for day, rows in by_day.items()}
    absorbing, inferred = set(), set()
    for row in undated:
        day, sure = repeated_day(row, dated)
        by_day.setdefault(day, []).append(row)
        if day:
            absorbing.add(day)
            if not sure:
                inferred.add(day)
    return absorbing, inferred


def _conflicts(rows: tuple[BilateralRow, ...]) -> tuple[Conflict, ...]:
    found = []
    for field in ("signed", "in_force", "terminated"):
        printed = {row.source: getattr(row, field) for row in rows if getattr(row, field)}
        values = sorted(set(printed.values()))
        if any(not longer.startswith(shorter) for shorter, longer in pairwise(values)):
            found.append(Conflict(field, tuple(printed.values()), tuple(printed)))
    return tuple(found)


def read_rows(rows: Iterable[Mapping[str, str]], file: str, defaults: Mapping[str, str]) -> list[BilateralRow]:
    """The rows of one register file; `defaults` gives what the file says as a whole (its `as_of`, its status)."""
    found = []
    for row in rows:
        first, second = row.get("state_a") or row.get("party_a", ""), row.get("state_b") or row.get("party_b", "")
        if not (first and second):
            continue
        printed = row.get("status") or defaults.get("status", "")
        if not printed and "status=in_force" in row["source"]:
            printed = "in_force"
        status = _STATUS.get(printed, "signed" if printed.startswith("signed") else "listed")
        terminated = row.get("terminated") or ""
        low, high = sorted((first, second))
        found.append(
            BilateralRow(
                pair=(low, high),
                kind=row["kind"],
                signed=row.get("date_signed") or row.get("year") or "",
                in_force=(row.get("entry_into_force") or "").split(";")[0].strip(),
                terminated=terminated,
                status="terminated" if terminated else status,
                title=row.get("title") or "",
                source=row["source"],
                as_of=row.get("as_of") or defaults.get("as_of", ""),
                file=file,
            )
        )
    return found
