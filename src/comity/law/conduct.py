"""Conduct, element by element: what was done, and what each law asks of it (`elements.yaml`, `dual_rules.yaml`)."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from comity.law.expression import Expression, ExpressionError, facts_of, parse_expression
from comity.law.faults import LawText
from comity.law.instrument import Provision
from comity.law.law_files import Sources, load_sources, read_text
from comity.law.vocabulary import OFFENCES, nearest


@dataclass(frozen=True, slots=True)
class Definition:
    """What one offence asks: every line must hold of the conduct."""

    offence: str
    provision: str
    lines: tuple[Expression, ...]
    codes: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Threshold:
    """A minimum penalty, in months: maximum under either law, or the sentence imposed."""

    instrument: str
    measure: str
    provision: Provision
    requesting: int | None
    requested: int | None
    sentence: int | None
    not_for: frozenset[str]


@dataclass(frozen=True, slots=True, eq=False)
class ConductTable:
    elements: Mapping[str, str]
    definitions: Mapping[str, Definition]
    waivers: Mapping[str, Provision]
    waiver_months: int
    fiscal: Mapping[str, Provision]
    attempt: Provision
    thresholds: tuple[Threshold, ...]

    def line(self, text: str) -> Expression:
        """One line of a definition over known elements; an unknown element is answered with the nearest."""
        found = parse_expression(text)
        for name in facts_of(found):
            if name not in self.elements:
                near = ", ".join(nearest(name, tuple(self.elements)))
                raise ExpressionError(f"'{name}' is not an element. Nearest: {near}")
        return found


@lru_cache(maxsize=1)
def load_conduct() -> ConductTable:
    return conduct_from_text(read_text("elements.yaml"), read_text("dual_rules.yaml"), load_sources())


def conduct_from_text(elements: str, rules: str, sources: Sources) -> ConductTable:
    """Both tables; a fault names file, line and reason."""
    file, other = LawText("elements.yaml", elements), LawText("dual_rules.yaml", rules)
    value, ruled = file.mapping(("elements", "offences")), other.mapping(("waiver", "fiscal", "attempt", "thresholds"))
    bare = ConductTable(value["elements"], {}, {}, 0, {}, Provision(""), ())
    definitions = {}
    for offence, given in value["offences"].items():
        if offence not in OFFENCES:
            raise file.broken(f"'{offence}' is not an offence of the vocabulary", ("offences", offence))
        try:
            lines = tuple(bare.line(str(line)) for line in given["elements"])
        except ExpressionError as error:
            raise file.broken(str(error), ("offences", offence, "elements")) from error
        codes = {scheme: tuple(str(code) for code in found) for scheme, found in given.get("codes", {}).items()}
        definitions[offence] = Definition(offence, str(given["at"]), lines, codes)
    return ConductTable(
        elements=value["elements"],
        definitions=definitions,
        waivers=_by_instrument(other, "waiver", sources),
        waiver_months=int(ruled["waiver"]["maximum_months"]),
        fiscal=_by_instrument(other, "fiscal", sources),
        attempt=_provision(other, ruled["attempt"], ("attempt",), sources),
        thresholds=tuple(
            Threshold(
                str(given["instrument"]),
                str(given.get("measure", "")),
                _provision(other, given, ("thresholds", index), sources),
                given.get("requesting"),
                given.get("requested"),
                given.get("sentence"),
                frozenset(given.get("only_without", ())),
            )
            for index, given in enumerate(ruled["thresholds"])
        ),
    )


def _by_instrument(file: LawText, section: str, sources: Sources) -> dict[str, Provision]:
    rule = file.value[section]
    return {
        code: _provision(file, {**given, "text": rule["text"]}, (section, "instruments", code), sources)
        for code, given in rule["instruments"].items()
    }


def _provision(file: LawText, given: Mapping[str, Any], path: tuple[str | int, ...], sources: Sources) -> Provision:
    if not given.get("at") or given.get("read") not in sources.texts:
        raise file.broken("a rule has `at` and `read`, a key of sources.yaml", path)
    key = str(given["read"])
    return Provision(str(given["at"]), str(given.get("text", "")), sources.read(key), sources.texts[key])
