"""The exchange listener's TLS: only partners whose exact certificate we pinned complete the handshake.

That is a second wall; who a message is from is decided by its signature. The context is made per connection, so a
partner added while the node runs is let in at once.
"""

import os
import ssl
from collections.abc import Callable
from pathlib import Path
from typing import Any

_TLS = Path(os.environ["COMITY_TLS"])
certfile = str(_TLS / "tls.crt")
keyfile = str(_TLS / "tls.key")


def ssl_context(_config: Any, _default: Callable[[], ssl.SSLContext]) -> ssl.SSLContext:
    """TLS 1.3, our certificate, and the pinned certificates of all partners as the only trust anchors."""
    from comity.authorities.queries import pinned_certificates  # noqa: PLC0415 - the framework is loaded by now

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.load_cert_chain(certfile, keyfile)
    context.verify_mode = ssl.CERT_REQUIRED
    pinned = pinned_certificates()
    if pinned:
        context.load_verify_locations(cadata="\n".join(pinned))
    return context
