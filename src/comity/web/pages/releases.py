"""Releases: what leaves the house for a court or a defence, proposed by one person and approved by another."""

import tempfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from django import forms
from django.conf import settings
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from comity.authorities.queries import officer_name
from comity.evidence.actions import approve_release, export_bundle, propose_release
from comity.evidence.archive import pack_folder
from comity.evidence.queries import item_view, items_of, release_of, release_target
from comity.safeguards.permissions import Permission
from comity.safeguards.policy import Code, decide
from comity.store.spool import spool_of
from comity.values.actor import Actor
from comity.values.errors import ComityError, RefusedError
from comity.values.reference import Kind, Reference
from comity.web.entrance import act_of, actor_asking, enter_opening, now, page
from comity.web.pages.dossier_address import read, release_href
from comity.web.pages.dossier_frame import frame
from comity.web.signin.forms import StepUpForm
from comity.web.signin.step_up import code_context, take_code

AUDIENCES = (("court", _("Court")), ("defence", _("Defence")))
STATES = {
    "proposed": _("proposed"),
    "approved": _("approved"),
    "refused": _("refused"),
    "exported": _("exported"),
}


class GroundForm(forms.Form):
    ground = forms.CharField(
        label=_("Rule under which they may be released"),
        help_text=_("The confidentiality rule of the instrument, e.g. Art. 15 of the treaty."),
    )
    permission = forms.CharField(
        label=_("Permission of the provider"),
        required=False,
        help_text=_("Where a handling code or condition asks for it: the letter or message that gave it."),
    )


def line_of(release: Any) -> dict[str, Any]:
    return {
        "href": release_href(release.reference),
        "audience": dict(AUDIENCES)[release.audience],
        "digest": release.digest,
        "items": len(release.selection),
        "proposed_by": officer_name(release.proposed_by),
        "approved_by": officer_name(release.approved_by) if release.approved_by else "",
        "state": STATES.get(release.state, release.state),
    }


@page(Permission.RELEASE_PROPOSE, methods="GET POST")
def propose(request: HttpRequest, reference: str) -> HttpResponse:
    address = read(reference, Kind.DOSSIER)
    actor = actor_asking(request)
    context = frame(request, address, "evidence")
    form = GroundForm(request.POST if request.method == "POST" else None)
    context |= {
        "items": [one for one in items_of(actor, address) if not one.own],
        "audiences": AUDIENCES,
        "form": form,
        "button": _("Propose the release"),
        "chosen": request.POST.getlist("items"),
    }
    if request.method == "POST" and form.is_valid():
        chosen = [read(text, Kind.ITEM) for text in request.POST.getlist("items")]
        try:
            made = propose_release(
                act_of(request),
                dossier=address,
                items=chosen,
                audience=request.POST.get("audience", ""),
                **form.cleaned_data,
            )
        except ComityError as problem:
            context["problem"] = problem
        else:
            return HttpResponseRedirect(release_href(made.reference))
    return render(request, "release.html", context, status=400 if request.method == "POST" else 200)


@page(Permission.RELEASE_READ, methods="GET POST")
def release(request: HttpRequest, reference: str) -> HttpResponse:
    """A proposed release to read and approve; an approved one to export."""
    address = read(reference, Kind.RELEASE)
    actor = actor_asking(request)
    row = release_of(actor, address)
    enter_opening(request, address, "evidence:release:read")
    context = frame(request, Reference.parse(row.dossier), "evidence")
    asked = None
    if request.method == "POST":
        asked = take_code(request, Permission.RELEASE_APPROVE)
        if asked is None:
            try:
                approve_release(
                    act_of(request), address, digest=request.POST.get("digest", ""), keys=settings.COMITY.keys()
                )
            except ComityError as problem:
                context["problem"] = problem
            else:
                return HttpResponseRedirect(release_href(address))
    context |= _reading(request, row, asked)
    return render(request, "release.html", context, status=400 if request.method == "POST" else 200)


def _item(actor: Actor, reference: str) -> Any:
    """An item of the release as it is read; by its reference alone where she may read the release and not the item."""
    try:
        return item_view(actor, reference, now().date())
    except RefusedError:
        return SimpleNamespace(title=reference, digest="", recalled=False, until=None)


def _reading(request: HttpRequest, row: Any, asked: StepUpForm | None) -> dict[str, Any]:
    """The release as it is read, and what this officer may do with it."""
    actor = actor_asking(request)
    decision = decide(actor, Permission.RELEASE_APPROVE, release_target(row, actor))
    open_to = row.state == "proposed" and decision.code in {Code.ALLOWED, Code.STEP_UP}
    line = line_of(row)
    found: dict[str, Any] = {
        "release": SimpleNamespace(
            digest=row.digest,
            items=[_item(actor, text) for text in row.selection],
            facts=[
                (_("For whom"), line["audience"]),
                (_("Rule"), row.ground),
                (_("Proposed by"), line["proposed_by"]),
                (_("Approved by"), line["approved_by"] or "–"),
                (_("Stands at"), line["state"]),
            ],
        ),
        "button": _("Approve the release") if open_to else "",
        "reason": decision.reason if row.state == "proposed" and not open_to else "",
    }
    if open_to:
        found |= code_context(request, Permission.RELEASE_APPROVE, asked)
    may_export = decide(actor, Permission.RELEASE_EXPORT, release_target(row, actor)).allowed
    if row.state in {"approved", "exported"} and may_export:
        found["export_href"] = f"{release_href(row.reference)}/bundle"
    return found


@page(Permission.RELEASE_EXPORT, methods="POST")
def bundle(request: HttpRequest, reference: str) -> FileResponse:
    """The bundle as one archive; anyone verifies it offline with `comity verify`."""
    address = read(reference, Kind.RELEASE)
    spool = spool_of(settings.COMITY.folder)
    with tempfile.TemporaryDirectory(prefix="bundle-", dir=spool) as held:
        folder = export_bundle(
            act_of(request), address, Path(held) / "bundle", keys=settings.COMITY.keys(), vault=settings.COMITY.vault()
        )
        archive = tempfile.TemporaryFile(dir=spool)  # noqa: SIM115 - closed by the response once sent
        pack_folder(folder, archive, root="bundle")
    archive.seek(0)
    return FileResponse(archive, as_attachment=True, filename=f"bundle-{address.id}.zip")
