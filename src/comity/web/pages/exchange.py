"""The exchange: what waits for which partner, since when and until when; and proofs of equivocation."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language

from comity.authorities.queries import name_of
from comity.exchange.queries import equivocations, lines
from comity.safeguards.permissions import Permission
from comity.web.entrance import act_of, page


@page(Permission.EXCHANGE_READ)
def exchange(request: HttpRequest) -> HttpResponse:
    act = act_of(request)
    language = get_language() or "en"
    partners = [{"line": line, "name": name_of(line.partner, language), "state": line.partner[:2]} for line in lines()]
    context = {"partners": partners, "equivocations": equivocations(act.actor.authority)}
    return render(request, "exchange.html", context)
