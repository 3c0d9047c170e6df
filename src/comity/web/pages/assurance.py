"""What must hold: for each attack the property, its tests, the figure of its long run, and what it prevents."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from comity.safeguards.permissions import Permission
from comity.safeguards.properties import Property, properties
from comity.web.entrance import act_of, enter_opening, page


@page(Permission.ASSURANCE_READ)
def assurance(request: HttpRequest) -> HttpResponse:
    """Nothing of a case is on it; whoever relies on the node may read what it was tried against."""
    enter_opening(request, f"{act_of(request).actor.authority}:assurance", "safeguards:assurance:read")
    return render(request, "assurance.html", page_of())


def page_of() -> dict[str, object]:
    """What the page shows, in the reader's language."""
    rows = properties()
    return {"rows": [line(one) for one in rows], "built": sum(bool(one.tests) for one in rows), "runs": _runs(rows)}


def line(one: Property) -> dict[str, object]:
    """A row in the reader's language."""
    return {
        "id": one.id,
        "attack": _(one.attack),
        "holds": _(one.holds),
        "without": _(one.without) if one.without else "",
        "missing": _(one.missing) if one.missing else "",
        "tests": one.tests,
        "runs": [
            {
                "name": run.name,
                "told": run.told(_(run.figure)) if run.found else "",
                "violations": run.violations,
                "short": run.short,
            }
            for run in one.runs
        ],
    }


def _runs(rows: tuple[Property, ...]) -> list[dict[str, object]]:
    """How each long run is repeated, once."""
    runs = {run.name: run for one in rows for run in one.runs}
    return [{"name": run.name, "command": run.command, "found": run.found} for run in runs.values()]
