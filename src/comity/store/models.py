"""The table of sealed content: what each digest is sealed under. Keys stand here only wrapped by the keyring."""

from django.db import models


class SealedBlob(models.Model):
    """One content held by this node: SHA-256 and size of the plaintext, name in the vault, content key wrapped."""

    digest = models.CharField(max_length=64, primary_key=True)
    size = models.PositiveBigIntegerField()
    name = models.CharField(max_length=64, unique=True)
    wrapped_key = models.BinaryField()
    created = models.DateTimeField()
