"""The human-rights gate of one request, as one side holds it: what is recorded, asked and signed. Pure.

A signature binds the digest of the whole: every subject with what was recorded of it, by whom and when, every
assurance, and the request itself. Whatever is recorded later makes another digest, and the gate stands open again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from comity.law.expression import Value, facts_of
from comity.law.facts import load_facts, read_facts
from comity.law.rights_gate import SIGNATURE, Assurance, gate_subjects, review
from comity.seals.canonical import digest_of

GATE_VERSION = 1


@dataclass(frozen=True, slots=True)
class Recorded:
    """One fact as it was recorded: `mark` is the leaf of the ledger's entry, so that two recordings differ."""

    value: Value
    name: str
    at: str
    mark: str


@dataclass(frozen=True, slots=True)
class Gate:
    """All subjects of one request. `digest` is what the signature binds."""

    request: str
    """Digest of the request: its release."""
    subjects: tuple[dict[str, Any], ...]
    digest: str
    may_sign: bool
    open: tuple[str, ...]
    """Titles of the subjects with something left to ask."""
    against: tuple[str, ...]
    """Titles of the subjects with something recorded that nothing cures."""

    def to_json(self) -> dict[str, Any]:
        return {
            "version": GATE_VERSION,
            "request": self.request,
            "subjects": list(self.subjects),
            "statement": SIGNATURE,
        }


def gate_of(request: str, recorded: Mapping[str, Recorded], assurances: Sequence[tuple[str, Assurance]]) -> Gate:
    """The gate of a request as things stand; assurances come with their ids."""
    facts = {name: one.value for name, one in recorded.items()}
    answer = review(facts, [one for _, one in assurances])
    follow, meanings = read_facts(facts), load_facts().meanings
    ids = {id(one): name for name, one in assurances}
    subjects = []
    for line in answer.lines:
        told = line.to_json()
        told["facts"] = [
            _fact(name, meanings[name].text, follow.get(name), recorded.get(name), alarm=alarm)
            for name, alarm in line.subject.alarms.items()
        ]
        told["assurances"] = [
            {"id": ids[id(one)], **held} for one, held in zip(line.assurances, told["assurances"], strict=True)
        ]
        subjects.append({key: value for key, value in told.items() if key not in {"recorded", "asks"}})
    standing = {one["title"]: one["standing"] for one in subjects}
    content = {"version": GATE_VERSION, "request": request, "subjects": subjects}
    return Gate(
        request=request,
        subjects=tuple(subjects),
        digest=digest_of(content),
        may_sign=answer.may_sign,
        open=tuple(title for title, state in standing.items() if state == "ASK"),
        against=tuple(title for title, state in standing.items() if state == "RECORDED"),
    )


def _fact(name: str, text: str, value: Value | None, recorded: Recorded | None, *, alarm: bool) -> dict[str, Any]:
    told: dict[str, Any] = {"fact": name, "text": text, "value": value, "alarm": alarm}
    if recorded is not None:
        told |= {"by": recorded.name, "at": recorded.at, "mark": recorded.mark}
    return told


def screens() -> tuple[tuple[str, str], ...]:
    """The screening questions of which one answer settles several facts of the gate, with their words."""
    asked = {name for subject in gate_subjects() for name in subject.alarms}
    table = load_facts()
    settling = {name for rule in table.rules for name in facts_of(rule.condition) if len(asked & set(rule.then)) > 1}
    return tuple((name, one.text) for name, one in table.meanings.items() if one.screen and name in settling)
