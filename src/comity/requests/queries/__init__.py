"""Reads of casework, each bound to what the actor's authority may see."""

from comity.requests.queries.access import dossier_for, readable_dossier
from comity.requests.queries.directory import PartnerLine, partners
from comity.requests.queries.documents import DocumentView, document_content, request_file
from comity.requests.queries.law_case import LawCaseView, law_case
from comity.requests.queries.law_view import LawView
from comity.requests.queries.lists import DossierLine, dossiers_for, inbox
from comity.requests.queries.needs import Need, needs_me
from comity.requests.queries.pages import DossierView, WholeDossier, dossier_page, dossier_whole
from comity.requests.queries.proofs import (
    MessageProof,
    broken_rows,
    delivery_evidence,
    documents_without_content,
    dossiers_without_row,
    message_proof,
    messages_that_wait,
)
from comity.requests.queries.registry import dossiers_by_number, post_book
from comity.requests.queries.steps import NextStep
from comity.requests.queries.timeline import Seal, TimelineView

__all__ = [
    "DocumentView",
    "DossierLine",
    "DossierView",
    "LawCaseView",
    "LawView",
    "MessageProof",
    "Need",
    "NextStep",
    "PartnerLine",
    "Seal",
    "TimelineView",
    "WholeDossier",
    "broken_rows",
    "delivery_evidence",
    "document_content",
    "documents_without_content",
    "dossier_for",
    "dossier_page",
    "dossier_whole",
    "dossiers_by_number",
    "dossiers_for",
    "dossiers_without_row",
    "inbox",
    "law_case",
    "message_proof",
    "messages_that_wait",
    "needs_me",
    "partners",
    "post_book",
    "readable_dossier",
    "request_file",
]
