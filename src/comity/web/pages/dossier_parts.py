"""The further pages of one dossier: the request, the evidence, the law of both sides."""

from types import SimpleNamespace
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from comity.evidence.queries import releases_of
from comity.requests.queries import law_case
from comity.safeguards.permissions import Permission
from comity.safeguards.rules import TABLE, Relation
from comity.values.verdict import Finding
from comity.web.entrance import actor_asking, now, page
from comity.web.house import House
from comity.web.pages import releases
from comity.web.pages.dossier import document_lines, opened
from comity.web.pages.dossier_frame import Case, frame_of
from comity.web.pages.dossier_grounds import grounds_context
from comity.web.pages.draft import sheets_of
from comity.web.pages.evidence import line_of


@page(Permission.DOSSIER_READ)
def request_page(request: HttpRequest, reference: str) -> HttpResponse:
    """The request as a document, with its persons and the sealed papers."""
    case = opened(request, reference)
    writes = next((step for step in case.view.steps if step.verb == "save_draft" and step.allowed), None)
    context = frame_of(case, "request") | {
        "sheets": sheets_of(request, case) if case.view.side == "requesting" else received_sheets(request, case),
        "documents": document_lines(case),
        "persons": persons_of(case),
        "draft_href": f"{case.href}/draft" if writes else "",
    }
    return render(request, "dossier_request.html", context)


def received_sheets(request: HttpRequest, case: Case) -> list[dict[str, Any]]:
    """The request as received, set again from its content: the sealed papers beside it are what was sent."""
    return sheets_of(request, case) if case.content else []


def persons_of(case: Case) -> list[Any]:
    return [
        SimpleNamespace(
            name=person.get("name", ""),
            role=person.get("role", "other"),
            confidential=bool(person.get("confidential")),
            detail=", ".join([*(person.get("nationality") or []), str(person.get("date_of_birth") or "")]).strip(", "),
        )
        for person in case.content.get("persons") or []
    ]


@page(Permission.DOSSIER_READ)
def evidence_page(request: HttpRequest, reference: str) -> HttpResponse:
    """The items of the dossier with their custody, and what was released of them."""
    case = opened(request, reference)
    actor = actor_asking(request)
    relations = set(case.view.relations)
    house: House = request.house  # type: ignore[attr-defined]

    def may(permission: Permission) -> bool:
        return house.may(permission) and bool(relations & {one.value for one in TABLE[permission].relations})

    context = frame_of(case, "evidence") | {
        "items": [line_of(item, number=case.number, dossier=case.view.reference) for item in case.view.items],
        "releases": [releases.line_of(release) for release in releases_of(actor, case.reference)],
        "may_take_in": may(Permission.ITEM_TAKE_IN),
        "may_take_posted": _by_post_to_us(case) and may(Permission.ITEM_RECORD),
        "may_propose": may(Permission.RELEASE_PROPOSE),
    }
    return render(request, "dossier_evidence.html", context)


def _by_post_to_us(case: Case) -> bool:
    """Whether the partner, which has no node, may have returned something by post."""
    step = next((one for one in case.view.steps if one.verb == "record_return"), None)
    return not case.view.partner_has_node and step is not None and step.code != "phase"


@page(Permission.DOSSIER_READ)
def law_page(request: HttpRequest, reference: str) -> HttpResponse:
    """What each side's own engine says, part by part, with reasons, and the conditions of use."""
    case = opened(request, reference)
    law = case.view.law
    runs = [(law.requesting, _("as sent with the request")), (law.requested, _("our own check"))]
    context = frame_of(case, "law") | {
        "questions_of_law": [question for run, side in runs for question in _questions(case, run, side)],
        "conditions": [*case.view.conditions, *law.use_conditions],
        "dual": law.dual_criminality,
        "lane": law,
    }
    if Relation.EXECUTING.value != "".join(case.view.relations):
        context |= grounds_context(case, law_case(actor_asking(request), case.reference, now()))
    return render(request, "dossier_law.html", context)


def _questions(case: Case, run: Any, side: Any) -> list[dict[str, Any]]:
    """One entry for each measure and offence asked of the engine, its bases as they were found on that day."""
    asked: dict[tuple[str, str], dict[str, Any]] = {}
    for line in run.get("lines") or []:
        key = (line["measure"], line["offence"])
        if key in asked:
            continue
        lines = [SimpleNamespace(basis=_basis(basis), questions=basis["questions"]) for basis in line["bases"]]
        rested = {run.get("instrument")} & {one.basis.instrument for one in lines}
        facts = {
            "requesting": case.view.requesting.state,
            "requested": case.view.requested.state,
            "measure": line["measure"],
            "offence": line["offence"],
            "on": run.get("on", ""),
        }
        instrument = next(iter(rested), lines[0].basis.instrument if lines else "")
        asked[key] = {
            "measure": line["measure"],
            "offence": line["offence"],
            "side": side,
            "on": run.get("on", ""),
            "href": f"{reverse('law')}?{urlencode(facts)}",
            "onward": urlencode({**facts, "instrument": instrument}) if instrument else "",
            "rests_on": [one for one in lines if one.basis.instrument in rested] or lines[:1],
            "others": [one for one in lines if one.basis.instrument not in rested][0 if rested else 1 :],
        }
    return list(asked.values())


def _basis(basis: dict[str, Any]) -> Any:
    """A basis as it was kept, with findings as values again."""
    reasons = [
        SimpleNamespace(**{"verified": True, **one, "finding": Finding(one["finding"])}) for one in basis["reasons"]
    ]
    return SimpleNamespace(
        **{"sources": [], "verified": True, **basis, "finding": Finding(basis["finding"]), "reasons": reasons}
    )
