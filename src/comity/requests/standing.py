"""What an authority is to a dossier, and where the dossier stands for it. Pure: it reads a row as plain attributes."""

from typing import Protocol

from comity.requests.phases import Phase, Side
from comity.safeguards.policy import Relation


class Standing(Protocol):
    """The attributes of a dossier's row that say who takes part."""

    side: str
    requesting: str
    requested: str
    originating: str
    executing: str


def _parties(row: Standing) -> dict[Relation, str]:
    if row.side == Side.REQUESTING:
        return {Relation.ORIGINATING: row.originating, Relation.REQUESTING: row.requesting}
    return {Relation.REQUESTED: row.requested, Relation.EXECUTING: row.executing}


def relations_of(row: Standing, authority: str) -> frozenset[Relation]:
    """The relations of one authority to a dossier held on this node; empty for a stranger, who sees nothing of it.

    Only authorities of the holder's side are related: the partner's officers never read our row.
    """
    return frozenset(relation for relation, code in _parties(row).items() if code and code == authority)


def relations_told(row: Standing) -> dict[str, list[str]]:
    """Our authorities in a dossier with their relations, as the evidence room is told of them."""
    told: dict[str, list[str]] = {}
    for relation, code in _parties(row).items():
        if code:
            told.setdefault(code, []).append(relation.value)
    return told


def phase_for(side: Side, shared: Phase | None, stage: str, *, delivered: bool = False) -> Phase | None:
    """The phase one side sees: while a request is (again) being written, the requesting side sees its own stage.

    `shared` is the fold's phase. The requested side knows nothing of stages; only the sender knows of its receipt.
    """
    if side is Side.REQUESTING:
        if shared is None or (shared is Phase.AMENDMENT_REQUESTED and stage):
            return Phase(stage) if stage else None
        if shared is Phase.TRANSMITTED and delivered:
            return Phase.DELIVERED
    return shared
