"""A vault on the local disk: `root/ab/cd/<name>`, staging and transfers beside it on the same file system."""

import errno
import fcntl
import hashlib
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, cast

from comity.seals.stream import ContentKey, Source, open_chunk, seal_stream, sealed_size
from comity.store.vault import SEALED_CHUNK, Kept, expect_name, expect_partial, name_of, plain_size
from comity.values.errors import BrokenError, ConflictError, InvalidInputError, MissingError, UnavailableError

RESERVE_BYTES = 64 << 20
"""Kept free for the database and its journal: a disk filled to the brim with evidence stops the node."""

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


def _free_bytes(folder: Path) -> int:
    return shutil.disk_usage(folder).free


class LocalVault:
    """Sealed files under one folder; `free_space` answers how many bytes the disk still takes."""

    def __init__(
        self, root: Path, *, free_space: Callable[[Path], int] = _free_bytes, reserve: int = RESERVE_BYTES
    ) -> None:
        self.root = Path(root)
        self._free_space = free_space
        self._reserve = reserve
        for folder in (self.root, self.root / "staging", self.root / "transfers"):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)

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

    def _publish(self, staged: Path, name: str) -> bool:
        """Give a durable file its name, the folders made durable down to the root; False where the name is taken."""
        path = self._path(name)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            os.link(staged, path)
            published = True
        except FileExistsError:
            published = False
        for folder in (path.parent, path.parent.parent, self.root):
            _sync_folder(folder)
        return published

    def _expect_room(self, needed: int) -> None:
        free = self._free_space(self.root) - self._reserve
        if needed > free:
            raise UnavailableError(
                f"The file needs {needed} bytes and the disk has {max(free, 0)} to give. Nothing was written.",
                code="store:full",
                place=str(self.root),
                next_step="Free or add disk space, then take the file in again.",
            )

    # -- reading

    def exists(self, name: str) -> bool:
        return self._path(name).is_file()

    def sealed_size(self, name: str) -> int:
        try:
            return self._path(name).stat().st_size
        except FileNotFoundError as error:
            raise MissingError from error

    def sealed_range(self, name: str, start: int, end: int) -> bytes:
        if not 0 <= start <= end:
            raise InvalidInputError(f"[{start}, {end}) is not a range of bytes.", code="store:range")
        with self._open(name) as file:
            file.seek(start)
            return file.read(end - start)

    def open_chunks(self, name: str, key: ContentKey) -> Iterator[bytes]:
        with self._open(name) as file:
            yield from _opened(file, key, plain_size(os.fstat(file.fileno()).st_size))

    def names(self) -> Iterator[str]:
        for path in sorted(self.root.glob("[0-9a-f][0-9a-f]/[0-9a-f][0-9a-f]/*")):
            yield path.name

    def discard(self, name: str) -> None:
        path = self._path(name)
        with suppress(FileNotFoundError):
            path.unlink()
            _sync_folder(path.parent)

    def kept_since(self, name: str) -> datetime:
        try:
            return _written(self._path(name))
        except FileNotFoundError as error:
            raise MissingError from error

    def tidy(self, older_than: datetime) -> int:
        stale = [path for path in (self.root / "staging").iterdir() if _written(path) < older_than]
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
        try:
            same = _digest_of(self._path(name), key, size, watch) == digest
        except (BrokenError, ConflictError):
            same = False
        if not same:
            raise BrokenError(
                "Other content lies here under the same key. It stays; what was fetched was dropped.", code="store:key"
            )

    def abandon(self, partial: str) -> None:
        with suppress(FileNotFoundError):
            self._partial(partial).unlink()

    # -- places

    def _path(self, name: str) -> Path:
        expect_name(name)
        return self.root / name[:2] / name[2:4] / name

    def _partial(self, partial: str) -> Path:
        return self.root / "transfers" / expect_partial(partial)

    def _open(self, name: str) -> BinaryIO:
        try:
            return self._path(name).open("rb")
        except FileNotFoundError as error:
            raise MissingError from error


def _opened(file: BinaryIO, key: ContentKey, size: int) -> Iterator[bytes]:
    left, index = sealed_size(size), 0
    while left:
        sealed = file.read(min(SEALED_CHUNK, left))
        left -= min(SEALED_CHUNK, left)
        yield open_chunk(key, index, left == 0, sealed)
        index += 1


def _digest_of(path: Path, key: ContentKey, size: int, watch: Callable[[], None]) -> str:
    """The content's SHA-256, from sealed bytes made durable first."""
    content = hashlib.sha256()
    with path.open("rb") as file:
        if os.fstat(file.fileno()).st_size != sealed_size(size):
            raise ConflictError("The transfer is not complete; take it up again.", code="store:offset")
        os.fsync(file.fileno())
        for chunk in _opened(file, key, size):
            content.update(chunk)
            watch()
    return content.hexdigest()


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


def _written(path: Path) -> datetime:
    return datetime.fromtimestamp(path.stat().st_mtime, UTC)


def _write_all(descriptor: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]


def _sync_folder(folder: Path) -> None:
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
