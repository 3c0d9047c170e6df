"""Recalls and narrowings, as pages show them and as workers find them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Exists, OuterRef

from comity.evidence.custody import CustodyEvent
from comity.evidence.item_state import GONE
from comity.evidence.models import (
    Custody,
    Item,
    Recall,
    RecalledItem,
    Release,
    Source,
)
from comity.evidence.queries.relations import dossier_target, holders_in
from comity.safeguards.permissions import Permission
from comity.safeguards.policy import decide
from comity.values.actor import Actor
from comity.values.reference import Reference


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
