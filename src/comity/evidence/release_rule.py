"""When an item may go to a court or a defence: its handling code, its conditions and what the provider permitted.

Handling codes as in Europol's handbook: H1 not in judicial proceedings, H2 not disseminated, H3 as stated, each
without the provider's permission. A condition's own provision is cited as the reason.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from comity.values.handling import Handling, UseCondition


class Audience(StrEnum):
    """For whom a bundle is made."""

    COURT = "court"
    DEFENCE = "defence"


_HANDLING_RULE: Mapping[Handling, str] = {
    Handling.H1: "H1: not in judicial proceedings without the provider's permission",
    Handling.H2: "H2: not disseminated without the provider's permission",
    Handling.H3: "H3: only as the provider stated",
}


@dataclass(frozen=True, slots=True)
class Hindrance:
    """Why an item may not be released, with the rule that says so."""

    item: str
    provision: str
    text: str


def hindrances(
    item: str, *, handling: str, conditions: Iterable[Mapping[str, Any]], on: date, permission: str
) -> tuple[Hindrance, ...]:
    """What stands against releasing one item; none when it may go.

    `permission` names where the provider permitted it (a message's digest, a letter): it lifts the handling code and
    conditions of confidentiality, never an expiry.
    """
    found = []
    rule = _HANDLING_RULE.get(Handling(handling))
    if rule and not permission:
        found.append(Hindrance(item, rule, "Ask the provider's permission and name it in the proposal."))
    for value in conditions:
        condition = UseCondition.from_json(dict(value))
        if condition.until is not None and condition.until < on:
            found.append(Hindrance(item, condition.provision, f"Its use ended on {condition.until}: {condition.text}"))
        elif condition.kind == "confidentiality" and not permission:
            found.append(Hindrance(item, condition.provision, f"It is confidential: {condition.text}"))
    return tuple(found)
