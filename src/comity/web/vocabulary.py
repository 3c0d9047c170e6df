"""The words for the house's codes, as catalogue keys: rules hold codes, faces hold words."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from comity.exchange.receipt import ReceiptKind
from comity.values.verdict import Finding
from comity.web.law_vocabulary import LAW_WORDS

Words = Mapping[str, Promise | str]

FINDINGS: Mapping[Finding, Promise | str] = {
    Finding.CLEAR: pgettext_lazy("verdict", "CLEAR"),
    Finding.UNSETTLED: pgettext_lazy("verdict", "UNSETTLED"),
    Finding.BARRED: pgettext_lazy("verdict", "BARRED"),
}

ROLES: Words = {
    "registrar": _("registrar"),
    "drafter": _("drafter"),
    "signatory": _("signatory"),
    "transmitter": _("transmitter"),
    "executing-officer": _("executing officer"),
    "evidence-custodian": _("evidence custodian"),
    "translator": _("translator"),
    "analyst": _("analyst"),
    "liaison": _("liaison"),
    "auditor": _("auditor"),
    "administrator": _("administrator"),
}

MEASURES: Words = {
    "bank-records": _("Bank records"),
    "subscriber-data": _("Subscriber data"),
    "traffic-data": _("Traffic data"),
    "content-data": _("Content data"),
    "preservation": _("Expedited preservation of stored data"),
    "search-seizure": _("Search and seizure"),
    "hearing-witness": _("Hearing of a witness"),
    "hearing-video": _("Hearing by video link"),
    "service": _("Service of documents"),
    "interception": _("Interception of telecommunications"),
    "controlled-delivery": _("Controlled delivery"),
    "joint-investigation": _("Joint investigation team"),
    "freezing": _("Freezing of property"),
    "confiscation": _("Confiscation"),
    "transfer-prisoner": _("Transfer of a person in custody"),
    "extradition": _("Extradition"),
}

OFFENCES: Words = {
    "corruption": _("Corruption"),
    "cybercrime": _("Cybercrime"),
    "drug-trafficking": _("Drug trafficking"),
    "fraud": _("Fraud"),
    "illegal-access": _("Illegal access to a computer system"),
    "money-laundering": _("Money laundering"),
    "organised-crime": _("Participation in an organised criminal group"),
    "terrorist-financing": _("Financing of terrorism"),
    "trafficking-in-persons": _("Trafficking in persons"),
    "smuggling-of-migrants": _("Smuggling of migrants"),
    "firearms": _("Firearms"),
    "murder": _("Murder"),
}

PHASES: Words = {
    "drafting": _("Being drafted"),
    "signed": _("Signed"),
    "checked": _("Form checked"),
    "transmitted": _("Transmitted"),
    "delivered": _("Delivered"),
    "registered": _("Registered"),
    "amendment-requested": _("Amendment requested"),
    "under-examination": _("Under examination"),
    "in-execution": _("In execution"),
    "returned": _("Evidence returned"),
    "countersigned": _("Custody countersigned"),
    "closed": _("Closed"),
    "refused": _("Refused"),
    "withdrawn": _("Withdrawn"),
}

PARTS: Words = {
    "requested": _("Requested"),
    "accepted": _("Accepted"),
    "declined": _("Declined"),
    "declined-in-part": _("Declined in part"),
    "postponed": _("Postponed"),
    "authorised": _("Authorised"),
    "executed": _("Executed"),
    "suspended": _("Transfer suspended"),
    "returned": _("Returned"),
    "withdrawn": _("Withdrawn"),
}

MESSAGES: Words = {
    "request.transmitted": _("Request transmitted"),
    "request.acknowledged": _("Registered and acknowledged"),
    "request.returned": _("Returned for amendment"),
    "request.questioned": _("Question"),
    "request.answered": _("Answer"),
    "request.accepted": _("Accepted"),
    "request.consulted": _("Consultation"),
    "request.consulted-answered": _("Answer to the consultation"),
    "request.declined": _("Declined"),
    "request.postponed": _("Postponed"),
    "request.passed-on": _("Passed to the executing authority"),
    "request.authorised": _("Domestic authorisation"),
    "request.executed": _("Executed"),
    "request.transfer-suspended": _("Transfer suspended"),
    "request.transfer-resumed": _("Transfer resumed"),
    "evidence.returned": _("Evidence returned"),
    "evidence.countersigned": _("Custody countersigned"),
    "evidence.recalled": _("Evidence recalled"),
    "evidence.narrowed": _("Use narrowed"),
    "evidence.recall-answered": _("Answer to the recall"),
    "request.feedback": _("What came of it"),
    "request.closed": _("Closed"),
    "request.withdrawn": _("Withdrawn"),
    "request.reminded": _("Reminder"),
    "request.recorded": _("Letter recorded"),
    "receipt.delivery": _("Delivered"),
}

VERBS: Words = {
    "open_dossier": _("Open a dossier"),
    "save_draft": _("Draft"),
    "prepare_release": _("Make out the letter"),
    "note_posting": _("Note the posting"),
    "sign_request": _("Sign the request"),
    "withdraw_signature": _("Withdraw the signature"),
    "validate_order": _("Validate the order"),
    "check_form": _("Check the form"),
    "return_to_drafter": _("Return to the drafter"),
    "transmit_request": _("Transmit"),
    "register_request": _("Register and acknowledge"),
    "confirm_receipt": _("Confirm receipt (Annex B)"),
    "assess_conformity": _("Record the conformity check"),
    "return_for_amendment": _("Return for amendment"),
    "ask_question": _("Ask a question"),
    "answer_question": _("Answer the question"),
    "accept_request": _("Accept"),
    "consult": _("Consult"),
    "answer_consultation": _("Answer the consultation"),
    "decline_parts": _("Decline"),
    "postpone": _("Postpone"),
    "pass_on": _("Pass to an executing authority"),
    "record_authorisation": _("Record the authorisation"),
    "record_execution": _("Record the execution"),
    "check_results": _("Check the results"),
    "return_evidence": _("Return the evidence"),
    "suspend_transfer": _("Suspend the transfer"),
    "resume_transfer": _("Resume the transfer"),
    "countersign_evidence": _("Countersign the custody"),
    "give_feedback": _("Say what came of it"),
    "close_dossier": _("Close the dossier"),
    "withdraw_request": _("Withdraw the request"),
    "remind": _("Send a reminder"),
    "record_letter": _("Record a letter"),
    "record_return": _("Record results that came by post"),
    "record_receipt": _("Record their receipt"),
    "open_received": _("Register a request that came by post"),
    "print_answer": _("Print the answer"),
    "record_facts": _("Record facts of law"),
    "record_conduct": _("Record the conduct"),
    "sign_dual": _("Sign dual criminality off"),
    "sign_rights_gate": _("Sign that no ground is recorded"),
    "record_assurance": _("Record an assurance"),
    "check_assurance": _("Check an assurance"),
    "print_check": _("Make the sheet of the check"),
    "propose_recall": _("Propose a recall"),
    "propose_narrowing": _("Propose to narrow the use"),
    "approve_recall": _("Approve the recall"),
    "approve_narrowing": _("Approve the narrowing"),
    "refuse_recall": _("Refuse the proposal"),
    "answer_recall": _("Answer the recall"),
}

CUSTODY: Words = {
    "seized": _("Seized"),
    "taken-in": _("Taken in"),
    "sealed": _("Sealed"),
    "moved": _("Moved"),
    "checked": _("Checked"),
    "transferred": _("Transferred"),
    "offered": _("Offered"),
    "awaited": _("Awaited"),
    "received": _("Received"),
    "verified": _("Verified"),
    "countersigned": _("Countersigned"),
    "released": _("Released"),
    "narrowed": _("Use narrowed"),
    "recalled": _("Recalled"),
    "deleted": _("Deleted"),
    "handed-back": _("Handed back"),
    "kept": _("Kept, with the reason"),
}

DOCUMENTS: Words = {
    "letter-of-request": _("Letter of request"),
    "cover-note": _("Cover note"),
    "acknowledgement": _("Acknowledgement of receipt"),
    "reminder": _("Reminder"),
    "eio-annex-a": _("European Investigation Order (Annex A)"),
    "eio-annex-b": _("Confirmation of receipt (Annex B)"),
    "cover-letter": _("Cover letter"),
    "refusal": _("Decision of refusal"),
    "scan": _("Scanned letter"),
    "check-of-grounds": _("Check of grounds"),
}

ITEMS: Words = {"digital": _("File"), "physical": _("Physical item"), "testimony": _("Testimony")}

COMPETENCES: Words = {
    "issuing": _("issuing"),
    "validating": _("validating"),
    "central": _("central authority"),
    "receiving": _("receiving"),
    "executing": _("executing"),
    "court": _("court"),
}

PURPOSES: Words = {
    "casework": _("casework"),
    "supervision": _("supervision"),
    "audit": _("audit"),
    "training": _("training"),
}

PERSONS: Words = {
    "suspect": _("Suspect"),
    "witness": _("Witness"),
    "victim": _("Victim"),
    "expert": _("Expert"),
    "legal-person": _("Legal person"),
    "other": _("Other person"),
}

CHANNELS: Words = {
    "central": _("Between central authorities"),
    "central-authority": _("Between central authorities"),
    "central-authorities": _("Between central authorities"),
    "direct": _("Directly between the authorities"),
    "diplomatic": _("Through the diplomatic channel"),
    "justice-ministries": _("Between ministries of justice"),
    "interpol": _("Through INTERPOL"),
    "contact-point": _("Through the contact points"),
}

USES: Words = {
    "view": _("Open it"),
    "use": _("Work with it"),
    "print": _("Print it"),
    "export": _("Release it"),
    "reply": _("Send it on"),
}

HINDRANCES: Words = {
    "recalled": _("Its provider recalled it: it is locked. Answer the recall; ask the provider if it must be used."),
    "expired": _("Its use has ended. Ask the provider to let it be used longer and to send it anew."),
    "handling": _("Its handling code asks for the provider's permission. Name it where it is asked for."),
    "condition": _("A condition asks for the provider's permission. Name it where it is asked for."),
}

RECALLS: Words = {
    "recall": _("Recall"),
    "narrow": _("Narrowing of the use"),
    "delete": _("Delete it"),
    "return": _("Give it back"),
    "complied": _("Complied with"),
    "cannot-comply": _("Cannot be complied with"),
    "proposed": _("Proposed; another person decides"),
    "refused": _("Refused; it never left"),
    "waiting": _("Waits for the answer"),
    "answered": _("Answered"),
    "breach": _("No answer came by its day: an open breach"),
}

CONDITIONS: Words = {
    "purpose": _("Bound to its purpose"),
    "specialty": _("Use limited"),
    "confidentiality": _("Confidential"),
    "onward-transfer": _("No onward transfer without consent"),
    "return": _("To be returned"),
    "expiry": _("Expires"),
    "other": _("Condition"),
}

CONTACTS: Words = {"address": _("Postal address"), "telephone": _("Telephone"), "email": _("E-mail")}

GATE: Words = {
    "RECORDED": _("recorded against it"),
    "ASSURED": _("recorded, and assured"),
    "ASK": _("left to ask"),
    "ANSWERED": _("nothing recorded"),
}

KINDS: Mapping[str, Words] = {
    "gate": GATE,
    "role": ROLES,
    "measure": MEASURES,
    "offence": OFFENCES,
    "phase": PHASES,
    "part": PARTS,
    "message": MESSAGES,
    "verb": VERBS,
    "custody": CUSTODY,
    "document": DOCUMENTS,
    "item": ITEMS,
    "competence": COMPETENCES,
    "purpose": PURPOSES,
    "person": PERSONS,
    "channel": CHANNELS,
    "condition": CONDITIONS,
    "contact": CONTACTS,
    "use_of_item": USES,
    "hindrance": HINDRANCES,
    "recall": RECALLS,
    **LAW_WORDS,
}


def word(kind: str, code: str) -> str:
    """The word for a code in the reader's language; a code without a word stands as it is: nothing is hidden."""
    return str(KINDS[kind].get(code, code))


STATEMENTS: Mapping[ReceiptKind, Promise | str] = {
    ReceiptKind.SUBMISSION_ACCEPTANCE: _("Signed and queued (the sender's own word)"),
    ReceiptKind.SUBMISSION_REJECTION: _("Not accepted for sending (the sender's own word)"),
    ReceiptKind.RELAY_ACCEPTANCE: _("Passed on"),
    ReceiptKind.RELAY_REJECTION: _("Refused by the recipient"),
    ReceiptKind.RELAY_FAILURE: _("Could not be brought to the recipient's node (the sender's own word)"),
    ReceiptKind.DELIVERY: _("Arrived and took effect"),
    ReceiptKind.NON_DELIVERY: _("No receipt came in time (the sender's own word)"),
    ReceiptKind.RETRIEVAL: _("Opened by a person of the recipient"),
    ReceiptKind.NON_RETRIEVAL: _("No word came in time that it was opened (the sender's own word)"),
}
"""What was stated of a message's way, and whose word it is."""
