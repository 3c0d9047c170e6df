"""Passkeys: the challenge a browser asks for, and the pages on which an officer keeps and removes her own."""

from typing import Any

from allauth.mfa.webauthn.internal.auth import begin_authentication, begin_registration
from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from comity.authorities.actions import keep_passkey, revoke_passkey
from comity.authorities.queries import passkeys_of
from comity.safeguards.permissions import Permission
from comity.values.errors import ComityError, InvalidInputError, MissingError, RefusedError
from comity.web.entrance import act_of, confirmed_here, page
from comity.web.signin.adapters import passkey_host
from comity.web.signin.forms import NewPasskeyForm
from comity.web.signin.step_up import code_context, take_code


def _named_site(request: HttpRequest) -> None:
    if not passkey_host(request):
        raise InvalidInputError(
            "Passkeys are bound to a name, and this site was asked for by an IP address.",
            code="passkey:address",
            next_step="Open it by its name, e.g. http://localhost with its port.",
        )


@require_POST
def challenge(request: HttpRequest) -> HttpResponse:
    """What an authenticator is to answer: anyone's at sign-in, the officer's own once she is signed in."""
    _named_site(request)
    officer = request.user if request.user.is_authenticated else None
    return JsonResponse(begin_authentication(officer))


@page(Permission.OWN_SIGN_IN, methods="POST")
def new_challenge(request: HttpRequest) -> HttpResponse:
    """What a new passkey is to answer; only for who is confirmed."""
    _named_site(request)
    if confirmed_here(request) is None:
        raise RefusedError("Confirm with your one-time code first.", code="policy:step-up")
    return JsonResponse(begin_registration(request.user, passwordless=True))


@page(Permission.OWN_SIGN_IN, methods="GET POST")
def keep(request: HttpRequest) -> HttpResponse:
    """Confirmed first, by code or by a passkey she holds; then the new passkey, named and tried."""
    _named_site(request)
    if confirmed_here(request) is None:
        asked = take_code(request, Permission.OWN_SIGN_IN) if request.method == "POST" else None
        if request.method == "POST" and asked is None:
            return HttpResponseRedirect(reverse("passkey_new"))
        return _confirm(request, {"title": _("Add a passkey"), "button": _("Continue")}, asked)
    form = NewPasskeyForm(request.POST if request.method == "POST" else None, user=request.user)
    problem: ComityError | None = None
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            keep_passkey(act_of(request), officer=request.user, name=given["name"], credential=given["credential"])  # type: ignore[arg-type]  # the entrance let in officers only
        except ComityError as refused:
            problem = refused
        else:
            messages.success(request, gettext("The passkey is kept. From now on it opens the house and confirms acts."))
            return HttpResponseRedirect(reverse("my_sign_in"))
    status = 400 if request.method == "POST" else 200
    return render(request, "passkey_new.html", {"form": form, "problem": problem}, status=status)


@page(Permission.OWN_SIGN_IN, methods="GET POST")
def remove(request: HttpRequest, passkey: str) -> HttpResponse:
    held = {str(one.id): one for one in passkeys_of(request.user)}  # type: ignore[arg-type]  # the same
    if passkey not in held:
        raise MissingError
    asked = take_code(request, Permission.OWN_SIGN_IN) if request.method == "POST" else None
    if request.method == "POST" and asked is None:
        revoke_passkey(act_of(request), officer=request.user, passkey=held[passkey].id)  # type: ignore[arg-type]  # the same
        messages.success(request, gettext("The passkey is removed. It opens nothing any more."))
        return HttpResponseRedirect(reverse("my_sign_in"))
    found = {"title": _("Remove a passkey"), "about": held[passkey].name, "button": _("Remove it")}
    return _confirm(request, found, asked)


def _confirm(request: HttpRequest, found: dict[str, Any], asked: Any) -> HttpResponse:
    """A page that asks for nothing but the confirmation."""
    found |= {"form": forms.Form(), "back": reverse("my_sign_in"), "back_words": _("My sign-in")}
    found |= code_context(request, Permission.OWN_SIGN_IN, asked)
    return render(request, "form_page.html", found, status=400 if request.method == "POST" else 200)
