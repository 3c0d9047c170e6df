"""Large content sealed in chunks: the STREAM construction over AES-256-GCM, each chunk on its own verifiable.

Layout of the sealed bytes: chunk 0, chunk 1, … with nothing between them. Each chunk is its ciphertext (1 MiB, the last
one shorter) and a 16-byte tag. Nonce: 7-byte prefix, 4-byte big-endian index, 1 byte that is 1 for the last chunk only;
so a chunk moved, dropped, repeated or added does not open (Hoang, Reyhanitabar, Rogaway, Vizár, CRYPTO 2015).
Empty content is one empty last chunk; no other chunk may be empty, so that a size has exactly one layout.
"""

import hashlib
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from comity.values.errors import BrokenError, InvalidInputError, UnavailableError

CHUNK_BYTES = 1 << 20
TAG_BYTES = 16
KEY_BYTES = 32
PREFIX_BYTES = 7
MAX_CHUNKS = 1 << 32
BUFFERS = 6
"""How many chunks are under way at once: memory is this many times two chunks, whatever the size."""


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


def whole_chunks(received: int) -> int:
    """How many whole sealed chunks the first `received` sealed bytes hold: where a broken transfer goes on."""
    return received // (CHUNK_BYTES + TAG_BYTES)


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


class Source(Protocol):
    """Bytes to read, such as a file opened with `rb`: `readinto` may give fewer than asked, and 0 at the end only."""

    def readinto(self, buffer: memoryview, /) -> int | None: ...


class Sink(Protocol):
    """Where bytes go, such as a file opened with `wb`: `write` returns how many of them it took."""

    def write(self, data: memoryview, /) -> int | None: ...


@dataclass(frozen=True, slots=True)
class StreamSummary:
    """What passed: plaintext size in bytes, its SHA-256, and the SHA-256 of the sealed bytes ("" if not asked for)."""

    size: int
    digest: str
    sealed_digest: str


def seal_stream(
    key: ContentKey,
    source: Source,
    sink: Sink,
    *,
    sealed_digest: bool = True,
    settle: Callable[[], None] | None = None,
) -> StreamSummary:
    """Seal all of `source` into `sink`, hashing on the way; memory stays flat at any size.

    Reading and sealing, both hashings and writing run in threads of their own (all let go of Python's lock). `settle`
    is called now and then beside them, and once at the end: hand in `lambda: os.fdatasync(file.fileno())` and the disk
    works while the processor does, and the sealed bytes are durable when this returns. Without `sealed_digest` it is
    about a third faster: nothing needs it, since every chunk authenticates itself.
    """

    def seal_into(index: int, last: bool, data: memoryview, out: memoryview) -> int:
        return key.cipher.encrypt_into(key.nonce(index, last), data, None, out[: len(data) + TAG_BYTES])

    flow = _Flow(sink, settle, hash_read=True, hash_written=sealed_digest)
    return flow.run(source, CHUNK_BYTES, TAG_BYTES, seal_into).summary(read_is_plain=True)


def open_stream(
    key: ContentKey,
    source: Source,
    sink: Sink,
    *,
    sealed_digest: bool = False,
    settle: Callable[[], None] | None = None,
) -> StreamSummary:
    """Open all of a sealed `source` into `sink`, hashing on the way; no chunk is written before it is authenticated.

    Raises BrokenError `seal:chunk` at the first chunk that is damaged, missing, moved or added; the chunks before it
    stand in the sink already, so keep what was written apart until this returns.
    """

    def open_into(index: int, last: bool, data: memoryview, out: memoryview) -> int:
        size = len(data) - TAG_BYTES
        if not _fits(index, last, size):
            raise _broken(index)
        try:
            return key.cipher.decrypt_into(key.nonce(index, last), data, None, out[:size])
        except InvalidTag as error:
            raise _broken(index) from error

    flow = _Flow(sink, settle, hash_read=sealed_digest, hash_written=True)
    return flow.run(source, CHUNK_BYTES + TAG_BYTES, 0, open_into).summary(read_is_plain=False)


_SETTLE_EVERY = 32
_Step = Callable[[int, bool, memoryview, memoryview], int]


class _Slot:
    """One chunk under way: its two buffers, and the work in other threads that still reads them."""

    def __init__(self, unit: int, growth: int) -> None:
        self.data = memoryview(bytearray(unit))
        self.out = memoryview(bytearray(unit + growth))
        self.filled = 0
        self.busy: list[Future[None]] = []

    def fill(self, source: Source) -> "_Slot":
        """Wait until nobody reads the buffers, then read until full or at the end."""
        for work in self.busy:
            work.result()
        self.busy = []
        self.filled = 0
        while self.filled < len(self.data):
            got = source.readinto(self.data[self.filled :])
            if not got:
                break
            self.filled += got
        return self


class _Flow:
    """Chunks on their way from a source through one step to a sink, in order, hashed before and after."""

    def __init__(self, sink: Sink, settle: Callable[[], None] | None, *, hash_read: bool, hash_written: bool) -> None:
        self._sink = sink
        self._settle = settle
        self._read = hashlib.sha256() if hash_read else None
        self._written = hashlib.sha256() if hash_written else None
        self._read_size = self._written_size = 0
        self._settling: Future[None] | None = None

    def run(self, source: Source, unit: int, growth: int, step: _Step) -> "_Flow":
        """Pass everything; the first error of any thread ends it."""
        slots: list[_Slot] = []
        with ExitStack() as stack:
            threads = [stack.enter_context(ThreadPoolExecutor(1)) for _ in range(4)]
            for index, last, slot in _numbered(source, slots, lambda: _Slot(unit, growth)):
                if index >= MAX_CHUNKS:
                    raise InvalidInputError("The content is larger than 4 PiB.", code="seal:size")
                data = slot.data[: slot.filled]
                if self._read is not None:
                    slot.busy.append(threads[0].submit(self._read.update, data))
                out = slot.out[: step(index, last, data, slot.out)]
                if self._written is not None:
                    slot.busy.append(threads[1].submit(self._written.update, out))
                slot.busy.append(threads[2].submit(self._write, out))
                self._read_size += len(data)
                self._written_size += len(out)
                if index % _SETTLE_EVERY == _SETTLE_EVERY - 1:
                    self._settle_aside(threads[3])
            for work in (work for slot in slots for work in slot.busy):
                work.result()
        if self._settling is not None:
            self._settling.result()
        if self._settle is not None:
            self._settle()
        return self

    def summary(self, *, read_is_plain: bool) -> StreamSummary:
        read = self._read.hexdigest() if self._read else ""
        written = self._written.hexdigest() if self._written else ""
        if read_is_plain:
            return StreamSummary(self._read_size, read, written)
        return StreamSummary(self._written_size, written, read)

    def _write(self, out: memoryview) -> None:
        start = 0
        while start < len(out):
            taken = self._sink.write(out[start:])
            if not taken:
                raise UnavailableError("The destination takes no more bytes; nothing before it was lost.")
            start += taken

    def _settle_aside(self, thread: ThreadPoolExecutor) -> None:
        """Let the disk catch up while the rest goes on; skipped while it is still at it."""
        if self._settle is None or (self._settling is not None and not self._settling.done()):
            return
        if self._settling is not None:
            self._settling.result()
        self._settling = thread.submit(self._settle)


def _numbered(source: Source, slots: list[_Slot], make: Callable[[], _Slot]) -> Iterator[tuple[int, bool, _Slot]]:
    """Each chunk with its index and whether it is the last, which only reading one ahead can tell.

    Slots are made when they are first needed, up to `BUFFERS`: a small content takes the memory of two.
    """

    def slot(index: int) -> _Slot:
        if len(slots) < BUFFERS:
            slots.append(make())
        return slots[index % BUFFERS]

    index = 0
    current = slot(0).fill(source)
    while True:
        following = slot(index + 1).fill(source)
        last = following.filled == 0
        yield index, last, current
        if last:
            return
        index, current = index + 1, following


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
