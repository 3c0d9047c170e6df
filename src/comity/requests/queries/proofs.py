"""What can be shown to a third party, and what `doctor` looks for."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from comity.authorities.queries import verifying_key
from comity.evidence.queries import awaited_content
from comity.exchange.delivery_file import wanted_keys, write_delivery
from comity.exchange.queries import dossiers_written_about, message, messages_of, receipts_of
from comity.requests.fold import fold
from comity.requests.models import Document, Dossier
from comity.requests.phases import Effect
from comity.requests.queries.access import dossier_for, target_of
from comity.requests.queries.timeline import Seal, seal_of
from comity.safeguards.actions import enter_export
from comity.safeguards.permissions import Permission
from comity.safeguards.policy import authorise
from comity.store.queries import holds
from comity.values.actor import Act, Actor
from comity.values.errors import MissingError
from comity.values.instant import instant_text
from comity.values.reference import Kind, Reference


@dataclass(frozen=True, slots=True)
class MessageProof:
    """A message as it can be shown to a third party: its bytes, signature and receipts, and what our check found."""

    digest: str
    content: str
    signature: Mapping[str, Any]
    receipts: tuple[str, ...]
    seal: Seal
    stored_at: str


def message_proof(actor: Actor, reference: Reference, digest: str) -> MessageProof:
    """The raw message of a timeline's line with its proof."""
    row = dossier_for(actor, reference)
    authorise(actor, Permission.DOSSIER_READ, target_of(row, actor))
    view = message(row.holder, digest)
    if str(view.signed.message.dossier) != row.reference:
        raise MissingError
    return MessageProof(
        digest,
        view.signed.content.decode(),
        view.signed.signature.to_json(),
        tuple(receipt.decode() for receipt in receipts_of(row.holder, digest)),
        seal_of(view.signed),
        instant_text(view.stored_at),
    )


def delivery_evidence(act: Act, reference: Reference, digest: str, *, with_content: bool) -> bytes:
    """What is known of a message's way, with the keys to check it, in one file for a third party; the ledger names it.

    With the content it shows what the message says; without, only that and when it went its way.
    """
    row = dossier_for(act.actor, reference)
    authorise(act.actor, Permission.DOSSIER_READ, target_of(row, act.actor))
    view = message(row.holder, digest)
    if str(view.signed.message.dossier) != row.reference:
        raise MissingError
    statements = receipts_of(row.holder, digest)
    wanted = sorted(wanted_keys(view.signed, statements))
    keys = [(code, verifying_key(code, key_id)) for code, key_id in wanted]
    told = {"message": digest, "content": "shown" if with_content else "left-out"}
    enter_export(act, reference, authority=act.actor.authority, event="requests:delivery:exported", facts=told)
    return write_delivery(view.signed, statements, keys, with_content=with_content)


def broken_rows() -> list[str]:
    """References of dossiers whose cached state is not the fold of their messages: what `doctor` looks for."""
    found = []
    for row in Dossier.objects.exclude(phase="").order_by("pk").iterator():
        held = messages_of(row.holder, row.reference)
        if held and fold(view.signed.message for view in held).to_json() != row.state:
            found.append(f"{row.holder} {row.reference}")
    return found


def dossiers_without_row() -> list[str]:
    """Holder and reference of dossiers of which messages are held and no row: nobody would see them."""
    rows = set(Dossier.objects.values_list("holder", "reference"))
    return [" ".join(one) for one in sorted(dossiers_written_about(f":{Kind.DOSSIER.value}:") - rows)]


def documents_without_content() -> list[str]:
    """Holder, dossier and digest of documents whose bytes are neither here nor on their way."""
    rows = Document.objects.select_related("dossier").order_by("pk").iterator()
    return [
        f"{row.dossier.holder} {row.dossier.reference} {row.digest}"
        for row in rows
        if not holds(row.digest) and not awaited_content(row.digest)
    ]


def messages_that_wait() -> list[str]:
    """Holder and dossier of messages whose predecessor has not come: what they say has no effect yet."""
    rows = Dossier.objects.exclude(phase="").order_by("pk").iterator()
    return [
        f"{row.holder} {row.reference} {entry['digest']}"
        for row in rows
        for entry in row.state.get("timeline", ())
        if entry["effect"] == Effect.WAITING
    ]
