"""The choices of a session: language and purpose."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_POST

from comity.safeguards.permissions import Permission
from comity.values.errors import InvalidInputError
from comity.web.entrance import next_address, page, public
from comity.web.house import PURPOSE
from comity.web.vocabulary import PURPOSES


@public
@require_POST
def choose_language(request: HttpRequest) -> HttpResponse:
    """Keep the language this browser reads in."""
    language = request.POST.get("language", "")
    if language not in dict(settings.LANGUAGES):
        raise InvalidInputError(f"'{language[:20]}' is not a language of this node.", place="language")
    response = HttpResponseRedirect(next_address(request))
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=365 * 24 * 3600,
        httponly=True,
        secure=settings.SESSION_COOKIE_SECURE,
        samesite="Lax",
    )
    return response


@page(Permission.NEEDS_READ, methods="POST")
def choose_purpose(request: HttpRequest) -> HttpResponse:
    """Keep the purpose that every reading of this session is entered under."""
    purpose = request.POST.get("purpose", "")
    if purpose not in PURPOSES:
        raise InvalidInputError(f"'{purpose[:20]}' is not a purpose this node knows.", place="purpose")
    request.session[PURPOSE] = purpose
    return HttpResponseRedirect(next_address(request))
