"""Openings without the ledger: the alarms that wait for an inspector, and what the ledger has not taken up yet."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from comity.authorities.queries import officer_name
from comity.safeguards.glass import Line
from comity.safeguards.permissions import Permission
from comity.safeguards.queries import glass_alarms, lines_not_taken
from comity.safeguards.rules import TABLE
from comity.values.actor import Actor
from comity.values.errors import UnavailableError
from comity.web.lines import Need

GLASS: Mapping[str, Promise | str] = {
    "opened": _("Two officers opened a dossier while the ledger was down"),
    "refused": _("An opening without the ledger was refused"),
    "set-aside": _("A journal that does not hold was set aside"),
    "broken": _("The journal of openings without the ledger does not hold"),
}
GROUNDS: Mapping[str, Promise | str] = {
    "liberty": _("A clock on a person's liberty runs"),
    "life": _("Somebody's life is threatened"),
}


def glass_of(actor: Actor) -> list[dict[str, Any]]:
    """The alarms that wait for an inspector, and whether this one may end them: never her own opening."""
    return [
        {
            "one": one,
            "what": GLASS[one.kind],
            "ground": GROUNDS.get(one.ground, ""),
            "who": [officer_name(officer) for officer in one.officers] if one.kind == "opened" else [],
            "own": actor.id in one.officers,
        }
        for one in glass_alarms(actor.authority)
    ]


def openings_wait(actor: Actor) -> list[Need]:
    """For an inspector: each opening that is hers to look into, and that some are not in the ledger yet."""
    if not actor.roles & TABLE[Permission.GLASS_ACKNOWLEDGE].roles:
        return []
    href = reverse("ledger")
    found = [
        Need(GLASS[one.kind], href, "", "", detail=GROUNDS.get(one.ground, ""), since=one.at)
        for one in glass_alarms(actor.authority)
        if actor.id not in one.officers
    ]
    left = _not_taken(actor.authority)
    if left:
        detail = gettext(
            "Lines of the journal: %(n)s. The node enters them within five minutes; if this stays, tell the operator."
        )
        what = gettext("What was opened without the ledger is not in the ledger yet")
        found.append(Need(what, href, "", "", detail=detail % {"n": len(left)}, since=min(one.at for one in left)))
    return found


def _not_taken(authority: str) -> list[Line]:
    """Storage that is not there is the operator's to mend (`comity node doctor`): the page does not fail for it."""
    journal = settings.COMITY.glass()
    try:
        return lines_not_taken(journal, authority) if journal is not None else []
    except (UnavailableError, OSError):
        return []
