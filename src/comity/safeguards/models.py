"""Tables of the ledger; no foreign key leads in or out: an act stays on record whatever becomes of its subject."""

from django.db import models


class LedgerEntry(models.Model):
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


class LedgerHead(models.Model):
    """The state of one authority's log: its size and the compact range from which the root follows."""

    authority = models.CharField(max_length=15, primary_key=True)
    size = models.PositiveBigIntegerField(default=0)
    frontier = models.BinaryField(default=b"")


class LedgerRead(models.Model):
    """A read, durable before the page is sent; sequenced into the tree in batches."""

    authority = models.CharField(max_length=15)
    at = models.DateTimeField()
    actor = models.CharField(max_length=120)
    event = models.CharField(max_length=80)
    subject = models.CharField(max_length=120)
    purpose = models.CharField(max_length=300)

    class Meta:
        indexes = [models.Index(fields=["authority", "id"], name="ledger_read_queue")]
