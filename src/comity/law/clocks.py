"""Clocks of the instruments: what is due when, counted from a trigger, in the time zone of the place.

The table is `data/clocks.yaml`, the rules of counting `data/counting.yaml`. A period the instrument does not state in
figures has no `due`. Clocks on which a person's liberty hangs are a kind of their own.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from comity.law import counting
from comity.law.clock_files import ClockRow, CountingRule, clocks_from_text, counting_from_text
from comity.law.instrument import Instrument
from comity.law.law_files import load_sources, read_text
from comity.values.errors import InvalidInputError


@dataclass(frozen=True, slots=True)
class Clock:
    """One running clock: when it is due (UTC), what kind of limit it is, what follows, how it may be extended."""

    id: str
    provision: str
    trigger: str
    due: datetime | None
    kind: str
    """`hard`, `soft`, `right`, or `liberty` (then `limit` says which of these)."""
    effect: str
    extension: str
    extended_due: datetime | None
    verified: bool
    source: str
    liberty: bool = False
    """A person's liberty hangs on it."""
    limit: str = ""
    counting: CountingRule | None = None
    rolled_due: datetime | None = None
    """The end if the rule of counting moves it past a weekend or holiday; None where it does not."""
    cautious_due: datetime | None = None
    """For liberty: the end where the day of the event itself is counted."""
    between: str = ""
    """The instrument to which both States must be Parties for this clock to run; with `not ` before it, must not."""
    declared_under: str = ""
    """The article under which a Party may declare another length."""
    rests_on_holidays: bool = False
    """Public holidays of the place can move its end: working days are counted, or a day of rest moves it."""

    def to_json(self) -> dict[str, Any]:
        rule = self.counting
        return {
            "id": self.id,
            "provision": self.provision,
            "trigger": self.trigger,
            "due": _text(self.due),
            "kind": self.kind,
            "limit": self.limit,
            "effect": self.effect,
            "extension": self.extension,
            "extended_due": _text(self.extended_due),
            "rolled_due": _text(self.rolled_due),
            "cautious_due": _text(self.cautious_due),
            "counting": {"provision": rule.provision, "text": rule.text, "verified": rule.verified} if rule else None,
            "between": self.between,
            "verified": self.verified,
            "source": self.source,
            "liberty": self.liberty,
        }


@lru_cache(maxsize=1)
def clock_table() -> tuple[ClockRow, ...]:
    """The shipped table, read once."""
    return clocks_from_text("clocks.yaml", read_text("clocks.yaml"), load_sources(), counting_rules())


@lru_cache(maxsize=1)
def counting_rules() -> Mapping[str, CountingRule]:
    return counting_from_text("counting.yaml", read_text("counting.yaml"), load_sources())


def triggers_of(instrument: Instrument, table: Sequence[ClockRow] | None = None) -> tuple[str, ...]:
    """The events from which a clock of the instrument runs."""
    rows = clock_table() if table is None else table
    return tuple(dict.fromkeys(row.trigger for row in rows if row.instrument == instrument.code))


def clocks_for(
    instrument: Instrument,
    trigger: str,
    at: datetime | date,
    place: str = "UTC",
    measure: str = "",
    *,
    holidays: Collection[date] = (),
    table: Sequence[ClockRow] | None = None,
) -> tuple[Clock, ...]:
    """The clocks that an event starts. `at` is the event (a day, or an aware instant); `place` an IANA time zone.

    `holidays` are the public holidays of the place, as far as given. An event that starts no clock of the instrument
    raises InvalidInputError with those that do.
    """
    rows = clock_table() if table is None else table
    known = triggers_of(instrument, rows)
    if trigger not in known:
        raise InvalidInputError(
            f"'{trigger[:40]}' starts no clock of {instrument.code}. Those that do: {', '.join(known) or 'none read'}.",
            code="law:trigger",
            place="trigger",
        )
    try:
        zone = ZoneInfo(place)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise InvalidInputError(
            f"'{place[:40]}' is no time zone.",
            code="law:zone",
            place="place",
            next_step="Name an IANA zone, e.g. Europe/Zurich or America/Bogota.",
        ) from error
    return tuple(
        _clock(row, at, zone, holidays)
        for row in rows
        if row.instrument == instrument.code
        and row.trigger == trigger
        and (not measure or not row.measures or measure in row.measures)
    )


def _clock(row: ClockRow, at: datetime | date, zone: ZoneInfo, holidays: Collection[date]) -> Clock:
    due = _due(row, row.amount, at, zone, holidays)
    longer = _due(row, row.amount + row.extension_days, at, zone, holidays) if row.extension_days else None
    rule = counting_rules()[row.counting]
    rolled = None
    if rule.rolls and due is not None and row.amount > 0:
        last = due.astimezone(zone).date()
        moved = counting.rolled(last, holidays)
        rolled = counting.end_of(moved, zone) if moved != last else None
    cautious = _due(row, row.amount - 1, at, zone, holidays) if row.liberty and row.unit == "days" else None
    return Clock(
        id=row.id,
        provision=row.provision,
        trigger=row.trigger,
        due=due,
        kind="liberty" if row.liberty else row.kind,
        effect=row.effect,
        extension=row.extension,
        extended_due=longer,
        verified=row.verified,
        source=row.source,
        liberty=row.liberty,
        limit=row.kind,
        counting=rule,
        rolled_due=rolled,
        cautious_due=cautious,
        between=row.between,
        declared_under=row.declared_under,
        rests_on_holidays=row.unit == "working_days" or (rule.rolls and bool(row.unit) and row.unit != "hours"),
    )


def _due(
    row: ClockRow, amount: int, at: datetime | date, zone: ZoneInfo, holidays: Collection[date]
) -> datetime | None:
    if row.unit == "hours":
        return counting.hours_after(at, amount, zone)
    day = counting.day_of(at, zone)
    if row.unit == "months":
        return counting.end_of(counting.months_after(day, amount), zone)
    if row.unit == "working_days":
        return counting.end_of(counting.working_days_after(day, amount, holidays), zone)
    if row.unit == "days":
        return counting.end_of(counting.days_after(day, amount), zone)
    return None


def _text(at: datetime | None) -> str | None:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if at else None
