"""The human-rights gate as a worksheet: every subject with its questions and how it stands. No word says "clear"."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import QueryDict

from comity.law.expression import facts_of
from comity.law.facts import FactMeaning, load_facts
from comity.law.rights_gate import GateAnswer, GateLine, Standing, review
from comity.values.errors import InvalidInputError
from comity.web.checking.answers import FACT, Given, read_answers, usable

ICONS = {
    Standing.RECORDED: "barred",
    Standing.ASK: "unsettled",
    Standing.ASSURED: "seal-open",
    Standing.ANSWERED: "ours",
}


@dataclass(frozen=True, slots=True)
class GateQuestion:
    """One question of a subject, and what was said of it: `yes`, `no` or nothing."""

    meaning: FactMeaning
    said: str
    cures: bool

    @property
    def name(self) -> str:
        return f"{FACT}{self.meaning.id}"


@dataclass(frozen=True, slots=True)
class SubjectLine:
    line: GateLine
    questions: tuple[GateQuestion, ...]

    @property
    def standing(self) -> str:
        return self.line.standing.value

    @property
    def icon(self) -> str:
        return ICONS[self.line.standing]

    @property
    def wants_assurance(self) -> bool:
        return self.line.standing is Standing.RECORDED and bool(self.line.subject.assurance)


@dataclass(frozen=True, slots=True)
class GateSheet:
    answer: GateAnswer
    subjects: tuple[SubjectLine, ...]
    fault: InvalidInputError | None
    conflicting: tuple[FactMeaning, ...]

    def count(self, standing: Standing) -> int:
        return sum(line.line.standing is standing for line in self.subjects)

    @property
    def recorded(self) -> int:
        return self.count(Standing.RECORDED)

    @property
    def asks(self) -> int:
        return self.count(Standing.ASK)

    @property
    def assured(self) -> int:
        return self.count(Standing.ASSURED)


def gate_sheet(query: QueryDict) -> GateSheet:
    """The worksheet of the answers in an address; what cannot be used is named, and the sheet is then empty."""
    table = load_facts()
    given = read_answers(query, table)
    fault = next((one.fault for one in given if one.fault), None)
    try:
        answer = review(usable(given))
    except InvalidInputError as error:
        fault, answer = error, review({})
    named = fault.place.split(", ") if fault else []
    return GateSheet(
        answer,
        tuple(SubjectLine(line, _questions(line, given)) for line in answer.lines),
        fault,
        tuple(table.meanings[name] for name in named if name in table.meanings),
    )


def _questions(line: GateLine, given: Sequence[Given]) -> tuple[GateQuestion, ...]:
    """What must be asked of a subject; what may cure it is asked only where something is recorded."""
    table, said = load_facts(), {one.fact: one.said for one in given if one.said in {"yes", "no"}}
    stands = line.standing in {Standing.RECORDED, Standing.ASSURED}
    cures = facts_of(line.subject.cured_by) if stands else ()
    return tuple(
        GateQuestion(table.meanings[name], said.get(name, ""), name not in line.subject.alarms)
        for name in (*line.subject.alarms, *cures)
    )
