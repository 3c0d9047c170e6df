"""The watch: health and figures for a monitor, on a loopback port of its own that is off unless a port is named.

`/live`: both listeners take connections. `/ready`: and database, keyring, release and disk are as they must be.
`/metrics`: counts for Prometheus. Codes of authorities and numbers only: nothing here names a person or a matter.
"""

import logging
import shutil
import socket
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import django
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

log = logging.getLogger("comity.watch")
RESERVE_BYTES = 256 << 20
HOST = "127.0.0.1"


def listening(port: int) -> bool:
    """Whether something takes connections on a loopback port."""
    try:
        with socket.create_connection((HOST, port), timeout=2):
            return True
    except OSError:
        return False


def alive(node: Any) -> dict[str, bool]:
    return {"web": listening(node.file.web_port), "exchange": listening(node.file.exchange_port)}


def ready(node: Any) -> dict[str, bool]:
    """What must hold for the node to do its work, each with whether it does; no reason is given here (`doctor`)."""
    from comity.cli.upgrading import changes_waiting  # noqa: PLC0415 - the framework is set up by now
    from comity.values.errors import ComityError  # noqa: PLC0415 - the same

    found = alive(node)
    try:
        found["database"] = found["release"] = not changes_waiting()
    except django.db.DatabaseError:
        found["database"] = found["release"] = False
    try:
        found["keyring"] = bool(node.keys().authorities())
    except (ComityError, OSError):
        found["keyring"] = False
    found["disk"] = shutil.disk_usage(node.folder).free >= RESERVE_BYTES
    return found


class Figures(Collector):
    """What Prometheus is told, read from the database when it asks."""

    def __init__(self, node: Any) -> None:
        self._node = node

    def collect(self) -> Iterator[GaugeMetricFamily]:
        from comity.authorities.queries import local_authorities  # noqa: PLC0415 - the framework is set up by now
        from comity.cli.doctor import certificate_ends  # noqa: PLC0415 - the same
        from comity.exchange.queries import lines, reconciliations  # noqa: PLC0415 - the same
        from comity.safeguards.queries import glass_alarms, ledger_size  # noqa: PLC0415 - the same

        at = datetime.now(UTC)
        waiting = _gauge("comity_outbox_waiting", "Messages that wait for a partner.", "partner")
        stopped = _gauge("comity_outbox_stopped", "Messages that a partner refused for good.", "partner")
        down = _gauge("comity_line_down_seconds", "For how long a partner has not been reached.", "partner")
        for line in lines():
            waiting.add_metric([line.partner], line.waiting)
            stopped.add_metric([line.partner], line.stopped)
            down.add_metric([line.partner], (at - line.down_since).total_seconds() if line.down_since else 0)
        entries = _gauge("comity_ledger_entries", "Entries in the ledger of an authority.", "authority")
        glass = _gauge("comity_glass_alarms", "Openings without the ledger that nobody has acknowledged.", "authority")
        for row in local_authorities():
            entries.add_metric([row.code], ledger_size(row.code))
            glass.add_metric([row.code], len(glass_alarms(row.code)))
        lacking = _gauge("comity_reconciling_lacking", "Messages an older copy still lacks.", "partner")
        for one in reconciliations():
            if one.done_at is None:
                lacking.add_metric([one.partner], one.lacking)
        days = _gauge("comity_certificate_days", "Days until a certificate ends.", "certificate")
        for name, (end, _do) in certificate_ends(self._node.keys()).items():
            days.add_metric([name], (end - at).days)
        free = GaugeMetricFamily("comity_disk_free_bytes", "Free bytes where the node's folder lies.")
        free.add_metric([], shutil.disk_usage(self._node.folder).free)
        yield from (waiting, stopped, down, entries, glass, lacking, days, free)


def _gauge(name: str, meaning: str, label: str) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, meaning, labels=[label])


def answer(path: str, node: Any) -> tuple[HTTPStatus, str, bytes]:
    """Status, media type and body for a path; nothing for any other."""
    if path == "/metrics":
        registry = CollectorRegistry()
        registry.register(Figures(node))
        return HTTPStatus.OK, "text/plain; version=0.0.4; charset=utf-8", generate_latest(registry)
    if path in {"/live", "/ready"}:
        found = alive(node) if path == "/live" else ready(node)
        status = HTTPStatus.OK if all(found.values()) else HTTPStatus.SERVICE_UNAVAILABLE
        said = "".join(f"{name} {'ok' if holds else 'not ok'}\n" for name, holds in found.items())
        return status, "text/plain; charset=utf-8", said.encode()
    return HTTPStatus.NOT_FOUND, "text/plain; charset=utf-8", b""


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        from django.conf import settings  # noqa: PLC0415 - the framework is set up by now
        from django.db import close_old_connections, connections  # noqa: PLC0415 - the same

        close_old_connections()
        try:
            status, media_type, body = answer(self.path, settings.COMITY)
        except Exception:  # a monitor is told that something is wrong, not what: that is the log's
            log.exception("the watch could not answer")
            status, media_type, body = HTTPStatus.INTERNAL_SERVER_ERROR, "text/plain", b"not ok\n"
        finally:
            connections.close_all()
        self.send_response(status)
        self.send_header("Content-Type", media_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_given: Any) -> None:
        """A monitor asks every few seconds: nothing is logged."""


class Watch(ThreadingHTTPServer):
    """Monitors hang up when they have waited long enough: that is no fault of the node's and nobody's to read of."""

    def __init__(self, port: int) -> None:
        super().__init__((HOST, port), _Handler)

    def handle_error(self, *_given: Any) -> None:
        fault = sys.exception()
        if not isinstance(fault, ConnectionError):
            log.error("the watch could not answer", exc_info=fault)


def main(port: int) -> None:
    """Answer on a loopback port until ended. The framework is set up by now."""
    with Watch(port) as server:
        server.serve_forever()
