"""How the line to each partner stands: what waits, what it may use, what has lapsed."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Exists, Min, OuterRef, Q

from comity.authorities.certificates import last_valid
from comity.authorities.queries import partner_certificates
from comity.exchange.allowance import Limits, hour_of
from comity.exchange.backoff import CAP_SECONDS, LEASE_SECONDS
from comity.exchange.lapses import Lapse, Lapsed, flagged
from comity.exchange.models import (
    Allowance,
    Line,
    Outbox,
    OutboxState,
    StoredReceipt,
)
from comity.exchange.queries.witnesses import standings

LEASE = timedelta(seconds=LEASE_SECONDS)


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


def lapses(own_tls: bytes, at: datetime, holder: str = "") -> list[Lapsed]:
    """What has lapsed for one of our authorities, or for the whole node: certificates, lines, witnesses."""
    ends = {("", Lapse.OWN_TLS): last_valid(own_tls)}
    ends |= {(code, Lapse.PARTNER_TLS): last_valid(held.encode()) for code, held in partner_certificates().items()}
    found = [Lapsed(kind, code, end) for (code, kind), end in ends.items() if end is not None and end < at]
    found += [Lapsed(Lapse.LINE, line.partner, line.down_since) for line in lines(holder) if line.down_since]
    away = [one for one in standings(holder) if one.state == "unreachable"]
    found += [Lapsed(Lapse.WITNESS, one.witness, one.at or one.since or at) for one in away]
    return flagged(found, at)
