"""Dual criminality: a matrix of the facts against both laws, element by element, to print and to be signed off."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from comity.gazette.queries import register_here
from comity.law.register import Register
from comity.safeguards.permissions import Permission
from comity.web.checking.dual_facts import pairs
from comity.web.checking.dual_sheet import category_choices, dual_sheet, ready
from comity.web.checking.matter import CARRIED, Matter, MatterForm, carried, read_matter, subtitle
from comity.web.entrance import act_of, enter_opening, now, page
from comity.web.marks import Ribbon

LONGEST_ADDRESS = 3500
"""Below the line of a request that the server reads; a longer comparison is answered without an address of its own."""


@page(Permission.LAW_ASK, methods="GET HEAD POST")
def dual(request: HttpRequest) -> HttpResponse:
    """What is sent is answered under an address of its own where it is short enough, so that it can be passed on."""
    if request.method == "POST":
        address = f"{reverse('law_dual')}?{urlencode(pairs(request.POST))}"
        if len(address) <= LONGEST_ADDRESS:
            return HttpResponseRedirect(address, status=303)
    query: QueryDict = request.POST if request.method == "POST" else request.GET
    register = register_here()
    matter = read_matter(dict(pairs(query)), register, now().date())
    if ready(matter):
        enter_opening(request, f"{act_of(request).actor.authority}:law", "law:dual:compared")
    context = dual_context(query, register, matter, state=request.house.state)  # type: ignore[attr-defined]
    wrong = context["sheet"] and context["sheet"].fault
    return render(request, "law_dual.html", context, status=400 if wrong else 200)


def dual_context(query: QueryDict, register: Register, matter: Matter, *, state: str) -> dict[str, Any]:
    """What the template shows."""
    sheet = dual_sheet(query, register, matter) if ready(matter) else None
    return {
        "form": MatterForm(register, matter, state=state),
        "matter": matter,
        "carried": carried(dict(pairs(query))),
        "subtitle": subtitle(matter),
        "sheet": sheet,
        "named": [pair for pair in pairs(query) if pair[0] in CARRIED],
        "kept": [pair for pair in pairs(query) if pair[0] not in CARRIED],
        "categories": category_choices() if sheet and sheet.shown.category else [],
        "answered_at": now(),
        "ribbon": Ribbon(note=_("law only: nothing of a case on this page")),
    }
