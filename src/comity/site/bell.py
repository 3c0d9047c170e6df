"""The bell: whoever queued a message rings, and the worker sends at once instead of at its next look.

A datagram socket in the node's `run` folder, which only its own user may enter. It carries nothing: what is to be sent
stands in the database, and a ring that is lost costs the time until the next look.
"""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

NAME = "bell"


class Bell:
    """The bell of the node in a folder, by any of its processes."""

    def __init__(self, folder: Path) -> None:
        self._place = folder / "run"

    def ring(self) -> None:
        """Tell the worker, if one listens. Never waits and never fails."""
        kind = socket.SOCK_DGRAM | socket.SOCK_NONBLOCK
        with suppress(OSError), _reached(self._place) as address, socket.socket(socket.AF_UNIX, kind) as ringing:
            ringing.sendto(b"", address)

    @contextmanager
    def heard(self) -> Iterator[socket.socket]:
        """The socket on which rings come, as long as the block lasts; OSError where none can be made."""
        self._place.mkdir(mode=0o700, exist_ok=True)
        (self._place / NAME).unlink(missing_ok=True)
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
            with _reached(self._place) as address:
                listening.bind(address)
            try:
                yield listening
            finally:
                (self._place / NAME).unlink(missing_ok=True)


@contextmanager
def _reached(place: Path) -> Iterator[str]:
    """An address of the socket that is short enough wherever the folder lies: a socket's has 107 bytes at most."""
    folder = os.open(place, os.O_PATH | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{folder}/{NAME}"
    finally:
        os.close(folder)
