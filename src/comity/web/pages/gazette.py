"""The gazette: this node's own corrections to the law; what stands, what waits for a second person, what is past."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from comity.gazette import actions
from comity.gazette.queries import VERBS, CorrectionView, as_read, correction_of, facts_of, standing, view_of
from comity.law.fact_files import write_facts
from comity.law.register import load_register
from comity.law.source_conflicts import conflicts as all_conflicts
from comity.safeguards.permissions import Permission
from comity.values.errors import ComityError, InvalidInputError, MissingError
from comity.values.reference import Kind, Reference
from comity.web.entrance import act_of, actor_asking, enter_opening, page
from comity.web.gazette_words import KINDS, STANDS, compared, said
from comity.web.pages.dossier_address import read
from comity.web.pages.law_frame import asked_for, frame
from comity.web.signin.forms import StepUpForm
from comity.web.signin.step_up import code_context, take_code

LENGTH = 60
FORMATS = {"csv": "text/csv; charset=utf-8", "json": "application/json"}
DONE = {
    "approve": _("Approved. From now on this node answers by it."),
    "refuse": _("Refused. It has no effect."),
    "withdraw": _("The withdrawal waits for a second person; until then the correction stands."),
    "approve-withdrawal": _("Withdrawn. From now on the shipped register answers again."),
    "refuse-withdrawal": _("The correction stands."),
}


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"), required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 2})
    )


def correction_href(reference: object) -> str:
    return reverse("gazette_correction", args=[str(reference)])


def line_of(view: CorrectionView) -> dict[str, Any]:
    """One correction as the list and its own page show it."""
    fact = view.fact
    states = [code for code in (fact.state, fact.other_state) if code]
    return {
        "href": correction_href(view.reference),
        "kind": KINDS[fact.kind],
        "fact": fact,
        "states": states,
        "said": said(fact),
        "displaced": [said(one) for one in view.displaced if not one.says_the_same(fact)],
        "stands": STANDS["ending" if view.ending else view.state],
        "state": "ending" if view.ending else view.state,
        "view": view,
    }


@page(Permission.GAZETTE_READ)
def gazette(request: HttpRequest) -> HttpResponse:
    """Every correction this officer may know of: what waits first, then what stands, then what is past."""
    act = act_of(request)
    enter_opening(request, f"{act.actor.authority}:gazette", "gazette:corrections:read")
    given = asked_for(request, "q", "state")
    if given["state"] not in STANDS:
        given["state"] = ""
    rows: Any = as_read(act.actor, given["state"], given["q"])
    pager = Paginator(rows, LENGTH).get_page(request.GET.get("page"))
    may = request.house.may  # type: ignore[attr-defined]
    context = {
        "lines": [line_of(view_of(act.actor, row)) for row in pager.object_list],
        "total": pager.paginator.count,
        "pager": pager,
        "given": given,
        "query": urlencode({name: value for name, value in given.items() if value}),
        "filtered": bool(given["q"] or given["state"]),
        "states": [(code, word) for code, word in STANDS.items() if code != "ending"],
        "may_propose": may(Permission.GAZETTE_PROPOSE),
    }
    return render(request, "gazette.html", frame("gazette") | context)


@page(Permission.GAZETTE_READ)
def conflicts(request: HttpRequest) -> HttpResponse:
    """Where sources disagree: this node's corrections against the shipped register, and within it."""
    act = act_of(request)
    enter_opening(request, f"{act.actor.authority}:gazette", "gazette:conflicts:read")
    found = all_conflicts(load_register(), standing())
    lines = [
        {"one": one, "sides": list(zip(one.values, one.sources, strict=True)), "ours": one.kind == "corrected"}
        for one in found
    ]
    return render(request, "gazette_conflicts.html", frame("gazette") | {"lines": lines})


@page(Permission.GAZETTE_READ)
def export(request: HttpRequest, kind: str) -> HttpResponse:
    """What stands, as a file of facts that another node can take as proposals."""
    if kind not in FORMATS:
        raise MissingError
    act = act_of(request)
    enter_opening(request, f"{act.actor.authority}:gazette", "gazette:corrections:exported")
    name = f'attachment; filename="gazette.{kind}"'
    content = write_facts(facts_of(act.actor), kind)
    return HttpResponse(content, content_type=FORMATS[kind], headers={"Content-Disposition": name})


@page(Permission.GAZETTE_READ, methods="GET HEAD POST")
def correction(request: HttpRequest, reference: str) -> HttpResponse:
    """One correction beside what it displaces; whoever may decide on it does so here."""
    address = read(reference, Kind.CORRECTION)
    row = correction_of(actor_asking(request), address)
    enter_opening(request, address, "gazette:correction:read")
    form = ReasonForm(request.POST if request.method == "POST" else None)
    context: dict[str, Any] = {"form": form}
    asked: StepUpForm | None = None
    if request.method == "POST" and form.is_valid():
        verb = request.POST.get("verb", "")
        asked = take_code(request, VERBS[verb]) if verb in VERBS else None
        if asked is None:
            try:
                _decide(request, address, verb, form.cleaned_data["reason"])
            except ComityError as problem:
                context["problem"] = problem
            else:
                messages.success(request, gettext(str(DONE[verb])))
                return HttpResponseRedirect(correction_href(row.reference))
    row.refresh_from_db()
    view = view_of(actor_asking(request), row)
    context |= _decisions(request, view, asked)
    context |= line_of(view) | {"rows": list(compared(view.fact, view.displaced))}
    return render(
        request, "gazette_correction.html", frame("gazette") | context, status=400 if request.method == "POST" else 200
    )


def _decide(request: HttpRequest, reference: Reference, verb: str, reason: str) -> None:
    act, digest = act_of(request), request.POST.get("digest", "")
    if verb == "approve":
        actions.approve_correction(act, reference, digest=digest)
    elif verb == "refuse":
        actions.refuse_correction(act, reference, digest=digest, reason=reason)
    elif verb == "withdraw":
        actions.propose_withdrawal(act, reference, reason=reason)
    elif verb == "approve-withdrawal":
        actions.approve_withdrawal(act, reference, digest=digest)
    elif verb == "refuse-withdrawal":
        actions.refuse_withdrawal(act, reference, digest=digest)
    else:
        raise InvalidInputError("Choose what to do with it.", code="gazette:verb", place="verb")


def _decisions(request: HttpRequest, view: CorrectionView, asked: StepUpForm | None) -> dict[str, Any]:
    """The verbs open to this officer, the field for her code, or why another person must do it."""
    may = [verb for verb, reason in view.may.items() if not reason]
    found: dict[str, Any] = {"may": may, "barred": next((reason for reason in view.may.values() if reason), "")}
    if may:
        found |= code_context(request, VERBS[may[0]], asked)
    return found
