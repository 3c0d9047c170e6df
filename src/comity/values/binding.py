"""What binds a thing, as one value, and how it is carried by whatever is made of it: one lattice.

A binding has dimensions: the handling code, the last day of use, and for each kind of condition (purpose, specialty,
onward transfer, confidentiality, return, others) the conditions of that kind. Stricter is: the higher code, the earlier
day, more conditions. What is derived from several things carries `joined` of their bindings and is never below any of
them in any dimension.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from comity.values.handling import Handling, UseCondition, strictest

HANDLING, EXPIRY = "handling", "expiry"


@dataclass(frozen=True, slots=True)
class Binding:
    """The handling code of a thing and the conditions of its use, each once, in the order in which they were bound."""

    handling: Handling = Handling.H0
    conditions: tuple[UseCondition, ...] = ()

    @property
    def until(self) -> date | None:
        """The last day on which it may be used; None where no condition names one."""
        return min((one.until for one in self.conditions if one.until is not None), default=None)

    def of_kind(self, kind: str) -> frozenset[UseCondition]:
        return frozenset(one for one in self.conditions if one.kind == kind)

    def below(self, source: "Binding") -> tuple[str, ...]:
        """The dimensions in which this is freer than a source: none for anything rightly derived from it."""
        found = [HANDLING] if strictest((self.handling, source.handling)) is not self.handling else []
        if source.until is not None and (self.until is None or self.until > source.until):
            found.append(EXPIRY)
        kinds = dict.fromkeys(one.kind for one in source.conditions)
        return (*found, *(kind for kind in kinds if not self.of_kind(kind) >= source.of_kind(kind)))

    def to_json(self) -> dict[str, Any]:
        return {"handling": self.handling.value, "conditions": [one.to_json() for one in self.conditions]}


def joined(bindings: Iterable[Binding]) -> Binding:
    """The least binding that is below none of them: what a thing made of them all carries."""
    held = list(bindings)
    conditions = dict.fromkeys(one for binding in held for one in binding.conditions)
    return Binding(strictest(binding.handling for binding in held), tuple(conditions))


def binding_of(handling: str, conditions: Sequence[Mapping[str, Any]]) -> Binding:
    """A binding as it lies in a row or a signed event; InvalidInputError or ValueError for what is none."""
    return Binding(Handling(handling), tuple(dict.fromkeys(UseCondition.from_json(dict(one)) for one in conditions)))
