"""Grounds on which a request may be refused, postponed or put under conditions, one table per instrument.

Kinds: `mandatory`, `optional`, `postponement`, `condition`, `duty` (what must be done before or with a refusal) and
`never` (what may not be a ground). A ground says when it applies and what removes it; whether it applies in a case is
for a person.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from comity.law.instrument import Instrument
from comity.law.law_files import DATA, LawFile, load_sources, read_yaml
from comity.law.vocabulary import MEASURES

KINDS = frozenset({"mandatory", "optional", "postponement", "condition", "duty", "never"})


@dataclass(frozen=True, slots=True)
class Ground:
    """One ground: provision, kind, the condition in plain words, what cures it; `measures` empty means all."""

    id: str
    provision: str
    kind: str
    condition: str
    cure: str
    verified: bool
    source: str
    measures: frozenset[str] = frozenset()
    not_for: frozenset[str] = frozenset()
    exhaustive: bool = False
    """For its measures only the grounds so marked may be raised (ETS 185 Art. 29(5))."""

    def applies_to(self, measure: str) -> bool:
        return measure not in self.not_for and (not self.measures or measure in self.measures)

    def to_json(self) -> dict[str, Any]:
        return {
            "ground": self.id,
            "provision": self.provision,
            "kind": self.kind,
            "condition": self.condition,
            "cure": self.cure,
            "verified": self.verified,
            "source": self.source,
        }


@lru_cache(maxsize=128)
def refusal_grounds(instrument: Instrument, measure: str = "") -> tuple[Ground, ...]:
    """The table of an instrument, for one measure or for all; empty when its grounds were not read."""
    name = f"grounds/{instrument.code}.yaml"
    if not (DATA / name).is_file():
        return ()
    table = read_yaml(name)
    file = LawFile(name, table, load_sources())
    grounds = tuple(_ground(file, given) for given in table["grounds"])
    if not measure:
        return grounds
    found = tuple(ground for ground in grounds if ground.applies_to(measure))
    only = tuple(ground for ground in found if ground.exhaustive)
    return only or found


def grounds_read(instrument: Instrument) -> bool:
    """Whether the register holds a table for the instrument; no table is not "no grounds"."""
    return bool(refusal_grounds(instrument))


def _ground(file: LawFile, given: Mapping[str, Any]) -> Ground:
    place = str(given.get("id", "?"))
    if given.get("kind") not in KINDS:
        raise file.broken(f"'{given.get('kind')}' is not a kind of ground", place)
    provision = file.provision(given, place)
    return Ground(
        id=place,
        provision=provision.article,
        kind=given["kind"],
        condition=str(given["when"]),
        cure=str(given.get("cure", "")),
        verified=provision.verified,
        source=provision.source,
        measures=file.words(given.get("measures"), MEASURES, place),
        not_for=file.words(given.get("not_for"), MEASURES, place),
        exhaustive=bool(given.get("only")),
    )
