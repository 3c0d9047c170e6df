"""What this node knows of the ledgers it witnesses, and who witnessed its own."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from comity.authorities.keyring import Keyring
from comity.authorities.queries import EndedKeyView, ended_keys, local_authority, partner
from comity.exchange.ledger_export import CHECKPOINT, WITNESSED, entry_line, keys_file
from comity.exchange.models import (
    LedgerFault,
    SeenCheckpoint,
    Standing,
    WitnessedLog,
)
from comity.exchange.witnessing import witness_name
from comity.safeguards.queries import checkpoint_of, stored_entries, tree_of
from comity.seals.checkpoint import cosigned_at, open_checkpoint, read_unverified, with_lines
from comity.seals.keys import VerifyingKey
from comity.values.errors import BrokenError


def key_behind(note: str, log: str, at: datetime) -> VerifyingKey:
    """The key of the log under which the note's signature holds: today's, or one that ended a moment ago."""
    return _holding(log, at, lambda key: open_checkpoint(note, key))


def expect_cosigned(note: str, witness: str, at: datetime) -> None:
    """Return if the partner cosigned the note; BrokenError otherwise, MissingError for an unknown partner."""
    _holding(witness, at, lambda key: cosigned_at(note, key, witness_name(witness)))


def _keys(code: str) -> Iterator[tuple[VerifyingKey, EndedKeyView | None]]:
    """Today's key of a partner, then, if it is asked for, each that ended."""
    yield partner(code).verifying_key, None
    for one in ended_keys(code):
        yield one.key, one


def _holding(code: str, at: datetime, holds: Callable[[VerifyingKey], object]) -> VerifyingKey:
    fault: BrokenError | None = None
    for key, ended in _keys(code):
        try:
            holds(key)
        except BrokenError as error:
            fault = fault or error
            continue
        if ended is not None:
            ended.expect_signed(at)
        return key
    raise fault or BrokenError("Nobody signed this.", code="checkpoint:unsigned")


@dataclass(frozen=True, slots=True)
class StandingView:
    """How one of our ledgers stands with one witness."""

    log: str
    witness: str
    state: str
    """`cosigned`, `restored`, `denied`, `unknown` (the partner does not know us), `unreachable`, `new`."""
    size: int
    """What it cosigned last; 0 before the first."""
    at: datetime | None
    tried_at: datetime | None
    since: datetime | None
    known_size: int
    reason: str

    @property
    def alarming(self) -> bool:
        return self.state in {"restored", "denied"}


@dataclass(frozen=True, slots=True)
class FaultView:
    """A ledger caught with two histories, with what proves it to a third party."""

    holder: str
    log: str
    kind: str
    known_size: int
    size: int
    first: str
    second: str
    signature: Mapping[str, Any] | None
    shown_by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class OwedView:
    """A checkpoint that another witness showed us and whose place in its history the log has not proved yet."""

    holder: str
    log: str
    size: int
    shown_by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class CosignedView:
    """The newest checkpoint of ours that somebody cosigned: one note with the lines of all who did."""

    size: int
    root: bytes
    note: str
    witnesses: tuple[tuple[str, datetime], ...]


def standings(log: str = "") -> list[StandingView]:
    """How our ledgers, or one of them, stand with each witness."""
    of: dict[str, Any] = {"log": log} if log else {}
    return [
        StandingView(
            row.log, row.witness, row.state, row.size, row.at, row.tried_at, row.since, row.known_size, row.reason
        )
        for row in sorted(Standing.all_held(**of), key=lambda row: (row.log, row.witness))
    ]


def ledger_faults(holder: str = "") -> list[FaultView]:
    """The partners' ledgers that we, as a witness, caught with two histories, the newest first."""
    of: dict[str, Any] = {"holder": holder} if holder else {}
    return [
        FaultView(
            row.holder,
            row.log,
            row.kind,
            row.known_size,
            row.size,
            row.first,
            row.second,
            row.signature,
            row.shown_by,
            row.at,
        )
        for row in sorted(LedgerFault.all_held(**of), key=lambda row: (row.at, row.pk), reverse=True)
    ]


def owed(holder: str = "", *, before: datetime) -> list[OwedView]:
    """What logs have owed us a proof of since before that moment."""
    rows = SeenCheckpoint.objects.filter(settled=False, at__lt=before).order_by("at", "id")
    rows = rows.filter(holder=holder) if holder else rows
    return [OwedView(row.holder, row.log, row.size, row.shown_by, row.at) for row in rows]


def logs_to_ask() -> list[str]:
    """The logs of which others showed us what we cannot place yet."""
    waiting = SeenCheckpoint.objects.filter(settled=False).order_by().values_list("log", flat=True).distinct()
    return sorted(waiting)


def witnessed_logs(holder: str = "") -> list[tuple[str, str, int, datetime]]:
    """What we know as a witness: holder, log, size and when we cosigned it."""
    rows = WitnessedLog.objects.filter(holder=holder) if holder else WitnessedLog.objects.all()
    return list(rows.order_by("holder", "log").values_list("holder", "log", "size", "at"))


def cosigned(log: str, *, at_least: int = 0) -> CosignedView | None:
    """The newest cosigned checkpoint of our ledger that has so many entries; None where there is none."""
    rows = [
        row for row in Standing.objects.filter(log=log, size__gte=at_least).order_by("-size", "witness") if row.note
    ]
    same = [row for row in rows if (row.size, bytes(row.root)) == (rows[0].size, bytes(rows[0].root))]
    if not same:
        return None
    note = same[0].note
    for row in same[1:]:
        lines = [line for line in row.note.splitlines(keepends=True) if f" {witness_name(row.witness)} " in line]
        note = with_lines(note, "".join(lines))
    held = tuple((row.witness, row.at) for row in same if row.at is not None)
    return CosignedView(same[0].size, bytes(same[0].root), note, held)


def departures(log: str) -> dict[str, str]:
    """The witnesses whose cosigned checkpoint is not in our ledger as it is, each with a sentence."""
    tree = tree_of(log)
    return {
        row.witness: f"It does not continue the {row.size} entries that {row.witness} cosigned."
        for row in Standing.objects.filter(log=log, size__gt=0)
        if row.size > tree.size or tree.root(row.size) != bytes(row.root)
    }


def exported(log: str, keys: Keyring, *, entries: bool = True) -> tuple[dict[str, str], bytes, Iterator[bytes]]:
    """A ledger of ours as the files of an export: notes by name, the file of keys, the lines of the entries."""
    local_authority(log)
    notes = {CHECKPOINT: checkpoint_of(log, keys.signer(log))}
    size = read_unverified(notes[CHECKPOINT]).size
    held = {log: [keys.signer(log).public, *(one.key for one in ended_keys(log))]}
    seen = cosigned(log)
    if seen is not None:
        notes[WITNESSED] = seen.note
        for code, _ in seen.witnesses:
            held[code] = [partner(code).verifying_key, *(one.key for one in ended_keys(code))]
    lines = (
        entry_line(seq, leaf, salt if entries else None, entry if entries else None)
        for seq, leaf, salt, entry in stored_entries(log, size)
    )
    return notes, keys_file(held), lines
