"""Instruments: what each covers by which provision, who is bound since when, its grounds, clocks and forms."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from comity.forms.catalogue import form_ids, load_form
from comity.gazette.queries import register_here
from comity.law.instrument_sheet import instrument_sheet
from comity.law.listing import instrument_row
from comity.law.register import Register
from comity.law.register_dates import parse_day
from comity.safeguards.permissions import Permission
from comity.values.country import country_names
from comity.web.entrance import now, page
from comity.web.law_names import language, party_name, treaty_title
from comity.web.pages.law_frame import Notes, asked_for, declared_lines, enter_law, fits, frame
from comity.web.sorting import columns, in_order

LENGTH = 60
KINDS = ("multilateral", "regional", "eu-act", "eu-agreement", "statute", "model", "comity", "bilateral")
COLUMNS = (
    ("title", _("Instrument")),
    ("kind", _("Kind")),
    ("signed", _("Signed")),
    ("in_force", _("In force")),
    ("listed", _("Listed")),
    ("as_of", _("As of")),
)
SORTS: Mapping[str, Callable[[Mapping[str, Any]], Any]] = {
    "title": lambda row: row["title"].casefold(),
    "kind": lambda row: KINDS.index(row["kind"]),
    "signed": lambda row: row["signed"] or "",
    "in_force": lambda row: row["in_force"] or "",
    "listed": lambda row: row["listed"],
    "as_of": lambda row: row["as_of"] or "",
}
PARTY_COLUMNS = (
    ("name", _("State")),
    ("standing", _("Stands")),
    ("since", _("In force for it")),
    ("", _("Consent")),
    ("", _("Signed")),
    ("", _("Declared")),
    ("", _("As of, source")),
)
PARTY_SORTS: Mapping[str, Callable[[Mapping[str, Any]], Any]] = {
    "name": lambda row: row["name"].casefold(),
    "standing": lambda row: (row["finding"], row["name"].casefold()),
    "since": lambda row: (not row["entry_into_force"], row["entry_into_force"]),
}
FORMS: Mapping[str, tuple[str, ...]] = {
    "BILATERAL-CH-CO-MLA": ("Treaty of 27 January 2011 between Switzerland and Colombia",),
    "CETS198": ("CETS 198",),
    "ETS024": ("ETS 24 ",),
    "ETS030": ("ETS 30 ",),
    "ETS182": ("ETS 30 ",),
    "ETS185": ("ETS 185 ",),
    "EU-EAW-2002-584": ("Framework Decision 2002/584/JHA",),
    "EU-EEVIDENCE-2023-1543": ("Regulation (EU) 2023/1543",),
    "EU-EEVIDENCE-IT-2025-1550": ("Implementing Regulation (EU) 2025/1550",),
    "EU-EIO-2014-41": ("Directive 2014/41/EU",),
    "EU-FREEZE-2018-1805": ("Regulation (EU) 2018/1805",),
    "EU-MLA-2000": ("EU model agreement on Art. 13", "Council Resolution 2017/C 18/01"),
    "EU-PRUM2-2024-982": ("Regulation (EU) 2024/982",),
    "UN-MODEL-EXTRADITION": ("A/RES/45/116",),
    "UNCAC": ("UNCAC ",),
    "UNTOC": ("UNTOC ",),
    "VIENNA1988": ("Vienna Convention (1988)",),
}
"""How the forms name the instrument they belong to: the beginnings of their own words."""


@page(Permission.LAW_ASK)
def instruments(request: HttpRequest) -> HttpResponse:
    """Every act, convention and bilateral treaty of the register, found by title, code or State, and by kind."""
    enter_law(request, "instruments", "law:instruments:searched")
    given = asked_for(request, "q", "kind", "state", "sort")
    context = instruments_context(register_here(), given, request.GET.get("page"))
    return render(request, "law_instruments.html", frame("law_instruments") | context)


def instruments_context(register: Register, given: Mapping[str, str], number: str | None) -> dict[str, Any]:
    state = given["state"]
    rows = [
        _line(instrument_row(register, one))
        for one in register.instruments.values()
        if given["kind"] in {"", one.kind}
        and (not state or state in (one.states or register.participations.get(one.code, {})))
    ]
    rows = [row for row in rows if fits(row, given["q"], "title", "code", "names", "also")]
    rows.sort(key=lambda row: (row["kind"] == "bilateral", KINDS.index(row["kind"]), row["title"].casefold()))
    pager = Paginator(in_order(rows, SORTS, given["sort"]), LENGTH).get_page(number)
    names = sorted(country_names(language()).items(), key=lambda pair: pair[1].casefold())
    return {
        "instruments": pager.object_list,
        "pager": pager,
        "query": urlencode({key: value for key, value in given.items() if value}),
        "total": len(rows),
        "filtered": any(given[name] for name in ("q", "kind", "state")),
        "columns": columns(COLUMNS, given),
        "kinds": KINDS,
        "state_names": names,
        "given": dict(given),
    }


def _line(row: dict[str, Any]) -> dict[str, Any]:
    states = row.get("states", [])
    return row | {
        "title": treaty_title(row["title"]),
        "names": " ".join(party_name(state) for state in states),
        "also": " ".join([*states, *row.get("aliases", [])]),
        "between": [(state, party_name(state)) for state in states],
    }


@page(Permission.LAW_ASK)
def instrument(request: HttpRequest, code: str) -> HttpResponse:
    """One instrument whole."""
    context = instrument_context(register_here(), code, asked_for(request, "q", "sort", "on"), now().date())
    enter_law(request, f"instrument:{context['sheet']['code']}", "law:instrument:read")
    return render(request, "law_instrument.html", frame("law_instruments") | context)


def instrument_context(register: Register, code: str, given: Mapping[str, str], today: date) -> dict[str, Any]:
    """The sheet of an instrument; its parties searched and sorted as the address asks. An unknown code is refused."""
    notes = Notes(today)
    on = parse_day(given["on"]) if given["on"] else today
    sheet = instrument_sheet(register, register.instrument(code), on, today)
    covers, readings = sheet["covers"], {**register.multilateral, **register.deep}
    parties = [
        row | {"name": party_name(row["state"]), "declared": list(declared_lines(row["declarations"]))}
        for row in sheet.get("parties", [])
    ]
    parties = [row for row in sorted(parties, key=PARTY_SORTS["name"]) if fits(row, given["q"], "name", "state")]
    declared = {state: declared_lines(lines) for state, lines in sheet.get("declarations", {}).items()}
    return {
        "sheet": sheet,
        "title": treaty_title(sheet["title"]),
        "on": on,
        "given": dict(given),
        "measures": [notes.mark(row) for row in _gathered(covers["measures"], read=sheet["code"] in readings)],
        "offences": [notes.mark(row) for row in (*covers["offences"], {"code": "", **covers["other_offences"]})],
        "asks": [
            *(notes.mark(row) | {"decides": True} for row in sheet["conditions"]),
            *map(notes.mark, sheet["cautions"]),
        ],
        "grounds": [notes.mark(row) for row in sheet["grounds"]],
        "clocks": [notes.mark(row) for row in sheet["clocks"]],
        "use": [notes.mark(row) for row in sheet["use"]],
        "rows": [notes.mark(row) for row in sheet.get("rows", [])],
        "parties": [notes.mark(row) for row in in_order(parties, PARTY_SORTS, given["sort"])],
        "party_columns": columns(PARTY_COLUMNS, given),
        "declared": [(state, [notes.mark(line) for line in lines]) for state, lines in declared.items()],
        "relations": [one | {"others": _others(one["to"], register.multilateral)} for one in sheet["relations"]],
        "reading_forms": [
            {"title": form.title, "instrument": form.instrument}
            for form in map(load_form, form_ids())
            if form.instrument.startswith(FORMS.get(sheet["code"], ("\0",)))
        ],
        "notes": notes.lines,
        "other_sources": [one for one in sheet["sources"] if not any(one in note["sources"] for note in notes.lines)],
    }


def _gathered(measures: list[dict[str, Any]], *, read: bool) -> list[dict[str, Any]]:
    """A row for each measure; of a treaty whose text nobody read, one row for all that are taken to stand alike."""
    if read:
        return [row | {"codes": [row["code"]]} for row in measures]
    alike: dict[str, dict[str, Any]] = {}
    for row in measures:
        alike.setdefault(row["finding"], row | {"codes": [], "question": None})["codes"].append(row["code"])
    return list(alike.values())


def _others(names: list[str], known: Mapping[str, Any]) -> list[tuple[str, bool]]:
    """Each instrument named, and whether it is one of the register or the word for a kind."""
    return [(name, name in known) for name in names]
