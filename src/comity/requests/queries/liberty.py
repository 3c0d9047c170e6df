"""Dossiers in which a clock on a person's liberty runs, and what of a dossier is shown when the glass is broken."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from comity.authorities.models import Authority
from comity.authorities.queries import name_of
from comity.forms.catalogue import term
from comity.gazette.queries import register_here
from comity.requests.clocks import RunningClock, clocks_of
from comity.requests.models import Dossier
from comity.requests.phases import ENDED
from comity.requests.queries.access import asking_of, cached_state, dossier_for, partner_of, target_of
from comity.requests.queries.pages import WholeDossier, dossier_whole
from comity.safeguards.permissions import Permission
from comity.safeguards.policy import authorise
from comity.values.actor import Actor
from comity.values.errors import InvalidInputError
from comity.values.instant import instant_text, parse_instant
from comity.values.reference import Reference

LIBERTY = "liberty"


@dataclass(frozen=True, slots=True)
class LibertyClock:
    """One open clock on a person's liberty, with the dossier in which it runs and the other side."""

    reference: str
    number: str
    title: str
    partner: str
    clock: RunningClock


def open_liberty_clocks(authority: str) -> list[LibertyClock]:
    """The open clocks on liberty in the dossiers that the authority holds, the earliest due first."""
    rows = Dossier.objects.filter(holder=authority).exclude(phase__in=[phase.value for phase in ENDED])
    found = [
        LibertyClock(row.reference, row.number or row.file_number, row.title, partner_of(row), clock)
        for row in rows.exclude(instrument="").order_by("pk")
        for clock in liberty_clocks(row)
    ]
    return sorted(found, key=lambda one: (one.clock.due is None, one.clock.due and instant_text(one.clock.due)))


def liberty_clocks(row: Dossier) -> list[RunningClock]:
    """The clocks on liberty that run in a dossier and are not met."""
    try:
        law = register_here().instrument(row.instrument)
    except InvalidInputError:  # a basis in words that the register does not know has no clock of the law
        return []
    running = clocks_of(cached_state(row), law, row.requested[:2], asking_of(row))
    return [clock for clock in running if clock.kind == LIBERTY and not clock.met_at]


def glass_view(actor: Actor, reference: Reference) -> tuple[WholeDossier, bool]:
    """The dossier as an officer who breaks the glass may see it, and whether a clock on liberty runs in it.

    Asked of the policy as reading is, and as breaking the glass. The face writes its line before it shows anything.
    """
    row = dossier_for(actor, reference)
    authorise(actor, Permission.GLASS_BREAK, target_of(row, actor))
    return dossier_whole(actor, reference), bool(liberty_clocks(row))


def contacts(codes: Iterable[str]) -> list[dict[str, Any]]:
    """Whom to call: each authority's name, address, telephone and e-mail as its card or the directory told them."""
    rows = Authority.objects.filter(code__in=set(codes)).order_by("code")
    return [
        {
            "code": row.code,
            "name": row.names,
            "lines": [str(row.contact[key]) for key in ("telephone", "email", "address") if row.contact.get(key)],
        }
        for row in rows
    ]


def pack_content(authority: str, partners: Iterable[str], at: datetime) -> dict[str, Any]:
    """What a continuity pack says (`documents.continuity`)."""
    clocks = open_liberty_clocks(authority)
    return {
        "at": moment_text(at),
        "clocks": [
            {
                "number": one.number,
                "reference": one.reference,
                "title": one.title,
                "counterpart": f"{name_of(one.partner)} ({one.partner})",
                **clock_content(one.clock),
            }
            for one in clocks
        ],
        "contacts": contacts([*partners, *(one.partner for one in clocks)]),
    }


def moment_text(at: datetime) -> str:
    """A moment as a person reads it out: to the minute, and in which time."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def clock_content(clock: RunningClock) -> dict[str, str]:
    return {
        "effect": clock.effect,
        "provision": clock.provision,
        "due": moment_text(clock.due) if clock.due else "",
        "met": moment_text(parse_instant(clock.met_at)) if clock.met_at else "",
    }


def opened_content(view: WholeDossier, glass: list[list[str]], language: str) -> dict[str, Any]:
    """What of a dossier is shown when the glass is broken (`documents.continuity`)."""
    asked = view.content or (view.draft.content if view.draft else {})
    numbers = ", ".join(dict.fromkeys(filter(None, view.numbers.values())))
    parties = [one for one in (view.requesting, view.requested, view.originating, view.executing) if one is not None]
    told = [{"title": "glass_facts", "text": _said(asked.get("facts"), language)}]
    told += [
        {"title": "glass_persons", "text": "\n\n".join(_person(one, language) for one in asked.get("persons", []))}
    ]
    told += [{"title": "glass_question", "text": _said(one["text"], language)} for one in view.open_questions]
    return {
        "glass": glass,
        "facts": [
            ["glass_name", view.title],
            ["glass_numbers", numbers],
            ["glass_reference", view.reference],
            ["glass_requesting", _party(view.requesting.code)],
            ["glass_requested", _party(view.requested.code)],
            ["glass_phase", view.phase],
            ["glass_basis", view.instrument],
        ],
        "clocks": [clock_content(one) for one in view.clocks],
        "parts": [{name: str(one[name]) for name in ("id", "measure", "state", "until")} for one in view.parts],
        "told": told,
        "contacts": contacts(one.code for one in parties),
        "timeline": [
            {
                "at": moment_text(one.at),
                "kind": "message" if one.kind == "message" else "verb",
                "name": one.name,
                "by": one.author,
            }
            for one in view.timeline
        ],
    }


def _party(code: str) -> str:
    return f"{name_of(code)} ({code})"


def _person(one: Mapping[str, Any], language: str) -> str:
    born = _said(one.get("date_of_birth"), language)
    role = term("role", str(one.get("role", "")), language)
    return ", ".join(filter(None, (_said(one.get("name"), language), role, born)))


def _said(value: Any, language: str) -> str:
    if isinstance(value, Mapping):
        return str(value.get(language) or next(iter(value.values()), ""))
    return str(value or "")
