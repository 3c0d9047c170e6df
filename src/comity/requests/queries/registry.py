"""The registry: dossiers found by any of their numbers, as a letter quotes them."""

from django.db.models import Q

from comity.requests.models import Dossier, PostEntry
from comity.requests.queries.access import rows_of
from comity.values.actor import Actor


def dossiers_by_number(actor: Actor, number: str) -> list[Dossier]:
    """Dossiers of the actor's authority with that number, ours or theirs, in any case and with blanks at its ends."""
    wanted = number.strip()
    if not wanted:
        return []
    matches = Q(number__iexact=wanted) | Q(file_number__iexact=wanted) | Q(their_number__iexact=wanted)
    return list(rows_of(actor.authority).filter(matches).order_by("-changed_at")[:20])


def post_book(row: Dossier) -> list[PostEntry]:
    return list(PostEntry.objects.filter(dossier=row).order_by("on", "id"))
