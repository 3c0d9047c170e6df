"""Handling codes and use conditions: what binds whoever holds the information (forms.md, 8)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any


class Handling(StrEnum):
    """Handling codes of the field: a derived thing is never handled more freely than its sources."""

    H0 = "H0"
    """Prevention and combating of crime, under the rules."""
    H1 = "H1"
    """Not in judicial proceedings without the provider's permission."""
    H2 = "H2"
    """Not disseminated without the provider's permission."""
    H3 = "H3"
    """Another restriction, stated."""


def strictest(codes: Iterable[Handling]) -> Handling:
    """The code a thing made from several sources carries; H0 when there are none."""
    return max(codes, key=lambda code: code.value, default=Handling.H0)


@dataclass(frozen=True, slots=True)
class UseCondition:
    """A limit of use bound to an item or message, e.g. the specialty of Art. 15 of a treaty."""

    kind: str
    """`specialty`, `confidentiality`, `onward-transfer`, `return`, `expiry` or `other`."""
    text: str
    provision: str
    until: date | None = None

    def to_json(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "text": self.text,
            "provision": self.provision,
            "until": self.until.isoformat() if self.until else None,
        }

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> "UseCondition":
        until = value.get("until")
        return cls(value["kind"], value["text"], value["provision"], date.fromisoformat(until) if until else None)
