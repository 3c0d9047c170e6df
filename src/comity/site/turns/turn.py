"""A turn: one writer of the embedded database at a time, the others waiting just as long as it takes.

SQLite lets one writer in and has the others look again, at last ten times a second: under load some look in vain for
seconds while the database stands idle between two looks. Here they wait for a lock on a file beside the database.
It is a courtesy and guards nothing: what may be written is SQLite's own lock's to say, and who waited too long, or
finds no file to lock, goes on to that one. A process that ends gives its turn back with its files.
"""

import fcntl
import os
import threading
import time
from pathlib import Path

LOOK_SECONDS = 0.001
"""How often a process looks whether the turn of another has ended."""

_within: dict[Path, threading.Lock] = {}
"""The threads of this process wait for each other here, so that only one of them looks at the file."""
_made = threading.Lock()
os.register_at_fork(after_in_child=_within.clear)


class Turn:
    """The turn at one database, for one connection: taken before a transaction that writes, given back after it."""

    def __init__(self, database: Path) -> None:
        self._place = database.with_name(f"{database.name}-turn")
        self._file: int | None = None
        self._process = 0
        self._held: threading.Lock | None = None

    def take(self, seconds: float) -> bool:
        """Wait for the turn, at most so long; whether it was given. Whoever holds it already keeps it."""
        if self._held is not None:
            return True
        end = time.monotonic() + seconds
        within = self._lock()
        if not within.acquire(timeout=seconds):
            return False
        try:
            if self._wait(end):
                self._held = within
        except OSError:  # no file to wait at: the database's own lock is left
            return False
        finally:
            if self._held is None:
                within.release()
        return self._held is not None

    def give(self) -> None:
        """Give the turn back; nothing where it is not held."""
        if self._held is None:
            return
        held, self._held = self._held, None
        try:
            if self._file is not None and self._process == os.getpid():
                fcntl.flock(self._file, fcntl.LOCK_UN)
        finally:
            held.release()

    def close(self) -> None:
        """Give back what is held, and the file."""
        self.give()
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _lock(self) -> threading.Lock:
        with _made:
            return _within.setdefault(self._place, threading.Lock())

    def _wait(self, end: float) -> bool:
        file = self._opened()
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() > end:
                    return False
                time.sleep(LOOK_SECONDS)
            else:
                return True

    def _opened(self) -> int:
        """The file, opened by this very process: after a fork the parent's would be one lock for both."""
        if self._file is None or self._process != os.getpid():
            self._file = os.open(self._place, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            self._process = os.getpid()
        return self._file
