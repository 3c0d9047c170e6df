"""Being a witness: partners' checkpoints are compared with what we know of their ledgers, kept, and then cosigned."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from comity.authorities.keyring import Keyring
from comity.authorities.queries import local_authority, partner
from comity.exchange.models import LedgerFault, SeenCheckpoint, WitnessedLog
from comity.exchange.queries import expect_cosigned, key_behind
from comity.exchange.transport import HISTORY_PATH, Caller
from comity.exchange.witnessing import (
    PROOFS,
    Request,
    Verdict,
    expect_signed,
    judge,
    read_request,
    read_signature,
    witness_name,
)
from comity.safeguards.actions import enter
from comity.safeguards.ledger import authority_of
from comity.seals.checkpoint import Checkpoint, cosignature, open_checkpoint, read_unverified
from comity.seals.merkle import verify_consistency
from comity.seals.signing import Signature
from comity.values.actor import Act, peer
from comity.values.errors import BrokenError, ComityError, MissingError, UnavailableError

MOST_SHOWN = 50
"""Checkpoints of one ledger that may wait for the ledger's own proof."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a witness answers: the lines of its cosignature, or why not and the size it knows."""

    verdict: Verdict
    lines: str = ""
    size: int = 0


@dataclass(frozen=True)
class _Asked:
    """A request whose checkpoint verifies, and the log's signature over the whole of it, where it came with one."""

    holder: str
    log: str
    request: Request
    checkpoint: Checkpoint
    signature: Signature | None


def witness_checkpoint(
    body: bytes, signed: str, *, witness: str, at: datetime, chance: Callable[[int], bytes], keys: Keyring
) -> Answer:
    """Answer a partner's request to cosign its checkpoint, as the witness of that code.

    What we know of the log is compared and moved on in one transaction, and only after its commit is anything signed:
    whatever dies in between, no two histories ever carry our name. `signed` is the log's signature over the request,
    empty from a log that gives none: a false proof is then refused, and proves nothing against anyone.
    Raises MissingError `witness:unknown-log` or for a witness that is not ours, InvalidInputError `witness:form`,
    BrokenError for a signature that does not hold.
    """
    local_authority(witness)
    request, checkpoint = read_request(body)
    log = _partner_of(checkpoint)
    key = key_behind(request.note, log, at)
    signature = read_signature(signed) if signed else None
    if signature is not None:
        expect_signed(body, signature, log=log, witness=witness, key=key)
    act = Act(peer(log), at, "witnessing of ledgers", chance)
    asked = _Asked(witness, log, request, checkpoint, signature)
    try:
        answer = _take(act, asked)
    except IntegrityError as error:
        raise UnavailableError("Another checkpoint of the log came at the same moment.", code="witness:busy") from error
    if answer.verdict is not Verdict.COSIGN:
        return answer
    return Answer(Verdict.COSIGN, cosignature(checkpoint, witness_name(witness), keys.signer(witness), at))


@transaction.atomic
def _take(act: Act, asked: _Asked) -> Answer:
    """Compare with what is known and move it on, or keep the proof: one transaction, of which the answer is told after.

    The last condition of the update makes check and write one step also where nothing else would.
    """
    row = WitnessedLog.held(lock=True, holder=asked.holder, log=asked.log)
    known = Checkpoint(asked.checkpoint.origin, row.size, bytes(row.root)) if row else None
    seen = SeenCheckpoint.told("root", holder=asked.holder, log=asked.log, size=asked.checkpoint.size)
    roots = [bytes(root) for [root] in seen]
    verdict = judge(known, roots, asked.request, asked.checkpoint)
    size = known.size if known else 0
    if verdict in PROOFS:
        _keep_refused(act, asked, verdict, row)
    if verdict is not Verdict.COSIGN:
        return Answer(verdict, size=size)
    new, note = asked.checkpoint, asked.request.note
    values = {"size": new.size, "root": new.root, "note": note, "at": act.at}
    if row is None:
        WitnessedLog(holder=asked.holder, log=asked.log, **values).insert()
    elif not row.changed(values, size=row.size, root=row.root):
        raise UnavailableError("Another checkpoint of the log came at the same moment.", code="witness:busy")
    which: dict[str, Any] = {"holder": asked.holder, "log": asked.log, "size": new.size, "root": new.root}
    if not SeenCheckpoint(**which, note=note, at=act.at, settled=True).insert_unless_there():
        for shown in SeenCheckpoint.all_held(**which, settled=False):
            shown.changed({"settled": True})
    return Answer(verdict, size=new.size)


@dataclass(frozen=True)
class _Denial:
    """What proves that a log has two histories: two notes, their sizes, the log's word or who showed it."""

    holder: str
    log: str
    kind: Verdict
    known: str
    second: str
    sizes: tuple[int, int]
    signature: Signature | None = None
    shown_by: str = ""


def _keep_refused(act: Act, asked: _Asked, verdict: Verdict, row: WitnessedLog | None) -> None:
    """Keep what proves that the log has two histories; of an unsigned request only two signed roots of one size."""
    holder, log = asked.holder, asked.log
    if verdict is Verdict.FORK:
        seen = SeenCheckpoint.all_held(holder=holder, log=log, size=asked.checkpoint.size)
        other = [one.note for one in seen if bytes(one.root) != asked.checkpoint.root]
        known = other[0] if other else row.note if row else ""
        sizes = (asked.checkpoint.size, asked.checkpoint.size)
        _keep(act, _Denial(holder, log, verdict, known, asked.request.note, sizes))
    elif asked.signature is not None:
        size, known = (row.size, row.note) if row else (0, "")
        second, sizes = asked.request.to_bytes().decode(), (size, asked.checkpoint.size)
        _keep(act, _Denial(holder, log, verdict, known, second, sizes, asked.signature))


def _keep(act: Act, denied: _Denial) -> None:
    """One row and one line in the ledger for each history denied, however often it is tried again."""
    row = LedgerFault(
        holder=denied.holder,
        log=denied.log,
        kind=denied.kind.value,
        known_size=denied.sizes[0],
        size=denied.sizes[1],
        first=denied.known,
        second=denied.second,
        signature=denied.signature.to_json() if denied.signature else None,
        shown_by=denied.shown_by,
        at=act.at,
    )
    if row.insert_unless_there():
        facts = {"kind": row.kind, "known": row.known_size, "size": row.size}
        enter(act, "exchange:ledger:denied", f"{denied.log}:ledger", authority=denied.holder, facts=facts)


def hear_checkpoint(
    note: str, *, holder: str, shown_by: str, at: datetime, chance: Callable[[int], bytes]
) -> Checkpoint:
    """Take note of a checkpoint of a third authority's ledger that a witness of it shows us.

    Two roots of one size are proof at once; another size waits until the log itself proves that both lie in one
    history. Raises as `witness_checkpoint` does where the log or the witness is not known or did not sign.
    """
    local_authority(holder)
    log = _partner_of(read_unverified(note))
    checkpoint = open_checkpoint(note, key_behind(note, log, at))
    expect_cosigned(note, shown_by, at)
    _note_shown(Act(peer(shown_by), at, "witnessing of ledgers", chance), holder, log, checkpoint, note)
    return checkpoint


@transaction.atomic
def _note_shown(act: Act, holder: str, log: str, checkpoint: Checkpoint, note: str) -> None:
    same = SeenCheckpoint.all_held(holder=holder, log=log, size=checkpoint.size)
    if any(bytes(one.root) == checkpoint.root for one in same):
        return
    if same:
        sizes = (checkpoint.size, checkpoint.size)
        _keep(act, _Denial(holder, log, Verdict.FORK, same[0].note, note, sizes, shown_by=act.actor.id))
    elif len(SeenCheckpoint.told("pk", holder=holder, log=log, settled=False)) < MOST_SHOWN:
        row = SeenCheckpoint(holder=holder, log=log, size=checkpoint.size, root=checkpoint.root)
        row.note, row.shown_by, row.at = note, act.actor.id, act.at
        row.insert_unless_there()  # two witnesses may show it at the same moment


def settle_shown(act: Act, *, transport: Caller, log: str = "") -> int:
    """Ask each log to prove that what others showed us of it lies in the history that we cosign; returns how many did.

    A log that does not answer stays asked; one that answers with a proof that does not hold has signed it.
    """
    of: dict[str, Any] = {"log": log} if log else {}
    waiting, settled = SeenCheckpoint.all_held(settled=False, **of), 0
    for shown in sorted(waiting, key=lambda one: one.at):
        row = WitnessedLog.held(holder=shown.holder, log=shown.log)
        if row is None:
            continue
        if row.size == shown.size:  # the same size and, else it were a fork, the same root
            shown.changed({"settled": True})
            settled += 1
            continue
        first: WitnessedLog | SeenCheckpoint
        last: WitnessedLog | SeenCheckpoint
        first, last = (row, shown) if row.size < shown.size else (shown, row)
        try:
            asked = _history(act, transport, shown.holder, shown.log, first.size, last.size)
        except ComityError:
            continue
        _settle(act, shown, first, last, asked)
        settled += 1
    return settled


def _history(act: Act, transport: Caller, holder: str, log: str, first: int, last: int) -> _Asked:
    """The log's own signed word, to us, on how it grew from one size to another."""
    place = f"{HISTORY_PATH.format(log)}/{first}/{last}/{holder}"
    answer = transport.call(partner(log), place)
    if answer.status != 200:
        raise UnavailableError(f"{log} does not show its history.", code="witness:no-history")
    request, checkpoint = read_request(answer.body)
    key = key_behind(request.note, log, act.at)
    signature = read_signature(answer.signature)
    expect_signed(answer.body, signature, log=log, witness=holder, key=key)
    if (request.old, checkpoint.size) != (first, last):
        raise UnavailableError(f"{log} shows another part of its history.", code="witness:no-history")
    return _Asked(holder, log, request, checkpoint, signature)


@transaction.atomic
def _settle(
    act: Act,
    shown: SeenCheckpoint,
    first: WitnessedLog | SeenCheckpoint,
    last: WitnessedLog | SeenCheckpoint,
    asked: _Asked,
) -> None:
    roots, sizes = (bytes(first.root), bytes(last.root)), (first.size, last.size)
    by = act.by(peer(shown.log))
    if asked.checkpoint.root != roots[1]:
        denied = _Denial(
            shown.holder,
            shown.log,
            Verdict.FORK,
            last.note,
            asked.request.note,
            (sizes[1], sizes[1]),
            shown_by=shown.shown_by if last is shown else "",
        )
        _keep(by, denied)
    else:
        try:
            verify_consistency(sizes[0], roots[0], sizes[1], roots[1], asked.request.proof)
        except BrokenError:
            denied = _Denial(
                shown.holder,
                shown.log,
                Verdict.UNPROVED,
                first.note,
                asked.request.to_bytes().decode(),
                sizes,
                asked.signature,
                shown.shown_by,
            )
            _keep(by, denied)
    # A history that was denied is settled too: the proof is kept, and nobody need be asked again.
    shown.changed({"settled": True})


@transaction.atomic
def begin_anew(act: Act, *, holder: str, log: str) -> int:
    """Forget what we knew of a partner's ledger, so that its next checkpoint is cosigned as a first one. Operator only.

    For a partner that told us how it lost its ledger. The proofs stay, and our own ledger says when this was done.
    """
    local_authority(holder)
    row = WitnessedLog.objects.filter(holder=holder, log=log).first()
    if row is None:
        raise MissingError(f"{holder} never witnessed a ledger of {log}.", code="witness:unknown-log", place=log)
    known = row.size
    facts = {"known": known, "root": bytes(row.root).hex()}
    SeenCheckpoint.objects.filter(holder=holder, log=log).delete()
    row.delete()
    enter(act, "exchange:ledger:begun-anew", f"{log}:ledger", authority=holder, facts=facts)
    return known


def _partner_of(checkpoint: Checkpoint) -> str:
    """The partner whose ledger a checkpoint is of; MissingError `witness:unknown-log`."""
    log = authority_of(checkpoint.origin)
    try:
        known = partner(log)
    except MissingError:
        known = None
    if known is None or known.local:
        raise MissingError("This is no ledger of a partner with a node.", code="witness:unknown-log")
    return log
