"""Tables of evidence. What an item is and what befell it stands in signed bytes; the columns are for finding them."""

from django.db import models

from comity.safeguards.models.spelled import Spelled


class Party(Spelled):
    """What one of our authorities is to the evidence of a dossier: executing, requested, requesting or originating.

    `holder` is our party to the dossier, whose items these are: authorities of one node share no evidence unless
    they stand in a relation here.
    """

    holder = models.CharField(max_length=15)
    dossier = models.CharField(max_length=120)
    authority = models.CharField(max_length=15)
    relation = models.CharField(max_length=20)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["holder", "dossier", "authority", "relation"], name="evidence_party_once")
        ]


class Item(models.Model):
    """One item of evidence as one of our authorities holds it: the same reference on both sides of the border."""

    holder = models.CharField(max_length=15)
    reference = models.CharField(max_length=120)
    version = models.PositiveIntegerField(default=1)
    dossier = models.CharField(max_length=120)
    kind = models.CharField(max_length=20)
    state = models.CharField(max_length=20)
    title = models.CharField(max_length=400)
    digest = models.CharField(max_length=64, blank=True)
    """SHA-256 of the content; empty for a thing on a shelf."""
    description = models.JSONField()
    """As signed at intake; see `custody.describe`. The name the file came with stands in it, as text."""
    handling = models.CharField(max_length=2)
    conditions = models.JSONField(default=list)
    """Use conditions bound to it, as signed at transfer; empty before."""
    own = models.BooleanField()
    """Taken in by us; false when a partner returned it to us."""
    returned_in = models.CharField(max_length=64, blank=True)
    """Digest of the message with which it crossed the border."""
    parts = models.JSONField(default=list)
    """The parts of the request which it answers, e.g. ["a"]."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["holder", "reference"], name="evidence_item_once")]
        indexes = [
            models.Index(fields=["dossier", "holder"], name="evidence_item_dossier"),
            models.Index(fields=["digest"], name="evidence_item_digest"),
        ]


class Source(models.Model):
    """One item that an item of ours was made from, or that one of those was made from: what binds it binds this."""

    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="made_from")
    source = models.CharField(max_length=120)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["item", "source"], name="evidence_source_once")]
        indexes = [models.Index(fields=["source"], name="evidence_source_of")]


class Custody(models.Model):
    """One signed custody event of an item: the exact content that was signed, and the signature over it."""

    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="custody")
    sequence = models.PositiveIntegerField()
    type = models.CharField(max_length=20)
    at = models.DateTimeField()
    authority = models.CharField(max_length=15)
    officer = models.CharField(max_length=60, blank=True)
    """Id of our officer whose hand it was, for four eyes; never exported."""
    digest = models.CharField(max_length=64)
    content = models.BinaryField()
    signature = models.JSONField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["item", "sequence"], name="evidence_custody_place")]
        indexes = [models.Index(fields=["digest"], name="evidence_custody_digest")]


class PartnerKey(models.Model):
    """A key of a partner State's authority that signed custody events, as its transmitting authority vouched for it."""

    authority = models.CharField(max_length=15)
    fingerprint = models.CharField(max_length=64)
    key = models.JSONField()
    vouched_by = models.CharField(max_length=15)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["authority", "fingerprint"], name="evidence_partner_key_once")]


class Offer(models.Model):
    """Content that a partner may pull from us: nothing else is served to it."""

    digest = models.CharField(max_length=64)
    holder = models.CharField(max_length=15)
    recipient = models.CharField(max_length=15)
    dossier = models.CharField(max_length=120)
    since = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["digest", "holder", "recipient"], name="evidence_offer_once")]


class Transfer(models.Model):
    """Content that we pull from a partner, chunk by chunk, until it is whole and verified."""

    id = models.UUIDField(primary_key=True)
    holder = models.CharField(max_length=15)
    partner = models.CharField(max_length=15)
    dossier = models.CharField(max_length=120)
    digest = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField()
    wrapped_key = models.BinaryField()
    state = models.CharField(max_length=10)
    """waiting, done or broken."""
    held = models.PositiveBigIntegerField(default=0)
    """Sealed bytes that are here and verified, for the progress shown; the vault knows better."""
    mended = models.PositiveIntegerField(default=0)
    """How many chunks came damaged and were fetched again."""
    failures = models.PositiveIntegerField(default=0)
    since = models.DateTimeField()
    next_attempt = models.DateTimeField()
    lease = models.CharField(max_length=32, blank=True)
    lease_until = models.DateTimeField(null=True)
    failing_since = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=60, blank=True)
    last_reason = models.CharField(max_length=2000, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["holder", "partner", "digest"], name="evidence_transfer_once")]
        indexes = [models.Index(fields=["state", "next_attempt"], name="evidence_transfer_due")]


class Release(models.Model):
    """A selection of items for a court or a defence: proposed by one person, approved by another, then exported."""

    reference = models.CharField(max_length=120, primary_key=True)
    version = models.PositiveIntegerField(default=1)
    holder = models.CharField(max_length=15)
    dossier = models.CharField(max_length=120)
    authority = models.CharField(max_length=15)
    """Whose person proposed it, and under whose key the bundle is signed."""
    audience = models.CharField(max_length=10)
    ground = models.CharField(max_length=2000)
    permission = models.CharField(max_length=2000, blank=True)
    """Where the provider permitted what a handling code or condition forbids; it stands in the ground's words too."""
    selection = models.JSONField()
    """Item references, in the order of the bundle."""
    with_letters = models.BooleanField(default=False)
    """Cover letters go along even where they name items that are not selected."""
    left_out = models.JSONField(default=list)
    """Reference or message digest, reason and salt of each thing left out: kept, so that it can be opened later."""
    state = models.CharField(max_length=10)
    """proposed, approved, refused or exported."""
    digest = models.CharField(max_length=64)
    """SHA-256 of what was proposed: the approval binds exactly this."""
    proposed_by = models.CharField(max_length=60)
    proposed_at = models.DateTimeField()
    approved_by = models.CharField(max_length=60, blank=True)
    approved_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["dossier", "holder"], name="evidence_release_dossier")]


class Recall(models.Model):
    """A recall or narrowing of items by who provided them: proposed by one person there, approved by another.

    `own` where we are the provider; else it stands against items that we hold, or that are still on their way to us.
    """

    holder = models.CharField(max_length=15)
    recall = models.CharField(max_length=120)
    """Its id, the same on both sides."""
    dossier = models.CharField(max_length=120)
    own = models.BooleanField()
    kind = models.CharField(max_length=10)
    """recall or narrow."""
    demand = models.CharField(max_length=10, blank=True)
    """Of a recall: delete or return."""
    reason = models.JSONField(default=dict)
    provision = models.CharField(max_length=300, blank=True)
    answer_by = models.DateField()
    handling = models.CharField(max_length=2, blank=True)
    conditions = models.JSONField(default=list)
    """Of a narrowing: what is bound to the items from now on, beside what is bound already."""
    digest = models.CharField(max_length=64)
    """SHA-256 of what was proposed: the approval binds exactly this."""
    state = models.CharField(max_length=10)
    """proposed, refused, standing."""
    message = models.CharField(max_length=64, blank=True)
    """Digest of the message with which it crossed the border."""
    since = models.DateTimeField()
    """When it was proposed; for the recipient when it came."""
    proposed_by = models.CharField(max_length=60, blank=True)
    decided_by = models.CharField(max_length=60, blank=True)
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["holder", "recall"], name="evidence_recall_once")]
        indexes = [models.Index(fields=["dossier", "holder"], name="evidence_recall_dossier")]


class RecalledItem(models.Model):
    """One item that a recall names, by its content, and what became of it there."""

    recall = models.ForeignKey(Recall, on_delete=models.PROTECT, related_name="items")
    item = models.CharField(max_length=120)
    digest = models.CharField(max_length=64, blank=True)
    outcome = models.CharField(max_length=20, blank=True)
    """complied or cannot-comply; empty while nobody answered."""
    told = models.JSONField(default=dict)
    """The words of the answer: `reason`, `onward`."""
    answer = models.CharField(max_length=64, blank=True)
    """Digest of the message that answered."""
    answered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["recall", "item"], name="evidence_recalled_once")]
        indexes = [models.Index(fields=["item"], name="evidence_recalled_item")]
