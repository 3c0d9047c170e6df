"""Reads of casework, each bound to what the actor's authority may see."""

from comity.requests.queries.access import dossier_for
from comity.requests.queries.directory import PartnerLine, partners
from comity.requests.queries.needs import Need, needs_me
from comity.requests.queries.pages import (
    DossierLine,
    DossierView,
    MessageProof,
    broken_rows,
    document_content,
    dossier_page,
    dossiers_for,
    inbox,
    message_proof,
)
from comity.requests.queries.registry import dossiers_by_number, post_book
from comity.requests.queries.steps import NextStep
from comity.requests.queries.timeline import Seal, TimelineView

__all__ = [
    "DossierLine",
    "DossierView",
    "MessageProof",
    "Need",
    "NextStep",
    "PartnerLine",
    "Seal",
    "TimelineView",
    "broken_rows",
    "document_content",
    "dossier_for",
    "dossier_page",
    "dossiers_by_number",
    "dossiers_for",
    "inbox",
    "message_proof",
    "needs_me",
    "partners",
    "post_book",
]
