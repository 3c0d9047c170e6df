"""Recording what is known of the law of a request: facts, conduct, assurances; signatures on them are open again."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import transaction

from comity.gazette.queries import register_here
from comity.law.conduct import load_conduct
from comity.law.dual_case import read_case
from comity.law.facts import read_facts
from comity.law.rights_gate import read_assurances
from comity.law.vocabulary import parse_offence
from comity.requests.actions.predicting import predict, reopen
from comity.requests.actions.shape import finish, opened
from comity.requests.case_facts import OF_THE_REQUEST
from comity.requests.dual_matrix import case_json
from comity.requests.models import DomesticAct, Dossier, LawRecord
from comity.requests.queries.law_records import (
    ASSURANCE,
    DUAL,
    FACT,
    draft_of,
    latest,
    request_of,
    values_recorded,
)
from comity.values.actor import Act
from comity.values.errors import InvalidInputError, MissingError, RefusedError

MOST_CHECKS = 50
LONGEST = 4_000


@transaction.atomic
def record_facts(act: Act, *, dossier: Any, version: int, facts: Mapping[str, Any]) -> Dossier:
    """Record facts of law by their names in the law's table; `null` takes one back to unknown.

    Raises `InvalidInputError` for an unknown fact, one of the wrong type, or facts that contradict each other.
    """
    found = opened(act, "record_facts", dossier, version)
    before = values_recorded(found.row)
    told = next((name for name in facts if name in OF_THE_REQUEST), None)
    if told is not None or not facts:
        raise InvalidInputError(
            "Name facts of the law's table; measure and offence stand in the request.",
            code="law:fact",
            place=told or "facts",
            next_step="List them with `comity law questions INSTRUMENT`.",
        )
    read_facts({**before, **facts})
    changed = {name: value for name, value in facts.items() if before.get(name) != value}
    row = finish(
        act,
        found,
        event="requests:facts:recorded",
        facts={"facts": sorted(changed)},
        notes={"values": {name: changed[name] for name in sorted(changed)}},
    )
    _keep(row, FACT, changed)
    reopen(row, found.state)
    predict(row, found.state, act.at)
    return row


@transaction.atomic
def record_conduct(
    act: Act, *, dossier: Any, version: int, offence: str, case: Mapping[str, Any] | None = None
) -> Dossier:
    """Record, for one offence of the request, the conduct and both laws, as `comity law dual` takes them.

    Raises `InvalidInputError` with the meaning of a wrong fact and an example; no `case` takes the record back.
    """
    found = opened(act, "record_conduct", dossier, version)
    row, told = found.row, dict(case or {})
    content, _ = request_of(row, found.state, draft_of(row))
    code = parse_offence(offence)
    if not row.instrument or code not in (content.get("offences") or []):
        raise InvalidInputError("Name an offence of this request.", code="requests:offence", place="offence")
    _read_conduct(row, code, content, told)
    row = finish(act, found, event="requests:conduct:recorded", facts={"offence": code})
    _keep(row, DUAL, {code: told or None})
    reopen(row, found.state)
    predict(row, found.state, act.at)
    return row


def _read_conduct(row: Dossier, offence: str, content: Mapping[str, Any], case: Mapping[str, Any]) -> None:
    """Refuse a case the law cannot read; the request itself names instrument, measure, offence and States."""
    named = next((name for name in ("instrument", "measure", "offence", "requesting", "requested") if name in case), "")
    if named:
        raise InvalidInputError(
            f"'{named}' stands in the request and is not recorded beside it.", code="law:fact", place=named
        )
    measure = next((str(part.get("measure")) for part in content.get("parts") or []), "")
    law = register_here().instrument(row.instrument)
    states = (row.requesting[:2], row.requested[:2])
    read_case(case_json(law, states, measure, offence, content, case), load_conduct())


@transaction.atomic
def record_assurance(
    act: Act,
    *,
    dossier: Any,
    version: int,
    subject: str,
    given_by: str,
    on: date,
    text: str,
    check_by: date | None = None,
) -> Dossier:
    """Record an assurance: on what, by whom it was given, when, in which words, and when its keeping is checked."""
    found = opened(act, "record_assurance", dossier, version)
    if on > act.at.date() or (check_by is not None and check_by <= on):
        place = "on" if on > act.at.date() else "check_by"
        raise InvalidInputError("An assurance was given by today and is checked after it was given.", place=place)
    value = {
        "subject": subject,
        "given_by": given_by.strip()[:300],
        "on": on.isoformat(),
        "text": text.strip()[:LONGEST],
        "check_by": check_by.isoformat() if check_by else None,
        "kept": None,
    }
    read_assurances([value])
    key = f"a-{act.new_id()}"
    row = finish(
        act, found, event="requests:assurance:recorded", facts={"assurance": key, "subject": subject}, notes=value
    )
    _keep(row, ASSURANCE, {key: {**value, "checks": []}}, due=check_by)
    reopen(row, found.state)
    return row


@transaction.atomic
def check_assurance(
    act: Act,
    *,
    dossier: Any,
    version: int,
    assurance: str,
    kept: bool,
    note: str = "",
    check_by: date | None = None,
) -> Dossier:
    """Record whether an assurance was kept so far; with `check_by` it goes on being tracked until that day."""
    found = opened(act, "check_assurance", dossier, version)
    held = latest(found.row, ASSURANCE).get(assurance)
    if held is None:
        raise MissingError
    value = dict(held.value or {})
    if value["kept"] is not None:
        raise RefusedError(
            "This assurance was answered for good; record a new one.", code="requests:assurance-answered"
        )
    if check_by is not None and (check_by <= act.at.date() or not kept):
        raise InvalidInputError("A kept assurance is checked again after today; a broken one is not.", place="check_by")
    checks = [*value["checks"], {"on": act.at.date().isoformat(), "kept": kept, "note": note.strip()[:LONGEST]}]
    value |= {
        "checks": checks[-MOST_CHECKS:],
        "kept": None if check_by is not None else kept,
        "check_by": check_by.isoformat() if check_by else value["check_by"],
    }
    told = {"assurance": assurance, "subject": value["subject"], "kept": kept}
    row = finish(act, found, event="requests:assurance:checked", facts=told, notes={"note": note.strip()[:LONGEST]})
    _keep(row, ASSURANCE, {assurance: value}, due=check_by)
    reopen(row, found.state)
    return row


def _keep(row: Dossier, kind: str, values: Mapping[str, Any], *, due: date | None = None) -> None:
    """Append records under the act that was just entered."""
    hand = DomesticAct.objects.filter(dossier=row).order_by("-id").first()
    LawRecord.objects.bulk_create(
        [LawRecord(dossier=row, kind=kind, key=key, value=value, due=due, act=hand) for key, value in values.items()]
    )
