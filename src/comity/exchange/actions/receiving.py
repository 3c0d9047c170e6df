"""Receiving: an envelope has exactly one effect or none, and the answer says which, signed after the commit."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction

from comity.authorities.keyring import Keyring
from comity.authorities.queries import EndedKeyView, ended_key, local_authorities, node_key
from comity.exchange.actions.allowing import expect_room, spend, spend_refused, turn_away
from comity.exchange.actions.posting import store_message
from comity.exchange.allowance import Surplus
from comity.exchange.envelope import Envelope, Opened, open_envelope, parse_envelope
from comity.exchange.message import KEYS_SUCCEEDED, SignedMessage
from comity.exchange.models import Direction, Equivocation, StoredMessage, StoredReceipt
from comity.exchange.receipt import Receipt, ReceiptKind, sign_receipt
from comity.exchange.rejection import SENTENCES, BehindError, EnvelopeRejectedError, QuotaError, RejectionCode
from comity.safeguards.actions import enter
from comity.safeguards.actions.durability import soon_durable
from comity.seals.canonical import sha256_hex
from comity.seals.keys import VerifyingKey
from comity.values.actor import Act, job, peer
from comity.values.errors import (
    BrokenError,
    ComityError,
    ConflictError,
    InvalidInputError,
    RefusedError,
    UnavailableError,
)

Receiver = Callable[[Act, SignedMessage, Mapping[str, bytes], Keyring], None]
"""The effect of one type of message: called inside the receiving transaction with the content keys of attachments.

It may refuse, with any ComityError but two: then nothing is kept but the ledger line. An UnavailableError, or a
ConflictError `*:changed`, decides nothing: the sender tries again.
"""


class _SignedRefusalError(RefusedError):
    """A refusal whose sender is a known partner: it is answered with a signed receipt."""

    def __init__(self, rejection: RejectionCode, reason: str = "", digest: str = "") -> None:
        super().__init__(reason or SENTENCES[rejection], code=f"exchange:{rejection.value}")
        self.rejection = rejection
        self.digest = digest


@dataclass(frozen=True)
class _Arrival:
    """One envelope at our door: what it is, who stands behind it as far as is known, and with what we answer."""

    envelope: bytes
    outside: Envelope
    sender_key: VerifyingKey
    act: Act
    keys: Keyring

    @property
    def holder(self) -> str:
        return self.outside.recipient


def receive(
    envelope: bytes,
    *,
    at: datetime,
    chance: Callable[[int], bytes],
    keys: Keyring,
    receivers: Mapping[str, Receiver],
    recipient_hint: str | None = None,
) -> bytes:
    """Take in one envelope and return the signed receipt about it, positive or negative.

    Message, effect and ledger line commit together; the receipt is signed and stored after that commit. A repeated
    message is answered with the same receipt. The same id with other content is kept as proof and refused. What is
    refused leaves a ledger line and a number, and does not burn its id; of a flood only the number is entered.
    Raises EnvelopeRejectedError (answered unsigned) while sender or addressee is not known, and in a flood; any other
    error (a database out of reach) means nothing was decided: the sender tries again.
    """
    try:
        outside = parse_envelope(envelope)
        sender_key = _known(outside, keys)
    except EnvelopeRejectedError as rejected:
        if turn_away("unknown", Surplus.UNPROVED, at=at):
            _enter_plain_rejection(rejected, envelope, recipient_hint, at, chance)
        raise
    arrival = _Arrival(envelope, outside, sender_key, Act(peer(outside.sender), at, "exchange", chance), keys)
    try:
        _expect_room(arrival)
        opened = _authenticated(arrival)
    except _SignedRefusalError as refusal:
        over = refusal.rejection is RejectionCode.QUOTA
        if turn_away(outside.sender, Surplus.OVER_LIMIT if over else Surplus.UNPROVED, at=at):
            return _refuse(arrival, refusal)
        raise EnvelopeRejectedError(refusal.rejection) from refusal
    try:
        row, receipt = _take(arrival, opened, receivers)
    except _SignedRefusalError as refusal:
        return _refuse(arrival, refusal, signed=True)
    return receipt or acknowledge(row, arrival.keys)


def _known(outside: Envelope, keys: Keyring) -> VerifyingKey:
    """The key of the partner the header names as sender, if it is one, and the keys of whom it addresses are ours."""
    key = node_key(outside.sender)
    if key is None:
        raise EnvelopeRejectedError(RejectionCode.UNKNOWN_PEER)
    if outside.recipient not in keys.authorities() or outside.recipient == outside.sender:
        raise EnvelopeRejectedError(RejectionCode.WRONG_RECIPIENT)
    return key


def _expect_room(arrival: _Arrival) -> None:
    """Refuse what is over the hour's limit before anything is opened.

    A repetition goes on, since it is answered with its receipt; what it says about itself is proved later.
    """
    outside = arrival.outside
    try:
        expect_room(outside.sender, at=arrival.act.at)
    except QuotaError as error:
        if not StoredMessage.told("position", holder=arrival.holder, sender=outside.sender, message_id=outside.id):
            raise _SignedRefusalError(RejectionCode.QUOTA, error.message) from error


def _authenticated(arrival: _Arrival) -> Opened:
    """The opened message, once the seal, the header's agreement with it and both halves of its signature hold."""
    outside = arrival.outside
    key, ended = arrival.sender_key, None
    if outside.sender_key != key.key_id:
        ended = ended_key(outside.sender, outside.sender_key)
        if ended is None:
            raise _SignedRefusalError(RejectionCode.SIGNATURE, f"Our directory names {key.key_id} as the sender's key.")
        key = ended.key
    try:
        opened = open_envelope(outside, arrival.keys.opening_key(arrival.holder, outside.recipient_key))
    except BrokenError as error:
        raise _SignedRefusalError(RejectionCode.SEALED, error.message) from error
    except InvalidInputError as error:
        version = error.code == "message:version"
        raise _SignedRefusalError(
            RejectionCode.UNSUPPORTED_VERSION if version else RejectionCode.MALFORMED, error.message
        ) from error
    message, digest = opened.signed.message, opened.signed.digest
    if message.recipient != outside.recipient:
        raise _SignedRefusalError(
            RejectionCode.WRONG_RECIPIENT, "The sealed message is addressed to another authority.", digest
        )
    if (message.sender, message.id) != (outside.sender, outside.id):
        raise _SignedRefusalError(RejectionCode.MALFORMED, "Header and message disagree on sender or id.", digest)
    try:
        opened.signed.verify(key)
        if ended is not None and message.type != KEYS_SUCCEEDED:
            _expect_before_the_end(ended, message.at)
    except (BrokenError, InvalidInputError) as error:
        raise _SignedRefusalError(RejectionCode.SIGNATURE, error.message, digest) from error
    return opened


def _expect_before_the_end(ended: EndedKeyView, at: datetime) -> None:
    """A message that was on its way when its key ended is taken; one under a revoked key is not, whatever it says.

    Whoever holds a stolen key can date what he signs: the sender's node signs what waits anew. (A second notice of
    the succession itself still comes under the old key; it changes nothing that its own signatures do not prove.)
    """
    if ended.revoked_since is not None:
        raise BrokenError(f"The key {ended.key.key_id} was revoked; nothing that arrives under it is taken.")
    ended.expect_signed(at)


def _take(arrival: _Arrival, opened: Opened, receivers: Mapping[str, Receiver]) -> tuple[StoredMessage, bytes | None]:
    """The stored message, and its receipt if it was taken in before.

    The table's constraint on sender and id decides which of several arrivals is the first, also between workers.
    """
    signed = opened.signed
    act = Act(arrival.act.actor, arrival.act.at, signed.message.purpose or "exchange", arrival.act.chance)
    try:
        return _take_first(act, arrival, opened, receivers), None
    except IntegrityError:
        known = StoredMessage.objects.filter(
            holder=arrival.holder, sender=signed.message.sender, message_id=signed.message.id
        ).first()
        if known is None:
            raise
        return known, _take_again(act, arrival, known, signed)
    except _SignedRefusalError:
        raise
    except BehindError as error:
        raise _SignedRefusalError(RejectionCode.BEHIND, error.message, signed.digest) from error
    except QuotaError as error:
        raise _SignedRefusalError(RejectionCode.QUOTA, error.message, signed.digest) from error
    except ComityError as error:
        if isinstance(error, UnavailableError) or (
            isinstance(error, ConflictError) and error.code.endswith(":changed")
        ):
            raise  # not to be had now, or another hand was on the dossier at this moment: nothing was decided
        reason = f"{error.code}: {error.message}"
        raise _SignedRefusalError(RejectionCode.REFUSED, reason, signed.digest) from error


@transaction.atomic
def _take_first(act: Act, arrival: _Arrival, opened: Opened, receivers: Mapping[str, Receiver]) -> StoredMessage:
    """Message, effect and ledger line, together or not at all; IntegrityError when its id came before."""
    signed = opened.signed
    row = store_message(signed, holder=arrival.holder, direction=Direction.IN, act=act)
    spend(signed.message.sender, len(signed.content), at=act.at)
    receiver = receivers.get(signed.message.type)
    if receiver is None:
        raise _SignedRefusalError(RejectionCode.UNSUPPORTED_TYPE, digest=signed.digest)
    receiver(act, signed, opened.content_keys, arrival.keys)
    _enter(act, arrival, "exchange:message:received", signed)
    return row


def _take_again(act: Act, arrival: _Arrival, known: StoredMessage, signed: SignedMessage) -> bytes | None:
    """The receipt given when this very message came first; another content under its id is kept and refused."""
    if known.digest == signed.digest:
        with transaction.atomic():
            _enter(act, arrival, "exchange:message:repeated", signed)
        stored = known.receipts.filter(kind=ReceiptKind.DELIVERY).first()
        return bytes(stored.data) if stored else None
    with transaction.atomic():
        _keep_proof(act, arrival, known, signed)
    raise _SignedRefusalError(RejectionCode.EQUIVOCATION, digest=signed.digest)


def _keep_proof(act: Act, arrival: _Arrival, known: StoredMessage, signed: SignedMessage) -> None:
    """Keep the second content with its signature: with the first it proves that the partner signed both."""
    Equivocation.objects.get_or_create(
        first=known,
        digest=signed.digest,
        defaults={"at": act.at, "content": signed.content, "signature": signed.signature.to_json()},
    )
    _enter(act, arrival, "exchange:message:equivocated", signed, first=known.digest)


def _enter(act: Act, arrival: _Arrival, event: str, signed: SignedMessage, **facts: str) -> None:
    message = signed.message
    enter(
        act,
        event,
        message.dossier,
        authority=arrival.holder,
        facts={"digest": signed.digest, "type": message.type, "sender": message.sender, **facts},
    )


def acknowledge(row: StoredMessage, keys: Keyring) -> bytes:
    """The delivery receipt of a committed message: signed once, stored, and the stored one is what anyone gets.

    The message is on the disk by now. A receipt that goes with the machine's power is signed anew when it is asked for
    again, and says the same.
    """
    receipt = Receipt(
        kind=ReceiptKind.DELIVERY,
        message_id=row.message_id,
        digest=row.digest,
        sender=row.sender,
        recipient=row.recipient,
        at=row.stored_at,
    )
    data = sign_receipt(receipt, keys.signer(row.holder))
    try:
        with soon_durable():
            StoredReceipt(message=row, kind=ReceiptKind.DELIVERY, at=row.stored_at, data=data).insert()
    except IntegrityError:
        # Two workers answered the same message at once: the receipt that was stored is the one both give.
        return bytes(StoredReceipt.objects.get(message=row, kind=ReceiptKind.DELIVERY).data)
    return data


def _refuse(arrival: _Arrival, refusal: _SignedRefusalError, *, signed: bool = False) -> bytes:
    """Enter the refusal in the addressee's ledger and sign it for the sender.

    A message that its sender signed counts among those of its hour also where our rules refuse it.
    """
    outside = arrival.outside
    envelope = sha256_hex(arrival.envelope)
    with transaction.atomic():
        if signed:
            spend_refused(outside.sender, at=arrival.act.at)
        enter(
            arrival.act,
            "exchange:envelope:rejected",
            outside.sender,
            authority=arrival.holder,
            facts={"rejection": refusal.rejection.value, "envelope": envelope, "digest": refusal.digest},
        )
    receipt = Receipt(
        kind=ReceiptKind.RELAY_REJECTION,
        message_id=outside.id,
        digest=refusal.digest,
        envelope="" if refusal.digest else envelope,
        sender=outside.sender,
        recipient=outside.recipient,
        at=arrival.act.at,
        rejection=refusal.rejection,
        reason=refusal.message[:2000],
    )
    return sign_receipt(receipt, arrival.keys.signer(arrival.holder))


def _enter_plain_rejection(
    rejected: EnvelopeRejectedError,
    envelope: bytes,
    hint: str | None,
    at: datetime,
    chance: Callable[[int], bytes],
) -> None:
    """Enter a refusal whose addressee is not known: with the authority the caller meant, else the node's first."""
    own = [row.code for row in local_authorities()]
    if not own:
        return
    holder = hint if hint in own else own[0]
    with transaction.atomic():
        enter(
            Act(job("exchange", holder), at, "exchange", chance),
            "exchange:envelope:rejected",
            "unknown",
            authority=holder,
            facts={"rejection": rejected.rejection.value, "envelope": sha256_hex(envelope)},
        )
