"""Sending: what waits in the outbox goes to its partner, one leased row at a time, the network outside transactions."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum
from typing import Any

from django.db import connection, transaction
from django.db.models import BooleanField
from django.db.models.expressions import RawSQL

from comity.authorities.keyring import Keyring
from comity.authorities.queries import partner, verifying_key
from comity.exchange.actions.reconciling import open_reconciling
from comity.exchange.backoff import CAP_SECONDS, LEASE_SECONDS, next_attempt
from comity.exchange.envelope import seal_envelope
from comity.exchange.message import SignedMessage
from comity.exchange.models import Line, Outbox, OutboxState, StoredMessage, StoredReceipt
from comity.exchange.queries import reconciling
from comity.exchange.receipt import (
    Receipt,
    ReceiptKind,
    expect_about,
    read_plain_rejection,
    read_receipt,
    verify_receipt,
)
from comity.exchange.reconciliation import EXEMPT
from comity.exchange.rejection import PASSING, SENTENCES, RejectionCode
from comity.exchange.transport import Transport
from comity.safeguards.actions import enter
from comity.safeguards.actions.durability import soon_durable
from comity.seals.canonical import from_b64, sha256_hex
from comity.seals.signing import Signature
from comity.values.actor import Act
from comity.values.errors import BrokenError, ComityError, InvalidInputError, MissingError, UnavailableError

DEFAULT_LIMIT = 50
BATCH = 4
"""Rows that are leased, and settled, by one commit when as many wait for a partner: a worker that dies leaves no more
to be sent again, and no receipt waits long for its neighbours'."""
BATCH_SECONDS = 30
"""After which no further row of a batch is begun: with the longest attempt it stays within the lease."""


class _Reach(Enum):
    """What a failure says of the line: down for every message to that partner, up, or nothing."""

    DOWN = 1
    HEARD = 2
    UNTRIED = 3


@dataclass(frozen=True)
class Answered:
    """The partner's verified receipt about the message."""

    receipt: Receipt
    data: bytes


@dataclass(frozen=True)
class _Failed:
    """No verdict on the message."""

    code: str
    reason: str
    reach: _Reach


def partners_to_send(at: datetime) -> list[str]:
    """The partners to whom something is due, the one whose message waits longest first."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT recipient FROM exchange_outbox WHERE state = 'waiting'")
        waiting = [code for (code,) in cursor.fetchall()]
    # Asked one by one: the oldest due row is found by the index, where all together would be read through.
    first = [due[0] for code in waiting if (due := _due(at, code, 1))]
    return [code for _, code in sorted(first)]


def send_due(
    act: Act,
    *,
    keys: Keyring,
    transport: Transport,
    limit: int = DEFAULT_LIMIT,
    to: str = "",
    clock: Callable[[], datetime] | None = None,
) -> int:
    """Try every message that is due, oldest first, of all partners or of the one named, and return how many.

    Rows are leased before the network is touched, so that several workers never carry the same one at a time, and
    a worker that dies loses nothing: its lease runs out. A delivery receipt ends the row; a final rejection stops it;
    anything else is tried again with exponential backoff. One failed connection holds back all rows to that partner.
    `clock` tells the time as it passes while a slow partner answers; without one it stands still at the act's.
    """
    tried = 0
    now = clock or (lambda: act.at)
    waiting = _due(act.at, to, limit)
    while waiting:
        positions = [position for position, code in waiting[:BATCH] if code == waiting[0][1]]
        begun = replace(act, at=now())
        rows = _lease(begun, positions)
        done: list[tuple[Outbox, Answered | _Failed]] = []
        try:
            for row in rows:
                done.append((row, _attempt(row, keys, transport)))
                if _ends_the_batch(done[-1][1], now() - begun.at):
                    break
        except Exception:
            # What was answered counts, and what was not begun is free again: only the one that failed waits.
            _settle(replace(act, at=now()), done, rows[len(done) + 1 :])
            raise
        _settle(replace(act, at=now()), done, rows[len(done) :])
        tried += len(done)
        left = {row.message_id for row in rows[len(done) :]}
        waiting = [one for one in waiting if one[0] not in positions or one[0] in left]
    return tried


def _ends_the_batch(outcome: "Answered | _Failed", since: timedelta) -> bool:
    down = isinstance(outcome, _Failed) and outcome.reach is _Reach.DOWN
    return down or since >= timedelta(seconds=BATCH_SECONDS)


_HELD_BACK = f"""
    EXISTS (
        SELECT 1 FROM exchange_reconciling AS asked JOIN exchange_storedmessage AS about
        ON about.position = exchange_outbox.message_id
        WHERE asked.holder = about.holder AND asked.partner = exchange_outbox.recipient
        AND asked.asking AND asked.done_at IS NULL
        AND about.type NOT IN ({", ".join(f"'{kind}'" for kind in sorted(EXEMPT))})
    )
"""  # noqa: S608 - our own types of message
"""What does not leave while it is being asked what our older copy lacks: all but the questions themselves."""

_DUE = f"""
    state = 'waiting'
    AND (lease_until IS NULL OR lease_until <= %(at)s OR lease_until > %(longest)s)
    AND (next_attempt <= %(at)s OR next_attempt > %(cap)s)
    AND NOT EXISTS (
        SELECT 1 FROM exchange_line AS line
        WHERE line.partner = exchange_outbox.recipient AND line.next_attempt > %(at)s AND line.next_attempt <= %(cap)s
    )
    AND NOT {_HELD_BACK}
"""  # noqa: S608 - spelled above
"""What may go out now, spelled out since it is asked several times for every message.

A time further ahead than any wait or lease can be was written by a clock since set back: it holds nothing up, else one
wrong year in a clock would silence the node for that year.
"""


def _moments(at: datetime) -> dict[str, Any]:
    adapt = connection.ops.adapt_datetimefield_value
    longest, cap = at + timedelta(seconds=LEASE_SECONDS), at + timedelta(seconds=CAP_SECONDS)
    return {"at": adapt(at), "longest": adapt(longest), "cap": adapt(cap)}


def _due(at: datetime, to: str, limit: int) -> list[tuple[int, str]]:
    """Positions of what may go out now, with the recipient, the oldest first; of all partners or of the one named."""
    one = "AND recipient = %(to)s" if to else ""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT message_id, recipient FROM exchange_outbox WHERE {_DUE} {one} ORDER BY message_id LIMIT %(limit)s",  # noqa: S608 - spelled above
            _moments(at) | {"to": to, "limit": limit},
        )
        return [(position, code) for position, code in cursor.fetchall()]


def held_back() -> RawSQL:
    """The rows of the outbox that do not leave now, for other queries of it: the very words of the message's path."""
    return RawSQL(_HELD_BACK, (), output_field=BooleanField())  # noqa: S611 - spelled above


def _lease(act: Act, positions: list[int]) -> list[Outbox]:
    """The rows, ours for the length of a lease; without those no longer due or held by another worker.

    A lease that went with the machine's power held back nobody who still runs.
    """
    lease = act.chance(16).hex()
    until = connection.ops.adapt_datetimefield_value(act.at + timedelta(seconds=LEASE_SECONDS))
    named = {f"p{number}": position for number, position in enumerate(positions)}
    places = ", ".join(f"%({name})s" for name in named)
    with soon_durable(), connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE exchange_outbox SET lease = %(lease)s, lease_until = %(until)s"  # noqa: S608 - spelled above
            f" WHERE message_id IN ({places}) AND {_DUE}",
            _moments(act.at) | named | {"lease": lease, "until": until},
        )
        if not cursor.rowcount:
            return []
    rows = Outbox.all_held(among=("message_id", positions), lease=lease)
    messages = StoredMessage.all_held(among=("position", [row.message_id for row in rows]))
    for row, message in zip(rows, messages, strict=True):
        row.message = message
    return rows


def _attempt(row: Outbox, keys: Keyring, transport: Transport) -> Answered | _Failed:
    """One delivery over the network; whatever comes back is data of a peer and verified before it counts."""
    stored = row.message
    signed = SignedMessage.read(bytes(stored.content), Signature.from_json(stored.signature))
    try:
        content_keys = opened_keys(row, keys)
    except BrokenError as error:
        return _Failed(error.code, error.message, _Reach.UNTRIED)
    try:
        to = partner(row.recipient)
        envelope = seal_envelope(signed, content_keys, to.sealing_key)
        answer = transport.deliver(to, envelope)
    except (UnavailableError, BrokenError, InvalidInputError, MissingError) as error:
        # Unreachable, unknown to our directory, or answering outside the protocol: so for every message to it.
        return _Failed(error.code, error.message, _Reach.DOWN)
    plain = read_plain_rejection(answer)
    if plain is not None:
        return _Failed(f"exchange:{plain.value}", f"The partner refused it unsigned. {SENTENCES[plain]}", _Reach.HEARD)
    try:
        return verified(stored, answer, {sha256_hex(envelope)})
    except ComityError as error:
        return _Failed(
            "exchange:answer", f"The partner's answer is no receipt of this message: {error.message}", _Reach.HEARD
        )


def opened_keys(row: Outbox, keys: Keyring) -> dict[str, bytes]:
    """The content keys that ride with a waiting message, unwrapped; BrokenError where the keyring is another."""
    return {digest: keys.unwrap(f"outbox:{digest}", from_b64(wrapped)) for digest, wrapped in row.content_keys.items()}


def verified(stored: StoredMessage, answer: bytes, envelopes: Collection[str]) -> Answered:
    """The recipient's receipt about this message, by whatever way it came; a ComityError where it is none."""
    receipt, signature = read_receipt(answer)
    # Given before that key ended, if it did.
    verify_receipt(receipt, signature, verifying_key(stored.recipient, signature.key_id, receipt.at))
    if receipt.kind not in (ReceiptKind.DELIVERY, ReceiptKind.RELAY_REJECTION):
        raise BrokenError(f"A receipt of the kind {receipt.kind} answers no envelope.", code="receipt:kind")
    expect_about(
        receipt,
        message_id=stored.message_id,
        digest=stored.digest,
        sender=stored.sender,
        recipient=stored.recipient,
        envelopes=envelopes,
    )
    return Answered(receipt, answer)


@transaction.atomic
def _settle(act: Act, done: list[tuple[Outbox, Answered | _Failed]], left: list[Outbox]) -> None:
    """Write what came of the attempts on rows of one lease, and free those that were not begun.

    A row that is no longer ours is left to the one who holds it.
    """
    rows = [row for row, _ in done] + left
    if not rows:
        return
    positions, lease = [row.message_id for row in rows], rows[0].lease
    still = {"lease": lease, "state": OutboxState.WAITING}
    ours = {one for [one] in Outbox.told("message_id", lock=True, among=("message_id", positions), **still)}
    if not ours:
        return
    line = Line.held(lock=True, partner=rows[0].recipient)
    if line is None:
        line, _ = Line.objects.select_for_update().get_or_create(partner=rows[0].recipient)
    for row, outcome in done:
        if row.message_id in ours:
            _settle_one(act, row, line, outcome)
    line.put()
    for row in left:
        if row.message_id in ours:
            _release(row)


def _settle_one(act: Act, row: Outbox, line: Line, outcome: Answered | _Failed) -> None:
    if isinstance(outcome, _Failed):
        _note_failure(act, row, line, outcome)
        return
    _note_heard(act, line)
    receipt = outcome.receipt
    if receipt.rejection is RejectionCode.BEHIND and not reconciling(row.message.holder, row.recipient):
        open_reconciling(act, row.message.holder, row.recipient, "told")
    if receipt.rejection in PASSING:
        _note_failure(act, row, line, _Failed(f"exchange:{receipt.rejection}", receipt.reason, _Reach.HEARD))
        return
    decide(act, row, outcome)


def decide(act: Act, row: Outbox, answered: Answered) -> None:
    """Write the recipient's verdict on a message of ours: it was delivered, or it stops until a person looks.

    Inside the caller's transaction, with the row locked.
    """
    receipt = answered.receipt
    StoredReceipt(message=row.message, kind=receipt.kind, at=receipt.at, data=answered.data).insert_unless_there()
    row.state = OutboxState.STOPPED if receipt.negative else OutboxState.DELIVERED
    row.last_error = f"exchange:{receipt.rejection}" if receipt.negative else ""
    row.last_reason = receipt.reason
    row.failing_since = (row.failing_since or act.at) if receipt.negative else None
    if not receipt.negative:
        row.content_keys = {}
    _release(row)
    enter(
        act,
        "exchange:message:stopped" if receipt.negative else "exchange:message:delivered",
        row.message.dossier,
        authority=row.message.holder,
        facts={
            "digest": row.message.digest,
            "receipt": receipt.kind.value,
            "rejection": receipt.rejection.value if receipt.rejection else "",
        },
    )


def _note_failure(act: Act, row: Outbox, line: Line, failed: _Failed) -> None:
    """Write why and until when; a failed connection is noted on the partner's line and wakes nobody else in vain."""
    row.failing_since = row.failing_since or act.at
    row.last_error, row.last_reason = failed.code, failed.reason[:2000]
    if failed.reach is _Reach.DOWN:
        line.failures += 1
        line.down_since = line.down_since or act.at
        line.next_attempt = next_attempt(act.at, line.failures, act.chance)
        line.last_error, line.last_reason = row.last_error, row.last_reason
        # The row stays first in the queue: it goes out as soon as the line is tried again.
        row.next_attempt = line.next_attempt
    else:
        if failed.reach is _Reach.HEARD:
            _note_heard(act, line)
        row.failures += 1
        row.next_attempt = next_attempt(act.at, row.failures, act.chance)
    _release(row)


def _note_heard(act: Act, line: Line) -> None:
    line.last_heard, line.down_since, line.failures, line.next_attempt = act.at, None, 0, None
    line.last_error = line.last_reason = ""


def _release(row: Outbox) -> None:
    row.lease, row.lease_until = "", None
    row.put()
