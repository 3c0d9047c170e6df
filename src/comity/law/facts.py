"""Typed facts of a case: what may be asked, what an answer looks like, what follows from it, what contradicts it.

The vocabulary is `data/facts.yaml`. A fact not given is unknown. `rules` there say what follows from what: a screening
question answered once settles several facts, and two facts that exclude each other are named together.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from comity.law.expression import Expression, ExpressionError, Value, facts_of, parse_expression
from comity.law.faults import LawText
from comity.law.law_files import read_text
from comity.law.vocabulary import MEASURES, OFFENCES, nearest
from comity.values.errors import InvalidInputError

TYPES: Mapping[str, tuple[str, Any]] = {
    "yes-no": ("a yes-or-no fact: true or false", True),
    "number": ("a whole number, 0 or more", 48),
    "day": ("a day, written year-month-day", "2026-11-21"),
    "choice": ("one of its options", ""),
    "state": ("a State, as two capital letters", "CH"),
}
"""Type of a fact to what it is in words, and an example of it."""

_OPTIONS = {"measures": tuple(MEASURES), "offences": tuple(OFFENCES)}


@dataclass(frozen=True, slots=True)
class FactMeaning:
    """What one fact asks. `likely` is how often it is true in ordinary cases: it orders questions, never answers."""

    id: str
    type: str
    text: str
    options: tuple[str, ...] = ()
    example: Value | str = True
    likely: float = 0.1
    screen: bool = False
    """It is asked only because one answer settles several other facts."""


@dataclass(frozen=True, slots=True)
class FactRule:
    """When the condition holds, these facts have these values."""

    condition: Expression
    then: Mapping[str, Value]
    because: str
    place: str


@dataclass(frozen=True, slots=True, eq=False)
class FactTable:
    meanings: Mapping[str, FactMeaning]
    rules: tuple[FactRule, ...]

    def expression(self, text: str) -> Expression:
        """A condition over known facts; an unknown fact is answered with the nearest."""
        found = parse_expression(text)
        for name in facts_of(found):
            if name not in self.meanings:
                near = ", ".join(nearest(name, tuple(self.meanings)))
                raise ExpressionError(f"'{name}' is not a fact of facts.yaml. Nearest: {near}")
        return found


@lru_cache(maxsize=1)
def load_facts() -> FactTable:
    return facts_from_text("facts.yaml", read_text("facts.yaml"))


def facts_from_text(name: str, text: str) -> FactTable:
    """The vocabulary of a file; a fault names file, line and reason."""
    file = LawText(name, text)
    value = file.mapping(("facts", "rules"))
    meanings: dict[str, FactMeaning] = {}
    for identifier, given in value["facts"].items():
        meanings[identifier] = _meaning(file, identifier, given)
    table = FactTable(meanings, ())
    rules = []
    for index, given in enumerate(value["rules"]):
        path = ("rules", index)
        try:
            condition = table.expression(str(given["if"]))
        except ExpressionError as error:
            raise file.broken(str(error), (*path, "if")) from error
        for fact, wanted in given["then"].items():
            if fact not in meanings:
                raise file.broken(f"'{fact}' is not a fact", (*path, "then"))
            if not _fits(meanings[fact], wanted):
                raise file.broken(f"{fact} is {TYPES[meanings[fact].type][0]}, not {wanted!r}", (*path, "then", fact))
        rules.append(FactRule(condition, given["then"], str(given["because"]), f"{name}:{index}"))
    return FactTable(meanings, tuple(rules))


def _meaning(file: LawText, identifier: str, given: Any) -> FactMeaning:
    value = {"ask": given} if isinstance(given, str) else given
    path = ("facts", identifier)
    kind = str(value.get("type", "yes-no"))
    if kind not in TYPES:
        raise file.broken(f"'{kind}' is not a type of fact; types are {', '.join(TYPES)}", path)
    options = value.get("options", ())
    options = _OPTIONS[options] if isinstance(options, str) else tuple(options)
    if not value.get("ask") or (kind == "choice") != bool(options):
        raise file.broken("a fact has `ask`, and `options` exactly if it is a choice", path)
    example = value.get("example", options[0] if options else TYPES[kind][1])
    return FactMeaning(
        identifier,
        kind,
        str(value["ask"]),
        options,
        example,
        float(value.get("likely", 0.1)),
        bool(value.get("screen")),
    )


def read_facts(given: Mapping[str, Any], table: FactTable | None = None) -> dict[str, Value]:
    """The facts of a case, checked, with what follows from them.

    InvalidInputError `law:fact` for an unknown fact (with the nearest) or one of the wrong type (with its meaning and
    an example), `law:contradiction` for facts that exclude each other, named together. `null` means unknown.
    """
    table = table or load_facts()
    facts: dict[str, Value] = {}
    for name, value in given.items():
        if value is None:
            continue
        meaning = table.meanings.get(name)
        if meaning is None:
            near = ", ".join(nearest(str(name), tuple(table.meanings)))
            raise InvalidInputError(
                f"'{str(name)[:60]}' is not a fact the tables know. Nearest: {near}.",
                code="law:fact",
                place=str(name)[:60],
                next_step="List the facts of an instrument with `comity law questions INSTRUMENT`.",
            )
        if not _fits(meaning, value):
            raise _wrong(meaning, value)
        facts[name] = date.fromisoformat(value) if meaning.type == "day" and isinstance(value, str) else value
    return follow(facts, table)


def follow(given: Mapping[str, Value], table: FactTable) -> dict[str, Value]:
    """The facts with all that follows by the rules; a contradiction is refused with the facts that make it."""
    facts = dict(given)
    origin: dict[str, tuple[str, ...]] = {name: (name,) for name in facts}
    changed = True
    while changed:
        changed = False
        for rule in table.rules:
            if rule.condition.value(facts) is not True:
                continue
            causes: tuple[str, ...] = tuple(
                dict.fromkeys(o for name in facts_of(rule.condition) for o in origin.get(name, ()))
            )
            for name, value in rule.then.items():
                if name not in facts:
                    facts[name], origin[name], changed = value, causes, True
                elif facts[name] != value:
                    raise _contradiction(given, (*causes, *origin[name]), rule)
    return facts


def _contradiction(given: Mapping[str, Value], names: tuple[str, ...], rule: FactRule) -> InvalidInputError:
    named = [f"{name} = {_shown(given[name])}" for name in dict.fromkeys(names) if name in given]
    return InvalidInputError(
        f"These facts contradict each other: {'; '.join(named)}. {rule.because}",
        code="law:contradiction",
        place=", ".join(name for name in dict.fromkeys(names) if name in given),
        next_step="Correct one of them, or leave out what is not known.",
    )


def _wrong(meaning: FactMeaning, value: Any) -> InvalidInputError:
    example = f'"{meaning.id}": {_shown(meaning.example)}'
    options = f" Options: {', '.join(meaning.options)}." if meaning.options else ""
    near = f" Nearest: {', '.join(nearest(str(value), meaning.options))}." if meaning.options else ""
    return InvalidInputError(
        f"{meaning.id} is {TYPES[meaning.type][0]}, not {str(value)[:40]!r}. It means: {meaning.text}{near}{options}",
        code="law:fact",
        place=meaning.id,
        next_step=f"For example: {example}",
    )


def _fits(meaning: FactMeaning, value: Any) -> bool:
    if meaning.type == "yes-no":
        return isinstance(value, bool)
    if meaning.type == "number":
        return isinstance(value, int) and not isinstance(value, bool) and value >= 0
    if meaning.type == "choice":
        return value in meaning.options
    if meaning.type == "state":
        return isinstance(value, str) and len(value) == 2 and value.isalpha() and value.isupper()
    return isinstance(value, date) or (isinstance(value, str) and _is_day(value))


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int) else f'"{value}"'
