"""What one's own engine says of each part of a request: run by both sides, each on its own register."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from comity.law.basis import find_bases
from comity.law.dual_criminality import dual_criminality_needed
from comity.law.register import Register
from comity.requests.lanes import canonical_code
from comity.values.errors import ComityError

SHOWN = 6
"""Instruments kept in a message, the most specific first: the whole answer is a question of asking again."""
SENT = ("instrument", "title", "rank", "finding", "reasons", "questions", "as_of", "channel", "languages", "verified",
        "sources")  # fmt: skip
"""Members of a basis that a message has (`messages.PREDICTION`); what the engine tells beside them stays here."""


def prediction_of(
    register: Register,
    requesting: str,
    requested: str,
    content: Mapping[str, Any],
    *,
    on: date,
    answers: Mapping[str, bool] | None = None,
) -> dict[str, Any]:
    """The engine's answer for each part and offence, with the finding of the instrument the request rests on.

    A part whose measure or offence the vocabulary does not know is listed with the fault instead of an answer.
    """
    instrument = canonical_code(register, str(content.get("instrument") or ""))
    lines = []
    for part in content.get("parts") or []:
        for offence in content.get("offences") or []:
            line = {"part": part.get("id", ""), "measure": part.get("measure", ""), "offence": offence}
            try:
                found = find_bases(
                    register,
                    requesting,
                    requested,
                    measure=part["measure"],
                    offence=offence,
                    on=on,
                    answers=answers or {},
                ).to_json()
            except (ComityError, KeyError) as error:
                lines.append({**line, "fault": str(error), "bases": [], "finding": ""})
                continue
            bases = [{key: one[key] for key in SENT} for one in found["bases"]]
            mine = next((one for one in bases if one["instrument"] == instrument), None)
            kept = bases[:SHOWN] + ([mine] if mine and mine not in bases[:SHOWN] else [])
            lines.append({**line, "bases": kept, "finding": mine["finding"] if mine else ""})
    return {"on": on.isoformat(), "instrument": instrument, "lines": lines}


def dual_criminality_lines(register: Register, instrument: str, content: Mapping[str, Any]) -> list[dict[str, Any]]:
    """For each part whether the instrument makes dual criminality a condition, with the provision."""
    if not instrument:
        return []
    found = register.instrument(instrument)
    lines = []
    for part in content.get("parts") or []:
        verdict = dual_criminality_needed(found, str(part.get("measure", "")))
        lines += [
            {
                "part": part.get("id", ""),
                "needed": bool(verdict.questions),
                "provision": reason.provision,
                "text": reason.text,
                "verified": reason.verified,
            }
            for reason in verdict.reasons
        ]
    return lines
