"""Lines of a page as templates need them: what needs me, a dossier in a list, an entry of the timeline, a next step."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.functional import Promise

from comity.values.verdict import Finding
from comity.web.marks import ClockMark, SealMark, Stop

Words = str | Promise


@dataclass(frozen=True, slots=True)
class Need:
    """One thing that waits for this officer: by when, what, with whom, since when."""

    what: Words
    href: str
    number: str
    partner: str
    detail: Words = ""
    clock: ClockMark | None = None
    seal: SealMark | None = None
    finding: Finding | None = None
    ours: bool = True
    since: datetime | None = None
    their_number: str = ""


@dataclass(frozen=True, slots=True)
class DossierLine:
    """A dossier in the list."""

    href: str
    number: str
    title: str
    partner: str
    partner_name: str
    outgoing: bool
    phase: str
    their_number: str = ""
    clock: ClockMark | None = None
    ours: bool | None = None
    changed: datetime | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of the shared timeline; it stands on its author's side. `domestic` ones never crossed the border."""

    side: str
    title: Words
    at: datetime
    anchor: str
    words: tuple[str, ...] = ()
    points: tuple[tuple[Words, str], ...] = ()
    seal: SealMark | None = None
    by: str = ""
    language: str = ""
    domestic: bool = False
    recorded: bool = False
    open: bool = False
    effect: str = "in-effect"
    reason: str = ""
    delivery: str = ""
    """Where our own message is, as long as the partner has not confirmed it."""


@dataclass(frozen=True, slots=True)
class Party:
    """One side of a dossier: the State, the authority, and who else of that State is at work."""

    state: str
    name: str
    role: Words
    number: str = ""
    others: tuple[Words, ...] = ()
    turn: bool = False


@dataclass(frozen=True, slots=True)
class NextStep:
    """A verb on this dossier: allowed, or not allowed with the reason."""

    verb: str
    href: str
    allowed: bool
    reason: str = ""
    meaning: str = ""
    grave: bool = False


@dataclass(frozen=True, slots=True)
class PartLine:
    """One measure asked for, where it stands, and why."""

    id: str
    measure: str
    state: str
    description: str = ""
    reasons: tuple[tuple[str, str], ...] = ()
    until: str = ""


@dataclass(frozen=True, slots=True)
class DocumentLine:
    """A document of the dossier: its kind and language, its digest and seal, and where it is opened."""

    kind: str
    language: str
    digest: str
    href: str
    seal: SealMark | None = None
    signed: bool = False


@dataclass(frozen=True, slots=True)
class OnItsWay:
    """How far the content of an item has come, since when, and what it waits for."""

    partner: str
    held: int
    size: int
    since: datetime
    reason: str = ""
    failing_since: datetime | None = None
    next_attempt: datetime | None = None
    broken: bool = False
    """What came was not what was promised: it stops until the partner offers it anew."""


@dataclass(frozen=True, slots=True)
class ItemLine:
    """An item of evidence with its custody line."""

    href: str
    title: str
    kind: str
    digest: str
    number: str
    dossier_href: str
    size: int | None = None
    stops: tuple[Stop, ...] = ()
    conditions: tuple[str, ...] = ()
    state: str = ""
    way: OnItsWay | None = None
    recalled: bool = False
    """Locked by a recall of its provider."""
    ended: bool = False
    """The last day of its use is past."""


@dataclass(frozen=True, slots=True)
class RecallMark:
    """A recall or narrowing: where it stands, by when it is answered, what became of each item."""

    kind: str
    state: str
    """proposed, refused, waiting, answered or breach."""
    own: bool
    reason: str
    provision: str
    demand: str
    terms: tuple[str, ...]
    digest: str
    since: datetime
    clock: ClockMark | None
    items: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class DossierHead:
    """What stands above every page of one dossier."""

    reference: str
    title: str
    href: str
    number: str
    their_number: str
    phase: str
    ours: Party
    theirs: Party
    offences: tuple[str, ...] = ()
    basis: str = ""
    steps: tuple[NextStep, ...] = ()
    counts: dict[str, int] = field(default_factory=dict)
    has_node: bool = True
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def open_steps(self) -> list[NextStep]:
        return [step for step in self.steps if step.allowed]

    @property
    def closed_steps(self) -> list[NextStep]:
        return [step for step in self.steps if not step.allowed]
