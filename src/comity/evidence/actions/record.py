"""The steps every action of this room shares: finding an item for an actor, and writing its next custody event."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction

from comity.authorities.keyring import Keyring
from comity.evidence.custody import EventType, SignedEvent, next_event, sign_event
from comity.evidence.item_state import AFTER, ItemState
from comity.evidence.models import Custody, Item, Party
from comity.evidence.queries import chain_of, item_of, standing_of, target_of
from comity.evidence.use_rule import Use, expect_free
from comity.exchange.message import SignedMessage
from comity.safeguards.actions import enter
from comity.safeguards.permissions import Permission
from comity.safeguards.policy import Relation, authorise
from comity.values.actor import Act, ActorKind
from comity.values.errors import ConflictError, InvalidInputError, RefusedError
from comity.values.reference import Reference

Relations = Mapping[str, Iterable[str]]


def admit(act: Act, *, holder: str, dossier: Reference | str, relations: Relations) -> None:
    """Say what authorities of ours are to the evidence of a dossier: authority to relations.

    A step inside an action that has already asked the policy, like `enter`; what was said before stays.
    """
    known = Party.told("authority", "relation", holder=holder, dossier=str(dossier))
    for authority, names in relations.items():
        for name in names:
            relation = Relation(name).value
            if [authority, relation] in known:
                continue
            party = Party(holder=holder, dossier=str(dossier), authority=authority, relation=relation)
            if party.insert_unless_there():
                facts = {"authority": authority, "relation": relation}
                enter(act, "evidence:party:admitted", str(dossier), authority=holder, facts=facts)


def granted_item(act: Act, reference: Reference | str, permission: Permission) -> Item:
    """The item at the version the policy was asked about; MissingError where the actor may not know of it."""
    item = item_of(act.actor, reference)
    authorise(act.actor, permission, target_of(item, act.actor))
    return item


def expect_use(act: Act, item: Item, use: Use, *, permission: str = "", code: str = "evidence:hindered") -> None:
    """The rule of uses, asked at this very moment; RefusedError with the reason and what to do."""
    expect_free(standing_of(item), use, on=act.at.date(), title=item.title, permission=permission, code=code)


def append_event(
    act: Act,
    item: Item,
    type_: EventType,
    *,
    keys: Keyring,
    authority: str = "",
    place: str = "",
    facts: Mapping[str, Any] | None = None,
) -> SignedEvent:
    """Sign the next custody event of an item, store it and enter it in the signing authority's ledger.

    Inside the caller's transaction. `authority` signs, the item's holder unless told. Raises RefusedError
    `custody:order` where the event may not follow, ConflictError when another hand wrote an event meanwhile.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RefusedError("Custody is written only in the transaction of the act.", code="custody:no-transaction")
    chain, signer = chain_of(item), authority or item.holder
    try:
        event = next_event(
            chain,
            type_,
            item=item.reference,
            at=act.at,
            authority=signer,
            hand=hand_of(act),
            place=place,
            facts=facts,
        )
    except InvalidInputError as error:
        raise RefusedError(error.message, code=error.code, place=item.reference) from error
    signed = sign_event(event, keys.signer(signer))
    # The version is written first: of two hands at once the second waits here and is told, before anything is stored.
    move_on(item, AFTER.get(type_))
    store_event(item, signed, officer=act.actor.id if act.actor.kind is ActorKind.OFFICER else "")
    enter(
        act,
        f"evidence:custody:{type_.value}",
        item.reference,
        authority=signer,
        facts={"digest": event.digest, "sequence": event.sequence},
    )
    return signed


def store_returned(
    signed: SignedMessage, export: Mapping[str, Any], chain: Iterable[SignedEvent], *, own: bool
) -> Item:
    """Write an item with its custody as a message returned it: at home where the message is our own, else awaited."""
    message, description = signed.message, export["item"]
    item = Item.objects.create(
        holder=message.sender if own else message.recipient,
        reference=description["reference"],
        dossier=str(message.dossier),
        kind=description["kind"],
        state=(ItemState.OFFERED if own else ItemState.AWAITED).value,
        title=description["title"][:400],
        digest=description["digest"] or "",
        description=dict(description),
        handling=export["handling"],
        conditions=list(export["conditions"]),
        own=own,
        returned_in=signed.digest,
    )
    for event in chain:
        store_event(item, event)
    return item


def store_event(item: Item, signed: SignedEvent, *, officer: str = "") -> None:
    event = signed.event
    Custody.objects.create(
        item=item,
        sequence=event.sequence,
        type=event.type.value,
        at=event.at,
        authority=event.authority,
        officer=officer,
        digest=event.digest,
        content=event.content,
        signature=signed.signature.to_json(),
    )


def move_on(item: Item, state: ItemState | None, **columns: Any) -> None:
    """Write an item at exactly the version it was read at."""
    if state is not None:
        columns["state"] = state.value
    changed = Item.objects.filter(pk=item.pk, version=item.version).update(version=item.version + 1, **columns)
    if not changed:
        raise ConflictError("The item changed meanwhile; read it again.", place=item.reference)
    item.version += 1
    for name, value in columns.items():
        setattr(item, name, value)


def hand_of(act: Act) -> str:
    """Who did it, as a court may read it: an officer's name, or the node's own job."""
    actor = act.actor
    if actor.kind is ActorKind.OFFICER:
        return actor.name or f"officer of {actor.authority}"
    return f"the node of {actor.authority} ({actor.id})"


def expect_texts(record: Mapping[str, Any], names: Iterable[str], place: str) -> None:
    """Each named member is a text that says something, or InvalidInputError with its place."""
    for name in names:
        value = record.get(name) if isinstance(record, Mapping) else None
        if not isinstance(value, str) or not value.strip():
            raise InvalidInputError(
                f"The record does not say '{name}'; add it and try again.",
                code="evidence:record",
                place=f"{place}.{name}",
            )


def expect_no_nul(value: Any, place: str) -> None:
    """No text in a value holds U+0000, which one of our databases cannot keep; InvalidInputError with its place."""
    if isinstance(value, str) and "\x00" in value:
        raise InvalidInputError("A text holds the character U+0000.", code="evidence:text", place=place)
    parts = value.items() if isinstance(value, Mapping) else enumerate(value) if isinstance(value, list) else ()
    for key, part in parts:
        expect_no_nul(part, f"{place}.{key}")
        expect_no_nul(key, place)
