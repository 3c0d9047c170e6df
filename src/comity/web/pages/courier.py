"""The courier: what goes by hand where no line reaches a partner, packed, taken in, and what became of it."""

from collections.abc import Mapping
from datetime import UTC, datetime, time
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from comity.authorities.queries import local_authorities, name_of, partners
from comity.exchange.actions import Asked, Packed
from comity.exchange.courier import PartKind, PartOutcome, file_name
from comity.exchange.queries import BundleView, bundles, couriers
from comity.safeguards.permissions import Permission
from comity.values.errors import ComityError
from comity.web.entrance import act_of, now, page
from comity.web.house import House
from comity.web.uploads import gone_on
from comity.wiring.courier import pack_bundle, take_bundle

OUTCOMES: Mapping[PartOutcome, Promise | str] = {
    PartOutcome.TAKEN: _("taken in"),
    PartOutcome.REPEATED: _("came before"),
    PartOutcome.REFUSED: _("refused"),
    PartOutcome.UNDECIDED: _("not decided yet"),
    PartOutcome.PARTIAL: _("in part, the rest is asked for"),
    PartOutcome.NOT_AWAITED: _("not awaited yet"),
    PartOutcome.DAMAGED: _("damaged"),
    PartOutcome.MISSING: _("missing"),
}
SEPARATOR = " · "


class PackForm(forms.Form):
    partner = forms.ChoiceField(label=_("Partner"))
    offered_since = forms.DateField(
        label=_("Also content offered since"),
        help_text=_("Empty: only the content of the messages that wait, and what the partner asked for."),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
    )

    def __init__(self, *args: Any, own: str, language: str, **more: Any) -> None:
        super().__init__(*args, **more)
        rows = [row for row in [*partners(), *local_authorities()] if row.has_node and row.code != own]
        found = [(row.code, f"{name_of(row.code, language)} ({row.code})") for row in rows]
        self.fields["partner"].choices = found  # type: ignore[attr-defined]


class TakeForm(forms.Form):
    file = forms.FileField(label=_("The bundle's file"), help_text=_("As it came on the stick or in the bag."))


def _line(bundle: BundleView, language: str) -> dict[str, Any]:
    """A bundle as a row: of each kind how many, and of one taken in what came of them."""
    cells = []
    for kind, label, count in (
        (PartKind.ENVELOPE, _("Messages"), bundle.messages),
        (PartKind.RECEIPT, _("Receipts"), bundle.receipts),
        (PartKind.CONTENT, _("Content"), bundle.contents),
    ):
        told = [
            f"{bundle.outcomes[name]} {word}"
            for outcome, word in OUTCOMES.items()
            if (name := f"{kind.value}-{outcome.value}") in bundle.outcomes
        ]
        cells.append({"label": label, "count": count, "told": SEPARATOR.join(told)})
    return {"bundle": bundle, "name": name_of(bundle.partner, language), "cells": cells}


@page(Permission.EXCHANGE_READ)
def courier(request: HttpRequest) -> HttpResponse:
    own, language = act_of(request).actor.authority, get_language() or "en"
    house: House = request.house  # type: ignore[attr-defined]
    context = {
        "partners": [{"line": one, "name": name_of(one.partner, language)} for one in couriers(own)],
        "bundles": [_line(one, language) for one in bundles(own)],
        "may_pack": house.may(Permission.COURIER_PACK),
        "may_take": house.may(Permission.COURIER_TAKE),
    }
    return render(request, "courier.html", context)


@page(Permission.COURIER_PACK, methods="GET POST")
def pack(request: HttpRequest) -> HttpResponseBase:
    """Choose the partner; the answer is the file, streamed as it is read."""
    posting, own, language = request.method == "POST", act_of(request).actor.authority, get_language() or "en"
    initial = {"partner": request.GET.get("to")}
    form = PackForm(request.POST if posting else None, own=own, language=language, initial=initial)
    context: dict[str, Any] = {
        "form": form,
        "title": _("Pack a bundle"),
        "about": _("What waits for the partner, in one sealed file. It waits on until its receipt is back."),
        "button": _("Pack and download"),
    }
    if posting and form.is_valid():
        given, act, node = form.cleaned_data, act_of(request), settings.COMITY
        since = datetime.combine(given["offered_since"], time(), UTC) if given["offered_since"] else None
        try:
            packed = pack_bundle(
                act, given["partner"], holder=own, keys=node.keys(), vault=node.vault(),
                asked=Asked(offered_since=since),
            )  # fmt: skip
        except ComityError as problem:
            context["problem"] = problem
        else:
            return download(packed)
    return _form(request, context)


def download(packed: Packed) -> StreamingHttpResponse:
    """A packed bundle as a file under its random name."""
    response = StreamingHttpResponse(packed.chunks(), content_type="application/octet-stream")
    response["Content-Disposition"] = f'attachment; filename="{file_name(packed.manifest.id)}"'
    response["Content-Length"] = str(packed.size)
    return response


@page(Permission.COURIER_TAKE, methods="GET POST")
def take(request: HttpRequest) -> HttpResponse:
    posting = request.method == "POST"
    form = TakeForm(request.POST if posting else None, request.FILES if posting else None)
    context: dict[str, Any] = {
        "form": form,
        "title": _("Take a bundle in"),
        "about": _("Each part has the effect of the line, once, whatever came before it."),
        "button": _("Take in"),
        "upload": True,
    }
    if posting and form.is_valid():
        act, node = act_of(request), settings.COMITY
        try:
            found = take_bundle(
                act, form.cleaned_data["file"], holder=act.actor.authority, keys=node.keys(), vault=node.vault(),
                clock=now,
            )  # fmt: skip
        except ComityError as problem:
            context["problem"] = problem
        else:
            if found.whole:
                messages.success(
                    request, gettext("The bundle was taken in. Pack the answer, so that receipts go back.")
                )
            else:
                messages.warning(request, gettext("Some of the bundle must come again; the list says what."))
            return gone_on(request, reverse("courier"))
    return _form(request, context)


def _form(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    context |= {"back": reverse("courier"), "back_words": _("Courier")}
    return render(request, "form_page.html", context, status=400 if request.method == "POST" else 200)
