"""What changes casework: one function per verb, the same for web, API, command line and exchange."""

from comity.requests.actions.drafting import open_dossier
from comity.requests.actions.incoming import open_received
from comity.requests.actions.openings import OPENINGS, Opening, begin
from comity.requests.actions.posted_evidence import take_in_from_post
from comity.requests.actions.posting import remind_due
from comity.requests.actions.receiving import apply_message
from comity.requests.actions.regaining import regain_message
from comity.requests.actions.verbs import VERBS, Field, Verb, perform
from comity.requests.actions.verifying import verify_seals

__all__ = [
    "OPENINGS",
    "VERBS",
    "Field",
    "Opening",
    "Verb",
    "apply_message",
    "begin",
    "open_dossier",
    "open_received",
    "perform",
    "regain_message",
    "remind_due",
    "take_in_from_post",
    "verify_seals",
]
