"""The exchange listener: its own addresses, and TLS that only partners complete whose exact certificate we pinned.

That is a second wall; who a message is from is decided by its signature. The context is made per connection, so a
partner added while the node runs is let in at once.
"""

import errno
import logging
import socket
import ssl
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding

ADDRESSES = "comity.site.exchange_urls"
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.common.CommonMiddleware",
    "allauth.account.middleware.AccountMiddleware",  # which its app demands of every listener
]
KEEP_ALIVE_SECONDS = 75
"""Seconds that a partner's connection stays open between two messages: longer than its side keeps it, which closes it
first; so no message meets a connection that we are closing."""
HANDSHAKE_SECONDS = 10.0
"""How long a caller may take to prove that it is a partner; until then anyone on the network may hold a thread."""
READ_SECONDS = 60.0
"""How long a partner may be silent within its first request."""


def answer_partners_only() -> None:
    """From here on this process has the exchange port's addresses and no other; before anything is answered.

    No pages, sessions or forms: partners are known by what they sign. And no proxy is believed: TLS ends here. What is
    refused stands in the ledger, of a flood as a number: it has no line in the log, which anyone could fill.
    """
    from django.conf import settings  # noqa: PLC0415 - the framework is loaded by now

    settings.ROOT_URLCONF = ADDRESSES
    settings.MIDDLEWARE = MIDDLEWARE
    settings.SECURE_PROXY_SSL_HEADER = None
    logging.getLogger("django.request").setLevel(logging.ERROR)


def options(run: Path) -> dict[str, Any]:
    """What the server is told for this listener; `run` holds the TLS files."""
    return {
        "certfile": str(run / "tls.crt"),
        "keyfile": str(run / "tls.key"),
        "do_handshake_on_connect": True,
        "keepalive": KEEP_ALIVE_SECONDS,
        "ssl_context": ssl_context,
    }


class BoundedContext(ssl.SSLContext):
    """A context whose handshake ends: the server's threads would wait without end for a caller that says nothing."""

    def wrap_socket(self, sock: socket.socket, *given: Any, **named: Any) -> ssl.SSLSocket:
        """Raises `ConnectionResetError` when the handshake is not done in time; the server drops such a connection."""
        sock.settimeout(HANDSHAKE_SECONDS)
        try:
            wrapped = super().wrap_socket(sock, *given, **named)
        except TimeoutError as error:
            raise ConnectionResetError(errno.ECONNRESET, f"no handshake in {HANDSHAKE_SECONDS} s") from error
        wrapped.settimeout(READ_SECONDS)
        return wrapped


def ssl_context(config: Any, _default: Callable[[], ssl.SSLContext]) -> ssl.SSLContext:
    """TLS 1.3, our certificate, and the pinned certificates of all partners as the only trust anchors."""
    from django.db import close_old_connections  # noqa: PLC0415 - the framework is loaded by now

    from comity.authorities.queries import pinned_certificates  # noqa: PLC0415 - the same
    from comity.exchange.pinning import check_no_time, usable  # noqa: PLC0415 - the same

    # No request has begun yet, so nobody else drops a connection that the database server has closed.
    close_old_connections()
    context = BoundedContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.load_cert_chain(config.certfile, config.keyfile)
    context.verify_mode = ssl.CERT_REQUIRED
    now = datetime.now(UTC)
    pinned = [one.public_bytes(Encoding.PEM).decode() for held in pinned_certificates() for one in usable(held, now)]
    check_no_time(context)
    if pinned:
        context.load_verify_locations(cadata="\n".join(pinned))
    return context
