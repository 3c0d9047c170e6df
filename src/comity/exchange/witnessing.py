"""What a log asks of a witness and what a witness answers (C2SP tlog-witness): pure, bytes in, verdict out.

A request is `old <size>`, the hashes of the consistency proof from that size, a blank line, and the signed checkpoint.
Beside it goes a signature of the log over the whole request: what cannot be proved then stands as proof against it.
"""

import base64
import binascii
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256

from comity.seals.canonical import decode, encode, from_b64, to_b64
from comity.seals.checkpoint import MAX_NOTE_BYTES, Checkpoint, read_unverified
from comity.seals.keys import VerifyingKey
from comity.seals.merkle import EMPTY_ROOT, HASH_BYTES, verify_consistency
from comity.seals.signing import Signature, Signer, verify
from comity.values.errors import BrokenError, InvalidInputError

HEADER = "Comity-Log"
SIGNED_KIND = "witness-request"
SIZE_TYPE = "text/x.tlog.size"
MAX_PROOF = 63
MAX_REQUEST_BYTES = MAX_NOTE_BYTES
MAX_HEADER_TEXT = 8000

_OLD = re.compile(r"old (0|[1-9][0-9]{0,18})")


class Verdict(StrEnum):
    """What a witness makes of a request."""

    COSIGN = "cosign"
    OTHER_SIZE = "other-size"
    """The request begins at another size than the witness knows: it is told that size and may ask again."""
    FORK = "fork"
    """The log signed two roots for one size."""
    UNPROVED = "unproved"
    """The log says that it continues what the witness knows, and the proof it gives does not hold."""
    ROLLBACK = "rollback"
    """The log knows that the witness knows more and has less: it was cut, or restored from an old copy."""
    MALFORMED = "malformed"


PROOFS = frozenset({Verdict.FORK, Verdict.UNPROVED, Verdict.ROLLBACK})
"""Verdicts on a history that cannot be honest; what was signed is kept as proof."""


STATUS: Mapping[Verdict, int] = {
    Verdict.COSIGN: 200,
    Verdict.OTHER_SIZE: 409,
    Verdict.FORK: 409,
    Verdict.UNPROVED: 422,
    Verdict.ROLLBACK: 400,
    Verdict.MALFORMED: 400,
}
"""How each is said on the wire (C2SP tlog-witness); with 409 goes the size that the witness knows."""


@dataclass(frozen=True)
class Request:
    """A checkpoint handed to a witness, with the proof that it continues the log of `old` entries."""

    old: int
    proof: tuple[bytes, ...]
    note: str

    def to_bytes(self) -> bytes:
        lines = [f"old {self.old}", *(base64.b64encode(one).decode("ascii") for one in self.proof)]
        return ("\n".join(lines) + "\n\n" + self.note).encode()


def read_request(body: bytes) -> tuple[Request, Checkpoint]:
    """The request and its checkpoint, whose signature nobody has looked at yet; InvalidInputError `witness:form`."""
    try:
        text = body.decode() if len(body) <= MAX_REQUEST_BYTES else ""
        head, blank, note = text.partition("\n\n")
        first, *rest = head.split("\n")
        old = _OLD.fullmatch(first)
        if not blank or old is None or len(rest) > MAX_PROOF:
            raise _malformed()
        request = Request(int(old[1]), tuple(_hash(line) for line in rest), note)
        return request, read_unverified(note)
    except (UnicodeDecodeError, BrokenError) as error:
        raise _malformed() from error


def judge(known: Checkpoint | None, same_size: Sequence[bytes], request: Request, checkpoint: Checkpoint) -> Verdict:
    """What a witness answers that knows this of the log; `same_size` are all roots it ever saw for the new size."""
    size, root = (known.size, known.root) if known else (0, EMPTY_ROOT)
    if any(seen != checkpoint.root for seen in same_size) or (checkpoint.size == size and checkpoint.root != root):
        return Verdict.FORK
    if checkpoint.size < request.old:
        return Verdict.ROLLBACK if request.old == size else Verdict.MALFORMED
    if request.old != size:
        return Verdict.OTHER_SIZE
    try:
        verify_consistency(size, root, checkpoint.size, checkpoint.root, request.proof)
    except BrokenError:
        return Verdict.UNPROVED
    return Verdict.COSIGN


def witness_name(code: str) -> str:
    """The name under which an authority cosigns the logs of others."""
    return f"comity/witness/{code}"


def sign_request(body: bytes, *, log: str, witness: str, signer: Signer) -> str:
    """The header text with which a log stands by a request to one witness."""
    signature = signer.sign(SIGNED_KIND, _covered(body, log, witness))
    return to_b64(encode(signature.to_json()))


def read_signature(text: str) -> Signature:
    """The signature of a header text; InvalidInputError `witness:form`."""
    if len(text) > MAX_HEADER_TEXT:
        raise _malformed()
    try:
        return Signature.from_json(decode(from_b64(text)))
    except BrokenError as error:
        raise _malformed() from error


def expect_signed(body: bytes, signature: Signature, *, log: str, witness: str, key: VerifyingKey) -> None:
    """Return if the log signed this very request to this witness; BrokenError `seal:*`."""
    verify(key, SIGNED_KIND, _covered(body, log, witness), signature)


def _covered(body: bytes, log: str, witness: str) -> bytes:
    return encode({"version": 1, "log": log, "witness": witness, "request": sha256(body).hexdigest()})


def _hash(line: str) -> bytes:
    try:
        data = base64.b64decode(line, validate=True)
    except (binascii.Error, ValueError) as error:
        raise _malformed() from error
    if len(data) != HASH_BYTES:
        raise _malformed()
    return data


def _malformed() -> InvalidInputError:
    return InvalidInputError("This is not a request to a witness.", code="witness:form")
