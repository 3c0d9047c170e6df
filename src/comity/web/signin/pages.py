"""The page of one's own sign-in: second factors, roles, and what this session may do without asking again."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext

from comity.authorities.actions import end_sessions
from comity.authorities.queries import passkeys_of
from comity.safeguards.permissions import Permission
from comity.web.entrance import act_of, confirmed_here, page
from comity.web.signin.adapters import passkey_host


@page(Permission.NEEDS_READ)
def my_sign_in(request: HttpRequest) -> HttpResponse:
    found = {
        "confirmed_until": confirmed_here(request),
        "passkeys": passkeys_of(request.user),  # type: ignore[arg-type]  # the entrance let in officers only
        "can_keep": bool(passkey_host(request)),
    }
    return render(request, "my_sign_in.html", found)


@page(Permission.NEEDS_READ, methods="POST")
def end_everywhere(request: HttpRequest) -> HttpResponse:
    """End every session of the officer, this one with them, on pages and over the API."""
    end_sessions(act_of(request), officer=request.user)  # type: ignore[arg-type]  # the same
    request.session.flush()
    messages.success(request, gettext("You are signed out everywhere."))
    return HttpResponseRedirect(reverse("account_login"))
