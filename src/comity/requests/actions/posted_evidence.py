"""Evidence that crosses the border by post: taken in, bound to its letter, its receipt recorded; ours, not signed."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Unpack

from django.db import transaction

from comity.authorities.keyring import Keyring
from comity.evidence.actions import bind_posted, read_posted, record_arrived_there, take_in_posted
from comity.evidence.actions.intake import Exhibit, IntakeRecord
from comity.evidence.models import Item
from comity.requests import workflow
from comity.requests.actions.recording import opened_for_letter, say_recorded, scan_in_vault
from comity.requests.actions.returning import bound_conditions, items_named
from comity.requests.actions.shape import finish, texts
from comity.requests.messages import MessageType, check_body
from comity.requests.models import Dossier
from comity.requests.papers import first_printed
from comity.requests.phases import Side
from comity.requests.queries.access import dossier_for, partner_of, phase_of_row, target_of
from comity.requests.results import Results
from comity.requests.scanned import ScannedLetter
from comity.safeguards.permissions import Permission
from comity.safeguards.policy import authorise
from comity.store.vault import Vault
from comity.values.actor import Act
from comity.values.errors import InvalidInputError, RefusedError
from comity.values.reference import Reference


def take_in_from_post(
    act: Act,
    *,
    dossier: Reference,
    exhibit: Exhibit,
    on: date,
    carrier: str,
    keys: Keyring,
    vault: Vault,
    **record: Unpack[IntakeRecord],
) -> Item:
    """Take in what a partner without a node sent by post: a file from its carrier, or a thing by description.

    `on` is the day it arrived, `carrier` what it came on and under which number of the post. Refused for a partner that
    signs for itself, and for a request that it cannot have answered yet.
    """
    row = dossier_for(act.actor, dossier)
    authorise(act.actor, Permission.ITEM_RECORD, target_of(row, act.actor))
    if row.partner_has_node:
        raise RefusedError("This partner signs for itself; wait for its message.", code="requests:has-node")
    workflow.require(workflow.STEPS["record_return"], Side(row.side), phase_of_row(row))
    if on > act.at.date():
        raise InvalidInputError("What came by post came today or earlier.", place="on")
    record["arrival"] = {"on": on.isoformat(), "from": partner_of(row), "carrier": carrier}
    return take_in_posted(act, dossier=dossier, authority=row.holder, exhibit=exhibit, keys=keys, vault=vault, **record)


def record_return(
    act: Act,
    *,
    dossier: Any,
    version: int,
    results: Results,
    letter: ScannedLetter,
    keys: Keyring,
    vault: Vault,
) -> Dossier:
    """Record results that came by post under the letter that vouches for them, and bind its conditions to each.

    The items were taken in as they came (`take_in_from_post`); their content is read back first. The conditions are the
    instrument's, those known before, and those given here as the letter states them.
    """
    found = opened_for_letter(act, "record_return", dossier, version, letter)
    workflow.require_parts(workflow.STEPS["return_evidence"], found.state.part_states(), results.parts, recorded=True)
    rows, words = items_named(found, results.items), texts(results.cover_letter)
    bound = bound_conditions(found, results.conditions)
    body = {
        "parts": list(results.parts),
        "items": [
            {"item": row.reference, "digest": row.digest or None, "title": row.title, "kind": row.kind} for row in rows
        ],
        "cover_letter": {"text": words, "language": first_printed(words)},
        "conditions": [one.to_json() for one in bound],
        "custody": [],
    }
    check_body(MessageType.EVIDENCE_RETURNED, body)
    read_posted(act, results.items, keys=keys, vault=vault)
    with scan_in_vault(act, letter, vault=vault) as sealed, transaction.atomic():
        signed = say_recorded(act, found, MessageType.EVIDENCE_RETURNED, body, letter, sealed, keys)
        scan = {"digest": sealed.kept.digest, "media_type": letter.media_type}
        for row in rows:
            bind_posted(act, row.reference, letter=scan, message=signed.digest, conditions=bound, keys=keys)
        return finish(
            act,
            found,
            event="requests:return:recorded",
            signed=signed,
            facts={"scan": sealed.kept.digest, "parts": list(results.parts), "items": list(results.items)},
            changes={"remind_on": None},
        )


def record_receipt(
    act: Act,
    *,
    dossier: Any,
    version: int,
    items: Sequence[str],
    letter: ScannedLetter,
    keys: Keyring,
    vault: Vault,
) -> Dossier:
    """Record the letter with which a partner without a node confirms that items came which we sent it by post."""
    found = opened_for_letter(act, "record_receipt", dossier, version, letter)
    rows, partner = items_named(found, items), partner_of(found.row)
    with scan_in_vault(act, letter, vault=vault) as sealed, transaction.atomic():
        scan = sealed.kept.digest
        entries = [record_arrived_there(act, row.reference, source=scan, partner=partner, keys=keys) for row in rows]
        body = {"items": entries}
        signed = say_recorded(act, found, MessageType.EVIDENCE_COUNTERSIGNED, body, letter, sealed, keys)
        facts = {"scan": scan, "items": list(items)}
        return finish(act, found, event="requests:receipt:recorded", signed=signed, facts=facts)
