"""Reads of evidence. What an actor's authority has no relation to answers as if it were not there."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Exists, Min, OuterRef, QuerySet, Sum

from comity.authorities.keyring import Keyring
from comity.authorities.queries import ended_keys, verifying_key
from comity.evidence.custody import CustodyEvent, SignedEvent, check_order, check_signature, earlier_name
from comity.evidence.item_state import GONE, ItemState
from comity.evidence.models import (
    Custody,
    Item,
    Offer,
    PartnerKey,
    Party,
    Recall,
    RecalledItem,
    Release,
    Source,
    Transfer,
)
from comity.evidence.recall import RecallKind
from comity.evidence.use_rule import Standing, Use, expect_free, hindrances
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
from comity.values.binding import Binding, binding_of, joined
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
    provider: str = ""
    """Who gave it to us; empty for what is ours."""
    until: date | None = None
    """The last day of its use."""
    recalled: bool = False
    sources: tuple[str, ...] = ()
    """Items it was made from."""
    closed: Mapping[str, list[dict[str, str]]] = field(default_factory=dict)
    """Uses that something stands against on the day it was opened, each with the reasons."""


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


def _item_view(item: Item, on: date | None = None) -> ItemView:
    """An item as a list names it or, with the day, as it is opened: its record is shown where it may be viewed."""
    transfer = Transfer.objects.filter(holder=item.holder, digest=item.digest).first() if item.digest else None
    standing = standing_of(item)
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
        _transfer_view(transfer) if transfer and not item.own else None,
        standing.provider,
        standing.binding.until,
        bool(standing.recalls),
        tuple(sources_of(item)),
        closed,
    )


def standing_of(item: Item) -> Standing:
    """What binds an item and stands against it here: the provider's conditions and recalls, and those of its sources.

    What we bind others with does not bind ourselves: an item of our own stands under that of its sources alone.
    """
    named = sources_of(item) if item.own else [item.reference]
    recalls = RecalledItem.objects.filter(
        item__in=named,
        recall__holder=item.holder,
        recall__own=False,
        recall__kind=RecallKind.RECALL.value,
        recall__state="standing",
    )
    provisions = recalls.order_by("recall__since", "pk").values_list("recall__provision", "recall__recall")
    providers = [Reference.parse(name).authority for name in named]
    return Standing(
        item.reference,
        bound_to(item),
        providers[0] if providers else "",
        tuple(provision or f"Recall {recall}" for provision, recall in provisions),
    )


def bound_to(item: Item) -> Binding:
    """What binds us in an item: what came with it, and what binds the items it was made from."""
    if not item.own:
        return binding_of(item.handling, item.conditions)
    sources = Item.objects.filter(holder=item.holder, reference__in=sources_of(item))
    return joined(binding_of(one.handling, one.conditions) for one in sources.order_by("id"))


def sources_of(item: Item) -> list[str]:
    """The items that an item was made from, whatever way; none for what a partner returned."""
    return list(Source.objects.filter(item=item).order_by("id").values_list("source", flat=True))


def recalled_rows(items: "QuerySet[Item]") -> "QuerySet[Item]":
    """Of these items those that are locked by a recall of their provider."""
    return items.filter(
        Exists(
            RecalledItem.objects.filter(
                item=OuterRef("reference"),
                recall__holder=OuterRef("holder"),
                recall__own=False,
                recall__kind=RecallKind.RECALL.value,
                recall__state="standing",
            )
        )
    )


def items_of(actor: Actor, dossier: Reference | str) -> list[ItemView]:
    """The items of a dossier that the actor may read, oldest first; none where the actor may not know of them.

    A list names them; what is recorded of each is opened with it (`item_view`).
    """
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


@dataclass(frozen=True, slots=True)
class RecallLine:
    """One item of a recall, and what became of it."""

    item: str
    title: str
    digest: str
    outcome: str
    told: Mapping[str, Mapping[str, str]]
    answer: str
    answered_at: datetime | None
    gone: bool = False
    """It is no longer here; on the provider's side: no longer there, as they signed."""
    onward: tuple[str, ...] = ()
    """To whom it was given on from here: what a person still has to see to."""


@dataclass(frozen=True, slots=True)
class RecallView:
    """A recall or narrowing as a page shows it, on either side."""

    recall: str
    own: bool
    kind: str
    demand: str
    reason: Mapping[str, str]
    provision: str
    answer_by: date
    handling: str
    conditions: list[dict[str, Any]]
    digest: str
    state: str
    message: str
    since: datetime
    decided_at: datetime | None
    items: tuple[RecallLine, ...]

    @property
    def answered(self) -> bool:
        return all(line.outcome for line in self.items)

    def breached(self, on: date) -> bool:
        """No answer came by its day: an open breach."""
        return self.state == "standing" and not self.answered and self.answer_by < on


def recalls_of(actor: Actor, dossier: Reference | str, item: str = "") -> list[RecallView]:
    """The recalls and narrowings of a dossier (of one item, if named) for who may read its items, the newest first.

    What is only proposed is seen by the side that proposes it; it crossed no border.
    """
    rows = Recall.objects.filter(dossier=str(dossier), holder__in=holders_in(actor, dossier))
    if item:
        rows = rows.filter(items__item=item)
    target = {row.holder: dossier_target(actor, holder=row.holder, dossier=row.dossier) for row in rows}
    return [
        _recall_view(row)
        for row in rows.order_by("-since", "-pk")
        if decide(actor, Permission.ITEM_READ, target[row.holder]).allowed
    ]


def _recall_view(row: Recall) -> RecallView:
    lines = row.items.order_by("pk")
    items = {one.reference: one for one in Item.objects.filter(holder=row.holder, reference__in=lines.values("item"))}
    return RecallView(
        row.recall,
        row.own,
        row.kind,
        row.demand,
        row.reason,
        row.provision,
        row.answer_by,
        row.handling,
        row.conditions,
        row.digest,
        row.state,
        row.message,
        row.since,
        row.decided_at,
        tuple(_recall_line(row, line, items.get(line.item)) for line in lines),
    )


def _recall_line(row: Recall, line: RecalledItem, item: Item | None) -> RecallLine:
    return RecallLine(
        line.item,
        item.title if item else "",
        line.digest,
        line.outcome,
        line.told,
        line.answer,
        line.answered_at,
        item is not None and item.state in {state.value for state in GONE},
        () if row.own or item is None else onward_of(item),
    )


def onward_of(item: Item) -> tuple[str, ...]:
    """Where an item went from here: to a court or a defence, and what was made of it and returned elsewhere."""
    releases = Release.objects.filter(holder=item.holder, dossier=item.dossier, state__in=("approved", "exported"))
    given = [
        f"{row.audience} {row.reference}" for row in releases.order_by("reference") if item.reference in row.selection
    ]
    made = Source.objects.filter(source=item.reference, item__holder=item.holder).values("item")
    sent = Custody.objects.filter(item__in=made, type="transferred").order_by("item_id")
    return (*given, *(f"{_recipient(event)} {event.item.reference}" for event in sent))


def _recipient(event: Custody) -> str:
    return str(CustodyEvent.from_content(bytes(event.content)).facts.get("recipient", ""))


def recall_of(holder: str, recall: str) -> Recall | None:
    return Recall.objects.filter(holder=holder, recall=recall).first()


def recalls_waiting(dossiers: Any) -> dict[tuple[str, str], list[Recall]]:
    """By holder and dossier the recalls somebody waits for: proposed here, or standing and not wholly answered."""
    open_ones = RecalledItem.objects.filter(recall=OuterRef("pk"), outcome="")
    rows = Recall.objects.filter(Exists(open_ones), dossier__in=dossiers).exclude(state="refused")
    found: dict[tuple[str, str], list[Recall]] = {}
    for row in rows.order_by("answer_by", "pk"):
        found.setdefault((row.holder, row.dossier), []).append(row)
    return found


def recall_proposers(dossiers: Any) -> dict[tuple[str, str], str]:
    """By holder and dossier who proposed the recall that is open there: one at a time is."""
    rows = Recall.objects.filter(state="proposed", dossier__in=dossiers)
    return {(holder, dossier): by for holder, dossier, by in rows.values_list("holder", "dossier", "proposed_by")}
