"""Reads of casework for the faces: a dossier with all that belongs to it, lists, documents."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from comity.authorities.keyring import Keyring
from comity.authorities.models import Authority
from comity.evidence.queries import ItemView, items_of, transfers_of
from comity.exchange.queries import LineView, delivery_of, lines, message, messages_of, receipts_of
from comity.law.conditions import use_conditions
from comity.law.register import load_register
from comity.requests.clocks import RunningClock, clocks_of
from comity.requests.fold import fold
from comity.requests.lanes import way_of
from comity.requests.models import Document, DomesticAct, Dossier, Draft, PostEntry
from comity.requests.phases import Phase, Side
from comity.requests.predictions import dual_criminality_lines
from comity.requests.queries.access import dossier_for, partner_of, rows_of, state_of, target_of
from comity.requests.queries.steps import NextStep, next_steps
from comity.requests.queries.timeline import Seal, TimelineView, seal_of, timeline_of
from comity.requests.refusals import grounds_for
from comity.requests.standing import phase_for, relations_of
from comity.requests.state import DossierState, counted
from comity.safeguards.actions import enter_read
from comity.safeguards.permissions import Permission
from comity.safeguards.policy import authorise, decide
from comity.store.queries import content_bytes, holds
from comity.store.vault import Vault
from comity.values.actor import Act, Actor
from comity.values.errors import MissingError, UnavailableError
from comity.values.instant import instant_text
from comity.values.reference import Reference

LONGEST_LIST = 500


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
class DocumentView:
    digest: str
    kind: str
    language: str
    name: str
    media_type: str
    size: int
    sealed_by: str
    unsigned: str
    own: bool
    here: bool
    """Its bytes have arrived."""
    at: datetime


@dataclass(frozen=True, slots=True)
class PostLine:
    direction: str
    on: date
    number: str
    correspondent: str
    what: str
    scan: str


@dataclass(frozen=True, slots=True)
class LawView:
    """What each side's own engine says, and the instrument's rules for this matter."""

    instrument: str
    title: str
    route: str
    direct: bool
    languages: tuple[str, ...]
    signer: str
    transmitter: str
    form: str
    original_must_follow: str
    provision: str
    verified: bool
    requesting: Mapping[str, Any]
    """The requesting side's run, as sent with the request (or of the draft)."""
    requested: Mapping[str, Any]
    """The requested side's own run; empty for the requesting side, which does not see it."""
    dual_criminality: tuple[Mapping[str, Any], ...]
    use_conditions: tuple[Mapping[str, Any], ...]
    refusal_grounds: tuple[Mapping[str, Any], ...]
    postponement_grounds: tuple[Mapping[str, Any], ...]


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
    transfers: tuple[Any, ...]
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


@dataclass(frozen=True, slots=True)
class DossierLine:
    """A dossier in a list."""

    reference: str
    version: int
    side: str
    phase: str
    title: str
    partner: str
    number: str
    their_number: str
    file_number: str
    instrument: str
    parts: Mapping[str, int]
    due: datetime | None
    remind_on: date | None
    changed_at: datetime


def dossier_page(actor: Actor, reference: Reference) -> DossierView:
    """One dossier as one officer may see it. `MissingError` when there is none for her authority.

    The face enters the read in the ledger before it sends the page.
    """
    row = dossier_for(actor, reference)
    authorise(actor, Permission.DOSSIER_READ, target_of(row, actor))
    state = state_of(row)
    partner = partner_of(row)
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
        clocks=clocks_of(state, row.instrument, row.requested[:2]),
        questions=tuple(one.to_json() for one in state.questions.values()),
        consultations=tuple(one.to_json() for one in state.consultations.values()),
        open_questions=tuple(one.to_json() for one in state.open_questions()),
        open_consultations=tuple(one.to_json() for one in state.open_consultations()),
        conditions=tuple(state.conditions),
        amendment=state.amendment,
        items=tuple(items_of(actor, reference)),
        transfers=tuple(transfers_of(row.holder, reference)),
        documents=documents_of(row),
        post=tuple(
            PostLine(one.direction, one.on, one.number, one.correspondent, one.what, one.scan)
            for one in PostEntry.objects.filter(dossier=row).order_by("on", "id")
        ),
        remind_on=row.remind_on,
        timeline=timeline_of(row, state),
        waiting=state.waiting,
        law=law_of(row, state),
        line=next((line for line in lines() if line.partner == partner), None),
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


def documents_of(row: Dossier) -> tuple[DocumentView, ...]:
    return tuple(
        DocumentView(
            one.digest,
            one.kind,
            one.language,
            one.name,
            one.media_type,
            one.size,
            one.sealed_by,
            one.unsigned,
            one.own,
            holds(one.digest),
            one.at,
        )
        for one in Document.objects.filter(dossier=row).order_by("id")
    )


def law_of(row: Dossier, state: DossierState) -> LawView:
    """The law of both sides as it stands for this dossier."""
    register = load_register()
    draft = Draft.objects.filter(dossier=row).first()
    content = state.content or (draft.content if draft else {})
    law = register.instrument(row.instrument) if row.instrument else None
    way = way_of(register, row.instrument, row.requesting[:2], row.requested[:2])
    measures = {part.measure for part in state.parts.values()}
    run = DomesticAct.objects.filter(dossier=row, verb="assess_conformity").order_by("-at").first()
    return LawView(
        instrument=row.instrument,
        title=way.title,
        route=way.lane.route if way.lane else "",
        direct=way.direct,
        languages=way.languages,
        signer=way.lane.signer if way.lane else "",
        transmitter=way.lane.transmitter if way.lane else "",
        form=way.lane.form if way.lane else "",
        original_must_follow=way.lane.original_must_follow if way.lane else "",
        provision=way.lane.provision if way.lane else "",
        verified=way.lane.verified if way.lane else False,
        requesting=_sent_prediction(row) or (draft.prediction if draft else {}),
        requested=run.facts.get("engine", {}) if run else {},
        dual_criminality=tuple(dual_criminality_lines(register, row.instrument, content)),
        use_conditions=tuple(one.to_json() for one in (use_conditions(law) if law else ())),
        refusal_grounds=tuple(grounds_for(law, measures, postponing=False)),
        postponement_grounds=tuple(grounds_for(law, measures, postponing=True)),
    )


def _sent_prediction(row: Dossier) -> Mapping[str, Any]:
    found: Mapping[str, Any] = {}
    for view in messages_of(row.holder, row.reference):
        if view.signed.message.type == "request.transmitted":
            found = view.signed.message.body.get("prediction") or found
    return found


def dossiers_for(
    actor: Actor, *, side: str = "", phase: str = "", text: str = "", limit: int = LONGEST_LIST
) -> list[DossierLine]:
    """The dossiers of the actor's authority, the last changed first, as far as she may read them."""
    rows = rows_of(actor.authority)
    if side:
        rows = rows.filter(side=side)
    if phase:
        rows = rows.filter(phase=phase)
    found = [_line(row) for row in rows.order_by("-changed_at", "-pk")[: limit * 2] if _readable(actor, row)]
    wanted = text.strip().casefold()
    if wanted:
        found = [
            one
            for one in found
            if wanted in f"{one.title} {one.number} {one.their_number} {one.file_number} {one.partner}".casefold()
        ]
    return found[:limit]


def _readable(actor: Actor, row: Dossier) -> bool:
    return decide(actor, Permission.DOSSIER_READ, target_of(row, actor)).allowed


def _line(row: Dossier) -> DossierLine:
    return DossierLine(
        row.reference,
        row.version,
        row.side,
        row.phase,
        row.title,
        partner_of(row),
        row.number,
        row.their_number,
        row.file_number,
        row.instrument,
        counted(part["state"] for part in row.state.get("parts", [])),
        row.due,
        row.remind_on,
        row.changed_at,
    )


def inbox(actor: Actor) -> list[DossierLine]:
    """What arrived and waits for a decision of the requested side, the oldest first."""
    waiting = {Phase.TRANSMITTED.value, Phase.REGISTERED.value, Phase.UNDER_EXAMINATION.value, ""}
    rows = rows_of(actor.authority).filter(side=Side.REQUESTED.value, phase__in=waiting).order_by("opened_at", "pk")
    return [_line(row) for row in rows[:LONGEST_LIST] if _readable(actor, row)]


def document_content(act: Act, reference: Reference, digest: str, *, keys: Keyring, vault: Vault) -> bytes:
    """A document's bytes; the read is in the ledger first. `UnavailableError` while it is still on its way."""
    row = dossier_for(act.actor, reference)
    authorise(act.actor, Permission.DOCUMENT_READ, target_of(row, act.actor))
    draft = Draft.objects.filter(dossier=row).first()
    drafted = {one["digest"] for one in (draft.release or {}).get("documents", [])} if draft else set()
    if digest not in drafted and not Document.objects.filter(dossier=row, digest=digest).exists():
        raise MissingError
    if not holds(digest):
        raise UnavailableError("This document is still on its way from the partner; try again shortly.")
    enter_read(act, reference, authority=act.actor.authority, event="documents:document:read")
    return content_bytes(digest, keys=keys, vault=vault)


@dataclass(frozen=True, slots=True)
class MessageProof:
    """A message as it can be shown to a third party: its bytes, signature and receipts, and what our check found."""

    digest: str
    content: str
    signature: Mapping[str, Any]
    receipts: tuple[str, ...]
    seal: Seal
    stored_at: str


def message_proof(actor: Actor, reference: Reference, digest: str) -> MessageProof:
    """The raw message of a timeline's line with its proof."""
    row = dossier_for(actor, reference)
    authorise(actor, Permission.DOSSIER_READ, target_of(row, actor))
    view = message(row.holder, digest)
    if str(view.signed.message.dossier) != row.reference:
        raise MissingError
    return MessageProof(
        digest,
        view.signed.content.decode(),
        view.signed.signature.to_json(),
        tuple(receipt.decode() for receipt in receipts_of(row.holder, digest)),
        seal_of(view.signed),
        instant_text(view.stored_at),
    )


def broken_rows() -> list[str]:
    """References of dossiers whose cached state is not the fold of their messages: what `doctor` looks for."""
    found = []
    for row in Dossier.objects.exclude(phase="").order_by("pk").iterator():
        held = messages_of(row.holder, row.reference)
        if held and fold(view.signed.message for view in held).to_json() != row.state:
            found.append(f"{row.holder} {row.reference}")
    return found
