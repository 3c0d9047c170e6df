"""Where sources disagree: within the shipped register, and between it and a node's own corrections."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from comity.law.overlays import Overlay, displaced_by
from comity.law.register import Register

RECORDED = "conflict"
"""The word by which the source of a row says itself that two sources differ."""


@dataclass(frozen=True, slots=True)
class SourceConflict:
    """One fact that two sources tell differently; `values` and `sources` stand in the same order."""

    instrument: str
    states: tuple[str, ...]
    field: str
    values: tuple[str, ...]
    sources: tuple[str, ...]
    kind: str
    """`shipped` within the register, `corrected` between it and this node's correction."""
    taken: str
    """What answers follow, in plain words."""

    def to_json(self) -> dict[str, object]:
        return {
            "instrument": self.instrument,
            "states": list(self.states),
            "field": self.field,
            "values": list(self.values),
            "sources": list(self.sources),
            "kind": self.kind,
            "taken": self.taken,
        }


def conflicts(register: Register, overlays: Iterable[Overlay] = (), instrument: str = "") -> list[SourceConflict]:
    """Every conflict, the node's own corrections first; `instrument` narrows to one, by any of its names."""
    wanted = register.instrument(instrument).code if instrument else ""
    found = [*_corrected(register, overlays), *_of_treaties(register), *_of_rows(register)]
    return [one for one in found if not wanted or one.instrument == wanted]


def _corrected(register: Register, overlays: Iterable[Overlay]) -> Iterator[SourceConflict]:
    for one in overlays:
        for before in displaced_by(register, one.fact):
            if not before.says_the_same(one.fact):
                yield SourceConflict(
                    one.fact.instrument,
                    tuple(sorted(one.fact.states)),
                    one.fact.kind if not one.fact.article else f"{one.fact.kind} {one.fact.article}",
                    (before.words(), one.fact.words()),
                    (f"{before.source} (as of {before.as_of or 'no day'})", f"{one.fact.source}, {one.fact.address}"),
                    "corrected",
                    f"{one.mark} ({one.reference})",
                )


def _of_treaties(register: Register) -> Iterator[SourceConflict]:
    for treaty in register.treaties:
        for one in treaty.conflicts:
            days = one.field == "in_force"
            yield SourceConflict(
                treaty.code,
                treaty.pair,
                {"in_force": "entry into force", "signed": "day of signature"}.get(one.field, "end"),
                one.values,
                one.sources,
                "shipped",
                "in force surely only from the latest of these days; between them it is unsettled"
                if days
                else "the earliest of these days",
            )


def _of_rows(register: Register) -> Iterator[SourceConflict]:
    """Rows of conventions whose own source note records that another source differs."""
    for code, rows in register.participations.items():
        for row in rows.values():
            if f": {RECORDED}" in row.source:
                said = f"{row.status}; entry into force {row.in_force or 'empty'}; consent {row.consented or 'empty'}"
                yield SourceConflict(
                    code, (row.state,), "consent", (said,), (row.source,), "shipped", "the row as it stands"
                )
