"""What witnesses ask of one another on the exchange port (C2SP tlog-witness): cosign, take note, show your history."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus

from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from comity.authorities.keyring import Keyring
from comity.exchange.actions import hear_checkpoint, show_history, witness_checkpoint
from comity.exchange.witnessing import HEADER, MAX_REQUEST_BYTES, SIZE_TYPE, STATUS, Verdict
from comity.values.errors import BrokenError, ComityError, InvalidInputError, MissingError


@dataclass(frozen=True)
class WitnessPort:
    """The three views with the node's keys handed in."""

    keys: Callable[[], Keyring]
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    chance: Callable[[int], bytes] = os.urandom

    def urls(self) -> list[URLPattern]:
        place = "exchange/1/witness/<str:code>"
        return [
            path(f"{place}/add-checkpoint", csrf_exempt(require_POST(self.add_checkpoint)), name="witness-cosign"),
            path(f"{place}/shown-by/<str:by>", csrf_exempt(require_POST(self.shown)), name="witness-shown"),
            path(
                f"{place}/history/<int:first>/<int:last>/<str:witness>",
                require_GET(self.history),
                name="witness-history",
            ),
        ]

    def add_checkpoint(self, request: HttpRequest, code: str) -> HttpResponse:
        """POST a checkpoint and the proof that it continues what we know; the answer: our cosignature, or why not."""
        body, signed = request.read(MAX_REQUEST_BYTES + 1), request.headers.get(HEADER, "")
        try:
            answer = witness_checkpoint(body, signed, witness=code, at=self.now(), chance=self.chance, keys=self.keys())
        except (ComityError, OperationalError) as error:
            return _fault(error)
        if answer.verdict is Verdict.COSIGN:
            return _text(answer.lines, HTTPStatus.OK)
        status = STATUS[answer.verdict]
        if status == HTTPStatus.CONFLICT:
            return HttpResponse(f"{answer.size}\n", content_type=SIZE_TYPE, status=status)
        return _text(f"{answer.verdict.value}\n", status)

    def shown(self, request: HttpRequest, code: str, by: str) -> HttpResponse:
        """POST a checkpoint of a third authority's ledger that another node cosigned."""
        body = request.read(MAX_REQUEST_BYTES + 1)
        try:
            hear_checkpoint(body.decode(), holder=code, shown_by=by, at=self.now(), chance=self.chance)
        except UnicodeDecodeError:
            return _text("witness:form\n", HTTPStatus.BAD_REQUEST)
        except (ComityError, OperationalError) as error:
            return _fault(error)
        return _text("", HTTPStatus.OK)

    def history(self, _request: HttpRequest, code: str, first: int, last: int, witness: str) -> HttpResponse:
        """GET how one of our ledgers grew from one size to another: hashes only, signed for who asks."""
        try:
            body, signature = show_history(code, first, last, witness=witness, keys=self.keys())
        except (ComityError, OperationalError) as error:
            return _fault(error)
        response = _text(body.decode(), HTTPStatus.OK)
        response[HEADER] = signature
        return response


def _fault(error: Exception) -> HttpResponse:
    for kind, status in (
        (MissingError, HTTPStatus.NOT_FOUND),
        (InvalidInputError, HTTPStatus.BAD_REQUEST),
        (BrokenError, HTTPStatus.FORBIDDEN),
    ):
        if isinstance(error, kind):
            return _text(f"{error.code}\n", status)
    return _text("exchange:unavailable\n", HTTPStatus.SERVICE_UNAVAILABLE)


def _text(text: str, status: int) -> HttpResponse:
    return HttpResponse(text, content_type="text/plain; charset=utf-8", status=status)
