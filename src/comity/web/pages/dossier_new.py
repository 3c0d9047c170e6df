"""Opening a dossier: one partner, one's own number, the basis if it is known already."""

from itertools import chain
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from comity.authorities.queries import authorities_of, local_authorities, partners
from comity.gazette.queries import register_here
from comity.requests.actions import open_dossier
from comity.requests.papers import PRINTED
from comity.safeguards.permissions import Permission
from comity.values.errors import ComityError
from comity.values.handling import Handling
from comity.web.entrance import act_of, page
from comity.web.house import House
from comity.web.marks import handling_choices
from comity.web.pages.dossier_address import dossier_href
from comity.web.templatetags.marks import initial_language, state_name, tongue


class OpenForm(forms.Form):
    requested = forms.ChoiceField(label=_("Authority to be asked"))
    title = forms.CharField(
        label=_("Title"), max_length=400, help_text=_("For our own use; it does not cross the border.")
    )
    number = forms.CharField(label=_("Our file number"), max_length=120, widget=forms.TextInput(attrs={"dir": "ltr"}))
    instrument = forms.ChoiceField(
        label=_("Instrument"),
        required=False,
        help_text=_("It can be chosen while drafting, as long as the way stays the same."),
    )
    language = forms.ChoiceField(label=_("Language of the original"))
    handling = forms.ChoiceField(label=_("Handling code"), choices=handling_choices)

    def __init__(self, *args: Any, state: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = [row for row in [*partners(), *local_authorities()] if row.state != state]
        self._choose(
            "requested",
            [(row.code, f"{state_name(row.state)} · {initial_language(row.names) or row.code}") for row in others],
        )
        self._choose("instrument", [("", "–"), *instruments_of(state, {row.state for row in others})])
        self._choose("language", [(code, tongue(code)) for code in PRINTED])

    def _choose(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        field.choices = choices  # type: ignore[attr-defined]


def instruments_of(state: str, others: set[str]) -> list[tuple[str, str]]:
    """The bilateral instruments with these States, then the multilateral ones, each once."""
    register = register_here()
    bilateral = chain.from_iterable(register.bilateral(state, other) for other in sorted(others))
    multilateral = sorted(register.multilateral.values(), key=lambda one: (one.rank, one.code))
    return [(one.code, f"{one.title} ({one.code})") for one in dict.fromkeys([*bilateral, *multilateral])]


@page(Permission.DOSSIER_OPEN, methods="GET POST")
def new(request: HttpRequest) -> HttpResponse:
    house: House = request.house  # type: ignore[attr-defined]
    first = next(iter(own_languages(house.authority)), "en")
    initial = {"language": first, "handling": Handling.H0.value, "requested": request.GET.get("requested", "")}
    form = OpenForm(request.POST if request.method == "POST" else None, state=house.state, initial=initial)
    context: dict[str, Any] = {
        "form": form,
        "title": _("New request"),
        "about": _("A dossier has exactly two parties: our authority and one of another State."),
        "button": _("Open the dossier"),
        "back": reverse("dossiers"),
        "back_words": _("Dossiers"),
    }
    if request.method == "POST" and form.is_valid():
        try:
            row = open_dossier(act_of(request), **form.cleaned_data)
        except ComityError as problem:
            context["problem"] = problem
        else:
            return HttpResponseRedirect(f"{dossier_href(row.reference)}/draft")
    return render(request, "form_page.html", context, status=400 if request.method == "POST" else 200)


def own_languages(code: str) -> list[str]:
    """The languages of our authority in which documents can be printed."""
    rows = [row for row in authorities_of(code[:2]) if row.code == code]
    return [language for row in rows for language in row.languages if language in PRINTED]
