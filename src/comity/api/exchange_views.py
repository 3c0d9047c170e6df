"""What partner nodes may call: hand over an envelope, pull sealed bytes of what they were offered, read a directory.

Who calls is decided by signatures, never by session or address. Requests and answers are bounded before any work.
"""

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Protocol

from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from comity.authorities.keyring import Keyring
from comity.authorities.queries import directory_files
from comity.exchange.actions import Receiver, receive
from comity.exchange.envelope import MAX_ENVELOPE_BYTES
from comity.exchange.receipt import plain_rejection
from comity.exchange.rejection import EnvelopeRejectedError, RejectionCode
from comity.exchange.ticket import HEADER
from comity.seals.canonical import encode, sha256_hex
from comity.store.vault import Vault
from comity.values.errors import (
    BrokenError,
    ComityError,
    InvalidInputError,
    MissingError,
    RefusedError,
    UnavailableError,
)

MAX_SPAN = 16 << 20
"""The most bytes one range may ask for."""

_RANGE = re.compile(r"bytes=(\d{1,16})-(\d{1,16})")
_STATUS = {
    RejectionCode.TOO_LARGE: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    RejectionCode.UNKNOWN_PEER: HTTPStatus.FORBIDDEN,
    RejectionCode.WRONG_RECIPIENT: HTTPStatus.MISDIRECTED_REQUEST,
    RejectionCode.QUOTA: HTTPStatus.TOO_MANY_REQUESTS,
}


class Offered(Protocol):
    """Sealed bytes [start, end) of offered content and its whole sealed size, if the ticket's sender may have them."""

    def __call__(
        self, digest: str, start: int, end: int, *, ticket: str, vault: Vault, at: datetime
    ) -> tuple[bytes, int]: ...


@dataclass(frozen=True)
class ExchangePort:
    """The views with what they work on handed in: the exchange knows neither its cargo nor the evidence room."""

    receivers: Mapping[str, Receiver]
    offered: Offered
    keys: Callable[[], Keyring]
    vault: Callable[[], Vault]
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    chance: Callable[[int], bytes] = os.urandom

    def urls(self) -> list[URLPattern]:
        return [
            path("exchange/1/envelopes", csrf_exempt(require_POST(self.envelopes)), name="exchange-envelopes"),
            path("exchange/1/evidence/<str:digest>", require_GET(self.evidence), name="exchange-evidence"),
            path("exchange/1/directory/<str:fingerprint>", require_GET(self.directory), name="exchange-directory"),
        ]

    def envelopes(self, request: HttpRequest) -> HttpResponse:
        """POST an envelope; the answer is a signed receipt, a bare code for who is not known and in a flood."""
        envelope = request.read(MAX_ENVELOPE_BYTES + 1)
        try:
            receipt = receive(envelope, at=self.now(), chance=self.chance, keys=self.keys(), receivers=self.receivers)
        except EnvelopeRejectedError as rejected:
            status = _STATUS.get(rejected.rejection, HTTPStatus.BAD_REQUEST)
            return _json(plain_rejection(rejected.rejection), status)
        except (OperationalError, UnavailableError):
            # Nothing was decided: the sender keeps the message and tries again.
            return _fault("exchange:unavailable", HTTPStatus.SERVICE_UNAVAILABLE)
        return _json(receipt, HTTPStatus.OK)

    def evidence(self, request: HttpRequest, digest: str) -> HttpResponse:
        """GET one range of sealed content with a pull ticket; absent and not offered answer alike."""
        asked = _RANGE.fullmatch(request.headers.get("Range", ""))
        start, end = (int(asked[1]), int(asked[2]) + 1) if asked else (0, 0)
        if not start < end <= start + MAX_SPAN:
            return _fault("exchange:range", HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE)
        ticket = request.headers.get(HEADER, "")
        try:
            data, size = self.offered(digest, start, end, ticket=ticket, vault=self.vault(), at=self.now())
        except (ComityError, OperationalError) as error:
            return _refused(error)
        if not data:
            return _fault("exchange:range", HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE)
        response = HttpResponse(data, content_type="application/octet-stream", status=HTTPStatus.PARTIAL_CONTENT)
        response["Content-Range"] = f"bytes {start}-{start + len(data) - 1}/{size}"
        return response

    def directory(self, request: HttpRequest, fingerprint: str) -> HttpResponse:
        """GET a directory of authorities that this node relies on, unless it is the one the partner has."""
        held = directory_files().get(fingerprint)
        if held is None:
            return _fault(MissingError.code, HTTPStatus.NOT_FOUND)
        tag = f'"{sha256_hex(held)}"'
        if request.headers.get("If-None-Match") == tag:
            return HttpResponse(status=HTTPStatus.NOT_MODIFIED)
        response = _json(held, HTTPStatus.OK)
        response["ETag"] = tag
        return response


def _refused(error: Exception) -> HttpResponse:
    """The answer to a pull that gets nothing; whatever is missing, missing answers alike."""
    if isinstance(error, MissingError):
        return _fault(MissingError.code, HTTPStatus.NOT_FOUND)
    if isinstance(error, InvalidInputError):
        return _fault(error.code, HTTPStatus.BAD_REQUEST)
    if isinstance(error, (RefusedError, BrokenError)):
        return _fault(error.code, HTTPStatus.FORBIDDEN)
    return _fault("exchange:unavailable", HTTPStatus.SERVICE_UNAVAILABLE)


def _json(body: bytes, status: HTTPStatus) -> HttpResponse:
    return HttpResponse(body, content_type="application/json", status=status)


def _fault(code: str, status: HTTPStatus) -> HttpResponse:
    return _json(encode({"error": code}), status)
