"""One verb on one dossier: a thin form made from casework's table, with the code asked again where the act binds."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from comity.evidence.queries import RecallView
from comity.requests import workflow
from comity.requests.actions import VERBS, Verb, perform
from comity.requests.queries import LawCaseView
from comity.safeguards.permissions import Permission
from comity.values.errors import ComityError, ConflictError, MissingError
from comity.web.acting.choices import RECALLING, Choices, choices_of
from comity.web.acting.fields import ActForm, form_of, today_where_wanted
from comity.web.acting.law import bound_digest
from comity.web.acting.values import values_of
from comity.web.drafting.sheet import GapLine, gap_lines
from comity.web.entrance import act_of, actor_asking, now, page
from comity.web.errors import words_of
from comity.web.lines import ItemLine
from comity.web.pages.dossier import document_lines, opened, part_lines
from comity.web.pages.dossier_frame import GRAVE, Case, frame_of
from comity.web.pages.dossier_grounds import grounds_context
from comity.web.pages.evidence import line_of, recall_line
from comity.web.signin.step_up import code_context, take_code
from comity.web.vocabulary import word

READ_FIRST = frozenset({"sign_rights_gate", "sign_dual"})
"""Verbs whose page shows in full what is signed."""


def digest_to_bind(case: Case) -> str:
    """The release digest as it now stands: what a signature and a transmission are bound to."""
    draft = case.view.draft
    release = draft.release if draft else None
    return case.view.signed_release or (str(release["digest"]) if release else "")


def starting_values(
    case: Case, verb: Verb, law: LawCaseView | None = None, recalls: tuple[RecallView, ...] = ()
) -> dict[str, Any]:
    provision = workflow.provision(workflow.STEPS[verb.name], case.view.instrument)
    digest = bound_digest(law, verb.name) if law is not None else digest_to_bind(case)
    if verb.name in RECALLING:
        digest = recalls[0].digest if recalls else ""
    return {"provision": provision, "digest": digest, **today_where_wanted(verb, now().date())}


def context_of(
    case: Case,
    verb: Verb,
    form: ActForm,
    law: LawCaseView | None = None,
    recalls: tuple[RecallView, ...] = (),
) -> dict[str, Any]:
    """What the page of the act shows beside the form: its rule, what it binds, documents, measures, gaps."""
    step = workflow.STEPS[verb.name]
    view = case.view
    binds = []
    if "digest" in form.fields:
        binds = [(_("Release digest"), digest_to_bind(case)), (_("Documents"), len(document_lines(case)))]
    if "digest" in form.fields and law is not None:
        binds = [(_("Digest of what you sign"), bound_digest(law, verb.name)), *binds[:1]]
    if verb.name in RECALLING:
        binds = [(_("Digest of what you decide on"), one.digest) for one in recalls if one.state == "proposed"]
    provision = workflow.provision(step, view.instrument)
    read = grounds_context(case, law) if law is not None and verb.name in READ_FIRST else {}
    return (
        frame_of(case, "")
        | read
        | {
            "verb": verb.name,
            "meaning": step.meaning,
            "grave": verb.name in GRAVE,
            "form": form,
            "binds": binds,
            "laws": [(view.instrument, provision)] if provision else [],
            "shows": accepted_by_partner(case) if verb.name in {"transmit_request", "check_form"} else [],
            "documents": document_lines(case) if binds and not recalls else [],
            "recalls": [recall_line(one) for one in recalls],
            "parts": part_lines(case),
            "missing": gaps_of(case) if verb.name in {"check_form", "sign_request"} else [],
            "closed": closed_because(case, verb.name),
            "held": offered_items(case, form),
            "on_their_way": on_their_way(case) if verb.name == "countersign_evidence" else [],
        }
    )


def closed_because(case: Case, verb: str) -> str:
    """Why the verb is not open to this officer now; empty when it is."""
    step = next((one for one in case.view.steps if one.verb == verb), None)
    if step is None:
        return gettext("This step is the other side's.")
    return "" if step.allowed else words_of(step.code, step.reason)


def offered_items(case: Case, form: ActForm) -> list[ItemLine]:
    """The items the form offers, to be opened and looked at before they are ticked."""
    offered = {code for code, _words in form.fields["items"].choices} if "items" in form.fields else set()  # type: ignore[attr-defined]
    return [
        line_of(item, number=case.number, dossier=case.view.reference)
        for item in case.view.items
        if item.reference in offered
    ]


def on_their_way(case: Case) -> list[ItemLine]:
    """The items that were returned and are not here whole yet."""
    return [
        line_of(item, number=case.number, dossier=case.view.reference)
        for item in case.view.items
        if not item.own and item.state == "awaited"
    ]


def accepted_by_partner(case: Case) -> list[tuple[Any, Any]]:
    """Three signatures kept apart, and which of them the instrument's channel asks for."""
    law = case.view.law
    return [
        (_("Signed by"), law.signer or _("not read in the instrument")),
        (_("Transmitted by"), law.transmitter or _("not read in the instrument")),
        (_("Way"), law.route or "–"),
        (_("Form"), law.form or _("not read in the instrument")),
        (_("Person's signature"), _("entered in the ledger, bound to the digest")),
        (_("Office's seal"), _("in each PDF (PAdES)")),
        (_("Node's signature"), _("on the message (Ed25519 and ML-DSA-65)")),
    ]


def gaps_of(case: Case) -> list[GapLine]:
    draft = case.view.draft
    return [gap for gap in gap_lines(draft.gaps if draft else (), case.content) if not gap.recommended]


@page(Permission.DOSSIER_READ, methods="GET POST")
def do(request: HttpRequest, reference: str, verb: str) -> HttpResponse:
    """Show the form of a verb, or do it. Policy and workflow are asked by the action, for exactly this row."""
    found = VERBS.get(verb)
    if found is None:
        raise MissingError
    posting = request.method == "POST"
    case = opened(request, reference)
    choices = choices_of(case.view, verb, actor_asking(request))
    given = (request.POST, request.FILES) if posting else (None, None)
    form = form_of(
        found, choices, case.writing_languages, starting_values(case, found, choices.law, choices.recalls), *given
    )
    context, asked = context_of(case, found, form, choices.law, choices.recalls), None
    if posting and form.is_valid():
        asked = take_code(request, found.permission)
        if asked is None:
            problem = attempt(request, case, found, form, choices)
            if problem is None:
                messages.success(request, gettext("Done: %(verb)s.") % {"verb": word("verb", verb)})
                return HttpResponseRedirect(case.href)
            context["problem"] = problem
    context |= code_context(request, found.permission, asked)
    return render(request, "act.html", context, status=400 if posting else 200)


def attempt(request: HttpRequest, case: Case, verb: Verb, form: ActForm, choices: Choices) -> ComityError | None:
    """Do the verb; None when it is done, else what stands against it, shown at its field where it names one."""
    node = settings.COMITY
    act = act_of(request)
    try:
        version = int(request.POST.get("version", ""))
    except ValueError:
        return ConflictError("The form did not say which state of the dossier it was made for. Read it again.")
    try:
        values = values_of(verb, form.cleaned_data, choices.provisions, new_id=str(act.new_id()))
        perform(
            act,
            verb.name,
            dossier=case.reference,
            version=version,
            values=values,
            keys=node.keys(),
            vault=node.vault(),
            exercise=node.exercise,
        )
    except ComityError as problem:
        place = next((name for name in form.fields if name.split("@")[0] == problem.place), None)
        if place:
            form.add_error(place, problem.message)
        return problem
    return None
