"""The register: instruments, who is bound by which, and what each State declared.

Read once from the package's own data files. What is not listed is unknown. Nothing here decides.
"""

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property, lru_cache
from typing import Any

from comity.law.bilateral import BilateralTreaty, merge_rows, read_rows
from comity.law.bilateral_instruments import instrument_of_treaty
from comity.law.declarations import Declarations, read_declarations
from comity.law.faults import LawText, parse_yaml
from comity.law.instrument import Instrument
from comity.law.law_files import DATA, check_classes, instrument_of, load_sources, read_text, read_yaml
from comity.law.participation import Participation, read_participations
from comity.law.relations import check_relations
from comity.law.vocabulary import nearest
from comity.values.errors import InvalidInputError


@dataclass(eq=False)
class Register:
    """All the law the package ships, indexed for the questions asked of it."""

    multilateral: Mapping[str, Instrument]
    participations: Mapping[str, Mapping[str, Participation]]
    treaties: tuple[BilateralTreaty, ...]
    deep: Mapping[str, Instrument]
    kinds: Mapping[str, Any]
    declared: Mapping[tuple[str, str], Declarations]
    corrections: tuple[Mapping[str, str], ...]
    effects: Mapping[tuple[str, str, str], Mapping[str, Any]]
    _pairs: dict[tuple[str, str], tuple[Instrument, ...]] = field(default_factory=dict)
    notes: Mapping[str, str] = field(default_factory=dict)
    """What an answer says of a bilateral treaty beside its rows: that this node corrected it."""

    @cached_property
    def by_measure(self) -> Mapping[str, tuple[Instrument, ...]]:
        """The multilateral instruments and acts that say something of a measure, the more specific first."""
        found: dict[str, list[Instrument]] = {}
        for instrument in sorted(self.multilateral.values(), key=lambda one: (one.rank, one.code)):
            for measure in instrument.measures:
                found.setdefault(measure, []).append(instrument)
        return {measure: tuple(members) for measure, members in found.items()}

    @cached_property
    def treaties_by_code(self) -> Mapping[str, BilateralTreaty]:
        return {treaty.code: treaty for treaty in self.treaties}

    @cached_property
    def treaties_by_pair(self) -> Mapping[tuple[str, str], tuple[BilateralTreaty, ...]]:
        pairs: dict[tuple[str, str], list[BilateralTreaty]] = {}
        for treaty in self.treaties:
            pairs.setdefault(treaty.pair, []).append(treaty)
        return {pair: tuple(members) for pair, members in pairs.items()}

    @cached_property
    def names(self) -> Mapping[str, str]:
        """Every spelling of every instrument's code, to its canonical code."""
        names = {code: code for code in self.multilateral}
        for treaty in self.treaties:
            names[treaty.code] = treaty.code
        for treaty in self.treaties:
            for alias in treaty.aliases:
                names.setdefault(alias, treaty.code)
        for instrument in [*self.multilateral.values(), *self.deep.values()]:
            for alias in instrument.aliases:
                names.setdefault(alias, instrument.code)
        return names

    @cached_property
    def instruments(self) -> Mapping[str, Instrument]:
        """Every instrument by its canonical code: acts, conventions, and each bilateral treaty."""
        return dict(self.multilateral) | {
            instrument.code: instrument for pair in self.treaties_by_pair for instrument in self.bilateral(*pair)
        }

    def instrument(self, name: str) -> Instrument:
        """The instrument of that code or alias; an unknown one is answered with the nearest."""
        code = self.names.get(name.strip().upper())
        if code is None:
            near = nearest(name.strip().upper(), tuple(self.names))
            raise InvalidInputError(
                f"'{name[:60]}' is not an instrument of the register. Nearest: {', '.join(near)}.",
                code="law:instrument",
                place="instrument",
                next_step="List them with `comity law instruments`.",
            )
        if code in self.multilateral:
            return self.multilateral[code]
        treaty = self.treaties_by_code[code]
        return next(one for one in self.bilateral(*treaty.pair) if one.code == code)

    def at(self, on: date) -> "Register":  # noqa: ARG002 - a node's corrections have their days, the shipped register none
        """The register by which a question about that day is answered; see `comity.law.overlays`."""
        return self

    def participation(self, code: str, state: str) -> Participation | None:
        """What the register lists of a State under a multilateral instrument; None is unknown, not "no"."""
        return self.participations.get(code, {}).get(state)

    def bilateral(self, first: str, second: str) -> tuple[Instrument, ...]:
        """The bilateral treaties between two States, in either order."""
        pair = (first, second) if first <= second else (second, first)
        found = self._pairs.get(pair)
        if found is None:
            treaties = self.treaties_by_pair.get(pair, ())
            found = tuple(self.deep.get(t.code) or instrument_of_treaty(t, self.kinds[t.kind]) for t in treaties)
            self._pairs[pair] = found
        return found

    def treaty(self, code: str) -> BilateralTreaty:
        """The merged rows behind a bilateral instrument."""
        return self.treaties_by_code[self.names[code]]

    def declarations(self, state: str, instrument: str) -> Declarations:
        """What a State declared under an instrument, where it could be read; empty means not read."""
        code = self.names.get(instrument, instrument)
        return self.declared.get((state, code), Declarations())


def _rows(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO((DATA / name).read_text(encoding="utf-8"), newline="")))


def _names_in(folder: str, suffix: str) -> list[str]:
    return sorted(entry.name.removesuffix(suffix) for entry in (DATA / folder).iterdir() if entry.name.endswith(suffix))


def _bilateral_rows(corrections: Iterable[Mapping[str, str]]) -> tuple[BilateralTreaty, ...]:
    defaults = read_yaml("bilateral_files.yaml")
    rows = []
    for name in _names_in("bilateral", ".csv"):
        rows += read_rows(_rows(f"bilateral/{name}.csv"), name, defaults.get(name, {}))
    for wrong in corrections:
        rows = [
            row
            for row in rows
            if not (row.file == wrong["file"] and row.kind == wrong["kind"] and wrong["match"] in row.title)
        ]
    return merge_rows(rows)


@lru_cache(maxsize=1)
def load_register() -> Register:
    """The register of this package, read once; a broken law file is refused with its place."""
    sources = load_sources()
    classes = check_classes(LawText("classes.yaml", read_text("classes.yaml")))
    multilateral: dict[str, Instrument] = {}
    deep: dict[str, Instrument] = {}
    for code in _names_in("instruments", ".yaml"):
        text = read_text(f"instruments/{code}.yaml")
        instrument = instrument_of(code, parse_yaml(f"instruments/{code}.yaml", text), sources, classes, text)
        (deep if instrument.states else multilateral)[code] = instrument
    check_relations(multilateral, lambda code: read_text(f"instruments/{code}.yaml"))
    participations = {
        code: read_participations(_rows(f"treaties/{code}.csv"), f"treaties/{code}.csv")
        for code in _names_in("treaties", ".csv")
    }
    corrections = tuple(read_yaml("bilateral_corrections.yaml"))
    register = Register(
        multilateral=multilateral,
        participations=participations,
        treaties=_bilateral_rows(corrections),
        deep=deep,
        kinds=read_yaml("bilateral_kinds.yaml"),
        declared={},
        corrections=corrections,
        effects={
            (one["state"], one["instrument"], measure): one
            for one in read_yaml("declaration_effects.yaml")
            for measure in one["measures"]
        },
    )
    aliases = {**register.names, **read_yaml("declaration_names.yaml")}
    register.declared = read_declarations(
        {
            kind: _rows(f"declarations/{kind}.csv")
            for kind in ("languages", "authorities", "channels", "reservations", "read")
        },
        aliases,
    )
    return register
