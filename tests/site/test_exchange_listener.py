"""The exchange port's TLS: a silent caller is dropped, and a database that was restarted is asked anew."""

import importlib
import socket
import time
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType

import pytest

from comity.authorities.certificates import issue_tls
from comity.site.settings import database


@pytest.fixture
def listener(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    key, certificate = issue_tls("localhost", datetime.now(UTC))
    (tmp_path / "tls.key").write_bytes(key)
    (tmp_path / "tls.crt").write_bytes(certificate)
    monkeypatch.setenv("COMITY_TLS", str(tmp_path))
    return importlib.reload(importlib.import_module("comity.site.exchange_listener"))


@pytest.mark.django_db
@pytest.mark.parametrize("said", [b"", b"\x16"])
def test_a_caller_that_does_not_finish_its_handshake_is_dropped(
    listener: ModuleType, monkeypatch: pytest.MonkeyPatch, said: bytes
) -> None:
    assert listener.do_handshake_on_connect
    monkeypatch.setattr(listener, "HANDSHAKE_SECONDS", 0.3)
    context = listener.ssl_context(None, None)
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as caller:
        caller.sendall(said)
        accepted, _address = server.accept()
        accepted.setblocking(True)  # as the server's worker hands it over
        begun = time.monotonic()
        with pytest.raises(ConnectionResetError):
            context.wrap_socket(accepted, server_side=True, do_handshake_on_connect=listener.do_handshake_on_connect)
        assert time.monotonic() - begun < 5


@pytest.mark.django_db
def test_a_connection_the_database_closed_is_dropped_before_the_pins_are_asked_for(
    listener: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    order: list[str] = []
    queries = importlib.import_module("comity.authorities.queries")
    monkeypatch.setattr("django.db.close_old_connections", lambda: order.append("closed"))
    monkeypatch.setattr(queries, "pinned_certificates", lambda: order.append("asked") or [])
    listener.ssl_context(None, None)
    assert order == ["closed", "asked"]


def test_postgresql_connections_are_tried_before_they_are_used_again(tmp_path: Path) -> None:
    assert database("postgres://u:p@db/comity", tmp_path)["CONN_HEALTH_CHECKS"] is True
