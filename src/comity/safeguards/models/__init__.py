"""Tables of the ledger; no foreign key leads in or out: an act stays on record whatever becomes of its subject."""

from django.db import models

from comity.safeguards.models.spelled import Spelled, WrittenOnce


class LedgerEntry(WrittenOnce):
    """One act or read of one authority: the canonical entry, its salt, and the leaf it makes in the Merkle log.

    The leaf is SHA-256(salt, entry); entry and salt stand beside it, so that by law they can be erased
    and leave a provable gap.
    """

    authority = models.CharField(max_length=15)
    seq = models.PositiveBigIntegerField()
    at = models.DateTimeField()
    actor = models.CharField(max_length=120)
    event = models.CharField(max_length=80)
    subject = models.CharField(max_length=120)
    salt = models.BinaryField(max_length=16, null=True)
    entry = models.BinaryField(null=True)
    leaf = models.BinaryField(max_length=32)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["authority", "seq"], name="ledger_entry_place")]
        indexes = [
            models.Index(fields=["subject", "seq"], name="ledger_entry_subject"),
            models.Index(fields=["authority", "event"], name="ledger_entry_event"),
        ]


class LedgerHead(Spelled):
    """The state of one authority's log: its size and the compact range from which the root follows."""

    authority = models.CharField(max_length=15, primary_key=True)
    size = models.PositiveBigIntegerField(default=0)
    frontier = models.BinaryField(default=b"")


class LedgerRead(WrittenOnce):
    """A read, durable before the page is sent; sequenced into the tree in batches."""

    authority = models.CharField(max_length=15)
    at = models.DateTimeField()
    actor = models.CharField(max_length=120)
    event = models.CharField(max_length=80)
    subject = models.CharField(max_length=120)
    purpose = models.CharField(max_length=300)

    class Meta:
        indexes = [models.Index(fields=["authority", "id"], name="ledger_read_queue")]


class LedgerTile(Spelled):
    """One hash tile of an authority's log (`comity.seals.tiles`): derived from the entries, so that proofs stay cheap.

    A row of 256 hashes is full and never changes again; above level 0 a row may still grow. Level 0 holds full rows
    only: the leaves after the last of them are read from the entries.
    """

    authority = models.CharField(max_length=15)
    level = models.PositiveSmallIntegerField()
    index = models.PositiveBigIntegerField()
    hashes = models.BinaryField(max_length=8192)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["authority", "level", "index"], name="ledger_tile_place")]


class LedgerStamp(models.Model):
    """A checkpoint of one authority's log with the answer of a timestamp authority over it, as it came."""

    authority = models.CharField(max_length=15)
    size = models.PositiveBigIntegerField()
    at = models.DateTimeField()
    """The moment that the timestamp states."""
    asked_at = models.DateTimeField()
    note = models.TextField()
    """The signed note; the answer is its last line (`seals.timestamp`)."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["authority", "size"], name="ledger_stamp_once")]


class StampLine(models.Model):
    """The line to the timestamp authority, of one authority: since when it does not answer, and what it said."""

    authority = models.CharField(max_length=15, primary_key=True)
    failing_since = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=300, blank=True)


class GlassLine(models.Model):
    """A line of the journal of breakings of the glass that the ledger took, or a journal that does not hold.

    One row for each line and authority: so each is entered in the ledger once, by whoever comes first.
    """

    authority = models.CharField(max_length=15)
    link = models.CharField(max_length=64)
    """The line's link in its chain; of a journal that does not hold, the digest of what was found."""
    seq = models.PositiveIntegerField(default=0)
    kind = models.CharField(max_length=12)
    """As in the journal, or `broken`."""
    at = models.DateTimeField()
    subject = models.CharField(max_length=120)
    officers = models.JSONField(default=list)
    ground = models.CharField(max_length=10, blank=True)
    text = models.CharField(max_length=300, blank=True)
    acknowledged_by = models.CharField(max_length=60, blank=True)
    acknowledged_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["authority", "link"], name="ledger_glass_line_once")]
