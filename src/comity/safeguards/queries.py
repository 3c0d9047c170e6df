"""Reads of the ledger, and proofs that an entry stands in it."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import InterfaceError, InternalError, OperationalError, connection
from django.db.models import QuerySet

from comity.safeguards.glass import Line
from comity.safeguards.glass_file import GlassJournal
from comity.safeguards.ledger import frontier_of, hashes_of, origin
from comity.safeguards.models import GlassLine, LedgerEntry, LedgerHead, LedgerStamp, LedgerTile, StampLine
from comity.seals import canonical, merkle
from comity.seals.checkpoint import Checkpoint, open_checkpoint, sign_checkpoint
from comity.seals.merkle import HASH_BYTES
from comity.seals.signing import NoteSigner
from comity.seals.tiles import WIDTH, TiledTree, fold
from comity.values.errors import BrokenError, MissingError, UnavailableError
from comity.values.instant import instant_text

DOWN = (OperationalError, InternalError, InterfaceError)
"""What the database says when it takes no line or gives none: read-only, full, damaged, gone."""


def ledger_down() -> UnavailableError:
    """The answer where the ledger takes no line: what would have been entered is not shown and not done."""
    return UnavailableError(
        "The ledger cannot be written, so nothing is opened and nothing is done. What was stored before is kept.",
        code="ledger:down",
        next_step="Tell the operator. If a person's liberty or life hangs on it, two officers break the glass at the "
        "node's console: comity node break-glass (docs/how-to/break-glass.md).",
    )


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


def stored_entries(authority: str, size: int) -> Iterator[tuple[int, bytes, bytes | None, bytes | None]]:
    """The first `size` entries as they are kept: place, leaf, and salt and entry where they were not erased."""
    rows = LedgerEntry.objects.filter(authority=authority, seq__lt=size).order_by("seq")
    for seq, leaf, salt, entry in rows.values_list("seq", "leaf", "salt", "entry").iterator():
        yield seq, bytes(leaf), None if salt is None else bytes(salt), None if entry is None else bytes(entry)


def ledger_size(authority: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT size FROM safeguards_ledgerhead WHERE authority = %s", [authority])
        row = cursor.fetchone()
    return int(row[0]) if row else 0


def ledger_head(authority: str) -> tuple[int, bytes]:
    """Size and root of the log as it stands: one row is read."""
    head = LedgerHead.held(authority=authority) or LedgerHead(authority=authority)
    return head.size, head_root(head)


def tree_of(authority: str) -> TiledTree:
    """The authority's log as it stands: its roots and proofs cost a few rows of hashes, not a reading of the log."""
    held: dict[tuple[int, int], list[bytes]] = {}

    def row(level: int, index: int, width: int) -> list[bytes]:
        hashes = held.get((level, index))
        if hashes is None:
            hashes = held[level, index] = _stored_row(authority, level, index)
        if level == 0 and len(hashes) < width:
            raise BrokenError(f"The ledger of {authority} has a hole.", code="ledger:hole")
        for place in range(len(hashes), width):  # what the job has not tiled yet
            hashes.append(fold(row(level - 1, index * WIDTH + place, WIDTH)))
        return hashes

    return TiledTree(ledger_size(authority), row)


def _stored_row(authority: str, level: int, index: int) -> list[bytes]:
    """The hashes of a tile as far as they are stored; of level 0, as far as the log reaches."""
    for [hashes] in LedgerTile.told("hashes", authority=authority, level=level, index=index):
        return hashes_of(bytes(hashes))
    return [] if level else [merkle.leaf_hash(leaf) for leaf in _row_of_leaves(authority, index)]


_LEAVES = "SELECT leaf FROM safeguards_ledgerentry WHERE authority = %s AND seq >= %s AND seq < %s ORDER BY seq"


def _row_of_leaves(authority: str, index: int) -> list[bytes]:
    start = index * WIDTH
    with connection.cursor() as cursor:
        cursor.execute(_LEAVES, [authority, start, start + WIDTH])
        return [bytes(leaf) for (leaf,) in cursor.fetchall()]


def next_tiles(authority: str, limit: int) -> list[tuple[int, int, list[bytes]]]:
    """The tiles that the log has come to need, level by level, at most `limit` full ones of leaves."""
    found: list[tuple[int, int, list[bytes]]] = []
    stored = _stored_hashes(authority, 0)
    end = min(ledger_size(authority) // WIDTH, stored // WIDTH + limit)
    roots = []
    for index in range(stored // WIDTH, end):
        hashes = [merkle.leaf_hash(leaf) for leaf in _row_of_leaves(authority, index)]
        if len(hashes) != WIDTH:
            return []  # the log has a hole: `broken_places` names it, and no tile may hide it
        found.append((0, index, hashes))
        roots.append(fold(hashes))
    level = 1
    while roots:
        index, place = divmod(_stored_hashes(authority, level), WIDTH)
        row = _stored_row(authority, level, index) if place else []
        above = []
        for root in roots:
            row.append(root)
            if len(row) == WIDTH:
                found.append((level, index, row))
                above.append(fold(row))
                index, row = index + 1, []
        if row:
            found.append((level, index, row))
        level, roots = level + 1, above
    return found


def _stored_hashes(authority: str, level: int) -> int:
    """How many hashes of a level are stored."""
    last = LedgerTile.objects.filter(authority=authority, level=level).order_by("-index").first()
    return last.index * WIDTH + len(bytes(last.hashes)) // HASH_BYTES if last else 0


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
    tree = tree_of(authority)
    return Inclusion(
        row.seq,
        tree.size,
        bytes(row.leaf),
        bytes(row.salt),
        bytes(row.entry),
        tree.inclusion_proof(row.seq),
        tree.root(),
    )


def checkpoint_of(authority: str, signer: NoteSigner) -> str:
    """The signed checkpoint (C2SP) of this authority's log as it stands: one row is read."""
    return sign_checkpoint(Checkpoint(origin(authority), *ledger_head(authority)), signer)


def broken_places(authority: str) -> Iterator[str]:
    """Every place where the stored log does not follow from itself; nothing when it is whole.

    It may grow meanwhile: what the head counts beyond the first reading is read before the two are compared.
    """
    reading, rows = _Reading(authority), LedgerEntry.objects.filter(authority=authority).order_by("seq")
    yield from reading.passed(rows)
    head = LedgerHead.objects.filter(authority=authority).first()
    size, root = (head.size, head_root(head)) if head else (0, merkle.EMPTY_ROOT)
    if size > reading.expected:
        yield from reading.passed(rows.filter(seq__gte=reading.expected, seq__lt=size))
    yield from reading.tiles.rest()
    if size != reading.expected:
        yield f"the head counts {size} entries, the log holds {reading.expected}"
    elif root != reading.frontier.root():
        yield "the head's root does not follow from the entries"


class _Reading:
    """Entries compared with their leaves, columns and tiles, as they pass in their order."""

    def __init__(self, authority: str) -> None:
        self.frontier = merkle.Frontier()
        self.tiles = _Tiles(authority)
        self.expected = 0

    def passed(self, rows: QuerySet[LedgerEntry]) -> Iterator[str]:
        for row in rows.iterator():
            if row.seq != self.expected:
                yield f"entry {self.expected} is missing"
                self.expected = row.seq
            self.expected += 1
            leaf = bytes(row.leaf)
            if row.entry is not None and row.salt is not None:
                from_entry = canonical.sha256_hex(bytes(row.salt) + bytes(row.entry))
                if from_entry != leaf.hex():
                    yield f"entry {row.seq} was altered"
                elif not _columns_agree(row, canonical.decode(bytes(row.entry))):
                    yield f"entry {row.seq}: its index columns were altered"
            self.frontier.append(merkle.leaf_hash(leaf))
            yield from self.tiles.append(merkle.leaf_hash(leaf))


class _Tiles:
    """The stored tiles compared with the leaves they were made from, as a reading of the log passes them."""

    def __init__(self, authority: str) -> None:
        self._authority = authority
        self._rows: list[tuple[int, list[bytes]]] = [(0, [])]

    def append(self, hash_: bytes, level: int = 0) -> Iterator[str]:
        if level == len(self._rows):
            self._rows.append((0, []))
        index, row = self._rows[level]
        row.append(hash_)
        if len(row) == WIDTH:
            yield from self._compare(level, index, row)
            self._rows[level] = (index + 1, [])
            yield from self.append(fold(row), level + 1)

    def rest(self) -> Iterator[str]:
        """The rows that are still growing."""
        for level, (index, row) in enumerate(self._rows):
            yield from self._compare(level, index, row)

    def _compare(self, level: int, index: int, row: list[bytes]) -> Iterator[str]:
        stored = LedgerTile.objects.filter(authority=self._authority, level=level, index=index).first()
        if stored is not None and hashes_of(bytes(stored.hashes)) != row[: len(bytes(stored.hashes)) // HASH_BYTES]:
            yield f"tile {level}/{index} does not follow from the entries"


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


def opened_by_officers(
    authority: str, events: Collection[str], *, first: int, most: int
) -> tuple[dict[str, list[datetime]], int]:
    """Subject to the moments at which officers opened it, in order, by entries of these events from `first` on.

    With it the place of the entry to begin with next time; at most `most` entries of any kind are passed.
    """
    end = min(ledger_size(authority), first + most)
    rows = LedgerEntry.objects.filter(
        authority=authority, seq__gte=first, seq__lt=end, event__in=events, actor__startswith="officer:"
    ).order_by("at", "seq")
    found: dict[str, list[datetime]] = {}
    for subject, at in rows.values_list("subject", "at"):
        found.setdefault(subject, []).append(at)
    return found, max(first, end)


def stamped_since(authority: str, signer: NoteSigner, seq: int) -> str | None:
    """The note of the oldest timestamped checkpoint in which the entry `seq` stands, signed by today's key."""
    for row in LedgerStamp.objects.filter(authority=authority, size__gt=seq).order_by("size"):
        try:
            open_checkpoint(row.note, signer.public)
        except BrokenError:
            continue
        return row.note
    return None


STAMP_GRACE = timedelta(hours=24)
"""How long a timestamp authority may be silent before that waits for an administrator."""


@dataclass(frozen=True, slots=True)
class StampView:
    """How an authority's log stands with the timestamp authority."""

    authority: str
    latest: datetime | None
    """The moment that the newest timestamp states."""
    unstamped: int
    """Entries that no timestamp covers yet."""
    failing_since: datetime | None
    last_error: str

    def overdue(self, at: datetime) -> bool:
        return self.failing_since is not None and at - self.failing_since >= STAMP_GRACE


def stamps(authority: str) -> StampView:
    row = LedgerStamp.objects.filter(authority=authority).order_by("-size").first()
    line = StampLine.objects.filter(authority=authority).first()
    return StampView(
        authority,
        row.at if row else None,
        ledger_size(authority) - (row.size if row else 0),
        line.failing_since if line else None,
        line.last_error if line else "",
    )


@dataclass(frozen=True, slots=True)
class GlassAlarm:
    """What an inspector has to look into: the glass was broken, somebody tried, or the journal does not hold."""

    link: str
    seq: int
    kind: str
    at: datetime
    subject: str
    officers: tuple[str, ...]
    ground: str
    text: str


def glass_alarms(authority: str) -> list[GlassAlarm]:
    """The alarms of an authority that nobody has acknowledged, the newest first."""
    rows = GlassLine.objects.filter(authority=authority, acknowledged_at=None).exclude(kind="shown")
    return [
        GlassAlarm(
            row.link, row.seq, row.kind, row.at, row.subject, tuple(map(str, row.officers)), row.ground, row.text
        )
        for row in rows.order_by("-at", "-seq")
    ]


def lines_not_taken(journal: GlassJournal, authority: str) -> list[Line]:
    """The lines of a journal that belong in the authority's ledger and that it has not taken up yet.

    Raises UnavailableError or OSError where the journal's storage is not to be had.
    """
    own = [line for line in journal.all_lines() if line.entry.authority in ("", authority)]
    taken = set(GlassLine.objects.filter(authority=authority).values_list("link", flat=True)) if own else set()
    return [line for line in own if line.link not in taken]


def glass_links() -> set[str]:
    """The lines of journals that a ledger of this node took."""
    return set(GlassLine.objects.values_list("link", flat=True))
