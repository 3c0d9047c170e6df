"""What follows when a request or what is known of it changes: the prediction anew, signatures without ground void."""

from datetime import datetime
from typing import Any

from comity.gazette.queries import register_here
from comity.requests.grounds_check import check_json, standing_against, weighed
from comity.requests.models import DomesticAct, Dossier, Draft
from comity.requests.phases import Side
from comity.requests.predictions import prediction_of
from comity.requests.queries.law_records import DUAL_VERB, GATE_VERB, case_of, gate, matrix
from comity.requests.state import DossierState


def predict(row: Dossier, state: DossierState, at: datetime) -> dict[str, Any]:
    """Ask the engine anew of the request as it is being written, and keep the answer; empty where none is written."""
    draft = Draft.objects.filter(dossier=row).first()
    if draft is None or row.side != Side.REQUESTING or not row.stage:
        return {}
    register = register_here()
    answers = {key: bool(value) for key, value in draft.answers.items()}
    ours, theirs = row.requesting[:2], row.requested[:2]
    seen = prediction_of(register, ours, theirs, draft.content, on=at.date(), answers=answers)
    case = case_of(row, state, at)
    if case is not None:
        seen["grounds"] = check_json(case, weighed(register, case))
    Draft.objects.filter(pk=draft.pk).update(prediction=seen)
    return seen


def likely_refusals(prediction: dict[str, Any]) -> list[dict[str, Any]]:
    """The mandatory grounds that stand against the request as predicted, each with provision and cure."""
    return list(standing_against(prediction.get("grounds") or {}))


def reopen(row: Dossier, state: DossierState) -> None:
    """Void the signatures that no longer cover what is recorded or asked: gate and matrix stand open again."""
    signed = DomesticAct.objects.filter(dossier=row, verb__in=(GATE_VERB, DUAL_VERB), void=False)
    if not signed.exists():
        return
    held = matrix(row, state)
    digests = {GATE_VERB: gate(row, state).digest, DUAL_VERB: held.digest if held else ""}
    for verb, digest in digests.items():
        signed.filter(verb=verb).exclude(digest=digest).update(void=True)
