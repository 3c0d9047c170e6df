"""Dual criminality as a sheet: the elements as rows, both laws as columns, the facts beside, and what is missing."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict
from django.utils.http import urlencode
from django.utils.translation import get_language

from comity.forms.offences import categories, category_label
from comity.law.conduct import ConductTable, load_conduct
from comity.law.dual_conduct import dual_criminality
from comity.law.dual_criminality import rule_for
from comity.law.register import Register
from comity.values.errors import InvalidInputError
from comity.values.verdict import Finding
from comity.web.checking.dual_facts import SIDES, asked_by, case_of, pairs
from comity.web.checking.matter import Matter

UNASKED = {"asks": "not asked", "finding": Finding.CLEAR.value}


@dataclass(frozen=True, slots=True)
class Controls:
    """What was said of one element: of the conduct, and of each law."""

    conduct: str
    requesting: str
    requested: str


@dataclass(frozen=True, slots=True)
class LawBox:
    """One law as typed. `adopt` is the address that takes the treaty's definition for it; empty where it cannot."""

    side: str
    state: str
    said: Mapping[str, str]
    adopt: str


@dataclass(frozen=True, slots=True)
class Shown:
    """Which of the rarer facts the instrument asks for."""

    category: bool
    taxes: bool
    declared: bool
    sentence: bool


@dataclass(frozen=True, slots=True)
class DualSheet:
    dual: Mapping[str, Any]
    edit: Mapping[str, Controls]
    laws: tuple[LawBox, ...]
    said: Mapping[str, str]
    shown: Shown
    others: tuple[tuple[str, str], ...]
    """The elements that can be added as a row, with their meaning."""
    rows: tuple[str, ...]
    fault: InvalidInputError | None


def ready(matter: Matter) -> bool:
    """Whether enough is named to compare: instrument, both States, measure."""
    return matter.instrument is not None and matter.pair is not None and bool(matter.measure)


def dual_sheet(query: QueryDict, register: Register, matter: Matter) -> DualSheet:
    """The comparison of what stands in the address; facts that cannot be used are named and left out."""
    table = load_conduct()
    case, fault = case_of(query, matter), None
    try:
        answer = dual_criminality(register, case).to_json()
    except InvalidInputError as error:
        fault = error
        answer = dual_criminality(register, _bare(case)).to_json()
    said = dict(pairs(query))
    rows = tuple(name for name in query.getlist("row")[:60] if name in table.elements)
    matrix = [*answer["matrix"], *_added(answer["matrix"], rows, said, table)]
    shown = {row["element"] for row in matrix}
    return DualSheet(
        dual={**answer, "matrix": matrix, "statutes": _statutes(answer)},
        edit={
            name: Controls(said.get(f"c.{name}", ""), said.get(f"r.e.{name}", ""), said.get(f"q.e.{name}", ""))
            for name in shown
        },
        laws=tuple(_boxes(query, matter, said, table)),
        said=said,
        shown=_shown(matter, table),
        others=tuple((name, text) for name, text in table.elements.items() if name not in shown),
        rows=rows,
        fault=fault,
    )


def _bare(case: Mapping[str, Any]) -> dict[str, Any]:
    """The case without what was typed: it names what is missing, and cannot be wrong."""
    kept = ("instrument", "measure", "requesting", "requested", "offence")
    return {name: case[name] for name in kept if name in case}


def _added(
    matrix: list[dict[str, Any]], rows: tuple[str, ...], said: Mapping[str, str], table: ConductTable
) -> Iterator[dict[str, Any]]:
    """Rows for elements of which nothing is said yet, so that something can be."""
    there = {row["element"] for row in matrix}
    typed = [name.partition(".e.")[2] or name[2:] for name in said if name.startswith(("c.", "r.e.", "q.e."))]
    for name in dict.fromkeys([*rows, *typed]):
        if name not in there and name in table.elements:
            yield {
                "element": name,
                "meaning": table.elements[name],
                "fact": None,
                "treaty": "not asked",
                "requesting": UNASKED,
                "requested": UNASKED,
            }


def _statutes(answer: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """For each law its State, its nearest statute and the finding."""
    return [(law["state"], law["statute"], law["finding"]) for law in answer["laws"]]


def _boxes(query: QueryDict, matter: Matter, said: Mapping[str, str], table: ConductTable) -> Iterator[LawBox]:
    asked = asked_by(table, matter.offence)
    for side, state in zip(SIDES, (matter.requesting, matter.requested), strict=True):
        typed = any(name.startswith(f"{side}.e.") for name in said)
        taken = [(f"{side}.e.{name}", word) for name, word in asked.items()]
        adopt = "" if typed or not taken else "?" + urlencode([*pairs(query), *taken])
        own = {name[2:]: value for name, value in said.items() if name.startswith(f"{side}.")}
        yield LawBox(side, state, own, adopt)


def _shown(matter: Matter, table: ConductTable) -> Shown:
    instrument = matter.instrument
    if instrument is None:
        return Shown(category=False, taxes=False, declared=False, sentence=False)
    rule = rule_for(instrument, matter.measure)
    code = instrument.code
    return Shown(
        category=code in table.waivers and bool(rule and rule[0] == "unless-listed"),
        taxes=code in table.fiscal,
        declared=bool(rule and rule[0] == "declared"),
        sentence=any(one.instrument == code and one.sentence is not None for one in table.thresholds),
    )


def category_choices() -> list[tuple[str, str]]:
    """The 32 categories in the reader's language, by the code of the list."""
    language = (get_language() or "en")[:2]
    codes = [f"EAW-{number:02d}" for number in range(1, len(categories()) + 1)]
    return [(code, f"{code[4:]} · {category_label(code, language)}") for code in codes]
