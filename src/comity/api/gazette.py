"""The gazette over the API: the corrections of this node, each proposed by one officer, approved by another."""

from datetime import datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Body, Query, Router, Schema

from comity.api.dossiers import named
from comity.api.plain import plain
from comity.api.sessions import act
from comity.gazette import actions
from comity.gazette.queries import CorrectionView, correction_of, corrections, facts_of, standing, view_of
from comity.law.correction import fact_of
from comity.law.fact_files import read_facts, write_facts
from comity.law.register import load_register
from comity.law.source_conflicts import conflicts
from comity.safeguards.actions import enter_read
from comity.safeguards.permissions import Permission
from comity.safeguards.policy import authorise_house, expect_role
from comity.values.actor import Act
from comity.values.errors import InvalidInputError
from comity.values.reference import Kind, Reference

router = Router(tags=["gazette"])
State = Literal["proposed", "approved", "refused", "withdrawn"]
FORMATS = {"csv": "text/csv; charset=utf-8", "json": "application/json"}


class FileIn(Schema):
    """A file of facts: its name ends in .csv or .json, its content is the text of the file."""

    name: str
    content: str


class DecisionIn(Schema):
    """A decision on exactly what was read; `reason` where it refuses."""

    digest: str
    reason: str = ""


class ReasonIn(Schema):
    reason: str


def _reading(request: HttpRequest, event: str) -> Act:
    """An officer who may read the gazette; the reading is one line in the ledger, before anything is sent."""
    deed = act(request)
    own = deed.actor.authority
    authorise_house(deed.actor, Permission.GAZETTE_READ, Reference(own, Kind.SESSION, deed.new_id()))
    enter_read(deed, f"{own}:gazette", authority=own, event=event)
    return deed


def _shown(request: HttpRequest, correction: str) -> dict[str, Any]:
    actor = act(request).actor
    return _view(view_of(actor, correction_of(actor, correction)))


def _view(view: CorrectionView) -> dict[str, Any]:
    shown: dict[str, Any] = plain(view)
    return shown


@router.get("/gazette", summary="The corrections of this node: what stands, what waits, what was refused or withdrawn")
def gazette(request: HttpRequest, state: State | None = None) -> Any:
    deed = _reading(request, "gazette:corrections:read")
    return [_view(one) for one in corrections(deed.actor, (state,) if state else ())]


@router.get("/gazette/standing", summary="What stands now, or stood at a moment: the same question, the same answer")
def what_stood(request: HttpRequest, at: datetime | None = None) -> Any:
    _reading(request, "gazette:corrections:read")
    if at is not None and at.tzinfo is None:
        raise InvalidInputError("Write the moment with its zone, e.g. 2026-11-21T09:30:00Z.", place="at")
    return [
        {"reference": one.reference, "approved_on": one.approved_on, "fact": one.fact.to_json()} for one in standing(at)
    ]


@router.get("/gazette/export", summary="The corrections as a file of facts, CSV or JSON")
def export(
    request: HttpRequest, state: State = "approved", format_: Annotated[str, Query(alias="format")] = "csv"
) -> HttpResponse:
    deed = _reading(request, "gazette:corrections:exported")
    content = write_facts(facts_of(deed.actor, (state,)), format_)
    name = f'attachment; filename="gazette.{format_}"'
    return HttpResponse(content, content_type=FORMATS[format_], headers={"Content-Disposition": name})


@router.get("/gazette/conflicts", summary="Where sources disagree: within the shipped register, and with a correction")
def disagreements(request: HttpRequest, instrument: Annotated[str, Query(max_length=80)] = "") -> Any:
    _reading(request, "gazette:conflicts:read")
    return [one.to_json() for one in conflicts(load_register(), standing(), instrument)]


@router.post("/gazette", summary="Propose a correction: the columns of one fact; another person approves it")
def propose(request: HttpRequest, body: Annotated[dict[str, str], Body()]) -> Any:
    row = actions.propose_correction(act(request), fact_of(body))
    return _shown(request, row.reference)


@router.post("/gazette/import", summary="Propose every row of a file of facts, all or none")
def take_file(request: HttpRequest, body: FileIn) -> Any:
    deed = act(request)
    expect_role(deed.actor, Permission.GAZETTE_PROPOSE)
    rows = read_facts(body.content.encode(), body.name[:80])
    done = actions.import_corrections(deed, rows)
    return {"proposed": [row.reference for row in done.proposed], "unchanged": done.unchanged}


@router.get("/gazette/{correction}", summary="One correction, with the shipped facts it displaces")
def one(request: HttpRequest, correction: str) -> Any:
    deed, subject = act(request), named(correction, Kind.CORRECTION)
    own = deed.actor.authority
    authorise_house(deed.actor, Permission.GAZETTE_READ, Reference(own, Kind.SESSION, deed.new_id()))
    row = correction_of(deed.actor, subject)
    enter_read(deed, subject, authority=own, event="gazette:correction:read")
    return _view(view_of(deed.actor, row))


@router.post("/gazette/{correction}/approve", summary="Approve exactly what was proposed, by another person")
def approve(request: HttpRequest, correction: str, body: DecisionIn) -> Any:
    actions.approve_correction(act(request), named(correction, Kind.CORRECTION), digest=body.digest)
    return _shown(request, correction)


@router.post("/gazette/{correction}/refuse", summary="Refuse what was proposed, with the reason")
def refuse(request: HttpRequest, correction: str, body: DecisionIn) -> Any:
    subject = named(correction, Kind.CORRECTION)
    actions.refuse_correction(act(request), subject, digest=body.digest, reason=body.reason)
    return _shown(request, correction)


@router.post("/gazette/{correction}/withdraw", summary="Propose that a correction no longer stands")
def withdraw(request: HttpRequest, correction: str, body: ReasonIn) -> Any:
    actions.propose_withdrawal(act(request), named(correction, Kind.CORRECTION), reason=body.reason)
    return _shown(request, correction)


@router.post("/gazette/{correction}/approve-withdrawal", summary="Withdraw it, by another person than proposed that")
def approve_withdrawal(request: HttpRequest, correction: str, body: DecisionIn) -> Any:
    actions.approve_withdrawal(act(request), named(correction, Kind.CORRECTION), digest=body.digest)
    return _shown(request, correction)


@router.post("/gazette/{correction}/refuse-withdrawal", summary="Let a correction stand whose withdrawal was proposed")
def refuse_withdrawal(request: HttpRequest, correction: str, body: DecisionIn) -> Any:
    actions.refuse_withdrawal(act(request), named(correction, Kind.CORRECTION), digest=body.digest)
    return _shown(request, correction)
