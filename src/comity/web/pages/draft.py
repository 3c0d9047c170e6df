"""Drafting: the form saves itself as one types, says what is missing at its field, and shows the document beside."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from comity.documents.letters import compose_letter
from comity.gazette.queries import register_here
from comity.requests.actions import perform
from comity.requests.actions.drafting import draft_gaps
from comity.requests.papers import PRINTED, languages_of, paper
from comity.requests.queries import dossier_for
from comity.requests.queries.paper_context import letter_context
from comity.requests.workflow import EIO
from comity.safeguards.permissions import Permission
from comity.values.actor import Act
from comity.values.errors import ComityError, ConflictError, InvalidInputError, MissingError, RefusedError
from comity.values.reference import Kind
from comity.values.verdict import Finding
from comity.web.drafting.places import slug, with_entry, without_entry
from comity.web.drafting.reading import content_from
from comity.web.drafting.sheet import SectionLines, gap_lines, sheet_of
from comity.web.entrance import act_of, actor_asking, enter_opening, now, page
from comity.web.pages.dossier import law_lines
from comity.web.pages.dossier_address import read
from comity.web.pages.dossier_frame import Case, case_to_change, frame_of

ENTRIES = frozenset({"persons", "parts", "statutes", "translations"})
LETTERS = "abcdefghijklmnopqrstuvwxyz"


def instruments_for(case: Case) -> list[tuple[str, str, bool]]:
    """The instruments between the two States that the register can speak of, the bilateral ones first."""
    register = register_here()
    ours, theirs = case.view.requesting.state, case.view.requested.state
    found = [*register.bilateral(ours, theirs)]
    found += sorted(
        (one for code, one in register.multilateral.items() if register.participations.get(code, {}).keys() & {theirs}),
        key=lambda one: (one.rank, one.code),
    )
    chosen = case.content.get("instrument", "")
    return [(one.code, one.title, chosen in {one.code, *one.aliases}) for one in found]


def form_context(case: Case) -> dict[str, Any]:
    """Everything of the drafting page that follows from the saved draft."""
    view = case.view
    draft = view.draft
    if draft is None:
        raise MissingError
    gaps = gap_lines(draft_gaps(register_here(), case.content), case.content)
    dual = {line["part"]: line["text"] for line in view.law.dual_criminality if line["needed"]}
    parts = {part.get("measure"): dual.get(part.get("id"), "") for part in case.content.get("parts") or []}
    law = [{**line, "dual": parts.get(line["measure"], "")} for line in law_lines(draft.prediction)]
    return frame_of(case, "request") | {
        "sections": sheet_of(case.content, case.languages, gaps),
        "missing": [gap for gap in gaps if not gap.recommended],
        "recommended": [gap for gap in gaps if gap.recommended],
        "law": sorted(law, key=lambda line: Finding(line["finding"]).gravity),
        "law_href": f"{case.href}/law",
        "instruments": instruments_for(case),
        "tongues": [(code, code == case.content.get("language")) for code in PRINTED],
        "saved_at": draft.saved_at,
        "papers": [(language, f"{case.href}/draft/{language}.pdf") for language in languages_of(case.content)],
        "sign_href": f"{case.href}/sign",
    }


def sheets_of(request: HttpRequest, case: Case) -> list[dict[str, Any]]:
    """The document being made, in each language in which it is written; or why it cannot be set in one yet."""
    content = case.content
    if not content.get("facts") and not content.get("parts") and not content.get("matter"):
        return []
    context = letter_context(
        dossier_for(actor_asking(request), case.reference), now(), exercise=settings.COMITY.exercise
    )
    kind = "eio-annex-a" if content.get("instrument") == EIO else "letter-of-request"
    sheets = []
    for language in languages_of(content):
        try:
            sheets.append(compose_letter(kind, content, context, language))
        except ComityError as error:
            sheets.append({"fault": error.message, "language": language})
    return sheets


def posted_content(request: HttpRequest, case: Case) -> dict[str, Any]:
    """The content with what the form sent; entries are added and removed by its buttons."""
    content = content_from(request.POST, case.content, case.languages)
    for name in ("instrument", "language"):
        if name in request.POST:
            value = request.POST.get(name, "").strip()[:60]
            if value:
                content[name] = value
    wanted = request.POST.get("add", "")
    if wanted in ENTRIES:
        content = with_entry(content, wanted, _new_entry(wanted, content))
    unwanted, _, index = request.POST.get("remove", "").partition("[")
    if unwanted in ENTRIES and index.rstrip("]").isdigit():
        content = without_entry(content, unwanted, int(index.rstrip("]")))
    return content


def _new_entry(kind: str, content: Mapping[str, Any]) -> dict[str, Any]:
    """An entry with a mark that no other has: p1, p2 for persons; a, b, c for measures."""
    taken = {entry.get("id") for entry in content.get(kind) or []}
    if kind == "persons":
        return {"id": next(f"p{n}" for n in range(1, 200) if f"p{n}" not in taken), "role": "other"}
    if kind == "parts":
        marks = [*LETTERS, *(f"{first}{second}" for first in LETTERS for second in LETTERS)]
        return {"id": next(mark for mark in marks if mark not in taken), "measure": "bank-records"}
    return {"kind": "certified"} if kind == "translations" else {"citation": "Art."}


def save(request: HttpRequest, case: Case, act: Act) -> None:
    """Save what the form sent under the version it was made for; raises what the action raises."""
    try:
        version = int(request.POST.get("version", ""))
    except ValueError as error:
        raise ConflictError("The form did not say which draft it was made for. Read it again.") from error
    node = settings.COMITY
    perform(
        act,
        "save_draft",
        dossier=case.reference,
        version=version,
        values={"content": posted_content(request, case)},
        keys=node.keys(),
        vault=node.vault(),
        exercise=node.exercise,
    )


def _expect_open(case: Case) -> None:
    """Refuse the form to whoever could not save it, with the reason."""
    step = next((one for one in case.view.steps if one.verb == "save_draft"), None)
    if step is None:
        raise MissingError
    if not step.allowed:
        raise RefusedError(step.reason, code=f"draft:{step.code}", place=Permission.DRAFT_WRITE.value)


@page(Permission.DRAFT_WRITE, methods="GET POST")
def draft(request: HttpRequest, reference: str) -> HttpResponse:
    """The drafting page; without script its buttons save."""
    address = read(reference, Kind.DOSSIER)
    case = case_to_change(request, address)
    problem = None
    if request.method == "POST":
        try:
            save(request, case, act_of(request))
        except (InvalidInputError, ConflictError) as error:
            problem = error
        else:
            anchor = "#section-" + (request.POST.get("add") or "matter")
            return HttpResponseRedirect(reverse("draft", args=[str(address)]) + anchor)
    _expect_open(case)
    enter_opening(request, address, "requests:draft:read")
    context = form_context(case) | {"sheets": sheets_of(request, case), "problem": problem}
    return render(request, "draft.html", context, status=400 if problem else 200)


@page(Permission.DRAFT_WRITE, methods="POST")
def autosave(request: HttpRequest, reference: str) -> HttpResponse:
    """Save as one types; answers with what is missing, the law and the document as they now stand."""
    address = read(reference, Kind.DOSSIER)
    save(request, case_to_change(request, address), act_of(request))
    case = case_to_change(request, address)  # the save itself is the ledger's line of this answer
    context = form_context(case) | {"sheets": sheets_of(request, case)}
    shown = {name.removeprefix("asked:") for name in request.POST if name.startswith("asked:")}
    return render(request, "draft_saved.html", context | _asked_anew(context["sections"], shown))


def _asked_anew(sections: list[SectionLines], shown: set[str]) -> dict[str, Any]:
    """Fields that follow from a choice just made, and those that no longer do, compared with what the page shows."""
    groups = [group for lines in sections for group in lines.groups if any(one.place in shown for one in group.fields)]
    fresh = [(group, [one for one in group.fields if one.place not in shown]) for group in groups]
    wanted = {one.place for group in groups for one in group.fields}
    held = tuple(f"{group.place}." for group in groups if group.index is not None)
    return {
        "newly_asked": [(group, lines) for group, lines in fresh if lines],
        "not_asked": [slug(place) for place in sorted(shown - wanted) if place.startswith(held)],
    }


@page(Permission.DRAFT_WRITE)
def preview(request: HttpRequest, reference: str, language: str) -> HttpResponse:
    """The document as it would be printed now."""
    case = case_to_change(request, read(reference, Kind.DOSSIER))
    if language not in languages_of(case.content):
        raise MissingError
    enter_opening(request, case.reference, "requests:draft:read")
    kind = "eio-annex-a" if case.content.get("instrument") == EIO else "letter-of-request"
    context = letter_context(
        dossier_for(actor_asking(request), case.reference), now(), exercise=settings.COMITY.exercise
    )
    made = paper(kind, case.content, context, language, at=now())
    response = HttpResponse(made.pdf, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="draft-{language}.pdf"'
    return response
