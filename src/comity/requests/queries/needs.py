"""What needs an officer today: for each dossier whose turn it is, the step she may do, with its clock."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from comity.requests.models import Dossier
from comity.requests.phases import ENDED, PartState, Phase, Side
from comity.requests.queries.access import cached_state, partner_of, phase_of_row, rows_of
from comity.requests.queries.steps import NextStep, next_steps
from comity.requests.state import DossierState
from comity.values.actor import Actor

TURN: Mapping[Phase, tuple[str, ...]] = {
    Phase.DRAFTING: ("sign_request", "prepare_release", "save_draft"),
    Phase.SIGNED: ("validate_order", "check_form", "transmit_request"),
    Phase.CHECKED: ("transmit_request",),
    Phase.TRANSMITTED: ("register_request",),
    Phase.REGISTERED: ("assess_conformity", "accept_request", "confirm_receipt"),
    Phase.UNDER_EXAMINATION: ("accept_request", "confirm_receipt"),
    Phase.IN_EXECUTION: ("return_evidence", "record_execution", "pass_on", "accept_request", "confirm_receipt"),
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


def needs_me(actor: Actor) -> list[Need]:
    """What waits for the officer, the earliest due first, then the longest waiting."""
    ended = [phase.value for phase in ENDED]
    rows = rows_of(actor.authority).exclude(phase__in=ended).order_by("due", "changed_at")
    found = [need for row in rows for need in _needs(actor, row)]
    return sorted(found, key=lambda need: (need.due is None, need.due or need.since, need.since))


def _needs(actor: Actor, row: Dossier) -> list[Need]:
    phase = phase_of_row(row)
    if phase is None:
        return []
    state = cached_state(row)
    steps = {step.verb: step for step in next_steps(actor, row, state) if step.allowed}
    verbs = [verb for verb in ("answer_question", "answer_consultation") if verb in steps]
    turn = next((verb for verb in TURN.get(phase, ()) if verb in steps and _waits(row, state, verb)), None)
    return [_need(row, steps[verb]) for verb in [*verbs, *([turn] if turn else [])]]


def _waits(row: Dossier, state: DossierState, verb: str) -> bool:
    """Whether the step is really what is waited for, where being open is not enough."""
    states = set(state.part_states().values())
    if verb == "pass_on":
        return state.executing is None and not row.direct
    if verb == "accept_request":
        return PartState.REQUESTED in states
    if verb == "close_dossier":
        return Side(row.side) is Side.REQUESTING
    return True


def _need(row: Dossier, step: NextStep) -> Need:
    return Need(
        row.reference,
        row.title,
        row.side,
        row.phase,
        partner_of(row),
        row.number or row.file_number,
        step.verb,
        step.label,
        row.due,
        row.changed_at,
    )
