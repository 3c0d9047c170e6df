"""Having our own ledgers witnessed: after growth each partner is shown the checkpoint and the proof that it only grew.

What a partner knows better than we do is told in plain words and alarmed; nothing stops for it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from comity.authorities.keyring import Keyring
from comity.authorities.models import Authority
from comity.authorities.queries import Partner, local_authorities, local_authority, partner, partners
from comity.exchange.models import Standing, WitnessedLog
from comity.exchange.queries import expect_cosigned
from comity.exchange.transport import SHOWN_PATH, WITNESS_PATH, Called, Caller
from comity.exchange.witnessing import Request, sign_request, witness_name
from comity.safeguards.actions import enter
from comity.safeguards.ledger import origin
from comity.safeguards.queries import ledger_head, ledger_size, tree_of
from comity.seals.checkpoint import (
    Checkpoint,
    cosignature,
    read_unverified,
    sign_checkpoint,
    with_lines,
)
from comity.seals.tree import KnownNodes
from comity.values.actor import Act
from comity.values.errors import BrokenError, ComityError, MissingError

EVERY = timedelta(minutes=10)
"""A ledger that grew is shown to a witness at most once in this time."""

COSIGNED, RESTORED, DENIED, UNKNOWN, UNREACHABLE = "cosigned", "restored", "denied", "unknown", "unreachable"
ALARMS = frozenset({RESTORED, DENIED})


@dataclass(frozen=True)
class _Told:
    """What came of one try with one witness."""

    state: str
    reason: str = ""
    known_size: int = 0
    checkpoint: Checkpoint | None = None
    note: str = ""


def witnesses_to_ask(at: datetime, *, every: timedelta = EVERY) -> list[str]:
    """The partners to whom one of our ledgers is due."""
    return [
        row.code
        for row in _with_nodes()
        if any(_due(_standing(own.code, row.code), own.code, row.code, at, every) for own in local_authorities())
    ]


def submit_checkpoints(act: Act, *, keys: Keyring, transport: Caller, to: str = "", every: timedelta = EVERY) -> int:
    """Show our grown ledgers to each witness, or to the one named, and it what we know of others'; returns how many.

    The network is outside transactions. A witness that asks from another size gets the proof from there.
    """
    cosigned = 0
    for code in [to] if to else [row.code for row in _with_nodes()]:
        for own in local_authorities():
            row = _standing(own.code, code)
            if not _due(row, own.code, code, act.at, every):
                continue
            if row is None or _grown(row):
                told = _submit(own.code, partner(code), row.size if row else 0, keys, transport, act.at)
                _settle(act, own.code, code, told)
                if told.state != COSIGNED:
                    continue
                cosigned += 1
            _show_others(own.code, partner(code), transport, keys, act)
    return cosigned


def _with_nodes() -> list[Authority]:
    return [row for row in partners() if row.has_node]


def _standing(log: str, witness: str) -> Standing | None:
    return Standing.held(log=log, witness=witness)


def _due(row: Standing | None, log: str, witness: str, at: datetime, every: timedelta) -> bool:
    if row is None or row.tried_at is None:
        return True
    if abs(at - row.tried_at) < every:
        return False
    return _grown(row) or _untold(log, witness, row)


def _grown(row: Standing) -> bool:
    """Whether the witness has yet to cosign our ledger as it is: one that was cut and grew again may be as long."""
    return row.state != COSIGNED or ledger_head(row.log) != (row.size, bytes(row.root))


def _submit(log: str, to: Partner, old: int, keys: Keyring, transport: Caller, at: datetime) -> _Told:
    """Ask one witness, at most twice: from the size it cosigned last, and from the one that it says it knows."""
    tree = tree_of(log)
    for _ in range(2):
        if old > tree.size:
            if old <= ledger_size(log):
                return _Told(UNREACHABLE, "Another worker of this node was there at the same moment.")
            return _admit(log, to, tree, old, keys, transport)
        note = sign_checkpoint(Checkpoint(origin(log), tree.size, tree.root()), keys.signer(log))
        try:
            answer = _ask(log, to, Request(old, tuple(_proof(tree, old)), note), keys, transport)
        except ComityError as error:
            return _Told(UNREACHABLE, error.message)
        known = _other_size(answer)
        if known is None:
            return _read(to, note, answer, at)
        if known == old:
            return _Told(DENIED, "The witness holds another checkpoint of the same size.", old)
        old = known
    return _Told(UNREACHABLE, "The witness names another size each time.", old)


def _other_size(answer: Called) -> int | None:
    """The size that a witness says it knows, where it knows another."""
    text = answer.body.decode("ascii", "replace").strip() if answer.status == 409 else ""
    return int(text) if text.isdigit() and len(text) <= 18 else None


def _proof(tree: KnownNodes, old: int) -> list[bytes]:
    return tree.consistency_proof(old) if 0 < old < tree.size else []


def _admit(log: str, to: Partner, tree: KnownNodes, known: int, keys: Keyring, transport: Caller) -> _Told:
    """Say to the witness that it knows more of us than we have: whoever hides that would be found out later."""
    note = sign_checkpoint(Checkpoint(origin(log), tree.size, tree.root()), keys.signer(log))
    told = _Told(
        RESTORED,
        f"This ledger has {tree.size} entries; {to.code} holds a checkpoint of {known} that we signed. "
        "The node was restored from an old copy, or its ledger was cut.",
        known,
    )
    try:
        _ask(log, to, Request(known, (), note), keys, transport)
    except ComityError:
        return told
    return told


def _ask(log: str, to: Partner, request: Request, keys: Keyring, transport: Caller) -> Called:
    body = request.to_bytes()
    signature = sign_request(body, log=log, witness=to.code, signer=keys.signer(log))
    return transport.call(to, WITNESS_PATH.format(to.code), body, signature)


def _read(to: Partner, note: str, answer: Called, at: datetime) -> _Told:
    """What an answer means; a cosignature counts only if it holds under the witness's key."""
    if answer.status == 422:
        return _Told(DENIED, "The witness holds a history of this ledger that it does not continue.")
    if answer.status in (403, 404):
        return _Told(UNKNOWN, "The partner does not know this ledger, or not yet its present key.")
    if answer.status != 200:
        return _Told(UNREACHABLE, f"The partner answers {answer.status}.")
    try:
        whole = with_lines(note, answer.body.decode())
        expect_cosigned(whole, to.code, at)
    except (BrokenError, UnicodeDecodeError):
        return _Told(UNREACHABLE, "The witness's signature does not hold under the key that we know of it.")
    return _Told(COSIGNED, checkpoint=read_unverified(whole), note=whole)


@transaction.atomic
def _settle(act: Act, log: str, witness: str, told: _Told) -> None:
    """Write what came of a try; a ledger that a witness denies is entered once, in that very ledger."""
    row = _held(log, witness)
    changed = row.state != told.state
    alarmed = row.state in ALARMS
    row.tried_at = act.at
    if told.state in (UNREACHABLE, UNKNOWN) and alarmed:
        row.put()  # a silence does not take an alarm back
        return
    row.state, row.reason, row.known_size = told.state, told.reason[:2000], told.known_size
    row.since = act.at if changed or row.since is None else row.since
    if told.checkpoint is not None:
        row.size, row.root, row.note, row.at = told.checkpoint.size, told.checkpoint.root, told.note, act.at
    row.put()
    if changed and told.state in ALARMS:
        facts = {"witness": witness, "state": told.state, "known": told.known_size}
        enter(act, "exchange:ledger:disowned", f"{log}:ledger", authority=log, facts=facts)


def _held(log: str, witness: str) -> Standing:
    """The row of ledger and witness, locked as long as a transaction lasts; a new one before their first try."""
    row = Standing.held(lock=True, log=log, witness=witness)
    if row is None:
        Standing(log=log, witness=witness).insert_unless_there()
        return _held(log, witness)
    return row


def _others(log: str, witness: str) -> list[WitnessedLog]:
    """What we know of third authorities' ledgers; an authority is not shown its own, nor that of its own node."""
    rows = [row for row in WitnessedLog.all_held(holder=log) if row.log != witness]
    if not rows:
        return []
    places = {row.code: row.endpoint for row in _with_nodes()}
    return [row for row in rows if row.log in places and places[row.log] != places.get(witness)]


def _untold(log: str, witness: str, row: Standing) -> bool:
    return any(row.told.get(one.log) != one.size for one in _others(log, witness))


def _show_others(log: str, to: Partner, transport: Caller, keys: Keyring, act: Act) -> None:
    """Show a witness the checkpoints we cosigned, so that a log that tells two stories is found."""
    row = _held(log, to.code)
    row = row.changed({"tried_at": act.at}) or row
    for one in _others(log, to.code):
        if row.told.get(one.log) == one.size:
            continue
        head = Checkpoint(origin(one.log), one.size, bytes(one.root))
        note = with_lines(one.note, cosignature(head, witness_name(log), keys.signer(log), act.at))
        try:
            answer = transport.call(to, f"{SHOWN_PATH.format(to.code)}/{log}", note.encode())
        except ComityError:
            return
        if answer.status == 200:
            row = row.changed({"told": {**row.told, one.log: one.size}}) or row


def show_history(log: str, first: int, last: int, *, witness: str, keys: Keyring) -> tuple[bytes, str]:
    """How our ledger grew from one size to another, as a request to a witness, and our signature over it.

    Raises MissingError for a ledger that is not ours, a witness that is no partner, or a size it has not reached.
    """
    local_authority(log)
    partner(witness)
    tree = tree_of(log)
    if not 0 <= first <= last <= tree.size:
        raise MissingError("The ledger has no such part.", code="witness:no-history")
    note = sign_checkpoint(Checkpoint(origin(log), last, tree.root(last)), keys.signer(log))
    proof = tree.consistency_proof(first, last) if first else []
    body = Request(first, tuple(proof), note).to_bytes()
    return body, sign_request(body, log=log, witness=witness, signer=keys.signer(log))
