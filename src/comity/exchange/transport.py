"""How envelopes reach a partner: HTTPS to exactly the endpoint of its directory entry, with its certificate pinned.

The message is authenticated by its signature; this is the second wall. No redirect is followed, no proxy or variable
of the environment is read; answers and times are bounded.
"""

import ssl
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from urllib.parse import urlsplit

import httpx

from comity.exchange.pinning import pinned_context
from comity.exchange.receipt import MAX_RECEIPT_BYTES
from comity.exchange.ticket import HEADER
from comity.exchange.witnessing import HEADER as LOG_HEADER
from comity.exchange.witnessing import MAX_REQUEST_BYTES
from comity.seals.canonical import decode
from comity.values.errors import BrokenError, InvalidInputError, RefusedError, UnavailableError

ENVELOPES_PATH = "/exchange/1/envelopes"
EVIDENCE_PATH = "/exchange/1/evidence/"
DIRECTORY_PATH = "/exchange/1/directory/"
MAX_DIRECTORY_BYTES = 16 << 20


WITNESS_PATH = "/exchange/1/witness/{}/add-checkpoint"
SHOWN_PATH = "/exchange/1/witness/{}/shown-by"
HISTORY_PATH = "/exchange/1/witness/{}/history"
TOTAL_SECONDS = 120
_TIMEOUT = httpx.Timeout(30.0, connect=10.0)
_IN_TIME = {"timeout": _TIMEOUT.as_dict()}
_LIMITS = httpx.Limits(max_connections=4, max_keepalive_connections=2, keepalive_expiry=30.0)


class Destination(Protocol):
    """What a transport needs of a partner: its code, its address, and the certificate it must show."""

    @property
    def code(self) -> str: ...

    @property
    def endpoint(self) -> str: ...

    @property
    def tls_certificate(self) -> str: ...


class Transport(Protocol):
    """Carries bytes to a partner and its answer back; it knows nothing of what they mean.

    `deliver` returns the answer to an envelope (a signed receipt or a plain rejection). `fetch` returns the sealed
    bytes [start, end) of an offered attachment, fewer when the connection broke on the way. Both raise
    UnavailableError when the partner cannot be reached, RefusedError when it will not.
    """

    def deliver(self, partner: Destination, envelope: bytes) -> bytes: ...

    def fetch(self, partner: Destination, digest: str, start: int, end: int, ticket: str) -> bytes: ...


class DirectorySource(Protocol):
    """Asks a partner for the directory of these founders as it holds it; None where its digest is `known`.

    Raises UnavailableError when the partner cannot be reached, RefusedError when it has none.
    """

    def directory(self, partner: Destination, fingerprint: str, known: str) -> bytes | None: ...


@dataclass(frozen=True, slots=True)
class Called:
    """The answer to a call: its status (of HTTP), what it says, and the signature that goes beside it, if one does."""

    status: int
    body: bytes
    signature: str = ""


class Caller(Protocol):
    """Carries what witnesses ask of one another: GET without a body, POST with one; any status is an answer.

    Raises UnavailableError when the partner cannot be reached.
    """

    def call(self, partner: Destination, path: str, body: bytes | None = None, signature: str = "") -> Called: ...


class NodeTransport(Transport, Caller, Protocol):
    """All that a node's jobs need of the network."""


class HttpsTransport:
    """HTTPS with our certificate presented and the partner's pinned. Safe to use from several threads."""

    def __init__(self, tls_key: bytes, tls_certificate: bytes, *, clock: Callable[[], datetime] | None = None) -> None:
        self._key, self._certificate, self._clock = tls_key, tls_certificate, clock
        self._lines: dict[tuple[str, str], httpx.HTTPTransport] = {}

    def deliver(self, partner: Destination, envelope: bytes) -> bytes:
        headers = {"Content-Type": "application/json"}
        with self._answer(partner, "POST", ENVELOPES_PATH, headers=headers, content=envelope) as response:
            # A refusal has its code in the body whatever the status: the sender reads it, not the number.
            return _bounded(response, MAX_RECEIPT_BYTES)

    def fetch(self, partner: Destination, digest: str, start: int, end: int, ticket: str) -> bytes:
        headers = {"Range": f"bytes={start}-{end - 1}", HEADER: ticket}
        data = bytearray()
        try:
            with self._answer(partner, "GET", EVIDENCE_PATH + digest, headers=headers) as response:
                if response.status_code != httpx.codes.PARTIAL_CONTENT:
                    raise _refusal(response)
                if not response.headers.get("Content-Range", "").startswith(f"bytes {start}-"):
                    raise BrokenError(
                        f"{partner.code} sent another range than the one asked for.", code="transport:range"
                    )
                _collect(response, data, end - start)
        except UnavailableError:
            # What came before the break counts: the caller asks for the rest.
            if not data:
                raise
        return bytes(data)

    def directory(self, partner: Destination, fingerprint: str, known: str) -> bytes | None:
        headers = {"If-None-Match": f'"{known}"'}
        with self._answer(partner, "GET", DIRECTORY_PATH + fingerprint, headers=headers) as response:
            if response.status_code == httpx.codes.NOT_MODIFIED:
                return None
            if response.status_code != httpx.codes.OK:
                raise _refusal(response)
            return _bounded(response, MAX_DIRECTORY_BYTES)

    def call(self, partner: Destination, path: str, body: bytes | None = None, signature: str = "") -> Called:
        headers = {"Content-Type": "text/plain; charset=utf-8"} if body is not None else {}
        headers |= {LOG_HEADER: signature} if signature else {}
        with self._answer(partner, "GET" if body is None else "POST", path, headers=headers, content=body) as response:
            data = _bounded(response, MAX_REQUEST_BYTES)
            return Called(response.status_code, data, response.headers.get(LOG_HEADER, ""))

    def close(self) -> None:
        for line in self._lines.values():
            line.close()
        self._lines.clear()

    def _line(self, partner: Destination) -> httpx.HTTPTransport:
        """The connections to a partner; what a client adds to them (redirects, cookies, sign-in) nobody here wants."""
        place = (partner.endpoint, partner.tls_certificate)
        if place not in self._lines:
            _expect_address(partner)
            context = pinned_context(
                partner.tls_certificate, own_key=self._key, own_certificate=self._certificate, clock=self._clock
            )
            self._lines[place] = httpx.HTTPTransport(verify=context, trust_env=False, limits=_LIMITS)
        return self._lines[place]

    @contextmanager
    def _answer(
        self, partner: Destination, method: str, path: str, *, headers: Mapping[str, str], content: bytes | None = None
    ) -> Iterator[httpx.Response]:
        line = self._line(partner)
        url = partner.endpoint.rstrip("/") + path
        try:
            request = httpx.Request(method, url, headers=headers, content=content, extensions=_IN_TIME)
            response = line.handle_request(request)
            response.request = request
            try:
                yield response
            finally:
                response.close()
        except httpx.InvalidURL as error:
            raise _no_address(partner) from error
        except httpx.HTTPError as error:
            raise _unreachable(partner, error) from error


def _expect_address(partner: Destination) -> None:
    try:
        address = urlsplit(partner.endpoint)
        plain = bool(address.scheme == "https" and address.hostname and address.port != 0)
        plain = plain and bool(httpx.URL(partner.endpoint).host)
    except (httpx.InvalidURL, ValueError):  # both read port and name only when asked for them
        raise _no_address(partner) from None
    if not plain or address.query or address.fragment or address.username is not None:
        raise _no_address(partner)


def _no_address(partner: Destination) -> InvalidInputError:
    return InvalidInputError(
        f"The endpoint of {partner.code} in the directory is not a plain https address.",
        code="transport:endpoint",
        place=partner.endpoint[:200],
    )


def _bounded(response: httpx.Response, most: int) -> bytes:
    """The whole answer, if it is no longer than allowed and arrives within the time for one exchange."""
    data = bytearray()
    _collect(response, data, most)
    return bytes(data)


def _collect(response: httpx.Response, into: bytearray, most: int) -> None:
    """Add the answer's bytes as they come; what came stays in `into` when the connection breaks or time is up."""
    deadline = time.monotonic() + TOTAL_SECONDS
    for part in response.iter_raw():
        if len(into) + len(part) > most:
            raise BrokenError(f"The partner's answer is longer than {most} bytes.", code="transport:answer-size")
        into += part
        if time.monotonic() > deadline:
            raise UnavailableError("The partner's answer takes too long.", code="transport:slow")


def _refusal(response: httpx.Response) -> RefusedError | UnavailableError:
    """What a partner's refusal of a range means to the one who pulls: final (4xx) or for now."""
    try:
        value = decode(_bounded(response, MAX_RECEIPT_BYTES))
    except InvalidInputError:
        value = {}
    named = str(value.get("error", ""))[:60] if isinstance(value, dict) else ""
    sentence = f"The partner does not send this content ({response.status_code} {named}).".replace(" )", ")")
    if 400 <= response.status_code < 500 and response.status_code != httpx.codes.TOO_MANY_REQUESTS:
        return RefusedError(sentence, code="transport:refused")
    return UnavailableError(sentence, code="transport:unavailable")


def _unreachable(partner: Destination, error: httpx.HTTPError) -> UnavailableError:
    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, ssl.SSLCertVerificationError):
        cause = cause.__cause__ or cause.__context__
    if cause is not None:
        return UnavailableError(
            f"{partner.code} does not show the TLS certificate of its directory entry; nothing was sent.",
            code="transport:certificate",
            next_step="Compare the certificate's fingerprint with the partner over another channel.",
        )
    return UnavailableError(
        f"{partner.code} cannot be reached: {error or type(error).__name__}.", code="transport:unreachable"
    )
