"""Writing the ledger: the last step of every action, inside the action's own transaction."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.sessions.models import Session
from django.db import connection, transaction

from comity.safeguards.ledger import entry_bytes, frontier_bytes, frontier_of, leaf_data
from comity.safeguards.models import LedgerEntry, LedgerHead, LedgerRead, LedgerStamp, LedgerTile, StampLine
from comity.safeguards.queries import checkpoint_of, next_tiles
from comity.seals import merkle
from comity.seals.checkpoint import open_checkpoint
from comity.seals.signing import NoteSigner
from comity.seals.timestamp import TimestampService, proved_time, question_about, stamped_note
from comity.values.actor import Act
from comity.values.errors import BrokenError, RefusedError, UnavailableError
from comity.values.instant import instant_text
from comity.values.reference import Reference

READ_BATCH = 500
TILE_BATCH = 64
"""Full tiles of leaves that one turn of the job writes: 16,384 entries."""
_HEAD = "SELECT size, frontier FROM safeguards_ledgerhead WHERE authority = %s"
_MOVE = "UPDATE safeguards_ledgerhead SET size = %s, frontier = %s WHERE authority = %s"


def _locked_frontier(authority: str) -> merkle.Frontier:
    """The edge of the log, held until the transaction ends: one writer at a time per authority.

    Every act of the house passes here, so the statements are spelled out; the ORM would compile them each time.
    """
    lock = f" {connection.ops.for_update_sql()}" if connection.features.has_select_for_update else ""
    with connection.cursor() as cursor:
        cursor.execute(_HEAD + lock, [authority])
        held = cursor.fetchone()
        if held is None:
            LedgerHead.objects.get_or_create(authority=authority)
            cursor.execute(_HEAD + lock, [authority])
            held = cursor.fetchone()
    return frontier_of(held[0], bytes(held[1]))


def _move_head(authority: str, frontier: merkle.Frontier) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_MOVE, [frontier.size, frontier_bytes(frontier), authority])


@dataclass(frozen=True, slots=True)
class _Deed:
    """What an entry records, whoever enters it."""

    at: datetime
    actor: str
    event: str
    subject: str
    purpose: str
    facts: Mapping[str, Any]


def _append(authority: str, frontier: merkle.Frontier, deed: _Deed, salt: bytes) -> tuple[Any, ...]:
    """The values of the entry's row, in the order of its fields; the frontier moves on."""
    seq = frontier.size
    entry = entry_bytes(
        authority=authority,
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
    return authority, seq, deed.at, deed.actor, deed.event, deed.subject, salt, entry, leaf


def enter(
    act: Act, event: str, subject: Reference | str, *, authority: str, facts: Mapping[str, Any] | None = None
) -> LedgerEntry:
    """Enter one act in the authority's ledger, in the transaction of the act itself.

    `facts` carries digests, codes and counts, never content or secrets. Raises `RefusedError` outside a
    transaction: an act and its entry commit together or not at all.
    """
    if not connection.in_atomic_block:
        raise RefusedError("The ledger is written only in the transaction of the act.", code="ledger:no-transaction")
    frontier = _locked_frontier(authority)
    deed = _Deed(act.at, str(act.actor), event, str(subject), act.purpose, facts or {})
    values = _append(authority, frontier, deed, act.chance(16))
    row = LedgerEntry(None, *values)  # type: ignore[misc]  # the values of all fields, in their order
    row.insert()
    _move_head(authority, frontier)
    return row


def enter_read(act: Act, subject: Reference | str, *, authority: str, event: str) -> None:
    """Record a read durably, before what is read is sent; one line per opening, not per row."""
    _expect_purpose(act)
    LedgerRead(
        authority=authority, at=act.at, actor=str(act.actor), event=event, subject=str(subject), purpose=act.purpose
    ).insert()


@transaction.atomic
def enter_export(
    act: Act, subject: Reference | str, *, authority: str, event: str, facts: Mapping[str, Any]
) -> LedgerEntry:
    """Record that a file for others was made, before it is sent; `facts` names what is in it by digest."""
    _expect_purpose(act)
    return enter(act, event, subject, authority=authority, facts=facts)


def _expect_purpose(act: Act) -> None:
    if not act.purpose:
        raise RefusedError("Say for what purpose you open this.", code="ledger:purpose")


@transaction.atomic
def sequence_reads(act: Act, *, authority: str) -> int:
    """Move waiting reads into the tree, in the order in which they happened; returns how many."""
    reads = LedgerRead.objects.filter(authority=authority).order_by("id")
    if not reads.exists():
        return 0
    # Read only once the head is ours: what another process moved while we waited for it is gone by then.
    frontier = _locked_frontier(authority)
    waiting = list(reads[:READ_BATCH])
    entries = [
        _append(
            authority, frontier, _Deed(read.at, read.actor, read.event, read.subject, read.purpose, {}), act.chance(16)
        )
        for read in waiting
    ]
    LedgerEntry.insert_many(entries)
    _move_head(authority, frontier)
    LedgerRead.objects.filter(id__in=[read.id for read in waiting]).delete()
    return len(entries)


def write_tiles(authority: str, *, limit: int = TILE_BATCH) -> int:
    """Keep the hash tiles that the log has come to need; returns how many rows.

    They follow from the entries, so that two workers that do this at once write the same; only the writing itself
    holds up anyone who appends.
    """
    rows = [(level, index, b"".join(hashes)) for level, index, hashes in next_tiles(authority, limit)]
    if not rows:
        return 0
    with transaction.atomic():
        for level, index, hashes in rows:
            place = LedgerTile.objects.filter(authority=authority, level=level, index=index)
            held = place.values_list("hashes", flat=True).first()
            if held is None:
                LedgerTile.objects.bulk_create(
                    [LedgerTile(authority=authority, level=level, index=index, hashes=hashes)], ignore_conflicts=True
                )
            elif len(bytes(held)) < len(hashes):
                place.filter(hashes=held).update(hashes=hashes)
    return len(rows)


def clear_sessions(act: Act) -> int:
    """Remove the sessions that have ended, with what was kept in them; returns how many."""
    return Session.objects.filter(expire_date__lt=act.at).delete()[0]


STAMP_EVERY = timedelta(minutes=30)
"""A log that grew gets a timestamp that often; one that did not needs none."""


def stamp_ledger(act: Act, *, authority: str, signer: NoteSigner, service: TimestampService, cosigned: str = "") -> int:
    """Get a timestamp over the authority's checkpoint where its log grew; returns 1 when one came.

    `cosigned` is a checkpoint that witnesses signed, where there is a newer one: then one text has both.
    The network is asked outside any transaction, and nothing waits for it: where no timestamp comes, that is written
    down once, with its end, in the ledger; the next turn asks for all that was entered meanwhile.
    """
    last = LedgerStamp.objects.filter(authority=authority).order_by("-size").first()
    note = cosigned or checkpoint_of(authority, signer)
    try:
        checkpoint = open_checkpoint(note, signer.public)
    except BrokenError:  # cosigned under a key that was rotated since
        note = checkpoint_of(authority, signer)
        checkpoint = open_checkpoint(note, signer.public)
    early = last is not None and timedelta() <= act.at - last.asked_at < STAMP_EVERY
    if checkpoint.size <= (last.size if last else 0) or early:
        return 0
    question = question_about(checkpoint.body())
    try:
        answer = service.ask(question.data)
        at = proved_time(answer, checkpoint.body(), service.roots, question.nonce)
    except (UnavailableError, BrokenError) as error:
        _note_line(act, authority, error.message)
        return 0
    with transaction.atomic():
        LedgerStamp.objects.get_or_create(
            authority=authority,
            size=checkpoint.size,
            defaults={"at": at, "asked_at": act.at, "note": stamped_note(note, answer)},
        )
        _note_line(act, authority, "")
    return 1


@transaction.atomic
def _note_line(act: Act, authority: str, fault: str) -> None:
    """Whether the timestamp authority answers; only the change is entered in the ledger."""
    row, _ = StampLine.objects.select_for_update().get_or_create(authority=authority)
    if fault and row.failing_since is None:
        row.failing_since = act.at
        enter(act, "safeguards:timestamp:absent", authority, authority=authority)
    elif not fault and row.failing_since is not None:
        facts = {"since": instant_text(row.failing_since)}
        row.failing_since = None
        enter(act, "safeguards:timestamp:caught-up", authority, authority=authority, facts=facts)
    row.last_error = fault[:300]
    row.save()
