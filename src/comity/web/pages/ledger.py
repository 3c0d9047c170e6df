"""The ledger: every act and every reading of one authority, its size, its checkpoint, and whether it is whole."""

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language, gettext

from comity.authorities.queries import name_of, officer_name
from comity.safeguards.actions import sequence_reads
from comity.safeguards.actions.glass import acknowledge_glass
from comity.safeguards.permissions import Permission
from comity.safeguards.queries import (
    EntryView,
    broken_places,
    checkpoint_of,
    entries_about,
    ledger_size,
    recent_entries,
)
from comity.values.actor import Act, job
from comity.values.errors import ConflictError, RefusedError
from comity.web.entrance import act_of, enter_opening, page
from comity.web.errors import words_of
from comity.web.events import event_word
from comity.web.openings import glass_of
from comity.web.witnesses import witnesses_of

LENGTH = 100


def who(actor: str, names: dict[str, str]) -> str:
    """An officer by her name, a partner by its authority's; a job as it stands (`job:<name>@<authority>`)."""
    kind, _, rest = actor.partition(":")
    officer, _, authority = rest.partition("@")
    if kind == "peer":
        return name_of(officer, get_language() or "en")
    if kind != "officer":
        return actor
    if officer not in names:
        names[officer] = officer_name(officer) or officer
    return f"{names[officer]} · {authority}"


def lines_of(entries: Iterable[EntryView]) -> list[dict[str, Any]]:
    names: dict[str, str] = {}
    return [
        {
            "seq": entry.seq,
            "at": entry.at,
            "who": who(entry.actor, names),
            "event": entry.event,
            "words": event_word(entry.event),
            "subject": entry.subject,
            "purpose": entry.purpose,
            "facts": list(entry.facts.items()),
            "leaf": entry.leaf,
        }
        for entry in entries
    ]


def sequenced(act: Act, authority: str) -> None:
    """Bring waiting readings into the tree, so that what is shown is everything."""
    sequence_reads(act.by(job("ledger", authority)), authority=authority)


@page(Permission.GLASS_ACKNOWLEDGE, methods="POST")
def acknowledge(request: HttpRequest, link: str) -> HttpResponse:
    """An inspector has looked into it."""
    try:
        acknowledge_glass(act_of(request), link[:64])
    except (RefusedError, ConflictError) as problem:
        messages.error(request, words_of(problem.code, gettext(problem.message)), extra_tags="wrong")
    else:
        messages.success(request, gettext("Acknowledged; your name stands with it in the ledger."))
    return HttpResponseRedirect(reverse("ledger"))


@page(Permission.LEDGER_READ)
def ledger(request: HttpRequest) -> HttpResponse:
    act = act_of(request)
    authority = act.actor.authority
    about = request.GET.get("about", "").strip()[:120]
    before = request.GET.get("before", "")
    enter_opening(request, about or f"{authority}:ledger", "safeguards:ledger:read")
    sequenced(act, authority)
    if about:
        entries = entries_about(authority, about)
    else:
        entries = recent_entries(authority, before=int(before) if before.isdigit() else None, limit=LENGTH)
    context = {
        "entries": lines_of(entries),
        "about": about,
        "size": ledger_size(authority),
        "older": entries[-1].seq if not about and len(entries) == LENGTH and entries[-1].seq else None,
        "checkpoint": checkpoint_of(authority, settings.COMITY.keys().signer(authority)),
        "glass": glass_of(act.actor),
        "broken": list(broken_places(authority)),
        **({} if about else witnesses_of(authority)),
    }
    return render(request, "ledger.html", context)
