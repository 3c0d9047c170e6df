"""The demo's wire: while it is down nothing passes, and afterwards everything does."""

import socket
import threading

from comity.cli.demo.wire import BreakingWire


def echo(server: socket.socket) -> None:
    while True:
        try:
            near, _ = server.accept()
        except OSError:
            return
        with near:
            while data := near.recv(64):
                near.sendall(data)


def asked(port: int) -> bytes:
    with socket.create_connection(("127.0.0.1", port), timeout=30) as line:
        try:
            line.sendall(b"hello")
            return line.recv(64)
        except OSError:
            return b""


def test_while_it_is_down_nothing_passes_and_afterwards_everything_does() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        free.close()
        threading.Thread(target=echo, args=(server,), daemon=True).start()
        wire = BreakingWire(port, server.getsockname()[1])
        try:
            wire.down = True
            assert asked(port) == b""
            assert (wire.refused, wire.bytes_back) == (1, 0)
            wire.down = False
            assert asked(port) == b"hello"
            with socket.create_connection(("127.0.0.1", port), timeout=30) as kept:
                kept.sendall(b"hel")
                assert kept.recv(64) == b"hel"
                wire.down = True
                assert kept.recv(64) == b""
        finally:
            wire.close()
