"""Values of a form that belong to one thing of the field, handed over as that thing: a letter, results, an answer."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any

Things = Sequence[tuple[str, type]]
"""Name of the argument and the dataclass whose members are fields of the form."""


def gathered(given: Mapping[str, Any], things: Things) -> dict[str, Any]:
    """The values with those of each thing gathered into one argument; what was left out has the thing's own default."""
    found = dict(given)
    for argument, kind in things:
        members = {one.name: found.pop(one.name) for one in fields(kind) if one.name in found}
        found[argument] = kind(**members)
    return found
