"""Reconciling: what an old copy lacks comes back from the partners; until then nothing is sent to them or written.

What a partner wrote is sent again by it and taken as any message is, once. What we wrote ourselves is given back under
our own signature, and kept with the receipt it once got.
"""

from collections.abc import Callable, Mapping
from typing import Any

from django.db import transaction
from django.db.models import Q

from comity.authorities.keyring import Keyring
from comity.authorities.queries import local_authorities, partners, verifying_key
from comity.exchange.actions.posting import post, store_message
from comity.exchange.actions.receiving import acknowledge
from comity.exchange.message import NOTICES, Attachment, Message, SignedMessage
from comity.exchange.models import (
    Direction,
    Outbox,
    OutboxState,
    Reconciling,
    StatementDue,
    StoredMessage,
    StoredReceipt,
)
from comity.exchange.receipt import ReceiptKind, open_receipt, receipt_key
from comity.exchange.reconciliation import (
    ASKED,
    DONE,
    HELD,
    LARGEST,
    RETURNED,
    TYPES,
    WANTED,
    expect_empty,
    held_bodies,
    read_held,
    read_returned,
    read_wanted,
    returned_body,
    wanted_body,
)
from comity.safeguards.actions import enter
from comity.seals.canonical import to_b64
from comity.seals.signing import Signature
from comity.store.queries import content_key, holds
from comity.values.actor import Act, ActorKind
from comity.values.errors import BrokenError, MissingError, RefusedError
from comity.values.reference import Kind, Reference

Offer = Callable[..., Mapping[str, bytes]]
"""Lets a partner pull content again and returns the content keys (`evidence.actions.offer_content`)."""
Regain = Callable[[Act, SignedMessage, SignedMessage, Mapping[str, bytes], Keyring], None]
"""What a message of ours that came back does here: the message, the one that brought it, content keys, keyring."""


@transaction.atomic
def begin_reconciling(act: Act, *, reason: str, partner: str = "") -> int:
    """Nothing is sent to the partners (or one) until it is known what they hold. Operator only; returns with how many.

    Called after a restore. Begun anew for a partner, the questions are asked anew.
    """
    if act.actor.kind is not ActorKind.JOB or act.actor.id != "operator":
        raise RefusedError("Only the node's operator says that this is an old copy.", code="act:operator")
    count = 0
    for own in local_authorities():
        enter(act, "exchange:copy:restored", own.code, authority=own.code, facts={"partner": partner})
        for row in partners():
            if row.has_node and partner in {"", row.code}:
                open_reconciling(act, own.code, row.code, reason)
                count += 1
    return count


def open_reconciling(act: Act, holder: str, partner: str, reason: str) -> None:
    """A step of an act: from now on nothing goes to this partner but the questions."""
    begun = {"since": act.at, "reason": reason, "question": None, "pages": 0, "seen": [], "wanted": []}
    begun |= {"closing": None, "done_at": None}
    Reconciling.objects.update_or_create(holder=holder, partner=partner, asking=True, defaults=begun)


@transaction.atomic
def end_reconciling(act: Act, partner: str, *, keys: Keyring) -> int:
    """The operator decides to go on although not everything came back; returns how many messages are given up."""
    if act.actor.kind is not ActorKind.JOB or act.actor.id != "operator":
        raise RefusedError("Only the node's operator decides that.", code="act:operator")
    rows = list(Reconciling.objects.filter(partner=partner, asking=True, done_at=None))
    if not rows:
        raise MissingError(f"Nothing is being reconciled with {partner}.", code="reconcile:none", place=partner)
    for row in rows:
        if row.closing is None:  # else it was said already, and is on its way
            _finish(act, row, keys)
    return sum(len(lacking(row)) for row in rows)


def reconcile_due(act: Act, *, keys: Keyring) -> int:
    """Ask the partners who were not asked yet, and end what is complete; returns how many of either."""
    done = 0
    for key in Reconciling.objects.filter(asking=True, done_at=None).values_list("pk", flat=True):
        with transaction.atomic():
            row = Reconciling.objects.select_for_update().get(pk=key)
            if row.closing is not None:
                done += _close(act, row)
            elif row.question is None:
                question = _say(act, row, ASKED, {}, keys)
                Reconciling.objects.filter(pk=row.pk).update(question=question.message.id)
                done += 1
            elif row.pages and len(row.seen) == row.pages and not lacking(row):
                _finish(act, row, keys)
                done += 1
    return done


def lacking(row: Reconciling) -> list[str]:
    """What the partner holds of the two and we do not, of what it told so far."""
    held = set(StoredMessage.objects.filter(holder=row.holder, digest__in=row.wanted).values_list("digest", flat=True))
    return [digest for digest in row.wanted if digest not in held]


def _finish(act: Act, row: Reconciling, keys: Keyring) -> None:
    """Say that it is done. What waited goes only when that has arrived: the partner would refuse it before."""
    closing = _say(act, row, DONE, {}, keys)
    Reconciling.objects.filter(pk=row.pk).update(closing=closing.message.id)


def _close(act: Act, row: Reconciling) -> int:
    if row.closing is None:
        return 0
    said = Outbox.objects.filter(message__holder=row.holder, message__message_id=row.closing)
    if not said.filter(state=OutboxState.DELIVERED).exists():
        return 0
    given_up = len(lacking(row))
    Reconciling.objects.filter(pk=row.pk).update(done_at=act.at)
    facts = {"partner": row.partner, "regained": len(row.wanted) - given_up, "given_up": given_up}
    enter(act, "exchange:reconciliation:finished", row.partner, authority=row.holder, facts=facts)
    return 1


def _say(
    act: Act,
    row: Reconciling,
    type_: str,
    body: Mapping[str, Any],
    keys: Keyring,
    *,
    attachments: tuple[Attachment, ...] = (),
    content_keys: Mapping[str, bytes] | None = None,
) -> SignedMessage:
    number = act.new_id()
    message = Message(
        type=type_,
        id=number,
        sender=row.holder,
        recipient=row.partner,
        dossier=Reference(row.holder, Kind.AUTHORITY, number),
        at=act.at,
        body=body,
        purpose="reconciliation",
        attachments=attachments,
    )
    return post(act, message, keys=keys, content_keys=content_keys)


# -- the partner's side


def reconcile_asked(act: Act, signed: SignedMessage, _content_keys: Mapping[str, bytes], keys: Keyring) -> None:
    """A partner came back from an old copy: it is told the digest of every message that both once had."""
    message = signed.message
    expect_empty(message.body)
    row, _ = Reconciling.objects.update_or_create(
        holder=message.recipient,
        partner=message.sender,
        asking=False,
        defaults={"since": act.at, "question": message.id, "done_at": None},
    )
    delivered = Q(direction=Direction.OUT, recipient=row.partner, outbox__state=OutboxState.DELIVERED)
    came = Q(direction=Direction.IN, sender=row.partner)
    held = StoredMessage.objects.filter(delivered | came, holder=row.holder).exclude(type__in=TYPES)
    digests = list(held.order_by("position").values_list("digest", flat=True))
    for body in held_bodies(message.id, digests):
        _say(act, row, HELD, body, keys)


def reconcile_wanted(
    act: Act, signed: SignedMessage, _content_keys: Mapping[str, bytes], keys: Keyring, *, offer: Offer
) -> None:
    """Send again what the partner lacks of ours, and give back what it lacks of its own."""
    message = signed.message
    row = Reconciling.objects.filter(
        holder=message.recipient, partner=message.sender, asking=False, done_at=None
    ).first()
    if row is None:
        raise RefusedError("Ask first what is held between us.", code="reconcile:order")
    between = Q(recipient=row.partner) | Q(sender=row.partner)
    asked = StoredMessage.objects.filter(between, holder=row.holder, digest__in=read_wanted(message.body))
    for stored in asked.order_by("position"):
        one = SignedMessage.read(bytes(stored.content), Signature.from_json(stored.signature))
        here = [attached.digest for attached in one.message.attachments if holds(attached.digest)]
        if stored.direction == Direction.OUT:
            # What was deleted here since cannot be sealed again: such a message stays lacking, and a person decides.
            if len(here) == len(one.message.attachments):
                _send_again(act, stored, one, keys)
        elif len(one.content) <= LARGEST:
            attached = tuple(one for one in one.message.attachments if one.digest in here)
            given = offer(act, here, holder=row.holder, recipient=row.partner, dossier=stored.dossier, keys=keys)
            receipt = stored.receipts.filter(kind=ReceiptKind.DELIVERY).first()
            body = returned_body(one, bytes(receipt.data) if receipt else acknowledge(stored, keys))
            _say(act, row, RETURNED, body, keys, attachments=attached, content_keys=given)


def _send_again(act: Act, stored: StoredMessage, signed: SignedMessage, keys: Keyring) -> None:
    wrapped = {
        attached.digest: to_b64(keys.wrap(f"outbox:{attached.digest}", content_key(attached.digest, keys).to_bytes()))
        for attached in signed.message.attachments
    }
    Outbox.objects.filter(message=stored, state=OutboxState.DELIVERED).update(
        state=OutboxState.WAITING, content_keys=wrapped, failures=0, next_attempt=act.at, failing_since=None
    )


def reconcile_done(act: Act, signed: SignedMessage, _content_keys: Mapping[str, bytes], _keys: Keyring) -> None:
    """The partner has what it lacked: what it writes now is taken again, also where it does not follow its own."""
    expect_empty(signed.message.body)
    Reconciling.objects.filter(
        holder=signed.message.recipient, partner=signed.message.sender, asking=False, done_at=None
    ).update(done_at=act.at)


# -- our side


def reconcile_held(act: Act, signed: SignedMessage, _content_keys: Mapping[str, bytes], keys: Keyring) -> None:
    """One page of what the partner holds: what we lack of it is asked for."""
    message = signed.message
    about, page, pages, digests = read_held(message.body)
    row = (
        Reconciling.objects.select_for_update()
        .filter(holder=message.recipient, partner=message.sender, asking=True, question=about, done_at=None)
        .first()
    )
    if row is None:
        return  # the answer to a question that was asked anew since
    known = set(StoredMessage.objects.filter(holder=row.holder, digest__in=digests).values_list("digest", flat=True))
    missing = [digest for digest in digests if digest not in known]
    row.pages, row.seen, row.wanted = pages, sorted({*row.seen, page}), [*row.wanted, *missing]
    row.save()
    if missing:
        _say(act, row, WANTED, wanted_body(missing), keys)


def reconcile_returned(
    act: Act, signed: SignedMessage, content_keys: Mapping[str, bytes], keys: Keyring, *, regain: Regain
) -> None:
    """A message of our own comes back: kept if our own key signed it and we do not hold it, with its receipt."""
    outer = signed.message
    own, receipt = read_returned(outer.body)
    message = own.message
    if (message.sender, message.recipient) != (outer.recipient, outer.sender):
        raise RefusedError("That is no message of ours to you.", code="reconcile:other")
    own.verify(verifying_key(message.sender, own.signature.key_id))
    if StoredMessage.objects.filter(holder=message.sender, digest=own.digest).exists():
        return
    row = store_message(own, holder=message.sender, direction=Direction.OUT, act=act)
    Outbox.objects.create(message=row, recipient=message.recipient, state=OutboxState.DELIVERED, next_attempt=act.at)
    if message.type not in NOTICES:
        StatementDue(message=row, at=act.at).insert()
    given = open_receipt(receipt, verifying_key(message.recipient, receipt_key(receipt)))
    if (given.digest, given.kind) != (own.digest, ReceiptKind.DELIVERY):
        raise BrokenError("The receipt speaks of another message; nothing was kept.", code="receipt:other")
    StoredReceipt(message=row, kind=given.kind, at=given.at, data=receipt).insert()
    enter(
        act,
        "exchange:message:regained",
        message.dossier,
        authority=message.sender,
        facts={"digest": own.digest, "type": message.type, "from": outer.sender},
    )
    regain(act, own, signed, content_keys, keys)
