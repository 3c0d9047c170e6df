"""What binds an item and stands against it: conditions and recalls, its own and those of its sources."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db.models import Exists, OuterRef, QuerySet

from comity.evidence.models import (
    Item,
    RecalledItem,
)
from comity.evidence.recall import RecallKind
from comity.evidence.use_rule import Standing
from comity.values.binding import Binding, binding_of, joined
from comity.values.reference import Reference


def standing_of(item: Item) -> Standing:
    """What binds an item and stands against it here: the provider's conditions and recalls, and those of its sources.

    What we bind others with does not bind ourselves: an item of our own stands under that of its sources alone.
    """
    return standing_under(item, recalls_on([item]))


Recalls = Mapping[tuple[str, str], list[tuple[datetime, int, str]]]
"""By holder and item: since when each recall stands, its place among others, and what it rests on."""


def recalls_on(items: Sequence[Item]) -> Recalls:
    """The recalls that stand against items, or against what those were made from."""
    rows = RecalledItem.objects.filter(
        item__in={name for item in items for name in _bound_by(item)},
        recall__holder__in={item.holder for item in items},
        recall__own=False,
        recall__kind=RecallKind.RECALL.value,
        recall__state="standing",
    )
    found: dict[tuple[str, str], list[tuple[datetime, int, str]]] = {}
    told = rows.values_list("recall__holder", "item", "recall__since", "pk", "recall__provision", "recall__recall")
    for holder, name, since, pk, provision, recall in told:
        found.setdefault((holder, name), []).append((since, pk, provision or f"Recall {recall}"))
    return found


def standing_under(item: Item, recalls: Recalls) -> Standing:
    named = _bound_by(item)
    standing = sorted(one for name in named for one in recalls.get((item.holder, name), ()))
    provider = Reference.parse(named[0]).authority if named else ""
    return Standing(item.reference, bound_to(item), provider, tuple(provision for _, _, provision in standing))


def _bound_by(item: Item) -> list[str]:
    """The items whose recall binds us in this one."""
    return sources_of(item) if item.own else [item.reference]


def bound_to(item: Item) -> Binding:
    """What binds us in an item: what came with it, and what binds the items it was made from."""
    if not item.own:
        return binding_of(item.handling, item.conditions)
    named = sources_of(item)
    sources = Item.objects.filter(holder=item.holder, reference__in=named) if named else Item.objects.none()
    return joined(binding_of(one.handling, one.conditions) for one in sources.order_by("id"))


def sources_of(item: Item) -> list[str]:
    """The items that an item was made from, whatever way; none for what a partner returned."""
    return [row.source for row in sorted(item.made_from.all(), key=lambda row: row.pk)]


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
