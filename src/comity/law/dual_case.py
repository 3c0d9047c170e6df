"""The facts from which dual criminality is judged, read and checked: who asks whom, what was done, what each law says.

A national law is an overlay: its offences, each with its lines of elements, its maximum, whether it punishes attempt
and participation. `complete: true` says that no other offence of that law can fit; without it, one that does not fit
leaves the question open. `"register"` instead of a law takes what the register holds of that State's offences.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from comity.law.conduct import ConductTable
from comity.law.expression import Expression, ExpressionError, Value
from comity.law.national import national_offences
from comity.law.vocabulary import nearest, parse_measure, parse_offence
from comity.values.country import parse_country
from comity.values.errors import InvalidInputError

EXAMPLE: Mapping[str, Any] = {
    "instrument": "BILATERAL-CH-CO-MLA-2011",
    "measure": "bank-records",
    "requesting": "CH",
    "requested": "CO",
    "offence": "money-laundering",
    "stage": "completed",
    "role": "principal",
    "category": "EAW-09",
    "conduct": {"property-from-crime": True, "conversion-or-transfer": True, "knowledge-of-crime-proceeds": True},
    "laws": {
        "CH": {
            "complete": False,
            "offences": [
                {
                    "statute": "Art. 305bis StGB (fictional extract for the example)",
                    "elements": ["property-from-crime", "conversion-or-transfer or concealment"],
                    "maximum_months": 36,
                    "attempt": True,
                    "participation": True,
                }
            ],
        }
    },
}
"""A whole file of facts; every field but instrument, measure, requesting and requested may be left out."""

REGISTER = "register"
"""Stands for a law in the facts: that of the register."""

_TEXTS = {"stage": ("completed", "attempt"), "role": ("principal", "accessory")}
_FLAGS = ("only-taxes-differ", "dual-criminality-declared", "certified")
_FIELDS = frozenset(EXAMPLE) | set(_FLAGS) | {"sentence-months"}


@dataclass(frozen=True, slots=True)
class LawOffence:
    """One offence of a national law as given: None means that it was not stated."""

    statute: str
    lines: tuple[Expression, ...]
    maximum: int | None
    attempt: bool | None
    participation: bool | None
    verified: bool = False
    source: str = ""
    """Where it was read; empty where the facts of the case gave it."""
    as_of: str = ""


@dataclass(frozen=True, slots=True)
class NationalLaw:
    state: str
    offences: tuple[LawOffence, ...]
    complete: bool


@dataclass(frozen=True, slots=True)
class DualCase:
    instrument: str
    measure: str
    requesting: str
    requested: str
    offence: str
    stage: str
    role: str
    category: str
    conduct: Mapping[str, Value]
    laws: Mapping[str, NationalLaw]
    flags: Mapping[str, bool]
    sentence: int | None


def read_case(given: Mapping[str, Any], table: ConductTable) -> DualCase:
    """The case, checked; InvalidInputError `law:fact` with the fact's meaning and an example."""
    unknown = next((name for name in given if name not in _FIELDS), None)
    if unknown is not None:
        raise _wrong(str(unknown), f"it is no fact of dual criminality. Nearest: {', '.join(_near(unknown, _FIELDS))}")
    for name in ("instrument", "measure", "requesting", "requested"):
        if not isinstance(given.get(name), str):
            raise _wrong(name, "it must be named, as text")
    requesting, requested = parse_country(given["requesting"]), parse_country(given["requested"])
    offence = parse_offence(given["offence"]) if given.get("offence") else ""
    laws = {}
    for name, law in _mapping(given, "laws").items():
        state = parse_country(name)
        if state not in {requesting, requested}:
            raise _wrong(f"laws.{name}", f"it is neither {requesting} nor {requested}")
        laws[state] = _of_register(state, offence) if law == REGISTER else _law(state, law, table)
    sentence = given.get("sentence-months")
    if sentence is not None and not _months(sentence):
        raise _wrong("sentence-months", "it is a whole number of months")
    return DualCase(
        instrument=given["instrument"],
        measure=parse_measure(given["measure"]),
        requesting=requesting,
        requested=requested,
        offence=offence,
        stage=_word(given, "stage"),
        role=_word(given, "role"),
        category=_category(given.get("category")),
        conduct=_conduct(_mapping(given, "conduct"), table),
        laws=laws,
        flags={name: _flag(given, name) for name in _FLAGS if given.get(name) is not None},
        sentence=sentence,
    )


def _conduct(given: Mapping[str, Any], table: ConductTable) -> dict[str, Value]:
    """What was done: element to true or false; null is unknown and left out."""
    for name, value in given.items():
        if name not in table.elements:
            raise _wrong(f"conduct.{name}", f"it is not an element. Nearest: {', '.join(_near(name, table.elements))}")
        if value is not None and not isinstance(value, bool):
            raise _wrong(f"conduct.{name}", f"it is true, false or null (unknown). It means: {table.elements[name]}")
    return {name: value for name, value in given.items() if value is not None}


def _of_register(state: str, offence: str) -> NationalLaw:
    """What the register holds of a State's law for the offence (for all, where none is named): never all of it."""
    held = national_offences()
    if state not in held:
        raise _wrong(
            f"laws.{state}", f"the register holds no offence of its law. It holds some of: {', '.join(sorted(held))}"
        )
    found = tuple(
        LawOffence(
            one.statute, one.lines, one.maximum, one.attempt, one.participation, one.verified, one.source, one.as_of
        )
        for one in held[state]
        if not offence or one.offence == offence
    )
    return NationalLaw(state, found, complete=False)


def _law(state: str, given: Any, table: ConductTable) -> NationalLaw:
    if not isinstance(given, Mapping) or not isinstance(given.get("offences", []), list):
        raise _wrong(f"laws.{state}", "a law has `offences`, a list, and may say `complete`")
    offences = []
    for index, one in enumerate(given.get("offences", [])):
        place = f"laws.{state}.offences[{index}]"
        if not isinstance(one, Mapping) or not isinstance(one.get("elements"), list) or not one.get("statute"):
            raise _wrong(place, "an offence has `statute` and `elements`, a list of lines")
        if not one["elements"]:
            raise _wrong(f"{place}.elements", "none is named; leave the offence out while its elements are not known")
        try:
            lines = tuple(table.line(str(line)) for line in one["elements"])
        except ExpressionError as error:
            raise _wrong(f"{place}.elements", str(error)) from error
        maximum = one.get("maximum_months")
        if maximum is not None and not _months(maximum):
            raise _wrong(f"{place}.maximum_months", "it is a whole number of months")
        offences.append(
            LawOffence(str(one["statute"]), lines, maximum, _flag(one, "attempt"), _flag(one, "participation"))
        )
    return NationalLaw(state, tuple(offences), bool(_flag(given, "complete")))


def _mapping(given: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = given.get(name) or {}
    if not isinstance(value, Mapping):
        raise _wrong(name, "it is an object of names and values")
    return value


def _word(given: Mapping[str, Any], name: str) -> str:
    value = given.get(name) or _TEXTS[name][0]
    if value not in _TEXTS[name]:
        raise _wrong(name, f"it is one of {', '.join(_TEXTS[name])}")
    return str(value)


def _flag(given: Mapping[str, Any], name: str) -> Any:
    value = given.get(name)
    if value is not None and not isinstance(value, bool):
        raise _wrong(name, "it is true, false or null (unknown)")
    return value


def _category(value: Any) -> str:
    known = tuple(f"EAW-{number:02d}" for number in range(1, 33))
    if value in (None, ""):
        return ""
    if value not in known:
        raise _wrong(
            "category", f"it is one of the 32 categories, EAW-01 to EAW-32. Nearest: {', '.join(_near(value, known))}"
        )
    return str(value)


def _months(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _near(name: Any, known: Any) -> tuple[str, ...]:
    return nearest(str(name), tuple(sorted(known)))


def _wrong(place: str, why: str) -> InvalidInputError:
    name = place.split(".", maxsplit=1)[0].split("[", maxsplit=1)[0]
    example = f' "{name}": {EXAMPLE[name]!r}' if name in EXAMPLE else ' "only-taxes-differ": true'
    return InvalidInputError(
        f"{place[:80]}: {why}.",
        code="law:fact",
        place=place[:80],
        next_step=f"For example:{example.replace(chr(39), chr(34)).replace('True', 'true').replace('False', 'false')}. "
        "A whole example: comity law dual --example.",
    )
