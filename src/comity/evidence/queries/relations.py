"""Who stands in what relation to evidence, and the item as the policy sees it."""

from comity.evidence.custody import CustodyEvent, SignedEvent
from comity.evidence.models import (
    Item,
    Party,
)
from comity.safeguards.permissions import Permission
from comity.safeguards.policy import Relation, Target
from comity.seals.signing import Signature
from comity.values.actor import Actor
from comity.values.errors import MissingError
from comity.values.reference import Kind, Reference

_HANDS = {
    "taken-in": Permission.ITEM_TAKE_IN,
    "checked": Permission.ITEM_CHECK,
    "transferred": Permission.EVIDENCE_RETURN,
    "countersigned": Permission.EVIDENCE_COUNTERSIGN,
}


def relations_to(actor: Actor, *, holder: str, dossier: str) -> frozenset[Relation]:
    """What the actor's authority is to a holder's evidence in a dossier; empty: it may not know of it."""
    rows = Party.objects.filter(holder=holder, dossier=dossier, authority=actor.authority)
    return frozenset(Relation(row.relation) for row in rows)


def holders_in(actor: Actor, dossier: Reference | str) -> list[str]:
    rows = Party.objects.filter(dossier=str(dossier), authority=actor.authority)
    return sorted({row.holder for row in rows})


def item_of(actor: Actor, reference: Reference | str) -> Item:
    """The item, if the actor's authority stands in any relation to it; MissingError otherwise."""
    for item in Item.objects.filter(reference=str(reference)).order_by("holder"):
        if relations_to(actor, holder=item.holder, dossier=item.dossier):
            return item
    raise MissingError


def target_of(item: Item, actor: Actor) -> Target:
    """The item as the policy sees it: version, relations, and whose hands were on it."""
    return target_under(item, relations_to(actor, holder=item.holder, dossier=item.dossier))


def target_under(item: Item, relations: frozenset[Relation]) -> Target:
    hands: dict[Permission, set[str]] = {}
    for row in item.custody.all():
        if row.officer and row.type in _HANDS:
            hands.setdefault(_HANDS[row.type], set()).add(row.officer)
    return Target(
        Reference.parse(item.reference),
        item.version,
        relations,
        {permission: frozenset(ids) for permission, ids in hands.items()},
    )


def chain_of(item: Item) -> list[SignedEvent]:
    """The custody chain as signed, oldest first."""
    rows = sorted(item.custody.all(), key=lambda row: row.sequence)
    return [
        SignedEvent(CustodyEvent.from_content(bytes(row.content)), Signature.from_json(row.signature)) for row in rows
    ]


def dossier_target(actor: Actor, *, holder: str, dossier: str) -> Target:
    """A dossier's evidence as a whole: for taking in and for proposing a release."""
    reference = Reference.parse(dossier)
    if reference.kind is not Kind.DOSSIER:
        raise MissingError
    return Target(reference, 0, relations_to(actor, holder=holder, dossier=dossier))
