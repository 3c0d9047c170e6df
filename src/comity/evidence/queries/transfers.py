"""Content on its way: what waits, since when and why, and what is given out against a ticket."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Min, Sum

from comity.authorities.queries import verifying_key
from comity.evidence.models import (
    Item,
    Offer,
    Transfer,
)
from comity.evidence.queries.relations import target_of
from comity.exchange.backoff import CAP_SECONDS
from comity.exchange.ticket import honour_ticket, read_ticket
from comity.safeguards.permissions import Permission
from comity.safeguards.policy import decide
from comity.safeguards.rules import TABLE
from comity.store.queries import blob, faulty
from comity.store.vault import Vault
from comity.values.actor import Actor
from comity.values.errors import MissingError
from comity.values.reference import Reference


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


def transfer_view(row: Transfer) -> TransferView:
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


def transfers_of(holder: str, dossier: Reference | str) -> list[TransferView]:
    return [transfer_view(row) for row in Transfer.objects.filter(holder=holder, dossier=str(dossier))]


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
