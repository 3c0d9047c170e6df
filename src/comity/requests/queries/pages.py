"""One dossier for one officer: what every page of it shows, and the whole with timeline, transfers and post."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
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
from comity.safeguards.policy import Target, authorise
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
    """What every page of one dossier shows, for one officer."""

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
    documents: tuple[DocumentView, ...]
    remind_on: date | None
    waiting: Mapping[str, list[str]]
    law: LawView
    steps: tuple[NextStep, ...]
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class WholeDossier(DossierView):
    """A dossier with all that happened in it and all that crossed."""

    transfers: tuple[TransferView, ...]
    post: tuple[PostLine, ...]
    timeline: tuple[TimelineView, ...]
    line: LineView | None
    """How the line to the partner stands; None when nothing was ever sent."""


def dossier_page(actor: Actor, reference: Reference) -> DossierView:
    """One dossier as one officer may see it. `MissingError` when there is none for her authority.

    The face enters the read in the ledger before it sends the page.
    """
    row, target = _readable(actor, reference)
    return _view(actor, row, cached_state(row), target)


def dossier_whole(actor: Actor, reference: Reference) -> WholeDossier:
    """The same with its timeline, transfers and post; each message's signature is checked anew."""
    row, target = _readable(actor, reference)
    state, partner = cached_state(row), partner_of(row)
    view = _view(actor, row, state, target)
    return WholeDossier(
        **{one.name: getattr(view, one.name) for one in fields(view)},
        transfers=tuple(transfers_of(row.holder, reference)),
        post=tuple(
            PostLine(one.direction, one.on, one.number, one.correspondent, one.what, one.scan)
            for one in post_seen(row, actor.authority).order_by("on", "id")
        ),
        timeline=timeline_of(row, state, actor.authority),
        line=next((line for line in lines(actor.authority) if line.partner == partner), None),
    )


def _readable(actor: Actor, reference: Reference) -> tuple[Dossier, Target]:
    row = dossier_for(actor, reference)
    target = target_of(row, actor)
    authorise(actor, Permission.DOSSIER_READ, target)
    return row, target


def _view(actor: Actor, row: Dossier, state: DossierState, target: Target) -> DossierView:
    law = register_here().instrument(row.instrument) if row.instrument else None
    draft = Draft.objects.filter(dossier=row).first()
    originating = row.originating or state.originating or ""
    names = _names([row.requesting, row.requested, originating, row.executing])
    return DossierView(
        reference=row.reference,
        version=row.version,
        holder=row.holder,
        side=row.side,
        relations=tuple(sorted(relation.value for relation in relations_of(row, actor.authority))),
        phase=shown_phase(row, state),
        title=row.title,
        requesting=PartyView(row.requesting, row.requesting[:2], names[row.requesting]),
        requested=PartyView(row.requested, row.requested[:2], names[row.requested]),
        originating=PartyView(originating, originating[:2], names[originating]) if originating else None,
        executing=_executing(row, state, names),
        numbers={"file": row.file_number, "ours": row.number, "theirs": row.their_number},
        instrument=row.instrument,
        direct=row.direct,
        partner_has_node=row.partner_has_node,
        handling=row.handling,
        content=state.content,
        signed_release=row.signed_release or state.release,
        cover_note=row.cover_note,
        draft=_draft(draft) if draft else None,
        parts=tuple(part.to_json() for part in state.parts.values()),
        clocks=clocks_of(state, law, row.requested[:2], asking_of(row)),
        questions=tuple(one.to_json() for one in state.questions.values()),
        consultations=tuple(one.to_json() for one in state.consultations.values()),
        open_questions=tuple(one.to_json() for one in state.open_questions()),
        open_consultations=tuple(one.to_json() for one in state.open_consultations()),
        conditions=tuple(state.conditions),
        amendment=state.amendment,
        items=tuple(items_of(actor, target.reference)),
        documents=documents_of(row, actor.authority),
        remind_on=row.remind_on,
        waiting=state.waiting,
        law=law_of(row, state, actor.authority, draft),
        steps=next_steps(actor, row, state, target, draft),
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


def _names(codes: Sequence[str]) -> dict[str, Mapping[str, str]]:
    """Code to the names of that authority, none where this node knows of none."""
    known = dict(Authority.objects.filter(code__in=codes).values_list("code", "names"))
    return {code: known.get(code, {}) for code in codes}


def _executing(row: Dossier, state: DossierState, names: Mapping[str, Mapping[str, str]]) -> PartyView | None:
    if state.executing is not None:
        return PartyView(state.executing["authority"], row.requested[:2], state.executing["names"])
    return PartyView(row.executing, row.executing[:2], names[row.executing]) if row.executing else None


def _draft(found: Draft) -> DraftView:
    return DraftView(
        found.version,
        found.content,
        found.answers,
        tuple(found.gaps),
        found.prediction,
        found.release,
        found.saved_at,
    )
