"""A request that came by post: what the registrar reads in the letter, with its scan, opens a dossier of ours."""

from string import ascii_lowercase
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from comity.authorities.queries import partners
from comity.requests.actions import begin
from comity.requests.papers import PRINTED
from comity.safeguards.permissions import Permission
from comity.values.errors import ComityError
from comity.web.entrance import act_of, page
from comity.web.house import House
from comity.web.pages.dossier_address import dossier_href
from comity.web.pages.dossier_new import instruments_of
from comity.web.templatetags.marks import initial_language, state_name, tongue
from comity.web.uploads import gone_on
from comity.web.vocabulary import MEASURES, OFFENCES


class ReceivedForm(forms.Form):
    requesting = forms.ChoiceField(label=_("From"), help_text=_("Partners without a node."))
    title = forms.CharField(
        label=_("Title"), max_length=400, help_text=_("For our own use; it does not cross the border.")
    )
    their_number = forms.CharField(
        label=_("Number on the letter"), max_length=120, widget=forms.TextInput(attrs={"dir": "ltr"})
    )
    letter_on = forms.DateField(label=_("Date of the letter"), widget=forms.DateInput(attrs={"type": "date"}))
    signed_by = forms.CharField(label=_("Signed by"), max_length=300, help_text=_("As it stands on the letter."))
    instrument = forms.ChoiceField(label=_("Instrument on which the request rests"), required=False)
    language = forms.ChoiceField(label=_("Language of the original"))
    matter = forms.CharField(
        label=_("Subject-matter of the proceedings"), widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"})
    )
    facts = forms.CharField(
        label=_("Facts"), required=False, widget=forms.Textarea(attrs={"rows": 4, "dir": "auto"}), max_length=20_000
    )
    offences = forms.MultipleChoiceField(
        label=_("Offences"), choices=list(OFFENCES.items()), widget=forms.CheckboxSelectMultiple
    )
    measures = forms.MultipleChoiceField(
        label=_("Measures asked for"), choices=list(MEASURES.items()), widget=forms.CheckboxSelectMultiple
    )
    scan = forms.FileField(
        label=_("Scan"), help_text=_("PDF, TIFF, PNG or JPEG; stored as it is and never opened here.")
    )

    def __init__(self, *args: Any, state: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = [row for row in partners() if not row.has_node and row.state != state]
        senders = [(row.code, f"{state_name(row.state)} · {initial_language(row.names) or row.code}") for row in rows]
        for name, choices in (
            ("requesting", senders),
            ("instrument", [("", "–"), *instruments_of(state, {row.state for row in rows})]),
            ("language", [(code, tongue(code)) for code in PRINTED]),
        ):
            self.fields[name].choices = choices  # type: ignore[attr-defined]


def content_of(given: dict[str, Any]) -> dict[str, Any]:
    """The letter as the content of a request: measures become its parts a, b, c."""
    language = given["language"]
    content = {
        "instrument": given["instrument"],
        "language": language,
        "offences": given["offences"],
        "matter": {language: given["matter"]},
        "facts": {language: given["facts"]} if given["facts"] else {},
        "parts": [
            {"id": mark, "measure": measure} for mark, measure in zip(ascii_lowercase, given["measures"], strict=False)
        ],
    }
    return {name: value for name, value in content.items() if value}


@page(Permission.LETTER_RECORD, methods="GET POST")
def received(request: HttpRequest) -> HttpResponse:
    """Open a dossier from the letter; the next step is its registration, as for any other request."""
    house: House = request.house  # type: ignore[attr-defined]
    posting = request.method == "POST"
    form = ReceivedForm(request.POST if posting else None, request.FILES if posting else None, state=house.state)
    context: dict[str, Any] = {
        "form": form,
        "title": _("Enter a request that came by post"),
        "about": _("What you read in the letter opens the dossier; it is recorded by us, not signed by them."),
        "button": _("Open the dossier"),
        "back": reverse("post_book"),
        "back_words": _("Post book"),
        "upload": True,
    }
    if posting and form.is_valid():
        given, node = form.cleaned_data, settings.COMITY
        scan = given["scan"]
        values = {name: given[name] for name in ("requesting", "title", "their_number", "letter_on", "signed_by")}
        values |= {"content": content_of(given), "scan": scan.read(), "name": scan.name[:300]}
        values["media_type"] = scan.content_type or "application/pdf"
        try:
            row = begin(act_of(request), "open_received", values=values, keys=node.keys(), vault=node.vault())
        except ComityError as problem:
            context["problem"] = problem
        else:
            messages.success(request, gettext("The dossier is open; register the request under your number."))
            return gone_on(request, f"{dossier_href(row.reference)}/do/register_request")
    return render(request, "form_page.html", context, status=400 if posting else 200)
