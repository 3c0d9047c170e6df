"""Sending: what waits in the outbox goes to its partner, one leased row at a time, the network outside transactions."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum

from django.db import transaction
from django.db.models import Exists, Min, OuterRef, Q, QuerySet

from comity.authorities.keyring import Keyring
from comity.authorities.queries import partner, verifying_key
from comity.exchange.actions.reconciling import open_reconciling
from comity.exchange.backoff import CAP_SECONDS, LEASE_SECONDS, next_attempt
from comity.exchange.envelope import seal_envelope
from comity.exchange.message import SignedMessage
from comity.exchange.models import Line, Outbox, OutboxState, Reconciling, StoredMessage, StoredReceipt
from comity.exchange.queries import reconciling
from comity.exchange.receipt import Receipt, ReceiptKind, expect_about, open_receipt, read_plain_rejection, receipt_key
from comity.exchange.reconciliation import EXEMPT
from comity.exchange.rejection import PASSING, SENTENCES, RejectionCode
from comity.exchange.transport import Transport
from comity.safeguards.actions import enter
from comity.seals.canonical import from_b64, sha256_hex
from comity.seals.signing import Signature
from comity.values.actor import Act
from comity.values.errors import BrokenError, ComityError, InvalidInputError, MissingError, UnavailableError
from comity.values.reference import Reference

DEFAULT_LIMIT = 50


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
    due = _due(at).order_by().values("recipient").annotate(first=Min("message_id")).order_by("first")
    return list(due.values_list("recipient", flat=True))


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

    Each row is leased before the network is touched, so that several workers never carry the same one at a time, and
    a worker that dies loses nothing: its lease runs out. A delivery receipt ends the row; a final rejection stops it;
    anything else is tried again with exponential backoff. One failed connection holds back all rows to that partner.
    `clock` tells the time as it passes while a slow partner answers; without one it stands still at the act's.
    """
    tried = 0
    now = clock or (lambda: act.at)
    due = _due(act.at).filter(recipient=to) if to else _due(act.at)
    for position in list(due.values_list("message_id", flat=True)[:limit]):
        begun = replace(act, at=now())
        row = _lease(begun, position)
        if row is None:
            continue
        tried += 1
        outcome = _attempt(row, keys, transport)
        _settle(replace(act, at=now()), row, outcome)
    return tried


def _due(at: datetime) -> QuerySet[Outbox]:
    """What may go out now. A time further ahead than any wait or lease can be was written by a clock since set back:

    it holds nothing up, else one wrong year in a clock would silence the node for that year.
    """
    cap, longest = at + timedelta(seconds=CAP_SECONDS), at + timedelta(seconds=LEASE_SECONDS)
    down = Line.objects.filter(next_attempt__gt=at, next_attempt__lte=cap).values("partner")
    free = Q(lease_until__isnull=True) | Q(lease_until__lte=at) | Q(lease_until__gt=longest)
    come = Q(next_attempt__lte=at) | Q(next_attempt__gt=cap)
    waiting = Outbox.objects.filter(free, come, state=OutboxState.WAITING).exclude(recipient__in=down)
    return waiting.exclude(held_back()).order_by("message_id")


def held_back() -> Q:
    """What does not leave while it is being asked what our older copy lacks: all but the questions themselves."""
    asking = Reconciling.objects.filter(
        holder=OuterRef("message__holder"), partner=OuterRef("recipient"), asking=True, done_at=None
    )
    return Q(Exists(asking)) & ~Q(message__type__in=EXEMPT)


def _lease(act: Act, position: int) -> Outbox | None:
    """The row, ours for the length of a lease, or None when it is no longer due or another worker holds it."""
    lease = act.chance(16).hex()
    taken = (
        _due(act.at)
        .filter(message_id=position)
        .order_by()
        .update(lease=lease, lease_until=act.at + timedelta(seconds=LEASE_SECONDS))
    )
    return Outbox.objects.select_related("message").get(message_id=position) if taken else None


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
    key_id = receipt_key(answer)
    receipt = open_receipt(answer, verifying_key(stored.recipient, key_id))
    if receipt.kind not in (ReceiptKind.DELIVERY, ReceiptKind.RELAY_REJECTION):
        raise BrokenError(f"A receipt of the kind {receipt.kind} answers no envelope.", code="receipt:kind")
    verifying_key(stored.recipient, key_id, receipt.at)  # given before that key ended, if it did
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
def _settle(act: Act, row: Outbox, outcome: Answered | _Failed) -> None:
    """Write what came of an attempt, if the row is still ours; a lost lease leaves it to the one who holds it."""
    held = Outbox.objects.filter(message_id=row.message_id, lease=row.lease, state=OutboxState.WAITING)
    if not held.select_for_update().exists():
        return
    line, _ = Line.objects.select_for_update().get_or_create(partner=row.recipient)
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
    StoredReceipt.objects.get_or_create(
        message=row.message, kind=receipt.kind, defaults={"at": receipt.at, "data": answered.data}
    )
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
        Reference.parse(row.message.dossier),
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
        line.save()
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
    line.save()


def _release(row: Outbox) -> None:
    row.lease, row.lease_until = "", None
    row.save()
