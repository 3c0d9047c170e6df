"""Large content sealed in chunks: the STREAM construction over AES-256-GCM, each chunk on its own verifiable.

Layout of the sealed bytes: chunk 0, chunk 1, … with nothing between them. Each chunk is its ciphertext (1 MiB, the last
one shorter) and a 16-byte tag. Nonce: 7-byte prefix, 4-byte big-endian index, 1 byte that is 1 for the last chunk only;
so a chunk moved, dropped, repeated or added does not open (Hoang, Reyhanitabar, Rogaway, Vizár, CRYPTO 2015).
Empty content is one empty last chunk; no other chunk may be empty, so that a size has exactly one layout.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from comity.values.errors import BrokenError, InvalidInputError

CHUNK_BYTES = 1 << 20
TAG_BYTES = 16
KEY_BYTES = 32
PREFIX_BYTES = 7
MAX_CHUNKS = 1 << 32


@dataclass(frozen=True)
class ContentKey:
    """The key of one content and of no other: 32-byte AES key and 7-byte nonce prefix."""

    key: bytes
    prefix: bytes

    def __post_init__(self) -> None:
        if len(self.key) != KEY_BYTES or len(self.prefix) != PREFIX_BYTES:
            raise InvalidInputError("A content key has 32 bytes and a prefix of 7.", code="seal:key-form")

    def __repr__(self) -> str:
        return "ContentKey(…)"

    @classmethod
    def new(cls, chance: Callable[[int], bytes]) -> "ContentKey":
        return cls(chance(KEY_BYTES), chance(PREFIX_BYTES))

    def to_bytes(self) -> bytes:
        return self.key + self.prefix

    @classmethod
    def from_bytes(cls, data: bytes) -> "ContentKey":
        return cls(data[:KEY_BYTES], data[KEY_BYTES:])

    @cached_property
    def cipher(self) -> AESGCM:
        return AESGCM(self.key)

    def nonce(self, index: int, last: bool) -> bytes:
        return self.prefix + index.to_bytes(4) + (b"\x01" if last else b"\x00")


def chunk_count(size: int) -> int:
    """How many chunks content of `size` bytes has: at least one."""
    if size < 0 or size > MAX_CHUNKS * CHUNK_BYTES:
        raise InvalidInputError(f"Content of {size} bytes cannot be sealed; at most 4 PiB can.", code="seal:size")
    return max(1, -(-size // CHUNK_BYTES))


def sealed_size(size: int) -> int:
    """How many bytes content of `size` bytes has when sealed."""
    return size + chunk_count(size) * TAG_BYTES


def sealed_span(index: int, size: int) -> tuple[int, int]:
    """The byte range [start, end) of one sealed chunk of content of `size` bytes: what a range request asks for."""
    if not 0 <= index < chunk_count(size):
        raise InvalidInputError(f"Content of {size} bytes has no chunk {index}.", code="seal:size")
    start = index * (CHUNK_BYTES + TAG_BYTES)
    return start, min(start + CHUNK_BYTES + TAG_BYTES, sealed_size(size))


def seal_chunk(key: ContentKey, index: int, last: bool, plaintext: bytes) -> bytes:
    """Ciphertext and tag of one chunk at its place."""
    if not _fits(index, last, len(plaintext)):
        raise InvalidInputError(
            f"Chunk {index} has {len(plaintext)} bytes; each has {CHUNK_BYTES}, only the last may have fewer.",
            code="seal:size",
        )
    return key.cipher.encrypt(key.nonce(index, last), plaintext, None)


def open_chunk(key: ContentKey, index: int, last: bool, sealed: bytes) -> bytes:
    """The plaintext of one chunk at its place; raises BrokenError `seal:chunk` if bytes or place are not as sealed."""
    if not _fits(index, last, len(sealed) - TAG_BYTES):
        raise _broken(index)
    try:
        return key.cipher.decrypt(key.nonce(index, last), sealed, None)
    except InvalidTag as error:
        raise _broken(index) from error


def _fits(index: int, last: bool, size: int) -> bool:
    if not 0 <= index < MAX_CHUNKS:
        return False
    if not last:
        return size == CHUNK_BYTES
    return (0 if index == 0 else 1) <= size <= CHUNK_BYTES


def _broken(index: int) -> BrokenError:
    return BrokenError(
        f"Chunk {index} is not the one that was sealed for that place. Nothing of it was kept; fetch it again.",
        code="seal:chunk",
        place=f"chunk {index}",
    )
