"""What a monitor is told: whether the node is alive and ready, figures without persons, logs without values."""

import io
import json
import logging
import socket
import struct
import sys
import threading
from http import HTTPStatus
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from comity.authorities.node_file import NodeFile
from comity.site import watch
from comity.site.logs import JsonLines
from tests.cli.test_doctor import patient, world
from tests.requests.world import World

__all__ = ["world"]


def test_figures_name_authorities_and_nothing_of_persons_or_matters(world: World) -> None:
    status, _, body = watch.answer("/metrics", patient(world))
    told = body.decode()
    assert status == HTTPStatus.OK
    for line in ('comity_outbox_waiting{partner="CO-FGN"} 0.0', 'comity_ledger_entries{authority="CH-FOJ"}'):
        assert line in told
    for name in ("prosecutor", "Exercise", ":dossier:", "Trafic"):
        assert name not in told


def test_ready_says_what_is_not_and_never_why(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    node = patient(world)
    assert watch.answer("/ready", node)[0] == HTTPStatus.SERVICE_UNAVAILABLE  # nothing listens here
    monkeypatch.setattr(watch, "listening", lambda _port: True)
    assert watch.answer("/ready", node)[0] == watch.answer("/live", node)[0] == HTTPStatus.OK
    monkeypatch.setattr(watch, "RESERVE_BYTES", 1 << 62)
    status, _, body = watch.answer("/ready", node)
    assert (status, b"disk not ok" in body) == (HTTPStatus.SERVICE_UNAVAILABLE, True)


def test_a_keyring_that_does_not_open_is_not_ready(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "listening", lambda _port: True)

    def gone() -> Any:
        raise OSError

    node = SimpleNamespace(file=NodeFile("xx", "localhost", 1, 2, exercise=True), folder=Path("/"), keys=gone)
    assert watch.ready(node)["keyring"] is False
    assert watch.answer("/elsewhere", node)[0] == HTTPStatus.NOT_FOUND


def test_what_goes_wrong_is_told_as_a_fault_and_stands_in_the_log(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, db: None
) -> None:
    def fails(_path: str, _node: Any) -> Any:
        raise ValueError

    sent = io.BytesIO()
    handler = watch._Handler.__new__(watch._Handler)
    handler.path, handler.wfile, handler.request_version, handler.requestline = "/metrics", sent, "HTTP/1.1", ""
    monkeypatch.setattr(watch, "answer", fails)
    monkeypatch.setattr("django.db.connections.close_all", lambda: None)
    handler.do_GET()
    assert b" 500 " in sent.getvalue()
    assert caplog.records[-1].exc_info[0] is ValueError


def test_a_monitor_that_hangs_up_early_is_passed_over_in_silence(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    asked, gone = threading.Event(), threading.Event()

    def slowly(path: str, _node: Any) -> Any:
        if path == "/metrics":
            asked.set()
            gone.wait()
        return HTTPStatus.OK, "text/plain", b"ok\n"

    monkeypatch.setattr(watch, "answer", slowly)
    with watch.Watch(0) as server:
        server.daemon_threads = False  # so that closing waits for each answer to end
        threading.Thread(target=server.serve_forever).start()
        try:
            with socket.create_connection((watch.HOST, server.server_port)) as monitor:
                monitor.sendall(b"GET /metrics HTTP/1.1\r\n\r\n")
                asked.wait()
                monitor.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            gone.set()
            with socket.create_connection((watch.HOST, server.server_port)) as monitor:
                monitor.sendall(b"GET /live HTTP/1.1\r\n\r\n")
                assert monitor.makefile("rb").read().endswith(b"ok\n")
        finally:
            gone.set()
            server.shutdown()
    assert (capfd.readouterr().err, caplog.records) == ("", [])


def test_any_other_fault_of_an_answer_stands_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    with watch.Watch(0) as server:
        try:
            int("no number")
        except ValueError:
            server.handle_error(None, None)
    assert caplog.records[-1].exc_info[0] is ValueError


def test_a_line_of_the_log_holds_no_value_of_others_and_no_words_of_an_error() -> None:
    try:
        int("Rosa Exercise, born 1970")
    except ValueError:
        record = logging.LogRecord(
            "django.request", 40, "f", 1, "Internal Server Error: %s", ("/Rosa",), sys.exc_info()
        )
    line = JsonLines().format(record)
    told = json.loads(line)
    assert "Rosa" not in line
    assert (told["error"], told["said"], bool(told["places"])) == ("ValueError", "Internal Server Error: %s", True)
    ours = logging.LogRecord("comity.worker", 40, "f", 1, "%s failed", ("send",), None)
    assert json.loads(JsonLines().format(ours))["said"] == "send failed"
