"""The evidence of one message's way in one file: what was signed, who stated what of it, and the keys to check it with.

Form: canonical `{"form", "content", "signature", "digest", "sender", "recipient", "statements", "keys"}`. `content` and
`signature` are empty where the message itself is not to be shown: its digest is what every statement names.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from comity.exchange.fields import Fields
from comity.exchange.message import SignedMessage
from comity.exchange.statement import read_statement, stated_by
from comity.seals.canonical import decode, encode, from_b64, to_b64
from comity.seals.keys import VerifyingKey
from comity.seals.signing import Signature
from comity.values.errors import BrokenError

FORM = "comity-delivery/1"
LARGEST = 4 << 20
MOST_STATEMENTS = 32
MOST_KEYS = 32
_CODE = "delivery:form"
_MEMBERS = ("form", "content", "signature", "digest", "sender", "recipient", "statements", "keys")


@dataclass(frozen=True)
class DeliveryFile:
    """What such a file holds, parsed; nothing of it is verified."""

    digest: str
    sender: str
    recipient: str
    signed: SignedMessage | None
    statements: tuple[bytes, ...]
    keys: tuple[tuple[str, VerifyingKey], ...]
    """Authority and key, as the file carries them along: the reader compares their fingerprints."""


def wanted_keys(signed: SignedMessage, statements: Iterable[bytes]) -> set[tuple[str, str]]:
    """Authority and key name of every signature that a file with these would hold."""
    wanted = {(signed.message.sender, signed.signature.key_id)}
    for data in statements:
        receipt, key_id = read_statement(data)
        wanted.add((stated_by(receipt), key_id))
    return wanted


def write_delivery(
    signed: SignedMessage, statements: Iterable[bytes], keys: Iterable[tuple[str, VerifyingKey]], *, with_content: bool
) -> bytes:
    """The file; without the content it shows that and when a message went its way, and not what it says."""
    message = signed.message
    return encode(
        {
            "form": FORM,
            "content": to_b64(signed.content) if with_content else "",
            "signature": signed.signature.to_json() if with_content else {},
            "digest": signed.digest,
            "sender": message.sender,
            "recipient": message.recipient,
            "statements": [to_b64(one) for one in statements],
            "keys": [{"authority": code, "key": key.to_json()} for code, key in keys],
        }
    )


def read_delivery(data: bytes) -> DeliveryFile:
    """Read such a file strictly, bounded before any work; raises InvalidInputError or BrokenError with the place."""
    members = Fields(decode(data, max_bytes=LARGEST), _MEMBERS, code=_CODE)
    if members.raw("form") != FORM:
        raise members.fault("form", f"This file is not of the form {FORM}.")
    signed = None
    if members.raw("content") != "":
        content = from_b64(members.text("content", longest=LARGEST))
        signed = SignedMessage.read(content, Signature.from_json(members.raw("signature")))
    keys = []
    for number, entry in enumerate(members.list("keys", longest=MOST_KEYS)):
        fields = Fields(entry, ("authority", "key"), code=_CODE, place=f"keys[{number}]")
        keys.append((fields.authority("authority"), VerifyingKey.from_json(fields.raw("key"))))
    statements = []
    for number, text in enumerate(members.list("statements", longest=MOST_STATEMENTS)):
        one = Fields({"statement": text}, ("statement",), code=_CODE, place=f"statements[{number}]")
        statements.append(from_b64(one.text("statement", longest=LARGEST)))
    return DeliveryFile(
        members.digest("digest"),
        members.authority("sender"),
        members.authority("recipient"),
        signed,
        tuple(statements),
        tuple(keys),
    )


def expect_agreement(file: DeliveryFile) -> None:
    """The message in the file is the one it names; or BrokenError."""
    if file.signed is None:
        return
    message = file.signed.message
    if (file.signed.digest, message.sender, message.recipient) != (file.digest, file.sender, file.recipient):
        raise BrokenError("The message is not the one that the file names.", code="delivery:message", place="content")
