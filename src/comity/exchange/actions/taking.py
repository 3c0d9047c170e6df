"""Taking a courier's bundle in: each part by the way it would have gone over the line, none of them twice."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import BinaryIO

from django.db import IntegrityError, OperationalError, transaction

from comity.authorities.keyring import Keyring
from comity.authorities.queries import ended_key, local_authorities, node_key
from comity.exchange.actions.packing import counts, expect_may, part_rows
from comity.exchange.actions.receiving import Receiver, receive
from comity.exchange.actions.sending import decide, verified
from comity.exchange.cargo import Cargo
from comity.exchange.courier import (
    AGAIN,
    SIGNED_KIND,
    Manifest,
    Part,
    PartKind,
    PartOutcome,
    SignedManifest,
    open_manifest,
    read_outside,
)
from comity.exchange.envelope import Envelope, parse_envelope
from comity.exchange.models import (
    CourierBundle,
    CourierPart,
    Direction,
    Outbox,
    OutboxState,
    OwedReceipt,
    StoredMessage,
)
from comity.exchange.receipt import Receipt, peek_receipt
from comity.exchange.rejection import PASSING, SENTENCES, EnvelopeRejectedError, RejectionCode
from comity.safeguards.actions import enter
from comity.safeguards.permissions import Permission
from comity.seals.canonical import sha256_hex
from comity.seals.keys import VerifyingKey
from comity.seals.signing import verify
from comity.values.actor import Act, job
from comity.values.errors import BrokenError, ComityError, ConflictError, InvalidInputError, UnavailableError
from comity.values.reference import Kind, Reference


@dataclass(frozen=True, slots=True)
class Result:
    """What came of one part: of which message or content, and why, where there is something to say."""

    outcome: PartOutcome
    subject: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Taken:
    """What came of a bundle, part by part."""

    manifest: Manifest
    results: tuple[Result, ...]
    repeated: bool
    """This very bundle was taken in before."""

    @property
    def whole(self) -> bool:
        """Whether nothing of it needs to come again."""
        return not any(result.outcome in AGAIN for result in self.results)

    def tally(self) -> dict[str, int]:
        """How many parts of each kind came to what, e.g. `envelope-taken`."""
        found: dict[str, int] = {}
        for part, result in zip(self.manifest.parts, self.results, strict=True):
            name = f"{part.kind.value}-{result.outcome.value}"
            found[name] = found.get(name, 0) + 1
        return dict(sorted(found.items()))


@dataclass
class _Bag:
    """The file in hand: who it says it is from, for whom, and where its parts lie."""

    file: BinaryIO
    outside: Envelope
    begin: int
    keys: Keyring
    receivers: Mapping[str, Receiver]
    cargo: Cargo
    clock: Callable[[], datetime]
    act: Act
    learned: dict[int, Result] = field(default_factory=dict)
    """Parts that were tried before the manifest could be believed."""

    @property
    def holder(self) -> str:
        return self.outside.recipient

    @property
    def partner(self) -> str:
        return self.outside.sender

    def placed(self, manifest: Manifest) -> Iterator[tuple[int, Part, int]]:
        """Each part with its number and the byte of the file at which it begins."""
        at = self.begin
        for number, part in enumerate(manifest.parts):
            yield number, part, at
            at += part.size

    def read(self, at: int, size: int) -> bytes:
        self.file.seek(at)
        return self.file.read(size)


def take(
    act: Act,
    file: BinaryIO,
    *,
    keys: Keyring,
    receivers: Mapping[str, Receiver],
    cargo: Cargo,
    holder: str = "",
    clock: Callable[[], datetime] | None = None,
) -> Taken:
    """Take in a bundle from a file that can be sought in; the same effect as the line, whatever the order.

    Receipts settle what waits in our outbox, envelopes pass the very door of the exchange port, content goes into its
    transfer chunk by chunk. Each part has an outcome of a closed list and stands for itself: a bundle that is cut,
    damaged in places, repeated or out of order does what its good parts do, once. The receipts it earns are owed until
    the partner says that they came. Raises EnvelopeRejectedError with one code where nothing of it is believed.
    """
    own = holder or act.actor.authority
    expect_may(act, Permission.COURIER_TAKE, own)
    try:
        outside, begin = read_outside(file)
        bag = _Bag(file, outside, begin, keys, receivers, cargo, clock or (lambda: act.at), act)
        _expect_between(outside, own, keys)
        manifest = _believed(bag)
    except EnvelopeRejectedError as rejected:
        _enter_refusal(act, own, rejected)
        raise
    _settle_ours(bag, manifest)
    results = tuple(bag.learned.get(number) or _take_part(bag, part, at) for number, part, at in bag.placed(manifest))
    return _kept(bag, manifest, results)


def _expect_between(outside: Envelope, own: str, keys: Keyring) -> None:
    """It is for our authority and says that it is from a partner of ours."""
    if outside.recipient != own or own not in keys.authorities() or outside.sender == own:
        raise EnvelopeRejectedError(RejectionCode.WRONG_RECIPIENT, f"It is addressed to {outside.recipient}.")
    if node_key(outside.sender) is None:
        raise EnvelopeRejectedError(RejectionCode.UNKNOWN_PEER)


def _believed(bag: _Bag) -> Manifest:
    """The manifest, once its seal, its form, its signature and its length hold."""
    try:
        signed = open_manifest(bag.outside, bag.keys.opening_key(bag.holder, bag.outside.recipient_key))
    except BrokenError as error:
        raise EnvelopeRejectedError(RejectionCode.SEALED, error.message) from error
    except InvalidInputError as error:
        raise EnvelopeRejectedError(RejectionCode.MALFORMED, error.message) from error
    bag.file.seek(0, 2)
    if bag.file.tell() > bag.begin + signed.manifest.size:
        raise EnvelopeRejectedError(RejectionCode.MALFORMED, "The file goes on behind its last part.")
    key = _key(bag, signed) or _learned_key(bag, signed)
    try:
        verify(key, SIGNED_KIND, signed.manifest.content, signed.signature)
    except BrokenError as error:
        raise EnvelopeRejectedError(RejectionCode.SIGNATURE, error.message) from error
    known = _row(bag, signed.manifest)
    if known is not None and known.digest != signed.manifest.digest:
        raise EnvelopeRejectedError(RejectionCode.EQUIVOCATION, "Another bundle came under the same id.")
    return signed.manifest


def _key(bag: _Bag, signed: SignedManifest) -> VerifyingKey | None:
    """The partner's key that the signature names, if it has or had it and it held at the time; None if never heard of.

    As with messages: what arrives under a revoked key is not believed, whatever time it says.
    """
    current = node_key(bag.partner)
    if current is not None and current.key_id == signed.signature.key_id:
        return current
    ended = ended_key(bag.partner, signed.signature.key_id)
    if ended is None:
        return None
    if ended.revoked_since is not None:
        raise EnvelopeRejectedError(RejectionCode.SIGNATURE, f"The key {ended.key.key_id} was revoked.")
    try:
        ended.expect_signed(signed.manifest.at)
    except BrokenError as error:
        raise EnvelopeRejectedError(RejectionCode.SIGNATURE, error.message) from error
    return ended.key


def _learned_key(bag: _Bag, signed: SignedManifest) -> VerifyingKey:
    """The key of a partner that rotated and has no other way to say so: its notice lies in this very bundle.

    Envelopes stand for themselves; those under the key we know are taken at the door until one of them names the new.
    """
    for number, part, at in bag.placed(signed.manifest):
        current = node_key(bag.partner)
        if part.kind is not PartKind.ENVELOPE or current is None:
            continue
        data = bag.read(at, part.size)
        try:
            if parse_envelope(data).sender_key != current.key_id:
                continue
        except EnvelopeRejectedError:
            continue
        bag.learned[number] = _take_part(bag, part, at)
        key = _key(bag, signed)
        if key is not None:
            return key
    raise EnvelopeRejectedError(
        RejectionCode.SIGNATURE, f"Our directory does not know the key {signed.signature.key_id[:40]} of {bag.partner}."
    )


def _row(bag: _Bag, manifest: Manifest) -> CourierBundle | None:
    return CourierBundle.objects.filter(
        holder=bag.holder, partner=bag.partner, direction=Direction.IN, bundle=manifest.id
    ).first()


@transaction.atomic
def _settle_ours(bag: _Bag, manifest: Manifest) -> None:
    """What the partner says it took in whole is done with: the receipts that lay in those bundles are owed no more."""
    ours = CourierBundle.objects.filter(
        holder=bag.holder, partner=bag.partner, direction=Direction.OUT, bundle__in=manifest.taken
    )
    carried = CourierPart.objects.filter(bundle__in=ours.filter(whole=False), kind=PartKind.RECEIPT.value)
    OwedReceipt.objects.filter(
        holder=bag.holder, partner=bag.partner, digest__in=list(carried.values_list("digest", flat=True))
    ).delete()
    ours.update(whole=True)


def _take_part(bag: _Bag, part: Part, at: int) -> Result:
    """One part, read where it lies; a cut file and damaged bytes are told apart before anything is done with them."""
    if part.kind is PartKind.CONTENT:
        return _take_content(bag, part, at)
    data = bag.read(at, part.size)
    if len(data) < part.size:
        return Result(PartOutcome.MISSING)
    if sha256_hex(data) != part.digest:
        return Result(PartOutcome.DAMAGED)
    try:
        if part.kind is PartKind.RECEIPT:
            return _take_receipt(bag, data)
        return _take_envelope(bag, data)
    except (OperationalError, UnavailableError) as error:
        return Result(PartOutcome.UNDECIDED, reason=str(error)[:300])


def _take_envelope(bag: _Bag, data: bytes) -> Result:
    """The door of the exchange port; the receipt it gives is owed to the partner."""
    try:
        outside = parse_envelope(data)
    except EnvelopeRejectedError as rejected:
        return Result(PartOutcome.REFUSED, reason=rejected.rejection.value)
    if (outside.sender, outside.recipient) != (bag.partner, bag.holder):
        return Result(PartOutcome.REFUSED, reason=RejectionCode.WRONG_RECIPIENT.value)
    known = StoredMessage.objects.filter(holder=bag.holder, sender=bag.partner, message_id=outside.id).exists()
    try:
        answer = receive(data, at=bag.clock(), chance=bag.act.chance, keys=bag.keys, receivers=bag.receivers)
    except EnvelopeRejectedError as rejected:
        return Result(PartOutcome.REFUSED, reason=rejected.rejection.value)
    except ConflictError as error:  # another hand was on the dossier at this moment
        return Result(PartOutcome.UNDECIDED, reason=error.message[:300])
    receipt = peek_receipt(answer)
    _owe(bag, receipt, answer)
    if receipt.rejection is not None:
        return Result(PartOutcome.REFUSED, receipt.digest, f"{receipt.rejection.value}: {receipt.reason}"[:300])
    return Result(PartOutcome.REPEATED if known else PartOutcome.TAKEN, receipt.digest)


@transaction.atomic
def _owe(bag: _Bag, receipt: Receipt, data: bytes) -> None:
    """Keep what is to be carried back; a verdict that was given is not replaced by a later refusal of a copy."""
    held = OwedReceipt.objects.select_for_update().filter(
        holder=bag.holder, partner=bag.partner, message_id=receipt.message_id
    )
    wanted = {"digest": sha256_hex(data), "data": data, "at": bag.clock()}
    before = held.first()
    if before is None:
        OwedReceipt.objects.create(holder=bag.holder, partner=bag.partner, message_id=receipt.message_id, **wanted)
    elif not receipt.negative or peek_receipt(bytes(before.data)).negative:
        held.update(**wanted)


@transaction.atomic
def _take_receipt(bag: _Bag, data: bytes) -> Result:
    """Settle the message it speaks of, as an answer over the line would; whether the line is up is not said by it."""
    try:
        said = peek_receipt(data)
        stored = StoredMessage.objects.filter(
            holder=bag.holder, direction=Direction.OUT, message_id=said.message_id, recipient=bag.partner
        ).first()
        if stored is None:
            return Result(PartOutcome.REFUSED, reason="We sent no such message.")
        sent = CourierPart.objects.filter(
            subject=stored.digest, kind=PartKind.ENVELOPE.value, bundle__direction=Direction.OUT
        )
        answered = verified(stored, data, set(sent.values_list("digest", flat=True)))
    except ComityError as error:
        return Result(PartOutcome.REFUSED, reason=f"It is no receipt of ours: {error.message}"[:300])
    row = Outbox.objects.select_for_update().filter(message=stored).select_related("message").first()
    receipt = answered.receipt
    if row is None or row.state == OutboxState.DELIVERED or (row.state == OutboxState.STOPPED and receipt.negative):
        return Result(PartOutcome.REPEATED, stored.digest)
    by = replace(bag.act, at=bag.clock())
    if receipt.rejection in PASSING:
        row.failing_since = row.failing_since or by.at
        row.last_error, row.last_reason = f"exchange:{receipt.rejection}", receipt.reason
        row.save(update_fields=["failing_since", "last_error", "last_reason"])
    else:
        decide(by, row, answered)
    return Result(PartOutcome.TAKEN, stored.digest)


def _take_content(bag: _Bag, part: Part, at: int) -> Result:
    """Sealed content goes into the transfer that awaits it; each chunk is opened there before it counts."""

    def read(start: int, end: int) -> bytes:
        first, last = max(start, part.start), min(end, part.start + part.size)
        return bag.read(at + first - part.start, last - first) if start >= part.start and first < last else b""

    by = replace(bag.act, at=bag.clock()).by(job("exchange", bag.holder))
    bag.file.seek(0, 2)
    held = max(0, min(part.size, bag.file.tell() - at))
    if not held and part.size:
        return Result(PartOutcome.MISSING, part.digest)
    span = range(part.start, part.start + held)
    try:
        outcome = bag.cargo.take(by, bag.holder, bag.partner, part.digest, span, read)
    except (OperationalError, UnavailableError) as error:
        return Result(PartOutcome.UNDECIDED, part.digest, str(error)[:300])
    return Result(outcome, part.digest)


def _kept(bag: _Bag, manifest: Manifest, results: tuple[Result, ...]) -> Taken:
    """Enter what came of the bundle; between two hands with the same file, the later one counts as a repetition."""
    for _ in range(2):
        try:
            return _entered(bag, manifest, results)
        except IntegrityError:
            continue
    return _entered(bag, manifest, results)


@transaction.atomic
def _entered(bag: _Bag, manifest: Manifest, results: tuple[Result, ...]) -> Taken:
    row = _row(bag, manifest)
    taken = Taken(manifest, results, repeated=row is not None)
    at = bag.clock()
    if row is None:
        row = CourierBundle.objects.create(
            bundle=manifest.id,
            holder=bag.holder,
            partner=bag.partner,
            direction=Direction.IN,
            number=manifest.number,
            digest=manifest.digest,
            at=manifest.at,
            handled_at=at,
            handled_by=str(bag.act.actor),
            size=manifest.size,
            wants=[want.to_json() for want in manifest.wants],
            whole=taken.whole,
        )
    else:
        row.handled_at, row.handled_by, row.times = at, str(bag.act.actor), row.times + 1
        row.whole = row.whole or taken.whole
        row.save()
        row.parts.all().delete()
    rows = part_rows(row, manifest, [result.subject for result in results])
    for part, result in zip(rows, results, strict=True):
        part.outcome, part.reason = result.outcome.value, result.reason
    CourierPart.objects.bulk_create(rows, batch_size=500)
    enter(
        replace(bag.act, at=at),
        "exchange:bundle:taken",
        Reference(bag.partner, Kind.BUNDLE, manifest.id),
        authority=bag.holder,
        facts=counts(manifest) | {"partner": bag.partner, "outcomes": taken.tally(), "repeated": taken.repeated},
    )
    return taken


@transaction.atomic
def _enter_refusal(act: Act, holder: str, rejected: EnvelopeRejectedError) -> None:
    known = {row.code for row in local_authorities()}
    if holder in known:
        enter(
            act,
            "exchange:bundle:refused",
            f"{holder}:courier",
            authority=holder,
            facts={"rejection": rejected.rejection.value, "said": SENTENCES[rejected.rejection]},
        )
