"""The legal-basis finder: may one State ask another for a measure, and on what basis?"""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from comity.gazette.queries import register_here
from comity.law.vocabulary import MEASURES, OFFENCES
from comity.safeguards.permissions import Permission
from comity.web.checking.matter import states, words
from comity.web.entrance import now, page
from comity.web.law_names import language
from comity.web.pages.law_found import ANSWER, found
from comity.web.pages.law_frame import enter_law, frame
from comity.web.world import world

ASKED = frozenset({"requesting", "requested", "measure", "offence"})
"""An address that names all of these is a question; one that names some only fills in the form."""


class AskForm(forms.Form):
    requesting = forms.ChoiceField(label=_("Requesting State"))
    requested = forms.ChoiceField(label=_("Requested State"))
    measure = forms.ChoiceField(label=_("Measure"))
    offence = forms.ChoiceField(label=_("Offence"))
    on = forms.DateField(label=_("On"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, choices in (
            ("requesting", states()),
            ("requested", [("", _("Choose a State")), *states()]),
            ("measure", words("measure", MEASURES)),
            ("offence", words("offence", OFFENCES)),
        ):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)  # noqa: S101 - tells the type checker what stands above
            field.choices = choices

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("requesting") and given.get("requesting") == given.get("requested"):
            self.add_error("requested", _("Choose another State: a State does not ask itself."))
        return given


def answers_given(query: Mapping[str, str]) -> dict[str, bool]:
    return {
        name[len(ANSWER) :]: value == "yes"
        for name, value in query.items()
        if name.startswith(ANSWER) and value in {"yes", "no"}
    }


@page(Permission.LAW_ASK)
def ask(request: HttpRequest) -> HttpResponse:
    """The question as a form, and, once asked, every instrument with its verdict; the most specific first."""
    today = now().date()
    asked = set(request.GET) >= ASKED
    house_state = request.house.state  # type: ignore[attr-defined]
    initial: dict[str, Any] = {
        "requesting": house_state,
        "on": today,
        "measure": "bank-records",
        "offence": "drug-trafficking",
    }
    initial |= {name: value for name, value in request.GET.items() if name in ASKED and value}
    given = request.GET.copy()
    given.setdefault("on", today.isoformat())
    form = AskForm(given if asked else None, initial=initial)
    context = frame("law") | {"form": form}
    if asked and form.is_valid():
        context |= found(register_here(), form.cleaned_data, answers_given(request.GET.dict()), today)
        enter_law(request, f"basis:{'-'.join(pair_of(form.cleaned_data))}", "law:basis:asked")
    else:
        context |= chosen(str(initial["requesting"]), str(initial.get("requested", "")))
        enter_law(request, "basis", "law:basis:asked")
    return render(request, "law.html", context, status=400 if asked and not form.is_valid() else 200)


def pair_of(facts: Mapping[str, Any]) -> tuple[str, str]:
    return facts["requesting"], facts["requested"]


def chosen(requesting: str, requested: str) -> dict[str, Any]:
    """The map before anything is asked: the States chosen so far."""
    return {
        "requesting": requesting,
        "requested": requested,
        "world": world(language(), requesting, requested, {}),
    }
