"""Specimens: every page's template with a made-up context, in the states a page can be in."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

from django.utils.translation import gettext_lazy as _

from comity.values.handling import Handling
from comity.web.house import ROOMS, Group, Room
from comity.web.marks import ClockMark, Ribbon, SealMark, SealState, Stop
from comity.web.pages.law import AskForm, found
from comity.web.vocabulary import PURPOSES

NOW = datetime(2026, 11, 21, 18, 41, tzinfo=UTC)
LONG = "Operation Tramontana with a very long name that somebody pasted from a decision: " + "Überweisungsverdachtsmeldung " * 4
LONG = (LONG + "x" * 200)[:200]


class SpecimenHouse:
    exercise = True
    state, authority = "CH", "CH-FOJ"
    authority_name = "Federal Office of Justice"
    office_name = "International Legal Assistance"
    officer_name = "Noëlle Ambrosini-Test"
    roles = ("registrar", "transmitter")
    node_title = "Federal Office of Justice · Office of the Attorney General"
    purpose = "casework"
    purposes = list(PURPOSES.items())
    counts = {"needs": 7, "dossiers": 214, "inbox": 3, "partners": 31}

    def __init__(self, here: str) -> None:
        self.rooms = [
            Group(title, tuple(Room(f"/{name}", label, name == here, self.counts.get(name)) for name, label, _p in rooms))
            for title, rooms in ROOMS
        ]

    def may(self, _permission: Any) -> bool:
        return True


@dataclass(frozen=True)
class Specimen:
    template: str
    room: str = ""
    context: Callable[[], Mapping[str, Any]] = field(default=dict)


def _law(requested: str, **answers: bool) -> dict[str, Any]:
    data = {"requesting": "CH", "requested": requested, "measure": "bank-records", "offence": "drug-trafficking", "on": "2026-11-21"}
    form = AskForm(data)
    assert form.is_valid()
    return {"form": form, **found(form.cleaned_data, answers), "ribbon": Ribbon(note=_("law only: nothing of a case on this page"))}


def _law_wrong() -> dict[str, Any]:
    form = AskForm({"requesting": "CH", "requested": "CH", "measure": "bank-records", "offence": "", "on": "31.11.2026"})
    form.is_valid()
    return {"form": form}


SPECIMENS: dict[str, Specimen] = {
    "law": Specimen("law.html", "law", lambda: _law("CO")),
    "law-many": Specimen("law.html", "law", lambda: _law("US", **{"unknown": True})),
    "law-empty": Specimen("law.html", "law", lambda: {"form": AskForm(initial={"requesting": "CH"})}),
    "law-wrong": Specimen("law.html", "law", _law_wrong),
}
