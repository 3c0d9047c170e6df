"""Partners: authorities of other States, with a node or without one; connected by an administrator."""

from datetime import UTC, datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from comity.authorities import queries as authorities
from comity.authorities.actions import add_partner, note_partner_without_node
from comity.authorities.card import open_card
from comity.safeguards.permissions import Permission
from comity.seals.keys import VerifyingKey
from comity.values.errors import ComityError, MissingError
from comity.web.entrance import act_of, page
from comity.web.house import House
from comity.web.signin.step_up import code_context, take_code
from comity.web.templatetags.marks import initial_language

LARGEST_CARD = 1 << 16


def line_of(row: Any) -> dict[str, Any]:
    key = row.verifying_key
    return {
        "href": reverse("partner", args=[row.code]),
        "code": row.code,
        "name": initial_language(row.names) or row.code,
        "names": row.names,
        "state": row.state,
        "competences": row.competences,
        "languages": row.languages,
        "has_node": row.has_node,
        "endpoint": row.endpoint,
        "contact": row.contact,
        "fingerprint": VerifyingKey.from_json(key).fingerprint if key else "",
    }


@page(Permission.PARTNERS_READ)
def partners(request: HttpRequest) -> HttpResponse:
    house: House = request.house  # type: ignore[attr-defined]
    rows = [row for row in authorities.partners() if row.state != house.state]
    context = {
        "partners": [line_of(row) for row in rows],
        "may_write": house.may(Permission.PARTNERS_WRITE),
        **directory_context(datetime.now(UTC)),
    }
    return render(request, "partners.html", context)


@page(Permission.PARTNERS_READ)
def partner(request: HttpRequest, code: str) -> HttpResponse:
    row = next((row for row in authorities.partners() if row.code == code), None)
    if row is None:
        raise MissingError
    return render(request, "partner.html", {"partner": line_of(row), "ended": authorities.ended_keys(code)})


def directory_context(at: datetime) -> dict[str, Any]:
    """The directories that this node relies on, and what they list that is not as it is known here."""
    if not authorities.directory_files():
        return {}
    # The framework of directories is large; a node that relies on none never loads it.
    from comity.authorities.queries.directory import listed_authorities, listings  # noqa: PLC0415

    known = {"connected", "ours"}
    return {
        "directories": listings(at),
        "listed": [
            {"line": one, "name": initial_language(one.entry.card.names) or one.code, "open": one.standing not in known}
            for one in listed_authorities(at)
        ],
    }


class CardForm(forms.Form):
    card = forms.FileField(
        label=_("Card of the authority"), help_text=_("The file the partner's operator made and sent you.")
    )
    fingerprint = forms.CharField(
        label=_("Fingerprint"),
        help_text=_("As a person of the partner read it to you over another channel."),
        widget=forms.TextInput(attrs={"dir": "ltr", "spellcheck": "false", "autocomplete": "off"}),
    )


class NoteForm(forms.Form):
    code = forms.CharField(label=_("Code"), help_text=_("State and authority, e.g. PE-MPFN."), max_length=15)
    name = forms.CharField(label=_("Official name"), max_length=300)
    language = forms.CharField(label=_("Its language"), help_text=_("A code such as es."), max_length=8)
    address = forms.CharField(label=_("Postal address"), widget=forms.Textarea, max_length=1000)
    telephone = forms.CharField(label=_("Telephone"), required=False, max_length=60)
    email = forms.CharField(label=_("E-mail"), required=False, max_length=200)


@page(Permission.PARTNERS_WRITE, methods="GET POST")
def connect(request: HttpRequest) -> HttpResponse:
    form = CardForm(request.POST or None, request.FILES or None)

    def act(given: dict[str, Any]) -> None:
        card = open_card(given["card"].read(LARGEST_CARD))
        fingerprint = given["fingerprint"].replace(" ", "").lower()
        add_partner(act_of(request), card=card, fingerprint=fingerprint)

    return _acted(request, form, act, _("Connect a node"), _("Connect"))


@page(Permission.PARTNERS_WRITE, methods="GET POST")
def note(request: HttpRequest) -> HttpResponse:
    form = NoteForm(request.POST or None)

    def act(given: dict[str, Any]) -> None:
        note_partner_without_node(
            act_of(request),
            code=given["code"].strip().upper(),
            names={given["language"].strip().lower(): given["name"]},
            languages=[given["language"].strip().lower()],
            contact={key: given[key] for key in ("address", "telephone", "email") if given[key]},
        )

    return _acted(request, form, act, _("Note one without a node"), _("Keep"))


class ListedForm(forms.Form):
    """What is accepted is the key whose fingerprint stood on the page, and no other that is listed by then."""

    fingerprint = forms.CharField(max_length=64, widget=forms.HiddenInput)


@page(Permission.PARTNERS_WRITE, methods="GET POST")
def listed(request: HttpRequest, code: str) -> HttpResponse:
    """Accept one authority as the founders list it: what they say of it stands above the button."""
    from comity.authorities.actions.directing import accept_listed  # noqa: PLC0415
    from comity.authorities.queries.directory import listed_authorities  # noqa: PLC0415

    line = next((one for one in listed_authorities(datetime.now(UTC)) if one.code == code), None)
    if line is None:
        raise MissingError
    form = ListedForm(request.POST or None, initial={"fingerprint": line.entry.card.verifying_key.fingerprint})

    def act(given: dict[str, Any]) -> None:
        accept_listed(act_of(request), code, fingerprint=given["fingerprint"])

    words = {"title": _("Accept as the directory lists it"), "button": _("Accept"), "line": line}
    return _acted(request, form, act, **words)


def _acted(request: HttpRequest, form: forms.Form, act: Any, title: Any, button: Any, line: Any = None) -> HttpResponse:
    """Do the act with the form, or show the form with what stands against it."""
    context: dict[str, Any] = {"form": form, "title": title, "button": button, "about": "", "line": line}
    asked = None
    if request.method == "POST" and form.is_valid():
        asked = take_code(request, Permission.PARTNERS_WRITE)
        if asked is None:
            try:
                act(form.cleaned_data)
            except ComityError as problem:
                context["problem"] = problem
            else:
                messages.success(request, gettext("The partner is kept."))
                return HttpResponseRedirect(reverse("partners"))
    context |= code_context(request, Permission.PARTNERS_WRITE, asked)
    context |= {"back": reverse("partners"), "back_words": _("Partners"), "language": get_language()}
    return render(
        request,
        "partner_listed.html" if line else "form_page.html",
        context,
        status=400 if request.method == "POST" else 200,
    )
