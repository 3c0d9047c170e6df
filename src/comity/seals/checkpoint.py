"""A log's head as a signed note that any transparency-log witness can read (C2SP tlog-checkpoint, signed-note).

Three lines of text (origin, size, root), a blank line, and for each key one Ed25519 line that others verify as it
stands (type 0x01) and one ML-DSA-65 line (type 0xff with our identifier). Of our own signatures both must hold.
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from comity.seals.keys import NOTE_KIND, VerifyingKey
from comity.seals.merkle import HASH_BYTES
from comity.seals.signature import domain
from comity.seals.signing import NoteSigner, verify_ed25519, verify_mldsa
from comity.values.errors import BrokenError, InvalidInputError

ED25519_TYPE = b"\x01"
MLDSA_TYPE = b"\xff" + b"comity/1/ML-DSA-65"
COSIGNED_ED25519_TYPE = b"\x04"
COSIGNED_MLDSA_TYPE = b"\xff" + b"comity/1/ML-DSA-65-cosignature"
TIME_BYTES = 8
LATEST = 1 << 37
"""Seconds since 1970 beyond which no calendar goes."""
MAX_NOTE_BYTES = 256 << 10
MAX_SIGNATURES = 64
KEY_HASH_BYTES = 4

_SIZE = re.compile(r"0|[1-9][0-9]{0,18}")
_NAME = re.compile(r"[^\s+\x00-\x1f\x7f]{1,200}")


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a log says of itself: its name, how many entries it has, and the root over them."""

    origin: str
    size: int
    root: bytes

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.origin) or self.size < 0 or len(self.root) != HASH_BYTES:
            raise InvalidInputError(
                "A checkpoint has a name without spaces, a size and a root.", code="checkpoint:form"
            )

    def body(self) -> bytes:
        """The text that is signed, with its final line feed."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode('ascii')}\n".encode()


def key_hash(name: str, kind: bytes, public: bytes) -> bytes:
    """The four bytes by which a note's signature line names its key (C2SP signed-note, Signatures)."""
    return hashlib.sha256(name.encode() + b"\n" + kind + public).digest()[:KEY_HASH_BYTES]


def sign_checkpoint(checkpoint: Checkpoint, signer: NoteSigner) -> str:
    """The signed note of a checkpoint, under the key name that is the log's origin."""
    body = checkpoint.body()
    return body.decode() + "\n" + _lines(checkpoint.origin, body, signer)


def cosignature(checkpoint: Checkpoint, name: str, signer: NoteSigner, at: datetime) -> str:
    """The two lines with which a witness says, under its own name, that at this moment it knew no other log.

    C2SP tlog-cosignature, v1: what is signed is the time, in seconds, and the checkpoint. Verify and compare it before.
    """
    _expect_name(name)
    time = int(at.timestamp())
    signature, public = signer.sign_note(_cosigned(checkpoint, time)), signer.public
    blobs = (
        key_hash(name, COSIGNED_ED25519_TYPE, public.ed25519) + time.to_bytes(TIME_BYTES) + signature.ed25519,
        key_hash(name, COSIGNED_MLDSA_TYPE, public.mldsa) + time.to_bytes(TIME_BYTES) + signature.mldsa,
    )
    return _signature_lines(name, blobs)


def cosigned_at(text: str, key: VerifyingKey, name: str) -> datetime:
    """When the witness of that name and key cosigned the checkpoint of a note; both halves must hold, for one time.

    Raises BrokenError `checkpoint:form`, `checkpoint:unsigned`, `seal:ed25519` or `seal:mldsa`.
    """
    checkpoint, lines = _parse(text)
    ed25519 = key_hash(name, COSIGNED_ED25519_TYPE, key.ed25519)
    mldsa = key_hash(name, COSIGNED_MLDSA_TYPE, key.mldsa)
    held: dict[str, int] = {}
    for signer_name, blob in lines:
        time, half = int.from_bytes(blob[KEY_HASH_BYTES:][:TIME_BYTES]), blob[KEY_HASH_BYTES + TIME_BYTES :]
        if signer_name != name or time > LATEST:
            continue
        if blob.startswith(ed25519):
            verify_ed25519(key, _cosigned(checkpoint, time), half)
            held["Ed25519"] = time
        elif blob.startswith(mldsa):
            verify_mldsa(key, domain(NOTE_KIND), _cosigned(checkpoint, time), half)
            held["ML-DSA-65"] = time
    if len(held) != 2 or len(set(held.values())) != 1:
        raise BrokenError(f"The checkpoint is not cosigned by {key.key_id}.", code="checkpoint:unsigned")
    return datetime.fromtimestamp(held["Ed25519"], UTC)


def with_lines(note: str, lines: str) -> str:
    """The note with these signature lines added, if the whole is still a note; BrokenError `checkpoint:form`."""
    _parse(note + lines)
    return note + lines


def read_unverified(text: str) -> Checkpoint:
    """What a note says before any signature was looked at: enough to know whose key to ask for."""
    return _parse(text)[0]


def open_checkpoint(text: str, key: VerifyingKey, *, name: str | None = None) -> Checkpoint:
    """The checkpoint of a note signed by `key` under `name` (the origin, unless a witness is asked for).

    Lines of other keys are ignored, as the format asks. Raises BrokenError `checkpoint:form`, `checkpoint:unsigned`
    (a half is missing), `seal:ed25519` or `seal:mldsa`.
    """
    checkpoint, lines = _parse(text)
    body, name = checkpoint.body(), checkpoint.origin if name is None else name
    ed25519 = key_hash(name, ED25519_TYPE, key.ed25519)
    mldsa = key_hash(name, MLDSA_TYPE, key.mldsa)
    held = set()
    for signer_name, blob in lines:
        if signer_name != name:
            continue
        if blob.startswith(ed25519):
            verify_ed25519(key, body, blob[KEY_HASH_BYTES:])
            held.add("Ed25519")
        elif blob.startswith(mldsa):
            verify_mldsa(key, domain(NOTE_KIND), body, blob[KEY_HASH_BYTES:])
            held.add("ML-DSA-65")
    if len(held) != 2:
        missing = " and ".join(sorted({"Ed25519", "ML-DSA-65"} - held))
        raise BrokenError(f"The checkpoint lacks the {missing} signature of {key.key_id}.", code="checkpoint:unsigned")
    return checkpoint


def note_lines(text: str) -> list[tuple[str, bytes]]:
    """The signature lines of a note, unverified: the name of each and its bytes."""
    return _parse(text)[1]


def _lines(name: str, body: bytes, signer: NoteSigner) -> str:
    _expect_name(name)
    signature, public = signer.sign_note(body), signer.public
    blobs = (
        key_hash(name, ED25519_TYPE, public.ed25519) + signature.ed25519,
        key_hash(name, MLDSA_TYPE, public.mldsa) + signature.mldsa,
    )
    return _signature_lines(name, blobs)


def _expect_name(name: str) -> None:
    if not _NAME.fullmatch(name):
        raise InvalidInputError("A key name in a note has no spaces and no plus sign.", code="checkpoint:form")


def _signature_lines(name: str, blobs: Iterable[bytes]) -> str:
    return "".join(f"— {name} {base64.b64encode(blob).decode('ascii')}\n" for blob in blobs)


def _cosigned(checkpoint: Checkpoint, time: int) -> bytes:
    return f"cosignature/v1\ntime {time}\n".encode() + checkpoint.body()


def _parse(text: str) -> tuple[Checkpoint, list[tuple[str, bytes]]]:
    """The unverified checkpoint and its signature lines; bounded, and strict: one checkpoint has one text."""
    if len(text) > MAX_NOTE_BYTES:
        raise _malformed("it is too long")
    head, blank, tail = text.rpartition("\n\n")
    fields = head.split("\n")
    if not blank or len(fields) != 3 or not tail.endswith("\n"):
        raise _malformed("it is not three lines, a blank one and signatures")
    origin, size, root = fields
    if not _SIZE.fullmatch(size):
        raise _malformed("its size is not a number")
    lines = tail[:-1].split("\n")
    if len(lines) > MAX_SIGNATURES:
        raise _malformed("it has too many signatures")
    try:
        return Checkpoint(origin, int(size), _from_b64(root)), list(_signatures(lines))
    except InvalidInputError as error:
        raise _malformed("its name or root is not well formed") from error


def _signatures(lines: list[str]) -> Iterator[tuple[str, bytes]]:
    for line in lines:
        dash, _, rest = line.partition(" ")
        name, _, blob = rest.partition(" ")
        if dash != "—" or not _NAME.fullmatch(name):
            raise _malformed("a signature line does not begin with a dash and a name")
        data = _from_b64(blob)
        if len(data) <= KEY_HASH_BYTES:
            raise _malformed("a signature line holds no signature")
        yield name, data


def _from_b64(text: str) -> bytes:
    """Standard base64 (RFC 4648, 4), in its one canonical spelling."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise _malformed("a line is not base64") from error
    if base64.b64encode(data).decode("ascii") != text:
        raise _malformed("a line is not canonical base64")
    return data


def _malformed(what: str) -> BrokenError:
    return BrokenError(f"This is not a checkpoint: {what}.", code="checkpoint:form")
