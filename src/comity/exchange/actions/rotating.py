"""Rotation: an authority goes on with new keys, and tells every partner so by a message that the old key signs."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from django.db import transaction
from django.db.models import Max, Q

from comity.authorities.actions import carry_tls, end_own_key, own_card, renew_card, succeed
from comity.authorities.keyring import Keyring
from comity.authorities.queries import local_authorities, partners
from comity.authorities.succession import Succession
from comity.exchange.actions.posting import post
from comity.exchange.message import CARD_RENEWED, KEYS_SUCCEEDED, Message, SignedMessage
from comity.exchange.models import Direction, Outbox, OutboxState, StoredMessage, StoredReceipt
from comity.exchange.receipt import sign_receipt
from comity.exchange.statement import BY_SENDER, read_statement
from comity.seals.canonical import from_b64, to_b64
from comity.values.actor import Act
from comity.values.errors import InvalidInputError, RefusedError
from comity.values.reference import Kind, Reference

LARGEST = 1 << 16


@transaction.atomic
def rotate(
    act: Act, code: str, *, keys: Keyring, reason: str = "", revoked_since: datetime | None = None
) -> Succession:
    """Let an authority go on with the new keys of its keyring, where the old one lies as `retiring`. Operator only.

    Directory, notices to the partners and ledger line commit together. What waits in the outbox goes out as it was
    signed, before the end of the old key; if that is revoked it is signed anew: its digest, and so the message, stays
    the same. So are the receipts that would no longer be believed, for whoever asks again. A key that is lost signs
    no notice: the partners compare the new fingerprint and accept the card.
    """
    retiring = keys.of(code).retiring
    at = _latest(act.at, code)
    succession = end_own_key(act, code, keys=keys, at=at, reason=reason, revoked_since=revoked_since)
    waiting = Outbox.objects.filter(message__holder=code, message__direction=Direction.OUT, state=OutboxState.WAITING)
    if revoked_since is not None or retiring is None:
        # A notice of an earlier change stays as it is: who waits for it knows only the key that signed it.
        for row in StoredMessage.objects.filter(outbox__in=waiting).exclude(type=KEYS_SUCCEEDED):
            signature = keys.signer(code).sign(row.type, bytes(row.content)).to_json()
            StoredMessage.objects.filter(pk=row.pk).update(signature=signature)
    if revoked_since is not None:
        given = Q(message__direction=Direction.IN) | Q(kind__in=[kind.value for kind in BY_SENDER])
        for receipt in StoredReceipt.objects.filter(given, message__holder=code, at__gte=revoked_since):
            data = sign_receipt(read_statement(bytes(receipt.data))[0], keys.signer(code))
            StoredReceipt.objects.filter(pk=receipt.pk).update(data=data)
    if retiring is not None:
        _announce(act, code, succession, own_card(code, keys), keys)
    return succession


def _latest(at: datetime, code: str) -> datetime:
    """Now, or the latest moment of anything the old key signed: a clock set back must not disown it."""
    held = StoredMessage.objects.filter(holder=code)
    signed = held.aggregate(out=Max("at", filter=Q(direction=Direction.OUT)), receipted=Max("stored_at"))
    moments: list[datetime] = [at, *(moment for moment in signed.values() if moment is not None)]
    return max(moments)


def _announce(act: Act, code: str, succession: Succession, card: bytes, keys: Keyring) -> None:
    """One notice to each partner's node, signed by the key that it knows."""
    held = keys.of(code)
    before = keys.with_authority(code, replace(held, signing=held.retiring or held.signing))
    body = {"succession": to_b64(succession.to_bytes()), "card": to_b64(card)}
    _tell_all(act, code, KEYS_SUCCEEDED, body, before)


def _tell_all(act: Act, code: str, type_: str, body: Mapping[str, str], keys: Keyring) -> None:
    for partner in partners():
        if partner.has_node:
            number = act.new_id()
            notice = Message(
                type=type_,
                id=number,
                sender=code,
                recipient=partner.code,
                dossier=Reference(code, Kind.AUTHORITY, number),
                at=act.at,
                body=body,
                purpose="renewal of keys",
            )
            post(act, notice, keys=keys)


@transaction.atomic
def announce_tls(act: Act, certificates: bytes, *, keys: Keyring) -> None:
    """Let all our cards carry these TLS certificates, and tell every partner. Operator only."""
    carry_tls(act, certificates)
    for own in local_authorities():
        _tell_all(act, own.code, CARD_RENEWED, {"card": to_b64(own_card(own.code, keys))}, keys)


def cards_on_their_way() -> list[str]:
    """The partners that have not yet receipted a notice of ours."""
    types = (KEYS_SUCCEEDED, CARD_RENEWED)
    waiting = Outbox.objects.filter(message__type__in=types).exclude(state=OutboxState.DELIVERED)
    return sorted(set(waiting.values_list("recipient", flat=True)))


def card_renewed(act: Act, signed: SignedMessage, _content_keys: Mapping[str, bytes], _keys: Keyring) -> None:
    """The effect of a renewed card: address, certificates and contact under the same keys (`renew_card`)."""
    card = signed.message.body.get("card")
    if set(signed.message.body) != {"card"} or not isinstance(card, str) or len(card) > LARGEST * 2:
        raise InvalidInputError("This is not a renewed card.", code="card:form", place="body")
    if signed.message.attachments:
        raise RefusedError("A card carries nothing else.", code="card:form")
    renew_card(act, sender=signed.message.sender, card=from_b64(card))


def keys_succeeded(act: Act, signed: SignedMessage, _content_keys: Mapping[str, bytes], _keys: Keyring) -> None:
    """The effect of a notice: the partner's next keys are taken over where continuity is proved (`succeed`)."""
    body = signed.message.body
    texts = [body.get(name) for name in ("succession", "card")]
    if set(body) != {"succession", "card"} or not all(isinstance(t, str) and len(t) <= LARGEST * 2 for t in texts):
        raise InvalidInputError("This is not a notice of keys.", code="succession:form", place="body")
    if signed.message.attachments:
        raise RefusedError("A notice of keys carries nothing else.", code="succession:form")
    succession, card = (from_b64(str(text)) for text in texts)
    succeed(act, sender=signed.message.sender, succession=succession, card=card)
