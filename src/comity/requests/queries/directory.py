"""Partners as casework sees them: who they are, whether they have a node, what is open with each."""

from collections.abc import Mapping
from dataclasses import dataclass

from comity.authorities.queries import partners as known_partners
from comity.exchange.queries import LineView, lines
from comity.requests.phases import ENDED
from comity.requests.queries.access import partner_of, rows_of
from comity.values.actor import Actor


@dataclass(frozen=True, slots=True)
class PartnerLine:
    """One partner in the registry of partners."""

    code: str
    state: str
    names: Mapping[str, str]
    languages: tuple[str, ...]
    has_node: bool
    open_dossiers: int
    line: LineView | None


def partners(actor: Actor) -> list[PartnerLine]:
    """Every partner this node knows, with how much is open between it and the actor's authority."""
    counts: dict[str, int] = {}
    for row in rows_of(actor.authority).exclude(phase__in=[phase.value for phase in ENDED]):
        code = partner_of(row)
        counts[code] = counts.get(code, 0) + 1
    known = {line.partner: line for line in lines(actor.authority)}
    return [
        PartnerLine(
            row.code,
            row.state,
            row.names,
            tuple(row.languages),
            row.has_node,
            counts.get(row.code, 0),
            known.get(row.code),
        )
        for row in known_partners()
    ]
