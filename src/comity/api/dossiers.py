"""Casework over the API: the same queries and verbs as the pages. A dossier is named by its reference."""

from typing import Any, Literal

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from ninja import Form, Router, Schema
from ninja.files import UploadedFile

from comity.api.multipart import read_beside
from comity.api.plain import plain
from comity.api.sessions import act, actor
from comity.requests.actions import VERBS, begin, open_dossier, perform
from comity.requests.queries import (
    delivery_evidence,
    document_content,
    dossier_whole,
    dossiers_by_number,
    dossiers_for,
    inbox,
    law_case,
    message_proof,
    needs_me,
    readable_dossier,
    request_file,
)
from comity.safeguards.actions import enter_read
from comity.safeguards.permissions import Permission
from comity.safeguards.policy import expect_role
from comity.values.actor import Actor
from comity.values.errors import InvalidInputError
from comity.values.reference import Kind, Reference

router = Router(tags=["casework"])
MAX_SCAN_BYTES = 64 << 20
"""The largest scan of a letter, which is read into memory."""


class Opening(Schema):
    requested: str
    title: str
    number: str
    instrument: str = ""
    requesting: str = ""
    language: str = "en"
    handling: str = "H0"


class Deed(Schema):
    """One verb on one dossier, at the version the caller has read."""

    version: int
    values: dict[str, Any] = {}


class Received(Schema):
    """What a request that came by post says, by the fields of its opening."""

    values: dict[str, Any]


def named(text: str, kind: Kind) -> Reference:
    """The reference in an address, of the kind the address is for."""
    reference = Reference.parse(text)
    if reference.kind is not kind:
        raise InvalidInputError(f"A reference to a {kind.value} is expected.", code="input:reference")
    return reference


def _brief(row: Any) -> dict[str, Any]:
    return {"reference": row.reference, "version": row.version, "phase": row.phase}


def _listing(request: HttpRequest, name: str, event: str, permission: Permission) -> Actor:
    """Who asks for a list of casework and may, the opening entered in the ledger: one line per listing."""
    deed = act(request)
    expect_role(deed.actor, permission)
    enter_read(deed, f"{deed.actor.authority}:{name}", authority=deed.actor.authority, event=event)
    return deed.actor


@router.get("/needs", summary="What needs me")
def needs(request: HttpRequest) -> Any:
    return plain(
        needs_me(_listing(request, "needs", "requests:needs:read", Permission.NEEDS_READ), act(request).at.date())
    )


@router.get("/inbox", summary="What arrived and waits for a decision")
def arrived(request: HttpRequest) -> Any:
    return plain(inbox(_listing(request, "inbox", "requests:inbox:read", Permission.INBOX_READ)))


@router.get("/dossiers", summary="The dossiers in which my authority takes part")
def dossiers(request: HttpRequest, side: str = "", phase: str = "", text: str = "", number: str = "") -> Any:
    """With `number` only those that carry it, ours or theirs, as a letter quotes it. One ledger line per listing."""
    asking = _listing(request, "dossiers", "requests:dossier:searched", Permission.DOSSIER_READ)
    if number:
        known = {row.reference for row in dossiers_by_number(asking, number)}
        return plain([line for line in dossiers_for(asking) if line.reference in known])
    return plain(dossiers_for(asking, side=side, phase=phase, text=text))


@router.post("/dossiers", summary="Open a dossier under one's own file number")
def open_one(request: HttpRequest, body: Opening) -> dict[str, Any]:
    return _brief(open_dossier(act(request), **body.dict()))


@router.post("/dossiers/received", summary="Open a dossier on a request that came by post: its scan and what it says")
def open_by_post(request: HttpRequest, scan: UploadedFile, record: Form[str]) -> dict[str, Any]:
    """`record` holds the opening's fields as JSON text, beside the scan."""
    said = read_beside(Received, record)
    values = {**said.values, "scan": scan.read(), "name": scan.name or "scan"}
    keys, vault = settings.COMITY.keys(), settings.COMITY.vault()
    return _brief(begin(act(request), "open_received", values=values, keys=keys, vault=vault))


@router.get("/dossiers/{reference}", summary="One dossier: state, parts, timeline, clocks, law, next verbs")
def dossier(request: HttpRequest, reference: str) -> Any:
    deed, subject = act(request), named(reference, Kind.DOSSIER)
    view = dossier_whole(deed.actor, subject)
    enter_read(deed, subject, authority=deed.actor.authority, event="requests:dossier:read")
    return plain(view)


@router.get("/dossiers/{reference}/brief", summary="Where one dossier stands: its phase, and the version to act on")
def brief(request: HttpRequest, reference: str) -> dict[str, Any]:
    deed, subject = act(request), named(reference, Kind.DOSSIER)
    row = readable_dossier(deed.actor, subject, Permission.DOSSIER_READ)
    enter_read(deed, subject, authority=deed.actor.authority, event="requests:dossier:read")
    return _brief(row)


@router.get("/dossiers/{reference}/law", summary="The law of one dossier: both checks, what is asked, gate, matrix")
def law_case_of_one(request: HttpRequest, reference: str) -> Any:
    deed, subject = act(request), named(reference, Kind.DOSSIER)
    view = law_case(deed.actor, subject, deed.at)
    enter_read(deed, subject, authority=deed.actor.authority, event="requests:dossier:read")
    return plain(view.to_json())


@router.post("/dossiers/{reference}/acts/{verb}", summary="Do one verb on one dossier")
def do(request: HttpRequest, reference: str, verb: str, body: Deed) -> dict[str, Any]:
    return _done(request, reference, verb, body.version, body.values)


ScannedVerb = Literal["record_letter", "record_return", "record_receipt"]
"""The verbs about a letter on paper; `/verbs` tells the fields of each."""


@router.post("/dossiers/{reference}/letters", summary="Register a letter by post: its scan and what it says")
def letter(
    request: HttpRequest, reference: str, scan: UploadedFile, record: Form[str], verb: ScannedVerb = "record_letter"
) -> Any:
    """`record` is a `Deed` as JSON text, beside the scan; `verb` another one than the letter's alone."""
    said = read_beside(Deed, record)
    if (scan.size or 0) > MAX_SCAN_BYTES:
        raise InvalidInputError(
            f"The scan has {scan.size} bytes; at most {MAX_SCAN_BYTES} are taken.", code="input:too-large", place="scan"
        )
    given = {
        "media_type": scan.content_type or "application/pdf",
        **said.values,
        "scan": scan.read(),
        "name": scan.name or "scan",
    }
    return _done(request, reference, verb, said.version, given)


def _done(request: HttpRequest, reference: str, verb: str, version: int, values: dict[str, Any]) -> dict[str, Any]:
    row = perform(
        act(request),
        verb,
        dossier=named(reference, Kind.DOSSIER),
        version=version,
        values=values,
        keys=settings.COMITY.keys(),
        vault=settings.COMITY.vault(),
        exercise=settings.COMITY.exercise,
    )
    return _brief(row)


@router.get("/dossiers/{reference}/documents/{digest}", summary="A document of the dossier, as PDF")
def document(request: HttpRequest, reference: str, digest: str) -> HttpResponse:
    found = document_content(
        act(request),
        named(reference, Kind.DOSSIER),
        digest,
        keys=settings.COMITY.keys(),
        vault=settings.COMITY.vault(),
    )
    return HttpResponse(found, content_type="application/octet-stream")


@router.get(
    "/dossiers/{reference}/messages/{digest}/delivery", summary="The evidence of a message's way, as one file to verify"
)
def delivery(request: HttpRequest, reference: str, digest: str, with_content: bool = True) -> HttpResponse:
    found = delivery_evidence(act(request), named(reference, Kind.DOSSIER), digest, with_content=with_content)
    return HttpResponse(found, content_type="application/json")


@router.get("/dossiers/{reference}/messages/{digest}", summary="A message as signed, with receipts and our check")
def proof(request: HttpRequest, reference: str, digest: str) -> Any:
    deed, subject = act(request), named(reference, Kind.DOSSIER)
    found = message_proof(deed.actor, subject, digest)
    enter_read(deed, subject, authority=deed.actor.authority, event="requests:message:read")
    return plain(found)


@router.get("/dossiers/{reference}/file", summary="The request as a file, for a system that takes it from here")
def as_file(request: HttpRequest, reference: str) -> HttpResponse:
    found = request_file(act(request), named(reference, Kind.DOSSIER), exercise=settings.COMITY.exercise)
    return HttpResponse(found, content_type="application/json")


@router.get("/verbs", summary="Every verb of casework with its fields and permission")
def verbs(request: HttpRequest) -> Any:
    actor(request)
    return [
        {
            "name": verb.name,
            "permission": verb.permission.value,
            "step_up": verb.step_up,
            "sides": verb.sides,
            "fields": plain(verb.fields),
        }
        for verb in VERBS.values()
    ]
