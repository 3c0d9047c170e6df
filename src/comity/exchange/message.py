"""The message: what crosses a border, encoded once as canonical JSON and signed by the sending authority.

Its digest is SHA-256 of the signed content without signatures; predecessors, deduplication, ledger and traces use it.
Compatibility: `version` 1 has exactly these members; a reader refuses any other version instead of guessing.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any
from uuid import UUID

from comity.exchange.fields import Fields, is_digest, nul_place
from comity.seals.canonical import decode, encode, from_b64, sha256_hex, to_b64
from comity.seals.keys import VerifyingKey
from comity.seals.signing import Signature, Signer, verify
from comity.values.errors import BrokenError, InvalidInputError
from comity.values.handling import Handling, UseCondition
from comity.values.instant import instant_text
from comity.values.reference import Reference

VERSION = 1
MAX_CONTENT_BYTES = 2 << 20
MAX_FOLLOWS = 64
MAX_CONDITIONS = 64
MAX_ATTACHMENTS = 256
MAX_ATTACHMENT_BYTES = (1 << 53) - 1

TYPE = re.compile(r"[a-z]{1,20}(\.[a-z]{1,20}(-[a-z]{1,20}){0,3}){1,2}")
"""A message type has a dot; the kinds of our other signed things (`receipt`, `pull-ticket`) have none."""

KEYS_SUCCEEDED = "authority.keys-succeeded"
CARD_RENEWED = "authority.card-renewed"
MESSAGES_RETRIEVED = "exchange.messages-retrieved"
NOTICES = frozenset({KEYS_SUCCEEDED, CARD_RENEWED, MESSAGES_RETRIEVED})
"""The types that are the exchange's own: an authority tells its partners its next keys, or under the same keys another
address or certificate (actions/rotating.py), or which of their messages were opened by a person
(actions/attesting.py)."""

_MEMBERS = (
    "version", "type", "id", "sender", "recipient", "dossier", "follows", "purpose",
    "handling", "conditions", "basis", "at", "body", "attachments",
)  # fmt: skip
_CODE = "message:form"


@dataclass(frozen=True, slots=True)
class Attachment:
    """A thing that travels apart from the message, named by the SHA-256 of its plaintext."""

    digest: str
    size: int
    name: str
    media_type: str
    item: str = ""
    """Reference text of the evidence item or document it is, or empty."""

    def to_json(self) -> dict[str, Any]:
        return {
            "digest": self.digest,
            "size": self.size,
            "name": self.name,
            "media_type": self.media_type,
            "item": self.item,
        }

    @classmethod
    def from_json(cls, value: Any, *, place: str = "") -> "Attachment":
        members = Fields(value, ("digest", "size", "name", "media_type", "item"), code=_CODE, place=place)
        return cls(
            digest=members.digest("digest"),
            size=members.number("size", largest=MAX_ATTACHMENT_BYTES),
            name=members.text("name", longest=400),
            media_type=members.text("media_type", longest=120),
            item=members.text("item", longest=120),
        )


@dataclass(frozen=True, kw_only=True)
class Message:
    """One statement of one authority to another in one dossier."""

    type: str
    id: UUID
    sender: str
    recipient: str
    dossier: Reference
    at: datetime
    body: Mapping[str, Any]
    follows: tuple[str, ...] = ()
    """Digests of the messages it follows; a reader that lacks one keeps this message waiting in its fold."""
    purpose: str = ""
    handling: Handling = Handling.H0
    conditions: tuple[UseCondition, ...] = ()
    basis: str = ""
    attachments: tuple[Attachment, ...] = field(default=())

    @cached_property
    def content(self) -> bytes:
        """The canonical bytes that are signed."""
        content = encode(
            {
                "version": VERSION,
                "type": self.type,
                "id": str(self.id),
                "sender": self.sender,
                "recipient": self.recipient,
                "dossier": str(self.dossier),
                "follows": list(self.follows),
                "purpose": self.purpose,
                "handling": self.handling.value,
                "conditions": [condition.to_json() for condition in self.conditions],
                "basis": self.basis,
                "at": instant_text(self.at),
                "body": self.body,
                "attachments": [attachment.to_json() for attachment in self.attachments],
            }
        )
        if len(content) > MAX_CONTENT_BYTES:
            raise InvalidInputError(
                f"The message has {len(content)} bytes; at most {MAX_CONTENT_BYTES} may cross. Attach long texts.",
                code="message:size",
            )
        return content

    @cached_property
    def digest(self) -> str:
        return sha256_hex(self.content)

    @classmethod
    def from_content(cls, content: bytes) -> "Message":
        """Read signed content strictly; size and depth are bounded before any work.

        Raises InvalidInputError `message:version` for another version, `message:form` with its place for another
        shape, `message:text` for U+0000 in any text, `canonical:*` for bytes that are not canonical JSON.
        """
        value = decode(content, max_bytes=MAX_CONTENT_BYTES)
        _refuse_nul(content, value)
        if isinstance(value, dict) and value.get("version") != VERSION:
            raise InvalidInputError(f"This node reads version {VERSION} of messages.", code="message:version")
        members = Fields(value, _MEMBERS, code=_CODE)
        body = members.raw("body")
        if not isinstance(body, dict):
            raise members.fault("body", "An object is expected.")
        message = cls(
            type=members.text("type", longest=100, shape=TYPE),
            id=members.id("id"),
            sender=members.authority("sender"),
            recipient=members.authority("recipient"),
            dossier=members.one_of("dossier", Reference.parse, longest=120),
            follows=_digests(members),
            purpose=members.text("purpose", longest=2000),
            handling=members.one_of("handling", Handling),
            conditions=tuple(
                _condition(value, f"conditions[{n}]")
                for n, value in enumerate(members.list("conditions", longest=MAX_CONDITIONS))
            ),
            basis=members.text("basis", longest=200),
            at=members.instant("at"),
            body=body,
            attachments=tuple(
                Attachment.from_json(value, place=f"attachments[{n}]")
                for n, value in enumerate(members.list("attachments", longest=MAX_ATTACHMENTS))
            ),
        )
        if len({attachment.digest for attachment in message.attachments}) != len(message.attachments):
            raise members.fault("attachments", "The same content is attached twice.")
        message.__dict__["content"] = content
        return message


def _refuse_nul(content: bytes, value: Any) -> None:
    """No text of a message holds U+0000: PostgreSQL cannot keep it, so one side would know what the other cannot."""
    # Canonical bytes spell it in this one way; the same six characters after a backslash may be a text's own.
    place = nul_place(value) if b"\\u0000" in content else None
    if place is not None:
        raise InvalidInputError(
            "A text holds the character U+0000; nothing of the message was taken in.", code="message:text", place=place
        )


def _digests(members: Fields) -> tuple[str, ...]:
    follows = members.list("follows", longest=MAX_FOLLOWS)
    if not all(is_digest(digest) for digest in follows) or len(set(follows)) != len(follows):
        raise members.fault("follows", "Distinct digests of 64 lowercase hex characters are expected.")
    return tuple(follows)


def _condition(value: Any, place: str) -> UseCondition:
    members = Fields(value, ("kind", "text", "provision", "until"), code=_CODE, place=place)
    members.text("kind", longest=40)
    members.text("text", longest=4000)
    members.text("provision", longest=400)
    if members.raw("until") is not None:
        members.text("until", longest=10, shape=re.compile(r"\d{4}-\d{2}-\d{2}"))
    try:
        return UseCondition.from_json(value)
    except (ValueError, InvalidInputError) as error:
        raise members.fault("until", "That day does not exist.") from error


@dataclass(frozen=True)
class SignedMessage:
    """A message with the very bytes that were signed and the signature of its sender."""

    message: Message
    content: bytes
    signature: Signature

    @property
    def digest(self) -> str:
        return self.message.digest

    @classmethod
    def sign(cls, message: Message, signer: Signer) -> "SignedMessage":
        """Sign as the sender, domain-separated by the message's type.

        What the reader would refuse is refused here, before anyone puts a name to it.
        """
        checked = Message.from_content(message.content)
        return cls(checked, message.content, signer.sign(message.type, message.content))

    @classmethod
    def read(cls, content: bytes, signature: Signature) -> "SignedMessage":
        """Parse received bytes; nothing is verified yet."""
        return cls(Message.from_content(content), content, signature)

    def verify(self, key: VerifyingKey) -> None:
        """Both halves of the sender's signature hold over these bytes as this type, or BrokenError `seal:*`."""
        verify(key, self.message.type, self.content, self.signature)

    def to_json(self) -> dict[str, Any]:
        return {"message": to_b64(self.content), "signature": self.signature.to_json()}

    @classmethod
    def from_json(cls, value: Any) -> "SignedMessage":
        members = Fields(value, ("message", "signature"), code=_CODE)
        content = from_b64(members.text("message", longest=_B64_LONGEST))
        try:
            return cls.read(content, Signature.from_json(members.raw("signature")))
        except BrokenError as error:
            raise members.fault("signature", error.message) from error


_B64_LONGEST = MAX_CONTENT_BYTES * 4 // 3 + 4
