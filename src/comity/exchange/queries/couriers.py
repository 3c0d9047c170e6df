"""What went and came by hand, partner by partner."""

from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from django.db.models import Count

from comity.exchange.models import (
    CourierBundle,
    CourierPart,
    Outbox,
    OutboxState,
    OwedReceipt,
)

MOST_ABSENT = 20


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
