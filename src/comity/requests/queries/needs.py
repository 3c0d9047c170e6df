"""What needs an officer today: for each dossier whose turn it is, the step she may do, with its clock."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time

from django.db.models import QuerySet

from comity.evidence.models import Recall
from comity.evidence.queries import awaiting_countersignature, recalls_waiting
from comity.requests.models import Dossier, Draft
from comity.requests.phases import ENDED, PartState, Phase, Side
from comity.requests.queries.access import (
    Hands,
    cached_state,
    hands_on,
    partner_of,
    phase_of_row,
    rows_of,
    target_of,
)
from comity.requests.queries.law_records import GATE_VERB, assurances_due, signed_requests
from comity.requests.queries.steps import Matter, NextStep, step_of
from comity.requests.state import DossierState
from comity.requests.workflow import STEPS
from comity.safeguards.permissions import Permission
from comity.safeguards.policy import Code, decide
from comity.values.actor import Actor

TURN: Mapping[Phase, tuple[str, ...]] = {
    Phase.DRAFTING: ("sign_rights_gate", "sign_request", "prepare_release", "save_draft"),
    Phase.SIGNED: ("sign_rights_gate", "validate_order", "check_form", "transmit_request"),
    Phase.CHECKED: ("sign_rights_gate", "transmit_request"),
    Phase.TRANSMITTED: ("register_request",),
    Phase.REGISTERED: ("assess_conformity", "sign_rights_gate", "accept_request", "confirm_receipt"),
    Phase.UNDER_EXAMINATION: ("sign_rights_gate", "accept_request", "confirm_receipt"),
    Phase.IN_EXECUTION: (
        "countersign_evidence",
        "sign_rights_gate",
        "return_evidence",
        "record_execution",
        "pass_on",
        "accept_request",
        "confirm_receipt",
    ),
    Phase.RETURNED: ("countersign_evidence", "close_dossier"),
    Phase.COUNTERSIGNED: ("close_dossier",),
}
"""Which steps a phase waits for, the most telling first; the first that is open to the officer is shown."""


@dataclass(frozen=True, slots=True)
class Need:
    """One thing that waits for this officer."""

    reference: str
    title: str
    side: str
    phase: str
    partner: str
    number: str
    verb: str
    label: str
    due: datetime | None
    since: datetime
    their_number: str = ""


def needs_me(actor: Actor, on: date | None = None) -> list[Need]:
    """What waits for the officer, the earliest due first, then the longest waiting.

    `on` is the day: with it the assurances are told whose keeping is to be checked by then. The number of queries
    does not grow with the dossiers.
    """
    rows = rows_of(actor.authority).exclude(phase__in=[phase.value for phase in ENDED])
    hands, released, signed = hands_on(rows), _released(rows), signed_requests(rows, GATE_VERB)
    arrived = awaiting_countersignature(rows.order_by().values("reference"))
    found = [
        need
        for row in rows.order_by("due", "changed_at")
        for need in _needs(
            actor,
            row,
            hands.get(row.pk, {}),
            released=row.pk in released,
            arrived=(row.holder, row.reference) in arrived,
            gated=(row.pk, _request(row, released.get(row.pk, ""))) in signed,
        )
    ]
    found += _assurances(actor, on) if on is not None else []
    found += _recalls(actor, on)
    return sorted(found, key=lambda need: (need.due is None, need.due or need.since, need.since))


def _released(rows: QuerySet[Dossier]) -> dict[int, str]:
    """The dossiers whose letter is prepared, with its digest."""
    drafts = Draft.objects.filter(dossier__in=rows.order_by().values("pk"))
    return {row: str(release["digest"]) for row, release in drafts.values_list("dossier_id", "release") if release}


def _request(row: Dossier, released: str) -> str:
    """Digest of the request as it stands for this side: signed, else prepared, else as it crossed."""
    crossed = str(row.state.get("release", ""))
    return (row.signed_release or released) if row.stage or not crossed else crossed


def _assurances(actor: Actor, on: date) -> list[Need]:
    """The assurances to be checked by that day, ended dossiers included: what was assured holds after the return."""
    rows = rows_of(actor.authority)
    due = assurances_due(rows, on)
    found = []
    for row in rows.filter(pk__in=due) if due else ():
        if decide(actor, Permission.ASSURANCE_RECORD, target_of(row, actor, {})).allowed:
            found += [
                replace(
                    _need(row, "check_assurance", "verb.check_assurance"),
                    due=datetime.combine(one.due, time(23, 59, 59), UTC) if one.due else None,
                )
                for _, one in due[row.pk]
            ]
    return found


def _recalls(actor: Actor, on: date | None) -> list[Need]:
    """Recalls to decide on, to answer, and those left without an answer after their day; ended dossiers included."""
    rows = rows_of(actor.authority)
    waiting = recalls_waiting(rows.order_by().values("reference"))
    found = []
    for row in rows.filter(reference__in={reference for _, reference in waiting}) if waiting else ():
        open_ones = waiting.get((row.holder, row.reference), [])
        hands = {Permission.RECALL_PROPOSE: frozenset(one.proposed_by for one in open_ones if one.state == "proposed")}
        target = target_of(row, actor, hands)
        for one in open_ones:
            verb, label = _recall_step(one)
            permission = STEPS[verb].permission
            breach = one.own and one.state == "standing"
            if breach and (on is None or one.answer_by >= on):
                continue
            decision = decide(actor, Permission.RECALL_PROPOSE if breach else permission, target)
            if decision.allowed or decision.code is Code.STEP_UP or (breach and decision.code is Code.SAME_HAND):
                due = datetime.combine(one.answer_by, time(23, 59, 59), UTC)
                found.append(replace(_need(row, "" if breach else verb, label), due=due, since=one.since))
    return found


def _recall_step(one: Recall) -> tuple[str, str]:
    """The verb that a recall waits for, and what it is called; of a breach there is no verb."""
    if one.state == "proposed":
        verb = "approve_recall" if one.kind == "recall" else "approve_narrowing"
        return verb, f"verb.{verb}"
    return "answer_recall", "need.recall_breach" if one.own else "verb.answer_recall"


def _needs(actor: Actor, row: Dossier, hands: Hands, *, released: bool, arrived: bool, gated: bool) -> list[Need]:
    phase = phase_of_row(row)
    if phase is None:
        return []
    state = cached_state(row)
    matter = Matter(row, state, target_of(row, actor, hands), released, arrived, gated)

    def open_step(verb: str) -> NextStep | None:
        step = step_of(actor, matter, verb)
        return step if step.allowed else None

    answers = [open_step(verb) for verb in ("answer_question", "answer_consultation")]
    turns = (open_step(verb) for verb in TURN.get(phase, ()) if _waits(row, state, verb))
    turn = next((step for step in turns if step is not None), None)
    return [_need(row, step.verb, step.label) for step in [*answers, turn] if step is not None]


def _waits(row: Dossier, state: DossierState, verb: str) -> bool:
    """Whether the step is really what is waited for, where being open is not enough."""
    states = set(state.part_states().values())
    if verb == "pass_on":
        return state.executing is None and not row.direct
    if verb == "accept_request":
        return PartState.REQUESTED in states
    if verb == "sign_rights_gate":
        return bool(row.stage) or Side(row.side) is Side.REQUESTED
    if verb == "close_dossier":
        return Side(row.side) is Side.REQUESTING
    return True


def _need(row: Dossier, verb: str, label: str) -> Need:
    return Need(
        row.reference,
        row.title,
        row.side,
        row.phase,
        partner_of(row),
        row.number or row.file_number,
        verb,
        label,
        row.due,
        row.changed_at,
        row.their_number,
    )
