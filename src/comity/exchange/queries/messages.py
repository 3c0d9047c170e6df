"""The messages an authority holds, what was stated of their way, and what a partner signed twice."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from comity.exchange.message import SignedMessage
from comity.exchange.models import (
    Direction,
    Equivocation,
    Outbox,
    OutboxState,
    StoredMessage,
    StoredReceipt,
)
from comity.seals.signing import Signature
from comity.values.errors import ComityError, MissingError

MOST_STOPPED = 200
"""How many stopped messages are told at once, the oldest first."""


@dataclass(frozen=True)
class MessageView:
    """One authority's stored copy of a message."""

    signed: SignedMessage
    direction: str
    """`out` when this authority sent it, `in` when it received it."""
    position: int
    stored_at: datetime


@dataclass(frozen=True, slots=True)
class Delivery:
    """What became of a message this authority sent; times are None where nothing applies."""

    state: str
    """`waiting`, `delivered`, `stopped`, or `kept` for a partner without a node."""
    failures: int = 0
    failing_since: datetime | None = None
    next_attempt: datetime | None = None
    last_error: str = ""
    last_reason: str = ""
    delivered_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class StoppedView:
    """A message its recipient refused for good: it waits for a person, who may send it again."""

    digest: str
    type: str
    partner: str
    sent_at: datetime
    last_error: str
    last_reason: str


@dataclass(frozen=True)
class EquivocationView:
    """Two contents a partner signed under one id: a proof anyone with its key can check."""

    first: SignedMessage
    second: SignedMessage
    at: datetime


def messages_of(holder: str, dossier: str, of: str = "") -> list[MessageView]:
    """The messages of a dossier in one authority's hands, in the order in which they were stored; of one type."""
    typed: dict[str, Any] = {"type": of} if of else {}
    return [_view(row) for row in StoredMessage.all_held(dossier=dossier, holder=holder, **typed)]


def contents_of(holder: str, dossier: str) -> list[tuple[bytes, datetime]]:
    """The signed bytes of every message of a dossier, with when each was stored, in that order; nothing is read."""
    held = StoredMessage.told("content", "stored_at", dossier=dossier, holder=holder)
    return [(bytes(content), stored_at) for content, stored_at in held]


def message(holder: str, digest: str) -> MessageView:
    return _view(_row(holder, digest))


def receipts_of(holder: str, digest: str) -> list[bytes]:
    """The signed receipts about a message, as they can be shown to a third party."""
    rows = StoredReceipt.objects.filter(message__holder=holder, message__digest=digest).order_by("id")
    return [bytes(row.data) for row in rows]


def delivery_of(holder: str, digest: str) -> Delivery:
    """How one message fares; MissingError where this authority holds none of that digest."""
    found = deliveries_of(holder, [digest]).get(digest)
    if found is None:
        raise MissingError
    return found


def deliveries_of(holder: str, digests: Collection[str]) -> dict[str, Delivery]:
    """Digest to how that message fares, of those that this authority holds."""
    held = StoredMessage.objects.filter(holder=holder, digest__in=digests)
    queued = {one.message_id: one for one in Outbox.objects.filter(message__in=held)}
    arrived = dict(StoredReceipt.objects.filter(message__in=held, kind="delivery").values_list("message_id", "at"))
    return {
        digest: _delivery(queued[key], arrived.get(key)) if key in queued else Delivery("kept")
        for key, digest in held.values_list("pk", "digest")
    }


def _delivery(queued: Outbox, arrived: datetime | None) -> Delivery:
    waiting = queued.state == OutboxState.WAITING
    return Delivery(
        state=queued.state,
        failures=queued.failures,
        failing_since=queued.failing_since,
        next_attempt=queued.next_attempt if waiting else None,
        last_error=queued.last_error,
        last_reason=queued.last_reason,
        delivered_at=arrived,
    )


def stopped(holder: str) -> list[StoppedView]:
    """The messages of one authority that their recipient refused for good, the oldest first."""
    rows = Outbox.objects.filter(message__holder=holder, state=OutboxState.STOPPED).select_related("message")
    return [
        StoppedView(
            row.message.digest,
            row.message.type,
            row.recipient,
            row.message.stored_at,
            row.last_error,
            row.last_reason,
        )
        for row in rows.order_by("message__position")[:MOST_STOPPED]
    ]


def equivocations(holder: str) -> list[EquivocationView]:
    rows = Equivocation.objects.filter(first__holder=holder).select_related("first").order_by("id")
    return [
        EquivocationView(
            _view(row.first).signed,
            SignedMessage.read(bytes(row.content), Signature.from_json(row.signature)),
            row.at,
        )
        for row in rows
    ]


def _row(holder: str, digest: str) -> StoredMessage:
    row = StoredMessage.objects.filter(holder=holder, digest=digest).first()
    if row is None:
        raise MissingError
    return row


def _view(row: StoredMessage) -> MessageView:
    signed = SignedMessage.read(bytes(row.content), Signature.from_json(row.signature))
    return MessageView(signed, row.direction, row.position, row.stored_at)


def _signed_as_stored(row: StoredMessage) -> bool:
    """Whether a stored message's digest and columns are those of its content."""
    try:
        found = _view(row).signed.message
    except ComityError:
        return False
    told = (found.digest, found.id, found.type, found.sender, found.recipient, str(found.dossier))
    return told == (row.digest, row.message_id, row.type, row.sender, row.recipient, row.dossier)


def altered_messages() -> list[str]:
    """Holder and digest of every stored message whose columns are not those of its signed content."""
    rows = StoredMessage.objects.order_by("position").iterator()
    return [f"{row.holder} {row.digest}" for row in rows if not _signed_as_stored(row)]


def dossiers_written_about(prefix: str) -> set[tuple[str, str]]:
    """Holder and subject of every stored message whose subject's text contains `prefix`, such as `:dossier:`."""
    return set(StoredMessage.objects.filter(dossier__contains=prefix).values_list("holder", "dossier").distinct())


def clock_differences() -> dict[str, timedelta]:
    """By how much each partner's clock is at least ahead of ours (negative: behind), from the latest it signed.

    What it sent us cannot have been written after it came; what it receipted cannot have come before it was written.
    """
    found: dict[str, timedelta] = {}
    codes = StoredMessage.objects.filter(direction=Direction.IN).order_by().values_list("sender", flat=True).distinct()
    for code in codes:
        last = StoredMessage.objects.filter(direction=Direction.IN, sender=code).latest("position")
        found[code] = max(last.at - last.stored_at, timedelta(0))
    receipts = StoredReceipt.objects.filter(kind="delivery", message__direction=Direction.OUT)
    for code in receipts.order_by().values_list("message__recipient", flat=True).distinct():
        one = receipts.filter(message__recipient=code).select_related("message").latest("id")
        behind = min(one.at - one.message.stored_at, timedelta(0))
        found[code] = behind if behind and not found.get(code) else found.get(code, timedelta(0))
    return found
