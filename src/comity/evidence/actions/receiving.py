"""What a partner returns: its custody record verified, items and transfers written, nothing fetched yet."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction

from comity.authorities.keyring import Keyring
from comity.authorities.queries import verifying_key
from comity.evidence.actions.recalled import settle_notices
from comity.evidence.actions.record import append_event, expect_no_nul, granted_item, store_returned
from comity.evidence.custody import (
    EventType,
    SignedEvent,
    check_order,
    check_signature,
    described_by,
    description_digest,
    earlier_name,
    last_of,
)
from comity.evidence.item_state import ItemKind
from comity.evidence.manifest import RECORD_SHAPE, misfit
from comity.evidence.models import Item, PartnerKey, Transfer
from comity.evidence.queries import content_from
from comity.exchange.message import Attachment, Message, SignedMessage
from comity.exchange.queries import allowance_of
from comity.exchange.rejection import QuotaError
from comity.safeguards.actions import enter
from comity.safeguards.permissions import Permission
from comity.seals.keys import VerifyingKey
from comity.seals.stream import ContentKey
from comity.store.queries import expect_key_free
from comity.store.wrapping import wrapped_key
from comity.values.actor import Act
from comity.values.errors import BrokenError, ConflictError, InvalidInputError, MissingError, RefusedError
from comity.values.handling import Handling, UseCondition, strictest
from comity.values.reference import Kind, Reference

_ENTRY_SHAPE = {"item": RECORD_SHAPE, "handling": str, "conditions": [dict], "keys": dict, "events": [dict]}


def receive_offer(act: Act, signed: SignedMessage, content_keys: Mapping[str, bytes], keys: Keyring) -> None:
    """Write the items of an `evidence.returned` message, and the transfers that will pull their content.

    Inside the receiving transaction. The partner's custody record is verified first: order, signatures, conditions,
    description, and that the last event is its transfer of this item to us. Raises InvalidInputError `evidence:form`
    or BrokenError `custody:*` with the place; then the whole message is refused and nothing was written.
    """
    message = signed.message
    exports = message.body.get("custody")
    if not isinstance(exports, list) or not exports:
        raise InvalidInputError("The message returns no items.", code="evidence:form", place="body.custody")
    attached = {attachment.digest: attachment for attachment in message.attachments}
    for number, export in enumerate(exports):
        place = f"body.custody[{number}]"
        misfitting = misfit(export, _ENTRY_SHAPE)
        if misfitting is not None:
            raise InvalidInputError(
                "This is not an item's record.", code="evidence:form", place=f"{place}.{misfitting}"
            )
        expect_no_nul(export, place)
        _write_item(act, signed, export, attached, place)
    receive_attachments(act, signed, content_keys, keys)
    for item in Item.objects.filter(holder=message.recipient, returned_in=signed.digest).order_by("id"):
        settle_notices(act, item, keys)  # a recall that overtook them


def receive_attachments(act: Act, signed: SignedMessage, content_keys: Mapping[str, bytes], keys: Keyring) -> None:
    """Write a transfer for each attachment: it is pulled by `fetch_due` and then stands in the store by its digest.

    Inside the receiving transaction, for any message with attachments; content that waits or is here already is
    not asked for twice. Content offered anew after it was whole or found broken is taken up anew. Raises BrokenError
    `store:key` for a key that seals other content here.
    """
    message = signed.message
    _expect_room(act, message)
    for attachment in message.attachments:
        key = content_keys.get(attachment.digest)
        if key is None:
            raise InvalidInputError(
                "An attachment came without its key.", code="evidence:form", place=attachment.digest
            )
        content_key = ContentKey.from_bytes(key)
        expect_key_free(content_key, attachment.digest)
        wanted = {
            "wrapped_key": wrapped_key(keys, attachment.digest, content_key),
            "state": "waiting",
            "next_attempt": act.at,
        }
        row, new = Transfer.objects.get_or_create(
            holder=message.recipient,
            partner=message.sender,
            digest=attachment.digest,
            defaults={
                "id": act.new_id(),
                "dossier": str(message.dossier),
                "size": attachment.size,
                "since": act.at,
                **wanted,
            },
        )
        if not new and row.state != "waiting":
            Transfer.objects.filter(pk=row.pk).update(**wanted, size=attachment.size, failures=0, failing_since=None)


def _expect_room(act: Act, message: Message) -> None:
    """What the message brings fits into what its sender may use of this node; QuotaError if not."""
    if not message.attachments:
        return
    allowed = allowance_of(message.sender, act.at)
    known = Transfer.objects.filter(partner=message.sender, holder=message.recipient)
    here = set(known.values_list("digest", flat=True))
    new = [attachment for attachment in message.attachments if attachment.digest not in here]
    transfers, content = content_from(message.sender)
    waiting = transfers + len(new)
    if waiting > allowed.limits.open_transfers:
        raise QuotaError(
            f"{waiting} transfers would be open at once; {allowed.limits.open_transfers} are allowed. Nothing was kept."
        )
    needed = allowed.message_bytes + content + sum(attachment.size for attachment in new)
    if needed > allowed.limits.bytes_at_rest:
        raise QuotaError(
            f"{needed} bytes would be kept for this sender; {allowed.limits.bytes_at_rest} are allowed. "
            "Nothing was kept."
        )


def _write_item(
    act: Act, signed: SignedMessage, export: Mapping[str, Any], attached: Mapping[str, Attachment], place: str
) -> None:
    message, description = signed.message, export["item"]
    chain = [SignedEvent.from_json(event) for event in export["events"]]
    _expect_item(message, description, attached, place)
    try:
        known = _signers(message.sender, chain, export["keys"])
        check_order(chain, description["reference"])
        for event in chain:
            check_signature(event, known)
        _expect_transfer(message, export, chain)
    except BrokenError as error:
        raise BrokenError(error.message, code=error.code, place=f"{place}, {error.place}".rstrip(", ")) from error
    for name, key in known.items():
        PartnerKey.objects.get_or_create(
            authority=name.partition("/")[0],
            fingerprint=key.fingerprint,
            defaults={"key": key.to_json(), "vouched_by": message.sender, "at": act.at},
        )
    if Item.objects.filter(holder=message.recipient, reference=description["reference"]).exists():
        raise ConflictError("We hold an item of that reference already.", code="evidence:known-item", place=place)
    item = store_returned(signed, export, chain, own=False)
    enter(
        act,
        "evidence:item:awaited",
        item.reference,
        authority=message.recipient,
        facts={"message": signed.digest, "custody": chain[-1].event.digest},
    )


def _expect_item(
    message: Message, description: Mapping[str, Any], attached: Mapping[str, Attachment], place: str
) -> None:
    """The item is one of the sender's State, of a kind that exists, and its bytes are attached."""
    reference = Reference.parse(description["reference"])
    if reference.kind is not Kind.ITEM or reference.authority[:2] != message.sender[:2]:
        raise InvalidInputError("The item is not one of the sender's State.", code="evidence:form", place=place)
    if description["kind"] not in set(ItemKind):
        raise InvalidInputError("The item is of an unknown kind.", code="evidence:form", place=place)
    digest = description["digest"]
    if (digest is None) != (description["kind"] == ItemKind.PHYSICAL.value):
        raise InvalidInputError("An item has content unless it is a thing.", code="evidence:form", place=place)
    if digest is not None:
        attachment = attached.get(digest)
        if attachment is None or attachment.size != description["size"]:
            raise InvalidInputError("The item's content is not attached.", code="evidence:form", place=place)


def _signers(sender: str, chain: Iterable[SignedEvent], given: Mapping[str, Any]) -> dict[str, VerifyingKey]:
    """The keys of the sending State's authorities: the sender's from our directory, the others as it vouches for them.

    Who vouches is the last event, signed by the sender: its `signers` name the fingerprint of each.
    """
    events = list(chain)
    transfer = last_of(events, EventType.TRANSFERRED)
    if transfer is None or transfer.event.authority != sender:
        raise BrokenError("The sender did not sign the transfer.", code="custody:transfer", place="event 0")
    known = {sender: verifying_key(sender, transfer.signature.key_id, transfer.event.at)}
    check_signature(transfer, known)
    vouched = transfer.event.facts.get("signers")
    pairs = {(signed.event.authority, signed.signature.key_id) for signed in events}
    for code, key_id in sorted(pairs - {(sender, known[sender].key_id)}):
        key, name = _given(given, code, key_id)
        fingerprint = vouched.get(name) if isinstance(vouched, dict) else None
        if key is None or code[:2] != sender[:2] or key.fingerprint != fingerprint:
            raise BrokenError(
                f"The sender does not vouch for the key of {code}.", code="custody:key", place=f"keys.{name}"
            )
        try:
            directory = verifying_key(code, key_id)
        except MissingError:
            directory = key
        if directory != key:
            raise BrokenError(f"Our directory names another key of {code}.", code="custody:key", place=f"keys.{name}")
        known[name] = key
    return known


def _given(given: Mapping[str, Any], code: str, key_id: str) -> tuple[VerifyingKey | None, str]:
    """The key of that name as the sender gave it along, and under which name."""
    for name in (earlier_name(code, key_id), code):
        if isinstance(given.get(name), dict):
            return VerifyingKey.from_json(given[name]), name
    return None, code


def _expect_transfer(message: Message, export: Mapping[str, Any], chain: list[SignedEvent]) -> None:
    last = chain[-1].event
    facts = last.facts
    try:
        codes = [Handling(export["handling"]), Handling(export["item"]["handling"])]
        for condition in export["conditions"]:
            UseCondition.from_json(condition)
    except (KeyError, ValueError, TypeError) as error:
        raise InvalidInputError("A condition or handling code cannot be read.", code="evidence:form") from error
    expected = {
        "type": last.type is EventType.TRANSFERRED,
        "authority": last.authority == message.sender,
        "facts.recipient": facts.get("recipient") == message.recipient,
        "facts.dossier": facts.get("dossier") == str(message.dossier),
        "facts.conditions": facts.get("conditions") == export["conditions"],
        "facts.handling": facts.get("handling") == export["handling"],
        "facts.handling, below the item's own": strictest(codes) == codes[0],
        "facts.description": described_by(chain) == description_digest(export["item"]),
    }
    for field, holds in expected.items():
        if not holds:
            raise BrokenError(
                f"The item's transfer says otherwise than the message: {field}.",
                code="custody:transfer",
                place=f"event {last.sequence}, {field}",
            )


@transaction.atomic
def record_arrival(act: Act, item: Reference | str, *, place: str, keys: Keyring) -> Item:
    """Record that a thing arrived, by the person who took it into her hands."""
    row = granted_item(act, item, Permission.EVIDENCE_COUNTERSIGN)
    if row.kind != ItemKind.PHYSICAL.value:
        raise RefusedError("Content arrives by itself; only a thing is received by hand.", code="evidence:state")
    append_event(act, row, EventType.RECEIVED, keys=keys, place=place, facts={"digest": None})
    settle_notices(act, row, keys)
    return row
