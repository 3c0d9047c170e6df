"""With whom this node still has to find out what an older copy of it lacks."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from comity.exchange.models import (
    Reconciling,
    StoredMessage,
)


def reconciling(holder: str, partner: str) -> bool:
    """Whether one of our authorities is still asking a partner what its own older copy lacks."""
    return Reconciling.held(holder=holder, partner=partner, asking=True, done_at=None) is not None


def open_questions() -> QuerySet[Reconciling]:
    """The partners who are being asked what our older copy lacks."""
    return Reconciling.objects.filter(asking=True, done_at=None)


def reconciled_at(holder: str, partner: str) -> datetime | None:
    """When a partner that had come back from an older copy said that it holds everything again, if it ever did."""
    row = Reconciling.held(holder=holder, partner=partner, asking=False)
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
