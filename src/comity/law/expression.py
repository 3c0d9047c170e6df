"""Conditions as data: a small language over typed facts, three-valued.

    political-offence and not head-of-state-attack
    maximum-requesting < 12 or (sentence-imposed and sentence-months < 4)
    measure in {search-seizure, bank-records}

Words: `and`, `or`, `not`, brackets, comparisons `=`, `!=`, `<`, `<=`, `>`, `>=`, `in {a, b}`. A fact alone is a
yes-or-no fact. A missing fact is unknown (None), and unknown stays unknown unless the rest decides (Kleene's strong
logic): a false conjunct or a true disjunct does. Nothing here knows any law.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import TypeAlias

Value: TypeAlias = bool | int | str | date

_TOKEN = re.compile(r"\s*(?:(?P<word>[A-Za-z0-9][\w.:-]*)|(?P<op><=|>=|!=|[<>=(){},]))")
_OPERATIONS: Mapping[str, Callable[[Value, Value], bool]] = {
    "=": lambda left, right: left == right,
    "!=": lambda left, right: left != right,
    "<": lambda left, right: left < right,  # type: ignore[operator]
    "<=": lambda left, right: left <= right,  # type: ignore[operator]
    ">": lambda left, right: left > right,  # type: ignore[operator]
    ">=": lambda left, right: left >= right,  # type: ignore[operator]
}
_RESERVED = frozenset({"and", "or", "not", "in"})


class ExpressionError(ValueError):
    """The text is no condition; the message says where it stops making sense."""


@dataclass(frozen=True, slots=True)
class Fact:
    """A yes-or-no fact standing alone."""

    name: str

    def value(self, facts: Mapping[str, Value]) -> bool | None:
        known = facts.get(self.name)
        return None if known is None else bool(known)

    def leaves(self) -> Iterator["Fact | Comparison"]:
        yield self


@dataclass(frozen=True, slots=True)
class Comparison:
    """A fact held against a value, or (`in`) against several."""

    name: str
    operation: str
    values: tuple[Value, ...]

    def value(self, facts: Mapping[str, Value]) -> bool | None:
        known = facts.get(self.name)
        if known is None:
            return None
        if self.operation == "in":
            return known in self.values
        return _OPERATIONS[self.operation](known, self.values[0])

    def leaves(self) -> Iterator["Fact | Comparison"]:
        yield self


@dataclass(frozen=True, slots=True)
class Not:
    inner: "Expression"

    def value(self, facts: Mapping[str, Value]) -> bool | None:
        known = self.inner.value(facts)
        return None if known is None else not known

    def leaves(self) -> Iterator[Fact | Comparison]:
        return self.inner.leaves()


@dataclass(frozen=True, slots=True)
class Joined:
    """Several conditions joined by `and` or by `or`."""

    word: str
    parts: tuple["Expression", ...]

    def value(self, facts: Mapping[str, Value]) -> bool | None:
        decisive = self.word == "or"
        unknown = False
        for part in self.parts:
            known = part.value(facts)
            if known is decisive:
                return decisive
            unknown = unknown or known is None
        return None if unknown else not decisive

    def leaves(self) -> Iterator[Fact | Comparison]:
        for part in self.parts:
            yield from part.leaves()


Expression: TypeAlias = Fact | Comparison | Not | Joined
NEVER: Expression = Joined("or", ())
"""A condition that is false for all facts."""


def all_of(*parts: Expression) -> Expression:
    return parts[0] if len(parts) == 1 else Joined("and", parts)


def facts_of(expression: Expression) -> tuple[str, ...]:
    """The facts a condition rests on, in the order they are written."""
    return tuple(dict.fromkeys(leaf.name for leaf in expression.leaves()))


def open_facts(expression: Expression, facts: Mapping[str, Value]) -> tuple[str, ...]:
    """The missing facts that can still change an unknown condition, in the order they are written.

    A part already decided hides what it rests on: of `a and b` with `a` false nothing is asked.
    """
    if expression.value(facts) is not None:
        return ()
    if isinstance(expression, Not):
        return open_facts(expression.inner, facts)
    if isinstance(expression, Joined):
        return tuple(dict.fromkeys(name for part in expression.parts for name in open_facts(part, facts)))
    return (expression.name,)


@lru_cache(maxsize=1 << 12)
def parse_expression(text: str) -> Expression:
    """The condition a text says; `ExpressionError` where it says none."""
    parser = _Parser(_tokens(text))
    found = parser.either()
    if parser.ahead():
        raise ExpressionError(f"'{parser.ahead()}' is not expected in: {text}")
    return found


def _tokens(text: str) -> list[str]:
    found, position = [], 0
    while text[position:].strip():
        match = _TOKEN.match(text, position)
        if match is None:
            raise ExpressionError(f"cannot be read from here on: {text[position:].strip()[:40]}")
        found.append(match["word"] or match["op"])
        position = match.end()
    return found


class _Parser:
    def __init__(self, tokens: list[str]) -> None:
        self.tokens = tokens
        self.position = 0

    def ahead(self) -> str:
        return self.tokens[self.position] if self.position < len(self.tokens) else ""

    def take(self, wanted: str = "") -> str:
        token = self.ahead()
        if not token or (wanted and token != wanted):
            raise ExpressionError(f"'{wanted or 'a fact'}' is expected where '{token or 'the end'}' stands")
        self.position += 1
        return token

    def either(self) -> Expression:
        return self.joined("or", self.both)

    def both(self) -> Expression:
        return self.joined("and", self.single)

    def joined(self, word: str, part: Callable[[], Expression]) -> Expression:
        parts = [part()]
        while self.ahead() == word:
            self.take()
            parts.append(part())
        return parts[0] if len(parts) == 1 else Joined(word, tuple(parts))

    def single(self) -> Expression:
        if self.ahead() == "not":
            self.take()
            return Not(self.single())
        if self.ahead() == "(":
            self.take()
            inner = self.either()
            self.take(")")
            return inner
        name = self.take()
        if name in _RESERVED or not name[0].isalpha():
            raise ExpressionError(f"a fact is expected where '{name}' stands")
        if self.ahead() == "in":
            return self.among(name)
        if self.ahead() in _OPERATIONS:
            return Comparison(name, self.take(), (_literal(self.take()),))
        return Fact(name)

    def among(self, name: str) -> Expression:
        self.take("in")
        self.take("{")
        values = [_literal(self.take())]
        while self.ahead() == ",":
            self.take()
            values.append(_literal(self.take()))
        self.take("}")
        return Comparison(name, "in", tuple(values))


def _literal(word: str) -> Value:
    if word in {"true", "false"}:
        return word == "true"
    if word.isdigit():
        return int(word)
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", word):
        return date.fromisoformat(word)
    return word
