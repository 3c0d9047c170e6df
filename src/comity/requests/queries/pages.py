"""One dossier with all that belongs to it, for one officer."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from comity.authorities.models import Authority
from comity.evidence.queries import ItemView, TransferView, items_of, transfers_of
from comity.exchange.queries import LineView, delivery_of, lines
from comity.gazette.queries import register_here
from comity.requests.clocks import RunningClock, clocks_of
from comity.requests.models import Dossier, Draft
from comity.requests.phases import Phase, Side
from comity.requests.queries.access import asking_of, cached_state, dossier_for, partner_of, target_of
from comity.requests.queries.documents import DocumentView, documents_of
from comity.requests.queries.law_view import LawView, law_of
from comity.requests.queries.sight import post_seen
from comity.requests.queries.steps import NextStep, next_steps
from comity.requests.queries.timeline import TimelineView, timeline_of
from comity.requests.standing import phase_for, relations_of
from comity.requests.state import DossierState
from comity.safeguards.permissions import Permission
from comity.safeguards.policy import authorise
from comity.values.actor import Actor
from comity.values.reference import Reference


@dataclass(frozen=True, slots=True)
class PartyView:
    code: str
    state: str
    names: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class DraftView:
    """The request as it is being written, with what is missing and what the engine says of it."""

    version: int
    content: Mapping[str, Any]
    answers: Mapping[str, Any]
    gaps: tuple[Mapping[str, Any], ...]
    prediction: Mapping[str, Any]
    release: Mapping[str, Any] | None
    saved_at: datetime


@dataclass(frozen=True, slots=True)
class PostLine:
    direction: str
    on: date
    number: str
    correspondent: str
    what: str
    scan: str


@dataclass(frozen=True, slots=True)
class DossierView:
    """Everything a page about one dossier shows, for one officer."""

    reference: str
    version: int
    holder: str
    side: str
    relations: tuple[str, ...]
    phase: str
    title: str
    requesting: PartyView
    requested: PartyView
    originating: PartyView | None
    executing: PartyView | None
    numbers: Mapping[str, str]
    """`file` (the office's own), `ours`, `theirs`."""
    instrument: str
    direct: bool
    partner_has_node: bool
    handling: str
    content: Mapping[str, Any] | None
    signed_release: str
    cover_note: Mapping[str, str]
    draft: DraftView | None
    parts: tuple[Mapping[str, Any], ...]
    clocks: tuple[RunningClock, ...]
    questions: tuple[Mapping[str, Any], ...]
    consultations: tuple[Mapping[str, Any], ...]
    open_questions: tuple[Mapping[str, Any], ...]
    open_consultations: tuple[Mapping[str, Any], ...]
    conditions: tuple[Mapping[str, Any], ...]
    amendment: Mapping[str, Any] | None
    items: tuple[ItemView, ...]
    transfers: tuple[TransferView, ...]
    documents: tuple[DocumentView, ...]
    post: tuple[PostLine, ...]
    remind_on: date | None
    timeline: tuple[TimelineView, ...]
    waiting: Mapping[str, list[str]]
    law: LawView
    line: LineView | None
    """How the line to the partner stands; None when nothing was ever sent."""
    steps: tuple[NextStep, ...]
    changed_at: datetime


def dossier_page(actor: Actor, reference: Reference) -> DossierView:
    """One dossier as one officer may see it. `MissingError` when there is none for her authority.

    The face enters the read in the ledger before it sends the page.
    """
    row = dossier_for(actor, reference)
    authorise(actor, Permission.DOSSIER_READ, target_of(row, actor))
    state = cached_state(row)
    partner = partner_of(row)
    law = register_here().instrument(row.instrument) if row.instrument else None
    return DossierView(
        reference=row.reference,
        version=row.version,
        holder=row.holder,
        side=row.side,
        relations=tuple(sorted(relation.value for relation in relations_of(row, actor.authority))),
        phase=shown_phase(row, state),
        title=row.title,
        requesting=_party(row.requesting),
        requested=_party(row.requested),
        originating=_party(row.originating or state.originating) if row.originating or state.originating else None,
        executing=_executing(row, state),
        numbers={"file": row.file_number, "ours": row.number, "theirs": row.their_number},
        instrument=row.instrument,
        direct=row.direct,
        partner_has_node=row.partner_has_node,
        handling=row.handling,
        content=state.content,
        signed_release=row.signed_release or state.release,
        cover_note=row.cover_note,
        draft=_draft(row),
        parts=tuple(part.to_json() for part in state.parts.values()),
        clocks=clocks_of(state, law, row.requested[:2], asking_of(row)),
        questions=tuple(one.to_json() for one in state.questions.values()),
        consultations=tuple(one.to_json() for one in state.consultations.values()),
        open_questions=tuple(one.to_json() for one in state.open_questions()),
        open_consultations=tuple(one.to_json() for one in state.open_consultations()),
        conditions=tuple(state.conditions),
        amendment=state.amendment,
        items=tuple(items_of(actor, reference)),
        transfers=tuple(transfers_of(row.holder, reference)),
        documents=documents_of(row, actor.authority),
        post=tuple(
            PostLine(one.direction, one.on, one.number, one.correspondent, one.what, one.scan)
            for one in post_seen(row, actor.authority).order_by("on", "id")
        ),
        remind_on=row.remind_on,
        timeline=timeline_of(row, state, actor.authority),
        waiting=state.waiting,
        law=law_of(row, state, actor.authority),
        line=next((line for line in lines(actor.authority) if line.partner == partner), None),
        steps=next_steps(actor, row, state),
        changed_at=row.changed_at,
    )


def shown_phase(row: Dossier, state: DossierState) -> str:
    """The phase with what only the sender knows: that the partner's node confirmed the arrival."""
    delivered = False
    if row.side == Side.REQUESTING and state.phase is Phase.TRANSMITTED:
        sent = next((one.digest for one in reversed(state.timeline) if one.type == "request.transmitted"), "")
        delivered = bool(sent) and delivery_of(row.holder, sent).state == "delivered"
    phase = phase_for(Side(row.side), state.phase, row.stage, delivered=delivered)
    return phase.value if phase else ""


def _party(code: str) -> PartyView:
    row = Authority.objects.filter(code=code).first()
    return PartyView(code, code[:2], row.names if row else {})


def _executing(row: Dossier, state: DossierState) -> PartyView | None:
    if state.executing is not None:
        return PartyView(state.executing["authority"], row.requested[:2], state.executing["names"])
    return _party(row.executing) if row.executing else None


def _draft(row: Dossier) -> DraftView | None:
    found = Draft.objects.filter(dossier=row).first()
    if found is None:
        return None
    return DraftView(
        found.version,
        found.content,
        found.answers,
        tuple(found.gaps),
        found.prediction,
        found.release,
        found.saved_at,
    )
