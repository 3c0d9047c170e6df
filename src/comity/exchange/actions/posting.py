"""Posting: a message is signed, stored and queued in the transaction of the act that causes it."""

from collections.abc import Mapping

from django.conf import settings
from django.db import transaction

from comity.authorities.keyring import Keyring
from comity.authorities.queries import expect_local, has_node
from comity.exchange.envelope import check_content_keys
from comity.exchange.message import NOTICES, Message, SignedMessage
from comity.exchange.models import Direction, Outbox, StatementDue, StoredMessage
from comity.exchange.queries import reconciling
from comity.exchange.reconciliation import EXEMPT
from comity.safeguards.actions import enter
from comity.seals.canonical import to_b64
from comity.values.actor import Act
from comity.values.errors import RefusedError


def post(
    act: Act, message: Message, *, keys: Keyring, content_keys: Mapping[str, bytes] | None = None
) -> SignedMessage:
    """Sign a message as its sender, store it, queue it for its recipient, enter it in the sender's ledger.

    A step inside an action that has already asked the policy, like `enter`: it must stand in that action's
    transaction, so that effect, message, queue and ledger commit together. A recipient without a node gets no queue
    row: the message is kept as our record. `content_keys` has exactly one 39-byte key per attached digest.
    Raises MissingError when sender is not ours or recipient unknown, InvalidInputError for a malformed message.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RefusedError(
            "A message is posted only in the transaction of the act that causes it.", code="exchange:no-transaction"
        )
    expect_local(message.sender)
    queued = has_node(message.recipient)
    if message.sender == message.recipient:
        raise RefusedError("An authority does not write to itself.", code="exchange:own-address")
    if message.type not in EXEMPT and reconciling(message.sender, message.recipient):
        raise RefusedError(
            f"This node came back from an older copy and is asking {message.recipient} what it held since. "
            "Nothing was written.",
            code="exchange:restored",
            next_step="Try again once that is done: the page Exchange says when.",
        )
    signed = SignedMessage.sign(message, keys.signer(message.sender))
    given = dict(content_keys or {})
    row = store_message(signed, holder=message.sender, direction=Direction.OUT, act=act)
    if queued:
        check_content_keys(signed, given)
        Outbox(
            message=row,
            recipient=message.recipient,
            content_keys={digest: to_b64(keys.wrap(f"outbox:{digest}", key)) for digest, key in given.items()},
            next_attempt=act.at,
        ).insert()
        if message.type not in NOTICES:
            StatementDue(message=row, at=act.at).insert()
        transaction.on_commit(settings.EXCHANGE_QUEUED, robust=True)
    enter(
        act,
        "exchange:message:posted",
        message.dossier,
        authority=message.sender,
        facts={
            "digest": signed.digest,
            "type": message.type,
            "recipient": message.recipient,
            "queued": queued,
        },
    )
    return signed


def store_message(signed: SignedMessage, *, holder: str, direction: Direction, act: Act) -> StoredMessage:
    message = signed.message
    row = StoredMessage(
        holder=holder,
        direction=direction,
        digest=signed.digest,
        message_id=message.id,
        type=message.type,
        sender=message.sender,
        recipient=message.recipient,
        dossier=str(message.dossier),
        at=message.at,
        stored_at=act.at,
        content=signed.content,
        signature=signed.signature.to_json(),
    )
    row.insert()
    return row
