"""The human-rights gate as a worksheet: what is recorded, what must be asked; a person signs it, for one request."""

from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from comity.safeguards.permissions import Permission
from comity.web.checking.gate_sheet import gate_sheet
from comity.web.entrance import act_of, enter_opening, now, page
from comity.web.marks import Ribbon


@page(Permission.LAW_ASK)
def gate(request: HttpRequest) -> HttpResponse:
    """The worksheet; answers that contradict each other or cannot be used answer 400, named."""
    enter_opening(request, f"{act_of(request).actor.authority}:law", "law:gate:reviewed")
    context = gate_context(request.GET)
    return render(request, "law_gate.html", context, status=400 if context["sheet"].fault else 200)


def gate_context(query: QueryDict) -> dict[str, Any]:
    return {
        "sheet": gate_sheet(query),
        "answered_at": now(),
        "ribbon": Ribbon(note=_("law only: nothing of a case on this page")),
    }
