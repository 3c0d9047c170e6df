"""Where every content lands first: the node's own disk, on which it is sealed, received and proved before it is named.

`staging/` holds what is being sealed, `transfers/` what is being received. Both are durable at every step a crash can
follow, and nothing of them is content yet.
"""

import errno
import fcntl
import hashlib
import os
import shutil
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, cast

from comity.seals.stream import ContentKey, Source, open_stream, seal_stream, sealed_size
from comity.store.vault import SEALED_CHUNK, Kept, expect_partial, name_of
from comity.values.errors import BrokenError, ConflictError, InvalidInputError, MissingError, UnavailableError

RESERVE_BYTES = 64 << 20
"""Kept free for the database and its journal: a disk filled to the brim with evidence stops the node."""

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


def free_bytes(folder: Path) -> int:
    return shutil.disk_usage(folder).free


class LandingVault(ABC):
    """The half of a vault that is the same for every store; a store says how a proved file gets its name.

    `free_space` answers how many bytes the landing disk still takes.
    """

    def __init__(
        self, root: Path, *, free_space: Callable[[Path], int] = free_bytes, reserve: int = RESERVE_BYTES
    ) -> None:
        self.root = Path(root)
        self._free_space = free_space
        self._reserve = reserve
        for folder in (self.root, self.root / "staging", self.root / "transfers"):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    @abstractmethod
    def exists(self, name: str) -> bool: ...

    @abstractmethod
    def open_chunks(self, name: str, key: ContentKey) -> Iterator[bytes]: ...

    @abstractmethod
    def _publish(self, staged: Path, name: str) -> bool:
        """Keep a durable file under a name; False, and nothing changed, where the name is taken."""

    # -- putting

    def put_sealed(self, source: BinaryIO, key: ContentKey, *, expected_size: int | None = None) -> Kept:
        size = expected_size if expected_size is not None else _size_of(source)
        if size is not None:
            self._expect_room(sealed_size(size))
        name = name_of(key)
        staging = self.root / "staging" / name
        if staging.exists() or self.exists(name):
            raise ConflictError("A content key seals one content only; take a new one.", code="store:key")
        try:
            with _disk_faults(staging):
                with staging.open("xb", buffering=0) as sink:
                    descriptor = sink.fileno()
                    summary = seal_stream(
                        key, _source(source), sink, sealed_digest=False, settle=lambda: os.fdatasync(descriptor)
                    )
                if size is not None and summary.size != size:
                    raise InvalidInputError(
                        f"The source gave {summary.size} bytes where {size} were announced. Nothing of it was kept.",
                        code="store:size",
                    )
                if not self._publish(staging, name):
                    raise ConflictError("A content key seals one content only; take a new one.", code="store:key")
        finally:
            with suppress(FileNotFoundError):
                staging.unlink()
        return Kept(summary.size, summary.digest, name)

    def _expect_room(self, needed: int) -> None:
        free = self._free_space(self.root) - self._reserve
        if needed > free:
            raise UnavailableError(
                f"The file needs {needed} bytes and the disk has {max(free, 0)} to give. Nothing was written.",
                code="store:full",
                place=str(self.root),
                next_step="Free or add disk space, then take the file in again.",
            )

    def tidy(self, older_than: datetime) -> int:
        stale = [path for path in (self.root / "staging").iterdir() if written(path) < older_than]
        for path in stale:
            path.unlink(missing_ok=True)
        return len(stale)

    # -- incoming transfers

    def begin(self, partial: str, size: int) -> int:
        path = self._partial(partial)
        held = path.stat().st_size if path.exists() else 0
        whole = held if held == sealed_size(size) else held - held % SEALED_CHUNK
        if held > sealed_size(size):
            whole = 0
        if whole != held:
            os.truncate(path, whole)
            held = whole
        self._expect_room(sealed_size(size) - held)
        return held

    def append(self, partial: str, offset: int, sealed: bytes) -> int:
        path = self._partial(partial)
        with _disk_faults(path), path.open("ab", buffering=0) as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            held = os.fstat(file.fileno()).st_size
            if held != offset:
                raise ConflictError(
                    f"The transfer stands at {held}, not at {offset}; take it up from there.", code="store:offset"
                )
            try:
                _write_all(file.fileno(), sealed)
                os.fdatasync(file.fileno())
            except OSError:
                os.ftruncate(file.fileno(), offset)
                raise
        return offset + len(sealed)

    def finish(
        self, partial: str, key: ContentKey, size: int, digest: str, *, watch: Callable[[], None] = lambda: None
    ) -> Kept:
        path, name = self._partial(partial), name_of(key)
        try:
            found = _digest_of(path, key, size, watch)
        except FileNotFoundError as error:
            raise MissingError from error
        except BrokenError:
            self.abandon(partial)
            raise
        if found != digest:
            self.abandon(partial)
            raise BrokenError(
                f"The content's SHA-256 is {found}, not {digest}. What was fetched was dropped.", code="store:digest"
            )
        published = self._publish(path, name)
        self.abandon(partial)
        if not published:  # a transfer finished before a crash, or a partner that used one key for two contents
            self._expect_same(name, key, size, digest, watch)
        return Kept(size, digest, name)

    def _expect_same(self, name: str, key: ContentKey, size: int, digest: str, watch: Callable[[], None]) -> None:
        content, found = hashlib.sha256(), 0
        try:
            for chunk in self.open_chunks(name, key):
                content.update(chunk)
                found += len(chunk)
                watch()
            same = (found, content.hexdigest()) == (size, digest)
        except BrokenError:
            same = False
        if not same:
            raise BrokenError(
                "Other content lies here under the same key. It stays; what was fetched was dropped.", code="store:key"
            )

    def abandon(self, partial: str) -> None:
        with suppress(FileNotFoundError):
            self._partial(partial).unlink()

    def _partial(self, partial: str) -> Path:
        return self.root / "transfers" / expect_partial(partial)


def _digest_of(path: Path, key: ContentKey, size: int, watch: Callable[[], None]) -> str:
    """The content's SHA-256, from sealed bytes made durable first; opened and hashed in threads of their own."""
    with path.open("rb", buffering=0) as file:
        if os.fstat(file.fileno()).st_size != sealed_size(size):
            raise ConflictError("The transfer is not complete; take it up again.", code="store:offset")
        os.fsync(file.fileno())
        return open_stream(key, Watched(file, watch), Nowhere()).digest


class Watched:
    """A source that says after each read that it gets on: in the thread of whoever asked for it."""

    def __init__(self, source: Source, watch: Callable[[], None]) -> None:
        self._source, self._watch = source, watch

    def readinto(self, buffer: memoryview, /) -> int:
        got = self._source.readinto(buffer) or 0
        if got:
            self._watch()
        return got


class Nowhere:
    """A sink that keeps nothing: for opening what is only to be proved."""

    def write(self, data: memoryview, /) -> int:
        return len(data)


class _ByRead:
    """A source that can only `read`, such as an upload of a web framework, read into a buffer."""

    def __init__(self, source: BinaryIO) -> None:
        self._source = source

    def readinto(self, buffer: memoryview, /) -> int:
        data = self._source.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)


def _source(source: BinaryIO) -> Source:
    return cast("Source", source) if hasattr(source, "readinto") else _ByRead(source)


def _size_of(source: BinaryIO) -> int | None:
    """How many bytes a source still has, where it can tell."""
    if not source.seekable():
        return None
    here = source.tell()
    end = source.seek(0, os.SEEK_END)
    source.seek(here)
    return end - here


def written(path: Path) -> datetime:
    return datetime.fromtimestamp(path.stat().st_mtime, UTC)


def _write_all(descriptor: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]


def sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _disk_faults(path: Path) -> Iterator[None]:
    """A full disk is a thing that passes: answered as such, with what was done about it."""
    try:
        yield
    except OSError as error:
        if error.errno not in _FULL:
            raise
        raise UnavailableError(
            f"The disk filled up while writing ({error.strerror}). What was half-written was removed.",
            code="store:full",
            place=str(path.parent),
            next_step="Free or add disk space, then try again: a transfer goes on where it stopped.",
        ) from error
