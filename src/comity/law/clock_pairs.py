"""Clocks between two States: which of them run, by what both are bound by, and what the asked State declared."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from comity.law.bound import bound_verdict
from comity.law.clock_files import ClockRow
from comity.law.clocks import Clock, clocks_for
from comity.law.counting import day_of
from comity.law.instrument import Instrument
from comity.law.places import zone_of
from comity.law.register import Register
from comity.values.country import country_name, parse_country
from comity.values.verdict import Finding, gravest


@dataclass(frozen=True, slots=True)
class PairedClock:
    """A clock between two States. UNSETTLED: whether it runs depends on a fact; `question` asks for it."""

    clock: Clock
    finding: Finding
    question: str
    declared: tuple[str, ...]
    holidays: str = ""
    """`given`, `unknown` (the register holds none: `holiday_question` asks for them), or empty where none matter."""
    holiday_question: str = ""

    def to_json(self) -> dict[str, Any]:
        return self.clock.to_json() | {
            "finding": self.finding.value,
            "question": self.question,
            "declared": list(self.declared),
            "holidays": self.holidays,
            "holiday_question": self.holiday_question,
        }


@dataclass(frozen=True, slots=True)
class StartingEvent:
    """What happened and when: a day, or an aware instant; where, for which measure, and which holidays are given."""

    trigger: str
    at: datetime | date
    place: str = ""
    """An IANA time zone; empty for that of the requested State."""
    measure: str = ""
    holidays: Collection[date] = ()


def clocks_between(
    register: Register,
    instrument: Instrument,
    pair: tuple[str, str] | None,
    event: StartingEvent,
    *,
    table: Sequence[ClockRow] | None = None,
) -> tuple[PairedClock, ...]:
    """The clocks an event starts between a requesting and a requested State, in the zone of the requested one.

    Without a pair every clock of the event is given, those that depend on the pair as UNSETTLED. Those that do not run
    between the two are left out.
    """
    states = (parse_country(pair[0]), parse_country(pair[1])) if pair else None
    zone, at = event.place or (zone_of(states[1]) if states else "UTC"), event.at
    found = []
    for clock in clocks_for(instrument, event.trigger, at, zone, event.measure, holidays=event.holidays, table=table):
        finding, question = _runs(register, clock, states, day_of(at, ZoneInfo(zone)))
        if finding is not Finding.BARRED:
            known, asked = _holidays(clock, states, at, zone, given=bool(event.holidays))
            declared = _declared(register, instrument, clock, states)
            found.append(PairedClock(clock, finding, question, declared, known, asked))
    return tuple(found)


def _holidays(
    clock: Clock, states: tuple[str, str] | None, at: datetime | date, zone: str, *, given: bool
) -> tuple[str, str]:
    """Whether public holidays matter to the clock, and the question for them: the register holds none of any State."""
    if not clock.rests_on_holidays or clock.due is None:
        return "", ""
    if given:
        return "given", ""
    place = country_name(states[1]) if states else "the place"
    first, last = sorted((day_of(at, ZoneInfo(zone)), clock.due.astimezone(ZoneInfo(zone)).date()))
    days = f"{first.isoformat()} and {last.isoformat()}"
    return "unknown", f"Which public holidays does {place} keep between {days}, or on the days that follow?"


def _runs(register: Register, clock: Clock, states: tuple[str, str] | None, on: date) -> tuple[Finding, str]:
    if not clock.between:
        return Finding.CLEAR, ""
    code = clock.between.removeprefix("not ")
    asked = f"Are both States Parties to {code}?"
    if states is None:
        return Finding.UNSETTLED, asked
    register = register.at(on)
    other = register.instrument(code)
    bound = gravest(
        bound_verdict(other, state, register.participation(code, state), on, on).finding for state in states
    )
    if bound is Finding.UNSETTLED:
        return Finding.UNSETTLED, asked
    runs = (bound is Finding.CLEAR) != clock.between.startswith("not ")
    return (Finding.CLEAR if runs else Finding.BARRED), ""


def _declared(
    register: Register, instrument: Instrument, clock: Clock, states: tuple[str, str] | None
) -> tuple[str, ...]:
    if not clock.declared_under or states is None:
        return ()
    rows = register.declarations(states[1], instrument.code).reservations
    return tuple(
        f"{states[1]}: {row.text} (as of {row.as_of or 'undated'})" for row in rows if row.what == clock.declared_under
    )
