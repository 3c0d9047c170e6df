"""The facts of law of one request: what the register and its content tell, and what a person recorded of it. Pure.

A fact that nobody told is unknown. What the measure implies stands before what was recorded, and that before what
follows from the content: a fact that contradicts one before it is left out.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from comity.law.expression import Value
from comity.law.facts import read_facts
from comity.law.instrument import Instrument
from comity.law.known_facts import known_facts
from comity.law.register import Register
from comity.values.errors import InvalidInputError

OF_THE_REQUEST = frozenset({"measure", "offence"})
"""Facts that the request itself states; nobody records them beside it."""
SUBJECTS = frozenset({"suspect", "accused", "convicted", "sought"})
"""Roles of the person against whom the proceedings go."""


@dataclass(frozen=True)
class Case:
    """One request as its law is weighed by one side."""

    law: Instrument
    states: tuple[str, str]
    """The requesting State and the requested one."""
    content: Mapping[str, Any]
    on: date
    today: date
    recorded: Mapping[str, Value] = field(default_factory=dict)
    found: Mapping[str, Value] = field(default_factory=dict)
    """What this side established elsewhere: whether the request is complete, whether the conduct is an offence here."""


def facts_of(register: Register, case: Case, measure: str) -> dict[str, Value]:
    """The facts known for one measure of the request."""
    offences = case.content.get("offences") or []
    offence = str(offences[0]) if len(offences) == 1 else ""
    known = known_facts(register, case.law, case.states, measure=measure, offence=offence, on=case.on, today=case.today)
    derived = {one.fact: one.value for one in known} | dict(of_content(case.content, case.states[1])) | dict(case.found)
    first = {"measure": measure} if measure else {}
    wanted: dict[str, Value] = {**first, **{key: value for key, value in derived.items() if key not in first}}
    wanted |= {key: value for key, value in case.recorded.items() if key not in OF_THE_REQUEST}
    try:
        read_facts(wanted)
    except InvalidInputError:
        return _without_contradictions(first, case.recorded, derived)
    return wanted


def _without_contradictions(*told: Mapping[str, Value]) -> dict[str, Value]:
    facts: dict[str, Value] = {}
    for name, value in ((name, value) for source in told for name, value in source.items()):
        if name in facts:
            continue
        try:
            read_facts({**facts, name: value})
        except InvalidInputError:
            continue  # what was told before stands
        facts[name] = value
    return facts


def of_content(content: Mapping[str, Any], requested: str) -> Iterator[tuple[str, Value]]:
    """What the request's content says of the facts the law asks for; nothing where it is silent."""
    order = content.get("eio")
    if isinstance(order, Mapping):
        yield "listed-category", bool(order.get("categories"))
        if order.get("proceedings_type") == "a_criminal":
            yield "non-criminal-proceedings", False
    persons = [one for one in content.get("persons") or [] if one.get("role") in SUBJECTS]
    if persons and all(one.get("nationality") for one in persons):
        yield "person-national", any(requested in one["nationality"] for one in persons)
