"""Signature: the letter is prepared in the signatory's name, read, and signed by its digest with the code again."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext

from comity.requests.actions import VERBS, perform
from comity.safeguards.permissions import Permission
from comity.values.errors import ComityError, ConflictError
from comity.web.acting.choices import signatories
from comity.web.entrance import act_of, actor_asking, page
from comity.web.pages.act import digest_to_bind, gaps_of
from comity.web.pages.dossier import document_lines, opened, part_lines
from comity.web.pages.dossier_frame import Case, case_to_change, frame_of
from comity.web.pages.draft import sheets_of
from comity.web.signin.step_up import code_context, take_code
from comity.web.vocabulary import word


@page(Permission.DOSSIER_READ, methods="GET POST")
def sign(request: HttpRequest, reference: str) -> HttpResponse:
    posting = request.method == "POST"
    case = opened(request, reference)
    context: dict[str, Any] = {}
    asked = None
    if posting:
        verb = "sign_request" if "sign" in request.POST else "prepare_release"
        asked = take_code(request, VERBS[verb].permission)
        if asked is None:
            problem = _attempt(request, case, verb)
            if problem is None:
                messages.success(request, gettext("Done: %(verb)s.") % {"verb": word("verb", verb)})
                return HttpResponseRedirect(case.href if verb == "sign_request" else f"{case.href}/sign")
            context |= {"problem": problem, "despite": request.POST.get("despite", "")}
            case = case_to_change(request, case.reference)
    context |= code_context(request, Permission.REQUEST_SIGN, asked)
    return render(request, "sign.html", _reading(request, case) | context, status=400 if posting else 200)


def _attempt(request: HttpRequest, case: Case, verb: str) -> ComityError | None:
    asked = ("digest", "despite") if verb == "sign_request" else ("signatory",)
    values = {name: request.POST.get(name, "") for name in asked}
    node = settings.COMITY
    try:
        version = int(request.POST.get("version", "0"))
        perform(
            act_of(request),
            verb,
            dossier=case.reference,
            version=version,
            values=values,
            keys=node.keys(),
            vault=node.vault(),
            exercise=node.exercise,
        )
    except ValueError:
        return ConflictError("The form did not say which state of the dossier it was made for. Read it again.")
    except ComityError as problem:
        return problem
    return None


def _reading(request: HttpRequest, case: Case) -> dict[str, Any]:
    """What the signatory reads before she signs, and which of the two steps is open to her."""
    steps = {step.verb: step for step in case.view.steps}
    draft = case.view.draft
    prepared = bool(draft and draft.release)
    return frame_of(case, "request") | {
        "sheets": sheets_of(request, case),
        "documents": document_lines(case),
        "parts": part_lines(case),
        "missing": gaps_of(case),
        "digest": digest_to_bind(case) if prepared else "",
        "prepare": steps.get("prepare_release"),
        "signing": steps.get("sign_request"),
        "signatories": signatories(actor_asking(request)),
        "draft_href": f"{case.href}/draft",
    }
