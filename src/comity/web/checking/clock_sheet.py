"""What is due when, as a sheet: each clock of one event in the time of the place, those on liberty apart and first."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django import forms
from django.utils.translation import gettext_lazy as _

from comity.law.clock_files import CountingRule
from comity.law.clock_pairs import PairedClock, StartingEvent, clocks_between
from comity.law.clocks import Clock, clock_table, triggers_of
from comity.law.places import zone_of
from comity.law.register import Register
from comity.law.register_dates import parse_day
from comity.values.errors import InvalidInputError
from comity.values.verdict import Finding
from comity.web.checking.matter import NONE, Matter, MatterForm
from comity.web.checking.words import said

YEARS = range(1900, 2200)
"""Years in which an event can be: clocks are counted from them in any zone."""


@dataclass(frozen=True, slots=True)
class Event:
    """The event as asked: its name, its day and, if given, its hour in the place, and the holidays there."""

    trigger: str
    on: date
    at: time | None
    place: str
    holidays: frozenset[date]

    @property
    def moment(self) -> date | datetime:
        return datetime.combine(self.on, self.at, ZoneInfo(self.place)) if self.at else self.on


@dataclass(frozen=True, slots=True)
class Due:
    """A moment at which something is due, in the time of the place; `whole_day`: until the end of that day."""

    at: datetime
    whole_day: bool


@dataclass(frozen=True, slots=True)
class ClockLine:
    """One clock as shown."""

    paired: PairedClock
    due: Due | None
    extended: Due | None
    rolled: Due | None
    cautious: Due | None

    @property
    def clock(self) -> Clock:
        return self.paired.clock

    @property
    def unsettled(self) -> bool:
        return self.paired.finding is Finding.UNSETTLED


@dataclass(frozen=True, slots=True)
class EventLine:
    """An event that starts clocks of the instrument: how many, and whether liberty hangs on one."""

    trigger: str
    word: str
    clocks: int
    liberty: bool


@dataclass(frozen=True, slots=True)
class ClockSheet:
    event: Event
    lines: tuple[ClockLine, ...]

    @property
    def liberty(self) -> list[ClockLine]:
        return [line for line in self.lines if line.clock.liberty]

    @property
    def others(self) -> list[ClockLine]:
        return [line for line in self.lines if not line.clock.liberty]

    @property
    def sources(self) -> list[str]:
        return list(dict.fromkeys(line.clock.source for line in self.lines if line.clock.source))

    @property
    def rules(self) -> list[CountingRule]:
        """Each rule of counting once."""
        found = [line.clock.counting for line in self.lines if line.clock.counting]
        return list({(rule.provision, rule.text): rule for rule in found}.values())


def events_of(matter: Matter) -> list[EventLine]:
    """The events that start a clock of the instrument, in the order of the table."""
    if matter.instrument is None:
        return []
    rows = [row for row in clock_table() if row.instrument == matter.instrument.code]
    return [
        EventLine(
            trigger,
            said("trigger", trigger),
            sum(row.trigger == trigger for row in rows),
            any(row.liberty for row in rows if row.trigger == trigger),
        )
        for trigger in triggers_of(matter.instrument)
    ]


def read_event(query: Mapping[str, str], matter: Matter) -> Event:
    """The event in an address; InvalidInputError names the field and an example."""
    place = query.get("place", "").strip()[:60] or (zone_of(matter.requested) if matter.requested else "UTC")
    try:
        ZoneInfo(place)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise InvalidInputError(
            f"'{place[:40]}' is no time zone.",
            code="law:zone",
            place="place",
            next_step="Name an IANA zone, e.g. Europe/Zurich or America/Bogota.",
        ) from error
    text = query.get("time", "").strip()[:8]
    try:
        hour = time.fromisoformat(text) if text else None
    except ValueError as error:
        raise InvalidInputError(
            f"'{text}' is no time of day.", code="law:date", place="time", next_step="Write it as 16:30."
        ) from error
    if matter.on.year not in YEARS:
        raise InvalidInputError(
            f"{matter.on.isoformat()} is too far away.",
            code="law:date",
            place="on",
            next_step="Write it as 2026-11-21.",
        )
    words = query.get("holidays", "").replace(",", " ").replace(";", " ").split()[:60]
    holidays = frozenset(parse_day(word[:20], "holidays") for word in words)
    return Event(query.get("trigger", "").strip()[:80], matter.on, hour, place, holidays)


def clock_sheet(register: Register, matter: Matter, event: Event) -> ClockSheet:
    """Every clock that the event starts between the two States, or between any where they are not named."""
    if matter.instrument is None:
        raise InvalidInputError("No instrument is named.", code="law:instrument", place="instrument")
    found = clocks_between(
        register,
        matter.instrument,
        matter.pair,
        StartingEvent(event.trigger, event.moment, event.place, matter.measure, event.holidays),
    )
    zone = ZoneInfo(event.place)
    lines = [
        ClockLine(
            one,
            _due(one.clock.due, zone),
            _due(one.clock.extended_due, zone),
            _due(one.clock.rolled_due, zone),
            _due(one.clock.cautious_due, zone),
        )
        for one in found
    ]
    lines.sort(key=lambda line: (line.due is None, line.due.at.timestamp() if line.due else 0))
    return ClockSheet(event, tuple(lines))


def _due(at: datetime | None, zone: ZoneInfo) -> Due | None:
    if at is None:
        return None
    local = at.astimezone(zone)
    return Due(local, (local.hour, local.minute) == (23, 59))


class ClocksForm(MatterForm):
    """The instrument and the States, the event and its moment in the time of the place."""

    trigger = forms.ChoiceField(label=_("Event"), required=False)
    on = forms.DateField(label=_("Day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    time = forms.TimeField(
        label=_("Hour there"), required=False, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    place = forms.CharField(label=_("Time zone of the place"), required=False)
    holidays = forms.CharField(
        label=_("Public holidays there"),
        required=False,
        help_text=_("Days such as 2026-12-25, with a comma between two."),
    )

    def __init__(
        self, register: Register, matter: Matter, event: Event | None, query: Mapping[str, str], *, state: str
    ) -> None:
        super().__init__(register, matter, without=("offence",), state=state)
        trigger = self.fields["trigger"]
        assert isinstance(trigger, forms.ChoiceField)  # noqa: S101 - tells the type checker what stands above
        trigger.choices = [NONE, *((one.trigger, one.word) for one in events_of(matter))]
        said_of: dict[str, Any] = {
            "trigger": query.get("trigger", ""),
            "on": matter.on,
            "time": query.get("time", ""),
            "place": query.get("place", "") or (event.place if event else ""),
            "holidays": query.get("holidays", ""),
        }
        self.initial = {**self.initial, **said_of}
