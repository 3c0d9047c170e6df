"""Fetching what was offered to us: the network outside transactions, one leased transfer at a time."""

from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet

from comity.authorities.keyring import Keyring
from comity.authorities.queries import partner
from comity.evidence.actions.record import append_event
from comity.evidence.custody import EventType
from comity.evidence.item_state import ItemState
from comity.evidence.models import Item, Transfer
from comity.evidence.pull import Progress, Pull
from comity.exchange.backoff import LEASE_SECONDS, next_attempt
from comity.exchange.ticket import issue_ticket
from comity.exchange.transport import Transport
from comity.safeguards.actions import enter
from comity.store.models import SealedBlob
from comity.store.queries import blob
from comity.store.vault import Kept, Vault
from comity.store.wrapping import unwrapped_key
from comity.values.actor import Act, job
from comity.values.errors import BrokenError, ComityError, ConflictError

DEFAULT_LIMIT = 20


def fetch_due(act: Act, *, keys: Keyring, vault: Vault, transport: Transport, limit: int = DEFAULT_LIMIT) -> int:
    """Take up every transfer that is due, oldest first; returns how many became whole.

    Each is pulled by ranges and resumed where it stopped, whatever stopped it; each chunk is opened before it counts,
    a damaged one is asked for again; at the end the whole content is read back and its SHA-256 compared. Only then is
    it entered, with the custody event `received`. A failure is written on the row and tried again with backoff.
    """
    whole = 0
    for pk in list(_due(act).values_list("pk", flat=True)[:limit]):
        row = _lease(act, pk)
        if row is None:
            continue
        try:
            kept, progress = _fetch(act, row, keys, vault, transport)
        except ConflictError:
            _release(row)  # another worker has the same transfer in hand
        except ComityError as error:
            _fail(act, row, error)
        else:
            _complete(act, row, kept, progress, keys)
            if kept is not None and blob(row.digest).name != kept.name:
                vault.discard(kept.name)  # the same content lay here under another seal
            whole += 1
    return whole


def _due(act: Act) -> QuerySet[Transfer]:
    free = Q(lease_until__isnull=True) | Q(lease_until__lte=act.at)
    return Transfer.objects.filter(free, state="waiting", next_attempt__lte=act.at).order_by("since", "id")


def _lease(act: Act, pk: UUID) -> Transfer | None:
    until = act.at + timedelta(seconds=LEASE_SECONDS)
    taken = _due(act).filter(pk=pk).update(lease=act.chance(16).hex(), lease_until=until)
    return Transfer.objects.get(pk=pk) if taken else None


def _fetch(act: Act, row: Transfer, keys: Keyring, vault: Vault, transport: Transport) -> tuple[Kept | None, Progress]:
    """The kept content and how it went; None for the first when this holder has that very content already.

    Content of another authority of this node is no reason not to fetch: the partner would learn that it is here.
    """
    if Item.objects.filter(holder=row.holder, digest=row.digest).exclude(state=ItemState.AWAITED.value).exists():
        return None, Progress(held=row.size)
    key = unwrapped_key(keys, row.digest, bytes(row.wrapped_key))
    origin = partner(row.partner)
    ticket = issue_ticket(
        keys.signer(row.holder),
        digest=row.digest,
        sender=row.holder,
        recipient=row.partner,
        at=act.at,
        chance=act.chance,
    )

    def ranged(start: int, end: int) -> bytes:
        return transport.fetch(origin, row.digest, start, end, ticket)

    mended = row.mended

    def watch(progress: Progress) -> None:
        row.held, row.mended = progress.held, mended + progress.mended
        Transfer.objects.filter(pk=row.pk).update(held=row.held, mended=row.mended)

    pull = Pull(vault, row.id.hex, key, row.size)
    pull.run(ranged, watch)
    return vault.finish(row.id.hex, key, row.size, row.digest), pull.progress


@transaction.atomic
def _complete(act: Act, row: Transfer, kept: Kept | None, progress: Progress, keys: Keyring) -> None:
    """Enter the content, and the arrival of each item that it is, in one transaction."""
    own = act.by(job("exchange", row.holder))
    if kept is not None:
        SealedBlob.objects.get_or_create(
            digest=kept.digest,
            defaults={
                "size": kept.size,
                "name": kept.name,
                "wrapped_key": bytes(row.wrapped_key),
                "created": act.at,
            },
        )
    Transfer.objects.filter(pk=row.pk).update(
        state="done", held=row.size, lease="", lease_until=None, failures=0, last_error="", last_reason=""
    )
    enter(
        own,
        "evidence:transfer:completed",
        row.dossier,
        authority=row.holder,
        facts={"digest": row.digest, "size": row.size, "mended": progress.mended, "partner": row.partner},
    )
    for item in Item.objects.filter(holder=row.holder, digest=row.digest, state=ItemState.AWAITED.value):
        facts = {"digest": row.digest, "size": row.size}
        append_event(own, item, EventType.RECEIVED, keys=keys, facts=facts)


def _release(row: Transfer) -> None:
    Transfer.objects.filter(pk=row.pk, lease=row.lease).update(lease="", lease_until=None)


@transaction.atomic
def _fail(act: Act, row: Transfer, error: ComityError) -> None:
    """Write what went wrong on the row; progress since the last failure begins the count anew."""
    before = Transfer.objects.get(pk=row.pk)
    failures = before.failures + 1
    broken = isinstance(error, BrokenError) and error.code == "store:digest"
    Transfer.objects.filter(pk=row.pk, lease=row.lease).update(
        state="broken" if broken else "waiting",
        failures=failures,
        failing_since=before.failing_since or act.at,
        next_attempt=next_attempt(act.at, failures, act.chance),
        last_error=error.code,
        last_reason=error.message[:2000],
        lease="",
        lease_until=None,
    )
    if broken:
        enter(
            act.by(job("exchange", row.holder)),
            "evidence:transfer:broken",
            row.dossier,
            authority=row.holder,
            facts={"digest": row.digest, "partner": row.partner, "error": error.code},
        )
