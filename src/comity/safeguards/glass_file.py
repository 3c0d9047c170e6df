"""The journal of breakings of the glass on its storage: appended to, made durable, verified before every line."""

import errno
import fcntl
import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

from comity.safeguards.glass import Entry, Journal, Kind, Line, Mark, next_line, read_journal
from comity.values.errors import UnavailableError


class GlassJournal:
    """One node's journal in a folder on other storage than the node's own.

    `mark` is a file elsewhere (in the node's folder) that says how far the journal went; it is written where it can be.
    """

    def __init__(self, folder: Path, node_id: str, key: bytes, mark: Path) -> None:
        self.folder = folder
        self.path = folder / f"{node_id}.journal"
        self._key = key
        self._mark = mark

    def read(self) -> Journal:
        """The journal as it stands; an absent one is empty, but for what the mark says was written."""
        try:
            if not self.folder.is_dir():
                raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(self.folder))
            data = self.bytes()
        except OSError as error:
            raise self._not_to_be_had(error) from error
        return read_journal(data, self._key, self._marked())

    def set_aside(self) -> Iterator[tuple[str, bytes, Journal]]:
        """The journals that did not hold and were kept: name, bytes, and the lines that hold."""
        for path in sorted(self.folder.glob(f"{self.path.name}.broken-*")):
            data = path.read_bytes()
            yield path.name, data, read_journal(data, self._key)

    def all_lines(self) -> list[Line]:
        """Every line that holds, also of journals set aside: their codes stay used, their wrong tries count."""
        return [line for _, _, one in self.set_aside() for line in one.lines] + list(self.read().lines)

    def bytes(self) -> bytes:
        return self.path.read_bytes() if self.path.exists() else b""

    def expect_writable(self) -> None:
        """Raise UnavailableError where no line can be written: then nothing may be shown either."""
        with self._opened():
            pass

    def append(self, at: datetime, entry: Entry) -> Line:
        """Write one line and return when it is durable. A journal that does not hold is set aside, never continued."""
        with self._opened() as file:
            journal = self.read()
            if not journal.fault:
                return self._write(file, journal, at, entry)
            kept = self._keep_broken()
        with self._opened() as file:
            begun = Entry(Kind.SET_ASIDE, "", self.path.name, text=f"{journal.fault}; kept as {kept}"[:300])
            self._write(file, Journal(), at, begun)
            return self._write(file, self.read(), at, entry)

    def _write(self, file: int, journal: Journal, at: datetime, entry: Entry) -> Line:
        line, data = next_line(journal, at, entry, self._key)
        try:
            written = os.write(file, data)
            os.fsync(file)
        except OSError as error:
            raise self._not_to_be_had(error) from error
        if written != len(data):
            raise self._not_to_be_had(OSError(f"{written} of {len(data)} bytes were written"))
        self._set_mark(Mark(line.seq, line.link))
        return line

    @contextmanager
    def _opened(self) -> Iterator[int]:
        """The file, created if it was not there, held against another console until the line is written."""
        try:
            file = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        except OSError as error:
            raise self._not_to_be_had(error) from error
        try:
            fcntl.flock(file, fcntl.LOCK_EX)
            os.fsync(file)
            self._fsync_folder()
            yield file
        finally:
            os.close(file)

    def _keep_broken(self) -> str:
        digest = hashlib.sha256(self.bytes()).hexdigest()[:16]
        kept = self.path.with_name(f"{self.path.name}.broken-{digest}")
        self.path.rename(kept)
        with suppress(OSError):
            self._mark.unlink(missing_ok=True)
        self._fsync_folder()
        return kept.name

    def _fsync_folder(self) -> None:
        folder = os.open(self.folder, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def _marked(self) -> Mark | None:
        try:
            value = json.loads(self._mark.read_text())
            return Mark(int(value["seq"]), str(value["link"]))
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def _set_mark(self, mark: Mark) -> None:
        """As far as the node's own storage takes it: it may be what is down."""
        fresh = self._mark.with_suffix(".new")
        with suppress(OSError):
            fresh.write_text(json.dumps(asdict(mark)))
            fresh.replace(self._mark)

    def _not_to_be_had(self, error: OSError) -> UnavailableError:
        return UnavailableError(
            f"The journal {self.path} cannot be written or read: {error.strerror or error}. Nothing was shown.",
            code="glass:journal",
            place=str(self.path),
            next_step="Mount its storage, or name another folder as glass.journal in node.json.",
        )
