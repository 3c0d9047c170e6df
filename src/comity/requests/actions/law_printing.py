"""The sheet of the check of grounds: both sides' findings, the gate and the matrix, typeset for our own file.

It does not travel: no prosecutor prints a list of reasons to be refused into the letter. What the other side is told is
the prediction in the message, as data (`docs/decisions`).
"""

from collections.abc import Mapping
from typing import Any

from comity.authorities.keyring import Keyring
from comity.authorities.models import Authority
from comity.requests.actions.answering import enter_printed
from comity.requests.actions.papering import sealed_papers
from comity.requests.actions.shape import opened
from comity.requests.models import DomesticAct, Dossier
from comity.requests.papers import first_printed, paper
from comity.requests.queries.law_case import LawCaseView, law_case_of
from comity.requests.queries.paper_context import letter_context
from comity.store.vault import Vault
from comity.values.actor import Act
from comity.values.errors import RefusedError

KIND = "check-of-grounds"


def print_check(
    act: Act, *, dossier: Any, version: int, keys: Keyring, vault: Vault, exercise: bool = False
) -> Dossier:
    """Make the sheet as things stand now, in the language of our party to the dossier, under its seal."""
    found = opened(act, "print_check", dossier, version)
    row = found.row
    view = law_case_of(row, found.state, act.at)
    if not view.comparison:
        raise RefusedError(
            "No ground was weighed: the request rests on no instrument, or asks for nothing yet.",
            code="requests:nothing-weighed",
        )
    spoken = Authority.objects.filter(code=row.holder).values_list("languages", flat=True).first() or []
    language = first_printed(spoken)
    context = {**letter_context(row, act.at, exercise=exercise), "addressee": {}, "channel": "", "legal_basis": []}
    letter = paper(KIND, {**sheet_content(row, view), "language": language}, context, language, at=act.at)
    reason = f"{row.number or row.file_number}: {KIND}"
    with sealed_papers(act, [(letter, "")], office=row.holder, keys=keys, vault=vault, reason=reason) as shelf:
        return enter_printed(act, found, shelf, keys, event="requests:check:printed")


def sheet_content(row: Dossier, view: LawCaseView) -> dict[str, Any]:
    """The content of the sheet, as `documents.check_of_grounds` reads it."""
    measures: dict[str, dict[str, Any]] = {
        one["measure"]: {"measure": one["measure"], "parts": one["parts"], "notes": one["notes"], "lines": []}
        for check in (view.predicted, view.found or view.now)
        for one in check.get("checks") or []
    }
    for line in view.comparison:
        measures[line["measure"]]["lines"].append(line)
    both = [line for line in view.comparison if line["agree"] is not None]
    return {
        "request": {"title": row.title, "reference": row.number or row.file_number},
        "on": (view.found or view.predicted or view.now).get("on", ""),
        "instrument": row.instrument,
        "measures": list(measures.values()),
        "all": len(both),
        "same": sum(line["agree"] for line in both),
        "differing": list(dict.fromkeys(line["provision"] for line in both if not line["agree"])),
        "gate": _signed(view.gate_signed),
        "assurances": [one for subject in view.gate.subjects for one in subject["assurances"]],
        "dual": _signed(view.dual_signed),
        "dual_lines": list(view.dual.lines) if view.dual else [],
    }


def _signed(hand: DomesticAct | None) -> Mapping[str, Any] | None:
    if hand is None:
        return None
    told = {key: hand.facts.get(key) for key in ("met", "note") if key in hand.facts}
    return {**told, "name": hand.name, "at": hand.at.date().isoformat(), "digest": hand.digest}
