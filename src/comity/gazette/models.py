"""The table of the gazette: one row for each correction, written once; later acts only add who decided, and when."""

from django.db import models
from django.db.models import F, Q

from comity.safeguards.models.spelled import Spelled


class Correction(Spelled):
    """A correction of the law of this node: proposed by one officer, approved by another, withdrawn in the same way.

    `fact` is never changed: `digest` binds it, and what no longer fits its digest is not used. A correction that was
    wrong is withdrawn and proposed anew.
    """

    reference = models.CharField(max_length=120, unique=True)
    authority = models.CharField(max_length=15)
    version = models.PositiveIntegerField(default=1)
    state = models.CharField(max_length=20)
    """`proposed`, `approved`, `refused` or `withdrawn`."""
    fact = models.JSONField()
    """The columns of `comity.law.correction.Fact`, all text."""
    digest = models.CharField(max_length=64)
    kind = models.CharField(max_length=20)
    instrument = models.CharField(max_length=80)
    proposed_by = models.CharField(max_length=40)
    proposed_at = models.DateTimeField()
    decided_by = models.CharField(max_length=40, blank=True)
    decided_at = models.DateTimeField(null=True)
    """When it was approved or refused; an approved one answers from then on."""
    decision = models.CharField(max_length=1000, blank=True)
    """Why it was refused."""
    ending_by = models.CharField(max_length=40, blank=True)
    """Who proposed its withdrawal; empty while nobody does."""
    ending_at = models.DateTimeField(null=True)
    ending_reason = models.CharField(max_length=1000, blank=True)
    withdrawn_by = models.CharField(max_length=40, blank=True)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["state", "kind"], name="gazette_correction_state"),
            models.Index(fields=["authority", "state"], name="gazette_correction_house"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(decided_by="") | ~Q(decided_by=F("proposed_by")), name="gazette_two_people"
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_by="") | ~Q(withdrawn_by=F("ending_by")), name="gazette_two_people_withdraw"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["approved", "withdrawn"]) | ~Q(decided_by=""), name="gazette_somebody_approved"
            ),
        ]
