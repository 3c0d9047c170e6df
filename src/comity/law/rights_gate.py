"""The human-rights gate: what is recorded on each subject, what must be asked, which assurances stand.

It never says CLEAR. A subject is RECORDED (something stands against the request), ASSURED (an assurance on it is
recorded), ANSWERED (a person answered that nothing is known) or ASK. A named person signs *no ground recorded*, for
this request only. Assurances are tracked after surrender.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache
from typing import Any

from comity.law.expression import NEVER, Expression, ExpressionError
from comity.law.facts import FactTable, load_facts, read_facts
from comity.law.faults import LawText
from comity.law.law_files import Sources, load_sources, read_text
from comity.values.errors import InvalidInputError

SIGNATURE = (
    "No ground recorded: to be signed by a named person, for this request only. This is not a finding of safety."
)


class Standing(StrEnum):
    """How one subject stands; there is no word for "clear"."""

    RECORDED = "RECORDED"
    ASSURED = "ASSURED"
    ASK = "ASK"
    ANSWERED = "ANSWERED"


@dataclass(frozen=True, slots=True)
class Subject:
    """One subject of the gate: the facts that stand against a request, and what may cure them."""

    id: str
    title: str
    provision: str
    alarms: Mapping[str, bool]
    cured_by: Expression
    assurance: str
    tracked: str
    verified: bool


@dataclass(frozen=True, slots=True)
class Assurance:
    """What the requesting State assured: by whom, when, in which words; `kept` None while it is being tracked."""

    subject: str
    given_by: str
    on: date
    text: str
    check_by: date | None = None
    kept: bool | None = None


@dataclass(frozen=True, slots=True)
class GateLine:
    subject: Subject
    standing: Standing
    recorded: tuple[str, ...]
    asks: tuple[str, ...]
    assurances: tuple[Assurance, ...]

    def to_json(self) -> dict[str, Any]:
        return {
            "subject": self.subject.id,
            "title": self.subject.title,
            "provision": self.subject.provision,
            "standing": self.standing.value,
            "recorded": list(self.recorded),
            "asks": list(self.asks),
            "assurance_wanted": self.subject.assurance,
            "assurances": [_assurance_json(one) for one in self.assurances],
            "tracked": self.subject.tracked,
            "verified": self.subject.verified,
        }


@dataclass(frozen=True, slots=True)
class GateAnswer:
    """All subjects. `may_sign`: nothing is recorded uncured and nothing is left to ask."""

    lines: tuple[GateLine, ...]

    @property
    def may_sign(self) -> bool:
        return all(line.standing in {Standing.ASSURED, Standing.ANSWERED} for line in self.lines)

    def to_json(self) -> dict[str, Any]:
        return {
            "subjects": [line.to_json() for line in self.lines],
            "open": [line.subject.id for line in self.lines if line.standing is Standing.ASK],
            "recorded": [line.subject.id for line in self.lines if line.standing is Standing.RECORDED],
            "may_sign": self.may_sign,
            "signature": SIGNATURE,
        }


@lru_cache(maxsize=1)
def gate_subjects() -> tuple[Subject, ...]:
    return subjects_from_text("rights_gate.yaml", read_text("rights_gate.yaml"), load_sources(), load_facts())


def subjects_from_text(name: str, text: str, sources: Sources, facts: FactTable) -> tuple[Subject, ...]:
    """The subjects of a file; a fault names file, line and reason."""
    file = LawText(name, text)
    found = []
    for identifier, given in file.mapping(("subjects",))["subjects"].items():
        path = ("subjects", identifier)
        if not {"title", "at", "facts", "read"} <= set(given) or given["read"] not in sources.texts:
            raise file.broken("a subject has `title`, `at`, `facts` and `read`, a key of sources.yaml", path)
        for fact in given["facts"]:
            if fact not in facts.meanings:
                raise file.broken(f"'{fact}' is not a fact of facts.yaml", (*path, "facts"))
        try:
            cured = facts.expression(str(given["cured_by"])) if "cured_by" in given else NEVER
        except ExpressionError as error:
            raise file.broken(str(error), (*path, "cured_by")) from error
        found.append(
            Subject(
                identifier,
                str(given["title"]),
                str(given["at"]),
                given["facts"],
                cured,
                str(given.get("assurance", "")),
                str(given.get("tracked", "")),
                sources.read(given["read"]),
            )
        )
    return tuple(found)


def review(
    given: Mapping[str, Any],
    assurances: Sequence[Assurance] = (),
    *,
    subjects: Sequence[Subject] | None = None,
    table: FactTable | None = None,
) -> GateAnswer:
    """What is recorded on each subject for one request. A broken assurance cures nothing."""
    table = table or load_facts()
    facts = read_facts(given, table)
    lines = []
    for subject in gate_subjects() if subjects is None else subjects:
        held = tuple(one for one in assurances if one.subject == subject.id)
        alarms = [name for name, alarm in subject.alarms.items() if facts.get(name) is alarm]
        open_ones = [name for name in subject.alarms if name not in facts]
        cured = subject.cured_by.value(facts) is True or any(one.kept is not False for one in held)
        if alarms:
            broken = any(one.kept is False for one in held)
            standing = Standing.ASSURED if cured and not broken else Standing.RECORDED
        else:
            standing = Standing.ASK if open_ones else Standing.ANSWERED
        texts = tuple(table.meanings[name].text for name in open_ones)
        recorded = tuple(table.meanings[name].text for name in alarms)
        lines.append(GateLine(subject, standing, recorded, texts, held))
    return GateAnswer(tuple(lines))


def to_track(assurances: Sequence[Assurance], on: date) -> tuple[Assurance, ...]:
    """The assurances whose keeping is to be checked by that day: due and not yet answered, or broken."""
    return tuple(
        one
        for one in assurances
        if one.kept is False or (one.kept is None and (not one.check_by or one.check_by <= on))
    )


def read_assurances(given: Any) -> tuple[Assurance, ...]:
    """Assurances as a JSON list: subject, given_by, on, text, and if known check_by and kept."""
    if not isinstance(given, list):
        raise _wrong("assurances", "it is a list")
    known = {subject.id for subject in gate_subjects()}
    found = []
    for index, one in enumerate(given):
        place = f"assurances[{index}]"
        if not isinstance(one, Mapping) or not all(one.get(key) for key in ("subject", "given_by", "on", "text")):
            raise _wrong(place, "it has `subject`, `given_by`, `on` and `text`: who assured what, and when")
        if one["subject"] not in known:
            raise _wrong(f"{place}.subject", f"it is one of {', '.join(sorted(known))}")
        if one.get("kept") not in {None, True, False}:
            raise _wrong(f"{place}.kept", "it is true, false or null (being tracked)")
        days = [_day(one.get(key), f"{place}.{key}") for key in ("on", "check_by")]
        if days[0] is None:
            raise _wrong(f"{place}.on", "it is a day")
        found.append(
            Assurance(str(one["subject"]), str(one["given_by"]), days[0], str(one["text"]), days[1], one.get("kept"))
        )
    return tuple(found)


def _day(value: Any, place: str) -> date | None:
    if value is None:
        return None
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError) as error:
        raise _wrong(place, "it is a day, written 2026-11-21") from error


def _assurance_json(one: Assurance) -> dict[str, Any]:
    return {
        "given_by": one.given_by,
        "on": one.on.isoformat(),
        "text": one.text,
        "check_by": one.check_by.isoformat() if one.check_by else None,
        "kept": one.kept,
    }


def _wrong(place: str, why: str) -> InvalidInputError:
    example = '{"subject": "death-penalty", "given_by": "Ministry of Justice", "on": "2026-11-21", "text": "..."}'
    return InvalidInputError(f"{place}: {why}.", code="law:assurance", place=place, next_step=f"For example: {example}")
