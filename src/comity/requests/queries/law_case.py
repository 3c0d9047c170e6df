"""The law of one dossier as our side weighs it: prediction beside check, what is left to ask, what was signed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from comity.gazette.queries import register_here
from comity.law.facts import FactMeaning, load_facts
from comity.requests.dual_matrix import Matrix
from comity.requests.grounds_check import check_json, compared, open_questions, weighed
from comity.requests.models import DomesticAct, Dossier
from comity.requests.phases import Side
from comity.requests.queries.access import cached_state, dossier_for, target_of
from comity.requests.queries.law_records import (
    ASSURANCE,
    DUAL_VERB,
    GATE_VERB,
    case_of,
    dual_cases,
    gate,
    latest,
    matrix,
    recorded_facts,
    signature_on,
)
from comity.requests.queries.law_view import own_run_of, sent_prediction
from comity.requests.queries.sight import only_executes
from comity.requests.rights import Gate, screens
from comity.requests.state import DossierState
from comity.safeguards.permissions import Permission
from comity.safeguards.policy import authorise
from comity.values.actor import Actor
from comity.values.errors import MissingError
from comity.values.instant import instant_text
from comity.values.reference import Reference


@dataclass(frozen=True, slots=True)
class LawCaseView:
    """What our side knows and found of the law of one dossier."""

    predicted: Mapping[str, Any]
    """The requesting side's check of grounds: as sent with the request, or of the draft."""
    found: Mapping[str, Any]
    """The requested side's check as it was last recorded; empty on the requesting side, which is not told of it."""
    now: Mapping[str, Any]
    """Our own check with what is recorded today."""
    comparison: tuple[Mapping[str, Any], ...]
    questions: tuple[FactMeaning, ...]
    """What is left to ask, that first which settles most."""
    facts: tuple[Mapping[str, Any], ...]
    gate: Gate
    gate_signed: DomesticAct | None
    dual: Matrix | None
    dual_signed: DomesticAct | None
    dual_cases: Mapping[str, Any]
    assurances: tuple[Mapping[str, Any], ...]

    def to_json(self) -> dict[str, Any]:
        """The whole as the API gives it."""
        return {
            "predicted": self.predicted,
            "found": self.found,
            "now": self.now,
            "comparison": list(self.comparison),
            "questions": [question_json(one) for one in self.questions],
            "facts": list(self.facts),
            "gate": {
                **self.gate.to_json(),
                "digest": self.gate.digest,
                "may_sign": self.gate.may_sign,
                "open": list(self.gate.open),
                "against": list(self.gate.against),
                "screens": [{"fact": name, "text": text} for name, text in screens()],
                "signed": hand_json(self.gate_signed),
            },
            "dual": {
                "lines": list(self.dual.lines),
                "digest": self.dual.digest,
                "required": sorted(self.dual.required),
                "settled": self.dual.settled,
                "cases": dict(self.dual_cases),
                "signed": hand_json(self.dual_signed),
            }
            if self.dual
            else None,
            "assurances": list(self.assurances),
        }


def question_json(one: FactMeaning) -> dict[str, Any]:
    return {"fact": one.id, "type": one.type, "text": one.text, "options": list(one.options)}


def hand_json(hand: DomesticAct | None) -> dict[str, Any] | None:
    """A signature: whose, when, on what digest, and the leaf of its ledger entry."""
    if hand is None:
        return None
    told = {key: hand.facts[key] for key in ("met", "note", "request") if key in hand.facts}
    return {**told, "name": hand.name, "at": instant_text(hand.at), "digest": hand.digest, "entry": hand.entry}


def law_case(actor: Actor, reference: Reference, at: datetime) -> LawCaseView:
    """The law of one dossier for an officer of our party; `MissingError` for one whose authority merely executes.

    The face enters the read in the ledger before it shows anything.
    """
    row = dossier_for(actor, reference)
    authorise(actor, Permission.DOSSIER_READ, target_of(row, actor))
    if only_executes(row, actor.authority):
        raise MissingError
    return law_case_of(row, cached_state(row), at)


def law_case_of(row: Dossier, state: DossierState, at: datetime) -> LawCaseView:
    """The same for a row in hand."""
    case = case_of(row, state, at)
    runs = weighed(register_here(), case) if case is not None else ()
    now = check_json(case, runs) if case is not None else {}
    mine = row.side == Side.REQUESTED
    predicted = (sent_prediction(row).get("grounds") or {}) if mine or not row.stage else now
    found = (own_run_of(row).get("grounds") or {}) if mine else {}
    held = matrix(row, state)
    standing = gate(row, state)
    return LawCaseView(
        predicted=predicted,
        found=found,
        now=now,
        comparison=tuple(compared(predicted, found or (now if mine else {}))),
        questions=open_questions(runs),
        facts=tuple(_facts(row)),
        gate=standing,
        gate_signed=signature_on(row, GATE_VERB, standing.digest),
        dual=held,
        dual_signed=signature_on(row, DUAL_VERB, held.digest) if held else None,
        dual_cases=dual_cases(row),
        assurances=tuple({"id": key, **(one.value or {})} for key, one in latest(row, ASSURANCE).items()),
    )


def _facts(row: Dossier) -> list[dict[str, Any]]:
    meanings = load_facts().meanings
    return [
        {"fact": name, "text": meanings[name].text, "value": one.value, "by": one.name, "at": one.at}
        for name, one in recorded_facts(row).items()
        if name in meanings
    ]
