"""The requested side takes a request in: its number, its receipt form, its own check of conformity."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import transaction

from comity.authorities.keyring import Keyring
from comity.gazette.queries import register_here
from comity.requests.actions.shape import Opened, finish, opened, say, texts
from comity.requests.grounds_check import check_json, weighed
from comity.requests.messages import MessageType
from comity.requests.models import Dossier
from comity.requests.predictions import dual_criminality_lines, prediction_of
from comity.requests.queries.law_records import case_of
from comity.requests.workflow import EIO
from comity.seals.canonical import digest_of
from comity.values.actor import Act
from comity.values.errors import InvalidInputError, RefusedError
from comity.values.instant import instant_text, parse_instant


@transaction.atomic
def register_request(
    act: Act,
    *,
    dossier: Any,
    version: int,
    number: str,
    contact: str,
    keys: Keyring,
    received_at: datetime | None = None,
    annex_b: Mapping[str, Any] | None = None,
) -> Dossier:
    """Enter a request in the registry under our number and acknowledge it: from here the legal clocks run.

    `received_at` is when a person received it (now, unless said); it is never after now.
    """
    found = opened(act, "register_request", dossier, version)
    at = received_at or act.at
    if not number.strip() or at > act.at:
        place = "received_at" if number.strip() else "number"
        raise InvalidInputError("Give our number, and a time of receipt that has passed.", place=place)
    body: dict[str, Any] = {"number": number.strip()[:120], "received_at": instant_text(at), "contact": contact.strip()}
    if annex_b:
        body["annex_b"] = dict(annex_b)
    signed = say(act, found, MessageType.ACKNOWLEDGED, body, keys=keys)
    return finish(
        act,
        found,
        event="requests:request:registered",
        signed=signed,
        facts={"received_at": instant_text(at)},
        changes={"number": number.strip()[:120]},
    )


@transaction.atomic
def confirm_receipt(act: Act, *, dossier: Any, version: int, annex_b: Mapping[str, Any], keys: Keyring) -> Dossier:
    """Send the form that confirms receipt, filled in by a person (Directive 2014/41/EU Art. 16(1), Annex B)."""
    found = opened(act, "confirm_receipt", dossier, version)
    if found.row.instrument != EIO:
        raise RefusedError(
            "Only the receipt of a European Investigation Order is confirmed with this form (Directive 2014/41/EU "
            "Art. 16(1)); nothing was sent.",
            code="requests:no-annex-b",
        )
    if found.state.annex_b is not None:
        raise RefusedError("The receipt was confirmed before.", code="requests:confirmed")
    body = {
        "number": found.row.number,
        "received_at": found.state.received_at,
        "contact": found.state.contact,
        "annex_b": dict(annex_b),
    }
    signed = say(act, found, MessageType.ACKNOWLEDGED, body, keys=keys)
    return finish(act, found, event="requests:receipt:confirmed", signed=signed)


def assess_conformity(
    act: Act,
    *,
    dossier: Any,
    version: int,
    conforms: bool,
    note: str = "",
    answers: Mapping[str, bool] | None = None,
) -> Dossier:
    """Check the request with our own engine and our own register; the run and a person's conclusion are recorded."""
    found = opened(act, "assess_conformity", dossier, version)
    run = own_run(found, act.at, answers or {}, conforms=conforms)
    with transaction.atomic():
        return finish(
            act,
            found,
            event="requests:request:assessed",
            digest=digest_of(run),
            facts={"run": digest_of(run), "conforms": conforms},
            notes={"engine": run, "note": note.strip()[:4000]},
        )


def own_run(found: Opened, at: datetime, answers: Mapping[str, bool], *, conforms: bool) -> dict[str, Any]:
    """Our engine's answer for each part and ground, on the day on which the request was received."""
    register = register_here()
    content = found.state.content or {}
    on = parse_instant(found.state.received_at).date() if found.state.received_at else at.date()
    run = prediction_of(register, found.row.requesting[:2], found.row.requested[:2], content, on=on, answers=answers)
    run["dual_criminality"] = dual_criminality_lines(register, found.row.instrument, content)
    case = case_of(found.row, found.state, at)
    if case is not None:
        case = replace(case, found={**case.found, "request-conforms": conforms})
        run["grounds"] = check_json(case, weighed(register, case))
    return run


@transaction.atomic
def return_for_amendment(
    act: Act, *, dossier: Any, version: int, reasons: Mapping[str, str], provision: str, keys: Keyring
) -> Dossier:
    """Ask the requesting side to amend a request that does not conform."""
    found = opened(act, "return_for_amendment", dossier, version)
    body = {"reasons": texts(reasons), "provision": provision.strip()}
    signed = say(act, found, MessageType.AMENDMENT_ASKED, body, keys=keys)
    return finish(act, found, event="requests:amendment:asked", signed=signed)
