"""Releases to a court or a defence."""

from comity.evidence.models import (
    Release,
)
from comity.evidence.queries.relations import holders_in, relations_to
from comity.safeguards.permissions import Permission
from comity.safeguards.policy import Target, authorise, decide
from comity.values.actor import Actor
from comity.values.errors import MissingError
from comity.values.reference import Reference


def release_of(actor: Actor, reference: Reference | str) -> Release:
    """The release, for whoever may read it; MissingError where the actor may not know of it, RefusedError else."""
    row = Release.objects.filter(reference=str(reference)).first()
    if row is None:
        raise MissingError
    authorise(actor, Permission.RELEASE_READ, release_target(row, actor))
    return row


def releases_of(actor: Actor, dossier: Reference | str) -> list[Release]:
    """The releases of a dossier that the actor may read; none where the actor may not."""
    rows = Release.objects.filter(dossier=str(dossier), holder__in=holders_in(actor, dossier)).order_by("reference")
    return [row for row in rows if decide(actor, Permission.RELEASE_READ, release_target(row, actor)).allowed]


def release_target(row: Release, actor: Actor) -> Target:
    return Target(
        Reference.parse(row.reference),
        row.version,
        relations_to(actor, holder=row.holder, dossier=row.dossier),
        {Permission.RELEASE_PROPOSE: frozenset({row.proposed_by})},
    )
