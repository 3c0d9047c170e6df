"""Writing the ledger: the last step of every action, inside the action's own transaction."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.sessions.models import Session
from django.db import transaction

from comity.safeguards.ledger import entry_bytes, frontier_bytes, frontier_of, leaf_data
from comity.safeguards.models import LedgerEntry, LedgerHead, LedgerRead
from comity.seals import merkle
from comity.values.actor import Act
from comity.values.errors import RefusedError
from comity.values.reference import Reference

READ_BATCH = 500


def _locked_head(authority: str) -> LedgerHead:
    """The head of the log, held until the transaction ends: one writer at a time per authority."""
    held = LedgerHead.objects.select_for_update().filter(authority=authority).first()
    if held is None:
        LedgerHead.objects.get_or_create(authority=authority)
        held = LedgerHead.objects.select_for_update().get(authority=authority)
    return held


@dataclass(frozen=True, slots=True)
class _Deed:
    """What an entry records, whoever enters it."""

    at: datetime
    actor: str
    event: str
    subject: str
    purpose: str
    facts: Mapping[str, Any]


def _append(head: LedgerHead, frontier: merkle.Frontier, deed: _Deed, salt: bytes) -> LedgerEntry:
    seq = frontier.size
    entry = entry_bytes(
        authority=head.authority,
        seq=seq,
        at=deed.at,
        actor=deed.actor,
        event=deed.event,
        subject=deed.subject,
        purpose=deed.purpose,
        facts=deed.facts,
    )
    leaf = leaf_data(salt, entry)
    frontier.append(merkle.leaf_hash(leaf))
    return LedgerEntry(
        authority=head.authority,
        seq=seq,
        at=deed.at,
        actor=deed.actor,
        event=deed.event,
        subject=deed.subject,
        salt=salt,
        entry=entry,
        leaf=leaf,
    )


def enter(
    act: Act, event: str, subject: Reference | str, *, authority: str, facts: Mapping[str, Any] | None = None
) -> LedgerEntry:
    """Enter one act in the authority's ledger, in the transaction of the act itself.

    `facts` carries digests, codes and counts, never content or secrets. Raises `RefusedError` outside a
    transaction: an act and its entry commit together or not at all.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RefusedError("The ledger is written only in the transaction of the act.", code="ledger:no-transaction")
    head = _locked_head(authority)
    frontier = frontier_of(head.size, bytes(head.frontier))
    deed = _Deed(act.at, str(act.actor), event, str(subject), act.purpose, facts or {})
    row = _append(head, frontier, deed, act.chance(16))
    row.save(force_insert=True)
    head.size, head.frontier = frontier.size, frontier_bytes(frontier)
    head.save(update_fields=["size", "frontier"])
    return row


def enter_read(act: Act, subject: Reference | str, *, authority: str, event: str) -> None:
    """Record a read durably, before what is read is sent; one line per opening, not per row."""
    if not act.purpose:
        raise RefusedError("Say for what purpose you open this.", code="ledger:purpose")
    LedgerRead.objects.create(
        authority=authority, at=act.at, actor=str(act.actor), event=event, subject=str(subject), purpose=act.purpose
    )


@transaction.atomic
def sequence_reads(act: Act, *, authority: str) -> int:
    """Move waiting reads into the tree, in the order in which they happened; returns how many."""
    reads = LedgerRead.objects.filter(authority=authority).order_by("id")
    if not reads.exists():
        return 0
    # Read only once the head is ours: what another process moved while we waited for it is gone by then.
    head = _locked_head(authority)
    waiting = list(reads[:READ_BATCH])
    frontier = frontier_of(head.size, bytes(head.frontier))
    entries = [
        _append(head, frontier, _Deed(read.at, read.actor, read.event, read.subject, read.purpose, {}), act.chance(16))
        for read in waiting
    ]
    LedgerEntry.objects.bulk_create(entries)
    head.size, head.frontier = frontier.size, frontier_bytes(frontier)
    head.save(update_fields=["size", "frontier"])
    LedgerRead.objects.filter(id__in=[read.id for read in waiting]).delete()
    return len(entries)


def clear_sessions(act: Act) -> int:
    """Remove the sessions that have ended, with what was kept in them; returns how many."""
    return Session.objects.filter(expire_date__lt=act.at).delete()[0]
