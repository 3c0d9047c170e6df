"""The exchange: what waits for which partner, since when and until when; what was refused; proofs of equivocation."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language

from comity.authorities.queries import name_of
from comity.exchange.queries import equivocations, lines
from comity.exchange.rejection import SENTENCES, RejectionCode
from comity.safeguards.permissions import Permission
from comity.safeguards.queries import EntryView, entries_of_event
from comity.web.entrance import act_of, page

REFUSED = "exchange:envelope:rejected"


def refused_line(entry: EntryView, language: str) -> dict[str, Any]:
    """An envelope that was refused: from whom it said it came, why, and its digest; nothing of it took effect."""
    code = str(entry.facts.get("rejection", ""))
    known = code in set(RejectionCode)
    named = name_of(entry.subject, language) if entry.subject != "unknown" else ""
    return {
        "at": entry.at,
        "sender": "" if entry.subject == "unknown" else entry.subject,
        "name": "" if named == entry.subject else named,
        "code": code,
        "sentence": SENTENCES[RejectionCode(code)] if known else "",
        "envelope": str(entry.facts.get("envelope", "")),
        "seq": entry.seq,
    }


@page(Permission.EXCHANGE_READ)
def exchange(request: HttpRequest) -> HttpResponse:
    act = act_of(request)
    language = get_language() or "en"
    partners = [
        {"line": line, "name": name_of(line.partner, language), "state": line.partner[:2]}
        for line in lines(act.actor.authority)
    ]
    context = {
        "partners": partners,
        "equivocations": equivocations(act.actor.authority),
        "refused": [refused_line(one, language) for one in entries_of_event(act.actor.authority, REFUSED)],
    }
    return render(request, "exchange.html", context)
