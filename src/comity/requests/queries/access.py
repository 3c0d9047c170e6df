"""Rows an officer may reach, and what the policy is asked about them."""

from collections import defaultdict
from collections.abc import Mapping

from django.db.models import Q, QuerySet

from comity.evidence.queries import recall_proposers
from comity.exchange.queries import contents_of
from comity.requests.clocks import Asking
from comity.requests.fold import deed_of, fold_deeds
from comity.requests.models import DomesticAct, Dossier, PostEntry
from comity.requests.phases import Phase, Side
from comity.requests.standing import relations_of
from comity.requests.state import DossierState
from comity.safeguards.permissions import Permission
from comity.safeguards.policy import Target, authorise, decide
from comity.values.actor import Actor
from comity.values.errors import MissingError
from comity.values.reference import Reference


def rows_of(authority: str) -> QuerySet[Dossier]:
    """Every dossier in which an authority of this node takes part, on its own side only."""
    asking = Q(side=Side.REQUESTING) & (Q(originating=authority) | Q(requesting=authority))
    asked = Q(side=Side.REQUESTED) & (Q(requested=authority) | Q(executing=authority))
    return Dossier.objects.filter(asking | asked)


def dossier_for(actor: Actor, reference: Reference) -> Dossier:
    """The row as the actor's authority may know it; `MissingError` for any other, absent or not."""
    row = rows_of(actor.authority).filter(reference=str(reference)).first()
    if row is None:
        raise MissingError
    return row


def readable_dossier(actor: Actor, reference: Reference, permission: Permission) -> Dossier:
    """The row for whoever may read under this permission in it; `MissingError` or `RefusedError` otherwise."""
    row = dossier_for(actor, reference)
    authorise(actor, permission, target_of(row, actor))
    return row


Hands = Mapping[Permission, frozenset[str]]
"""Permission to the ids of the officers whose acts under it stand on a dossier."""


def target_of(row: Dossier, actor: Actor, hands: Hands | None = None) -> Target:
    """What the policy is asked about: the row, its version, the relation, and whose hands were on it.

    `hands` are those of the row where many rows were asked about at once (`hands_on`).
    """
    known = hands if hands is not None else hands_on(Dossier.objects.filter(pk=row.pk)).get(row.pk, {})
    return Target(Reference.parse(row.reference), row.version, relations_of(row, actor.authority), known)


def hands_on(rows: QuerySet[Dossier]) -> dict[int, Hands]:
    """Whose hands were on each of many dossiers, by the row's key, in one query; rows without hands are not in it."""
    found: defaultdict[int, defaultdict[Permission, set[str]]] = defaultdict(lambda: defaultdict(set))
    acts = DomesticAct.objects.filter(dossier__in=rows.order_by().values("pk"), void=False)
    proposed = Permission.RECALL_PROPOSE
    lasting = acts.exclude(permission=proposed.value)
    for row, permission, officer in lasting.values_list("dossier_id", "permission", "officer"):
        found[row][Permission(permission)].add(officer)
    # Who proposes a recall has her hand on that proposal, as long as it is open, and on no later one.
    proposers = recall_proposers(rows.order_by().values("reference"))
    for row, holder, reference in rows.order_by().values_list("pk", "holder", "reference") if proposers else ():
        if (holder, reference) in proposers:
            found[row][proposed].add(proposers[holder, reference])
    return {
        row: {permission: frozenset(officers) for permission, officers in hands.items()} for row, hands in found.items()
    }


def state_of(row: Dossier) -> DossierState:
    """The fold of the messages this side holds: what the row's cached state must equal."""
    return fold_deeds(deed_of(content) for content, _ in contents_of(row.holder, row.reference))


def cached_state(row: Dossier) -> DossierState:
    """The state as the row caches it, for reads; acts fold the messages anew."""
    return DossierState.from_json(row.state)


def asking_of(row: Dossier) -> Asking | None:
    """What the clocks are told of the requesting side's own post; None on the requested side."""
    if row.side != Side.REQUESTING:
        return None
    sent = PostEntry.objects.filter(dossier_id=row.pk, direction="out", what="pack").values_list("on", flat=True)
    return Asking(row.requesting[:2], tuple(sent))


def readable(actor: Actor, row: Dossier) -> bool:
    """Whether the actor may read the dossier at all; whose hands were on it does not matter for that."""
    target = Target(Reference.parse(row.reference), row.version, relations_of(row, actor.authority))
    return decide(actor, Permission.DOSSIER_READ, target).allowed


def phase_of_row(row: Dossier) -> Phase | None:
    return Phase(row.phase) if row.phase else None


def partner_of(row: Dossier) -> str:
    """The other party."""
    return row.requested if row.side == Side.REQUESTING else row.requesting
