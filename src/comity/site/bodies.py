"""How much the web listener reads of a request before it knows who asks."""

from collections.abc import Callable
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase

from comity.api.dossiers import MAX_SCAN_BYTES
from comity.values.errors import InvalidInputError

FORM_BYTES = 64 << 10
"""The largest form of a page that nobody is signed in for: user name, password, code."""
CALL_BYTES = 4 << 20
"""The largest call of the API that carries no file."""
BESIDE_BYTES = 1 << 20
"""What may stand beside a file."""


def most_of(request: HttpRequest) -> int | None:
    """The most bytes this request may carry; None where a signed-in officer may hand over evidence of any size."""
    if request.path.startswith("/api/"):
        if request.path.endswith(("/letters", "/dossiers/received")):
            return MAX_SCAN_BYTES + BESIDE_BYTES
        # An item or a courier's bundle has no bound; the API asks for its session before it reads anything of it.
        return None if request.path.endswith(("/items", "/courier/take")) else CALL_BYTES
    return None if request.user.is_authenticated else FORM_BYTES


class BoundedBodyMiddleware:
    """Refuses a body that is too large, or that does not say how large it is, before any of it is read."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        said = request.META.get("CONTENT_LENGTH") or ""
        if "HTTP_TRANSFER_ENCODING" in request.META and not said:
            return _refused(request, HTTPStatus.LENGTH_REQUIRED, "The call does not say how large it is.")
        if said.isdigit() and int(said) > FORM_BYTES:
            most = most_of(request)
            if most is not None and int(said) > most:
                why = f"The call carries {said} bytes where at most {most} are taken."
                return _refused(request, HTTPStatus.REQUEST_ENTITY_TOO_LARGE, why)
        return self.get_response(request)


def _refused(request: HttpRequest, status: HTTPStatus, why: str) -> HttpResponse:
    fault = InvalidInputError(f"{why} Nothing of it was read.", code="input:too-large")
    if request.path.startswith("/api/"):
        return JsonResponse({"error": fault.diagnostics()}, status=status)
    return HttpResponse(fault.message, content_type="text/plain; charset=utf-8", status=status)
