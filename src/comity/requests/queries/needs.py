"""What needs an officer today: for each dossier whose turn it is, the step she may do, with its clock."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from comity.evidence.queries import awaiting_countersignature
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
from comity.requests.queries.steps import Matter, NextStep, step_of
from comity.requests.state import DossierState
from comity.values.actor import Actor

TURN: Mapping[Phase, tuple[str, ...]] = {
    Phase.DRAFTING: ("sign_request", "prepare_release", "save_draft"),
    Phase.SIGNED: ("validate_order", "check_form", "transmit_request"),
    Phase.CHECKED: ("transmit_request",),
    Phase.TRANSMITTED: ("register_request",),
    Phase.REGISTERED: ("assess_conformity", "accept_request", "confirm_receipt"),
    Phase.UNDER_EXAMINATION: ("accept_request", "confirm_receipt"),
    Phase.IN_EXECUTION: (
        "countersign_evidence",
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


def needs_me(actor: Actor) -> list[Need]:
    """What waits for the officer, the earliest due first, then the longest waiting.

    The number of queries does not grow with the dossiers.
    """
    rows = rows_of(actor.authority).exclude(phase__in=[phase.value for phase in ENDED])
    hands, released = hands_on(rows), _released(rows)
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
        )
    ]
    return sorted(found, key=lambda need: (need.due is None, need.due or need.since, need.since))


def _released(rows: QuerySet[Dossier]) -> set[int]:
    """The dossiers whose letter is prepared."""
    drafts = Draft.objects.filter(dossier__in=rows.order_by().values("pk"))
    return {row for row, release in drafts.values_list("dossier_id", "release") if release}


def _needs(actor: Actor, row: Dossier, hands: Hands, *, released: bool, arrived: bool) -> list[Need]:
    phase = phase_of_row(row)
    if phase is None:
        return []
    state = cached_state(row)
    matter = Matter(row, state, target_of(row, actor, hands), released, arrived)

    def open_step(verb: str) -> NextStep | None:
        step = step_of(actor, matter, verb)
        return step if step.allowed else None

    answers = [open_step(verb) for verb in ("answer_question", "answer_consultation")]
    turns = (open_step(verb) for verb in TURN.get(phase, ()) if _waits(row, state, verb))
    turn = next((step for step in turns if step is not None), None)
    return [_need(row, step) for step in [*answers, turn] if step is not None]


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
        row.their_number,
    )
