"""The documents of a dossier: what there is, and their bytes for whoever may read them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from comity.authorities.keyring import Keyring
from comity.authorities.models import Officer
from comity.documents.order_file import order_file
from comity.requests.models import Document, DomesticAct, Dossier, Draft
from comity.requests.phases import Side
from comity.requests.queries.access import dossier_for, state_of, target_of
from comity.requests.queries.paper_context import letter_context
from comity.requests.queries.sight import documents_seen
from comity.requests.workflow import EIO
from comity.safeguards.actions import enter_export
from comity.safeguards.permissions import Permission
from comity.safeguards.policy import authorise
from comity.seals.canonical import encode, sha256_hex
from comity.store.queries import blob, content_bytes, held_of, holds
from comity.store.vault import Vault
from comity.values.actor import Act
from comity.values.errors import MissingError, RefusedError, UnavailableError
from comity.values.reference import Reference

ANNEX_A = "eio-annex-a"
LARGEST = 64 << 20
"""Bytes of a document that are read at once."""


@dataclass(frozen=True, slots=True)
class DocumentView:
    digest: str
    kind: str
    language: str
    name: str
    media_type: str
    size: int
    sealed_by: str
    seal_state: str
    """`valid` only where it was checked or is ours; empty while it was not checked."""
    seal_detail: str
    unsigned: str
    own: bool
    here: bool
    """Its bytes have arrived."""
    at: datetime


def documents_of(row: Dossier, authority: str) -> tuple[DocumentView, ...]:
    """The documents that this authority of ours sees (`sight`)."""
    seen = list(documents_seen(row, authority).order_by("id"))
    here = held_of([one.digest for one in seen])
    return tuple(
        DocumentView(
            one.digest,
            one.kind,
            one.language,
            one.name,
            one.media_type,
            one.size,
            one.sealed_by,
            one.seal_state,
            one.seal_detail,
            one.unsigned,
            one.own,
            one.digest in here,
            one.at,
        )
        for one in seen
    )


def document_content(act: Act, reference: Reference, digest: str, *, keys: Keyring, vault: Vault) -> bytes:
    """A document's bytes; the ledger names the document first. `UnavailableError` while it is still on its way.

    They come whole into memory: RefusedError `requests:document-size` above `LARGEST`.
    """
    row = dossier_for(act.actor, reference)
    authorise(act.actor, Permission.DOCUMENT_READ, target_of(row, act.actor))
    draft = Draft.objects.filter(dossier=row).first()
    drafted = {one["digest"] for one in (draft.release or {}).get("documents", [])} if draft else set()
    if digest not in drafted and not documents_seen(row, act.actor.authority).filter(digest=digest).exists():
        raise MissingError
    if not holds(digest):
        raise UnavailableError("This document is still on its way from the partner; try again shortly.")
    size = blob(digest).size
    if size > LARGEST:
        raise RefusedError(
            f"The document has {size} bytes; documents are opened up to {LARGEST}. It stays as it is.",
            code="requests:document-size",
            place=digest,
            next_step="Ask the partner to return it as evidence, which is read piece by piece.",
        )
    enter_export(
        act, reference, authority=act.actor.authority, event="documents:document:read", facts={"document": digest}
    )
    return content_bytes(digest, keys=keys, vault=vault)


def request_file(act: Act, reference: Reference, *, exercise: bool) -> bytes:
    """The request as one canonical JSON file, for a system that takes it from here.

    Between Member States of the Union that is the decentralised system of Regulation (EU) 2023/2844: an order comes
    field by field, as Annex A has them. The ledger names the file by its digest first.
    """
    row = dossier_for(act.actor, reference)
    authorise(act.actor, Permission.DOCUMENT_READ, target_of(row, act.actor))
    state = state_of(row)
    if state.content is None:
        raise RefusedError("The request has not been transmitted yet.", code="requests:not-transmitted")
    if row.instrument == EIO:
        file = order_file(state.content, _order_context(row, act, exercise=exercise))
    else:
        file = encode(
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
    facts = {"file": sha256_hex(file)}
    enter_export(act, reference, authority=act.actor.authority, event="requests:request:exported", facts=facts)
    return file


def _order_context(row: Dossier, act: Act, *, exercise: bool) -> dict[str, Any]:
    """What the order's form says beside its content, whichever side asks for the file."""
    hand = DomesticAct.objects.filter(dossier=row, verb="sign_request", void=False).first()
    person = Officer.objects.filter(id=hand.officer).first() if hand else None
    context = letter_context(row, act.at, person=person, exercise=exercise)
    if row.side == Side.REQUESTED:
        context["sender"], context["addressee"] = context["addressee"], context["sender"]
    signed = Document.objects.filter(dossier=row, kind=ANNEX_A).exclude(sealed_by="").order_by("id")
    context["documents"] = [{"language": one.language, "digest": one.digest, "name": one.name} for one in signed]
    return context
