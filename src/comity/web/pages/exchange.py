"""The exchange: what waits for which partner, since when and until when; what was refused; proofs of equivocation."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language, gettext

from comity.authorities.queries import name_of
from comity.exchange.actions import resend
from comity.exchange.allowance import Surplus
from comity.exchange.queries import StoppedView, equivocations, lapses, lines, reconciliations, stopped
from comity.exchange.rejection import SENTENCES, RejectionCode
from comity.safeguards.permissions import Permission
from comity.safeguards.queries import EntryView, entries_of_event
from comity.values.errors import ComityError
from comity.web.entrance import act_of, now, page
from comity.web.house import House
from comity.web.witnesses import witnesses_of

REFUSED = "exchange:envelope:rejected"
TURNED_AWAY = "exchange:envelopes:turned-away"
HOURS_SHOWN = 5


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


def floods(entries: list[EntryView], language: str) -> list[dict[str, Any]]:
    """Of each partner, hour and sort how much was turned away: the last number entered counts, newest first."""
    last = {(one.subject, str(one.facts["hour"]), one.facts["surplus"]): one for one in reversed(entries)}
    newest = sorted(last.values(), key=lambda one: one.seq, reverse=True)[:HOURS_SHOWN]
    return [
        {
            "name": "" if one.subject == "unknown" else name_of(one.subject, language),
            "over_limit": one.facts["surplus"] == Surplus.OVER_LIMIT,
            "hour": datetime.fromisoformat(str(one.facts["hour"])),
            "refused": int(str(one.facts["refused"])),
            "one_by_one": int(str(one.facts["one_by_one"])),
        }
        for one in newest
    ]


def stopped_line(one: StoppedView, language: str) -> dict[str, Any]:
    """A message that stopped for good: what it is, for whom, why; and where it is sent again."""
    return {"message": one, "name": name_of(one.partner, language), "again": reverse("send_again", args=[one.digest])}


@page(Permission.EXCHANGE_READ)
def exchange(request: HttpRequest) -> HttpResponse:
    act = act_of(request)
    language = get_language() or "en"
    partners = [
        {"line": line, "name": name_of(line.partner, language), "state": line.partner[:2]}
        for line in lines(act.actor.authority)
    ]
    house: House = request.house  # type: ignore[attr-defined]
    at = now()
    context = {
        "lapsed": [
            {
                "one": one,
                "name": name_of(one.subject, language) if one.subject else "",
                "sentence": one.sentence(at),
                "overdue": one.overdue(at),
            }
            for one in lapses(settings.COMITY.keys().tls_certificate, at, act.actor.authority)
        ],
        "partners": partners,
        "reconciling": [
            {"one": one, "name": name_of(one.partner, language)}
            for one in reconciliations(act.actor.authority)
            if one.done_at is None
        ],
        "stopped": [stopped_line(one, language) for one in stopped(act.actor.authority)],
        "may_resend": house.may(Permission.MESSAGE_RESEND),
        "equivocations": equivocations(act.actor.authority),
        "refused": [refused_line(one, language) for one in entries_of_event(act.actor.authority, REFUSED)],
        "floods": floods(entries_of_event(act.actor.authority, TURNED_AWAY), language),
    }
    return render(request, "exchange.html", {**context, **witnesses_of(act.actor.authority)})


@page(Permission.MESSAGE_RESEND, methods="POST")
def send_again(request: HttpRequest, digest: str) -> HttpResponse:
    """Queue a stopped message again: the very same one; the partner may still refuse it."""
    try:
        resend(act_of(request), digest)
    except ComityError as problem:
        messages.error(request, gettext(problem.message), extra_tags="wrong")
    else:
        messages.success(request, gettext("The message waits again and is sent as soon as the partner is reached."))
    return HttpResponseRedirect(reverse("exchange"))
