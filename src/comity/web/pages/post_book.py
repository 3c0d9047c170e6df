"""The post book: letters of partners without a node, and the intake of a scan matched by our number."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from comity.authorities.queries import name_of
from comity.requests.queries import dossier_for, dossiers_by_number, dossiers_for, post_book
from comity.safeguards.permissions import Permission
from comity.values.reference import Reference
from comity.web.entrance import act_of, actor_asking, enter_opening, page
from comity.web.house import House
from comity.web.marks import SealMark, SealState
from comity.web.pages.dossier_address import dossier_href


class NumberForm(forms.Form):
    number = forms.CharField(
        label=_("Number on the letter"),
        help_text=_("Ours, as the partner quotes it, or the partner's own."),
        widget=forms.TextInput(attrs={"dir": "ltr", "autocomplete": "off"}),
    )


def _day(letter: dict[str, Any]) -> Any:
    return letter["at"]


@page(Permission.LETTER_RECORD)
def book(request: HttpRequest) -> HttpResponse:
    actor = actor_asking(request)
    enter_opening(request, f"{actor.authority}:post-book", "requests:letters:searched")
    language = get_language() or "en"
    letters = [
        {
            "at": entry.on,
            "incoming": entry.direction == "in",
            "href": dossier_href(line.reference),
            "type": entry.what,
            "seal": SealMark(SealState.OURS) if entry.direction == "in" else None,
            "state": entry.correspondent[:2],
            "partner": name_of(entry.correspondent, language),
            "number": line.number or line.file_number,
            "digest": entry.scan,
        }
        for line in dossiers_for(actor)
        for entry in post_book(dossier_for(actor, Reference.parse(line.reference)))
    ]
    house: House = request.house  # type: ignore[attr-defined]
    context = {
        "letters": sorted(letters, key=_day, reverse=True),
        "may_record": house.may(Permission.LETTER_RECORD),
    }
    return render(request, "post_book.html", context)


@page(Permission.LETTER_RECORD, methods="GET POST")
def letter(request: HttpRequest) -> HttpResponse:
    """Find the dossier a letter belongs to by the number it quotes, then enter the letter there."""
    form = NumberForm(request.POST if request.method == "POST" else None)
    context: dict[str, Any] = {
        "form": form,
        "title": _("Enter a letter"),
        "about": _("The dossier is found by the number the letter quotes."),
        "button": _("Find the dossier"),
        "back": reverse("post_book"),
        "back_words": _("Post book"),
    }
    if request.method == "POST" and form.is_valid():
        enter_opening(request, f"{act_of(request).actor.authority}:dossiers", "requests:dossier:searched")
        found = dossiers_by_number(actor_asking(request), form.cleaned_data["number"])
        if len(found) == 1:
            return HttpResponseRedirect(f"{dossier_href(found[0].reference)}/do/record_letter")
        form.add_error(
            "number",
            _("No dossier of ours carries this number.") if not found else _("Several dossiers carry this number."),
        )
    return render(request, "form_page.html", context, status=400 if request.method == "POST" else 200)
