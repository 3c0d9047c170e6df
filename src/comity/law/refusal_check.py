"""Will it be refused: the grounds of an instrument weighed against the facts of a case, three-valued.

CLEAR: the ground does not apply, or what cures it is recorded. BARRED: it applies and is not cured; a mandatory ground
then bars, an optional one may. UNSETTLED: a fact is missing, and its question is named. An instrument without a table
of grounds is never CLEAR. The requesting side runs the requested side's grounds with the same function.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from comity.law.expression import Expression, Value, facts_of, open_facts
from comity.law.facts import FactMeaning, FactTable, load_facts, read_facts
from comity.law.instrument import Instrument
from comity.law.question_order import ordered_questions
from comity.law.refusal import WEIGHED, Ground, known_grounds
from comity.values.verdict import Finding, gravest

PATTERNS: Mapping[str, str] = {"MLA": "UN-MODEL-MLA", "EXTRADITION": "UN-MODEL-EXTRADITION"}
"""Kind of a bilateral treaty whose text was not read, to the UN Model Treaty that shows what such treaties provide."""

RECALLED = "These grounds were recalled, not read in the text: read it before relying on them."
REFUSING = frozenset({"mandatory", "optional", "condition"})


@dataclass(frozen=True, slots=True)
class GroundFinding:
    """One ground and what the facts make of it; `question` is the next fact it waits for."""

    ground: Ground
    finding: Finding
    reason: str
    question: FactMeaning | None

    def to_json(self) -> dict[str, Any]:
        return {
            "ground": self.ground.id,
            "provision": self.ground.provision,
            "kind": self.ground.kind,
            "finding": self.finding.value,
            "reason": self.reason,
            "question": self.question.text if self.question else "",
            "fact": self.question.id if self.question else "",
            "cure": self.ground.cure,
            "consult": self.ground.consult,
            "verified": self.ground.verified,
            "source": self.ground.source,
        }


@dataclass(frozen=True, slots=True)
class RefusalAnswer:
    """All grounds of an instrument against one case. `questions` are in the order that settles most first."""

    instrument: str
    finding: Finding
    grounds: tuple[GroundFinding, ...]
    postponements: tuple[GroundFinding, ...]
    conditions: tuple[GroundFinding, ...]
    duties: tuple[Ground, ...]
    never: tuple[Ground, ...]
    questions: tuple[FactMeaning, ...]
    notes: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        return {
            "instrument": self.instrument,
            "finding": self.finding.value,
            "grounds": [one.to_json() for one in self.grounds],
            "postponements": [one.to_json() for one in self.postponements],
            "conditions": [one.to_json() for one in self.conditions],
            "duties": [one.to_json() for one in self.duties],
            "never": [one.to_json() for one in self.never],
            "questions": [{"fact": one.id, "type": one.type, "text": one.text} for one in self.questions],
            "notes": list(self.notes),
        }


def check_refusal(
    instrument: Instrument,
    given: Mapping[str, Any],
    *,
    grounds: Sequence[Ground] | None = None,
    table: FactTable | None = None,
) -> RefusalAnswer:
    """Weigh every ground of the instrument against the facts given; facts not given are unknown.

    `grounds` and `table` stand in for the shipped tables. Wrong or contradicting facts raise InvalidInputError.
    """
    table = table or load_facts()
    facts = read_facts(given, table)
    rows, notes = (tuple(grounds), recalled(grounds)) if grounds is not None else rows_for(instrument)
    rows = tuple(row for row in rows if row.scope.value(facts) is not False)
    weighed = [_weigh(row, facts, table) for row in rows if row.kind in WEIGHED]
    finding = gravest(one.finding for one in weighed if one.ground.kind in REFUSING)
    if notes and finding is Finding.CLEAR:
        finding = Finding.UNSETTLED
    return RefusalAnswer(
        instrument=instrument.code,
        finding=finding,
        grounds=tuple(one for one in weighed if one.ground.kind in {"mandatory", "optional"}),
        postponements=tuple(one for one in weighed if one.ground.kind == "postponement"),
        conditions=tuple(one for one in weighed if one.ground.kind == "condition"),
        duties=tuple(row for row in rows if row.kind == "duty"),
        never=tuple(row for row in rows if row.kind == "never"),
        questions=ordered_questions(_conditions(rows), facts, table),
        notes=notes,
    )


def rows_for(instrument: Instrument) -> tuple[tuple[Ground, ...], tuple[str, ...]]:
    """The grounds to weigh, and what must be said of them: a pattern stands in where a treaty was not read."""
    rows = known_grounds(instrument.code)
    if rows:
        return rows, recalled(rows)
    kind = instrument.code.split("-")[3:4] if instrument.states else []
    pattern = PATTERNS.get(kind[0]) if kind else None
    if pattern:
        note = (
            f"The grounds of {instrument.code} have not been read. Those of the UN Model Treaty ({pattern}) show what "
            "such treaties provide; they are not its text. Read the treaty before relying on this."
        )
        return known_grounds(pattern), (note,)
    note = f'The grounds of {instrument.code} have not been read: that is unknown, not "no ground".'
    return (), (note,)


def recalled(rows: Sequence[Ground]) -> tuple[str, ...]:
    """What is said of a table of which nothing was read."""
    return () if any(row.verified for row in rows) else (RECALLED,)


def possible_facts(rows: Sequence[Ground], facts: Mapping[str, Value]) -> tuple[str, ...]:
    """Every fact that a ground rests on, given what is known of the measure."""
    found = [name for row in rows if row.scope.value(facts) is not False for name in facts_of(row.weighed)]
    return tuple(dict.fromkeys(found))


def questions_of(instrument: Instrument, measure: str = "") -> list[dict[str, Any]]:
    """The facts of an instrument's grounds: id, type, meaning, example and the provisions that ask for each."""
    table = load_facts()
    rows, _ = rows_for(instrument)
    facts: dict[str, Value] = {"measure": measure} if measure else {}
    listed = [row for row in rows if row.kind in WEIGHED and row.scope.value(facts) is not False]
    asked: dict[str, list[Ground]] = {}
    for row in listed:
        for name in facts_of(row.weighed):
            asked.setdefault(name, []).append(row)
    screens = [one for one in table.meanings.values() if one.screen and _screened(one.id, table) & set(asked)]
    return [_question(table.meanings[name], found) for name, found in asked.items()] + [
        _question(screen, [row for name in _screened(screen.id, table) for row in asked.get(name, ())])
        for screen in screens
    ]


def _screened(name: str, table: FactTable) -> set[str]:
    """The facts that a screening question settles."""
    return {fact for rule in table.rules if facts_of(rule.condition) == (name,) for fact in rule.then}


def _question(meaning: FactMeaning, rows: Sequence[Ground]) -> dict[str, Any]:
    return {
        "fact": meaning.id,
        "type": meaning.type,
        "meaning": meaning.text,
        "options": list(meaning.options),
        "example": meaning.example,
        "provision": "; ".join(dict.fromkeys(row.provision for row in rows)),
        "grounds": list(dict.fromkeys(row.id for row in rows)),
    }


def _conditions(rows: Sequence[Ground]) -> tuple[Expression, ...]:
    return tuple(row.weighed for row in rows if row.kind in REFUSING)


def _weigh(row: Ground, facts: Mapping[str, Value], table: FactTable) -> GroundFinding:
    applies = row.weighed.value(facts)
    may = {
        "mandatory": "Assistance must be refused",
        "optional": "Assistance may be refused",
        "postponement": "Assistance may be postponed",
        "condition": "Assistance may be made subject to this condition",
    }[row.kind]
    if applies is None:
        missing = [table.meanings[name] for name in open_facts(row.weighed, facts)]
        reason = f"Not known: {'; '.join(one.text for one in missing[:2])}"
        return GroundFinding(row, Finding.UNSETTLED, reason, missing[0])
    if applies:
        unless = f" Unless: {row.cure}." if row.cure else ""
        before = f" Before that the other side is consulted ({row.consult})." if row.consult else ""
        return GroundFinding(row, Finding.BARRED, f"{may}: {row.condition}.{unless}{before}", None)
    cured = row.test.value(facts) is True and row.cured_by.value(facts) is True
    reason = f"It applies, and what removes it is recorded: {row.cure}." if cured else "Does not apply on these facts."
    return GroundFinding(row, Finding.CLEAR, reason, None)
