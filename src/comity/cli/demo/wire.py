"""A wire that breaks: a TCP relay in front of an exchange port, which cuts one connection, or all while it is down."""

import socket
import threading


class BreakingWire:
    """Relays `listen` to `target` on loopback; once armed, it cuts a connection that carries enough bytes back."""

    def __init__(self, listen: int, target: int) -> None:
        self._target = target
        self._server = socket.create_server(("127.0.0.1", listen), reuse_port=False)
        self._lock = threading.Lock()
        self._cut_after: int | None = None
        self.down = False
        """While it is down, every connection ends as it is made."""
        self.cuts = self.resets = self.refused = 0
        self.bytes_back = 0
        threading.Thread(target=self._accept, daemon=True).start()

    def arm(self, after_bytes: int) -> None:
        """Cut once, when this many bytes have come back since now."""
        with self._lock:
            self._cut_after, self.bytes_back = after_bytes, 0

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
            for end in (source, sink):
                try:
                    end.shutdown(socket.SHUT_RDWR)
                except OSError:
                    continue
                finally:
                    end.close()

    def _must_cut(self, count: int) -> bool:
        with self._lock:
            self.bytes_back += count
            if self._cut_after is None or self.bytes_back < self._cut_after:
                return False
            self._cut_after = None
            self.cuts += 1
            return True
