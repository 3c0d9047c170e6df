"""The table of sealed content: what each digest is sealed under. Keys stand here only wrapped by the keyring."""

from django.db import models


class SealedBlob(models.Model):
    """One content held by this node: SHA-256 and size of the plaintext, name in the vault, content key wrapped."""

    digest = models.CharField(max_length=64, primary_key=True)
    size = models.PositiveBigIntegerField()
    name = models.CharField(max_length=64, unique=True)
    wrapped_key = models.BinaryField()
    created = models.DateTimeField()
    checked = models.DateTimeField(null=True)
    """When it was last read back from the vault, chunk by chunk, and compared with its digest."""
    fault = models.CharField(max_length=20, blank=True)
    """What that reading found (`scrub.Fault`); empty: whole."""
    fault_since = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["checked"], name="store_blob_checked")]
