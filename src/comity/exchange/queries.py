"""Reads of the exchange: a dossier's messages, what became of each, and how each partner's line stands."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from django.db.models import Count, Exists, Min, OuterRef, Q, QuerySet

from comity.authorities.certificates import last_valid
from comity.authorities.keyring import Keyring
from comity.authorities.queries import ended_keys, local_authority, partner, partner_certificates
from comity.exchange.allowance import Limits, hour_of
from comity.exchange.backoff import CAP_SECONDS, LEASE_SECONDS
from comity.exchange.lapses import Lapse, Lapsed, flagged
from comity.exchange.ledger_export import CHECKPOINT, WITNESSED, entry_line, keys_file
from comity.exchange.message import SignedMessage
from comity.exchange.models import (
    Allowance,
    CourierBundle,
    CourierPart,
    Direction,
    Equivocation,
    LedgerFault,
    Line,
    Outbox,
    OutboxState,
    OwedReceipt,
    Reconciling,
    SeenCheckpoint,
    Standing,
    StoredMessage,
    StoredReceipt,
    WitnessedLog,
)
from comity.exchange.witnessing import witness_name
from comity.safeguards.queries import checkpoint_of, stored_entries, tree_of
from comity.seals.checkpoint import cosigned_at, open_checkpoint, read_unverified, with_lines
from comity.seals.keys import VerifyingKey
from comity.seals.signing import Signature
from comity.values.errors import BrokenError, ComityError, MissingError

LEASE = timedelta(seconds=LEASE_SECONDS)


@dataclass(frozen=True)
class MessageView:
    """One authority's stored copy of a message."""

    signed: SignedMessage
    direction: str
    """`out` when this authority sent it, `in` when it received it."""
    position: int
    stored_at: datetime


@dataclass(frozen=True, slots=True)
class Delivery:
    """What became of a message this authority sent; times are None where nothing applies."""

    state: str
    """`waiting`, `delivered`, `stopped`, or `kept` for a partner without a node."""
    failures: int = 0
    failing_since: datetime | None = None
    next_attempt: datetime | None = None
    last_error: str = ""
    last_reason: str = ""
    delivered_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class LineView:
    """The connection to one partner: how much waits, since when it is down, when it is tried next."""

    partner: str
    waiting: int
    oldest: datetime | None
    stopped: int
    last_heard: datetime | None
    down_since: datetime | None
    failures: int
    next_attempt: datetime | None
    last_error: str
    last_reason: str


@dataclass(frozen=True, slots=True)
class StoppedView:
    """A message its recipient refused for good: it waits for a person, who may send it again."""

    digest: str
    type: str
    partner: str
    sent_at: datetime
    last_error: str
    last_reason: str


@dataclass(frozen=True)
class EquivocationView:
    """Two contents a partner signed under one id: a proof anyone with its key can check."""

    first: SignedMessage
    second: SignedMessage
    at: datetime


def messages_of(holder: str, dossier: str) -> list[MessageView]:
    """Every message of a dossier in one authority's hands, in the order in which they were stored."""
    rows = StoredMessage.objects.filter(holder=holder, dossier=dossier).order_by("position")
    return [_view(row) for row in rows]


def message(holder: str, digest: str) -> MessageView:
    return _view(_row(holder, digest))


def receipts_of(holder: str, digest: str) -> list[bytes]:
    """The signed receipts about a message, as they can be shown to a third party."""
    rows = StoredReceipt.objects.filter(message__holder=holder, message__digest=digest).order_by("id")
    return [bytes(row.data) for row in rows]


def delivery_of(holder: str, digest: str) -> Delivery:
    row = _row(holder, digest)
    queued = Outbox.objects.filter(message=row).first()
    if queued is None:
        return Delivery("kept")
    delivered = row.receipts.filter(kind="delivery").first()
    waiting = queued.state == OutboxState.WAITING
    return Delivery(
        state=queued.state,
        failures=queued.failures,
        failing_since=queued.failing_since,
        next_attempt=queued.next_attempt if waiting else None,
        last_error=queued.last_error,
        last_reason=queued.last_reason,
        delivered_at=delivered.at if delivered else None,
    )


def lines(holder: str = "") -> list[LineView]:
    """Every partner anything was sent to, with the state of its line, which all authorities of the node share.

    What waits and what stopped is one authority's; of the whole node without `holder`, for its operator.
    """
    queued = Outbox.objects.filter(message__holder=holder) if holder else Outbox.objects.all()
    counts: dict[str, dict[str, Any]] = {
        row["recipient"]: dict(row)
        for row in queued.values("recipient").annotate(
            waiting=Count("message_id", filter=Q(state=OutboxState.WAITING)),
            oldest=Min("message__stored_at", filter=Q(state=OutboxState.WAITING)),
            stopped=Count("message_id", filter=Q(state=OutboxState.STOPPED)),
        )
    }
    known = {line.partner: line for line in Line.objects.all()}
    views = []
    for code in sorted(counts.keys() | known.keys()):
        line = known.get(code) or Line(partner=code)
        count: dict[str, Any] = counts.get(code, {"waiting": 0, "oldest": None, "stopped": 0})
        views.append(
            LineView(
                partner=code,
                waiting=count["waiting"],
                oldest=count["oldest"],
                stopped=count["stopped"],
                last_heard=line.last_heard,
                down_since=line.down_since,
                failures=line.failures,
                next_attempt=line.next_attempt,
                last_error=line.last_error,
                last_reason=line.last_reason,
            )
        )
    return views


MOST_STOPPED = 200
"""How many stopped messages are told at once, the oldest first."""


def stopped(holder: str) -> list[StoppedView]:
    """The messages of one authority that their recipient refused for good, the oldest first."""
    rows = Outbox.objects.filter(message__holder=holder, state=OutboxState.STOPPED).select_related("message")
    return [
        StoppedView(
            row.message.digest,
            row.message.type,
            row.recipient,
            row.message.stored_at,
            row.last_error,
            row.last_reason,
        )
        for row in rows.order_by("message__position")[:MOST_STOPPED]
    ]


@dataclass(frozen=True, slots=True)
class AllowanceView:
    """What a partner may use of this node and what it has used."""

    partner: str
    limits: Limits
    messages: int
    """Taken in during the hour of the question."""
    message_bytes: int


def allowances(at: datetime) -> list[AllowanceView]:
    """The allowance of every partner that ever wrote or whose limits were set."""
    return [_allowance(row, at) for row in Allowance.objects.order_by("partner")]


def allowance_of(partner: str, at: datetime) -> AllowanceView:
    """The allowance of one partner; the usual limits where none were set."""
    row = Allowance.objects.filter(partner=partner).first() or Allowance(partner=partner, hour=hour_of(at))
    return _allowance(row, at)


def _allowance(row: Allowance, at: datetime) -> AllowanceView:
    limits = Limits(row.messages_per_hour, row.bytes_at_rest, row.open_transfers)
    return AllowanceView(row.partner, limits, row.messages if row.hour == hour_of(at) else 0, row.message_bytes)


def next_due(at: datetime) -> datetime | None:
    """When the outbox has something to do next, now at the earliest; None when nothing waits."""
    waiting = Outbox.objects.filter(state=OutboxState.WAITING)
    first: datetime | None = waiting.aggregate(first=Min("next_attempt"))["first"]
    if first is None:
        return None
    set_back = first > at + timedelta(seconds=CAP_SECONDS)
    return at if set_back else max(first, at)


def equivocations(holder: str) -> list[EquivocationView]:
    rows = Equivocation.objects.filter(first__holder=holder).select_related("first").order_by("id")
    return [
        EquivocationView(
            _view(row.first).signed,
            SignedMessage.read(bytes(row.content), Signature.from_json(row.signature)),
            row.at,
        )
        for row in rows
    ]


def _row(holder: str, digest: str) -> StoredMessage:
    row = StoredMessage.objects.filter(holder=holder, digest=digest).first()
    if row is None:
        raise MissingError
    return row


def _view(row: StoredMessage) -> MessageView:
    signed = SignedMessage.read(bytes(row.content), Signature.from_json(row.signature))
    return MessageView(signed, row.direction, row.position, row.stored_at)


def queue_faults(at: datetime) -> list[tuple[str, str]]:
    """Places where the outbox contradicts itself or its receipts, each with what is wrong; none when it is whole."""
    queued = Outbox.objects.select_related("message").order_by("message_id")
    receipted = Exists(StoredReceipt.objects.filter(message=OuterRef("message_id"), kind="delivery"))
    asked = {
        "is leased further ahead than any lease lasts": queued.filter(lease_until__gt=at + LEASE),
        "is finished and still leased": queued.exclude(state=OutboxState.WAITING).exclude(lease=""),
        "counts as delivered and no receipt says so": queued.filter(~receipted, state=OutboxState.DELIVERED),
        "was delivered and still keeps its content keys": queued.filter(state=OutboxState.DELIVERED).exclude(
            content_keys={}
        ),
    }
    return [(f"{row.message.holder} {row.message.digest}", what) for what, rows in asked.items() for row in rows]


def _signed_as_stored(row: StoredMessage) -> bool:
    """Whether a stored message's digest and columns are those of its content."""
    try:
        found = _view(row).signed.message
    except ComityError:
        return False
    told = (found.digest, found.id, found.type, found.sender, found.recipient, str(found.dossier))
    return told == (row.digest, row.message_id, row.type, row.sender, row.recipient, row.dossier)


def altered_messages() -> list[str]:
    """Holder and digest of every stored message whose columns are not those of its signed content."""
    rows = StoredMessage.objects.order_by("position").iterator()
    return [f"{row.holder} {row.digest}" for row in rows if not _signed_as_stored(row)]


def dossiers_written_about(prefix: str) -> set[tuple[str, str]]:
    """Holder and subject of every stored message whose subject's text contains `prefix`, such as `:dossier:`."""
    return set(StoredMessage.objects.filter(dossier__contains=prefix).values_list("holder", "dossier").distinct())


def clock_differences() -> dict[str, timedelta]:
    """By how much each partner's clock is at least ahead of ours (negative: behind), from the latest it signed.

    What it sent us cannot have been written after it came; what it receipted cannot have come before it was written.
    """
    found: dict[str, timedelta] = {}
    codes = StoredMessage.objects.filter(direction=Direction.IN).order_by().values_list("sender", flat=True).distinct()
    for code in codes:
        last = StoredMessage.objects.filter(direction=Direction.IN, sender=code).latest("position")
        found[code] = max(last.at - last.stored_at, timedelta(0))
    receipts = StoredReceipt.objects.filter(kind="delivery", message__direction=Direction.OUT)
    for code in receipts.order_by().values_list("message__recipient", flat=True).distinct():
        one = receipts.filter(message__recipient=code).select_related("message").latest("id")
        behind = min(one.at - one.message.stored_at, timedelta(0))
        found[code] = behind if behind and not found.get(code) else found.get(code, timedelta(0))
    return found


@dataclass(frozen=True, slots=True)
class BundleView:
    """A courier's bundle as it stands in the list: packed by us (`out`) or taken in (`in`)."""

    bundle: str
    partner: str
    direction: str
    number: int
    at: datetime
    """When it was packed, by the clock of whoever packed it."""
    handled_at: datetime
    handled_by: str
    size: int
    times: int
    whole: bool
    """Of one packed: the partner says that it took it in. Of one taken in: nothing of it needs to come again."""
    messages: int
    receipts: int
    contents: int
    outcomes: dict[str, int]
    """Of one taken in: how many parts came to what, e.g. `envelope-taken`."""


@dataclass(frozen=True, slots=True)
class CourierView:
    """The courier between one of our authorities and a partner: what a next bundle would carry, and what is missing."""

    partner: str
    waiting: int
    owed: int
    absent: tuple[int, ...]
    """Numbers of the partner's bundles that have not come while a later one has; the first of them."""


MOST_ABSENT = 20


def bundles(holder: str, *, limit: int = 100) -> list[BundleView]:
    """The bundles one authority packed and took in, the newest first."""
    rows = list(CourierBundle.objects.filter(holder=holder).order_by("-handled_at", "-id")[:limit])
    counts: dict[int, dict[str, int]] = {row.pk: {} for row in rows}
    grouped = CourierPart.objects.filter(bundle__in=rows).values("bundle_id", "kind", "outcome").annotate(n=Count("id"))
    for one in grouped.order_by("kind", "outcome"):
        counts[one["bundle_id"]][f"{one['kind']}-{one['outcome']}"] = one["n"]
    return [_bundle_view(row, counts[row.pk]) for row in rows]


def _bundle_view(row: CourierBundle, counts: dict[str, int]) -> BundleView:
    def all_of(kind: str) -> int:
        return sum(n for name, n in counts.items() if name.startswith(f"{kind}-"))

    return BundleView(
        bundle=str(row.bundle),
        partner=row.partner,
        direction=row.direction,
        number=row.number,
        at=row.at,
        handled_at=row.handled_at,
        handled_by=row.handled_by,
        size=row.size,
        times=row.times,
        whole=row.whole,
        messages=all_of("envelope"),
        receipts=all_of("receipt"),
        contents=all_of("content"),
        outcomes=counts if row.direction == "in" else {},
    )


def couriers(holder: str) -> list[CourierView]:
    """Per partner to whom a bundle could go or from whom one came: what would go along, which numbers are absent."""
    waiting = Outbox.objects.filter(message__holder=holder, state=OutboxState.WAITING)
    queued = dict(waiting.values_list("recipient").annotate(n=Count("message_id")).order_by("recipient"))
    owing = OwedReceipt.objects.filter(holder=holder)
    owed = dict(owing.values_list("partner").annotate(n=Count("id")).order_by("partner"))
    came: dict[str, set[int]] = {}
    taken = CourierBundle.objects.filter(holder=holder, direction="in")
    for sender, number in taken.values_list("partner", "number"):
        came.setdefault(sender, set()).add(number)
    return [
        CourierView(code, queued.get(code, 0), owed.get(code, 0), _absent(came.get(code, set())))
        for code in sorted(queued.keys() | owed.keys() | came.keys())
    ]


def _absent(numbers: set[int]) -> tuple[int, ...]:
    gaps = (number for number in range(1, max(numbers, default=0)) if number not in numbers)
    return tuple(islice(gaps, MOST_ABSENT))


def key_behind(note: str, log: str, at: datetime) -> VerifyingKey:
    """The key of the log under which the note's signature holds: today's, or one that ended a moment ago."""
    return _holding(log, at, lambda key: open_checkpoint(note, key))


def expect_cosigned(note: str, witness: str, at: datetime) -> None:
    """Return if the partner cosigned the note; BrokenError otherwise, MissingError for an unknown partner."""
    _holding(witness, at, lambda key: cosigned_at(note, key, witness_name(witness)))


def _holding(code: str, at: datetime, holds: Callable[[VerifyingKey], object]) -> VerifyingKey:
    fault: BrokenError | None = None
    current = partner(code).verifying_key
    for key, ended in [(current, None), *((one.key, one) for one in ended_keys(code))]:
        try:
            holds(key)
        except BrokenError as error:
            fault = fault or error
            continue
        if ended is not None:
            ended.expect_signed(at)
        return key
    raise fault or BrokenError("Nobody signed this.", code="checkpoint:unsigned")


@dataclass(frozen=True, slots=True)
class StandingView:
    """How one of our ledgers stands with one witness."""

    log: str
    witness: str
    state: str
    """`cosigned`, `restored`, `denied`, `unknown` (the partner does not know us), `unreachable`, `new`."""
    size: int
    """What it cosigned last; 0 before the first."""
    at: datetime | None
    tried_at: datetime | None
    since: datetime | None
    known_size: int
    reason: str

    @property
    def alarming(self) -> bool:
        return self.state in {"restored", "denied"}


@dataclass(frozen=True, slots=True)
class FaultView:
    """A ledger caught with two histories, with what proves it to a third party."""

    holder: str
    log: str
    kind: str
    known_size: int
    size: int
    first: str
    second: str
    signature: Mapping[str, Any] | None
    shown_by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class OwedView:
    """A checkpoint that another witness showed us and whose place in its history the log has not proved yet."""

    holder: str
    log: str
    size: int
    shown_by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class CosignedView:
    """The newest checkpoint of ours that somebody cosigned: one note with the lines of all who did."""

    size: int
    root: bytes
    note: str
    witnesses: tuple[tuple[str, datetime], ...]


def standings(log: str = "") -> list[StandingView]:
    """How our ledgers, or one of them, stand with each witness."""
    rows = Standing.objects.filter(log=log) if log else Standing.objects.all()
    return [
        StandingView(
            row.log, row.witness, row.state, row.size, row.at, row.tried_at, row.since, row.known_size, row.reason
        )
        for row in rows.order_by("log", "witness")
    ]


def ledger_faults(holder: str = "") -> list[FaultView]:
    """The partners' ledgers that we, as a witness, caught with two histories, the newest first."""
    rows = LedgerFault.objects.filter(holder=holder) if holder else LedgerFault.objects.all()
    return [
        FaultView(
            row.holder,
            row.log,
            row.kind,
            row.known_size,
            row.size,
            row.first,
            row.second,
            row.signature,
            row.shown_by,
            row.at,
        )
        for row in rows.order_by("-at", "-id")
    ]


def owed(holder: str = "", *, before: datetime) -> list[OwedView]:
    """What logs have owed us a proof of since before that moment."""
    rows = SeenCheckpoint.objects.filter(settled=False, at__lt=before).order_by("at", "id")
    rows = rows.filter(holder=holder) if holder else rows
    return [OwedView(row.holder, row.log, row.size, row.shown_by, row.at) for row in rows]


def logs_to_ask() -> list[str]:
    """The logs of which others showed us what we cannot place yet."""
    waiting = SeenCheckpoint.objects.filter(settled=False).order_by().values_list("log", flat=True).distinct()
    return sorted(waiting)


def witnessed_logs(holder: str = "") -> list[tuple[str, str, int, datetime]]:
    """What we know as a witness: holder, log, size and when we cosigned it."""
    rows = WitnessedLog.objects.filter(holder=holder) if holder else WitnessedLog.objects.all()
    return list(rows.order_by("holder", "log").values_list("holder", "log", "size", "at"))


def cosigned(log: str, *, at_least: int = 0) -> CosignedView | None:
    """The newest cosigned checkpoint of our ledger that has so many entries; None where there is none."""
    rows = [
        row for row in Standing.objects.filter(log=log, size__gte=at_least).order_by("-size", "witness") if row.note
    ]
    same = [row for row in rows if (row.size, bytes(row.root)) == (rows[0].size, bytes(rows[0].root))]
    if not same:
        return None
    note = same[0].note
    for row in same[1:]:
        lines = [line for line in row.note.splitlines(keepends=True) if f" {witness_name(row.witness)} " in line]
        note = with_lines(note, "".join(lines))
    held = tuple((row.witness, row.at) for row in same if row.at is not None)
    return CosignedView(same[0].size, bytes(same[0].root), note, held)


def departures(log: str) -> dict[str, str]:
    """The witnesses whose cosigned checkpoint is not in our ledger as it is, each with a sentence."""
    tree = tree_of(log)
    return {
        row.witness: f"It does not continue the {row.size} entries that {row.witness} cosigned."
        for row in Standing.objects.filter(log=log, size__gt=0)
        if row.size > tree.size or tree.root(row.size) != bytes(row.root)
    }


def exported(log: str, keys: Keyring, *, entries: bool = True) -> tuple[dict[str, str], bytes, Iterator[bytes]]:
    """A ledger of ours as the files of an export: notes by name, the file of keys, the lines of the entries."""
    local_authority(log)
    notes = {CHECKPOINT: checkpoint_of(log, keys.signer(log))}
    size = read_unverified(notes[CHECKPOINT]).size
    held = {log: [keys.signer(log).public, *(one.key for one in ended_keys(log))]}
    seen = cosigned(log)
    if seen is not None:
        notes[WITNESSED] = seen.note
        for code, _ in seen.witnesses:
            held[code] = [partner(code).verifying_key, *(one.key for one in ended_keys(code))]
    lines = (
        entry_line(seq, leaf, salt if entries else None, entry if entries else None)
        for seq, leaf, salt, entry in stored_entries(log, size)
    )
    return notes, keys_file(held), lines


def lapses(own_tls: bytes, at: datetime, holder: str = "") -> list[Lapsed]:
    """What has lapsed for one of our authorities, or for the whole node: certificates, lines, witnesses."""
    ends = {("", Lapse.OWN_TLS): last_valid(own_tls)}
    ends |= {(code, Lapse.PARTNER_TLS): last_valid(held.encode()) for code, held in partner_certificates().items()}
    found = [Lapsed(kind, code, end) for (code, kind), end in ends.items() if end is not None and end < at]
    found += [Lapsed(Lapse.LINE, line.partner, line.down_since) for line in lines(holder) if line.down_since]
    away = [one for one in standings(holder) if one.state == "unreachable"]
    found += [Lapsed(Lapse.WITNESS, one.witness, one.at or one.since or at) for one in away]
    return flagged(found, at)


def reconciling(holder: str, partner: str) -> bool:
    """Whether one of our authorities is still asking a partner what its own older copy lacks."""
    return open_questions().filter(holder=holder, partner=partner).exists()


def open_questions() -> QuerySet[Reconciling]:
    """The partners who are being asked what our older copy lacks."""
    return Reconciling.objects.filter(asking=True, done_at=None)


def reconciled_at(holder: str, partner: str) -> datetime | None:
    """When a partner that had come back from an older copy said that it holds everything again, if it ever did."""
    row = Reconciling.objects.filter(holder=holder, partner=partner, asking=False).first()
    return row.done_at if row else None


@dataclass(frozen=True, slots=True)
class ReconcilingView:
    """How far it is with one partner: asked, told, and how many messages are still to come."""

    holder: str
    partner: str
    since: datetime
    reason: str
    told: bool
    lacking: int
    regained: int
    done_at: datetime | None


def reconciliations(holder: str = "") -> list[ReconcilingView]:
    """Every reconciliation we asked for, of one authority or of the node, open ones first."""
    rows = Reconciling.objects.filter(asking=True)
    rows = rows.filter(holder=holder) if holder else rows
    found = []
    for row in rows.order_by("holder", "partner"):
        held = StoredMessage.objects.filter(holder=row.holder, digest__in=row.wanted).count()
        told = bool(row.pages) and len(row.seen) == row.pages
        found.append(
            ReconcilingView(
                row.holder, row.partner, row.since, row.reason, told, len(row.wanted) - held, held, row.done_at
            )
        )
    return sorted(found, key=lambda one: one.done_at is not None)
