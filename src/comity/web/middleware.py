"""What holds for every answer of the web listener: a strict content policy, no storing, the reader's language."""

import logging
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.http.response import HttpResponse
from django.utils import translation

from comity.safeguards.queries import DOWN, ledger_down
from comity.values.errors import ComityError, SignInError
from comity.web.errors import error_page
from comity.web.house import House

log = logging.getLogger("comity.web")
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; object-src 'none'"
)
"""No inline script or style, no other host; `data:` only for the square of the one-time code."""

HEADERS = {
    "Content-Security-Policy": POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
}


class HouseMiddleware:
    """Puts `request.house` on the request, answers our errors with their page, and hardens what is sent."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request.house = House(request)  # type: ignore[attr-defined]
        spoken = _language(request)
        if spoken:
            translation.activate(spoken)
            request.LANGUAGE_CODE = spoken
        response = self.get_response(request)
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if not request.path.startswith(settings.STATIC_URL):
            response.headers["Cache-Control"] = "no-store"
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Our own errors become their page, so does a ledger that takes no line; the rest is a fault of the house."""
        if isinstance(error, DOWN) and not request.path.startswith("/api/"):
            log.error("the ledger takes no line: %s", error)
            return error_page(request, ledger_down())
        if not isinstance(error, ComityError) or request.path.startswith("/api/"):
            return None
        if isinstance(error, SignInError) and not request.user.is_authenticated:
            return error_page(request, error, back="/sign-in")
        return error_page(request, error)


def _language(request: HttpRequest) -> str:
    """The officer's own language, unless this browser chose another."""
    if settings.LANGUAGE_COOKIE_NAME in request.COOKIES:
        return ""
    try:
        own = getattr(request.user, "language", "")
    except DOWN:  # the page itself answers that nothing can be read
        return ""
    return own if own in dict(settings.LANGUAGES) else ""
