"""The policy table: for each permission the roles, the relation to the matter, the step-up, the hand it must not be.

From this table the access matrix is generated and tested, and the reference page made.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from comity.safeguards.permissions import Permission as P  # noqa: N817 - a table is read in columns
from comity.values.actor import Role as R  # noqa: N817 - the same


class Relation(StrEnum):
    """What an authority is to a dossier or thing. An authority may stand in several relations at once."""

    OWN = "own"
    """The thing belongs to the house of the actor's authority: its ledger, officers, partners."""
    ORIGINATING = "originating"
    """Drafts and signs on the requesting side (prosecutor, court)."""
    REQUESTING = "requesting"
    """Transmits on the requesting side (central authority; with direct transmission the originating authority too)."""
    REQUESTED = "requested"
    """Receives and answers on the requested side."""
    EXECUTING = "executing"
    """The request was passed to it for execution."""


@dataclass(frozen=True, slots=True)
class Rule:
    roles: frozenset[R]
    relations: frozenset[Relation]
    step_up: bool = False
    not_with: frozenset[P] = frozenset()
    """Permissions which the same person must not have used on the same row (four eyes)."""
    visible_to: frozenset[Relation] = frozenset(Relation)
    """Relations that may know the row exists; all others get the answer of an absent row."""


def _rule(roles: str, relations: str, *, step_up: bool = False, not_with: tuple[P, ...] = ()) -> Rule:
    return Rule(
        frozenset(R(role) for role in roles.split()),
        frozenset(Relation(relation) for relation in relations.split()),
        step_up,
        frozenset(not_with),
    )


ALL_CASEWORK = "registrar drafter signatory transmitter executing-officer evidence-custodian translator liaison"
BOTH_SIDES = "originating requesting requested executing"

TABLE: Mapping[P, Rule] = {
    # requesting side
    P.DOSSIER_OPEN: _rule("drafter signatory", "own"),
    P.DOSSIER_READ: _rule(ALL_CASEWORK + " analyst auditor", BOTH_SIDES),
    P.DRAFT_WRITE: _rule("drafter translator", "originating"),
    P.REQUEST_SIGN: _rule("signatory", "originating", step_up=True),
    P.REQUEST_VALIDATE: _rule("signatory", "originating requesting", step_up=True, not_with=(P.REQUEST_SIGN,)),
    P.REQUEST_CHECK: _rule("registrar transmitter", "requesting", not_with=(P.REQUEST_SIGN,)),
    P.REQUEST_TRANSMIT: _rule("transmitter", "requesting", step_up=True, not_with=(P.REQUEST_SIGN,)),
    P.REQUEST_WITHDRAW: _rule("signatory transmitter", "originating requesting", step_up=True),
    P.QUESTION_ANSWER: _rule("drafter signatory transmitter", "originating requesting"),
    P.EVIDENCE_COUNTERSIGN: _rule("evidence-custodian transmitter", "requesting originating", step_up=True),
    P.FEEDBACK_GIVE: _rule("drafter signatory transmitter", "originating requesting"),
    P.DOSSIER_CLOSE: _rule("signatory transmitter", "requesting"),
    P.REMINDER_SEND: _rule("registrar transmitter liaison", "requesting"),
    # requested side
    P.REQUEST_REGISTER: _rule("registrar", "requested"),
    P.REQUEST_ASSESS: _rule("signatory transmitter", "requested"),
    P.QUESTION_ASK: _rule("signatory transmitter executing-officer", "requested executing"),
    P.REQUEST_ACCEPT: _rule("signatory", "requested", step_up=True),
    P.REQUEST_DECLINE: _rule("signatory", "requested executing", step_up=True),
    P.REQUEST_POSTPONE: _rule("signatory", "requested executing", step_up=True),
    P.REQUEST_PASS_ON: _rule("signatory transmitter", "requested"),
    P.AUTHORISATION_RECORD: _rule("executing-officer", "executing"),
    P.EXECUTION_RECORD: _rule("executing-officer", "executing"),
    P.RESULTS_CHECK: _rule("signatory transmitter", "requested"),
    P.EVIDENCE_RETURN: _rule("transmitter signatory", "requested", step_up=True, not_with=(P.EXECUTION_RECORD,)),
    P.TRANSFER_SUSPEND: _rule("signatory executing-officer", "requested executing"),
    # both sides
    P.CONSULTATION_HOLD: _rule("drafter signatory transmitter executing-officer", BOTH_SIDES),
    P.LETTER_RECORD: _rule("registrar", "requesting requested"),
    P.LAW_RECORD: _rule("drafter signatory transmitter executing-officer", "originating requesting requested"),
    P.RIGHTS_SIGN: _rule("signatory", "originating requesting requested", step_up=True),
    P.DUAL_SIGN: _rule("signatory", "originating requesting requested", step_up=True),
    P.ASSURANCE_RECORD: _rule("signatory transmitter liaison", "originating requesting requested"),
    # evidence
    P.ITEM_TAKE_IN: _rule("evidence-custodian executing-officer", "executing requested"),
    P.ITEM_RECORD: _rule("evidence-custodian transmitter", "originating requesting requested"),
    P.ITEM_READ: _rule("drafter signatory transmitter executing-officer evidence-custodian analyst", BOTH_SIDES),
    P.ITEM_CHECK: _rule("signatory transmitter", "requested"),
    P.RELEASE_READ: _rule("drafter signatory evidence-custodian auditor", "originating requesting"),
    P.RELEASE_PROPOSE: _rule("drafter signatory evidence-custodian", "originating requesting"),
    P.RELEASE_APPROVE: _rule("signatory", "originating requesting", step_up=True, not_with=(P.RELEASE_PROPOSE,)),
    P.RELEASE_EXPORT: _rule("evidence-custodian drafter signatory", "originating requesting"),
    P.RECALL_PROPOSE: _rule("signatory transmitter executing-officer evidence-custodian", "requested executing"),
    P.RECALL_APPROVE: _rule("signatory transmitter", "requested", step_up=True, not_with=(P.RECALL_PROPOSE,)),
    P.RECALL_ANSWER: _rule("evidence-custodian transmitter", "requesting originating", step_up=True),
    P.DOCUMENT_READ: _rule(ALL_CASEWORK + " analyst", BOTH_SIDES),
    # the house
    P.LAW_ASK: _rule(" ".join(role.value for role in R), "own"),
    P.GAZETTE_READ: _rule(" ".join(role.value for role in R), "own"),
    P.GAZETTE_PROPOSE: _rule("registrar drafter signatory liaison", "own"),
    P.GAZETTE_APPROVE: _rule("signatory", "own", step_up=True, not_with=(P.GAZETTE_PROPOSE,)),
    P.GAZETTE_WITHDRAW: _rule("registrar drafter signatory liaison", "own"),
    P.GAZETTE_END: _rule("signatory", "own", step_up=True, not_with=(P.GAZETTE_WITHDRAW,)),
    P.NEEDS_READ: _rule(" ".join(role.value for role in R), "own"),
    P.INBOX_READ: _rule("registrar signatory transmitter executing-officer liaison", "own"),
    P.PARTNERS_READ: _rule(" ".join(role.value for role in R), "own"),
    P.PARTNERS_WRITE: _rule("administrator", "own", step_up=True),
    P.OFFICERS_READ: _rule("administrator auditor", "own"),
    P.OFFICERS_WRITE: _rule("administrator", "own", step_up=True),
    P.OWN_SIGN_IN: _rule(" ".join(role.value for role in R), "own", step_up=True),
    P.LEDGER_READ: _rule("auditor", "own"),
    P.GLASS_BREAK: _rule("registrar drafter signatory transmitter executing-officer liaison", BOTH_SIDES, step_up=True),
    P.GLASS_ACKNOWLEDGE: _rule("auditor", "own", not_with=(P.GLASS_BREAK,)),
    P.VAULT_READ: _rule("administrator evidence-custodian auditor", "own"),
    P.ASSURANCE_READ: _rule(" ".join(role.value for role in R), "own"),
    P.EXCHANGE_READ: _rule("administrator liaison transmitter registrar auditor", "own"),
    P.MESSAGE_RESEND: _rule("administrator liaison transmitter", "own"),
    P.COURIER_PACK: _rule("administrator registrar transmitter", "own"),
    P.COURIER_TAKE: _rule("administrator registrar", "own"),
}
