"""Lists of dossiers: those of the actor's authority, and what arrived and waits for a decision."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from comity.requests.models import Dossier
from comity.requests.phases import Phase, Side
from comity.requests.queries.access import partner_of, readable, rows_of
from comity.requests.state import counted
from comity.values.actor import Actor

LONGEST_LIST = 500


@dataclass(frozen=True, slots=True)
class DossierLine:
    """A dossier in a list."""

    reference: str
    version: int
    side: str
    phase: str
    title: str
    partner: str
    number: str
    their_number: str
    file_number: str
    instrument: str
    parts: Mapping[str, int]
    due: datetime | None
    remind_on: date | None
    changed_at: datetime


def dossiers_for(
    actor: Actor, *, side: str = "", phase: str = "", text: str = "", limit: int = LONGEST_LIST
) -> list[DossierLine]:
    """The dossiers of the actor's authority, the last changed first, as far as she may read them."""
    rows = rows_of(actor.authority)
    if side:
        rows = rows.filter(side=side)
    if phase:
        rows = rows.filter(phase=phase)
    found = [_line(row) for row in rows.order_by("-changed_at", "-pk")[: limit * 2] if readable(actor, row)]
    wanted = text.strip().casefold()
    if wanted:
        found = [
            one
            for one in found
            if wanted in f"{one.title} {one.number} {one.their_number} {one.file_number} {one.partner}".casefold()
        ]
    return found[:limit]


def _line(row: Dossier) -> DossierLine:
    return DossierLine(
        row.reference,
        row.version,
        row.side,
        row.phase,
        row.title,
        partner_of(row),
        row.number,
        row.their_number,
        row.file_number,
        row.instrument,
        counted(part["state"] for part in row.state.get("parts", [])),
        row.due,
        row.remind_on,
        row.changed_at,
    )


def inbox(actor: Actor) -> list[DossierLine]:
    """What arrived and waits for a decision of the requested side, the oldest first."""
    waiting = {Phase.TRANSMITTED.value, Phase.REGISTERED.value, Phase.UNDER_EXAMINATION.value, ""}
    rows = rows_of(actor.authority).filter(side=Side.REQUESTED.value, phase__in=waiting).order_by("opened_at", "pk")
    return [_line(row) for row in rows[:LONGEST_LIST] if readable(actor, row)]
