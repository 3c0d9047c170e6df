"""The policy: one table says who may do what to what; deny by default.

A decision is bound to the exact row and version it was asked for (a `Grant`), so that no one authorises
one object and changes another. What an actor may not see answers as if it were not there.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from comity.safeguards.permissions import Permission
from comity.safeguards.rules import TABLE, Relation, Rule
from comity.values.actor import Actor, ActorKind
from comity.values.errors import MissingError, RefusedError
from comity.values.reference import Reference

__all__ = [
    "Code",
    "Decision",
    "Grant",
    "Relation",
    "Rule",
    "Target",
    "authorise",
    "authorise_house",
    "decide",
    "expect_role",
]


class Code(StrEnum):
    """Why the policy answered as it did."""

    ALLOWED = "allowed"
    NOT_VISIBLE = "not-visible"
    NO_RULE = "no-rule"
    NOT_AN_OFFICER = "not-an-officer"
    RELATION = "wrong-relation"
    ROLE = "missing-role"
    SAME_HAND = "same-hand"
    STEP_UP = "step-up"
    PURPOSE = "purpose"


@dataclass(frozen=True, slots=True)
class Target:
    """The row a decision is about: its reference and version, what the actor's authority is to it, whose hands it saw.

    `hands` maps a permission to the ids of the officers who used it on this very row.
    """

    reference: Reference
    version: int
    relations: frozenset[Relation]
    hands: Mapping[Permission, frozenset[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Decision:
    """The answer and its reason; `code` is enumerated, `reason` is for the person."""

    code: Code
    reason: str = ""

    @property
    def allowed(self) -> bool:
        return self.code is Code.ALLOWED


@dataclass(frozen=True, slots=True)
class Grant:
    """A decision in hand: it opens this row at this version for this actor, and nothing else."""

    actor: Actor
    permission: Permission
    reference: Reference
    version: int


def _fault(actor: Actor, rule: Rule, target: Target) -> Decision | None:
    """The first condition of the rule that does not hold, in the order in which a person would be told."""
    if not target.relations & rule.visible_to:
        return Decision(Code.NOT_VISIBLE, "There is nothing here under that address.")
    if actor.kind is not ActorKind.OFFICER:
        return Decision(Code.NOT_AN_OFFICER, "A person decides this; neither a partner nor a job may.")
    if not target.relations & rule.relations:
        return Decision(Code.RELATION, f"This is for the authority that is {_any_of(rule.relations)} in this matter.")
    if not actor.roles & rule.roles:
        return Decision(Code.ROLE, f"This needs the role {_any_of(rule.roles)}.")
    return None


def decide(actor: Actor, permission: Permission, target: Target) -> Decision:
    """Answer for one actor, one permission, one row; the first condition that fails names itself."""
    rule = TABLE.get(permission)
    if rule is None:
        return Decision(Code.NO_RULE, f"No policy covers {permission.value}; it is denied.")
    fault = _fault(actor, rule, target)
    if fault is not None:
        return fault
    own = next((other for other in sorted(rule.not_with) if actor.id in target.hands.get(other, frozenset())), None)
    if own is not None:
        return Decision(Code.SAME_HAND, f"You did '{own.value}' on this yourself; another person must do this step.")
    if rule.step_up and not actor.stepped_up:
        return Decision(Code.STEP_UP, "Confirm with your one-time code first: this act binds your authority.")
    return Decision(Code.ALLOWED)


def _any_of(names: Iterable[StrEnum]) -> str:
    return " or ".join(sorted(name.value for name in names))


def authorise(actor: Actor, permission: Permission, target: Target) -> Grant:
    """A `Grant` for exactly this row and version.

    Raises `MissingError` where the actor may not even know of the row, `RefusedError` with the reason otherwise.
    """
    decision = decide(actor, permission, target)
    if decision.code is Code.NOT_VISIBLE:
        raise MissingError
    if not decision.allowed:
        raise RefusedError(decision.reason, code=f"policy:{decision.code.value}", place=permission.value)
    return Grant(actor, permission, target.reference, target.version)


def authorise_house(actor: Actor, permission: Permission, reference: Reference) -> Grant:
    """A `Grant` for something of the actor's own authority that has no dossier, e.g. its ledger or its officers."""
    own = frozenset({Relation.OWN}) if reference.authority == actor.authority else frozenset()
    return authorise(actor, permission, Target(reference, 0, own))


def expect_role(actor: Actor, permission: Permission) -> None:
    """Refuse a list or a blank form to an officer none of whose roles it is for; its rows are asked one by one.

    Every door asks this, so that a page and the API answer alike. Raises `RefusedError` with the role that is wanted.
    """
    rule = TABLE[permission]
    if not actor.roles & rule.roles:
        raise RefusedError(
            f"This needs the role {_any_of(rule.roles)}.", code=f"policy:{Code.ROLE.value}", place=permission.value
        )
