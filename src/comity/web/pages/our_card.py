"""Our own card, to send to partners, and its fingerprint, to read out to them over another channel."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from comity.authorities.actions import own_card
from comity.authorities.queries import ended_keys, local_authority
from comity.safeguards.permissions import Permission
from comity.web.entrance import act_of, page

GROUP = 4


def in_groups(fingerprint: str) -> list[str]:
    """A fingerprint in groups of four characters, as it is read out and ticked off."""
    return [fingerprint[start : start + GROUP] for start in range(0, len(fingerprint), GROUP)]


@page(Permission.PARTNERS_READ)
def ours(request: HttpRequest) -> HttpResponse:
    """What stands in our card, its fingerprint, and how a partner accepts it."""
    code = act_of(request).actor.authority
    row = local_authority(code)
    fingerprint = settings.COMITY.keys().signer(code).public.fingerprint
    context = {
        "card": row,
        "groups": in_groups(fingerprint),
        "fingerprint": fingerprint,
        "file": f"{code}.card",
        "file_href": reverse("our_card_file"),
        "ended": ended_keys(code),
    }
    return render(request, "our_card.html", context)


@page(Permission.PARTNERS_READ)
def download(request: HttpRequest) -> HttpResponse:
    """The signed card as a file, for the partner's administrator."""
    code = act_of(request).actor.authority
    response = HttpResponse(own_card(code, settings.COMITY.keys()), content_type="application/octet-stream")
    response["Content-Disposition"] = f'attachment; filename="{code}.card"'
    return response
