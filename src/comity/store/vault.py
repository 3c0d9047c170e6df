"""What every vault promises: sealed content under the name of its own bytes, in flat memory, whole or not at all.

A vault holds only sealed bytes (`seals.stream`). Their name follows from the content key alone, one way: a put can
only create, never replace; two seals of one content never collide; and the disk tells nobody which known file it
holds. Which content (SHA-256) a name stands for is kept in `SealedBlob`, with the key, wrapped.
"""

import hashlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO, Protocol

from comity.seals.stream import CHUNK_BYTES, TAG_BYTES, ContentKey, sealed_size
from comity.values.errors import BrokenError, InvalidInputError

SEALED_CHUNK = CHUNK_BYTES + TAG_BYTES
NAME = re.compile(r"[0-9a-f]{64}")
PARTIAL = re.compile(r"[0-9a-f][0-9a-f-]{7,71}")


@dataclass(frozen=True, slots=True)
class Kept:
    """What a put or a finished transfer left: size and SHA-256 of the content, name of the sealed bytes."""

    size: int
    digest: str
    name: str


class Vault(Protocol):
    """One suite holds every vault to this (`comity.store.suite`)."""

    def put_sealed(self, source: BinaryIO, key: ContentKey, *, expected_size: int | None = None) -> Kept:
        """Seal a source chunk by chunk and keep it durably.

        Raises UnavailableError `store:full` before the first byte when the disk cannot hold it, with both figures,
        and when the disk fills on the way; InvalidInputError `store:size` when the source is not as long as promised.
        Nothing half-done stays behind. A key seals one content only: ConflictError `store:key` when it was used before.
        """

    def sealed_range(self, name: str, start: int, end: int) -> bytes:
        """Sealed bytes [start, end), fewer only at the end; MissingError when there is no such name."""

    def sealed_size(self, name: str) -> int: ...

    def open_chunks(self, name: str, key: ContentKey) -> Iterator[bytes]:
        """The content, chunk by chunk, each authenticated before it is given out; BrokenError `seal:chunk`."""

    def exists(self, name: str) -> bool: ...

    def discard(self, name: str) -> None:
        """Remove sealed bytes; removing what is not there is no error."""

    def names(self) -> Iterator[str]:
        """Every name held, in order: for scrubbing and for finding what no row points to."""

    def kept_since(self, name: str) -> datetime:
        """When the sealed bytes were written, by the disk's clock."""

    def tidy(self, older_than: datetime) -> int:
        """Remove what a crash left half-written before that time; returns how many files. Transfers are not touched."""

    def begin(self, partial: str, size: int) -> int:
        """Open or take up an incoming transfer of content of `size` bytes; returns the sealed bytes already held.

        Only whole chunks count: what a crash left of a chunk is dropped. UnavailableError `store:full` with both
        figures when the disk cannot hold the rest.
        """

    def append(self, partial: str, offset: int, sealed: bytes) -> int:
        """Add sealed bytes at `offset`, durably; returns where the transfer stands now.

        ConflictError `store:offset` when it stands elsewhere: another worker has it.
        """

    def finish(
        self, partial: str, key: ContentKey, size: int, digest: str, *, watch: Callable[[], None] = lambda: None
    ) -> Kept:
        """Open every chunk again from the disk, compare the content's SHA-256, then keep it under its name.

        `watch` is called after each chunk. Raises BrokenError `store:digest` or `seal:chunk`, or `store:key` when the
        name holds other content, which stays as it is; what was fetched is then dropped.
        """

    def abandon(self, partial: str) -> None: ...


def name_of(key: ContentKey) -> str:
    """The name of what is sealed under a key: a digest of the key, from which the key cannot be found."""
    return hashlib.sha256(b"comity/1/vault-name\x00" + key.to_bytes()).hexdigest()


def expect_name(name: str) -> str:
    """A name that is exactly 64 hex characters, so that no text from outside ever becomes a path."""
    if not NAME.fullmatch(name):
        raise InvalidInputError(
            "Sealed content is named by 64 lowercase hex characters.", code="store:name", place=name[:80]
        )
    return name


def expect_partial(partial: str) -> str:
    if not PARTIAL.fullmatch(partial):
        raise InvalidInputError("A transfer is named by hex characters.", code="store:name", place=partial[:80])
    return partial


def plain_size(size_sealed: int) -> int:
    """The content's size from that of its sealed bytes; BrokenError when no content has such a size."""
    chunks = max(1, -(-size_sealed // SEALED_CHUNK))
    size = size_sealed - chunks * TAG_BYTES
    if size < 0 or sealed_size(size) != size_sealed:
        raise BrokenError(f"No content seals to {size_sealed} bytes: the file was cut.", code="store:cut")
    return size
