"""The law of one dossier as its page shows it: both checks side by side, the gate, the matrix, and what to do next."""

from itertools import groupby
from types import SimpleNamespace
from typing import Any

from comity.requests.queries import LawCaseView
from comity.values.verdict import Finding
from comity.web.pages.dossier_frame import Case
from comity.web.vocabulary import word

GATE_VERBS = ("record_facts", "sign_rights_gate", "record_assurance", "check_assurance", "print_check")
DUAL_VERBS = ("record_conduct", "sign_dual")


def grounds_context(case: Case, law: LawCaseView) -> dict[str, Any]:
    """What the template of the grounds takes; links only to what is open to the officer."""
    lines = [_line(one) for one in law.comparison]
    both = [line for line in lines if line.agree is not None]
    hrefs = {step.verb: f"{case.href}/do/{step.verb}" for step in case.view.steps if step.allowed}
    return {
        "comparison": [
            (measure, found, list(dict.fromkeys(line.source for line in found)))
            for measure, group in groupby(_by_measure(lines), lambda one: one.measure)
            for found in [list(group)]
        ],
        "both": len(both),
        "same": sum(line.agree for line in both),
        "questions": law.questions,
        "record_href": hrefs.get("record_facts", ""),
        "gate": law.gate,
        "gate_signed": law.gate_signed,
        "gate_hrefs": [(hrefs[verb], word("verb", verb)) for verb in GATE_VERBS if verb in hrefs],
        "matrix": law.dual,
        "dual_signed": law.dual_signed,
        "dual_hrefs": [(hrefs[verb], word("verb", verb)) for verb in DUAL_VERBS if verb in hrefs],
    }


def _by_measure(lines: list[Any]) -> list[Any]:
    order = list(dict.fromkeys(line.measure for line in lines))
    return sorted(lines, key=lambda line: order.index(line.measure))


def _line(one: Any) -> Any:
    found = {key: Finding(one[key]) if one[key] else None for key in ("predicted", "found")}
    stands = Finding.BARRED in found.values()
    return SimpleNamespace(**{**one, **found, "stands": stands, "kind_word": word("ground", one["kind"])})
