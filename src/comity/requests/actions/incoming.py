"""A request that came by post from a partner without a node: opened from its scan, recorded, not signed by them."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction

from comity.authorities.competence import Competence
from comity.authorities.keyring import Keyring
from comity.authorities.queries import authority, local_authority
from comity.evidence.actions import admit
from comity.exchange.actions import post
from comity.exchange.message import Message
from comity.forms.content import parse_content
from comity.gazette.queries import register_here
from comity.law.places import zone_of
from comity.requests.actions.recording import enter_letter, scan_in_vault
from comity.requests.actions.shape import note_hand, write
from comity.requests.lanes import canonical_code
from comity.requests.messages import MessageType, check_body
from comity.requests.models import Dossier
from comity.requests.phases import Side
from comity.requests.queries.access import state_of
from comity.requests.scanned import ReadRequest, ScannedLetter
from comity.requests.standing import relations_told
from comity.requests.workflow import STEPS
from comity.safeguards.actions import enter
from comity.safeguards.permissions import Permission
from comity.safeguards.policy import Relation, Target, authorise
from comity.store.actions import Sealed
from comity.store.vault import Vault
from comity.values.actor import Act
from comity.values.errors import InvalidInputError, RefusedError
from comity.values.instant import instant_text
from comity.values.reference import Kind, Reference


def open_received(
    act: Act,
    *,
    requesting: str,
    title: str,
    request: ReadRequest,
    letter: ScannedLetter,
    keys: Keyring,
    vault: Vault,
) -> Dossier:
    """Open a dossier from a scanned letter of request; it is then registered like any other."""
    home, partner = local_authority(act.actor.authority), authority(requesting)
    reference = act.new_reference(partner.code, Kind.DOSSIER)
    authorise(act.actor, Permission.LETTER_RECORD, Target(reference, 0, frozenset({Relation.REQUESTED})))
    if partner.has_node or partner.state == home.state:
        raise RefusedError("This partner signs for itself; wait for its message.", code="requests:has-node")
    if not any(home.may(one) for one in (Competence.CENTRAL, Competence.RECEIVING, Competence.EXECUTING)):
        raise RefusedError("This authority receives no requests.", code="requests:not-competent")
    if not title.strip():
        raise InvalidInputError("Give the dossier a title.", place="title")
    letter.expect_readable(act.at.date())
    kept = parse_content(request.content)
    row = Dossier(
        reference=str(reference),
        holder=home.code,
        side=Side.REQUESTED.value,
        requesting=partner.code,
        requested=home.code,
        title=title.strip()[:400],
        instrument=canonical_code(register_here(), str(kept.get("instrument") or "")),
        partner_has_node=False,
        phase="",
        opened_at=act.at,
        changed_at=act.at,
    )
    on = datetime.combine(letter.letter_on, time(12), ZoneInfo(zone_of(partner.state)))
    with scan_in_vault(act, letter, vault=vault) as sealed:
        digest = sealed.kept.digest
        body = {
            "what": MessageType.TRANSMITTED.value,
            "body": {
                "number": request.their_number.strip()[:120],
                "route": "central",
                "content": kept,
                "release": {"digest": digest, "documents": [], "attachments": [digest]},
                "signed_by": {
                    "name": request.signed_by.strip()[:300],
                    "function": "",
                    "authority": partner.code,
                    "at": instant_text(on),
                },
            },
            "letter_on": letter.letter_on.isoformat(),
            "source": digest,
            "note": "not-signed-by-them",
        }
        check_body(MessageType.RECORDED, body)
        return _record(act, row, body, sealed, keys, letter)


@transaction.atomic
def _record(
    act: Act, row: Dossier, body: Mapping[str, Any], sealed: Sealed, keys: Keyring, letter: ScannedLetter
) -> Dossier:
    reference = Reference.parse(row.reference)
    row.save(force_insert=True)
    message = Message(
        type=MessageType.RECORDED.value,
        id=act.new_id(),
        sender=row.holder,
        recipient=row.requesting,
        dossier=reference,
        at=act.at,
        body=dict(body),
        purpose=act.purpose,
        basis=row.instrument,
    )
    signed = post(act, message, keys=keys)
    numbered = replace(letter, number=body["body"]["number"])
    enter_letter(act, row, numbered, sealed, keys=keys, what=MessageType.TRANSMITTED, message=signed.digest)
    row = write(row, state_of(row), act.at, version=row.version, changes={})
    admit(act, holder=row.holder, dossier=row.reference, relations=relations_told(row))
    told = {"message": signed.digest, "scan": sealed.kept.digest}
    entry = enter(act, "requests:letter:recorded", reference, authority=act.actor.authority, facts=told)
    note_hand(act, row, STEPS["record_letter"], digest=signed.digest, entry=bytes(entry.leaf).hex(), facts=told)
    return row
