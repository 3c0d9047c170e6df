"""Tables of authorities, offices and officers. Private keys are never here: they are in the node's `Keyring`."""

from typing import ClassVar

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.crypto import salted_hmac

from comity.authorities.competence import Competence
from comity.safeguards.models.spelled import Spelled


class Authority(Spelled):
    """An authority of a State: one of ours behind its own wall, or a partner, with a node or without one."""

    code = models.CharField(max_length=15, primary_key=True)
    state = models.CharField(max_length=2)
    names = models.JSONField(default=dict)
    """Language to official name; the authority's own language first."""
    competences = models.JSONField(default=list)
    languages = models.JSONField(default=list)
    local = models.BooleanField(default=False)
    has_node = models.BooleanField(default=True)
    endpoint = models.CharField(max_length=200, blank=True)
    verifying_key = models.JSONField(null=True)
    sealing_key = models.JSONField(null=True)
    tls_certificate = models.TextField(blank=True)
    seal_certificate = models.TextField(blank=True)
    """PEM of the certificate of its office's seal on documents; empty where its card told none."""
    contact = models.JSONField(default=dict)
    since = models.DateTimeField()
    active = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(has_node=False)
                | (models.Q(verifying_key__isnull=False) & models.Q(sealing_key__isnull=False)),
                name="authority_with_node_has_keys",
            )
        ]

    def may(self, competence: Competence) -> bool:
        return competence.value in self.competences


class EndedKey(models.Model):
    """A key with which an authority signed before: it verifies what was signed while it was valid, and nothing else."""

    authority = models.CharField(max_length=15)
    key_id = models.CharField(max_length=40)
    key = models.JSONField()
    until = models.DateTimeField()
    revoked_since = models.DateTimeField(null=True)
    """From when on nothing it signed is believed; null where it ended in good order."""
    reason = models.CharField(max_length=2000, blank=True)
    safety = models.CharField(max_length=12)
    """How the next key came to be believed: `own`, `continuity`, `two-people` or `directory`."""
    confirmed_by = models.JSONField(default=list)
    """The officers who compared the fingerprint, where two people did."""
    succession = models.BinaryField(null=True)
    noted_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["authority", "key_id"], name="authority_ended_key_once")]


class KeyProposal(models.Model):
    """A card with other keys that one person vouched for over another channel; a second person must do the same."""

    authority = models.CharField(max_length=15, primary_key=True)
    fingerprint = models.CharField(max_length=64)
    proposed_by = models.CharField(max_length=60)
    at = models.DateTimeField()


class HeldDirectory(models.Model):
    """A directory of authorities that this node relies on, as its founders last signed it.

    Who the founders are was compared once, by the fingerprint of their first root, which is the row's name.
    """

    fingerprint = models.CharField(max_length=64, primary_key=True)
    name = models.CharField(max_length=200)
    sheets = models.BinaryField()
    version = models.PositiveIntegerField()
    ends = models.DateTimeField()
    trusted_at = models.DateTimeField()
    trusted_by = models.CharField(max_length=60)
    taken_at = models.DateTimeField()
    taken_from = models.CharField(max_length=60)
    """The partner from which the newest version came, or `file`."""


class Office(models.Model):
    """A desk within one of our authorities."""

    id = models.UUIDField(primary_key=True)
    authority = models.ForeignKey(Authority, on_delete=models.PROTECT, related_name="offices")
    names = models.JSONField(default=dict)


class Officer(AbstractUser):
    """A person who works in an office, with the roles given to her there."""

    id = models.UUIDField(primary_key=True)
    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="officers", null=True)
    roles = models.JSONField(default=list)
    function = models.CharField(max_length=200, blank=True)
    language = models.CharField(max_length=8, default="en")
    session_round = models.PositiveIntegerField(default=0)
    """Counted up to end every session of hers at once: a session holds only in the round in which it began."""

    REQUIRED_FIELDS: ClassVar[list[str]] = []

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """What a session is bound to: her password, as Django has it, and the round."""
        bound = f"{self.session_round}:{self.password}"
        return salted_hmac("comity.authorities.Officer.session", bound, secret=secret, algorithm="sha256").hexdigest()


class Tally(models.Model):
    """How often something was tried in a window of time: wrong sign-ins by user name and address, calls of the API."""

    key = models.CharField(max_length=80, primary_key=True)
    since = models.BigIntegerField()
    """When the window began, in milliseconds since 1970."""
    count = models.IntegerField()
