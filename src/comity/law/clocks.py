"""Clocks of the instruments: what is due when, counted from a trigger, in the time zone of the place.

Day counting: the day of the trigger is not counted; a period of days ends with the last moment of its last day in the
place where the act is due. Hours run from the moment itself. A negative number counts back from an appointed day. A
period the instrument does not state in figures has no `due`.
"""

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from comity.law.instrument import Instrument
from comity.law.law_files import Sources, load_sources, read_yaml
from comity.values.errors import InvalidInputError


@dataclass(frozen=True, slots=True)
class Clock:
    """One running clock: when it is due (UTC), what kind of limit it is, what follows, how it may be extended."""

    id: str
    provision: str
    trigger: str
    due: datetime | None
    kind: str
    effect: str
    extension: str
    extended_due: datetime | None
    verified: bool
    source: str
    liberty: bool = False
    """A person's liberty hangs on it."""

    def to_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "provision": self.provision,
            "trigger": self.trigger,
            "due": _text(self.due),
            "kind": self.kind,
            "effect": self.effect,
            "extension": self.extension,
            "extended_due": _text(self.extended_due),
            "verified": self.verified,
            "source": self.source,
            "liberty": self.liberty,
        }


@lru_cache(maxsize=1)
def _table() -> tuple[Mapping[str, Any], ...]:
    return tuple(read_yaml("clocks.yaml"))


def triggers_of(instrument: Instrument) -> tuple[str, ...]:
    """The events from which a clock of the instrument runs."""
    return tuple(dict.fromkeys(row["trigger"] for row in _table() if row["instrument"] == instrument.code))


def clocks_for(
    instrument: Instrument, trigger: str, at: datetime | date, place: str = "UTC", measure: str = ""
) -> tuple[Clock, ...]:
    """The clocks that an event starts. `at` is the event (a day, or an aware instant); `place` an IANA time zone.

    An event that starts no clock of the instrument raises InvalidInputError with those that do.
    """
    known = triggers_of(instrument)
    if trigger not in known:
        raise InvalidInputError(
            f"'{trigger[:40]}' starts no clock of {instrument.code}. Those that do: {', '.join(known) or 'none read'}.",
            code="law:trigger",
            place="trigger",
        )
    zone = ZoneInfo(place)
    sources = load_sources()
    return tuple(
        _clock(row, at, zone, sources)
        for row in _table()
        if row["instrument"] == instrument.code
        and row["trigger"] == trigger
        and (not measure or not row.get("measures") or measure in row["measures"])
    )


def _clock(row: Mapping[str, Any], at: datetime | date, zone: ZoneInfo, sources: Sources) -> Clock:
    due = _due(row, at, zone)
    extra = row.get("extension_days")
    longer = {"days": row["days"] + extra} if extra and "days" in row else None
    return Clock(
        id=row["id"],
        provision=row["at"],
        trigger=row["trigger"],
        due=due,
        kind=row["kind"],
        effect=row["effect"],
        extension=row.get("extension", ""),
        extended_due=_due(longer, at, zone) if longer else None,
        verified=sources.read(row["read"]),
        source=sources.texts[row["read"]],
        liberty=bool(row.get("liberty")),
    )


def _due(row: Mapping[str, Any], at: datetime | date, zone: ZoneInfo) -> datetime | None:
    if "hours" in row:
        start = at if isinstance(at, datetime) else datetime.combine(at, time(), zone)
        return (_aware(start) + timedelta(hours=row["hours"])).astimezone(UTC)
    day = _aware(at).astimezone(zone).date() if isinstance(at, datetime) else at
    if "months" in row:
        last = _months_after(day, row["months"])
    elif "days" in row:
        last = day + timedelta(days=row["days"])
    else:
        return None
    return datetime.combine(last, time(23, 59, 59), zone).astimezone(UTC)


def _months_after(day: date, months: int) -> date:
    """The same day so many months later; the last day of the month where there is no such day."""
    total = day.year * 12 + day.month - 1 + months
    year, month = divmod(total, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _aware(at: datetime) -> datetime:
    if at.tzinfo is None:
        raise InvalidInputError("An event with a time of day needs a time zone.", code="law:time", place=repr(at))
    return at


def _text(at: datetime | None) -> str | None:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ") if at else None
