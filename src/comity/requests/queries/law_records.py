"""What our side recorded of the law of a dossier, and what stands on it: facts, gate, matrices, check of grounds."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet

from comity.gazette.queries import register_here
from comity.law.expression import Value
from comity.law.register import Register
from comity.law.rights_gate import Assurance, read_assurances
from comity.requests.case_facts import Case
from comity.requests.dual_matrix import Matrix, matrix_of
from comity.requests.models import DomesticAct, Dossier, Draft, LawRecord
from comity.requests.phases import Side
from comity.requests.rights import Gate, Recorded, gate_of
from comity.requests.state import DossierState
from comity.values.instant import instant_text, parse_instant

FACT, ASSURANCE, DUAL = "fact", "assurance", "dual"
GATE_VERB, DUAL_VERB = "sign_rights_gate", "sign_dual"


def latest(row: Dossier, kind: str) -> dict[str, LawRecord]:
    """The record of each key that stands now."""
    found = LawRecord.objects.filter(dossier=row, kind=kind).select_related("act").order_by("id")
    return {one.key: one for one in found}


def recorded_facts(row: Dossier) -> dict[str, Recorded]:
    """The facts that stand, each with whose hand recorded it and when."""
    return {
        key: Recorded(one.value, one.act.name, instant_text(one.act.at), one.act.entry)
        for key, one in latest(row, FACT).items()
        if one.value is not None
    }


def values_recorded(row: Dossier) -> dict[str, Value]:
    return {key: one.value for key, one in recorded_facts(row).items()}


def assurances_of(row: Dossier) -> list[tuple[str, Assurance]]:
    """The assurances by their ids, as they stand now."""
    return [(key, read_assurances([_plain(one.value or {})])[0]) for key, one in latest(row, ASSURANCE).items()]


def _plain(value: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value.get(key) for key in ("subject", "given_by", "on", "text", "check_by", "kept")}


def dual_cases(row: Dossier) -> dict[str, Any]:
    """The facts recorded for the matrices, by offence."""
    return {key: one.value for key, one in latest(row, DUAL).items() if one.value}


def draft_of(row: Dossier) -> Draft | None:
    return Draft.objects.filter(dossier=row).first()


def request_of(row: Dossier, state: DossierState, draft: Draft | None) -> tuple[Mapping[str, Any], str]:
    """The request's content and the digest of its release: as it is being written where it is, else as it crossed."""
    if draft is not None and (row.stage or state.content is None):
        release = draft.release or {}
        return draft.content, row.signed_release or str(release.get("digest", ""))
    return state.content or {}, state.release


def gate(row: Dossier, state: DossierState) -> Gate:
    """The human-rights gate of the request as things stand now."""
    _, request = request_of(row, state, draft_of(row))
    return gate_of(request, recorded_facts(row), assurances_of(row))


def signature_on(row: Dossier, verb: str, digest: str) -> DomesticAct | None:
    """The standing signature on exactly this digest."""
    acts = DomesticAct.objects.filter(dossier=row, verb=verb, void=False, digest=digest)
    return acts.order_by("-id").first()


def gate_is_signed(row: Dossier, state: DossierState, draft: Draft | None) -> bool:
    """Whether a signature on the gate stands for this request, as lists ask it: without weighing the gate again."""
    _, request = request_of(row, state, draft)
    acts = DomesticAct.objects.filter(dossier=row, verb=GATE_VERB, void=False)
    return any(facts.get("request") == request for facts in acts.values_list("facts", flat=True))


def signed_requests(rows: QuerySet[Dossier], verb: str) -> set[tuple[int, str]]:
    """The dossiers with a signature of that verb that stands, each with the request it is bound to; one query.

    A later record voids the signatures it takes the ground from (`law_recording`), so that lists need not weigh again.
    """
    acts = DomesticAct.objects.filter(dossier__in=rows.order_by().values("pk"), verb=verb, void=False)
    return {(row, str(facts.get("request", ""))) for row, facts in acts.values_list("dossier_id", "facts")}


def matrix(row: Dossier, state: DossierState, register: Register | None = None) -> Matrix | None:
    """The matrices of dual criminality as things stand now; None where the request rests on no instrument."""
    if not row.instrument:
        return None
    register = register or register_here()
    content, request = request_of(row, state, draft_of(row))
    law = register.instrument(row.instrument)
    return matrix_of(register, law, (row.requesting[:2], row.requested[:2]), content, dual_cases(row), request=request)


def case_of(row: Dossier, state: DossierState, at: datetime) -> Case | None:
    """The request as our side weighs its law; None where it rests on no instrument."""
    if not row.instrument:
        return None
    draft = draft_of(row)
    content, _ = request_of(row, state, draft)
    on = parse_instant(state.received_at) if row.side == Side.REQUESTED and state.received_at else at
    case = Case(
        law=register_here().instrument(row.instrument),
        states=(row.requesting[:2], row.requested[:2]),
        content=content,
        on=on.date(),
        today=at.date(),
        recorded=values_recorded(row),
    )
    return replace(case, found=_found(row, state, draft))


def _found(row: Dossier, state: DossierState, draft: Draft | None) -> dict[str, Value]:
    """What our side established: whether the request is complete, whether the conduct is an offence in both States."""
    found: dict[str, Value] = {}
    if row.side == Side.REQUESTING and draft is not None and row.stage:
        found["request-conforms"] = not any(gap["severity"] == "missing" for gap in draft.gaps)
    elif row.side == Side.REQUESTED:
        assessed = DomesticAct.objects.filter(dossier=row, verb="assess_conformity").order_by("-id").first()
        if assessed is not None:
            found["request-conforms"] = bool(assessed.facts.get("conforms"))
    held = matrix(row, state)
    signed = signature_on(row, DUAL_VERB, held.digest) if held is not None else None
    if signed is not None:
        found["conduct-offence-in-requested"] = bool(signed.facts.get("met"))
    return found


def assurances_due(rows: QuerySet[Dossier], on: date) -> dict[int, list[tuple[str, LawRecord]]]:
    """The assurances whose day of checking has come and that nobody answered, by the dossier's key; one query."""
    standing: dict[tuple[int, str], LawRecord] = {}
    for one in LawRecord.objects.filter(dossier__in=rows.order_by().values("pk"), kind=ASSURANCE).order_by("id"):
        standing[one.dossier_id, one.key] = one
    due: dict[int, list[tuple[str, LawRecord]]] = {}
    for (row, key), one in standing.items():
        if one.due is not None and one.due <= on and (one.value or {}).get("kept") is None:
            due.setdefault(row, []).append((key, one))
    return due
