"""The documents of a dossier: what there is, and their bytes for whoever may read them."""

from dataclasses import dataclass
from datetime import datetime

from comity.authorities.keyring import Keyring
from comity.requests.models import Document, Dossier, Draft
from comity.requests.queries.access import dossier_for, state_of, target_of
from comity.safeguards.actions import enter_read
from comity.safeguards.permissions import Permission
from comity.safeguards.policy import authorise
from comity.seals.canonical import encode
from comity.store.queries import content_bytes, holds
from comity.store.vault import Vault
from comity.values.actor import Act
from comity.values.errors import MissingError, RefusedError, UnavailableError
from comity.values.reference import Reference


@dataclass(frozen=True, slots=True)
class DocumentView:
    digest: str
    kind: str
    language: str
    name: str
    media_type: str
    size: int
    sealed_by: str
    unsigned: str
    own: bool
    here: bool
    """Its bytes have arrived."""
    at: datetime


def documents_of(row: Dossier) -> tuple[DocumentView, ...]:
    return tuple(
        DocumentView(
            one.digest,
            one.kind,
            one.language,
            one.name,
            one.media_type,
            one.size,
            one.sealed_by,
            one.unsigned,
            one.own,
            holds(one.digest),
            one.at,
        )
        for one in Document.objects.filter(dossier=row).order_by("id")
    )


def document_content(act: Act, reference: Reference, digest: str, *, keys: Keyring, vault: Vault) -> bytes:
    """A document's bytes; the read is in the ledger first. `UnavailableError` while it is still on its way."""
    row = dossier_for(act.actor, reference)
    authorise(act.actor, Permission.DOCUMENT_READ, target_of(row, act.actor))
    draft = Draft.objects.filter(dossier=row).first()
    drafted = {one["digest"] for one in (draft.release or {}).get("documents", [])} if draft else set()
    if digest not in drafted and not Document.objects.filter(dossier=row, digest=digest).exists():
        raise MissingError
    if not holds(digest):
        raise UnavailableError("This document is still on its way from the partner; try again shortly.")
    enter_read(act, reference, authority=act.actor.authority, event="documents:document:read")
    return content_bytes(digest, keys=keys, vault=vault)


def request_file(act: Act, reference: Reference) -> bytes:
    """The request as one canonical JSON file, for a system that takes it from here.

    Between Member States of the Union that is the decentralised system of Regulation (EU) 2023/2844. The read is in the
    ledger first.
    """
    row = dossier_for(act.actor, reference)
    authorise(act.actor, Permission.DOCUMENT_READ, target_of(row, act.actor))
    state = state_of(row)
    if state.content is None:
        raise RefusedError("The request has not been transmitted yet.", code="requests:not-transmitted")
    enter_read(act, reference, authority=act.actor.authority, event="requests:request:exported")
    return encode(
        {
            "format": "comity/request/1",
            "dossier": row.reference,
            "instrument": row.instrument,
            "requesting": row.requesting,
            "requested": row.requested,
            "numbers": state.numbers,
            "release": state.release,
            "content": state.content,
        }
    )
