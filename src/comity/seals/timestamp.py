"""RFC 3161 timestamps over a log's checkpoint, carried as one more signature line of its note.

The line stands under the name `rfc3161`; after the four bytes that name its kind comes the authority's answer as it
came, byte for byte. The imprint is SHA-256 of the note's text. Whoever does not know the line passes it over, as the
format of signed notes asks (C2SP signed-note).
"""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Protocol

from cryptography.x509 import Certificate
from rfc3161_client import (
    HashAlgorithm,
    TimestampRequestBuilder,
    TimeStampResponse,
    VerificationError,
    VerifierBuilder,
    decode_timestamp_response,
)

from comity.seals.checkpoint import key_hash, note_lines
from comity.values.errors import BrokenError

NAME = "rfc3161"
MARK = key_hash(NAME, b"\xffRFC 3161", b"")
LARGEST_ANSWER = 64 << 10


class TimestampService(Protocol):
    """A timestamp authority as the node knows it: whom it trusts to be one, and how it is asked.

    `ask` raises UnavailableError when it does not answer.
    """

    @property
    def roots(self) -> Sequence[Certificate]: ...

    def ask(self, question: bytes) -> bytes: ...


@dataclass(frozen=True)
class Question:
    """What the authority is asked: the request in DER, and the number that its answer must repeat."""

    data: bytes
    nonce: int


def question_about(body: bytes) -> Question:
    """A request for a timestamp over the SHA-256 of a note's text, with the authority's certificate in the answer."""
    request = TimestampRequestBuilder().data(body).hash_algorithm(HashAlgorithm.SHA256).build()
    return Question(request.as_bytes(), request.nonce or 0)


def proved_time(answer: bytes, body: bytes, roots: Sequence[Certificate], nonce: int | None = None) -> datetime:
    """The moment at which an authority under one of these roots saw the note's text.

    Raises BrokenError `timestamp:form`, `timestamp:imprint` or `timestamp:unproved`.
    """
    response = _read(answer, body)
    builder = VerifierBuilder(nonce=nonce, roots=list(roots))
    try:
        builder.build().verify(response, sha256(body).digest())
    except (VerificationError, ValueError) as error:
        raise BrokenError(f"The timestamp does not hold: {error}.", code="timestamp:unproved") from error
    return response.tst_info.gen_time.astimezone(UTC)


def stated_time(answer: bytes, body: bytes) -> datetime:
    """The moment a timestamp over this very text states; who signed it is not asked. BrokenError as above."""
    return _read(answer, body).tst_info.gen_time.astimezone(UTC)


def stamped_note(text: str, answer: bytes) -> str:
    """The note with the answer as its last line."""
    return f"{text}— {NAME} {base64.b64encode(MARK + answer).decode('ascii')}\n"


def stamps_of(text: str) -> list[bytes]:
    """The answers that a note carries, unverified."""
    return [blob[len(MARK) :] for name, blob in note_lines(text) if name == NAME and blob.startswith(MARK)]


def _read(answer: bytes, body: bytes) -> TimeStampResponse:
    try:
        response = decode_timestamp_response(answer)
        imprint = response.tst_info.message_imprint.message
    except (ValueError, TypeError) as error:
        raise BrokenError("This is not a timestamp (RFC 3161).", code="timestamp:form") from error
    if len(answer) > LARGEST_ANSWER:
        raise BrokenError("The timestamp is larger than one is.", code="timestamp:form")
    if imprint != sha256(body).digest():
        raise BrokenError("The timestamp is over something else.", code="timestamp:imprint")
    return response
