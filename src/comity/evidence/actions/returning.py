"""Returning evidence: what goes into the message, what the partner may pull, and what comes back countersigned."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from django.db import transaction

from comity.authorities.keyring import Keyring
from comity.authorities.queries import verifying_key
from comity.evidence.actions.recalled import continue_chain
from comity.evidence.actions.record import append_event, expect_use, granted_item, move_on
from comity.evidence.bag import safe_extension
from comity.evidence.custody import EventType, SignedEvent, earlier_name, last_of
from comity.evidence.item_state import ItemState
from comity.evidence.models import Item, Offer, PartnerKey
from comity.evidence.queries import bound_to, chain_of
from comity.evidence.use_rule import Use
from comity.exchange.message import Attachment, SignedMessage
from comity.safeguards.actions import enter
from comity.safeguards.permissions import Permission
from comity.seals.keys import VerifyingKey
from comity.store.queries import blob, content_key
from comity.values.actor import Act
from comity.values.binding import Binding, binding_of, joined
from comity.values.errors import BrokenError, InvalidInputError, MissingError, RefusedError
from comity.values.handling import UseCondition
from comity.values.reference import Reference


class Offered(NamedTuple):
    """What an `evidence.returned` message is made of: its attachments, their content keys, and the custody exports."""

    attachments: tuple[Attachment, ...]
    content_keys: dict[str, bytes]
    custody: list[dict[str, Any]]
    """One entry per item: description, handling, conditions, keys of the signers, events. Goes into the body."""


def signers_of(chain: Iterable[SignedEvent], more: Mapping[str, VerifyingKey]) -> dict[str, str]:
    """Fingerprints by authority of everyone who signed this chain, and of those who are about to."""
    return {name: key.fingerprint for name, key in sorted(named_keys(chain, more).items())}


def named_keys(chain: Iterable[SignedEvent], more: Mapping[str, VerifyingKey]) -> dict[str, VerifyingKey]:
    """The keys of all who signed: under its authority's code the latest, others under `code/key id`."""
    found: dict[str, VerifyingKey] = {}
    signatures = [((signed.event.authority, signed.signature.key_id), signed) for signed in chain]
    keys = {name: key_of(signed) for name, signed in dict(signatures).items()}
    latest = [*((name[0], keys[name]) for name, _signed in signatures), *more.items()]
    for code, key in latest:
        before = found.get(code)
        if before is not None and before != key:
            found[earlier_name(code, before.key_id)] = before
        found[code] = key
        found.pop(earlier_name(code, key.key_id), None)
    return found


def key_of(signed: SignedEvent) -> VerifyingKey:
    """The key that verifies an event we hold: the directory's, or the one vouched for when it came."""
    code, key_id = signed.event.authority, signed.signature.key_id
    for row in PartnerKey.objects.filter(authority=code):
        key = VerifyingKey.from_json(row.key)
        if key.key_id == key_id:
            return key
    return verifying_key(code, key_id)


@transaction.atomic
def offer_items(
    act: Act,
    items: Sequence[Reference | str],
    *,
    recipient: str,
    conditions: Sequence[UseCondition],
    keys: Keyring,
    letter: str | Mapping[str, str] = "",
    carrier: str = "",
    permission: str = "",
) -> Offered:
    """Bind conditions to checked items, sign their transfer, and let the recipient pull them.

    With a `carrier` they go by post, on it, to a recipient without a node: there is nothing to pull and no key of its
    to name, and the signed event says on what they went.

    `letter` is the digest of the cover letter that vouches for them, or a mapping from item to its own: then each can
    later be released without the others. The conditions and handling code stand in the
    signed event of each item, with the keys of all who signed before and of the recipient. What was made from items
    of a third State carries all that binds those, and needs its `permission` where they are not passed on without it.
    Raises RefusedError `custody:order` for an item that was not checked, `evidence:hindered` for one not to be sent on.
    """
    attachments: dict[str, Attachment] = {}
    content_keys: dict[str, bytes] = {}
    exports: list[dict[str, Any]] = []
    for reference in items:
        item = granted_item(act, reference, Permission.EVIDENCE_RETURN)
        before = chain_of(item)
        expect_use(act, item, Use.REPLY, permission=permission)
        own = keys.signer(item.holder).public
        theirs = {} if carrier else {recipient: verifying_key(recipient)}
        given = Binding(conditions=tuple(conditions))
        carried = joined([binding_of(item.handling, item.conditions), bound_to(item), given])
        bound = [condition.to_json() for condition in carried.conditions]
        facts = {
            "recipient": recipient,
            "dossier": item.dossier,
            "conditions": bound,
            "handling": carried.handling.value,
            "letter": letter if isinstance(letter, str) else letter.get(item.reference, ""),
            "signers": signers_of(before, {item.holder: own, **theirs}),
        } | ({"carrier": carrier} if carrier else {})
        signed = append_event(act, item, EventType.TRANSFERRED, keys=keys, facts=facts)
        move_on(item, None, conditions=bound, handling=carried.handling.value)
        chain = [*before, signed]
        exports.append(
            {
                "item": item.description,
                "handling": item.handling,
                "conditions": bound,
                "keys": {name: key.to_json() for name, key in named_keys(chain, {}).items()},
                "events": [event.to_json() for event in chain],
            }
        )
        if item.digest and item.digest not in attachments:
            name = f"item-{len(attachments) + 1:04d}.{safe_extension(item.description['media_type'])}"
            attachments[item.digest] = Attachment(
                item.digest, item.description["size"], name, item.description["media_type"], item.reference
            )
            if carrier:
                continue
            content_keys[item.digest] = _opened(act, item.digest, item.holder, recipient, item.dossier, keys)
    return Offered(tuple(attachments.values()), content_keys, exports)


def offer_content(
    act: Act,
    digests: Iterable[str],
    *,
    holder: str,
    recipient: str,
    dossier: Reference | str,
    keys: Keyring,
) -> dict[str, bytes]:
    """Let a partner pull content of ours (letters, forms); returns the content keys for the envelope.

    A step inside an action that has already asked the policy, like `enter`.
    """
    return {digest: _opened(act, digest, holder, recipient, str(dossier), keys) for digest in digests}


def _opened(act: Act, digest: str, holder: str, recipient: str, dossier: str, keys: Keyring) -> bytes:
    blob(digest)
    Offer.objects.get_or_create(
        digest=digest, holder=holder, recipient=recipient, defaults={"dossier": dossier, "since": act.at}
    )
    return content_key(digest, keys).to_bytes()


def receive_countersignature(act: Act, signed: SignedMessage) -> None:
    """Take in the partner's custody events that follow our transfer: the chain then carries both States' signatures.

    The effect of `evidence.countersigned`, inside the receiving transaction. Raises BrokenError or InvalidInputError,
    and then the whole message is refused.
    """
    message = signed.message
    entries = message.body.get("items")
    if not isinstance(entries, list) or not entries:
        raise InvalidInputError("The message names no items.", code="evidence:form", place="body.items")
    for number, entry in enumerate(entries):
        place = f"body.items[{number}]"
        reference, events = _countersigned(entry, place)
        item = Item.objects.filter(holder=message.recipient, reference=reference, own=True).first()
        if item is None:
            raise MissingError("We returned no such item.", code="evidence:unknown-item", place=place)
        held = {signed.event.digest for signed in chain_of(item)}
        if events and {one.event.digest for one in events} <= held:
            continue  # an answer to a recall that overtook it brought the same events
        if item.state != ItemState.OFFERED.value:
            raise RefusedError("The item is not waiting for a countersignature.", code="evidence:state", place=place)
        _continue(act, item, events, message.sender, place)


def _countersigned(entry: Any, place: str) -> tuple[str, list[SignedEvent]]:
    countersignature = entry.get("countersignature") if isinstance(entry, dict) else None
    events = countersignature.get("events") if isinstance(countersignature, dict) else None
    if not isinstance(events, list) or not isinstance(entry.get("item"), str):
        raise InvalidInputError("This is not a countersignature.", code="evidence:form", place=place)
    return entry["item"], [SignedEvent.from_json(event) for event in events]


def _continue(act: Act, item: Item, events: list[SignedEvent], sender: str, place: str) -> None:
    transfer = last_of(chain_of(item), EventType.TRANSFERRED)
    if not events or events[-1].event.type is not EventType.COUNTERSIGNED:
        raise BrokenError("The events do not end in a countersignature.", code="custody:chain", place=place)
    if transfer is None or events[-1].event.facts.get("covers") != transfer.event.digest:
        raise BrokenError(
            "The countersignature covers another event than our transfer.", code="custody:covers", place=place
        )
    continue_chain(item, events, sender, place)
    enter(
        act,
        "evidence:custody:countersigned",
        item.reference,
        authority=item.holder,
        facts={"digest": events[-1].event.digest, "by": sender},
    )
