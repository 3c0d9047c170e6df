"""A wire that breaks: a TCP relay in front of an exchange port, which cuts one connection, or all while it is down."""

import socket
import threading
from contextlib import suppress


class BreakingWire:
    """Relays `listen` to `target` on loopback; once armed, it cuts a connection that carries enough bytes back."""

    def __init__(self, listen: int, target: int) -> None:
        self._target = target
        self._server = socket.create_server(("127.0.0.1", listen), reuse_port=False)
        self._lock = threading.Lock()
        self._cut_after: int | None = None
        self._down = False
        self._open: set[socket.socket] = set()
        self.cuts = self.resets = self.refused = 0
        self.bytes_back = 0
        threading.Thread(target=self._accept, daemon=True).start()

    def arm(self, after_bytes: int) -> None:
        """Cut once, when this many bytes have come back since now."""
        with self._lock:
            self._cut_after, self.bytes_back = after_bytes, 0

    @property
    def down(self) -> bool:
        """While it is down, every connection ends as it is made; those that were open end when it goes down."""
        return self._down

    @down.setter
    def down(self, down: bool) -> None:
        with self._lock:
            self._down = down
            ended = list(self._open) if down else []
        for one in ended:
            _end(one)

    def close(self) -> None:
        self._server.close()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._server.accept()
            except OSError:
                return
            if self.down:
                self.refused += 1
                near.close()
                continue
            try:
                far = socket.create_connection(("127.0.0.1", self._target), timeout=10)
            except OSError:
                near.close()
                continue
            far.settimeout(None)
            with self._lock:
                self._open |= {near, far}
                late = self._down
            for end in (near, far) if late else ():
                _end(end)
            threading.Thread(target=self._relay, args=(near, far, False), daemon=True).start()
            threading.Thread(target=self._relay, args=(far, near, True), daemon=True).start()

    def _relay(self, source: socket.socket, sink: socket.socket, back: bool) -> None:
        try:
            while data := source.recv(1 << 16):
                if back and self._must_cut(len(data)):
                    break
                sink.sendall(data)
        except OSError:
            self.resets += 1
        finally:
            with self._lock:
                self._open -= {source, sink}
            for end in (source, sink):
                _end(end)
                end.close()

    def _must_cut(self, count: int) -> bool:
        with self._lock:
            self.bytes_back += count
            if self._cut_after is None or self.bytes_back < self._cut_after:
                return False
            self._cut_after = None
            self.cuts += 1
            return True


def _end(one: socket.socket) -> None:
    """Whoever reads from it or writes to it is told that it is over; it may be already."""
    with suppress(OSError):
        one.shutdown(socket.SHUT_RDWR)
