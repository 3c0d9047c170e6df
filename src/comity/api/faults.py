"""How errors are answered: one tested table from what the caller can do to an HTTP status."""

import logging

from django.http import HttpRequest, HttpResponse, JsonResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, ValidationError

from comity.safeguards.queries import DOWN, ledger_down
from comity.values import errors

log = logging.getLogger("comity.api")

STATUS: tuple[tuple[type[errors.ComityError], int], ...] = (
    (errors.InvalidInputError, 422),
    (errors.SignInError, 401),
    (errors.RefusedError, 403),
    (errors.MissingError, 404),
    (errors.ConflictError, 409),
    (errors.BrokenError, 409),
    (errors.UnavailableError, 503),
    (errors.ComityError, 500),
)


def status_of(error: errors.ComityError) -> int:
    return next(status for kind, status in STATUS if isinstance(error, kind))


def answer_errors(api: NinjaAPI) -> None:
    """Have the API answer our errors as `{"error": {"code", "message", "place", "next_step"}}`."""

    @api.exception_handler(errors.ComityError)
    def ours(request: HttpRequest, error: errors.ComityError) -> HttpResponse:
        return api.create_response(request, {"error": error.diagnostics()}, status=status_of(error))

    def no_line(request: HttpRequest, error: Exception) -> HttpResponse:
        log.error("the ledger takes no line: %s", error)
        return ours(request, ledger_down())

    for kind in DOWN:
        api.exception_handler(kind)(no_line)

    @api.exception_handler(AuthenticationError)
    def unknown_caller(request: HttpRequest, _error: AuthenticationError) -> HttpResponse:
        fault = errors.SignInError("Sign in first: POST /api/sign-in with user name, password and one-time code.")
        return api.create_response(request, {"error": fault.diagnostics()}, status=401)

    @api.exception_handler(ValidationError)
    def malformed(request: HttpRequest, error: ValidationError) -> HttpResponse:
        places = "; ".join(f"{'.'.join(str(part) for part in fault['loc'])}: {fault['msg']}" for fault in error.errors)
        fault = errors.InvalidInputError(f"The call is malformed: {places}.", code="input:malformed")
        return api.create_response(request, {"error": fault.diagnostics()}, status=422)


def nothing_here(_request: HttpRequest, exception: Exception | None = None) -> JsonResponse:  # noqa: ARG001 - the name is Django's
    """What the exchange port answers at an address it does not have."""
    return JsonResponse({"error": errors.MissingError().diagnostics()}, status=404)


def our_fault(_request: HttpRequest) -> JsonResponse:
    """A fault of this node: nothing was done; the log of the node says what happened."""
    fault = errors.UnavailableError("A fault of this node; nothing was done.", next_step="Try again later.")
    return JsonResponse({"error": fault.diagnostics()}, status=500)
