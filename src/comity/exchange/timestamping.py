"""Asking a timestamp authority over HTTP (RFC 3161, 3.4): one bounded request, no redirect."""

from collections.abc import Sequence

import httpx
from cryptography.x509 import Certificate, load_pem_x509_certificates

from comity.seals.timestamp import LARGEST_ANSWER
from comity.values.errors import InvalidInputError, UnavailableError

_TIMEOUT = httpx.Timeout(20.0, connect=10.0)


class HttpTimestamps:
    """The authority at an address that the operator chose, under the roots that the operator trusts."""

    def __init__(self, url: str, roots: bytes) -> None:
        self._url = url
        try:
            self.roots: Sequence[Certificate] = tuple(load_pem_x509_certificates(roots))
        except ValueError as error:
            raise InvalidInputError(
                "timestamps.pem holds no certificates.", code="node:timestamps", place="timestamps.pem"
            ) from error

    def ask(self, question: bytes) -> bytes:
        headers = {"Content-Type": "application/timestamp-query", "Accept": "application/timestamp-reply"}
        try:
            with (
                httpx.Client(trust_env=False, follow_redirects=False, timeout=_TIMEOUT) as client,
                client.stream("POST", self._url, headers=headers, content=question) as response,
            ):
                if response.status_code != httpx.codes.OK:
                    raise _silent(f"it answers HTTP {response.status_code}")
                data = bytearray()
                for part in response.iter_bytes():
                    data += part
                    if len(data) > LARGEST_ANSWER:
                        raise _silent("its answer is larger than a timestamp is")
                return bytes(data)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise _silent(type(error).__name__) from error


def _silent(what: str) -> UnavailableError:
    return UnavailableError(
        f"The timestamp authority gives no timestamp: {what}.",
        code="timestamp:silent",
        next_step="Nothing waits for it; it is asked again.",
    )
