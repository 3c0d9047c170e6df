"""The clocks of a request, hard and soft, computed by both sides from the same messages.

Arrival at a node starts no clock: the receipt a person registered does, with the time she gave. Which event
starts which clock, and for how long, is the law's table (`comity.law.clocks`).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from comity.law.clocks import clocks_for, triggers_of
from comity.law.instrument import Instrument
from comity.law.places import zone_of
from comity.requests.lanes import is_urgent
from comity.requests.phases import ENDED, Effect, PartState, Side
from comity.requests.state import DossierState
from comity.values.instant import instant_text, parse_instant


@dataclass(frozen=True, slots=True)
class RunningClock:
    """One clock of a dossier: whose turn, since when, until when, on what provision, and when it was met."""

    id: str
    provision: str
    side: Side
    started: str
    due: datetime | None
    kind: str
    """`hard`, `soft` or `right`."""
    effect: str
    extension: str = ""
    extended_due: datetime | None = None
    verified: bool = True
    met_at: str = ""

    def overdue(self, at: datetime) -> bool:
        return not self.met_at and self.due is not None and at > self.due

    def to_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "provision": self.provision,
            "side": self.side.value,
            "started": self.started,
            "due": instant_text(self.due) if self.due else "",
            "kind": self.kind,
            "effect": self.effect,
            "extension": self.extension,
            "extended_due": instant_text(self.extended_due) if self.extended_due else "",
            "verified": self.verified,
            "met_at": self.met_at,
        }


def executed_at(state: DossierState) -> str:
    """When the last part still asked for was executed; empty while any waits."""
    waiting = {PartState.REQUESTED, PartState.ACCEPTED, PartState.AUTHORISED, PartState.POSTPONED}
    if not state.parts or any(part.state in waiting for part in state.parts.values()):
        return ""
    times = [
        decision["at"]
        for part in state.parts.values()
        for decision in part.decisions
        if decision["type"] in {"request.executed", "evidence.returned", "request.declined"}
    ]
    return max(times, default="")


EVENTS: Mapping[str, Callable[[DossierState], str]] = {
    "receipt": lambda state: state.received_at,
    "decision": lambda state: state.decided_at,
}
"""The law's word for an event, and when the dossier's messages say it happened."""

TRANSMITTED = "request.transmitted"
URGENT_MEANS = "urgent-transmission"
"""The law's word for a request that went ahead of its original; what crosses between nodes is no original on paper."""

MET_BY: Mapping[str, Callable[[DossierState], str]] = {
    "eio_receipt": lambda state: state.annex_b_at,
    "eio_decide": lambda state: state.decided_at,
    "eio_execute": executed_at,
    "eio_provisional": lambda state: state.decided_at,
    "untoc_execute": executed_at,
    "uncac_execute": executed_at,
}
"""Clock id to the moment that met it; a clock not named here runs until the dossier ends."""


@dataclass(frozen=True, slots=True)
class Asking:
    """What only the requesting side knows of its own duties: its State, and when its paper went out by post."""

    state: str
    posted: tuple[date, ...] = ()


def clocks_of(
    state: DossierState, law: Instrument | None, requested_state: str, asking: Asking | None = None
) -> tuple[RunningClock, ...]:
    """Every clock the dossier's messages started, the earliest due first; `law` is the instrument it rests on, if any.

    `asking` is given on the requesting side, which then sees its own duties too; the other side is not told of its
    post, so it does not count what it cannot see met.
    """
    found = [*_of_law(state, law, requested_state), *_of_parties(state, requested_state)]
    found += _of_recalls(state, requested_state)
    if asking is not None:
        found += _of_asking(state, law, asking)
    return tuple(sorted(found, key=lambda clock: (clock.due is None, clock.due or datetime.max.replace(tzinfo=UTC))))


def _of_law(state: DossierState, law: Instrument | None, requested_state: str) -> list[RunningClock]:
    if law is None or state.content is None:
        return []
    measures = {part.measure for part in state.parts.values()} or {""}
    found: dict[str, RunningClock] = {}
    for trigger in triggers_of(law):
        started = EVENTS[trigger](state) if trigger in EVENTS else ""
        if not started:
            continue
        for measure in sorted(measures):
            for clock in clocks_for(law, trigger, parse_instant(started), zone_of(requested_state), measure):
                met = MET_BY[clock.id](state) if clock.id in MET_BY else _ended_at(state)
                found[clock.id] = RunningClock(
                    clock.id,
                    clock.provision,
                    Side.REQUESTED,
                    started,
                    clock.due,
                    clock.kind,
                    clock.effect,
                    clock.extension,
                    clock.extended_due,
                    clock.verified,
                    met or _ended_at(state),
                )
    return list(found.values())


def _of_asking(state: DossierState, law: Instrument | None, asking: Asking) -> list[RunningClock]:
    """The original on paper, where an urgent request went ahead of it by other means (treaty CH-CO, Art. 26(2))."""
    sent = [one.at for one in state.timeline if one.type == TRANSMITTED and one.effect is Effect.IN_EFFECT]
    if law is None or not sent or not is_urgent(state.content or {}):
        return []
    started, place = sent[-1], zone_of(asking.state)
    if URGENT_MEANS not in triggers_of(law):
        return []
    first = started.astimezone(ZoneInfo(place)).date()
    posted = min((day for day in asking.posted if day >= first), default=None)
    met = instant_text(datetime.combine(posted, time(12), ZoneInfo(place)).astimezone(UTC)) if posted else ""
    return [
        RunningClock(
            clock.id,
            clock.provision,
            Side.REQUESTING,
            instant_text(started),
            clock.due,
            clock.kind,
            clock.effect,
            verified=clock.verified,
            met_at=met or _ended_at(state),
        )
        for clock in clocks_for(law, URGENT_MEANS, started, place)
    ]


def _of_parties(state: DossierState, requested_state: str) -> list[RunningClock]:
    """Days the two sides named themselves: the deadline asked for, a postponement's end."""
    found = []
    urgency = (state.content or {}).get("urgency") or {}
    if urgency.get("deadline"):
        found.append(
            RunningClock(
                "asked-deadline",
                "asked for by the requesting side",
                Side.REQUESTED,
                "",
                _end_of(urgency["deadline"], requested_state),
                "soft",
                "the requesting side asked for execution by this day",
                met_at=executed_at(state) or _ended_at(state),
            )
        )
    for part in state.parts.values():
        if part.state is PartState.POSTPONED and part.until:
            found.append(
                RunningClock(
                    f"postponed-{part.id}",
                    "named with the postponement",
                    Side.REQUESTED,
                    "",
                    _end_of(part.until, requested_state),
                    "soft",
                    f"part {part.id} is taken up again or decided",
                )
            )
    return found


def _of_recalls(state: DossierState, requested_state: str) -> list[RunningClock]:
    """The day by which each recall or narrowing is answered; the end of the dossier does not stop it."""
    return [
        RunningClock(
            f"recall-{name}",
            asked["provision"] or "named with the recall",
            Side.REQUESTING,
            asked["at"],
            _end_of(asked["by"], requested_state),
            "hard",
            "what became of the items is answered; without an answer it is an open breach",
            met_at=asked["answered_at"],
        )
        for name, asked in state.recalls.items()
    ]


def _ended_at(state: DossierState) -> str:
    if state.closed is not None:
        return str(state.closed["at"])
    if state.withdrawn is not None:
        return str(state.withdrawn["at"])
    return state.decided_at if state.phase in ENDED else ""


def _end_of(day: str, territory: str) -> datetime:
    return datetime.combine(date.fromisoformat(day), time(23, 59, 59), ZoneInfo(zone_of(territory))).astimezone(UTC)


def next_due(clocks: tuple[RunningClock, ...]) -> datetime | None:
    """The earliest moment at which an open clock is due."""
    return next((clock.due for clock in clocks if clock.due is not None and not clock.met_at), None)
