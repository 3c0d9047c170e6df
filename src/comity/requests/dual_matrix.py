"""Dual criminality of one request: for each measure and offence the matrix of facts against both laws. Pure.

The instrument says whether it is a condition; where it is, a named person of the requested side signs the matrix off
before the measure is accepted. The engine proposes, she concludes; a conclusion beyond the engine's needs its reason.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from comity.law.dual_conduct import dual_criminality
from comity.law.dual_criminality import rule_for
from comity.law.instrument import Instrument
from comity.law.register import Register
from comity.seals.canonical import digest_of
from comity.values.errors import InvalidInputError
from comity.values.verdict import Finding

MATRIX_VERSION = 1
CONDITION = frozenset({"always", "unless-listed", "declared"})
"""Rules under which assistance depends on it; under `may-refuse` it is a ground that may be raised, or not."""


@dataclass(frozen=True, slots=True)
class Matrix:
    """All matrices of one request. `digest` is what the sign-off binds."""

    request: str
    lines: tuple[dict[str, Any], ...]
    """The engine's answer for each measure and offence, with its `parts` and whether it is `required`."""
    digest: str

    @property
    def required(self) -> frozenset[str]:
        """The parts that may not be accepted without the sign-off."""
        return frozenset(part for line in self.lines if line["required"] for part in line["parts"])

    @property
    def settled(self) -> bool:
        """The engine finds the conduct an offence in both States wherever it is a condition."""
        return all(line["finding"] == Finding.CLEAR for line in self.lines if line["required"])


def matrix_of(
    register: Register,
    law: Instrument,
    states: tuple[str, str],
    content: Mapping[str, Any],
    cases: Mapping[str, Mapping[str, Any]],
    *,
    request: str,
) -> Matrix:
    """The matrices of a request; `cases` are the facts recorded for each offence, as `comity law dual` takes them."""
    parts: dict[str, list[str]] = {}
    for part in content.get("parts") or []:
        parts.setdefault(str(part.get("measure", "")), []).append(str(part.get("id", "")))
    lines = []
    for measure, names in parts.items():
        rule = rule_for(law, measure)
        if rule is None or rule[0] == "never":
            continue
        for offence in content.get("offences") or []:
            given = case_json(law, states, measure, str(offence), content, cases.get(str(offence), {}))
            try:
                answer = dual_criminality(register, given).to_json()
            except InvalidInputError as error:
                lines.append({**_unasked(given, error.message), "parts": names, "required": rule[0] == "always"})
                continue
            lifted = rule[0] != "always" and answer["finding"] == Finding.CLEAR
            lines.append({**answer, "parts": names, "required": rule[0] in CONDITION and not lifted})
    content_signed = {"version": MATRIX_VERSION, "request": request, "lines": lines}
    return Matrix(request, tuple(lines), digest_of(content_signed))


def case_json(
    law: Instrument,
    states: tuple[str, str],
    measure: str,
    offence: str,
    content: Mapping[str, Any],
    recorded: Mapping[str, Any],
) -> dict[str, Any]:
    """The facts of one matrix: what was recorded of the conduct and the laws, and what the request says."""
    told: dict[str, Any] = {}
    categories = (content.get("eio") or {}).get("categories") or []
    if len(categories) == 1:
        told = {"category": categories[0], "certified": True}
    named = {"instrument": law.code, "measure": measure, "offence": offence}
    return {**told, **recorded, **named, "requesting": states[0], "requested": states[1]}


def _unasked(given: Mapping[str, Any], why: str) -> dict[str, Any]:
    return {
        **{key: given[key] for key in ("instrument", "measure", "requesting", "requested", "offence")},
        "finding": Finding.UNSETTLED.value,
        "needed": "",
        "reasons": [],
        "questions": [],
        "matrix": [],
        "laws": [],
        "missing": [why],
        "sign_off": "",
    }
