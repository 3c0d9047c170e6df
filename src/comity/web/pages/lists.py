"""What needs me, the dossiers, the inbox, the evidence: lists that filter and sort by keyboard."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from comity.authorities.queries import name_of
from comity.evidence.queries import content_alarms, items_of
from comity.exchange.queries import messages_of
from comity.gazette.queries import waiting_for as corrections_waiting
from comity.requests.phases import Phase
from comity.requests.queries import dossiers_for, needs_me
from comity.requests.queries import inbox as arrived
from comity.requests.queries.timeline import seal_of
from comity.safeguards.permissions import Permission
from comity.safeguards.queries import stamps
from comity.web.entrance import act_of, actor_asking, enter_opening, now, page
from comity.web.house import House
from comity.web.lines import DossierLine, Need
from comity.web.marks import ClockMark
from comity.web.openings import openings_wait
from comity.web.pages.dossier_address import dossier_href
from comity.web.pages.dossier_frame import OWN_PAGE
from comity.web.pages.evidence import line_of
from comity.web.pages.gazette import correction_href
from comity.web.sorting import columns
from comity.web.timeline import mark_of
from comity.web.vocabulary import word
from comity.web.witnesses import told

LENGTH = 60
SORTS: dict[str, Callable[[Any], Any]] = {
    "number": lambda one: (one.number or one.file_number).casefold(),
    "title": lambda one: one.title.casefold(),
    "partner": lambda one: one.partner,
    "phase": lambda one: [phase.value for phase in Phase].index(one.phase) if one.phase else -1,
    "clock": lambda one: (one.due is None, one.due or one.changed_at),
    "changed": lambda one: one.changed_at,
}
COLUMNS = (
    ("number", _("Number")),
    ("title", _("Title")),
    ("partner", _("With")),
    ("", _("Direction")),
    ("phase", _("Stands at")),
    ("clock", _("Clock")),
    ("changed", _("Changed")),
)


def _house(request: HttpRequest) -> House:
    house: House = request.house  # type: ignore[attr-defined]
    return house


def clock_until(due: Any, since: Any) -> ClockMark | None:
    return ClockMark(due, started=since, now=now()) if due else None


@page(Permission.NEEDS_READ)
def needs(request: HttpRequest) -> HttpResponse:
    """What waits for this officer, the most urgent first."""
    enter_opening(request, f"{act_of(request).actor.authority}:needs", "requests:needs:read")
    found = [
        Need(
            word("verb", one.verb) if one.verb else word("recall", "breach"),
            f"{dossier_href(one.reference)}/{OWN_PAGE.get(one.verb, f'do/{one.verb}') if one.verb else 'evidence'}",
            one.number,
            one.partner[:2],
            one.title,
            clock_until(one.due, one.since),
            since=one.since,
            their_number=one.their_number,
        )
        for one in needs_me(actor_asking(request), now().date())
    ]
    found += [
        Need(
            gettext("Withdraw a correction of the law: approve or refuse")
            if row.ending_by
            else gettext("Correct the law: approve or refuse"),
            correction_href(row.reference),
            row.instrument,
            row.fact["state"],
            since=row.ending_at or row.proposed_at,
        )
        for row in corrections_waiting(actor_asking(request))
    ]
    found += [
        Need(
            gettext("Content is broken in the vault"),
            reverse("vault"),
            "",
            "",
            detail=", ".join(alarm.items) or alarm.digest[:16],
            since=alarm.since,
        )
        for alarm in content_alarms(actor_asking(request))
    ]
    found += [
        Need(alarm.what, reverse("exchange") + "#witnesses", "", "", detail=alarm.detail, since=alarm.since)
        for alarm in told(actor_asking(request))
    ]
    found += openings_wait(actor_asking(request))
    found += _timestamps_wait(request)
    house = _house(request)
    house.counts["needs"] = len(found)
    context = {
        "needs": found,
        "today": now(),
        "urgent": sum(1 for one in found if one.clock and one.clock.state in {"late", "soon"}),
        "may_open": house.may(Permission.DOSSIER_OPEN),
        "may_look": house.may(Permission.DOSSIER_READ),
    }
    return render(request, "needs.html", context)


def _timestamps_wait(request: HttpRequest) -> list[Need]:
    """For those who look after the node, once the timestamp authority has been silent for a day."""
    line = stamps(_house(request).authority)
    if not line.overdue(now()) or not _house(request).may(Permission.VAULT_READ):
        return []
    what = gettext("No timestamps come: see to the timestamp authority")
    return [Need(what, reverse("vault"), "", "", since=line.failing_since)]


@page(Permission.DOSSIER_READ)
def dossiers(request: HttpRequest) -> HttpResponse:
    """The dossiers this officer may read, all or those searched for."""
    enter_opening(request, f"{act_of(request).actor.authority}:dossiers", "requests:dossier:searched")
    given = {name: request.GET.get(name, "").strip()[:200] for name in ("q", "partner", "phase", "sort")}
    filtered = bool(given["q"] or given["partner"] or given["phase"])
    every = dossiers_for(actor_asking(request), phase=given["phase"], text=given["q"])
    partners = sorted({one.partner[:2] for one in every})
    if given["partner"]:
        every = [one for one in every if one.partner[:2] == given["partner"]]
    name = given["sort"].lstrip("-")
    if name in SORTS:
        every = sorted(every, key=SORTS[name], reverse=given["sort"].startswith("-"))
    pager = Paginator(every, LENGTH).get_page(request.GET.get("page"))
    language = get_language() or "en"
    context = {
        "dossiers": [_dossier_line(one, language) for one in pager.object_list],
        "total": len(every),
        "columns": columns(COLUMNS, given),
        "given": given,
        "filtered": filtered,
        "partners": partners,
        "phases": [phase.value for phase in Phase],
        "pager": pager,
        "query": urlencode({key: value for key, value in given.items() if value}),
        "may_open": _house(request).may(Permission.DOSSIER_OPEN),
    }
    return render(request, "dossiers.html", context)


def _dossier_line(one: Any, language: str) -> DossierLine:
    return DossierLine(
        dossier_href(one.reference),
        one.number or one.file_number,
        one.title,
        one.partner[:2],
        name_of(one.partner, language),
        one.side == "requesting",
        one.phase,
        one.their_number,
        clock_until(one.due, None),
        changed=one.changed_at,
    )


@page(Permission.INBOX_READ)
def inbox(request: HttpRequest) -> HttpResponse:
    """What arrived and waits for a decision."""
    enter_opening(request, f"{act_of(request).actor.authority}:inbox", "requests:inbox:read")
    language = get_language() or "en"
    holder = _house(request).authority
    lines = []
    for one in arrived(actor_asking(request)):
        first = next((view for view in messages_of(holder, one.reference) if view.direction == "in"), None)
        href = dossier_href(one.reference)
        lines.append(
            {
                "at": first.stored_at if first else one.changed_at,
                "href": href,
                "type": first.signed.message.type if first else "request.transmitted",
                "title": one.title,
                "state": one.partner[:2],
                "sender": name_of(one.partner, language),
                "number": one.number,
                "their_number": one.their_number,
                "phase": one.phase,
                "seal": mark_of(
                    seal_of(first.signed) if first else None,
                    recorded=False,
                    href=f"{href}/messages/{first.signed.digest}" if first else "",
                    name=name_of(one.partner, language),
                ),
            }
        )
    house = _house(request)
    may = {"may_record": house.may(Permission.LETTER_RECORD), "may_exchange": house.may(Permission.EXCHANGE_READ)}
    return render(request, "inbox.html", {"arrivals": lines, **may})


@page(Permission.ITEM_READ)
def evidence(request: HttpRequest) -> HttpResponse:
    """Every item this officer may see, dossier by dossier."""
    actor = actor_asking(request)
    enter_opening(request, f"{actor.authority}:evidence", "evidence:items:searched")
    items = [
        line_of(item, number=one.number or one.file_number, dossier=one.reference)
        for one in dossiers_for(actor)
        for item in items_of(actor, one.reference)
    ]
    return render(request, "evidence.html", {"items": items})
