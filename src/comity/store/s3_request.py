"""Signed requests for what the object-store library has no verb for: object lock and single versions (AWS SigV4).

Only the header form of Signature Version 4 with an empty body, as published with its test cases in the S3 API reference
("Authenticating Requests: Using the Authorization Header").
"""

import hashlib
import hmac
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import quote

_EMPTY = hashlib.sha256(b"").hexdigest()


@dataclass(frozen=True)
class Credentials:
    """An access key of the store; the secret is never shown."""

    access_key_id: str
    secret_access_key: str = field(repr=False)


def signed_headers(
    credentials: Credentials, method: str, host: str, path: str, query: dict[str, str], *, region: str, at: datetime
) -> dict[str, str]:
    """The headers that authenticate one request without a body; `path` is not yet percent-encoded."""
    stamp = at.strftime("%Y%m%dT%H%M%SZ")
    headers = {"host": host, "x-amz-content-sha256": _EMPTY, "x-amz-date": stamp}
    names = ";".join(sorted(headers))
    request = "\n".join(
        (
            method,
            quote(path),
            query_text(query),
            *(f"{name}:{headers[name]}" for name in sorted(headers)),
            "",
            names,
            _EMPTY,
        )
    )
    scope = f"{stamp[:8]}/{region}/s3/aws4_request"
    to_sign = f"AWS4-HMAC-SHA256\n{stamp}\n{scope}\n{hashlib.sha256(request.encode()).hexdigest()}"
    key = f"AWS4{credentials.secret_access_key}".encode()
    for part in scope.split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    signature = hmac.digest(key, to_sign.encode(), "sha256").hex()
    headers["authorization"] = (
        f"AWS4-HMAC-SHA256 Credential={credentials.access_key_id}/{scope},SignedHeaders={names},Signature={signature}"
    )
    return headers


def query_text(query: dict[str, str]) -> str:
    """The query as it is signed and sent: sorted, a name without a value keeps its equals sign."""
    return "&".join(f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in sorted(query.items()))
