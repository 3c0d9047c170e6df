"""Tables of casework. The messages themselves are the exchange's; a dossier's state here is a cache of their fold."""

from django.db import models

from comity.safeguards.models.spelled import Spelled


class Dossier(Spelled):
    """One matter with one partner, as one of our authorities holds it. `doctor` proves the cached state by the fold."""

    holder = models.CharField(max_length=15)
    """Our authority that is the dossier's party: it sends and receives."""
    reference = models.CharField(max_length=120)
    """The same on both sides; its authority is the requesting one."""
    version = models.PositiveIntegerField(default=1)
    side = models.CharField(max_length=10)
    requesting = models.CharField(max_length=15)
    requested = models.CharField(max_length=15)
    originating = models.CharField(max_length=15, blank=True)
    """Ours, on the requesting side: who drafts and signs."""
    executing = models.CharField(max_length=15, blank=True)
    """Ours, on the requested side: to whom the request was passed."""
    file_number = models.CharField(max_length=120, blank=True)
    """The originating authority's own number."""
    number = models.CharField(max_length=120, blank=True)
    """The number of our party to the dossier."""
    their_number = models.CharField(max_length=120, blank=True)
    title = models.CharField(max_length=400, blank=True)
    instrument = models.CharField(max_length=60, blank=True)
    direct = models.BooleanField(default=False)
    """The instrument lets the issuing authority write to the executing one, without central authorities."""
    partner_has_node = models.BooleanField(default=True)
    stage = models.CharField(max_length=20, blank=True)
    """Drafting, signed or checked: known at home only, empty on the requested side."""
    phase = models.CharField(max_length=30)
    state = models.JSONField(default=dict)
    signed_release = models.CharField(max_length=64, blank=True)
    cover_note = models.JSONField(default=dict)
    handling = models.CharField(max_length=2, default="H0")
    due = models.DateTimeField(null=True)
    """The next open legal clock."""
    remind_on = models.DateField(null=True)
    remind_by = models.CharField(max_length=60, blank=True)
    opened_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["holder", "reference"], name="requests_dossier_once")]
        indexes = [
            models.Index(fields=["holder", "phase", "changed_at"], name="requests_dossier_phase"),
            models.Index(fields=["originating", "changed_at"], name="requests_dossier_origin"),
            models.Index(fields=["executing", "changed_at"], name="requests_dossier_executing"),
            models.Index(fields=["due"], name="requests_dossier_due"),
            models.Index(fields=["remind_on"], name="requests_dossier_remind"),
            models.Index(fields=["number"], name="requests_dossier_number"),
        ]


class Draft(models.Model):
    """The request as it is being written; the release is what will be signed, made anew after every change."""

    dossier = models.OneToOneField(Dossier, on_delete=models.CASCADE, primary_key=True, related_name="draft")
    version = models.PositiveIntegerField(default=1)
    content = models.JSONField(default=dict)
    answers = models.JSONField(default=dict)
    """Answers to the engine's questions, by their id."""
    gaps = models.JSONField(default=list)
    prediction = models.JSONField(default=dict)
    release = models.JSONField(null=True)
    saved_at = models.DateTimeField()
    saved_by = models.CharField(max_length=60)


class DomesticAct(models.Model):
    """What one of our officers did with a dossier: whose hands were on it, and the timeline of our own side."""

    dossier = models.ForeignKey(Dossier, on_delete=models.CASCADE, related_name="acts")
    verb = models.CharField(max_length=40)
    permission = models.CharField(max_length=60)
    officer = models.CharField(max_length=60)
    name = models.CharField(max_length=200, blank=True)
    function = models.CharField(max_length=300, blank=True)
    authority = models.CharField(max_length=15)
    at = models.DateTimeField()
    digest = models.CharField(max_length=64, blank=True)
    """The release digest signed, or the digest of the message posted."""
    entry = models.CharField(max_length=64, blank=True)
    """The leaf of the act's ledger entry."""
    facts = models.JSONField(default=dict)
    void = models.BooleanField(default=False)
    """A signature or check that a later change took the ground from."""

    class Meta:
        indexes = [models.Index(fields=["dossier", "at"], name="requests_act_dossier")]


class LawRecord(models.Model):
    """What an officer recorded of the law of a dossier: the latest of a kind and key stands, none is overwritten."""

    dossier = models.ForeignKey(Dossier, on_delete=models.CASCADE, related_name="law_records")
    kind = models.CharField(max_length=12)
    """`fact` (key: the law's fact), `assurance` (key: its id), `dual` (key: the offence)."""
    key = models.CharField(max_length=80)
    value = models.JSONField(null=True)
    """Null where what was recorded before is not known any more."""
    due = models.DateField(null=True)
    """The day on which an assurance is to be checked, while it is tracked."""
    act = models.ForeignKey(DomesticAct, on_delete=models.CASCADE, related_name="recorded")
    """Whose hand, when, and the ledger's leaf."""

    class Meta:
        indexes = [
            models.Index(fields=["dossier", "kind"], name="requests_law_record_kind"),
            models.Index(fields=["due"], name="requests_law_record_due"),
        ]


class Document(models.Model):
    """A document of the dossier; its bytes lie in the vault under their digest."""

    dossier = models.ForeignKey(Dossier, on_delete=models.CASCADE, related_name="documents")
    digest = models.CharField(max_length=64)
    unsigned = models.CharField(max_length=64, blank=True)
    """Digest of the document before the office sealed it: what the signature covers."""
    kind = models.CharField(max_length=40)
    language = models.CharField(max_length=8, blank=True)
    name = models.CharField(max_length=400)
    media_type = models.CharField(max_length=120, default="application/pdf")
    size = models.PositiveBigIntegerField()
    sealed_by = models.CharField(max_length=15, blank=True)
    """Whose seal it carries: ours, or a partner's once a check found it; until then who sent it."""
    seal_state = models.CharField(max_length=20, blank=True)
    """What a check of the seal found (`documents.seal_check`); empty while it was not checked."""
    seal_detail = models.CharField(max_length=400, blank=True)
    seal_trust = models.CharField(max_length=64, blank=True)
    """Digest of the certificates it was checked against."""
    message = models.CharField(max_length=64, blank=True)
    """The message it travelled with."""
    own = models.BooleanField(default=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["dossier", "digest"], name="requests_document_once")]


class PostEntry(models.Model):
    """A line of the post book: a letter out or in, its number, its scan."""

    dossier = models.ForeignKey(Dossier, on_delete=models.CASCADE, related_name="post")
    direction = models.CharField(max_length=3)
    on = models.DateField()
    number = models.CharField(max_length=120, blank=True)
    correspondent = models.CharField(max_length=15)
    what = models.CharField(max_length=60)
    scan = models.CharField(max_length=64, blank=True)
    message = models.CharField(max_length=64, blank=True)
    at = models.DateTimeField()
    by = models.CharField(max_length=60)

    class Meta:
        indexes = [models.Index(fields=["dossier", "on"], name="requests_post_dossier")]
