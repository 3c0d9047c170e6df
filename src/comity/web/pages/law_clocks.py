"""What is due when after an event: each clock with provision, day, extension and rule of counting, to print."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from comity.gazette.queries import register_here
from comity.law.register import Register
from comity.safeguards.permissions import Permission
from comity.values.errors import InvalidInputError
from comity.web.checking.clock_sheet import ClocksForm, Event, clock_sheet, events_of, read_event
from comity.web.checking.matter import CARRIED, Matter, carried, read_matter, subtitle
from comity.web.entrance import act_of, enter_opening, now, page
from comity.web.marks import Ribbon

KEPT = (*CARRIED, "time", "place", "holidays")


@page(Permission.LAW_ASK)
def clocks(request: HttpRequest) -> HttpResponse:
    """The form; the events of the instrument while none is chosen; then its clocks."""
    query, register = request.GET.dict(), register_here()
    matter = read_matter(query, register, now().date())
    context = clocks_context(register, matter, query, state=request.house.state)  # type: ignore[attr-defined]
    if matter.instrument is not None:
        enter_opening(request, f"{act_of(request).actor.authority}:law", "law:clocks:counted")
    return render(request, "law_clocks.html", context, status=400 if context["fault"] else 200)


def clocks_context(register: Register, matter: Matter, query: dict[str, str], *, state: str) -> dict[str, Any]:
    """What the template shows of a matter and an address."""
    event: Event | None = None
    fault: InvalidInputError | None = None
    try:
        event = read_event(query, matter)
    except InvalidInputError as error:
        fault = error
    events = events_of(matter)
    known = event is not None and any(one.trigger == event.trigger for one in events)
    rest = urlencode([(name, query[name]) for name in KEPT if query.get(name)])
    return {
        "form": ClocksForm(register, matter, event, query, state=state),
        "matter": matter,
        "carried": carried(query),
        "subtitle": subtitle(matter),
        "fault": fault,
        "event": event,
        "events": events,
        "not_of_it": bool(event and event.trigger and not known),
        "rest": rest,
        "sheet": clock_sheet(register, matter, event) if event and known else None,
        "answered_at": now(),
        "ribbon": Ribbon(note=_("law only: nothing of a case on this page")),
    }
