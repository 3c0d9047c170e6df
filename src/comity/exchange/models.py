"""Tables of the exchange. No foreign key leads out: parties and dossiers are named by code and reference."""

from django.db import models

from comity.exchange.allowance import BYTES_AT_REST, MESSAGES_PER_HOUR, OPEN_TRANSFERS, Surplus
from comity.safeguards.models.spelled import Spelled, WrittenOnce


class Direction(models.TextChoices):
    OUT = "out"
    IN = "in"


class OutboxState(models.TextChoices):
    WAITING = "waiting"
    DELIVERED = "delivered"
    STOPPED = "stopped"


class StoredMessage(WrittenOnce):
    """One authority's copy of a signed message it sent or received; the content is the very bytes that were signed.

    `holder` is our authority whose copy it is: authorities of one node share no message. The second constraint is
    the inbox's deduplication: one effect per sender and id, whatever number of envelopes brings it.
    """

    position = models.BigAutoField(primary_key=True)
    holder = models.CharField(max_length=15)
    direction = models.CharField(max_length=3, choices=Direction.choices)
    digest = models.CharField(max_length=64)
    message_id = models.UUIDField()
    type = models.CharField(max_length=100)
    sender = models.CharField(max_length=15)
    recipient = models.CharField(max_length=15)
    dossier = models.CharField(max_length=120)
    at = models.DateTimeField()
    stored_at = models.DateTimeField()
    content = models.BinaryField()
    signature = models.JSONField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["holder", "digest"], name="exchange_message_once"),
            models.UniqueConstraint(fields=["holder", "sender", "message_id"], name="exchange_message_one_effect"),
        ]
        indexes = [models.Index(fields=["dossier", "holder", "position"], name="exchange_message_dossier")]


class StoredReceipt(WrittenOnce):
    """A signed receipt about a message: given by us after commit, or got from the partner and verified."""

    message = models.ForeignKey(StoredMessage, on_delete=models.PROTECT, related_name="receipts")
    kind = models.CharField(max_length=30)
    at = models.DateTimeField()
    data = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["message", "kind"], name="exchange_receipt_once")]


class Outbox(Spelled):
    """A message on its way. Content keys lie here wrapped by the keyring until the delivery is receipted."""

    message = models.OneToOneField(StoredMessage, on_delete=models.PROTECT, primary_key=True, related_name="outbox")
    recipient = models.CharField(max_length=15)
    content_keys = models.JSONField(default=dict)
    """Attachment digest to wrapped key (base64url)."""
    state = models.CharField(max_length=10, choices=OutboxState.choices, default=OutboxState.WAITING)
    failures = models.PositiveIntegerField(default=0)
    next_attempt = models.DateTimeField()
    failing_since = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=60, blank=True)
    last_reason = models.CharField(max_length=2000, blank=True)
    lease = models.CharField(max_length=32, blank=True)
    lease_until = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["state", "next_attempt"], name="exchange_outbox_due"),
            models.Index(fields=["state", "recipient", "message"], name="exchange_outbox_queue"),
        ]


class StatementDue(Spelled):
    """When a message of ours is looked at next for what we state of it; it goes when nothing can follow."""

    message = models.OneToOneField(StoredMessage, on_delete=models.PROTECT, primary_key=True, related_name="due")
    at = models.DateTimeField(db_index=True)


class Looked(models.Model):
    """How many lines of an authority's ledger were looked at for openings of what came."""

    holder = models.CharField(max_length=15, primary_key=True)
    lines = models.PositiveBigIntegerField()


class Line(Spelled):
    """The connection to one partner: up, or down since when, why, and when it is tried next."""

    partner = models.CharField(max_length=15, primary_key=True)
    last_heard = models.DateTimeField(null=True)
    down_since = models.DateTimeField(null=True)
    failures = models.PositiveIntegerField(default=0)
    next_attempt = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=60, blank=True)
    last_reason = models.CharField(max_length=2000, blank=True)


class Allowance(models.Model):
    """What one partner may use of this node, and what it used: messages of the running hour, bytes of all it sent."""

    partner = models.CharField(max_length=15, primary_key=True)
    messages_per_hour = models.PositiveIntegerField(default=MESSAGES_PER_HOUR)
    bytes_at_rest = models.PositiveBigIntegerField(default=BYTES_AT_REST)
    open_transfers = models.PositiveIntegerField(default=OPEN_TRANSFERS)
    hour = models.DateTimeField()
    messages = models.PositiveIntegerField(default=0)
    message_bytes = models.PositiveBigIntegerField(default=0)


class TurnedAway(models.Model):
    """How much of one sort was refused to a partner within an hour, and how much of that the ledger tells."""

    partner = models.CharField(max_length=15)
    """As the envelope names it; "unknown" where it names none that we know."""
    hour = models.DateTimeField()
    surplus = models.CharField(max_length=20, choices=[(one.value, one.value) for one in Surplus])
    refused = models.PositiveIntegerField()
    entered = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["partner", "hour", "surplus"], name="exchange_turned_away_once")]


class Equivocation(models.Model):
    """Proof that a partner signed two contents under one id: the first is the stored message, the second is here."""

    first = models.ForeignKey(StoredMessage, on_delete=models.PROTECT, related_name="equivocations")
    digest = models.CharField(max_length=64)
    at = models.DateTimeField()
    content = models.BinaryField()
    signature = models.JSONField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["first", "digest"], name="exchange_equivocation_once")]


class CourierBundle(models.Model):
    """A courier's bundle that one of our authorities packed for a partner, or took in from one.

    `holder` is ours. A bundle taken in twice is one row: its outcome is that of the last time, `times` counts.
    """

    bundle = models.UUIDField()
    holder = models.CharField(max_length=15)
    partner = models.CharField(max_length=15)
    direction = models.CharField(max_length=3, choices=Direction.choices)
    number = models.PositiveBigIntegerField()
    digest = models.CharField(max_length=64)
    """Of the manifest."""
    at = models.DateTimeField()
    """When it was packed, by the clock of whoever packed it."""
    handled_at = models.DateTimeField()
    """When it was packed or last taken in here."""
    handled_by = models.CharField(max_length=120)
    size = models.PositiveBigIntegerField()
    """Bytes of its parts."""
    wants = models.JSONField(default=list)
    """Of one taken in: the content its sender still waits for, which the next bundle for it carries."""
    times = models.PositiveIntegerField(default=1)
    whole = models.BooleanField(default=False)
    """Of one taken in: nothing of it needs to come again. Of one packed: the partner says that it took it in whole."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["holder", "partner", "direction", "bundle"], name="exchange_bundle_once"),
            models.UniqueConstraint(
                fields=["holder", "partner", "number"],
                condition=models.Q(direction="out"),
                name="exchange_bundle_number_once",
            ),
        ]
        indexes = [models.Index(fields=["holder", "handled_at"], name="exchange_bundle_list")]


class CourierPart(models.Model):
    """One part of a bundle. `subject` is the digest of the message, or of the content, that it carries or is about."""

    bundle = models.ForeignKey(CourierBundle, on_delete=models.CASCADE, related_name="parts")
    place = models.PositiveIntegerField()
    kind = models.CharField(max_length=10)
    digest = models.CharField(max_length=64)
    subject = models.CharField(max_length=64, blank=True)
    size = models.PositiveBigIntegerField()
    start = models.PositiveBigIntegerField(default=0)
    outcome = models.CharField(max_length=12, blank=True)
    """Of one taken in; see `courier.PartOutcome`."""
    reason = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["bundle", "place"], name="exchange_part_place")]
        indexes = [models.Index(fields=["subject"], name="exchange_part_subject")]


class OwedReceipt(models.Model):
    """A receipt about what came by courier, carried back with every bundle until the partner says that it came."""

    holder = models.CharField(max_length=15)
    partner = models.CharField(max_length=15)
    message_id = models.UUIDField()
    digest = models.CharField(max_length=64)
    """SHA-256 of the receipt."""
    data = models.BinaryField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["holder", "partner", "message_id"], name="exchange_owed_once")]


class PartnerCheckpoint(Spelled):
    """A signed checkpoint of a partner's ledger (`log`) that one of our authorities (`holder`) knows as its witness."""

    holder = models.CharField(max_length=15)
    log = models.CharField(max_length=15)
    size = models.PositiveBigIntegerField()
    """Entries that it covers."""
    root = models.BinaryField(max_length=32)
    note = models.TextField()
    at = models.DateTimeField()

    class Meta:
        abstract = True


class WitnessedLog(PartnerCheckpoint):
    """What one of our authorities, as a witness, knows of a partner's ledger: the last checkpoint that it cosigned."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["holder", "log"], name="exchange_witnessed_log")]


class SeenCheckpoint(PartnerCheckpoint):
    """A checkpoint of a partner's ledger as we saw it: at our own door, or shown to us by another witness.

    It is settled once it is known to lie in the one history that we cosign; what is shown to us waits for the log's
    own proof of that.
    """

    shown_by = models.CharField(max_length=15, blank=True)
    settled = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["holder", "log", "size", "root"], name="exchange_checkpoint_seen_once")
        ]


class LedgerFault(Spelled):
    """Proof that a ledger has two histories: what its authority signed before, and what it signed that denies it."""

    holder = models.CharField(max_length=15)
    log = models.CharField(max_length=15)
    kind = models.CharField(max_length=12)
    known_size = models.PositiveBigIntegerField()
    size = models.PositiveBigIntegerField()
    first = models.TextField()
    """The signed checkpoint that was known; empty where nothing was."""
    second = models.TextField()
    """The signed checkpoint or request that denies it."""
    signature = models.JSONField(null=True)
    """The log's signature over the request, where the second is one."""
    shown_by = models.CharField(max_length=15, blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["holder", "log", "kind", "known_size"], name="exchange_ledger_fault_once")
        ]


class Standing(Spelled):
    """How one of our ledgers stands with one witness: what it cosigned last, and what came of the last try."""

    log = models.CharField(max_length=15)
    witness = models.CharField(max_length=15)
    size = models.PositiveBigIntegerField(default=0)
    root = models.BinaryField(max_length=32, default=b"")
    note = models.TextField(blank=True)
    """The checkpoint with our lines and the witness's; empty before the first."""
    at = models.DateTimeField(null=True)
    tried_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=12, default="new")
    known_size = models.PositiveBigIntegerField(default=0)
    """What the witness says that it knows of us, where that is not what we know."""
    reason = models.CharField(max_length=2000, blank=True)
    since = models.DateTimeField(null=True)
    """Since when the state is what it is."""
    told = models.JSONField(default=dict)
    """Of which partners' ledgers we showed it a checkpoint, and of what size."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["log", "witness"], name="exchange_standing_once")]


class Reconciling(Spelled):
    """A partner with whom it is compared what both hold: we ask (our copy was old), or it does.

    While a row of ours is open nothing goes to that partner but the questions, and nothing is written to it.
    """

    holder = models.CharField(max_length=15)
    partner = models.CharField(max_length=15)
    asking = models.BooleanField()
    since = models.DateTimeField()
    reason = models.CharField(max_length=20, blank=True)
    """`restored` by the operator, or `told` by the partner."""
    question = models.UUIDField(null=True)
    pages = models.PositiveIntegerField(default=0)
    seen = models.JSONField(default=list)
    """Numbers of the pages that came."""
    wanted = models.JSONField(default=list)
    """Digests that the partner told and we did not hold."""
    closing = models.UUIDField(null=True)
    """The message that says that we hold everything again: once it is delivered, what waited may go."""
    done_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["holder", "partner", "asking"], name="exchange_reconciling_once")
        ]
