"""An officer's ways of signing in, as her administrator sees them: passkeys to revoke, sessions to end."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from comity.authorities import queries as authorities
from comity.authorities.actions import confirm_email, end_sessions, revoke_passkey, unlock
from comity.safeguards.permissions import Permission
from comity.values.errors import ComityError, MissingError
from comity.web.entrance import act_of, now, page
from comity.web.signin.provider import provider
from comity.web.signin.step_up import code_context, take_code


class SignInForm(forms.Form):
    revoke = forms.MultipleChoiceField(
        label=_("Passkeys to revoke"),
        required=False,
        help_text=_("What you revoke opens nothing any more, and every session of hers ends."),
        widget=forms.CheckboxSelectMultiple,
    )
    email = forms.EmailField(
        label=_("E-mail at your provider of single sign-on"),
        required=False,
        help_text=_("Confirm it with the officer first: whoever the provider knows by it signs in as her."),
        widget=forms.EmailInput(attrs={"dir": "ltr", "autocomplete": "off"}),
    )
    unlock = forms.BooleanField(label=_("Lift the lock that wrong tries put on the user name"), required=False)
    end = forms.BooleanField(label=_("End every session of hers now"), required=False)

    def __init__(self, *args: Any, officer: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        held = [(str(one.id), one.name) for one in authorities.passkeys_of(officer)]
        self.fields["revoke"].choices = held  # type: ignore[attr-defined]
        if not held:
            del self.fields["revoke"]
        until = authorities.locked_until(officer, now())
        if until is None:
            del self.fields["unlock"]
        else:
            self.fields["unlock"].help_text = date_format(timezone.localtime(until), "H:i:s")
        if provider() is None:
            del self.fields["email"]


def officer_row(request: HttpRequest, officer_id: str) -> Any:
    """The officer of the asking administrator's authority; one of another is not there."""
    rows = authorities.officers(act_of(request).actor.authority)
    row = next((row for row in rows if str(row.id) == officer_id), None)
    if row is None:
        raise MissingError
    return row


@page(Permission.OFFICERS_WRITE, methods="GET POST")
def officer_sign_in(request: HttpRequest, officer_id: str) -> HttpResponse:
    row = officer_row(request, officer_id)
    form = SignInForm(request.POST if request.method == "POST" else None, officer=row, initial={"email": row.email})
    found: dict[str, Any] = {
        "form": form,
        "title": _("How the officer signs in"),
        "about": row.get_full_name() or row.username,
        "button": _("Do it"),
        "back": reverse("officers"),
        "back_words": _("Officers"),
    }
    asked = None
    if request.method == "POST" and form.is_valid():
        asked = take_code(request, Permission.OFFICERS_WRITE)
        if asked is None:
            try:
                _do(request, row, form.cleaned_data)
            except ComityError as problem:
                found["problem"] = problem
            else:
                messages.success(request, gettext("Done. It counts from the officer's next request on."))
                return HttpResponseRedirect(reverse("officers"))
    found |= code_context(request, Permission.OFFICERS_WRITE, asked)
    return render(request, "form_page.html", found, status=400 if request.method == "POST" else 200)


def _do(request: HttpRequest, row: Any, said: dict[str, Any]) -> None:
    for passkey in said.get("revoke", []):
        revoke_passkey(act_of(request), officer=row, passkey=int(passkey))
    if "email" in said and said["email"] != row.email:
        confirm_email(act_of(request), officer=row, email=said["email"])
    if said.get("unlock"):
        unlock(act_of(request), officer=row)
    if said["end"]:
        end_sessions(act_of(request), officer=row)
