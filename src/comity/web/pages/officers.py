"""Administration of officers: who works here, in which roles; appointed and changed by an administrator."""

from typing import Any

from allauth.mfa.models import Authenticator
from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from comity.authorities import queries as authorities
from comity.authorities.actions import NewOfficer, appoint_officer, assign_roles
from comity.safeguards.permissions import Permission
from comity.values.actor import Role
from comity.values.errors import ComityError
from comity.web.entrance import act_of, page
from comity.web.house import House
from comity.web.pages.officer_sign_in import officer_row
from comity.web.signin.forms import StepUpForm
from comity.web.signin.step_up import code_context, take_code
from comity.web.vocabulary import ROLES


def _roles() -> list[tuple[str, Any]]:
    return [(role.value, ROLES[role.value]) for role in Role]


class RolesForm(forms.Form):
    roles = forms.MultipleChoiceField(label=_("Roles"), choices=_roles, widget=forms.CheckboxSelectMultiple)
    active = forms.BooleanField(label=_("May sign in"), required=False, initial=True)


class AppointForm(forms.Form):
    first_name = forms.CharField(label=_("Given names"), max_length=150)
    last_name = forms.CharField(label=_("Family names"), max_length=150)
    function = forms.CharField(label=_("Function"), max_length=200, required=False)
    username = forms.CharField(label=_("User name"), max_length=150, widget=forms.TextInput(attrs={"dir": "ltr"}))
    password = forms.CharField(
        label=_("First password"),
        min_length=12,
        help_text=_("At least twelve characters; the officer sets up the one-time code at the first sign-in."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password", "dir": "ltr"}),
    )
    office = forms.ChoiceField(label=_("Office"))
    roles = forms.MultipleChoiceField(label=_("Roles"), choices=_roles, widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, offices: dict[str, Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["office"]
        field.choices = [(key, next(iter(office.names.values()), key)) for key, office in offices.items()]  # type: ignore[attr-defined]


def _offices(code: str) -> dict[str, Any]:
    """Offices of the authority that have an officer, by id; each authority has one from its first day on."""
    return {str(officer.office.id): officer.office for officer in authorities.officers(code) if officer.office}


@page(Permission.OFFICERS_READ)
def officers(request: HttpRequest) -> HttpResponse:
    act = act_of(request)
    house: House = request.house  # type: ignore[attr-defined]
    may_write = house.may(Permission.OFFICERS_WRITE)
    rows = authorities.officers(act.actor.authority)
    with_code = set(
        Authenticator.objects.filter(user__in=rows, type=Authenticator.Type.TOTP).values_list("user_id", flat=True)
    )
    lines = [
        {
            "href": reverse("officer", args=[row.id]) if may_write else "",
            "sign_in_href": reverse("officer_sign_in", args=[row.id]) if may_write else "",
            "name": row.get_full_name() or row.username,
            "function": row.function,
            "username": row.username,
            "office": next(iter(row.office.names.values()), "") if row.office else "",
            "roles": row.roles,
            "second_factor": row.id in with_code,
            "active": row.is_active,
        }
        for row in rows
    ]
    return render(request, "officers.html", {"officers": lines, "may_write": may_write})


@page(Permission.OFFICERS_WRITE, methods="GET POST")
def appoint(request: HttpRequest) -> HttpResponse:
    offices = _offices(act_of(request).actor.authority)
    form = AppointForm(request.POST or None, offices=offices)
    context: dict[str, Any] = {"form": form, "title": _("Appoint an officer"), "button": _("Appoint"), "about": ""}
    asked = None
    if request.method == "POST" and form.is_valid():
        asked = take_code(request, Permission.OFFICERS_WRITE)
        if asked is None:
            given = form.cleaned_data
            try:
                office, roles = offices[given.pop("office")], [Role(role) for role in given["roles"]]
                appoint_officer(act_of(request), office=office, officer=NewOfficer(**{**given, "roles": roles}))
            except ComityError as problem:
                context["problem"] = problem
            else:
                messages.success(request, gettext("The officer is appointed and can sign in."))
                return HttpResponseRedirect(reverse("officers"))
    return _form(request, context, asked)


@page(Permission.OFFICERS_WRITE, methods="GET POST")
def officer(request: HttpRequest, officer_id: str) -> HttpResponse:
    row = officer_row(request, officer_id)
    form = RolesForm(
        request.POST if request.method == "POST" else None, initial={"roles": row.roles, "active": row.is_active}
    )
    context: dict[str, Any] = {
        "form": form,
        "title": row.get_full_name() or row.username,
        "about": row.function,
        "button": _("Keep"),
    }
    asked = None
    if request.method == "POST" and form.is_valid():
        asked = take_code(request, Permission.OFFICERS_WRITE)
        if asked is None:
            roles = [Role(role) for role in form.cleaned_data["roles"]]
            try:
                assign_roles(act_of(request), officer=row, roles=roles, active=form.cleaned_data["active"])
            except ComityError as problem:
                context["problem"] = problem
            else:
                messages.success(request, gettext("Kept. It counts from the officer's next request on."))
                return HttpResponseRedirect(reverse("officers"))
    return _form(request, context, asked)


def _form(request: HttpRequest, context: dict[str, Any], asked: StepUpForm | None) -> HttpResponse:
    context |= code_context(request, Permission.OFFICERS_WRITE, asked)
    status = 400 if request.method == "POST" else 200
    return render(
        request,
        "form_page.html",
        {**context, "back": reverse("officers"), "back_words": _("Officers")},
        status=status,
    )
