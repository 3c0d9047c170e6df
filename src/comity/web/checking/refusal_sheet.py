"""The refusal check as one sheet: the question to ask now, what is answered, and every ground as it stands."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.http import QueryDict

from comity.law.declarations import Declared
from comity.law.expression import Value
from comity.law.facts import FactMeaning, FactTable, follow, load_facts, read_facts
from comity.law.instrument import Instrument
from comity.law.known_facts import KnownFact, declared_beside, known_facts
from comity.law.refusal import WEIGHED
from comity.law.refusal_check import (
    GroundFinding,
    RefusalAnswer,
    check_refusal,
    possible_facts,
    questions_of,
    rows_for,
)
from comity.law.register import Register
from comity.values.errors import InvalidInputError
from comity.values.verdict import Finding
from comity.web.checking.answers import (
    FACT,
    WORDS,
    Given,
    address,
    basis_answers,
    pairs,
    read_answers,
    shown,
    usable,
)
from comity.web.checking.matter import Matter

ASK, ALL = "ask", "all"
"""`ask` names a question to be asked out of turn; `all` goes on once something stands against the request."""
GRAVITY = {"mandatory": 0, "optional": 1, "condition": 2, "postponement": 3}


@dataclass(frozen=True, slots=True)
class Effect:
    """What an answer would do: the provisions that then stand against the request, and how many fall away."""

    said: str
    against: tuple[str, ...]
    cleared: int


@dataclass(frozen=True, slots=True)
class Asked:
    """The question put now, with all that a person needs to answer it."""

    meaning: FactMeaning
    provisions: tuple[str, ...]
    effects: tuple[Effect, ...]
    declared: tuple[Declared, ...]
    hidden: tuple[tuple[str, str], ...]
    said: str = ""
    fault: InvalidInputError | None = None

    @property
    def name(self) -> str:
        return f"{FACT}{self.meaning.id}"

    @property
    def example(self) -> str:
        """An example of an answer that needs one; yes, no and a choice need none."""
        return "" if self.meaning.type in {"yes-no", "choice", "state"} else str(self.meaning.example)


@dataclass(frozen=True, slots=True)
class AnswerLine:
    """One answer as shown, with the addresses that change it and take it back."""

    given: Given
    text: str
    words: str
    change: str
    drop: str


@dataclass(frozen=True, slots=True)
class GroundLine:
    """One ground as shown; `ask` is the address that puts its question next."""

    row: GroundFinding
    ask: str
    place: str
    """The provision without the name of the instrument, which stands at the head of the page."""
    consult: str


@dataclass(frozen=True, slots=True)
class Sheet:
    matter: Matter
    answer: RefusalAnswer
    grounds: tuple[GroundLine, ...]
    known: tuple[KnownFact, ...]
    given: tuple[AnswerLine, ...]
    asked: Asked | None
    open: int
    """How many questions can still matter, at most."""
    settled: bool
    conflict: InvalidInputError | None
    conflicting: tuple[AnswerLine, ...]
    unusable: tuple[AnswerLine, ...]
    back: str
    go_on: str

    @property
    def answered(self) -> int:
        return sum(not line.given.set_aside and line.given.fault is None for line in self.given)

    @property
    def set_aside(self) -> int:
        return sum(line.given.set_aside for line in self.given)

    @property
    def of(self) -> int:
        return self.answered + self.set_aside + self.open

    @property
    def given_facts(self) -> set[str]:
        return {line.given.fact for line in self.given}

    @property
    def conflict_because(self) -> str:
        """The sentence that says why the facts exclude each other, without their names."""
        return self.conflict.message.partition(". ")[2] if self.conflict else ""

    def found(self, finding: Finding) -> list[GroundLine]:
        return [line for line in self.grounds if line.row.finding is finding]

    @property
    def barred(self) -> list[GroundLine]:
        return self.found(Finding.BARRED)

    @property
    def unsettled(self) -> list[GroundLine]:
        return self.found(Finding.UNSETTLED)

    @property
    def clear(self) -> list[GroundLine]:
        return self.found(Finding.CLEAR)

    @property
    def sources(self) -> list[str]:
        rows = [*(line.row.ground for line in self.grounds), *self.answer.duties, *self.answer.never]
        return list(dict.fromkeys(row.source for row in rows if row.source))


def refusal_sheet(query: QueryDict, register: Register, matter: Matter, today: date) -> Sheet:
    """The sheet of a check whose answers stand in the address; `matter.instrument` is chosen."""
    instrument, table = matter.instrument, load_facts()
    if instrument is None:
        raise InvalidInputError("No instrument is named.", code="law:instrument", place="instrument")
    given = read_answers(query, table)
    known = _known(register, instrument, matter, today, basis_answers(query), given)
    facts = {one.fact: one.value for one in known} | usable(given)
    conflict = None
    try:
        answer = check_refusal(instrument, facts)
    except InvalidInputError as error:
        conflict = error
        answer = check_refusal(instrument, {name: facts[name] for name in ("measure", "offence") if name in facts})
    lines = tuple(_line(query, one) for one in given)
    aside = {one.fact for one in given if one.set_aside}
    open_ones = [one for one in _questions(answer) if one.id not in aside]
    settled = answer.finding is Finding.BARRED and ALL not in query
    asked = _next(query, given, open_ones, table, settled=settled) if conflict is None else None
    named = conflict.place.split(", ") if conflict else []
    return Sheet(
        matter=matter,
        answer=answer,
        grounds=tuple(_grounds(query, answer)),
        known=known,
        given=lines,
        asked=_asked(query, register, matter, asked, facts, given) if asked else None,
        open=len(open_ones),
        settled=settled,
        conflict=conflict,
        conflicting=tuple(_conflicting(query, named, lines, known)),
        unusable=tuple(line for line in lines if line.given.fault and line.given.meaning is None),
        back=address(query, without=(given[-1].fact,), **{ASK: given[-1].fact}) if given else "",
        go_on=address(query, **{ALL: "1"}),
    )


def _known(
    register: Register,
    instrument: Instrument,
    matter: Matter,
    today: date,
    answers: Mapping[str, bool],
    given: Sequence[Given],
) -> tuple[KnownFact, ...]:
    """What the register settles of that which the instrument's grounds ask; an answer given stands above it."""
    said = {one.fact for one in given}
    rows, _notes = rows_for(instrument)
    asked = {"measure", "offence", *possible_facts(rows, {"measure": matter.measure} if matter.measure else {})}
    found = known_facts(
        register,
        instrument,
        matter.pair,
        measure=matter.measure,
        offence=matter.offence,
        on=matter.on,
        today=today,
        answers=answers,
    )
    return tuple(one for one in found if one.fact in asked and one.fact not in said)


def _questions(answer: RefusalAnswer) -> tuple[FactMeaning, ...]:
    """All that can still matter: for refusal in the order that settles most, then for postponement."""
    later = [one.question for one in answer.postponements if one.question is not None]
    return tuple({one.id: one for one in [*answer.questions, *later]}.values())


def _next(
    query: QueryDict, given: Sequence[Given], open_ones: Sequence[FactMeaning], table: FactTable, *, settled: bool
) -> FactMeaning | None:
    """What to ask now: an answer that cannot be used, then what was called for, then what settles most."""
    wrong = next((one.meaning for one in given if one.fault and one.meaning), None)
    if wrong is not None:
        return wrong
    called = table.meanings.get(query.get(ASK, ""))
    if called is not None:
        return called
    return open_ones[0] if open_ones and not settled else None


def _asked(
    query: QueryDict,
    register: Register,
    matter: Matter,
    meaning: FactMeaning,
    facts: Mapping[str, Value],
    given: Sequence[Given],
) -> Asked:
    instrument = matter.instrument
    assert instrument is not None  # noqa: S101 - the sheet is made only with one
    listed = {one["fact"]: one["provision"] for one in questions_of(instrument, matter.measure)}
    already = next((one for one in given if one.fact == meaning.id), None)
    hidden = [*pairs(query, without=(meaning.id,)), *([(ALL, "1")] if ALL in query else [])]
    return Asked(
        meaning,
        tuple(text for text in listed.get(meaning.id, "").split("; ") if text),
        tuple(_effects(instrument, meaning, _without(facts, meaning.id))) if meaning.type == "yes-no" else (),
        declared_beside(register, instrument, matter.requested, meaning.id),
        tuple(hidden),
        already.said if already and not already.set_aside else "",
        already.fault if already else None,
    )


def _effects(instrument: Instrument, meaning: FactMeaning, facts: Mapping[str, Value]) -> Iterator[Effect]:
    """What yes and what no would change; an answer that contradicts what is known changes nothing."""
    table = load_facts()
    known = read_facts(facts, table)
    rows = [row for row in rows_for(instrument)[0] if row.kind in WEIGHED and row.scope.value(known) is not False]
    before = {row.id: row.weighed.value(known) for row in rows}
    for word, value in WORDS.items():
        try:
            then = follow({**known, meaning.id: value}, table)
        except InvalidInputError:
            continue
        after = {row: row.weighed.value(then) for row in rows}
        changed = [row for row in rows if after[row] is not before[row.id]]
        yield Effect(
            word,
            tuple(row.provision for row in changed if after[row] is True),
            sum(after[row] is False for row in changed),
        )


def _without(facts: Mapping[str, Value], name: str) -> dict[str, Value]:
    return {one: value for one, value in facts.items() if one != name}


def _rows(answer: RefusalAnswer) -> list[GroundFinding]:
    return [*answer.grounds, *answer.conditions, *answer.postponements]


def _grounds(query: QueryDict, answer: RefusalAnswer) -> Iterator[GroundLine]:
    """Every ground, what stands against the request first, and what must be refused before what may be."""
    ordered = sorted(_rows(answer), key=lambda row: (-row.finding.gravity, GRAVITY[row.ground.kind]))
    names = [row.ground.provision.rpartition("Art.")[0] for row in ordered]
    name = max(names, key=names.count, default="")
    for row in ordered:
        ask = address(query, **{ASK: row.question.id}) if row.question else ""
        yield GroundLine(row, ask, row.ground.provision.removeprefix(name), row.ground.consult.removeprefix(name))


def _line(query: QueryDict, one: Given) -> AnswerLine:
    return AnswerLine(
        one,
        one.meaning.text if one.meaning else one.fact,
        shown(one.meaning, one.said),
        address(query, without=(one.fact,), **{ASK: one.fact}),
        address(query, without=(one.fact,)),
    )


def _conflicting(
    query: QueryDict, named: Sequence[str], lines: Sequence[AnswerLine], known: Sequence[KnownFact]
) -> Iterator[AnswerLine]:
    """The answers that contradict each other, those of the register among them."""
    table = load_facts()
    for name in named:
        line = next((one for one in lines if one.given.fact == name), None)
        held = next((one for one in known if one.fact == name), None)
        if line is not None:
            yield line
        elif held is not None:
            said = held.value
            text = {True: "yes", False: "no"}.get(said, str(said)) if isinstance(said, bool) else str(said)
            yield _line(query, Given(name, text, table.meanings.get(name)))
