"""Fetching what was offered to us: the network outside transactions, one leased transfer at a time."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, Min, OuterRef, Q, QuerySet

from comity.authorities.keyring import Keyring
from comity.authorities.queries import Partner, partner
from comity.evidence.actions.recalled import settle_notices
from comity.evidence.actions.record import append_event
from comity.evidence.custody import EventType
from comity.evidence.item_state import ItemState
from comity.evidence.models import Custody, Item, Transfer
from comity.evidence.pull import Progress, Pull
from comity.evidence.queries import recalled_rows
from comity.exchange.backoff import CAP_SECONDS, LEASE_SECONDS, next_attempt
from comity.exchange.queries import open_questions
from comity.exchange.ticket import WINDOW, issue_ticket
from comity.exchange.transport import Transport
from comity.safeguards.actions import enter
from comity.store.models import SealedBlob
from comity.store.queries import expect_key_free
from comity.store.vault import Kept, Vault
from comity.store.wrapping import unwrapped_key
from comity.values.actor import Act, job
from comity.values.errors import BrokenError, ComityError, ConflictError, UnavailableError

DEFAULT_LIMIT = 20
LEASE = timedelta(seconds=LEASE_SECONDS)

_FINAL = {"store:digest", "store:key"}
"""Faults of the offer itself: the transfer stops until the partner offers the content anew."""

Clock = Callable[[], datetime]


def partners_to_fetch(at: datetime) -> list[str]:
    """The partners from whom something is due to be fetched, the one whose offer waits longest first."""
    due = _due(at).order_by().values("partner").annotate(first=Min("since")).order_by("first")
    return list(due.values_list("partner", flat=True))


def fetch_due(
    act: Act,
    *,
    keys: Keyring,
    vault: Vault,
    transport: Transport,
    clock: Clock | None = None,
    limit: int = DEFAULT_LIMIT,
    origin: str = "",
) -> int:
    """Take up every transfer that is due, oldest first, of all partners or of one; returns how many became whole.

    Each is pulled by ranges and resumed where it stopped, whatever stopped it; each chunk is opened before it counts,
    a damaged one is asked for again; at the end the whole content is read back and its SHA-256 compared. Only then is
    it entered, with the custody event `received`. A failure is written on the row and tried again with backoff.
    A transfer may take hours: `clock` tells the time as it passes (without one it stands still at the act's), and the
    lease is renewed and the ticket reissued while the work goes on.
    """
    whole = 0
    now = clock or (lambda: act.at)
    due = _due(act.at).filter(partner=origin) if origin else _due(act.at)
    for pk in list(due.values_list("pk", flat=True)[:limit]):
        lease = _lease(replace(act, at=now()), pk, now, due=_due(now()))
        whole += _take_up(act, lease, keys, vault, transport) if lease else 0
    return whole


def fetch_now(act: Act, pk: UUID, *, keys: Keyring, vault: Vault, transport: Transport, clock: Clock) -> bool:
    """Take up one transfer from a source that is at hand, such as a courier's bundle, whenever its next try would be.

    False where it is not whole by then. Raises UnavailableError `transfer:in-hand` where another worker has it in hand.
    """
    lease = _lease(replace(act, at=clock()), pk, clock, due=_free(clock()))
    if lease is None:
        raise UnavailableError(
            "This node has the content in hand from elsewhere, the line or another bag; nothing was taken from here.",
            code="transfer:in-hand",
            next_step="Try again in a moment.",
        )
    return bool(_take_up(act, lease, keys, vault, transport))


def _take_up(act: Act, lease: "_Lease", keys: Keyring, vault: Vault, transport: Transport) -> int:
    """One leased transfer as far as it goes; 1 when it became whole."""
    row, now = lease.row, lease.clock
    try:
        kept, progress = _fetch(act, lease, keys, vault, transport)
        whole = _complete(replace(act, at=now()), row, kept, progress, keys)
    except ConflictError:
        _release(row)  # another worker has the same transfer in hand
        return 0
    except ComityError as error:
        _fail(replace(act, at=now()), row, error)
        return 0
    if kept is not None and not SealedBlob.objects.filter(name=kept.name).exists():
        vault.discard(kept.name)  # the same content lay here under another seal
    return int(whole)


def _due(at: datetime) -> QuerySet[Transfer]:
    """What may be fetched now. A time further ahead than any wait or lease was written by a clock since set back:

    it holds nothing up, as with messages (`exchange.actions.sending`).
    """
    cap = at + timedelta(seconds=CAP_SECONDS)
    return _free(at).filter(Q(next_attempt__lte=at) | Q(next_attempt__gt=cap))


def _free(at: datetime) -> QuerySet[Transfer]:
    """What waits and is in no worker's hand."""
    free = Q(lease_until__isnull=True) | Q(lease_until__lte=at) | Q(lease_until__gt=at + LEASE)
    return Transfer.objects.filter(free, state="waiting").exclude(_held_back()).order_by("since", "id")


def _held_back() -> Q:
    """While it is asked what our older copy lacks nothing is fetched: custody we signed before comes back first."""
    return Q(Exists(open_questions().filter(holder=OuterRef("holder"), partner=OuterRef("partner"))))


@dataclass
class _Lease:
    """A transfer that is ours for a while, and longer as long as work on it goes on."""

    row: Transfer
    clock: Clock
    renewed: datetime

    def renew(self) -> None:
        """Called at every step of the work. ConflictError when another worker took the transfer over meanwhile."""
        now = self.clock()
        if abs(now - self.renewed) < LEASE / 6:
            return
        held = Transfer.objects.filter(pk=self.row.pk, lease=self.row.lease, state="waiting")
        if not held.update(lease_until=now + LEASE):
            raise ConflictError("Another worker took this transfer over.", code="evidence:lease")
        self.renewed = now


def _lease(act: Act, pk: UUID, clock: Clock, *, due: QuerySet[Transfer]) -> _Lease | None:
    taken = due.filter(pk=pk).update(lease=act.chance(16).hex(), lease_until=act.at + LEASE)
    return _Lease(Transfer.objects.get(pk=pk), clock, act.at) if taken else None


@dataclass
class _Source:
    """The partner's end of one transfer: a ticket lasts ten minutes, so a new one is signed before it runs out."""

    act: Act
    lease: _Lease
    origin: Partner
    keys: Keyring
    transport: Transport
    ticket: str = ""
    issued: datetime | None = field(default=None)

    def ranged(self, start: int, end: int) -> bytes:
        self.lease.renew()
        row, now = self.lease.row, self.lease.clock()
        if self.issued is None or abs(now - self.issued) > WINDOW / 2:
            self.ticket = issue_ticket(
                self.keys.signer(row.holder),
                digest=row.digest,
                sender=row.holder,
                recipient=row.partner,
                at=now,
                chance=self.act.chance,
            )
            self.issued = now
        return self.transport.fetch(self.origin, row.digest, start, end, self.ticket)


def _fetch(act: Act, lease: _Lease, keys: Keyring, vault: Vault, transport: Transport) -> tuple[Kept | None, Progress]:
    """The kept content and how it went; None for the first when it came whole from this very partner before.

    Content that is here from anywhere else is no reason not to fetch: the partner would learn that it is here, and
    an arrival would be signed of what never arrived.
    """
    row = lease.row
    if _came_before(row):
        return None, Progress(held=row.size)
    key = unwrapped_key(keys, row.digest, bytes(row.wrapped_key))
    expect_key_free(key, row.digest)
    source = _Source(act, lease, partner(row.partner), keys, transport)
    mended = row.mended

    def watch(progress: Progress) -> None:
        row.held, row.mended = progress.held, mended + progress.mended
        Transfer.objects.filter(pk=row.pk).update(held=row.held, mended=row.mended, failures=0)

    pull = Pull(vault, row.id.hex, key, row.size)
    pull.run(source.ranged, watch)
    expect_key_free(key, row.digest)
    return vault.finish(row.id.hex, key, row.size, row.digest, watch=lease.renew), pull.progress


def _came_before(row: Transfer) -> bool:
    """Whether this partner returned this very content to this holder, and it arrived and lies here."""
    arrived = Custody.objects.filter(
        item__holder=row.holder,
        item__digest=row.digest,
        item__own=False,
        type=EventType.TRANSFERRED.value,
        authority=row.partner,
    ).exclude(item__state=ItemState.AWAITED.value)
    return arrived.exists() and SealedBlob.objects.filter(digest=row.digest, size=row.size).exists()


@transaction.atomic
def _complete(act: Act, row: Transfer, kept: Kept | None, progress: Progress, keys: Keyring) -> bool:
    """Enter the content, and the arrival of each item that it is, in one transaction; False when it was entered."""
    own = act.by(job("exchange", row.holder))
    done = Transfer.objects.filter(pk=row.pk, state="waiting").update(
        state="done", held=row.size, lease="", lease_until=None, failures=0, last_error="", last_reason=""
    )
    if not done:
        return False
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
    enter(
        own,
        "evidence:transfer:completed",
        row.dossier,
        authority=row.holder,
        facts={"digest": row.digest, "size": row.size, "mended": progress.mended, "partner": row.partner},
    )
    awaiting = Item.objects.filter(holder=row.holder, digest=row.digest, state=ItemState.AWAITED.value)
    for item in awaiting.exclude(pk__in=recalled_rows(awaiting).values("pk")):
        facts = {"digest": row.digest, "size": row.size}
        append_event(own, item, EventType.RECEIVED, keys=keys, facts=facts)
        settle_notices(own, item, keys)
    return True


def _release(row: Transfer) -> None:
    Transfer.objects.filter(pk=row.pk, lease=row.lease).update(lease="", lease_until=None)


@transaction.atomic
def _fail(act: Act, row: Transfer, error: ComityError) -> None:
    """Write what went wrong on the row; progress since the last failure has begun the count anew."""
    before = Transfer.objects.get(pk=row.pk)
    failures = before.failures + 1
    broken = isinstance(error, BrokenError) and error.code in _FINAL
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
