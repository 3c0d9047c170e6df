"""Who may do what, written anew from the published policy (`docs/reference/access.md`) role by role and state by state.

Nothing here asks the code under test. The published page goes permission by permission; this goes role by role, and
the workflow state by state, so that a slip in one is not repeated in the other.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

_CASE = "originating requesting requested executing"
_DUTIES = """
registrar
  @case requests:dossier:read documents:document:read
  @case safeguards:glass:break
  requesting requests:request:check requests:reminder:send requests:letter:record
  requested requests:request:register requests:letter:record
  own gazette:correction:propose gazette:withdrawal:propose requests:inbox:read
  own exchange:status:read exchange:bundle:pack exchange:bundle:take
drafter
  @case requests:dossier:read documents:document:read evidence:item:read requests:consultation:hold
  @case safeguards:glass:break
  originating requests:draft:write
  @asking requests:question:answer requests:feedback:give requests:law:record
  @asking evidence:release:read evidence:release:propose evidence:release:export
  requested requests:law:record
  own requests:dossier:open gazette:correction:propose gazette:withdrawal:propose
signatory
  @case requests:dossier:read documents:document:read evidence:item:read requests:consultation:hold
  @case safeguards:glass:break
  originating requests:request:sign
  @asking requests:request:validate requests:request:withdraw requests:question:answer requests:feedback:give
  @asking requests:law:record requests:rights:sign requests:dual:sign requests:assurance:record
  @asking evidence:release:read evidence:release:propose evidence:release:approve evidence:release:export
  requesting requests:dossier:close
  requested requests:request:assess requests:question:ask requests:request:accept requests:request:decline
  requested requests:request:postpone requests:request:pass-on requests:results:check requests:evidence:return
  requested requests:transfer:suspend requests:law:record requests:rights:sign requests:dual:sign
  requested requests:assurance:record evidence:item:check evidence:recall:propose evidence:recall:approve
  executing requests:question:ask requests:request:decline requests:request:postpone requests:transfer:suspend
  executing evidence:recall:propose
  own requests:dossier:open requests:inbox:read gazette:correction:propose gazette:correction:approve
  own gazette:withdrawal:propose gazette:withdrawal:approve
transmitter
  @case requests:dossier:read documents:document:read evidence:item:read requests:consultation:hold
  @case safeguards:glass:break
  @asking requests:request:withdraw requests:question:answer requests:feedback:give requests:law:record
  @asking requests:assurance:record evidence:item:countersign evidence:item:record evidence:recall:answer
  requesting requests:request:check requests:request:transmit requests:dossier:close requests:reminder:send
  requested requests:request:assess requests:question:ask requests:request:pass-on requests:results:check
  requested requests:evidence:return requests:law:record requests:assurance:record evidence:item:record
  requested evidence:item:check evidence:recall:propose evidence:recall:approve
  executing requests:question:ask evidence:recall:propose
  own requests:inbox:read exchange:status:read exchange:message:resend exchange:bundle:pack
executing-officer
  @case requests:dossier:read documents:document:read evidence:item:read requests:consultation:hold
  @case safeguards:glass:break
  @asking requests:law:record
  requested requests:law:record
  @asked requests:question:ask requests:transfer:suspend evidence:item:take-in evidence:recall:propose
  executing requests:authorisation:record requests:execution:record
  own requests:inbox:read
evidence-custodian
  @case requests:dossier:read documents:document:read evidence:item:read
  @asking evidence:item:countersign evidence:item:record evidence:recall:answer
  @asking evidence:release:read evidence:release:propose evidence:release:export
  requested evidence:item:record
  @asked evidence:item:take-in evidence:recall:propose
  own store:vault:read
translator
  @case requests:dossier:read documents:document:read
  originating requests:draft:write
analyst
  @case requests:dossier:read documents:document:read evidence:item:read
liaison
  @case requests:dossier:read documents:document:read
  @case safeguards:glass:break
  @asking requests:assurance:record
  requesting requests:reminder:send
  requested requests:assurance:record
  own gazette:correction:propose gazette:withdrawal:propose requests:inbox:read
  own exchange:status:read exchange:message:resend
auditor
  @case requests:dossier:read
  @asking evidence:release:read
  own authorities:officers:read safeguards:ledger:read store:vault:read exchange:status:read
  own safeguards:glass:acknowledge
administrator
  own authorities:partners:write authorities:officers:read authorities:officers:write store:vault:read
  own exchange:status:read exchange:message:resend exchange:bundle:pack exchange:bundle:take
"""
_GROUPS = {"@case": _CASE, "@asking": "originating requesting", "@asked": "requested executing"}
_EVERY_ROLE = (
    "law:basis:ask gazette:correction:read requests:needs:read authorities:partners:read authorities:sign-in:keep "
    "safeguards:assurance:read"
)

CODE_AGAIN = frozenset(
    """
    requests:request:sign requests:request:validate requests:request:transmit requests:request:withdraw
    evidence:item:countersign requests:request:accept requests:request:decline requests:request:postpone
    requests:evidence:return requests:rights:sign requests:dual:sign evidence:release:approve evidence:recall:approve
    evidence:recall:answer gazette:correction:approve gazette:withdrawal:approve authorities:partners:write
    authorities:officers:write authorities:sign-in:keep safeguards:glass:break
    """.split()
)
ANOTHER_PERSON: Mapping[str, str] = {
    "requests:request:validate": "requests:request:sign",
    "requests:request:check": "requests:request:sign",
    "requests:request:transmit": "requests:request:sign",
    "requests:evidence:return": "requests:execution:record",
    "evidence:release:approve": "evidence:release:propose",
    "evidence:recall:approve": "evidence:recall:propose",
    "gazette:correction:approve": "gazette:correction:propose",
    "gazette:withdrawal:approve": "gazette:withdrawal:propose",
    "safeguards:glass:acknowledge": "safeguards:glass:break",
}
"""Who did the second may not do the first, on the same row."""


def _read() -> dict[str, dict[str, frozenset[str]]]:
    """Role to relation to deeds."""
    found: dict[str, dict[str, set[str]]] = {}
    role = ""
    for line in _DUTIES.strip().splitlines():
        if not line.startswith(" "):
            role = line.strip()
            found[role] = {"own": set(_EVERY_ROLE.split())}
            continue
        where, *deeds = line.split()
        for relation in _GROUPS.get(where, where).split():
            found[role].setdefault(relation, set()).update(deeds)
    return {name: {place: frozenset(deeds) for place, deeds in known.items()} for name, known in found.items()}


DUTIES = _read()
ROLES = tuple(DUTIES)
DEEDS = tuple(sorted({deed for known in DUTIES.values() for deeds in known.values() for deed in deeds}))
RELATIONS = ("own", *_CASE.split())


@dataclass(frozen=True, slots=True)
class Person:
    """Who asks, as the oracle needs to know her."""

    roles: frozenset[str]
    id: str = ""
    confirmed: bool = True
    kind: str = "officer"


def decided(person: Person, deed: str, relations: Iterable[str], hands: Mapping[str, frozenset[str]]) -> str:
    """`open`, or the first thing that stands against it: `absent`, `refused`, `same-hand`, `code-again`."""
    held = frozenset(relations)
    if not held:
        return "absent"
    if person.kind != "officer":
        return "refused"
    if not any(deed in DUTIES[role].get(relation, ()) for role in person.roles for relation in held):
        return "refused"
    if person.id in hands.get(ANOTHER_PERSON.get(deed, ""), ()):
        return "same-hand"
    return "code-again" if deed in CODE_AGAIN and not person.confirmed else "open"


_LAW = "record_facts record_conduct sign_dual sign_rights_gate print_check"
_RECALL = "propose_recall propose_narrowing refuse_recall approve_recall approve_narrowing"
_SENT = f"answer_question give_feedback answer_consultation record_letter record_return note_posting {_LAW}"
_ASKING: Mapping[str, str] = {
    "drafting": f"save_draft prepare_release sign_request {_LAW}",
    "signed": "save_draft withdraw_signature validate_order check_form return_to_drafter transmit_request " + _LAW,
    "checked": "save_draft withdraw_signature validate_order return_to_drafter transmit_request " + _LAW,
    "transmitted": f"{_SENT} withdraw_request remind",
    "delivered": f"{_SENT} withdraw_request remind",
    "amendment-requested": f"{_SENT} withdraw_request consult",
    "registered": f"{_SENT} withdraw_request remind consult",
    "under-examination": f"{_SENT} withdraw_request remind consult",
    "in-execution": f"{_SENT} withdraw_request remind consult countersign_evidence answer_recall",
    "returned": f"{_SENT} countersign_evidence close_dossier answer_recall",
    "countersigned": f"{_SENT} close_dossier answer_recall",
    "refused": "give_feedback close_dossier note_posting print_check",
    "withdrawn": "give_feedback close_dossier answer_recall note_posting print_check",
    "closed": "give_feedback answer_recall note_posting print_check",
}
_DECIDING = (
    "accept_request decline_parts postpone pass_on record_authorisation record_execution check_results "
    "suspend_transfer resume_transfer return_evidence"
)
_PAPER = f"answer_consultation record_letter note_posting {_LAW}"
_EXAMINING = "assess_conformity ask_question confirm_receipt consult print_answer"
_ASKED: Mapping[str, str] = {
    "transmitted": f"register_request {_PAPER}",
    "amendment-requested": f"confirm_receipt consult {_PAPER}",
    "registered": f"{_EXAMINING} return_for_amendment {_DECIDING} {_PAPER}",
    "under-examination": f"{_EXAMINING} return_for_amendment {_DECIDING} {_PAPER}",
    "in-execution": f"{_EXAMINING} {_DECIDING} {_PAPER} {_RECALL} record_receipt",
    "returned": f"{_DECIDING} {_PAPER} {_RECALL} record_receipt print_answer",
    "countersigned": f"{_DECIDING} {_PAPER} {_RECALL} print_answer",
    "refused": "print_answer note_posting print_check",
    "withdrawn": f"{_RECALL} print_answer note_posting print_check",
    "closed": f"{_RECALL} print_answer note_posting print_check",
}
_ALWAYS = "record_assurance check_assurance"
VERBS_OPEN = {
    (side, phase): frozenset(f"{verbs} {_ALWAYS}".split())
    for side, known in (("requesting", _ASKING), ("requested", _ASKED))
    for phase, verbs in known.items()
}
"""Side and phase to the verbs that are open there."""


def open_in(verb: str, side: str, phase: str) -> bool:
    """Whether a verb is open to a side in the phase it sees; nothing is before the request is there."""
    return verb in VERBS_OPEN.get((side, phase), frozenset())


PARTS_FROM: Mapping[str, frozenset[str]] = {
    verb: frozenset(states.split())
    for verb, states in (
        ("accept_request", "requested postponed"),
        ("decline_parts", "requested postponed accepted authorised"),
        ("postpone", "requested accepted authorised"),
        ("record_authorisation", "accepted"),
        ("record_execution", "accepted authorised"),
        ("suspend_transfer", "executed"),
        ("resume_transfer", "suspended"),
        ("return_evidence", "executed"),
    )
}
"""Verbs that are done with parts that stand so, within the phases in which they are open."""


def fits_parts(verb: str, states: frozenset[str]) -> frozenset[str]:
    """What a verb named with some part may be told, open by its phase, where the parts stand so."""
    wanted = PARTS_FROM.get(verb, states)
    fitting = {"through"} if states & wanted or not states else set()
    return frozenset(fitting | ({"state"} if states - wanted or not fitting else set()))


VERB_DEEDS: Mapping[str, str] = {
    "save_draft": "requests:draft:write",
    "prepare_release": "requests:draft:write",
    "sign_request": "requests:request:sign",
    "withdraw_signature": "requests:request:sign",
    "validate_order": "requests:request:validate",
    "check_form": "requests:request:check",
    "return_to_drafter": "requests:request:check",
    "transmit_request": "requests:request:transmit",
    "answer_question": "requests:question:answer",
    "countersign_evidence": "evidence:item:countersign",
    "give_feedback": "requests:feedback:give",
    "withdraw_request": "requests:request:withdraw",
    "remind": "requests:reminder:send",
    "close_dossier": "requests:dossier:close",
    "register_request": "requests:request:register",
    "confirm_receipt": "requests:request:register",
    "assess_conformity": "requests:request:assess",
    "return_for_amendment": "requests:request:assess",
    "ask_question": "requests:question:ask",
    "accept_request": "requests:request:accept",
    "decline_parts": "requests:request:decline",
    "postpone": "requests:request:postpone",
    "pass_on": "requests:request:pass-on",
    "record_authorisation": "requests:authorisation:record",
    "record_execution": "requests:execution:record",
    "check_results": "requests:results:check",
    "suspend_transfer": "requests:transfer:suspend",
    "resume_transfer": "requests:transfer:suspend",
    "return_evidence": "requests:evidence:return",
    "propose_recall": "evidence:recall:propose",
    "propose_narrowing": "evidence:recall:propose",
    "refuse_recall": "evidence:recall:approve",
    "approve_recall": "evidence:recall:approve",
    "approve_narrowing": "evidence:recall:approve",
    "answer_recall": "evidence:recall:answer",
    "consult": "requests:consultation:hold",
    "answer_consultation": "requests:consultation:hold",
    "record_facts": "requests:law:record",
    "record_conduct": "requests:law:record",
    "sign_dual": "requests:dual:sign",
    "sign_rights_gate": "requests:rights:sign",
    "record_assurance": "requests:assurance:record",
    "check_assurance": "requests:assurance:record",
    "print_check": "requests:law:record",
    "record_letter": "requests:letter:record",
    "record_return": "evidence:item:record",
    "record_receipt": "evidence:item:record",
    "print_answer": "requests:letter:record",
    "note_posting": "requests:letter:record",
}
