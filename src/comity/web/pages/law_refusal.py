"""Will it be refused: one question at a time, every ground in view, and the whole as one page to print and sign."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from comity.gazette.queries import register_here
from comity.law.vocabulary import MEASURES, OFFENCES
from comity.safeguards.permissions import Permission
from comity.web.checking.matter import MatterForm, carried, read_matter, states, subtitle, words
from comity.web.checking.refusal_sheet import Asked, Sheet, refusal_sheet
from comity.web.entrance import act_of, enter_opening, now, page
from comity.web.marks import Ribbon

NOTE = _("law only: nothing of a case on this page")


@page(Permission.LAW_ASK)
def refusal(request: HttpRequest) -> HttpResponse:
    """The form while no instrument is chosen; then the sheet. What cannot be used answers 400, with what would be."""
    register, today = register_here(), now().date()
    matter = read_matter(request.GET.dict(), register, today)
    context: dict[str, Any] = {
        "form": MatterForm(register, matter, state=request.house.state),  # type: ignore[attr-defined]
        "matter": matter,
        "carried": carried(request.GET.dict()),
        "subtitle": subtitle(matter),
        "ribbon": Ribbon(note=NOTE),
    }
    if matter.instrument is None:
        return render(request, "law_refusal.html", context)
    authority = act_of(request).actor.authority
    enter_opening(request, f"{authority}:law", "law:refusal:checked")
    sheet = refusal_sheet(request.GET, register, matter, today)
    context |= shown(sheet)
    wrong = sheet.conflict or sheet.unusable or (sheet.asked and sheet.asked.fault)
    return render(request, "law_refusal.html", context, status=400 if wrong else 200)


def shown(sheet: Sheet) -> dict[str, Any]:
    """What the template needs of a sheet."""
    return {
        "sheet": sheet,
        "kept": [pair for line in sheet.given for pair in [(f"f.{line.given.fact}", line.given.said)]],
        "options": options(sheet.asked) if sheet.asked else [],
        "answered_at": now(),
    }


def options(asked: Asked) -> list[tuple[str, str]]:
    """The choices of a question that has them, in the reader's words."""
    if asked.meaning.type == "state":
        return states()
    known = {"measure": MEASURES, "offence": OFFENCES}.get(asked.meaning.id)
    return words(asked.meaning.id, known) if known else [(one, one) for one in asked.meaning.options]
