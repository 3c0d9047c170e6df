"""The requested side's grounds of refusal weighed against what one side knows: its prediction, or its check. Pure.

The requesting side runs it before it signs, the requested side when it assesses conformity; `compared` sets the two
beside each other. What travels is the finding of each ground with its provision, never the facts behind it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from comity.law.facts import FactMeaning
from comity.law.refusal_check import RefusalAnswer, check_refusal
from comity.law.register import Register
from comity.requests.case_facts import Case, facts_of
from comity.values.errors import InvalidInputError
from comity.values.verdict import Finding, gravest

CHECK_VERSION = 1


@dataclass(frozen=True, slots=True)
class Weighed:
    """The grounds against one measure of the request, or why they could not be weighed."""

    measure: str
    parts: tuple[str, ...]
    answer: RefusalAnswer | None
    fault: str = ""


def weighed(register: Register, case: Case) -> tuple[Weighed, ...]:
    """The grounds of the instrument against each measure asked for, in the order of the parts."""
    parts: dict[str, list[str]] = {}
    for part in case.content.get("parts") or []:
        parts.setdefault(str(part.get("measure", "")), []).append(str(part.get("id", "")))
    found = []
    for measure, names in parts.items():
        try:
            answer = check_refusal(case.law, facts_of(register, case, measure))
        except InvalidInputError as error:
            found.append(Weighed(measure, tuple(names), None, error.message))
        else:
            found.append(Weighed(measure, tuple(names), answer))
    return tuple(found)


def check_json(case: Case, found: tuple[Weighed, ...]) -> dict[str, Any]:
    """The check as it is kept and sent: each ground with its finding, reason, provision, cure and source."""
    checks = [_check(one) for one in found]
    return {
        "version": CHECK_VERSION,
        "on": case.on.isoformat(),
        "instrument": case.law.code,
        "finding": gravest(Finding(one["finding"]) for one in checks).value,
        "checks": checks,
    }


def _check(one: Weighed) -> dict[str, Any]:
    told: dict[str, Any] = {"measure": one.measure, "parts": list(one.parts)}
    if one.answer is None:
        return {**told, "finding": Finding.UNSETTLED.value, "grounds": [], "notes": [one.fault]}
    answer = one.answer
    found = (*answer.grounds, *answer.conditions, *answer.postponements)
    grounds = [{**ground.to_json(), "condition": ground.ground.condition} for ground in found]
    return {**told, "finding": answer.finding.value, "grounds": grounds, "notes": list(answer.notes)}


def open_questions(found: tuple[Weighed, ...]) -> tuple[FactMeaning, ...]:
    """The facts still to be asked, those first that settle most; each once."""
    asked = [meaning for one in found if one.answer is not None for meaning in one.answer.questions]
    return tuple({one.id: one for one in asked}.values())


def standing_against(check: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The mandatory grounds that stand against the request: what a signature must answer with a reason."""
    seen = set()
    for one in check.get("checks") or []:
        for ground in one["grounds"]:
            stands = ground["kind"] == "mandatory" and ground["finding"] == Finding.BARRED.value
            if stands and ground["ground"] not in seen:
                seen.add(ground["ground"])
                yield ground


def compared(theirs: Mapping[str, Any], ours: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Both checks, ground by ground for each measure: `agree` is None where only one side weighed it.

    `theirs` is the requesting side's prediction, `ours` the requested side's check.
    """
    told = [_by_ground(check) for check in (theirs, ours)]
    lines = []
    for measure, name in dict.fromkeys([*told[1], *told[0]]):
        first, second = (side.get((measure, name)) for side in told)
        known = second or first or {}
        lines.append(
            {
                **{key: known.get(key, "") for key in ("ground", "provision", "kind", "condition", "cure", "source")},
                "measure": measure,
                "verified": bool(known.get("verified", False)),
                "predicted": first["finding"] if first else "",
                "predicted_because": first["reason"] if first else "",
                "found": second["finding"] if second else "",
                "found_because": second["reason"] if second else "",
                "agree": first["finding"] == second["finding"] if first and second else None,
            }
        )
    return lines


def _by_ground(check: Mapping[str, Any]) -> dict[tuple[str, str], Mapping[str, Any]]:
    checks = check.get("checks") or []
    return {(one["measure"], ground["ground"]): ground for one in checks for ground in one["grounds"]}
