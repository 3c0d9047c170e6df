"""Recalls and narrowings: what a provider may ask of items it gave away, and how the other side may answer.

Format of `notice_value`: its members never change; a further kind of notice gets a `version` of its own.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from comity.seals.canonical import digest_of
from comity.values.binding import Binding


class RecallKind(StrEnum):
    """What is asked: the items back or gone, or that more binds them from now on."""

    RECALL = "recall"
    NARROW = "narrow"


class Demand(StrEnum):
    """What is to become of a recalled item."""

    DELETE = "delete"
    RETURN = "return"


class Outcome(StrEnum):
    """How a recall is answered, item by item."""

    COMPLIED = "complied"
    CANNOT_COMPLY = "cannot-comply"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a recall (`demand`) or a narrowing (`handling`, `conditions`) asks of the other side."""

    reason: Mapping[str, str]
    """Why, by language."""
    answer_by: date
    provision: str = ""
    demand: str = ""
    handling: str = "H0"
    conditions: Sequence[Mapping[str, Any]] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """How a recall or narrowing is answered for some of its items."""

    recall: str
    """Its id, as the notice bears it."""
    items: Sequence[str]
    """References of the items answered for."""
    outcome: str
    reason: Mapping[str, str] = field(default_factory=dict)
    """By language: why it cannot be complied with."""
    onward: Mapping[str, str] = field(default_factory=dict)
    """By language: what was told to whoever was given an item on."""
    place: str = ""
    """Where it was deleted or handed over."""

    @property
    def told(self) -> dict[str, dict[str, str]]:
        """The words that were said, by what they say."""
        said = (("reason", self.reason), ("onward", self.onward))
        return {key: dict(words) for key, words in said if words}


@dataclass(frozen=True, slots=True)
class Notice:
    """What one person proposes and another approves: which items, by their content, and what is asked of them."""

    kind: RecallKind
    dossier: str
    items: tuple[tuple[str, str], ...]
    """Reference and digest of each item; the digest is empty for a thing on a shelf."""
    reason: Mapping[str, str]
    provision: str
    by: date
    """The day by which it is answered."""
    demand: str = ""
    binding: Binding = field(default_factory=Binding)

    @property
    def digest(self) -> str:
        return digest_of(self.value())

    def value(self) -> dict[str, Any]:
        return {
            "version": 1,
            "kind": self.kind.value,
            "dossier": self.dossier,
            "items": named(self.items),
            "reason": dict(self.reason),
            "provision": self.provision,
            "by": self.by.isoformat(),
            "demand": self.demand,
            **self.binding.to_json(),
        }


def named(items: Iterable[tuple[str, str]]) -> list[dict[str, Any]]:
    """Items as a message names them: a thing on a shelf has no digest."""
    return [{"item": item, "digest": digest or None} for item, digest in items]


def fault_of(notice: Notice, held: Mapping[str, Binding], on: date) -> str:
    """Why a notice cannot be proposed; empty when it can. `held` are the bindings of its items as they stand."""
    if not any(words.strip() for words in notice.reason.values()):
        return "Say why."
    if notice.by <= on:
        return "Give the other side until a later day to answer."
    if notice.kind is RecallKind.RECALL:
        return "" if notice.demand in set(Demand) else "Say what is to become of the items: 'delete' or 'return'."
    if any(binding.below(notice.binding) for binding in held.values()):
        return ""
    return "A narrowing binds more than is bound already; this is bound to the items as it is."


def answer_fault(kind: RecallKind, answer: Answer, released: Sequence[str]) -> str:
    """Why an answer cannot be given so; empty when it can. `released` are the releases and returns it was given in."""
    if answer.outcome == Outcome.CANNOT_COMPLY and not any(words.strip() for words in answer.reason.values()):
        return "Say why it cannot be complied with, e.g. in which proceedings the item was used."
    if released and not any(words.strip() for words in answer.onward.values()):
        what = "recalled" if kind is RecallKind.RECALL else "narrowed"
        return f"It was given on ({', '.join(released)}): say what was told to whoever has it, now that it is {what}."
    return ""
