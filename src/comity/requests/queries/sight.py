"""What of a dossier's domestic side each of our authorities sees: an executing authority nothing internal to another.

The request, its documents and the shared messages go to the executing authority whole (treaty CH-CO Art. 28(2); a court
is shown the letter as it was signed). What the central authority did and wrote at home stays with it.
"""

from django.db.models import QuerySet

from comity.requests.models import Document, DomesticAct, Dossier, PostEntry
from comity.requests.standing import relations_of
from comity.safeguards.policy import Relation

ONLY_EXECUTES = frozenset({Relation.EXECUTING})
INTERNAL = frozenset({"check-of-grounds"})
"""Kinds of documents for the file of the authority that is the party, and for nobody else."""


def only_executes(row: Dossier, authority: str) -> bool:
    """The request was passed to this authority, and it is nothing else in the matter."""
    return relations_of(row, authority) == ONLY_EXECUTES


def acts_seen(row: Dossier, authority: str) -> QuerySet[DomesticAct]:
    """Our side's acts at home that the authority sees: all of them, but only its own where it merely executes."""
    acts = DomesticAct.objects.filter(dossier=row)
    return acts.filter(authority=authority) if only_executes(row, authority) else acts


def post_seen(row: Dossier, authority: str) -> QuerySet[PostEntry]:
    """The lines of the post book: the party's own book, which an executing authority does not keep."""
    lines = PostEntry.objects.filter(dossier=row)
    return lines.none() if only_executes(row, authority) else lines


def documents_seen(row: Dossier, authority: str) -> QuerySet[Document]:
    """The documents of the dossier; what the party made for its own file is not an executing authority's."""
    found = Document.objects.filter(dossier=row)
    return found.exclude(kind__in=INTERNAL, own=True) if only_executes(row, authority) else found
