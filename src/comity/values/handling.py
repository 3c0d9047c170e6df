"""Handling codes and use conditions: what binds whoever holds the information."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from comity.values.errors import InvalidInputError

_TEXTS = ("kind", "text", "provision")


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
        """Read what `to_json` wrote, perhaps by a peer; anything else is refused (`input:use-condition`)."""
        if not isinstance(value, dict) or not all(isinstance(value.get(name), str) for name in _TEXTS):
            raise InvalidInputError("A use condition has a kind, a text and a provision.", code="input:use-condition")
        try:
            until = date.fromisoformat(value["until"]) if value.get("until") else None
        except (TypeError, ValueError) as error:
            raise InvalidInputError("A use condition ends on a day.", code="input:use-condition") from error
        condition = cls(value["kind"], value["text"], value["provision"], until)
        if condition.to_json()["until"] != value.get("until"):
            raise InvalidInputError("A use condition's day is written as 2027-01-31.", code="input:use-condition")
        return condition
