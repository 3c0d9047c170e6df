"""Coverage: how complete and how old the register is, instrument by instrument, and what is missing."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from comity.gazette.queries import register_here
from comity.law.completeness import coverage_table
from comity.law.register import Register
from comity.safeguards.permissions import Permission
from comity.web.entrance import now, page
from comity.web.pages.law_frame import asked_for, enter_law, fits, frame
from comity.web.sorting import columns, in_order

COLUMNS = (
    ("instrument", _("Instrument")),
    ("listed", _("Listed")),
    ("bound", _("Bound")),
    ("dated", _("With day")),
    ("newest", _("Newest row")),
    ("read", _("Provisions read")),
    ("grounds", _("Grounds")),
    ("clocks", _("Clocks")),
    ("declaring", _("Declaring")),
    ("", _("What is missing")),
)
SORTS: Mapping[str, Callable[[Mapping[str, Any]], Any]] = {
    "instrument": lambda row: row["instrument"],
    "listed": lambda row: row["listed"],
    "bound": lambda row: row["bound"],
    "dated": lambda row: row["bound_with_day"],
    "newest": lambda row: row["newest"] or "",
    "read": lambda row: row["provisions_read"] / max(1, row["provisions"]),
    "grounds": lambda row: row["grounds"],
    "clocks": lambda row: row["clocks"],
    "declaring": lambda row: row["declaring_states"],
}
OLD = 5.0
"""Years after which the newest row of an instrument is called old."""


@page(Permission.LAW_ASK)
def coverage(request: HttpRequest) -> HttpResponse:
    enter_law(request, "coverage", "law:coverage:read")
    context = coverage_context(register_here(), asked_for(request, "q", "sort"), now().date())
    return render(request, "law_coverage.html", frame("law_coverage") | context)


def coverage_context(register: Register, given: Mapping[str, str], today: date) -> dict[str, Any]:
    table = coverage_table(register, today)
    rows = [row | {"missing": missing(row)} for row in table if "provisions" in row]
    shown = [row for row in rows if fits(row, given["q"], "instrument", "title")]
    return {
        "rows": in_order(sorted(shown, key=lambda row: row["instrument"]), SORTS, given["sort"]),
        "columns": columns(COLUMNS, given),
        "given": dict(given),
        "total": len(shown),
        "bilateral": next(row for row in table if "texts_read" in row),
        "today": today,
    }


def missing(row: Mapping[str, Any]) -> list[str]:
    """What of an instrument is not known, by the keys of the page's words."""
    joined = row["kind"] not in {"model", "comity", "bilateral"}
    known = {
        "no-list": joined and not row["listed"],
        "no-days": row["bound"] and not row["bound_with_day"],
        "some-days": 0 < row["bound_with_day"] < row["bound"],
        "old": (row["years_since_newest"] or 0) > OLD,
        "undated": row["listed"] and row["undated"] == row["listed"],
        "inferred": row["inferred"],
        "provisions": row["provisions_read"] < row["provisions"],
        "grounds": not row["grounds"],
        "declarations": joined and not row["declaring_states"],
    }
    return [name for name, lacking in known.items() if lacking]
