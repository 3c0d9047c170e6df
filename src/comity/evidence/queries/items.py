"""Items as lists name them and as pages open them, and the keys behind their chains."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

from comity.authorities.keyring import Keyring
from comity.authorities.queries import ended_keys, verifying_key
from comity.evidence.custody import check_order, check_signature, earlier_name
from comity.evidence.item_state import GONE, ItemState
from comity.evidence.models import (
    Item,
    PartnerKey,
    Transfer,
)
from comity.evidence.queries.relations import chain_of, holders_in, item_of, relations_to, target_of, target_under
from comity.evidence.queries.standing import recalled_rows, recalls_on, sources_of, standing_of, standing_under
from comity.evidence.queries.transfers import TransferView, transfer_view
from comity.evidence.use_rule import Standing, Use, expect_free, hindrances
from comity.safeguards.actions import enter_read
from comity.safeguards.permissions import Permission
from comity.safeguards.policy import authorise, decide
from comity.seals.keys import VerifyingKey
from comity.store.queries import content_chunks, holds
from comity.store.vault import Vault
from comity.values.actor import Act, Actor
from comity.values.errors import BrokenError, MissingError
from comity.values.reference import Reference


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
    provider: str = ""
    """Who gave it to us; empty for what is ours."""
    until: date | None = None
    """The last day of its use."""
    recalled: bool = False
    sources: tuple[str, ...] = ()
    """Items it was made from."""
    closed: Mapping[str, list[dict[str, str]]] = field(default_factory=dict)
    """Uses that something stands against on the day it was opened, each with the reasons."""


def _item_view(item: Item, on: date) -> ItemView:
    """An item as it is opened on a day: its record is shown where it may be viewed."""
    transfer = Transfer.objects.filter(holder=item.holder, digest=item.digest).first() if item.digest else None
    return _view(item, transfer, standing_of(item), on)


def _view(item: Item, transfer: Transfer | None, standing: Standing, on: date | None = None) -> ItemView:
    """An item as it is opened on the day or, without one, as a list names it."""
    closed = {
        use.value: [asdict(one) for one in found]
        for use in Use
        if on is not None and (found := hindrances(standing, use, on=on))
    }
    shown = on is not None and Use.VIEW.value not in closed
    described = item.description
    return ItemView(
        item.reference,
        item.kind,
        item.state,
        item.title,
        described["name"] if shown else "",
        described["media_type"],
        described["size"],
        item.digest,
        item.own,
        item.handling,
        item.conditions,
        described["records"] if shown else {},
        described["formalities"] if shown else {},
        item.parts,
        [signed.event.to_json() for signed in chain_of(item)],
        transfer_view(transfer) if transfer and not item.own else None,
        standing.provider,
        standing.binding.until,
        bool(standing.recalls),
        tuple(sources_of(item)),
        closed,
    )


def items_of(actor: Actor, dossier: Reference | str) -> list[ItemView]:
    """The items of a dossier that the actor may read, oldest first; none where the actor may not know of them.

    A list names them; what is recorded of each is opened with it (`item_view`).
    """
    relations = {
        holder: relations_to(actor, holder=holder, dossier=str(dossier)) for holder in holders_in(actor, dossier)
    }
    rows = Item.objects.filter(dossier=str(dossier), holder__in=relations).order_by("id")
    items = [
        item
        for item in rows.prefetch_related("custody", "made_from")
        if decide(actor, Permission.ITEM_READ, target_under(item, relations[item.holder])).allowed
    ]
    recalls = recalls_on(items)
    transfers = {
        (row.holder, row.digest): row
        for row in Transfer.objects.filter(
            holder__in=relations, digest__in={item.digest for item in items} - {""}
        ).order_by("-pk")
    }
    return [_view(item, transfers.get((item.holder, item.digest)), standing_under(item, recalls)) for item in items]


def awaiting_countersignature(dossiers: Any) -> set[tuple[str, str]]:
    """Holder and dossier wherever an item of a partner has come over whole and is not countersigned yet.

    `dossiers` are the references looked among: a list, or a query's values.
    """
    rows = Item.objects.filter(own=False, state=ItemState.RECEIVED.value, dossier__in=dossiers)
    return set(rows.exclude(pk__in=recalled_rows(rows).values("pk")).values_list("holder", "dossier"))


def posted_unbound(holder: str, dossier: str) -> bool:
    """Whether anything that came by post waits for the letter under which it was returned."""
    return Item.objects.filter(holder=holder, dossier=dossier, own=False, state=ItemState.TAKEN_IN.value).exists()


def item_view(actor: Actor, reference: Reference | str, on: date) -> ItemView:
    """One item opened on a day: what may be done with it then, and its record if it may be viewed."""
    item = item_of(actor, reference)
    authorise(actor, Permission.ITEM_READ, target_of(item, actor))
    return _item_view(item, on)


def item_content(
    act: Act, reference: Reference | str, *, keys: Keyring, vault: Vault
) -> tuple[ItemView, Iterator[bytes]]:
    """An item's content for an officer to download: served as bytes, never opened; the read is in the ledger first.

    Raises RefusedError `evidence:hindered` after its last day or once it was recalled, with what to do.
    """
    item = item_of(act.actor, reference)
    authorise(act.actor, Permission.ITEM_READ, target_of(item, act.actor))
    if not item.digest:
        raise MissingError
    expect_free(standing_of(item), Use.VIEW, on=act.at.date(), title=item.title)
    chunks = content_chunks(item.digest, keys=keys, vault=vault)
    enter_read(act, item.reference, authority=act.actor.authority, event="evidence:item:read")
    return _item_view(item, act.at.date()), chunks


def items_without_content() -> list[str]:
    """Holder and reference of items whose content should be here and is not entered."""
    absent = [ItemState.AWAITED.value, *(state.value for state in GONE)]
    rows = Item.objects.exclude(digest="").exclude(state__in=absent).order_by("pk")
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
