"""What changes evidence: one function per verb; `admit`, `offer_content`, `receive_*` are steps of casework's acts."""

from comity.evidence.actions.by_post import bind_posted, read_posted, record_arrived_there, take_in_posted
from comity.evidence.actions.carrying import EvidenceCargo
from comity.evidence.actions.countersigning import countersign, verify_item
from comity.evidence.actions.fetching import fetch_due, partners_to_fetch
from comity.evidence.actions.intake import Exhibit, check_item, move_item, take_in, take_in_physical, take_in_record
from comity.evidence.actions.recalled import answer_recall, recall_answered, receive_answer, receive_recall
from comity.evidence.actions.recalling import approve_recall, propose_recall, recall_sent, refuse_recall
from comity.evidence.actions.receiving import receive_attachments, receive_offer, record_arrival
from comity.evidence.actions.record import admit
from comity.evidence.actions.regaining import regain_items
from comity.evidence.actions.releasing import approve_release, export_bundle, propose_release, refuse_release
from comity.evidence.actions.returning import Offered, offer_content, offer_items, receive_countersignature
from comity.evidence.actions.scrubbing import scrub

__all__ = [
    "EvidenceCargo",
    "Exhibit",
    "Offered",
    "admit",
    "answer_recall",
    "approve_recall",
    "approve_release",
    "bind_posted",
    "check_item",
    "countersign",
    "export_bundle",
    "fetch_due",
    "move_item",
    "offer_content",
    "offer_items",
    "partners_to_fetch",
    "propose_recall",
    "propose_release",
    "read_posted",
    "recall_answered",
    "recall_sent",
    "receive_answer",
    "receive_attachments",
    "receive_countersignature",
    "receive_offer",
    "receive_recall",
    "record_arrival",
    "record_arrived_there",
    "refuse_recall",
    "refuse_release",
    "regain_items",
    "scrub",
    "take_in",
    "take_in_physical",
    "take_in_posted",
    "take_in_record",
    "verify_item",
]
