"""The envelope: a signed message sealed to one recipient, under a header the seal is bound to.

Wire form: canonical `{"header": {...}, "sealed": base64url}`. HPKE's info is SHA-256 of the canonical header, so a
header with any letter changed opens nothing. Content keys of attachments ride sealed beside the message, never in it:
what is stored, ledgered or exported of a message holds no secret.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from comity.exchange.fields import Fields
from comity.exchange.message import MAX_ATTACHMENTS, MAX_CONTENT_BYTES, SignedMessage
from comity.exchange.rejection import EnvelopeRejectedError, RejectionCode
from comity.seals.canonical import decode, encode, from_b64, to_b64
from comity.seals.keys import SEALING_SUITE, OpeningKey, SealingKey
from comity.seals.sealing import open_sealed, seal
from comity.seals.stream import ContentKey
from comity.values.errors import BrokenError, InvalidInputError

PROTOCOL = "comity/1"
MAX_ENVELOPE_BYTES = 4 << 20
_MAX_SEALED_BYTES = 3 << 20
_CODE = "envelope:form"
_HEADER = ("protocol", "suite", "sender", "recipient", "sender_key", "recipient_key", "id")


@dataclass(frozen=True, slots=True)
class Envelope:
    """A parsed envelope: whom it says it is from and for, and the bytes only the recipient can open."""

    sender: str
    recipient: str
    sender_key: str
    recipient_key: str
    id: UUID
    sealed: bytes
    protocol: str = PROTOCOL
    suite: str = SEALING_SUITE

    def header(self) -> dict[str, Any]:
        return {
            "protocol": self.protocol,
            "suite": self.suite,
            "sender": self.sender,
            "recipient": self.recipient,
            "sender_key": self.sender_key,
            "recipient_key": self.recipient_key,
            "id": str(self.id),
        }

    def to_bytes(self) -> bytes:
        return encode({"header": self.header(), "sealed": to_b64(self.sealed)})


@dataclass(frozen=True, slots=True)
class Opened:
    """What an envelope held: the signed message (not yet verified) and the content keys of its attachments."""

    signed: SignedMessage
    content_keys: dict[str, bytes]


def seal_envelope(signed: SignedMessage, content_keys: Mapping[str, bytes], recipient: SealingKey) -> bytes:
    """The envelope bytes of a signed message for its recipient; sealing is randomised, so each attempt differs."""
    message = signed.message
    blank = Envelope(
        message.sender, message.recipient, signed.signature.key_id, recipient.key_id, message.id, sealed=b""
    )
    plaintext = encode({**signed.to_json(), "keys": {digest: to_b64(key) for digest, key in content_keys.items()}})
    return encode({"header": blank.header(), "sealed": to_b64(seal(recipient, blank.header(), plaintext))})


def parse_envelope(data: bytes, *, protocol: str = PROTOCOL) -> Envelope:
    """Read the outside of an envelope, strictly, with its size bounded before any work.

    `protocol` is what it must say it speaks: a courier's manifest is sealed like an envelope and is none.

    Raises EnvelopeRejectedError too-large, malformed or unsupported-version: nothing is known yet of its sender.
    """
    if len(data) > MAX_ENVELOPE_BYTES:
        raise EnvelopeRejectedError(
            RejectionCode.TOO_LARGE, f"It has {len(data)} bytes; at most {MAX_ENVELOPE_BYTES} are read."
        )
    try:
        outer = Fields(decode(data, max_bytes=MAX_ENVELOPE_BYTES), ("header", "sealed"), code=_CODE)
        header = Fields(outer.raw("header"), _HEADER, code=_CODE, place="header")
        envelope = Envelope(
            protocol=header.text("protocol", longest=40),
            suite=header.text("suite", longest=100),
            sender=header.authority("sender"),
            recipient=header.authority("recipient"),
            sender_key=header.text("sender_key", longest=40),
            recipient_key=header.text("recipient_key", longest=40),
            id=header.id("id"),
            sealed=from_b64(outer.text("sealed", longest=MAX_ENVELOPE_BYTES)),
        )
    except InvalidInputError as error:
        raise EnvelopeRejectedError(RejectionCode.MALFORMED, error.message) from error
    if (envelope.protocol, envelope.suite) != (protocol, SEALING_SUITE):
        raise EnvelopeRejectedError(
            RejectionCode.UNSUPPORTED_VERSION, f"This node speaks {protocol} with {SEALING_SUITE}."
        )
    return envelope


def open_envelope(envelope: Envelope, key: OpeningKey) -> Opened:
    """Open the seal and parse what it held; nothing of the message is verified or believed yet.

    Raises BrokenError `seal:sealed` when it does not open, InvalidInputError (`envelope:form`, `message:*`,
    `canonical:*`) when what it held has another form.
    """
    if envelope.recipient_key != key.key_id:
        raise BrokenError(
            f"It is sealed to the key {envelope.recipient_key}, not {key.key_id}; renew the directory entry.",
            code="seal:sealed",
        )
    plaintext = open_sealed(key, envelope.header(), envelope.sealed)
    inner = Fields(
        decode(plaintext, max_bytes=_MAX_SEALED_BYTES), ("message", "signature", "keys"), code=_CODE, place="sealed"
    )
    signed = SignedMessage.from_json({"message": inner.raw("message"), "signature": inner.raw("signature")})
    return Opened(signed, _content_keys(inner, signed))


def check_content_keys(signed: SignedMessage, content_keys: Mapping[str, bytes]) -> None:
    """Each attachment has its content key and no key is without its attachment, or InvalidInputError."""
    attached = {attachment.digest for attachment in signed.message.attachments}
    if set(content_keys) != attached:
        raise InvalidInputError(
            "The content keys are not exactly those of the attachments; hand in one key per attached digest.",
            code="envelope:keys",
        )
    for key in content_keys.values():
        ContentKey.from_bytes(key)


def _content_keys(inner: Fields, signed: SignedMessage) -> dict[str, bytes]:
    keys = inner.raw("keys")
    if not isinstance(keys, dict) or len(keys) > MAX_ATTACHMENTS:
        raise inner.fault("keys", "An object of content keys is expected.")
    members = Fields(keys, keys, code=_CODE, place="sealed.keys")
    read = {digest: from_b64(members.text(digest, longest=60)) for digest in keys}
    check_content_keys(signed, read)
    return read


assert MAX_CONTENT_BYTES * 4 // 3 < _MAX_SEALED_BYTES  # noqa: S101 - a bound between two constants of the wire
