"""Receipts: what an authority signs about the fate of a message, on the pattern of ETSI registered electronic mail.

Kinds follow ETSI EN 319 522-1 (evidence of electronic registered delivery). The recipient signs `delivery` after its
own commit, so a receipt proves arrival and nothing more: no legal clock starts by it. A refusal is `relay-rejection`.
Wire form: canonical `{"receipt": base64url of canonical content, "signature": {...}}`, signed as the kind `receipt`.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import Any
from uuid import UUID

from comity.exchange.fields import Fields
from comity.exchange.rejection import RejectionCode
from comity.seals.canonical import decode, encode, from_b64, to_b64
from comity.seals.keys import VerifyingKey
from comity.seals.signing import Signature, Signer, verify
from comity.values.errors import BrokenError, InvalidInputError
from comity.values.instant import instant_text

SIGNED_KIND = "receipt"
VERSION = 1
MAX_RECEIPT_BYTES = 64 << 10
_CODE = "receipt:form"


class ReceiptKind(StrEnum):
    """Events of ETSI EN 319 522-1: each stage of a delivery and its negative."""

    SUBMISSION_ACCEPTANCE = "submission-acceptance"
    SUBMISSION_REJECTION = "submission-rejection"
    RELAY_ACCEPTANCE = "relay-acceptance"
    RELAY_REJECTION = "relay-rejection"
    RELAY_FAILURE = "relay-failure"
    DELIVERY = "delivery"
    NON_DELIVERY = "non-delivery"
    RETRIEVAL = "retrieval"
    NON_RETRIEVAL = "non-retrieval"


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """One event in the life of one message, stated by the authority to whom it was addressed."""

    kind: ReceiptKind
    message_id: UUID
    digest: str
    """Digest of the message; empty when the envelope did not open, and `envelope` names what was refused."""
    envelope: str = ""
    """SHA-256 of the refused envelope, so that nobody can pass a refusal of altered bytes off as one of ours."""
    sender: str
    recipient: str
    at: datetime
    rejection: RejectionCode | None = None
    reason: str = ""

    @cached_property
    def content(self) -> bytes:
        return encode(
            {
                "version": VERSION,
                "kind": self.kind.value,
                "message": str(self.message_id),
                "digest": self.digest,
                "envelope": self.envelope,
                "sender": self.sender,
                "recipient": self.recipient,
                "at": instant_text(self.at),
                "rejection": self.rejection.value if self.rejection else "",
                "reason": self.reason,
            }
        )

    @property
    def negative(self) -> bool:
        return self.rejection is not None

    @classmethod
    def from_content(cls, content: bytes) -> "Receipt":
        """Read a receipt's content; raises InvalidInputError `receipt:form` or `canonical:*`."""
        members = Fields(decode(content, max_bytes=MAX_RECEIPT_BYTES), _MEMBERS, code=_CODE)
        if members.raw("version") != VERSION:
            raise members.fault("version", f"This node reads version {VERSION} of receipts.")
        receipt = cls(
            kind=members.one_of("kind", ReceiptKind),
            message_id=members.id("message"),
            digest=members.digest_or_none("digest"),
            envelope=members.digest_or_none("envelope"),
            sender=members.authority("sender"),
            recipient=members.authority("recipient"),
            at=members.instant("at"),
            rejection=members.one_of("rejection", RejectionCode) if members.raw("rejection") != "" else None,
            reason=members.text("reason", longest=2000),
        )
        if receipt.negative != (receipt.kind in _NEGATIVE):
            raise members.fault("rejection", "A rejection stands in negative kinds of receipt and only there.")
        receipt.__dict__["content"] = content
        return receipt


_MEMBERS = (
    "version", "kind", "message", "digest", "envelope", "sender", "recipient", "at", "rejection", "reason",
)  # fmt: skip
_PLAIN_BYTES = 100
"""More than any unsigned refusal has: a receipt is not read in vain to see that it is none."""
_NEGATIVE = frozenset({ReceiptKind.SUBMISSION_REJECTION, ReceiptKind.RELAY_REJECTION})


def sign_receipt(receipt: Receipt, signer: Signer) -> bytes:
    """The receipt as it is stored, sent and shown to a third party."""
    signature = signer.sign(SIGNED_KIND, receipt.content)
    return encode({"receipt": to_b64(receipt.content), "signature": signature.to_json()})


def open_receipt(data: bytes, key: VerifyingKey) -> Receipt:
    """Read and verify a receipt with the key of the authority that is to have signed it.

    Raises InvalidInputError for another form, BrokenError `seal:*` when the signature does not hold.
    """
    receipt, signature = read_receipt(data)
    verify_receipt(receipt, signature, key)
    return receipt


def read_receipt(data: bytes) -> tuple[Receipt, Signature]:
    """What a receipt says and how it is signed; InvalidInputError for another form. Nothing is verified yet."""
    members = Fields(decode(data, max_bytes=MAX_RECEIPT_BYTES), ("receipt", "signature"), code=_CODE)
    content = from_b64(members.text("receipt", longest=MAX_RECEIPT_BYTES))
    return Receipt.from_content(content), Signature.from_json(members.raw("signature"))


def verify_receipt(receipt: Receipt, signature: Signature, key: VerifyingKey) -> None:
    """Both halves of the signature hold over the receipt as it was read, or BrokenError `seal:*`."""
    verify(key, SIGNED_KIND, receipt.content, signature)


def peek_receipt(data: bytes) -> Receipt:
    """What a receipt says, its signature not verified: one of our own, or to find what it is about."""
    return read_receipt(data)[0]


def receipt_key(data: bytes) -> str:
    """The name of the key under which a receipt says that it was signed; InvalidInputError for another form."""
    members = Fields(decode(data, max_bytes=MAX_RECEIPT_BYTES), ("receipt", "signature"), code=_CODE)
    return Signature.from_json(members.raw("signature")).key_id


def expect_about(
    receipt: Receipt, *, message_id: UUID, digest: str, sender: str, recipient: str, envelopes: Collection[str]
) -> None:
    """The receipt speaks of this message and, where it refuses unopened bytes, of bytes we sent; or BrokenError.

    `envelopes` holds the SHA-256 of each envelope in which the message may have gone.
    """
    about = (receipt.message_id, receipt.sender, receipt.recipient) == (message_id, sender, recipient)
    same = receipt.digest == digest or (receipt.negative and not receipt.digest and receipt.envelope in envelopes)
    if not (about and same):
        raise BrokenError(
            "The receipt speaks of another message than the one sent; the message stays in the outbox.",
            code="receipt:other",
        )


def plain_rejection(rejection: RejectionCode) -> bytes:
    """The unsigned answer where sender or addressee is not known: it proves nothing and ends no attempt for good."""
    return encode({"rejection": rejection.value})


def read_plain_rejection(data: bytes) -> RejectionCode | None:
    """The code of an unsigned refusal, or None when the answer is something else."""
    try:
        value: Any = decode(data, max_bytes=_PLAIN_BYTES)
        return Fields(value, ("rejection",), code=_CODE).one_of("rejection", RejectionCode)  # type: ignore[no-any-return]
    except InvalidInputError:
        return None
