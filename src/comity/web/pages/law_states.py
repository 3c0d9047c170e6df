"""States: what each is bound by, with whom it has what, how it is reached, and how old what is known of it is."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from comity.authorities.queries import authorities_of
from comity.gazette.queries import register_here
from comity.law.register import Register
from comity.law.register_dates import parse_day
from comity.law.state_sheet import state_lines, state_sheet
from comity.safeguards.permissions import Permission
from comity.values.country import country_names, parse_country
from comity.web.entrance import now, page
from comity.web.law_names import language, party_name, treaty_title
from comity.web.pages.law_frame import Notes, asked_for, declared_lines, enter_law, fits, frame
from comity.web.pages.partners import line_of
from comity.web.sorting import columns, in_order

COLUMNS = (
    ("name", _("State")),
    ("bound", _("Bound by")),
    ("listed", _("Listed under")),
    ("bilateral", _("Bilateral treaties")),
    ("partners", _("With States")),
    ("declared_under", _("Declared under")),
    ("newest", _("Newest row")),
)
SORTS: Mapping[str, Callable[[Mapping[str, Any]], Any]] = {
    "name": lambda row: row["name"].casefold(),
    "bound": lambda row: row["bound"],
    "listed": lambda row: row["listed"],
    "bilateral": lambda row: row["bilateral"],
    "partners": lambda row: row["partners"],
    "declared_under": lambda row: row["declared_under"],
    "newest": lambda row: row["newest"] or "",
}
CONVENTIONS = "conventions"
TREATIES = ("MLA", "EXTRADITION", "TRANSFER", "CONFISCATION", "DRUGS")


@page(Permission.LAW_ASK)
def states(request: HttpRequest) -> HttpResponse:
    """Every State of which the register holds a row, found by name or code."""
    enter_law(request, "states", "law:states:searched")
    context = states_context(register_here(), asked_for(request, "q", "sort"), now().date())
    return render(request, "law_states.html", frame("law_states") | context)


def states_context(register: Register, given: Mapping[str, str], today: date) -> dict[str, Any]:
    names = country_names(language())
    rows = [row | {"name": names[row["state"]]} for row in state_lines(register, today) if row["state"] in names]
    found = [row for row in rows if fits(row, given["q"], "name", "state")]
    by_name = sorted(found, key=SORTS["name"])
    return {
        "states": in_order(by_name, SORTS, given["sort"]),
        "columns": columns(COLUMNS, given),
        "given": given,
        "total": len(found),
    }


@page(Permission.LAW_ASK)
def state(request: HttpRequest, code: str) -> HttpResponse:
    """One State whole."""
    state = parse_country(code)
    today = now().date()
    context = state_context(register_here(), state, asked_for(request, "q", "kind", "on"), today)
    enter_law(request, f"state:{state}", "law:state:read")
    contacts = [line_of(row) for row in authorities_of(state)]
    return render(request, "law_state.html", frame("law_states") | context | {"contacts": contacts})


def state_context(register: Register, state: str, given: Mapping[str, str], today: date) -> dict[str, Any]:
    """The sheet of a State in the groups of its page, filtered as the address asks."""
    on = parse_day(given["on"]) if given["on"] else today
    sheet = state_sheet(register, state, on, today)
    notes, kind = Notes(today), given["kind"]
    rows = [row | {"title": treaty_title(row["title"])} for row in sheet["instruments"]]
    rows = [row for row in rows if kind in {"", CONVENTIONS} and fits(row, given["q"], "title", "instrument")]
    treaties = [
        row | {"title": treaty_title(row["title"]), "with_name": party_name(row["with"])}
        for row in sheet["bilateral"]
        if kind in {"", row["kind"]}
    ]
    treaties = [row for row in treaties if fits(row, given["q"], "title", "instrument", "with_name", "with")]
    treaties.sort(key=lambda row: str(row["with_name"]).casefold())
    declared = [row for row in sheet["declared"] if fits(row, given["q"], "title", "instrument")]
    return {
        "state": state,
        "given": dict(given),
        "on": on,
        "kinds": TREATIES,
        "conventions": CONVENTIONS,
        "listed": [
            notes.mark(row) | {"declared": len(list(declared_lines(row["declarations"])))}
            for row in rows
            if row["listed"]
        ],
        "silent": [row for row in rows if not row["listed"] and row["finding"] == "UNSETTLED"],
        "closed": [notes.mark(row) for row in rows if not row["listed"] and row["finding"] == "BARRED"],
        "treaties": [notes.mark(row, row["sources"]) for row in treaties],
        "with_states": len({row["with"] for row in sheet["bilateral"]}),
        "all_listed": sum(row["listed"] for row in sheet["instruments"]),
        "all_treaties": len(sheet["bilateral"]),
        "declared": [row | {"lines": [notes.mark(line) for line in declared_lines(row)]} for row in declared],
        "age": sheet["age"],
        "notes": notes.lines,
    }
