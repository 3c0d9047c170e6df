"""A request that came by post from a partner without a node: opened from its scan, recorded, not signed by them."""

from collections.abc import Mapping
from datetime import date, datetime, time
from io import BytesIO
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
from comity.requests.actions.posting import SCAN_TYPES
from comity.requests.actions.shape import note_hand, write
from comity.requests.lanes import canonical_code
from comity.requests.messages import MessageType, check_body
from comity.requests.models import Document, Dossier, PostEntry
from comity.requests.phases import Side
from comity.requests.queries.access import state_of
from comity.requests.standing import relations_told
from comity.requests.workflow import STEPS
from comity.safeguards.actions import enter
from comity.safeguards.permissions import Permission
from comity.safeguards.policy import Relation, Target, authorise
from comity.store.actions import Sealed, enter_content, sealed_content
from comity.store.vault import Vault
from comity.values.actor import Act
from comity.values.errors import InvalidInputError, RefusedError
from comity.values.instant import instant_text
from comity.values.reference import Kind


def open_received(
    act: Act,
    *,
    requesting: str,
    title: str,
    their_number: str,
    letter_on: date,
    signed_by: str,
    content: Mapping[str, Any],
    scan: bytes,
    name: str,
    keys: Keyring,
    vault: Vault,
    media_type: str = "application/pdf",
) -> Dossier:
    """Open a dossier from a scanned letter of request; it is then registered like any other.

    `content` is what the registrar reads in the letter, in the shape of a request; `signed_by` who signed it on paper.
    """
    home, partner = local_authority(act.actor.authority), authority(requesting)
    if partner.has_node or partner.state == home.state:
        raise RefusedError("This partner signs for itself; wait for its message.", code="requests:has-node")
    if not any(home.may(one) for one in (Competence.CENTRAL, Competence.RECEIVING, Competence.EXECUTING)):
        raise RefusedError("This authority receives no requests.", code="requests:not-competent")
    if not title.strip() or not scan or media_type not in SCAN_TYPES or letter_on > act.at.date():
        raise InvalidInputError("Give a title, the scan (PDF or picture) and the letter's day.", place="scan")
    kept = parse_content(content)
    row = Dossier(
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
    on = datetime.combine(letter_on, time(12), ZoneInfo(zone_of(partner.state)))
    with sealed_content(BytesIO(scan), vault=vault, chance=act.chance, expected_size=len(scan)) as sealed:
        digest = sealed.kept.digest
        body = {
            "what": MessageType.TRANSMITTED.value,
            "body": {
                "number": their_number.strip()[:120],
                "route": "central",
                "content": kept,
                "release": {"digest": digest, "documents": [], "attachments": [digest]},
                "signed_by": {
                    "name": signed_by.strip()[:300],
                    "function": "",
                    "authority": partner.code,
                    "at": instant_text(on),
                },
            },
            "letter_on": letter_on.isoformat(),
            "source": digest,
            "note": "not-signed-by-them",
        }
        check_body(MessageType.RECORDED, body)
        return _record(act, row, body, sealed, keys, (name[:400], media_type, len(scan)))


@transaction.atomic
def _record(
    act: Act, row: Dossier, body: Mapping[str, Any], sealed: Sealed, keys: Keyring, scan: tuple[str, str, int]
) -> Dossier:
    reference = act.new_reference(row.requesting, Kind.DOSSIER)
    authorise(act.actor, Permission.LETTER_RECORD, Target(reference, 0, frozenset({Relation.REQUESTED})))
    row.reference = str(reference)
    row.save(force_insert=True)
    enter_content(sealed, keys=keys, at=act.at)
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
    digest, (name, media_type, size) = sealed.kept.digest, scan
    Document.objects.create(
        dossier=row,
        digest=digest,
        kind="scan",
        name=name,
        media_type=media_type,
        size=size,
        message=signed.digest,
        own=False,
        at=act.at,
    )
    PostEntry.objects.create(
        dossier=row,
        direction="in",
        on=date.fromisoformat(body["letter_on"]),
        number=body["body"]["number"],
        correspondent=row.requesting,
        what=MessageType.TRANSMITTED.value,
        scan=digest,
        message=signed.digest,
        at=act.at,
        by=act.actor.id,
    )
    row = write(row, state_of(row), act.at, version=row.version, changes={})
    admit(act, holder=row.holder, dossier=row.reference, relations=relations_told(row))
    told = {"message": signed.digest, "scan": digest}
    entry = enter(act, "requests:letter:recorded", reference, authority=act.actor.authority, facts=told)
    note_hand(act, row, STEPS["record_letter"], digest=signed.digest, entry=bytes(entry.leaf).hex(), facts=told)
    return row
