"""Taking in evidence: a file with its seizure record, a thing on a shelf, or a record of testimony."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from comity.evidence.actions import take_in, take_in_physical, take_in_record
from comity.safeguards.permissions import Permission
from comity.values.errors import ComityError
from comity.values.handling import Handling
from comity.values.reference import Kind
from comity.web.entrance import act_of, page
from comity.web.marks import handling_choices
from comity.web.pages.dossier_address import item_href, read
from comity.web.pages.dossier_frame import Case, case_of, frame_of
from comity.web.uploads import gone_on
from comity.web.vocabulary import ITEMS, word


class IntakeForm(forms.Form):
    kind = forms.ChoiceField(label=_("Kind"), choices=list(ITEMS.items()), widget=forms.RadioSelect, initial="digital")
    title = forms.CharField(label=_("What it is"), max_length=400)
    file = forms.FileField(
        label=_("File"),
        required=False,
        help_text=_("Hashed and sealed while it is read; nothing for a thing on a shelf."),
    )
    on = forms.DateField(label=_("Seized or recorded on"), widget=forms.DateInput(attrs={"type": "date"}))
    place = forms.CharField(label=_("Place"), max_length=300)
    by = forms.CharField(label=_("By whom"), max_length=300)
    present = forms.CharField(
        label=_("Persons present"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("One on each line."),
    )
    formalities = forms.CharField(
        label=_("Formalities asked for, and how they were met"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    kept_at = forms.CharField(label=_("Kept at"), required=False, max_length=300)
    parts = forms.MultipleChoiceField(
        label=_("Answers the measures"), required=False, widget=forms.CheckboxSelectMultiple
    )
    handling = forms.ChoiceField(label=_("Handling code"), choices=handling_choices)

    def __init__(self, *args: Any, parts: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].asked_in_any = True  # type: ignore[attr-defined]  # by its kind, in `clean`
        self.fields["parts"].choices = parts  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("kind") in {"digital", "testimony"} and not given.get("file"):
            self.add_error("file", _("Choose the file, or say that it is a physical item."))
        return given


def take(request: HttpRequest, case: Case, given: dict[str, Any]) -> Any:
    """Take the item in as what it is; returns it."""
    node = settings.COMITY
    record: dict[str, Any] = {
        "seizure": {
            "on": given["on"].isoformat(),
            "place": given["place"],
            "by": given["by"],
            **({"persons_present": given["present"].splitlines()} if given["present"] else {}),
        },
        "parts": given["parts"],
        "handling": Handling(given["handling"]).value,
    }
    if given["formalities"]:
        record["formalities"] = {"met": given["formalities"]}
    if given["kept_at"]:
        record["place"] = given["kept_at"]
    base = {"dossier": case.view.reference, "authority": case.view.holder, "title": given["title"], "keys": node.keys()}
    if given["kind"] == "physical":
        return take_in_physical(act_of(request), **base, **record)
    file = given["file"]
    record |= {"media_type": file.content_type or "application/octet-stream", "expected_size": file.size}
    action = take_in if given["kind"] == "digital" else take_in_record
    return action(act_of(request), **base, file=file, name=file.name, vault=node.vault(), **record)


@page(Permission.ITEM_TAKE_IN, methods="GET POST")
def intake(request: HttpRequest, reference: str) -> HttpResponse:
    case = case_of(request, read(reference, Kind.DOSSIER))
    parts = [(part["id"], f"{part['id']} · {word('measure', part['measure'])}") for part in case.view.parts]
    posting = request.method == "POST"
    form = IntakeForm(request.POST if posting else None, request.FILES if posting else None, parts=parts)
    context = frame_of(case, "evidence") | {"form": form, "title": _("Take in an item"), "button": _("Take in")}
    context |= {"back": f"{case.href}/evidence", "back_words": _("Evidence"), "about": case.view.title, "upload": True}
    if posting and form.is_valid():
        try:
            item = take(request, case, form.cleaned_data)
        except ComityError as problem:
            context["problem"] = problem
        else:
            messages.success(request, gettext("Taken in, hashed and sealed; its custody line has begun."))
            return gone_on(request, item_href(item.reference))
    return render(request, "form_page.html", context, status=400 if posting else 200)
