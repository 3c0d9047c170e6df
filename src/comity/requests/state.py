"""The state of a dossier as both sides compute it from the same messages."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from comity.requests.phases import DEAD_PARTS, WORKED_PARTS, Effect, PartState, Phase, Side
from comity.values.instant import instant_text, parse_instant


@dataclass
class Part:
    """One measure asked for, and what became of it."""

    id: str
    measure: str
    state: PartState = PartState.REQUESTED
    decisions: list[dict[str, Any]] = field(default_factory=list)
    """Grounds, conditions, orders and records in the order in which they took effect, each with its message."""
    until: str = ""
    """Day to which the part is postponed, where one was named."""

    def to_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "measure": self.measure,
            "state": self.state.value,
            "decisions": self.decisions,
            "until": self.until,
        }


@dataclass
class Exchange:
    """A question or a consultation, and its answer."""

    id: str
    asked_by: Side
    text: dict[str, str]
    provision: str
    asked_at: str
    parts: list[str] = field(default_factory=list)
    answer: dict[str, str] | None = None
    answered_at: str = ""

    def to_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "asked_by": self.asked_by.value,
            "text": self.text,
            "provision": self.provision,
            "asked_at": self.asked_at,
            "parts": self.parts,
            "answer": self.answer,
            "answered_at": self.answered_at,
        }


@dataclass(frozen=True)
class TimelineEntry:
    """One message in the shared timeline: whose side it stands on and what it did."""

    digest: str
    type: str
    side: Side
    at: datetime
    effect: Effect
    reason: str = ""
    recorded: bool = False
    """Written down by the other side from a letter, not signed by the side it stands on."""

    def to_json(self) -> dict[str, Any]:
        return {
            "digest": self.digest,
            "type": self.type,
            "side": self.side.value,
            "at": instant_text(self.at),
            "effect": self.effect.value,
            "reason": self.reason,
            "recorded": self.recorded,
        }


@dataclass
class DossierState:
    """What the messages add up to. Equal on both sides whenever both hold the same messages."""

    content: dict[str, Any] | None = None
    release: str = ""
    route: str = ""
    originating: str = ""
    numbers: dict[str, str] = field(default_factory=dict)
    received_at: str = ""
    contact: str = ""
    annex_b: dict[str, Any] | None = None
    annex_b_at: str = ""
    decided_at: str = ""
    """When the first part was accepted or declined: the decision on recognition or execution."""
    parts: dict[str, Part] = field(default_factory=dict)
    questions: dict[str, Exchange] = field(default_factory=dict)
    consultations: dict[str, Exchange] = field(default_factory=dict)
    amendment: dict[str, Any] | None = None
    """What is to be amended; None when nothing is asked."""
    executing: dict[str, Any] | None = None
    conditions: list[dict[str, Any]] = field(default_factory=list)
    items: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Returned items by reference: digest, conditions, and whether the custody was countersigned."""
    recalls: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Recalls and narrowings by id: what was asked, of which items, by when, and how each was answered."""
    cover_letters: list[dict[str, Any]] = field(default_factory=list)
    feedback: list[dict[str, Any]] = field(default_factory=list)
    reminders: list[str] = field(default_factory=list)
    closed: dict[str, Any] | None = None
    withdrawn: dict[str, Any] | None = None
    timeline: list[TimelineEntry] = field(default_factory=list)
    heads: list[str] = field(default_factory=list)
    """Digests that no known message follows: what the next message will follow."""
    waiting: dict[str, list[str]] = field(default_factory=dict)
    """Messages that wait, with the predecessors that are missing."""

    def part_states(self) -> dict[str, PartState]:
        return {part.id: part.state for part in self.parts.values()}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "DossierState":
        """The state as `to_json` wrote it; an empty object is a dossier without messages."""
        plain = {name: value[name] for name in _PLAIN if name in value}
        state = cls(**plain)
        state.parts = {
            one["id"]: Part(one["id"], one["measure"], PartState(one["state"]), one["decisions"], one["until"])
            for one in value.get("parts", [])
        }
        for name in ("questions", "consultations"):
            found = {one["id"]: _exchange(one) for one in value.get(name, [])}
            setattr(state, name, found)
        state.timeline = [
            TimelineEntry(
                one["digest"],
                one["type"],
                Side(one["side"]),
                parse_instant(one["at"]),
                Effect(one["effect"]),
                one["reason"],
                one["recorded"],
            )
            for one in value.get("timeline", [])
        ]
        return state

    @property
    def phase(self) -> Phase | None:
        """Where the dossier stands; None before the request itself has arrived."""
        return phase_of(self)

    def open_questions(self) -> list[Exchange]:
        return [] if self._ended() else [one for one in self.questions.values() if one.answer is None]

    def open_consultations(self) -> list[Exchange]:
        return [] if self._ended() else [one for one in self.consultations.values() if one.answer is None]

    def consulted_about(self, part: str) -> bool:
        """True when a consultation that covers the part was held, answered or not."""
        return any(not one.parts or part in one.parts for one in self.consultations.values())

    def _ended(self) -> bool:
        return self.phase in {Phase.CLOSED, Phase.REFUSED, Phase.WITHDRAWN}

    def to_json(self) -> dict[str, Any]:
        """The whole state as canonical JSON: what the row caches and `doctor` compares."""
        return {
            "phase": self.phase.value if self.phase else "",
            "content": self.content,
            "release": self.release,
            "route": self.route,
            "originating": self.originating,
            "numbers": self.numbers,
            "received_at": self.received_at,
            "contact": self.contact,
            "annex_b": self.annex_b,
            "annex_b_at": self.annex_b_at,
            "decided_at": self.decided_at,
            "parts": [part.to_json() for part in self.parts.values()],
            "questions": [one.to_json() for one in self.questions.values()],
            "consultations": [one.to_json() for one in self.consultations.values()],
            "amendment": self.amendment,
            "executing": self.executing,
            "conditions": self.conditions,
            "items": self.items,
            "recalls": self.recalls,
            "cover_letters": self.cover_letters,
            "feedback": self.feedback,
            "reminders": self.reminders,
            "closed": self.closed,
            "withdrawn": self.withdrawn,
            "timeline": [entry.to_json() for entry in self.timeline],
            "heads": self.heads,
            "waiting": self.waiting,
        }


_PLAIN = (
    "content",
    "release",
    "route",
    "originating",
    "numbers",
    "received_at",
    "contact",
    "annex_b",
    "annex_b_at",
    "decided_at",
    "amendment",
    "executing",
    "conditions",
    "items",
    "recalls",
    "cover_letters",
    "feedback",
    "reminders",
    "closed",
    "withdrawn",
    "heads",
    "waiting",
)
"""Fields that are JSON as they stand."""


def _exchange(one: Mapping[str, Any]) -> Exchange:
    return Exchange(
        one["id"],
        Side(one["asked_by"]),
        one["text"],
        one["provision"],
        one["asked_at"],
        one["parts"],
        one["answer"],
        one["answered_at"],
    )


def phase_of(state: DossierState) -> Phase | None:
    """The phase follows from the facts, never the other way round, so that crossing messages add up the same."""
    if state.content is None:
        return None
    if state.closed is not None:
        return Phase.CLOSED
    if state.withdrawn is not None:
        return Phase.WITHDRAWN
    states = [part.state for part in state.parts.values()]
    if all(one is PartState.DECLINED for one in states):
        return Phase.REFUSED
    if state.amendment is not None:
        return Phase.AMENDMENT_REQUESTED
    return _phase_of_work(state, states)


def _phase_of_work(state: DossierState, states: list[PartState]) -> Phase:
    live = [one for one in states if one not in DEAD_PARTS and one is not PartState.POSTPONED]
    if live and all(one is PartState.RETURNED for one in live):
        done = all(item["countersigned"] or item.get("recalled") for item in state.items.values())
        return Phase.COUNTERSIGNED if done and state.items else Phase.RETURNED
    if any(one in WORKED_PARTS or one is PartState.RETURNED for one in states):
        return Phase.IN_EXECUTION
    moved = any(one is not PartState.REQUESTED for one in states)
    if moved or state.questions or state.consultations:
        return Phase.UNDER_EXAMINATION
    return Phase.REGISTERED if Side.REQUESTED.value in state.numbers else Phase.TRANSMITTED


def counted(states: Iterable[str]) -> dict[str, int]:
    """How many parts stand in each state, for a line in a list."""
    found: dict[str, int] = {}
    for state in states:
        found[state] = found.get(state, 0) + 1
    return found
