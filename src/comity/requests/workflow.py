"""The workflow: one table says which step is open, to whom, from where, to where, by which message and on what law.

The table is the single source: actions ask it before they write, the fold asks it when it applies a message,
pages show what is open and why not, and `docs/reference/workflow.md` is made from it. It does not know persons:
roles and four eyes are the policy's.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from comity.requests.messages import MessageType
from comity.requests.phases import DEAD_PARTS, PartState, Phase, Side
from comity.safeguards.permissions import Permission
from comity.values.errors import RefusedError

CH_CO = "BILATERAL-CH-CO-MLA"
EIO = "EU-EIO-2014-41"
UNTOC = "UNTOC"
UNCAC = "UNCAC"


@dataclass(frozen=True, slots=True)
class Step:
    """One step: the verb, who may do it and when, and what it changes."""

    verb: str
    sides: frozenset[Side]
    permission: Permission
    phases: frozenset[Phase]
    """Phases in which the step may be done."""
    message: MessageType | None = None
    """The message it posts; none for a step at home."""
    tolerates: frozenset[Phase] = frozenset()
    """Further phases in which its message still counts, because it may have crossed another on the way."""
    parts_from: frozenset[PartState] = frozenset()
    """States from which a named part may be moved; empty when the step moves no part."""
    part_to: PartState | None = None
    to: Phase | None = None
    """Where the dossier goes when that is always the same; otherwise it follows from the parts."""
    law: Mapping[str, str] = field(default_factory=dict)
    """Instrument to the provision behind the step, as read; no entry where none was read."""
    meaning: str = ""
    stands: bool = True
    """False where the act takes back what the same permission did: it is then no hand on the row."""


def _phases(text: str) -> frozenset[Phase]:
    return frozenset(Phase(word) for word in text.split())


def _parts(text: str) -> frozenset[PartState]:
    return frozenset(PartState(word) for word in text.split())


_Q = frozenset({Side.REQUESTING})
_R = frozenset({Side.REQUESTED})
_BOTH = _Q | _R
_HOME = "drafting signed checked"
_WORK = "registered under-examination in-execution"
_LIVE = f"{_WORK} returned countersigned"
_SENT = f"transmitted delivered amendment-requested {_LIVE}"
_GIVEN = "in-execution returned countersigned closed withdrawn"
_EVER = frozenset(Phase) - _phases(_HOME)
_P = Permission
_M = MessageType

TABLE: tuple[Step, ...] = (
    # requesting side, at home
    Step("save_draft", _Q, _P.DRAFT_WRITE, _phases(_HOME), to=Phase.DRAFTING,
         law={CH_CO: "Art. 27", EIO: "Art. 5(1)", UNTOC: "Art. 18(15)", UNCAC: "Art. 46(15)"},
         meaning="Write the request; a change after signature voids the signature."),
    Step("prepare_release", _Q, _P.DRAFT_WRITE, _phases("drafting"),
         meaning="Make the letter and the digest that will be signed; an incomplete request stops here."),
    Step("sign_request", _Q, _P.REQUEST_SIGN, _phases("drafting"), to=Phase.SIGNED,
         law={CH_CO: "Art. 27", EIO: "Art. 2(c)", UNTOC: "Art. 18(14)"},
         meaning="Sign the release digest."),
    Step("withdraw_signature", _Q, _P.REQUEST_SIGN, _phases("signed checked"), to=Phase.DRAFTING,
         meaning="Take the signature back before transmission.", stands=False),
    Step("validate_order", _Q, _P.REQUEST_VALIDATE, _phases("signed checked"), law={EIO: "Art. 2(c)(ii)"},
         meaning="Validate an order issued by an authority that is no judge, court or prosecutor."),
    Step("check_form", _Q, _P.REQUEST_CHECK, _phases("signed"), to=Phase.CHECKED, law={CH_CO: "Art. 25"},
         meaning="Check the form, give the authority's own number, add the cover note."),
    Step("return_to_drafter", _Q, _P.REQUEST_CHECK, _phases("signed checked"), to=Phase.DRAFTING,
         meaning="Send the request back to its drafter; the signature is void."),
    # requesting side, across the border
    Step("transmit_request", _Q, _P.REQUEST_TRANSMIT, _phases("signed checked"), _M.TRANSMITTED,
         tolerates=_phases("amendment-requested"), to=Phase.TRANSMITTED,
         law={CH_CO: "Arts 25, 26", EIO: "Art. 7", UNTOC: "Art. 18(13)", UNCAC: "Art. 46(13)"},
         meaning="Transmit exactly the digest that was signed, by another hand than the signatory's."),
    Step("answer_question", _Q, _P.QUESTION_ANSWER, _phases(_SENT), _M.ANSWERED, tolerates=_EVER,
         law={CH_CO: "Art. 28(1)", UNTOC: "Art. 18(16)", UNCAC: "Art. 46(16)"},
         meaning="Give the additional information asked for."),
    Step("countersign_evidence", _Q, _P.EVIDENCE_COUNTERSIGN, _phases("in-execution returned"),
         _M.EVIDENCE_COUNTERSIGNED, tolerates=_EVER, meaning="Countersign the custody of verified items."),
    Step("give_feedback", _Q, _P.FEEDBACK_GIVE, _phases(f"{_SENT} refused withdrawn closed"), _M.FEEDBACK,
         tolerates=_EVER, meaning="Tell the requested side what came of its help."),
    Step("withdraw_request", _Q, _P.REQUEST_WITHDRAW, _phases(f"transmitted delivered amendment-requested {_WORK}"),
         _M.WITHDRAWN, to=Phase.WITHDRAWN, meaning="Withdraw the request; what was not yet done stays undone."),
    Step("remind", _Q, _P.REMINDER_SEND, _phases(f"transmitted delivered {_WORK}"), _M.REMINDED, tolerates=_EVER,
         law={UNTOC: "Art. 18(24)", UNCAC: "Art. 46(24)"}, meaning="Ask how the request stands."),
    Step("close_dossier", _Q, _P.DOSSIER_CLOSE, _phases("returned countersigned refused withdrawn"), _M.CLOSED,
         to=Phase.CLOSED, meaning="Close the matter."),
    # requested side
    Step("register_request", _R, _P.REQUEST_REGISTER, _phases("transmitted"), _M.ACKNOWLEDGED, tolerates=_EVER,
         to=Phase.REGISTERED, law={EIO: "Art. 16(1)"},
         meaning="Give the request our number and acknowledge it; from here the legal clocks run, not from arrival."),
    Step("confirm_receipt", _R, _P.REQUEST_REGISTER, _phases(f"amendment-requested {_WORK}"), _M.ACKNOWLEDGED,
         tolerates=_EVER, law={EIO: "Art. 16(1), Annex B"}, meaning="Send the form that confirms receipt (Annex B)."),
    Step("assess_conformity", _R, _P.REQUEST_ASSESS, _phases(_WORK), law={CH_CO: "Art. 28(1)"},
         meaning="Check conformity with one's own legal-basis engine; the run is recorded."),
    Step("return_for_amendment", _R, _P.REQUEST_ASSESS, _phases("registered under-examination"), _M.AMENDMENT_ASKED,
         to=Phase.AMENDMENT_REQUESTED,
         law={CH_CO: "Art. 28(1)", UNTOC: "Art. 18(21)(a)", UNCAC: "Art. 46(21)(a)"},
         meaning="Ask that a request not in conformity be amended."),
    Step("ask_question", _R, _P.QUESTION_ASK, _phases(_WORK), _M.QUESTIONED,
         law={CH_CO: "Art. 28(1)", UNTOC: "Art. 18(16)", UNCAC: "Art. 46(16)"},
         meaning="Ask for additional information."),
    Step("accept_request", _R, _P.REQUEST_ACCEPT, _phases(_LIVE), _M.ACCEPTED,
         parts_from=_parts("requested postponed"), part_to=PartState.ACCEPTED,
         law={CH_CO: "Art. 28(2)", EIO: "Art. 9(1)", UNTOC: "Art. 18(17)"},
         meaning="Accept parts for execution, with conditions if any."),
    Step("decline_parts", _R, _P.REQUEST_DECLINE, _phases(_LIVE), _M.DECLINED,
         parts_from=_parts("requested postponed accepted authorised"), part_to=PartState.DECLINED,
         law={CH_CO: "Art. 4(1), 4(4)", EIO: "Art. 11(1)", UNTOC: "Art. 18(21), (23)", UNCAC: "Art. 46(21), (23)"},
         meaning="Decline parts, wholly or partly, with grounds and reasons."),
    Step("postpone", _R, _P.REQUEST_POSTPONE, _phases(_LIVE), _M.POSTPONED,
         parts_from=_parts("requested accepted authorised"), part_to=PartState.POSTPONED,
         law={EIO: "Art. 15(1)", UNTOC: "Art. 18(25)", UNCAC: "Art. 46(25)"},
         meaning="Put execution off, with the ground."),
    Step("pass_on", _R, _P.REQUEST_PASS_ON, _phases(_LIVE), _M.PASSED_ON, law={CH_CO: "Art. 28(2)"},
         meaning="Pass the request to the executing authority."),
    Step("record_authorisation", _R, _P.AUTHORISATION_RECORD, _phases(_LIVE), _M.AUTHORISED,
         parts_from=_parts("accepted"), part_to=PartState.AUTHORISED, law={CH_CO: "Arts 5, 7"},
         meaning="Record the domestic order that allows the measure."),
    Step("record_execution", _R, _P.EXECUTION_RECORD, _phases(_LIVE), _M.EXECUTED,
         parts_from=_parts("accepted authorised"), part_to=PartState.EXECUTED, law={CH_CO: "Art. 5", EIO: "Art. 9(2)"},
         meaning="Record that parts were executed: when, where, by whom, in whose presence."),
    Step("check_results", _R, _P.RESULTS_CHECK, _phases(_LIVE), law={CH_CO: "Art. 28(2)"},
         meaning="Check that the results are complete before they leave."),
    Step("suspend_transfer", _R, _P.TRANSFER_SUSPEND, _phases(_LIVE), _M.TRANSFER_SUSPENDED,
         parts_from=_parts("executed"), part_to=PartState.SUSPENDED,
         meaning="Hold results back while a legal remedy is pending."),
    Step("resume_transfer", _R, _P.TRANSFER_SUSPEND, _phases(_LIVE), _M.TRANSFER_RESUMED,
         parts_from=_parts("suspended"), part_to=PartState.EXECUTED, meaning="Let held results go."),
    Step("return_evidence", _R, _P.EVIDENCE_RETURN, _phases(_LIVE), _M.EVIDENCE_RETURNED,
         parts_from=_parts("executed"), part_to=PartState.RETURNED,
         law={CH_CO: "Arts 15, 28(2), 29(3)", UNTOC: "Art. 18(19)", UNCAC: "Art. 46(19)"},
         meaning="Return results under the cover letter, with the use conditions bound to each item."),
    Step("propose_recall", _R, _P.RECALL_PROPOSE, _phases(_GIVEN),
         meaning="Propose to recall returned items, with the reason and what is to become of them."),
    Step("propose_narrowing", _R, _P.RECALL_PROPOSE, _phases(_GIVEN),
         meaning="Propose to bind more to returned items than was bound when they left."),
    Step("refuse_recall", _R, _P.RECALL_APPROVE, _phases(_GIVEN),
         meaning="Refuse a proposed recall or narrowing; nothing leaves."),
    Step("approve_recall", _R, _P.RECALL_APPROVE, _phases(_GIVEN), _M.EVIDENCE_RECALLED, tolerates=_EVER,
         meaning="Recall exactly what was proposed, by another hand; the other side locks the items at once."),
    Step("approve_narrowing", _R, _P.RECALL_APPROVE, _phases(_GIVEN), _M.EVIDENCE_NARROWED, tolerates=_EVER,
         meaning="Bind exactly what was proposed, by another hand; it binds the other side at once."),
    # requesting side, of what it was given
    Step("answer_recall", _Q, _P.RECALL_ANSWER, _phases(_GIVEN), _M.RECALL_ANSWERED, tolerates=_EVER,
         meaning="Answer a recall or narrowing: what became of the items, or why it cannot be complied with."),
    # both sides
    Step("consult", _BOTH, _P.CONSULTATION_HOLD, _phases(f"amendment-requested {_WORK}"), _M.CONSULTED,
         tolerates=_EVER, law={CH_CO: "Art. 4(3)", EIO: "Art. 11(4)", UNTOC: "Art. 18(26)", UNCAC: "Art. 46(26)"},
         meaning="Consult the other side before deciding."),
    Step("answer_consultation", _BOTH, _P.CONSULTATION_HOLD, _phases(_SENT), _M.CONSULTATION_ANSWERED,
         tolerates=_EVER, law={CH_CO: "Art. 4(3)", EIO: "Art. 11(4)", UNTOC: "Art. 18(26)", UNCAC: "Art. 46(26)"},
         meaning="Answer the other side's consultation."),
    Step("record_facts", _BOTH, _P.LAW_RECORD, _phases(f"{_HOME} {_SENT}"),
         meaning="Record facts of law that are known of the request; what was signed on them is open again."),
    Step("record_conduct", _BOTH, _P.LAW_RECORD, _phases(f"{_HOME} {_SENT}"),
         meaning="Record what was done, element by element, and what both laws ask, for dual criminality."),
    Step("sign_dual", _BOTH, _P.DUAL_SIGN, _phases(f"{_HOME} {_SENT}"),
         meaning="Sign the matrix of dual criminality off, for this request only."),
    Step("sign_rights_gate", _BOTH, _P.RIGHTS_SIGN, _phases(f"{_HOME} {_SENT}"),
         meaning="Sign that no ground of human rights is recorded, for this request only."),
    Step("record_assurance", _BOTH, _P.ASSURANCE_RECORD, frozenset(Phase),
         meaning="Record an assurance: who gave it, when, in which words, and when its keeping is to be checked."),
    Step("check_assurance", _BOTH, _P.ASSURANCE_RECORD, frozenset(Phase),
         meaning="Record whether an assurance was kept; a broken one opens the gate again."),
    Step("print_check", _BOTH, _P.LAW_RECORD, _phases(f"{_HOME} {_SENT} refused withdrawn closed"),
         meaning="Make the sheet of the check of grounds, with the gate and the matrix, for our own file."),
    Step("record_letter", _BOTH, _P.LETTER_RECORD, _phases(_SENT), _M.RECORDED,
         meaning="Record a letter of a partner without a node as ours, not signed by them."),
    Step("record_return", _Q, _P.ITEM_RECORD, _phases(_SENT), _M.RECORDED,
         meaning="Record what a partner without a node returned by post, under its letter, not signed by them."),
    Step("record_receipt", _R, _P.ITEM_RECORD, _phases("in-execution returned"), _M.RECORDED,
         meaning="Record the letter with which a partner without a node confirms what it was sent by post."),
    Step("print_answer", _R, _P.LETTER_RECORD, _phases(f"{_LIVE} refused withdrawn closed"),
         meaning="Make the letter that answers a partner without a node: a receipt, or a refusal with its grounds."),
    Step("note_posting", _BOTH, _P.LETTER_RECORD, _phases(f"{_SENT} refused withdrawn closed"),
         meaning="Enter in the post book that a letter went out: the printed pack, or an urgent request's original."),
)  # fmt: skip

STEPS: Mapping[str, Step] = {step.verb: step for step in TABLE}
BY_MESSAGE: Mapping[MessageType, Step] = {
    step.message: step for step in reversed(TABLE) if step.message is not None and step.message is not _M.RECORDED
}
"""The step whose rule the fold asks for a message (for acknowledgements that is the registration)."""


def refusal(step: Step, side: Side, phase: Phase | None) -> str:
    """Why the step is not open to this side in this phase; empty when it is."""
    if side not in step.sides:
        only = next(iter(step.sides)).value
        return f"Only the {only} side does this."
    if phase is None or phase not in step.phases:
        wanted = ", ".join(sorted(known.value for known in step.phases))
        return f"The dossier is {phase.value if phase else 'not yet complete'}; this is done when it is {wanted}."
    return ""


def parts_refusal(step: Step, states: Mapping[str, PartState], parts: Sequence[str], *, recorded: bool = False) -> str:
    """Why the step may not touch these parts; empty when it may.

    A letter of a partner without a node may tell of several steps at once, so only ended parts are closed to it.
    """
    for part in parts:
        if part not in states:
            return f"The request has no part '{part}'."
        if not step.parts_from:
            continue
        allowed = frozenset(PartState) - DEAD_PARTS if recorded else step.parts_from
        if states[part] not in allowed:
            wanted = ", ".join(sorted(state.value for state in step.parts_from))
            return f"Part {part} is {states[part].value}; this is done with parts that are {wanted}."
    return ""


def require(step: Step, side: Side, phase: Phase | None) -> None:
    """Refuse a step that is not open, with the rule that closes it."""
    reason = refusal(step, side, phase)
    if reason:
        raise RefusedError(reason, code="workflow:closed", place=step.verb)


def require_parts(step: Step, states: Mapping[str, PartState], parts: Sequence[str], *, recorded: bool = False) -> None:
    """Refuse a step on parts it may not touch, or on none."""
    none = "Name at least one part of the request."
    reason = parts_refusal(step, states, parts, recorded=recorded) if parts else none
    if reason:
        raise RefusedError(reason, code="workflow:part", place=step.verb)


def lands(step: Step, side: Side, phase: Phase | None, *, recorded: bool = False) -> str:
    """Why a message of this step has no effect in this phase; empty when it has.

    `phase` is None before the request itself has arrived.
    """
    if side not in step.sides:
        return f"the {side.value} side may not send this"
    if step.message is MessageType.TRANSMITTED and phase is None:
        return ""
    open_to = step.tolerates if step.message is MessageType.TRANSMITTED else step.phases | step.tolerates
    if recorded:
        open_to = open_to | _phases(_SENT)
    if phase is None or phase not in open_to:
        return f"the dossier was {phase.value if phase else 'not there'}"
    return ""


def provision(step: Step, instrument: str) -> str:
    """The provision behind a step under one instrument; empty where none was read."""
    return step.law.get(instrument, "")
