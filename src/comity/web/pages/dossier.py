"""One dossier: its shared timeline with clocks, parts, law and custody; its steps; who saw it; each message's proof."""

import json
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from comity.authorities.queries import name_of, verifying_key
from comity.exchange.message import SignedMessage
from comity.exchange.statement import open_statement, read_statement, stated_by
from comity.requests.queries import (
    delivery_evidence,
    document_content,
    dossier_whole,
    message_proof,
    request_file,
)
from comity.safeguards.permissions import Permission
from comity.safeguards.queries import entries_about
from comity.seals.keys import VerifyingKey
from comity.seals.signing import Signature
from comity.values.errors import ComityError, MissingError
from comity.values.instant import parse_instant
from comity.values.reference import Kind
from comity.values.verdict import Finding
from comity.web.entrance import act_of, actor_asking, enter_opening, now, page
from comity.web.lines import DocumentLine, PartLine
from comity.web.marks import ClockMark, SealMark, SealState
from comity.web.pages.dossier_address import dossier_href, read
from comity.web.pages.dossier_frame import Case, case_of, frame_of
from comity.web.pages.evidence import line_of as item_line
from comity.web.pages.ledger import lines_of, sequenced
from comity.web.proofs import checks_of, seal_of_document, seal_of_message
from comity.web.timeline import entries_of, said
from comity.web.vocabulary import STATEMENTS


def opened(request: HttpRequest, reference: str) -> Case:
    """The dossier at an address, its opening entered in the ledger."""
    return case_of(request, read(reference, Kind.DOSSIER))


def clock_marks(case: Case) -> list[ClockMark]:
    """The clocks that run, the earliest first."""
    moment = now()
    running = [clock for clock in case.view.clocks if clock.due is not None and not clock.met_at]
    return [
        ClockMark(
            clock.due,
            clock.provision,
            clock.effect,
            _moment(clock.started),
            verified=clock.verified,
            now=moment,
        )
        for clock in sorted(running, key=lambda clock: clock.due or moment)
    ]


def _moment(text: str) -> Any:
    try:
        return parse_instant(text)
    except ComityError:
        return None


def part_lines(case: Case) -> list[PartLine]:
    """The measures asked for and what became of each; before transmission as they stand in the draft."""
    known = {part["id"]: part for part in case.view.parts}
    lines = []
    for part in case.content.get("parts") or []:
        found = known.get(part.get("id"), {})
        grounds = [ground for decision in found.get("decisions", []) for ground in decision.get("grounds") or []]
        lines.append(
            PartLine(
                str(part.get("id", "")),
                str(part.get("measure", "")),
                str(found.get("state", "requested")),
                said(part.get("description"))[0] or str(part.get("account") or ""),
                tuple((str(ground.get("provision", "")), said(ground.get("reason"))[0]) for ground in grounds),
                str(found.get("until", "")),
            )
        )
    return lines


def document_lines(case: Case) -> list[DocumentLine]:
    """Documents sent or received; before transmission those prepared for signature."""
    found = [
        DocumentLine(
            one.kind,
            one.language or "en",
            one.digest,
            f"{case.href}/documents/{one.digest}",
            seal_of_document(one),
        )
        for one in case.view.documents
    ]
    draft = case.view.draft
    prepared = (draft.release or {}).get("documents") or [] if draft and not found else []
    return found + [
        DocumentLine(one["kind"], one["language"], one["digest"], f"{case.href}/documents/{one['digest']}")
        for one in prepared
    ]


def law_lines(prediction: Any, side: Any = "") -> list[dict[str, Any]]:
    """The finding of the instrument the request rests on for each measure, the gravest of its offences."""
    lines: dict[tuple[str, str], dict[str, Any]] = {}
    for line in prediction.get("lines") or []:
        basis = next((one for one in line["bases"] if one["instrument"] == prediction.get("instrument")), None)
        basis = basis or next(iter(line["bases"]), None)
        if basis is None:
            continue
        finding = Finding(basis["finding"])
        key = (line["measure"], basis["instrument"])
        if key not in lines or finding.gravity > lines[key]["finding"].gravity:
            lines[key] = {
                "finding": finding,
                "verified": basis.get("verified", True),
                "title": basis["title"],
                "measure": line["measure"],
                "side": side,
            }
    return list(lines.values())


@page(Permission.DOSSIER_READ)
def dossier(request: HttpRequest, reference: str) -> HttpResponse:
    address = read(reference, Kind.DOSSIER)
    whole = dossier_whole(actor_asking(request), address)
    enter_opening(request, address, "requests:dossier:read")
    case = Case(whole)
    entries = entries_of(whole, case.href)
    law = case.view.law
    head = case.head()
    context = frame_of(case, "timeline") | {
        "parties": [head.ours, head.theirs],
        "entries": entries,
        "has_domestic": any(entry.domestic for entry in entries),
        "clocks": clock_marks(case),
        "parts": part_lines(case),
        "law": [*law_lines(law.requesting), *law_lines(law.requested, _("our own check"))],
        "documents": document_lines(case),
        "items": [item_line(item, number=case.number, dossier=case.view.reference) for item in case.view.items[:3]],
    }
    return render(request, "dossier.html", context)


@page(Permission.DOSSIER_READ)
def steps(request: HttpRequest, reference: str) -> HttpResponse:
    return render(request, "steps.html", frame_of(opened(request, reference), ""))


@page(Permission.DOSSIER_READ)
def seen(request: HttpRequest, reference: str) -> HttpResponse:
    """Who opened or changed this dossier, when and for what purpose."""
    case = opened(request, reference)
    act = act_of(request)
    sequenced(act, act.actor.authority)
    context = frame_of(case, "seen")
    context["entries"] = lines_of(entries_about(act.actor.authority, case.view.reference))
    return render(request, "dossier_seen.html", context)


@page(Permission.DOSSIER_READ)
def message(request: HttpRequest, reference: str, digest: str) -> HttpResponse:
    """The raw message and its proof, each part of it checked anew."""
    address = read(reference, Kind.DOSSIER)
    proof = message_proof(actor_asking(request), address, digest)
    enter_opening(request, address, "requests:message:read")
    signed = SignedMessage.read(proof.content.encode(), Signature.from_json(dict(proof.signature)))
    said_by, told = signed.message.sender, signed.message.recipient
    language = get_language() or "en"
    context = {
        "back": dossier_href(address),
        "back_words": _("Dossier"),
        "type": signed.message.type,
        "at": signed.message.at,
        "raw": json.dumps(json.loads(proof.content), ensure_ascii=False, indent=2),
        "mark": seal_of_message(signed, name=name_of(said_by, language)),
        "checks": list(checks_of(signed, _key(said_by, signed.signature.key_id))),
        "facts": [
            (_("From"), f"{name_of(said_by, language)} ({said_by})"),
            (_("To"), f"{name_of(told, language)} ({told})"),
            (_("Purpose"), signed.message.purpose),
            (_("Handling"), signed.message.handling.value),
            (_("Follows"), str(len(signed.message.follows))),
        ],
        "receipts": [_receipt(text.encode()) for text in proof.receipts],
        "ribbon": None,
        "delivery_href": f"{dossier_href(address)}/messages/{digest}/delivery",
    }
    return render(request, "message.html", context)


def _key(code: str, key_id: str) -> VerifyingKey | None:
    """The key of that name of an authority, which may have others by now; None where we know none of it."""
    try:
        return verifying_key(code, key_id)
    except MissingError:
        return None


def _receipt(data: bytes) -> dict[str, Any]:
    """A statement about the message's way as a line: verified under the key of the one whose word it is, or broken."""
    try:
        said, key_id = read_statement(data)
        by = stated_by(said)
        key = _key(by, key_id)
        if key is None:
            return {"seal": SealMark(SealState.UNVERIFIED), "words": "", "at": None}
        receipt = open_statement(data, key)
    except ComityError as error:
        return {"seal": SealMark(SealState.BROKEN), "words": error.message, "at": None}
    return {"seal": SealMark(SealState.VERIFIED, by), "words": STATEMENTS[receipt.kind], "at": receipt.at}


@page(Permission.DOSSIER_READ)
def delivery(request: HttpRequest, reference: str, digest: str) -> HttpResponse:
    """The evidence of a message's way as one file, with the message or without; entered before it is sent."""
    shown = request.GET.get("message") != "left-out"
    found = delivery_evidence(act_of(request), read(reference, Kind.DOSSIER), digest, with_content=shown)
    response = HttpResponse(found, content_type="application/json")
    response["Content-Disposition"] = f'attachment; filename="delivery-{digest[:12]}.json"'
    return response


@page(Permission.DOCUMENT_READ)
def document(request: HttpRequest, reference: str, digest: str) -> HttpResponse:
    """A document's bytes as a download; the query enters the read in the ledger first."""
    node = settings.COMITY
    body = document_content(
        act_of(request), read(reference, Kind.DOSSIER), digest, keys=node.keys(), vault=node.vault()
    )
    response = HttpResponse(body, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="document-{digest[:12]}.pdf"'
    return response


@page(Permission.DOCUMENT_READ)
def order_file(request: HttpRequest, reference: str) -> HttpResponse:
    """The request's content as a file, for the Union's decentralised system (Regulation (EU) 2023/2844)."""
    address = read(reference, Kind.DOSSIER)
    found = request_file(act_of(request), address, exercise=settings.COMITY.exercise)
    response = HttpResponse(found, content_type="application/json")
    response["Content-Disposition"] = f'attachment; filename="request-{address.id}.json"'
    return response
