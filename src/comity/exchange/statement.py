"""Statements about a message's way that no answer waits for: many under one signature, each provable alone.

The kinds follow ETSI EN 319 522-1 like receipts, whose content they share. Who states which kind is fixed: that a
message was submitted, could not be relayed, or was not delivered or retrieved in time is the sender's own word; that it
was delivered, refused or retrieved is the recipient's. So nobody's word passes as the other's.
Wire form: a receipt's canonical `{"receipt", "signature"}`, or `{"receipt", "batch": {"index", "size", "root", "path"},
"signature"}`, where the signature is over `{"version", "size", "root"}` as the kind `receipt-batch`, and the path leads
from the content to the root as in RFC 6962.
"""

from collections.abc import Sequence
from typing import Any

from comity.exchange.fields import Fields
from comity.exchange.receipt import MAX_RECEIPT_BYTES, Receipt, ReceiptKind, open_receipt, sign_receipt
from comity.seals.canonical import decode, encode, from_b64, to_b64
from comity.seals.keys import VerifyingKey
from comity.seals.merkle import inclusion_proofs, leaf_hash, root_of, verify_inclusion
from comity.seals.signing import Signature, Signer, verify
from comity.values.errors import InvalidInputError

BATCH_KIND = "receipt-batch"
VERSION = 1
MOST = 256
"""Statements under one signature."""
_CODE = "statement:form"
_MOST_STEPS = 8

BY_SENDER = frozenset(
    {
        ReceiptKind.SUBMISSION_ACCEPTANCE,
        ReceiptKind.SUBMISSION_REJECTION,
        ReceiptKind.RELAY_FAILURE,
        ReceiptKind.NON_DELIVERY,
        ReceiptKind.NON_RETRIEVAL,
    }
)
"""Kinds which the message's sender states of its own; all others are the recipient's word."""


def stated_by(receipt: Receipt) -> str:
    """The authority whose word this kind of statement is."""
    return receipt.sender if receipt.kind in BY_SENDER else receipt.recipient


def sign_statements(receipts: Sequence[Receipt], signer: Signer) -> list[bytes]:
    """Each statement as it is kept and shown, all of them under one signature; at most MOST."""
    if len(receipts) > MOST:
        raise InvalidInputError(f"At most {MOST} statements stand under one signature.", code=_CODE)
    if len(receipts) < 2:
        return [sign_receipt(receipt, signer) for receipt in receipts]
    leaves = [leaf_hash(receipt.content) for receipt in receipts]
    root = root_of(leaves)
    signature = signer.sign(BATCH_KIND, _covered(len(leaves), root)).to_json()
    signed = []
    for index, (receipt, proof) in enumerate(zip(receipts, inclusion_proofs(leaves), strict=True)):
        path = [step.hex() for step in proof]
        batch = {"index": index, "size": len(leaves), "root": root.hex(), "path": path}
        signed.append(encode({"receipt": to_b64(receipt.content), "batch": batch, "signature": signature}))
    return signed


def read_statement(data: bytes) -> tuple[Receipt, str]:
    """What a statement says and the name of the key it says it was signed with; nothing is verified."""
    members = _members(data)
    return Receipt.from_content(_content(members)), Signature.from_json(members.raw("signature")).key_id


def open_statement(data: bytes, key: VerifyingKey) -> Receipt:
    """Read and verify a statement, single or of a batch, with the key of the one whose word it is to be.

    Raises InvalidInputError for another form, BrokenError where signature or path does not hold.
    """
    members = _members(data)
    if not members.has("batch"):
        return open_receipt(data, key)
    batch = Fields(members.raw("batch"), ("index", "size", "root", "path"), code=_CODE, place="batch")
    index, size = batch.number("index", largest=MOST), batch.number("size", largest=MOST)
    root = bytes.fromhex(batch.digest("root"))
    path = [_hash(step) for step in batch.list("path", longest=_MOST_STEPS)]
    verify_inclusion(leaf_hash(_content(members)), index, size, path, root)
    verify(key, BATCH_KIND, _covered(size, root), Signature.from_json(members.raw("signature")))
    return Receipt.from_content(_content(members))


def _members(data: bytes) -> Fields:
    value: Any = decode(data, max_bytes=MAX_RECEIPT_BYTES)
    batched = isinstance(value, dict) and "batch" in value
    return Fields(value, ("receipt", "batch", "signature") if batched else ("receipt", "signature"), code=_CODE)


def _content(members: Fields) -> bytes:
    return from_b64(members.text("receipt", longest=MAX_RECEIPT_BYTES))


def _covered(size: int, root: bytes) -> bytes:
    return encode({"version": VERSION, "size": size, "root": root.hex()})


def _hash(step: Any) -> bytes:
    return bytes.fromhex(Fields({"step": step}, ("step",), code=_CODE, place="batch.path").digest("step"))
