"""Witnesses on the page: who cosigned our ledger, which ledgers we caught with two histories, and what that means."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from comity.authorities.queries import name_of
from comity.exchange.queries import FaultView, StandingView, cosigned, ledger_faults, owed, standings
from comity.values.actor import Actor, Role
from comity.web.entrance import now

OWED_AFTER = timedelta(days=1)
STATES = {
    "cosigned": _("cosigned"),
    "restored": _("knows more than we have"),
    "denied": _("holds another history"),
    "unknown": _("does not know this ledger yet"),
    "unreachable": _("not reached"),
    "new": _("not asked yet"),
}
MARKS = {"cosigned": "clear", "restored": "barred", "denied": "barred"}


@dataclass(frozen=True, slots=True)
class Alarm:
    """One thing that must be told in plain words, since when, and with what proof."""

    what: str
    detail: str
    since: datetime | None
    proof: str = ""


def alarms(authority: str) -> list[Alarm]:
    """What is wrong with our ledger by what a witness knows, and with those of partners by what we know."""
    ours = [_of_ours(one) for one in standings(authority) if one.alarming]
    others = [_of_other(one) for one in ledger_faults(authority)]
    owing = [
        Alarm(
            gettext("A partner's ledger leaves open what another saw of it"),
            gettext("%(partner)s has not proved %(size)s entries that %(by)s cosigned.")
            % {"partner": _name(one.log), "size": one.size, "by": _name(one.shown_by)},
            one.at,
        )
        for one in owed(authority, before=now() - OWED_AFTER)
    ]
    return ours + others + owing


def told(actor: Actor) -> list[Alarm]:
    """The alarms for the officers who look after them: auditor and administrator."""
    return alarms(actor.authority) if actor.roles & {Role.AUDITOR, Role.ADMINISTRATOR} else []


def witnesses_of(authority: str) -> dict[str, Any]:
    """For the page: the newest cosigned checkpoint, every witness, and the alarms."""
    return {
        "cosigned": cosigned(authority),
        "witnesses": [
            {
                "name": _name(one.witness),
                "word": STATES[one.state],
                "mark": MARKS.get(one.state, "unsettled"),
                "one": one,
            }
            for one in standings(authority)
        ],
        "alarms": alarms(authority),
    }


def _of_ours(one: StandingView) -> Alarm:
    words = {"partner": _name(one.witness), "size": one.known_size}
    if one.state == "restored":
        return Alarm(
            gettext("This node was restored from an old copy, or its ledger was cut"),
            gettext(
                "%(partner)s holds a checkpoint of %(size)s entries that we signed; the ledger here has fewer. "
                "What was done since is not in it. Nothing stops; find the newer copy, and tell the partners."
            )
            % words,
            one.since,
        )
    return Alarm(
        gettext("A witness holds another history of our ledger"),
        gettext("%(partner)s no longer cosigns it: what we signed before is not in the ledger as it is now.") % words,
        one.since,
    )


def _of_other(one: FaultView) -> Alarm:
    words = {"partner": _name(one.log), "size": one.size, "known": one.known_size}
    if one.kind == "rollback":
        detail = (
            gettext("It has %(size)s entries and signed %(known)s before: cut, or restored from an old copy.") % words
        )
    elif one.kind == "fork":
        detail = gettext("It signed two different ledgers of %(size)s entries.") % words
    else:
        detail = (
            gettext("Its ledger of %(size)s entries does not continue the %(known)s that it signed before.") % words
        )
    return Alarm(
        gettext("The ledger of %(partner)s has two histories") % words,
        detail + " " + gettext("Both signatures are kept as proof; we do not cosign it."),
        one.at,
        f"{one.first}\n{one.second}" if one.first else one.second,
    )


def _name(code: str) -> str:
    return name_of(code, get_language() or "en")
