"""What may be done with an item: one table of uses, asked at the moment of each view, use, print, export and reply.

Handling codes as in Europol's handbook: H1 not in judicial proceedings, H2 not disseminated, H3 as stated, each
without the provider's permission. A condition's own provision is cited as the reason. After its last day an item is
used no more, and a recall closes it at once: no permission lifts either, only the provider does, by a new sending.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from comity.values.binding import Binding
from comity.values.errors import RefusedError
from comity.values.handling import Handling


class Audience(StrEnum):
    """For whom a bundle is made."""

    COURT = "court"
    DEFENCE = "defence"


class Use(StrEnum):
    """What someone is about to do with an item."""

    VIEW = "view"
    """Its content and record are opened, on a page or as a download."""
    USE = "use"
    """Something is done on the strength of it: it is countersigned, another thing is made from it."""
    PRINT = "print"
    EXPORT = "export"
    """It leaves for a court or a defence."""
    REPLY = "reply"
    """It goes to another State."""


@dataclass(frozen=True, slots=True)
class UseRule:
    """Which handling codes and kinds of condition a use needs the provider's permission for."""

    codes: frozenset[Handling] = frozenset()
    kinds: frozenset[str] = frozenset()


_ALL = frozenset({Handling.H1, Handling.H2, Handling.H3})
USES: Mapping[Use, UseRule] = {
    Use.VIEW: UseRule(),
    Use.USE: UseRule(),
    Use.PRINT: UseRule(),
    Use.EXPORT: UseRule(_ALL, frozenset({"confidentiality"})),
    Use.REPLY: UseRule(_ALL, frozenset({"confidentiality", "onward-transfer"})),
}
"""Every use ends with the item's last day and with its recall; the table says what else stands against it."""

_HANDLING_RULE: Mapping[Handling, str] = {
    Handling.H1: "H1: not in judicial proceedings without the provider's permission",
    Handling.H2: "H2: not disseminated without the provider's permission",
    Handling.H3: "H3: only as the provider stated",
}


@dataclass(frozen=True, slots=True)
class Standing:
    """An item as the rule sees it: what binds it, who provided it, and the recalls that stand against it."""

    item: str
    binding: Binding
    provider: str = ""
    recalls: tuple[str, ...] = ()
    """Provisions of the recalls in force, the oldest first."""


@dataclass(frozen=True, slots=True)
class Hindrance:
    """Why an item may not be used so, with the rule that says so, and what may be done about it."""

    item: str
    code: str
    """`recalled`, `expired`, `handling` or `condition`."""
    provision: str
    text: str
    next_step: str = ""


def hindrances(standing: Standing, use: Use, *, on: date, permission: str = "") -> tuple[Hindrance, ...]:
    """What stands against one use of one item on a day, the gravest first; none when it may be done.

    `permission` names where the provider permitted it (a message's digest, a letter): it lifts the handling code and
    conditions of confidentiality and onward transfer, never an expiry or a recall.
    """
    item, binding, rule = standing.item, standing.binding, USES[use]
    ask = f"Ask {standing.provider or 'the provider'}"
    found = [
        Hindrance(
            item,
            "recalled",
            provision,
            "Its provider recalled it: it is locked.",
            f"Answer the recall; {ask[0].lower()}{ask[1:]} if it must be used.",
        )
        for provision in standing.recalls
    ]
    for condition in binding.conditions:
        if condition.until is not None and condition.until < on:
            text = f"Its use ended on {condition.until}: {condition.text}"
            found.append(
                Hindrance(
                    item, "expired", condition.provision, text, f"{ask} to let it be used longer and send it anew."
                )
            )
    if permission:
        return tuple(found)
    wanted = f"{ask} for permission and name it here."
    if binding.handling in rule.codes:
        text = "No permission of the provider is named."
        found.append(Hindrance(item, "handling", _HANDLING_RULE[binding.handling], text, wanted))
    for condition in binding.conditions:
        if condition.kind in rule.kinds and not (condition.until is not None and condition.until < on):
            says = (
                "It is confidential" if condition.kind == "confidentiality" else "It is not passed on without consent"
            )
            found.append(Hindrance(item, "condition", condition.provision, f"{says}: {condition.text}", wanted))
    return tuple(found)


def expect_free(
    standing: Standing, use: Use, *, on: date, title: str, permission: str = "", code: str = "evidence:hindered"
) -> None:
    """Return if the item may be used so on that day; RefusedError with the gravest reason and what to do about it."""
    found = hindrances(standing, use, on=on, permission=permission)
    if found:
        reason = ": ".join(part for part in (found[0].provision, found[0].text) if part)
        raise RefusedError(
            f"{title} may not be {_DONE[use]}. {reason}",
            code=code,
            place=standing.item,
            next_step=found[0].next_step,
        )


_DONE: Mapping[Use, str] = {
    Use.VIEW: "opened",
    Use.USE: "used",
    Use.PRINT: "printed",
    Use.EXPORT: "released",
    Use.REPLY: "sent on",
}
