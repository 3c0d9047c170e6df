"""Countersigning: our signature over the whole custody record the partner sent, by a person."""

import hashlib
from typing import Any

from django.db import transaction

from comity.authorities.keyring import Keyring
from comity.evidence.actions.record import append_event, expect_use, granted_item
from comity.evidence.actions.returning import signers_of
from comity.evidence.custody import EventType, last_of
from comity.evidence.models import Item
from comity.evidence.queries import chain_of
from comity.evidence.use_rule import Use
from comity.safeguards.permissions import Permission
from comity.store.queries import content_chunks
from comity.store.vault import Vault
from comity.values.actor import Act
from comity.values.errors import BrokenError, RefusedError
from comity.values.reference import Reference


@transaction.atomic
def countersign(act: Act, item: Reference | str, *, keys: Keyring) -> dict[str, Any]:
    """Append our signed event that covers the partner's transfer; returns the entry for `evidence.countersigned`.

    The entry is `{item, digest, countersignature: {events}}`: all our events since the transfer. Raises RefusedError
    for an item that has not arrived.
    """
    row = granted_item(act, item, Permission.EVIDENCE_COUNTERSIGN)
    chain = chain_of(row)
    transfer = last_of(chain, EventType.TRANSFERRED)
    if transfer is None or row.own:
        raise RefusedError("Only what a partner returned is countersigned.", code="evidence:state", place=row.reference)
    expect_use(act, row, Use.USE)
    facts = {
        "covers": transfer.event.digest,
        "digest": row.digest or None,
        "conditions": row.conditions,
        "handling": row.handling,
        "signers": signers_of(chain, {row.holder: keys.signer(row.holder).public}),
    }
    signed = append_event(act, row, EventType.COUNTERSIGNED, keys=keys, facts=facts)
    ours = [event.to_json() for event in [*chain, signed] if event.event.sequence > transfer.event.sequence]
    return {"item": row.reference, "digest": row.digest or None, "countersignature": {"events": ours}}


def verify_item(act: Act, item: Reference | str, *, keys: Keyring, vault: Vault) -> None:
    """Read an item's content back from the vault, compare its SHA-256, and record that it was done.

    Raises BrokenError `evidence:content`; then nothing is recorded and the content must be had from a backup.
    """
    row = granted_item(act, item, Permission.ITEM_READ)
    if not row.digest:
        raise RefusedError("A thing on a shelf has no content to verify.", code="evidence:state", place=row.reference)
    found = read_back(row, keys=keys, vault=vault)
    with transaction.atomic():
        append_event(act, row, EventType.VERIFIED, keys=keys, facts={"digest": found})


def read_back(row: Item, *, keys: Keyring, vault: Vault) -> str:
    """The SHA-256 of an item's content as it lies in the vault; BrokenError where it is not the one recorded."""
    content = hashlib.sha256()
    for chunk in content_chunks(row.digest, keys=keys, vault=vault):
        content.update(chunk)
    found = content.hexdigest()
    if found != row.digest:
        raise BrokenError(
            f"The content at rest has the SHA-256 {found}, not {row.digest}.",
            code="evidence:content",
            place=row.reference,
        )
    return found
