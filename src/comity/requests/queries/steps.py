"""Which verbs are open to an officer on a dossier, and why the others are not."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from comity.evidence.models import Recall
from comity.evidence.queries import awaiting_countersignature, posted_unbound, recalls_waiting
from comity.requests import workflow
from comity.requests.models import Dossier, Draft
from comity.requests.phases import Phase, Side
from comity.requests.queries.access import phase_of_row, target_of
from comity.requests.queries.law_records import gate_is_signed
from comity.requests.state import DossierState
from comity.safeguards.policy import Code, Target, decide
from comity.safeguards.rules import TABLE as POLICY
from comity.values.actor import Actor


@dataclass(frozen=True, slots=True)
class NextStep:
    """One verb of this side: open, or the reason why not. `code` tells what would have to change."""

    verb: str
    label: str
    permission: str
    allowed: bool
    code: str
    """`open`, a code of the policy, `phase`, `parts` or `ready`."""
    reason: str
    step_up: bool
    parts: tuple[str, ...] = ()
    """Parts on which the verb can be done now, where it is about parts."""


@dataclass(frozen=True, slots=True)
class Matter:
    """One dossier as one officer's steps are decided: its row, its state, and what other tables say of it."""

    row: Dossier
    state: DossierState
    target: Target
    released: bool
    """The letter to be signed is prepared."""
    arrived: bool
    """An item of the other side is here whole and waits for our countersignature."""
    gated: bool = False
    """The human-rights gate of this request is signed."""
    posted: bool = False
    """Something that came by post is taken in and waits for the letter under which it was returned."""
    recalls: Sequence[Recall] = ()
    """Recalls and narrowings that somebody waits for: proposed here, or not wholly answered."""

    def proposed(self, kind: str = "") -> Recall | None:
        """The proposal that is open here (of that kind, if named)."""
        return next((one for one in self.recalls if one.state == "proposed" and kind in {"", one.kind}), None)


def matter_of(row: Dossier, state: DossierState, target: Target, draft: Draft | None) -> Matter:
    released = draft is not None and bool(draft.release)
    arrived = (row.holder, row.reference) in awaiting_countersignature([row.reference])
    posted = not row.partner_has_node and posted_unbound(row.holder, row.reference)
    recalls = recalls_waiting([row.reference]).get((row.holder, row.reference), [])
    gated = gate_is_signed(row, state, draft)
    return Matter(row, state, target, released, arrived, gated, posted, recalls)


def _not_gated(matter: Matter) -> str:
    return "" if matter.gated else "Nobody has signed yet that no ground of human rights is recorded."


def _not_ready_to_leave(matter: Matter) -> str:
    return _not_checked(matter) or _not_gated(matter)


def _gate_signed(matter: Matter) -> str:
    if matter.gated:
        return "It is signed for this request as things stand."
    letterless = matter.row.side == Side.REQUESTING and matter.row.stage == Phase.DRAFTING and not matter.released
    return "The letter is not prepared yet." if letterless else ""


def _no_instrument(matter: Matter) -> str:
    return "" if matter.row.instrument else "The request rests on no instrument yet."


def _no_question(matter: Matter) -> str:
    mine = Side(matter.row.side)
    return "" if any(one.asked_by is not mine for one in matter.state.open_questions()) else "No question is open."


def _no_consultation(matter: Matter) -> str:
    mine = Side(matter.row.side)
    waiting = any(one.asked_by is not mine for one in matter.state.open_consultations())
    return "" if waiting else "The other side is not waiting for an answer."


def _no_release(matter: Matter) -> str:
    return "" if matter.released else "The letter is not prepared yet."


def _not_checked(matter: Matter) -> str:
    checked = matter.row.direct or matter.row.stage == Phase.CHECKED
    return "" if checked else "The central authority has not checked the form yet."


def _nothing_to_validate(matter: Matter) -> str:
    return "" if matter.row.instrument == workflow.EIO else "Only a European Investigation Order is validated."


def _nothing_to_countersign(matter: Matter) -> str:
    if not matter.row.partner_has_node:
        return "What came by post was signed by nobody's node: there is nothing to countersign."
    left = any(not item["countersigned"] and not item.get("recalled") for item in matter.state.items.values())
    if not left:
        return "No returned item waits for a countersignature."
    return "" if matter.arrived else "What was returned is still on its way; it is countersigned once it is here whole."


def _confirmed(matter: Matter) -> str:
    if matter.row.instrument != workflow.EIO:
        return "Only a European Investigation Order has this form."
    return "The receipt was confirmed." if matter.state.annex_b is not None else ""


def _signs_for_itself(matter: Matter) -> str:
    return "This partner has a node and signs for itself." if matter.row.partner_has_node else ""


def _nothing_posted(matter: Matter) -> str:
    reason = _signs_for_itself(matter)
    return reason or ("" if matter.posted else "Nothing that came by post waits for its letter: take it in first.")


def _nothing_on_its_way(matter: Matter) -> str:
    reason = _signs_for_itself(matter)
    left = any(not item["countersigned"] for item in matter.state.items.values())
    return reason or ("" if left else "Nothing is on its way by post.")


def _checked_directly(matter: Matter) -> str:
    return "With direct transmission no central authority checks the form." if matter.row.direct else ""


def _nothing_to_recall(matter: Matter) -> str:
    if not matter.row.partner_has_node:
        return "The partner has no node: recall by letter."
    if matter.proposed() is not None:
        return "A proposal is open in this dossier; it is decided on first."
    left = any(not item.get("recalled") for item in matter.state.items.values())
    return "" if left else "No item was returned that is not recalled already."


def _no_proposal(kind: str) -> Callable[[Matter], str]:
    return lambda matter: "" if matter.proposed(kind) is not None else "Nothing of that kind is proposed."


def _no_recall(matter: Matter) -> str:
    waits = any(not one.own and one.state == "standing" for one in matter.recalls)
    return "" if waits else "No recall waits for an answer."


READY: Mapping[str, Callable[[Matter], str]] = {
    "sign_request": _no_release,
    "validate_order": _nothing_to_validate,
    "check_form": _checked_directly,
    "transmit_request": _not_ready_to_leave,
    "sign_rights_gate": _gate_signed,
    "sign_dual": _no_instrument,
    "record_conduct": _no_instrument,
    "print_check": _no_instrument,
    "accept_request": _not_gated,
    "record_authorisation": _not_gated,
    "record_execution": _not_gated,
    "return_evidence": _not_gated,
    "answer_question": _no_question,
    "answer_consultation": _no_consultation,
    "countersign_evidence": _nothing_to_countersign,
    "confirm_receipt": _confirmed,
    "propose_recall": _nothing_to_recall,
    "propose_narrowing": _nothing_to_recall,
    "approve_recall": _no_proposal("recall"),
    "approve_narrowing": _no_proposal("narrow"),
    "refuse_recall": _no_proposal(""),
    "answer_recall": _no_recall,
    "record_letter": _signs_for_itself,
    "record_return": _nothing_posted,
    "record_receipt": _nothing_on_its_way,
    "print_answer": _signs_for_itself,
}
"""Verb to what is missing for it beyond phase and parts; empty when nothing is."""


def next_steps(
    actor: Actor, row: Dossier, state: DossierState, target: Target, draft: Draft | None
) -> tuple[NextStep, ...]:
    """Every verb of this side in the table's order, the open ones first; `target` is the row as this actor has it."""
    matter = matter_of(row, state, target, draft)
    found = [step_of(actor, matter, step.verb) for step in workflow.TABLE if Side(row.side) in step.sides]
    return tuple(sorted(found, key=lambda one: not one.allowed))


def steps_of(actor: Actor, row: Dossier, state: DossierState) -> tuple[NextStep, ...]:
    """The same for a row of which nothing else is at hand."""
    return next_steps(actor, row, state, target_of(row, actor), Draft.objects.filter(dossier=row).first())


def step_of(actor: Actor, matter: Matter, verb: str) -> NextStep:
    """One verb: open to this officer, or why not."""
    step, state = workflow.STEPS[verb], matter.state
    rule = POLICY[step.permission]
    parts = tuple(part.id for part in state.parts.values() if not step.parts_from or part.state in step.parts_from)
    code, reason = _closed(actor, matter, step, parts)
    return NextStep(
        step.verb,
        f"verb.{step.verb}",
        step.permission.value,
        not reason,
        code,
        reason,
        rule.step_up,
        parts if step.parts_from or step.verb in {"consult", "pass_on"} else (),
    )


def _closed(actor: Actor, matter: Matter, step: workflow.Step, parts: tuple[str, ...]) -> tuple[str, str]:
    """Code and reason why a step is not open; `open` and no reason when it is. A missing step-up closes nothing."""
    row = matter.row
    decision = decide(actor, step.permission, matter.target)
    if not decision.allowed and decision.code is not Code.STEP_UP:
        return decision.code.value, decision.reason
    reason = workflow.refusal(step, Side(row.side), phase_of_row(row))
    if reason:
        return "phase", reason
    if step.parts_from and not parts:
        wanted = ", ".join(sorted(state.value for state in step.parts_from))
        return "parts", f"No part is {wanted}."
    reason = READY[step.verb](matter) if step.verb in READY else ""
    return ("ready", reason) if reason else ("open", "")
