"""Reads of the ledger, and proofs that an entry stands in it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from comity.safeguards.ledger import frontier_of, origin
from comity.safeguards.models import LedgerEntry, LedgerHead
from comity.seals import canonical, merkle
from comity.seals.checkpoint import Checkpoint, sign_checkpoint
from comity.seals.signing import NoteSigner
from comity.values.errors import MissingError
from comity.values.instant import instant_text


@dataclass(frozen=True, slots=True)
class EntryView:
    """An entry as a person reads it; `purpose` and `facts` are empty where the entry was erased by law."""

    seq: int
    at: datetime
    actor: str
    event: str
    subject: str
    purpose: str
    facts: dict[str, Any]
    leaf: str


def _view(row: LedgerEntry) -> EntryView:
    entry = canonical.decode(bytes(row.entry)) if row.entry is not None else {}
    return EntryView(
        row.seq,
        row.at,
        row.actor,
        row.event,
        row.subject,
        entry.get("purpose", ""),
        entry.get("facts", {}),
        bytes(row.leaf).hex(),
    )


def entries_about(authority: str, subject: str, *, limit: int = 500) -> list[EntryView]:
    """What was done with one subject in this authority's ledger, newest first."""
    rows = LedgerEntry.objects.filter(authority=authority, subject=subject).order_by("-seq")[:limit]
    return [_view(row) for row in rows]


def recent_entries(authority: str, *, before: int | None = None, limit: int = 100) -> list[EntryView]:
    rows = LedgerEntry.objects.filter(authority=authority)
    if before is not None:
        rows = rows.filter(seq__lt=before)
    return [_view(row) for row in rows.order_by("-seq")[:limit]]


def entries_of_event(authority: str, event: str, *, limit: int = 100) -> list[EntryView]:
    """What was entered of one sort in this authority's ledger, newest first."""
    rows = LedgerEntry.objects.filter(authority=authority, event=event).order_by("-seq")[:limit]
    return [_view(row) for row in rows]


def ledger_size(authority: str) -> int:
    head = LedgerHead.objects.filter(authority=authority).first()
    return head.size if head else 0


def leaves(authority: str, size: int | None = None) -> list[bytes]:
    """The tree's leaf hashes in order, up to `size`."""
    rows = LedgerEntry.objects.filter(authority=authority).order_by("seq")
    if size is not None:
        rows = rows.filter(seq__lt=size)
    return [merkle.leaf_hash(bytes(leaf)) for leaf in rows.values_list("leaf", flat=True).iterator()]


@dataclass(frozen=True, slots=True)
class Inclusion:
    """Proof that one entry stands in a log of `size` entries with this root (RFC 6962, 2.1.1)."""

    seq: int
    size: int
    leaf: bytes
    salt: bytes
    entry: bytes
    proof: list[bytes]
    root: bytes


def inclusion_of(authority: str, subject: str, event: str) -> Inclusion:
    """The newest entry of that event about that subject, with its proof against today's tree."""
    row = LedgerEntry.objects.filter(authority=authority, subject=subject, event=event).order_by("-seq").first()
    if row is None or row.entry is None or row.salt is None:
        raise MissingError("The ledger holds no such entry.")
    tree = leaves(authority)
    return Inclusion(
        row.seq,
        len(tree),
        bytes(row.leaf),
        bytes(row.salt),
        bytes(row.entry),
        merkle.inclusion_proof(tree, row.seq),
        merkle.root_of(tree),
    )


def checkpoint_of(authority: str, signer: NoteSigner) -> str:
    """The signed checkpoint (C2SP) of this authority's log as it stands."""
    tree = leaves(authority)
    return sign_checkpoint(Checkpoint(origin(authority), len(tree), merkle.root_of(tree)), signer)


def broken_places(authority: str) -> Iterator[str]:
    """Every place where the stored log does not follow from itself; nothing when it is whole."""
    frontier = merkle.Frontier()
    expected = 0
    for row in LedgerEntry.objects.filter(authority=authority).order_by("seq").iterator():
        if row.seq != expected:
            yield f"entry {expected} is missing"
            expected = row.seq
        expected += 1
        leaf = bytes(row.leaf)
        if row.entry is not None and row.salt is not None:
            from_entry = canonical.sha256_hex(bytes(row.salt) + bytes(row.entry))
            if from_entry != leaf.hex():
                yield f"entry {row.seq} was altered"
            elif not _columns_agree(row, canonical.decode(bytes(row.entry))):
                yield f"entry {row.seq}: its index columns were altered"
        frontier.append(merkle.leaf_hash(leaf))
    head = LedgerHead.objects.filter(authority=authority).first()
    size, root = (head.size, head_root(head)) if head else (0, merkle.EMPTY_ROOT)
    if size != expected:
        yield f"the head counts {size} entries, the log holds {expected}"
    elif root != frontier.root():
        yield "the head's root does not follow from the entries"


def _columns_agree(row: LedgerEntry, entry: dict[str, Any]) -> bool:
    """Whether the columns by which entries are found say what the entries themselves say."""
    columns = {
        "authority": row.authority,
        "seq": row.seq,
        "at": instant_text(row.at),
        "actor": row.actor,
        "event": row.event,
        "subject": row.subject,
    }
    return all(entry[name] == value for name, value in columns.items())


def head_root(head: LedgerHead) -> bytes:
    return frontier_of(head.size, bytes(head.frontier)).root()
