"""Taking in evidence: a file with its seizure record, a thing on a shelf, or a record of testimony."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from comity.evidence.actions import Exhibit, take_in, take_in_physical, take_in_record
from comity.evidence.item_state import ItemKind
from comity.requests.actions import take_in_from_post
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


class ExhibitForm(forms.Form):
    """A thing on a shelf, or a file, with the fields that every intake has."""

    kind = forms.ChoiceField(label=_("Kind"), choices=list(ITEMS.items()), widget=forms.RadioSelect, initial="digital")
    title = forms.CharField(label=_("What it is"), max_length=400)
    file = forms.FileField(
        label=_("File"),
        required=False,
        help_text=_("Hashed and sealed while it is read; nothing for a thing on a shelf."),
    )
    kept_at = forms.CharField(label=_("Kept at"), required=False, max_length=300)
    handling = forms.ChoiceField(label=_("Handling code"), choices=handling_choices)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].asked_in_any = True  # type: ignore[attr-defined]  # by its kind, in `clean`

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("kind") in {"digital", "testimony"} and not given.get("file"):
            self.add_error("file", _("Choose the file, or say that it is a physical item."))
        return given


class PostedForm(ExhibitForm):
    """One thing or file that came by post from a partner without a node."""

    on = forms.DateField(label=_("Arrived on"), widget=forms.DateInput(attrs={"type": "date"}))
    carrier = forms.CharField(
        label=_("On what it came"),
        max_length=300,
        help_text=_("Such as a sealed USB stick, its number, and the number of the registered letter."),
    )
    field_order = ("kind", "title", "file", "on", "carrier", "kept_at", "handling")


class IntakeForm(ExhibitForm):
    """One item with the record of its seizure or hearing."""

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
    parts = forms.MultipleChoiceField(
        label=_("Answers the measures"), required=False, widget=forms.CheckboxSelectMultiple
    )
    field_order = (
        "kind",
        "title",
        "file",
        "on",
        "place",
        "by",
        "present",
        "formalities",
        "kept_at",
        "parts",
        "handling",
    )

    def __init__(self, *args: Any, parts: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["parts"].choices = parts  # type: ignore[attr-defined]


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


def take_posted(request: HttpRequest, case: Case, given: dict[str, Any]) -> Any:
    """Take in what came by post; returns it."""
    node = settings.COMITY
    record: dict[str, Any] = {"handling": Handling(given["handling"]).value}
    if given["kept_at"]:
        record["place"] = given["kept_at"]
    file = given["file"] if given["kind"] != "physical" else None
    if file:
        record |= {"media_type": file.content_type or "application/octet-stream", "expected_size": file.size}
    return take_in_from_post(
        act_of(request),
        dossier=case.reference,
        exhibit=Exhibit(ItemKind(given["kind"]), given["title"], file or None, file.name if file else ""),
        on=given["on"],
        carrier=given["carrier"],
        keys=node.keys(),
        vault=node.vault(),
        **record,
    )


@page(Permission.ITEM_TAKE_IN, methods="GET POST")
def intake(request: HttpRequest, reference: str) -> HttpResponse:
    case = case_of(request, read(reference, Kind.DOSSIER))
    parts = [(part["id"], f"{part['id']} · {word('measure', part['measure'])}") for part in case.view.parts]
    form = IntakeForm(*_given(request), parts=parts)
    return _taken(request, case, form, take, {"title": _("Take in an item"), "about": case.view.title})


@page(Permission.ITEM_RECORD, methods="GET POST")
def from_post(request: HttpRequest, reference: str) -> HttpResponse:
    """Take in, as it came, what a partner without a node returned; its letter is recorded afterwards."""
    case = case_of(request, read(reference, Kind.DOSSIER))
    about = _("Recorded by us, not signed by them. When all is taken in, record the letter under which it came.")
    words = {"title": _("Take in what came by post"), "about": about}
    return _taken(request, case, PostedForm(*_given(request)), take_posted, words)


def _given(request: HttpRequest) -> tuple[Any, Any]:
    return (request.POST, request.FILES) if request.method == "POST" else (None, None)


def _taken(request: HttpRequest, case: Case, form: forms.Form, take_it: Any, words: dict[str, Any]) -> HttpResponse:
    """Show the form, or take the item in and go on to it."""
    context = frame_of(case, "evidence") | {"form": form, "button": _("Take in"), **words}
    context |= {"back": f"{case.href}/evidence", "back_words": _("Evidence"), "upload": True}
    if request.method == "POST" and form.is_valid():
        try:
            item = take_it(request, case, form.cleaned_data)
        except ComityError as problem:
            context["problem"] = problem
        else:
            messages.success(request, gettext("Taken in, hashed and sealed; its custody line has begun."))
            return gone_on(request, item_href(item.reference))
    return render(request, "form_page.html", context, status=400 if request.method == "POST" else 200)
