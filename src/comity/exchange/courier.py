"""The courier's bundle: what waits for one partner, in one file that goes by hand instead of over the line.

Layout: a line of magic, four bytes of length (big-endian), the sealed manifest, then the parts back to back in the
order of the manifest. The sealed manifest is canonical `{"header", "sealed"}` like an envelope and opens to canonical
`{"manifest": base64url of canonical content, "signature": {...}}`. Outside stand only the names that every envelope
shows; number, digests and sizes of the parts are sealed. Nothing in it is a name of a file and nothing is unpacked.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import Any, BinaryIO
from uuid import UUID

from comity.exchange.envelope import MAX_ENVELOPE_BYTES, Envelope, parse_envelope
from comity.exchange.fields import Fields
from comity.exchange.receipt import MAX_RECEIPT_BYTES
from comity.exchange.rejection import EnvelopeRejectedError, RejectionCode
from comity.seals.canonical import MAX_INTEGER, decode, encode, from_b64, sha256_hex, to_b64
from comity.seals.keys import OpeningKey, SealingKey
from comity.seals.sealing import open_sealed, seal
from comity.seals.signing import Signature, Signer
from comity.values.errors import BrokenError, InvalidInputError
from comity.values.instant import instant_text

PROTOCOL = "comity-courier/1"
MAGIC = f"{PROTOCOL}\n".encode()
SIGNED_KIND = "courier-manifest"
VERSION = 1
MAX_PARTS = 9_000
MAX_MESSAGES = 4_000
MAX_RECEIPTS = 4_000
MAX_CONTENTS = 1_000
MAX_WANTS = 1_000
MAX_TAKEN = 1_000
_LENGTH = 4
_CODE = "courier:form"


class PartKind(StrEnum):
    """In this order they lie in a bundle: receipts settle first, content comes when its message is here."""

    RECEIPT = "receipt"
    ENVELOPE = "envelope"
    CONTENT = "content"


_MOST = {
    PartKind.RECEIPT: (MAX_RECEIPTS, MAX_RECEIPT_BYTES),
    PartKind.ENVELOPE: (MAX_MESSAGES, MAX_ENVELOPE_BYTES),
    PartKind.CONTENT: (MAX_CONTENTS, MAX_INTEGER),
}


class PartOutcome(StrEnum):
    """What came of one part; one closed list for all kinds."""

    TAKEN = "taken"
    """The message took effect, the receipt settled its message, the content is here whole and verified."""
    REPEATED = "repeated"
    """It came before, by whatever way; nothing was done twice."""
    REFUSED = "refused"
    """The receiving rules refuse the message, or the receipt is none of ours; the reason stands beside it."""
    UNDECIDED = "undecided"
    """The node could not decide now; take the same bundle in again."""
    PARTIAL = "partial"
    """Of the content so much came as the bundle holds; the rest is asked for."""
    NOT_AWAITED = "not-awaited"
    """No message here announced this content, or bytes before these are not here; take the bundle in again then."""
    DAMAGED = "damaged"
    """Its bytes are not those of the manifest, or a chunk does not open; nothing of it counted."""
    MISSING = "missing"
    """The file ends before it."""


AGAIN = frozenset({PartOutcome.UNDECIDED, PartOutcome.NOT_AWAITED, PartOutcome.DAMAGED, PartOutcome.MISSING})
"""Outcomes with which a bundle does not count as taken: its sender packs the same again."""


@dataclass(frozen=True, slots=True)
class Part:
    """One part: of envelope and receipt the SHA-256 of its bytes; of content that of the plaintext, and from where."""

    kind: PartKind
    digest: str
    size: int
    start: int = 0
    """Where in the sealed content these bytes begin; 0 for the other kinds."""

    def to_json(self) -> dict[str, Any]:
        return {"kind": self.kind.value, "digest": self.digest, "size": self.size, "start": self.start}


@dataclass(frozen=True, slots=True)
class Want:
    """Content that a message announced and that is not here yet, from this sealed byte on."""

    digest: str
    start: int

    def to_json(self) -> dict[str, Any]:
        return {"digest": self.digest, "start": self.start}


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """What a bundle holds, from whom, for whom, under which number; signed by the sender."""

    id: UUID
    number: int
    sender: str
    recipient: str
    at: datetime
    taken: tuple[UUID, ...] = ()
    """Bundles of the recipient's that the sender has taken in whole."""
    wants: tuple[Want, ...] = ()
    parts: tuple[Part, ...] = ()

    @cached_property
    def content(self) -> bytes:
        return encode(
            {
                "version": VERSION,
                "id": str(self.id),
                "number": self.number,
                "sender": self.sender,
                "recipient": self.recipient,
                "at": instant_text(self.at),
                "taken": [str(one) for one in self.taken],
                "wants": [one.to_json() for one in self.wants],
                "parts": [one.to_json() for one in self.parts],
            }
        )

    @cached_property
    def digest(self) -> str:
        return sha256_hex(self.content)

    @property
    def size(self) -> int:
        """Bytes of all parts together."""
        return sum(part.size for part in self.parts)

    def count(self, kind: PartKind) -> int:
        return sum(part.kind is kind for part in self.parts)

    @classmethod
    def from_content(cls, content: bytes) -> "Manifest":
        """Read a manifest, every list and number bounded; raises InvalidInputError `courier:form` or `canonical:*`."""
        members = Fields(decode(content, max_bytes=MAX_ENVELOPE_BYTES), _MEMBERS, code=_CODE)
        if members.raw("version") != VERSION:
            raise members.fault("version", f"This node reads version {VERSION} of bundles.")
        parts = tuple(_part(one, place) for one, place in _listed(members, "parts", MAX_PARTS))
        order = [list(PartKind).index(part.kind) for part in parts]
        if order != sorted(order):
            raise members.fault("parts", "Receipts come first, then envelopes, then content.")
        for kind, (most, _) in _MOST.items():
            if sum(part.kind is kind for part in parts) > most:
                raise members.fault("parts", f"At most {most} parts of the kind {kind} go into one bundle.")
        return cls(
            id=members.id("id"),
            number=members.number("number", largest=MAX_INTEGER),
            sender=members.authority("sender"),
            recipient=members.authority("recipient"),
            at=members.instant("at"),
            taken=tuple(_id(one, members) for one in members.list("taken", longest=MAX_TAKEN)),
            wants=tuple(_want(one, place) for one, place in _listed(members, "wants", MAX_WANTS)),
            parts=parts,
        )


_MEMBERS = ("version", "id", "number", "sender", "recipient", "at", "taken", "wants", "parts")


def _listed(members: Fields, name: str, longest: int) -> Iterable[tuple[Any, str]]:
    return ((one, f"{name}[{number}]") for number, one in enumerate(members.list(name, longest=longest)))


def _id(value: Any, members: Fields) -> UUID:
    try:
        return Fields({"id": value}, ("id",), code=_CODE, place="taken").id("id")
    except InvalidInputError as error:
        raise members.fault("taken", error.message) from error


def _want(value: Any, place: str) -> Want:
    fields = Fields(value, ("digest", "start"), code=_CODE, place=place)
    return Want(fields.digest("digest"), fields.number("start", largest=MAX_INTEGER))


def _part(value: Any, place: str) -> Part:
    fields = Fields(value, ("kind", "digest", "size", "start"), code=_CODE, place=place)
    kind: PartKind = fields.one_of("kind", PartKind)
    start = fields.number("start", largest=MAX_INTEGER if kind is PartKind.CONTENT else 0)
    return Part(kind, fields.digest("digest"), fields.number("size", largest=_MOST[kind][1]), start)


@dataclass(frozen=True, slots=True)
class SignedManifest:
    """A manifest as it came: parsed, its signature not yet verified."""

    manifest: Manifest
    signature: Signature


def seal_manifest(manifest: Manifest, signer: Signer, recipient: SealingKey) -> bytes:
    """The head of the file: magic, length, and the signed manifest sealed to the recipient."""
    signature = signer.sign(SIGNED_KIND, manifest.content)
    outside = Envelope(
        manifest.sender, manifest.recipient, signature.key_id, recipient.key_id, manifest.id, sealed=b"",
        protocol=PROTOCOL,
    )  # fmt: skip
    plaintext = encode({"manifest": to_b64(manifest.content), "signature": signature.to_json()})
    sealed = encode({"header": outside.header(), "sealed": to_b64(seal(recipient, outside.header(), plaintext))})
    return MAGIC + len(sealed).to_bytes(_LENGTH) + sealed


def read_outside(file: BinaryIO) -> tuple[Envelope, int]:
    """The outside of a bundle and where its parts begin; nothing beyond a bounded head is read.

    Raises EnvelopeRejectedError malformed, too-large or unsupported-version.
    """
    file.seek(0)
    head = file.read(len(MAGIC) + _LENGTH)
    if not head.startswith(MAGIC) or len(head) < len(MAGIC) + _LENGTH:
        raise EnvelopeRejectedError(RejectionCode.MALFORMED, "This file is no courier's bundle.")
    length = int.from_bytes(head[len(MAGIC) :])
    if length > MAX_ENVELOPE_BYTES:
        raise EnvelopeRejectedError(RejectionCode.TOO_LARGE, f"Its manifest has {length} bytes.")
    data = file.read(length)
    if len(data) < length:
        raise EnvelopeRejectedError(RejectionCode.MALFORMED, "The file ends within its manifest.")
    return parse_envelope(data, protocol=PROTOCOL), len(head) + length


def open_manifest(outside: Envelope, key: OpeningKey) -> SignedManifest:
    """Open the sealed manifest; nothing of it is believed before its signature was verified.

    Raises BrokenError `seal:sealed`, InvalidInputError for another form or where outside and inside disagree.
    """
    plaintext = open_sealed(key, outside.header(), outside.sealed)
    members = Fields(decode(plaintext), ("manifest", "signature"), code=_CODE, place="sealed")
    manifest = Manifest.from_content(from_b64(members.text("manifest", longest=MAX_ENVELOPE_BYTES)))
    try:
        signature = Signature.from_json(members.raw("signature"))
    except BrokenError as error:
        raise InvalidInputError(error.message, code=_CODE, place="signature") from error
    named = (manifest.id, manifest.sender, manifest.recipient, signature.key_id)
    if named != (outside.id, outside.sender, outside.recipient, outside.sender_key):
        raise InvalidInputError("Outside and inside of the bundle disagree.", code=_CODE, place="header")
    return SignedManifest(manifest, signature)


def file_name(identity: UUID) -> str:
    """What a bundle's file is called: its random number alone, so that its name tells no more than its outside."""
    return f"{identity}.comity"
