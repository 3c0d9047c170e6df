"""Reads of evidence. What an actor's authority has no relation to answers as if it were not there."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Min, Sum

from comity.authorities.keyring import Keyring
from comity.authorities.queries import ended_keys, verifying_key
from comity.evidence.custody import CustodyEvent, SignedEvent, check_order, check_signature, earlier_name
from comity.evidence.item_state import ItemState
from comity.evidence.models import Custody, Item, Offer, PartnerKey, Party, Release, Transfer
from comity.exchange.backoff import CAP_SECONDS
from comity.exchange.ticket import honour_ticket, read_ticket
from comity.safeguards.actions import enter_read
from comity.safeguards.permissions import Permission
from comity.safeguards.policy import Relation, Target, authorise, decide
from comity.safeguards.rules import TABLE
from comity.seals.keys import VerifyingKey
from comity.seals.signing import Signature
from comity.store.queries import blob, content_chunks, faulty, holds
from comity.store.vault import Vault
from comity.values.actor import Act, Actor
from comity.values.errors import BrokenError, MissingError
from comity.values.reference import Kind, Reference

_HANDS = {
    "taken-in": Permission.ITEM_TAKE_IN,
    "checked": Permission.ITEM_CHECK,
    "transferred": Permission.EVIDENCE_RETURN,
    "countersigned": Permission.EVIDENCE_COUNTERSIGN,
}


def relations_to(actor: Actor, *, holder: str, dossier: str) -> frozenset[Relation]:
    """What the actor's authority is to a holder's evidence in a dossier; empty: it may not know of it."""
    rows = Party.objects.filter(holder=holder, dossier=dossier, authority=actor.authority)
    return frozenset(Relation(row.relation) for row in rows)


def holders_in(actor: Actor, dossier: Reference | str) -> list[str]:
    rows = Party.objects.filter(dossier=str(dossier), authority=actor.authority)
    return sorted({row.holder for row in rows})


def item_of(actor: Actor, reference: Reference | str) -> Item:
    """The item, if the actor's authority stands in any relation to it; MissingError otherwise."""
    for item in Item.objects.filter(reference=str(reference)).order_by("holder"):
        if relations_to(actor, holder=item.holder, dossier=item.dossier):
            return item
    raise MissingError


def target_of(item: Item, actor: Actor) -> Target:
    """The item as the policy sees it: version, relations, and whose hands were on it."""
    hands: dict[Permission, set[str]] = {}
    for type_, officer in Custody.objects.filter(item=item).exclude(officer="").values_list("type", "officer"):
        if type_ in _HANDS:
            hands.setdefault(_HANDS[type_], set()).add(officer)
    return Target(
        Reference.parse(item.reference),
        item.version,
        relations_to(actor, holder=item.holder, dossier=item.dossier),
        {permission: frozenset(ids) for permission, ids in hands.items()},
    )


def chain_of(item: Item) -> list[SignedEvent]:
    """The custody chain as signed, oldest first."""
    rows = Custody.objects.filter(item=item).order_by("sequence")
    return [
        SignedEvent(CustodyEvent.from_content(bytes(row.content)), Signature.from_json(row.signature)) for row in rows
    ]


@dataclass(frozen=True, slots=True)
class SignerKey:
    """A key that verifies custody events; `vouched_by` is empty where our own directory holds it."""

    key: VerifyingKey
    vouched_by: str


def signer_keys(item: Item) -> dict[tuple[str, str], SignerKey]:
    """The keys of everyone who signed the item's chain, by authority and key id.

    The directory's stand first; the others are those that the transmitting authority vouched for when the item came.
    A signer whose key neither holds is not in it.
    """
    wanted = {signed.event.authority for signed in chain_of(item)}
    found = {}
    for row in PartnerKey.objects.filter(authority__in=wanted):
        key = VerifyingKey.from_json(row.key)
        found[row.authority, key.key_id] = SignerKey(key, row.vouched_by)
    for code in wanted:
        try:
            held = [verifying_key(code), *(one.key for one in ended_keys(code))]
        except MissingError:
            continue
        for key in held:
            found[code, key.key_id] = SignerKey(key, "")
    return found


@dataclass(frozen=True, slots=True)
class ItemView:
    """An item as a page shows it."""

    reference: str
    kind: str
    state: str
    title: str
    name: str
    media_type: str
    size: int | None
    digest: str
    own: bool
    handling: str
    conditions: list[dict[str, Any]]
    records: dict[str, Any]
    formalities: dict[str, Any]
    parts: list[str]
    custody: list[dict[str, Any]]
    """Each event's content, oldest first."""
    transfer: "TransferView | None"


@dataclass(frozen=True, slots=True)
class TransferView:
    """How far a transfer is, and if it waits, since when, why and until when."""

    digest: str
    partner: str
    state: str
    size: int
    held: int
    since: datetime
    mended: int
    failures: int
    failing_since: datetime | None
    next_attempt: datetime
    last_reason: str


def _transfer_view(row: Transfer) -> TransferView:
    return TransferView(
        row.digest,
        row.partner,
        row.state,
        row.size,
        min(row.held, row.size),
        row.since,
        row.mended,
        row.failures,
        row.failing_since,
        row.next_attempt,
        row.last_reason,
    )


def _item_view(item: Item) -> ItemView:
    transfer = Transfer.objects.filter(holder=item.holder, digest=item.digest).first() if item.digest else None
    described = item.description
    return ItemView(
        item.reference,
        item.kind,
        item.state,
        item.title,
        described["name"],
        described["media_type"],
        described["size"],
        item.digest,
        item.own,
        item.handling,
        item.conditions,
        described["records"],
        described["formalities"],
        item.parts,
        [signed.event.to_json() for signed in chain_of(item)],
        _transfer_view(transfer) if transfer and not item.own else None,
    )


def items_of(actor: Actor, dossier: Reference | str) -> list[ItemView]:
    """The items of a dossier that the actor may read, oldest first; none where the actor may not know of them."""
    found = []
    for item in Item.objects.filter(dossier=str(dossier), holder__in=holders_in(actor, dossier)).order_by("id"):
        if decide(actor, Permission.ITEM_READ, target_of(item, actor)).allowed:
            found.append(_item_view(item))
    return found


def awaiting_countersignature(dossiers: Any) -> set[tuple[str, str]]:
    """Holder and dossier wherever an item of a partner has come over whole and is not countersigned yet.

    `dossiers` are the references looked among: a list, or a query's values.
    """
    rows = Item.objects.filter(own=False, state=ItemState.RECEIVED.value, dossier__in=dossiers)
    return set(rows.values_list("holder", "dossier"))


def posted_unbound(holder: str, dossier: str) -> bool:
    """Whether anything that came by post waits for the letter under which it was returned."""
    return Item.objects.filter(holder=holder, dossier=dossier, own=False, state=ItemState.TAKEN_IN.value).exists()


def item_view(actor: Actor, reference: Reference | str) -> ItemView:
    item = item_of(actor, reference)
    authorise(actor, Permission.ITEM_READ, target_of(item, actor))
    return _item_view(item)


def item_content(
    act: Act, reference: Reference | str, *, keys: Keyring, vault: Vault
) -> tuple[ItemView, Iterator[bytes]]:
    """An item's content for an officer to download: served as bytes, never opened; the read is in the ledger first."""
    item = item_of(act.actor, reference)
    authorise(act.actor, Permission.ITEM_READ, target_of(item, act.actor))
    if not item.digest:
        raise MissingError
    chunks = content_chunks(item.digest, keys=keys, vault=vault)
    enter_read(act, item.reference, authority=act.actor.authority, event="evidence:item:read")
    return _item_view(item), chunks


def transfers_of(holder: str, dossier: Reference | str) -> list[TransferView]:
    return [_transfer_view(row) for row in Transfer.objects.filter(holder=holder, dossier=str(dossier))]


def next_fetch(at: datetime) -> datetime | None:
    """When there is something to fetch next, now at the earliest; None when nothing waits."""
    first: datetime | None = Transfer.objects.filter(state="waiting").aggregate(first=Min("next_attempt"))["first"]
    if first is None:
        return None
    set_back = first > at + timedelta(seconds=CAP_SECONDS)
    return at if set_back else max(first, at)


def content_from(partner: str) -> tuple[int, int]:
    """Of one partner: how many transfers are open, and how many bytes of content came or are coming."""
    rows = Transfer.objects.filter(partner=partner)
    held = rows.exclude(state="broken").aggregate(all=Sum("size"))["all"]
    return rows.filter(state="waiting").count(), held or 0


def release_of(actor: Actor, reference: Reference | str) -> Release:
    """The release, for whoever may read it; MissingError where the actor may not know of it, RefusedError else."""
    row = Release.objects.filter(reference=str(reference)).first()
    if row is None:
        raise MissingError
    authorise(actor, Permission.RELEASE_READ, release_target(row, actor))
    return row


def releases_of(actor: Actor, dossier: Reference | str) -> list[Release]:
    """The releases of a dossier that the actor may read; none where the actor may not."""
    rows = Release.objects.filter(dossier=str(dossier), holder__in=holders_in(actor, dossier)).order_by("reference")
    return [row for row in rows if decide(actor, Permission.RELEASE_READ, release_target(row, actor)).allowed]


def release_target(row: Release, actor: Actor) -> Target:
    return Target(
        Reference.parse(row.reference),
        row.version,
        relations_to(actor, holder=row.holder, dossier=row.dossier),
        {Permission.RELEASE_PROPOSE: frozenset({row.proposed_by})},
    )


def dossier_target(actor: Actor, *, holder: str, dossier: str) -> Target:
    """A dossier's evidence as a whole: for taking in and for proposing a release."""
    reference = Reference.parse(dossier)
    if reference.kind is not Kind.DOSSIER:
        raise MissingError
    return Target(reference, 0, relations_to(actor, holder=holder, dossier=dossier))


def offered_range(digest: str, start: int, end: int, *, ticket: str, vault: Vault, at: datetime) -> tuple[bytes, int]:
    """Sealed bytes [start, end) of offered content and its sealed size, for the partner whose ticket it is.

    A content that is not there, or not offered to that partner, is missing: the answers are alike. Raises what
    `ticket.read_ticket` and `honour_ticket` raise.
    """
    presented = read_ticket(ticket)
    claimed = presented.ticket
    key = verifying_key(claimed.sender, presented.signature.key_id, claimed.at)
    honour_ticket(presented, key, digest=digest, at=at)
    if not Offer.objects.filter(digest=digest, holder=claimed.recipient, recipient=claimed.sender).exists():
        raise MissingError
    name = blob(digest).name
    return vault.sealed_range(name, start, end), vault.sealed_size(name)


def items_without_content() -> list[str]:
    """Holder and reference of items whose content should be here and is not entered."""
    rows = Item.objects.exclude(digest="").exclude(state=ItemState.AWAITED.value).order_by("pk")
    return [f"{row.holder} {row.reference}" for row in rows if not holds(row.digest)]


def broken_chains() -> list[tuple[str, str]]:
    """Holder and reference of every item whose custody chain does not follow or is not signed, and why."""
    found = []
    for item in Item.objects.order_by("pk").iterator():
        chain = chain_of(item)
        keys = {earlier_name(code, key_id): one.key for (code, key_id), one in signer_keys(item).items()}
        try:
            check_order(chain, item.reference)
            for signed in chain:
                check_signature(signed, keys)
        except BrokenError as error:
            found.append((f"{item.holder} {item.reference}", error.message))
    return found


def awaited_content(digest: str) -> bool:
    """Whether a content is still to be fetched from a partner."""
    return Transfer.objects.filter(digest=digest).exclude(state="done").exists()


@dataclass(frozen=True, slots=True)
class ContentAlarm:
    """Content of which reading back found a fault; `items` are those of the actor's house that it is the content of."""

    digest: str
    size: int
    fault: str
    since: datetime | None
    checked: datetime | None
    items: tuple[str, ...]
    """Titles where the actor may read the item, references else."""


def content_alarms(actor: Actor) -> list[ContentAlarm]:
    """What is broken in the vault, for those who look after it: of the own house, and what is no item's content."""
    if not actor.roles & TABLE[Permission.VAULT_READ].roles:
        return []
    found = []
    for row in faulty():
        items = list(Item.objects.filter(digest=row.digest).order_by("reference"))
        own = [item for item in items if item.holder == actor.authority]
        if items and not own:
            continue
        names = tuple(
            item.title if decide(actor, Permission.ITEM_READ, target_of(item, actor)).allowed else item.reference
            for item in own
        )
        found.append(ContentAlarm(row.digest, row.size, row.fault, row.fault_since, row.checked, names))
    return found
