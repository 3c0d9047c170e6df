"""The exchange port's TLS: a silent caller is dropped, and a database that was restarted is asked anew."""

import importlib
import socket
import time
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest

from comity.authorities.certificates import issue_tls
from comity.site import exchange_listener
from comity.site.settings import database


@pytest.fixture
def told(tmp_path: Path) -> SimpleNamespace:
    """What the server is told of the listener, as it hands it back."""
    key, certificate = issue_tls("localhost", datetime.now(UTC))
    (tmp_path / "tls.key").write_bytes(key)
    (tmp_path / "tls.crt").write_bytes(certificate)
    return SimpleNamespace(**exchange_listener.options(tmp_path))


@pytest.mark.django_db
@pytest.mark.parametrize("said", [b"", b"\x16"])
def test_a_caller_that_does_not_finish_its_handshake_is_dropped(
    told: SimpleNamespace, monkeypatch: pytest.MonkeyPatch, said: bytes
) -> None:
    assert told.do_handshake_on_connect
    monkeypatch.setattr(exchange_listener, "HANDSHAKE_SECONDS", 0.3)
    context = told.ssl_context(told, None)
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as caller:
        caller.sendall(said)
        accepted, _address = server.accept()
        accepted.setblocking(True)  # as the server's worker hands it over
        begun = time.monotonic()
        with pytest.raises(ConnectionResetError):
            context.wrap_socket(accepted, server_side=True, do_handshake_on_connect=told.do_handshake_on_connect)
        assert time.monotonic() - begun < 5


@pytest.mark.django_db
def test_a_connection_the_database_closed_is_dropped_before_the_pins_are_asked_for(
    told: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    order: list[str] = []
    queries = importlib.import_module("comity.authorities.queries")
    monkeypatch.setattr("django.db.close_old_connections", lambda: order.append("closed"))
    monkeypatch.setattr(queries, "pinned_certificates", lambda: order.append("asked") or [])
    told.ssl_context(told, None)
    assert order == ["closed", "asked"]


def test_postgresql_connections_are_tried_before_they_are_used_again(tmp_path: Path) -> None:
    assert database("postgres://u:p@db/comity", tmp_path)["CONN_HEALTH_CHECKS"] is True
