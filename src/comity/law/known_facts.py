"""Facts of a case that the register knows already, so that nobody is asked for them.

Each is held with the provision or row it follows from, its age, and whether that was read. What the register does not
settle is left out: it stays a question. `declared_beside` shows what the requested State declared beside a question
that asks for it; whether the declaration fits the case is for the person who answers.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from comity.law.bound import bound_verdict
from comity.law.declarations import Declared
from comity.law.expression import Value
from comity.law.instrument import Instrument
from comity.law.register import Register
from comity.values.verdict import Finding, gravest

BOTH_BOUND: Mapping[str, str] = {
    "both-ets086": "ETS086",
    "both-ets098": "ETS098",
    "both-ets099": "ETS099",
    "both-cets212": "CETS212",
}
"""Facts that ask whether both States are Parties to another instrument. What they reserved is a fact of its own."""

DECLARED = frozenset(
    {
        "dual-criminality-declared",
        "extraditable-offence-declared",
        "consistency-declared",
        "lapse-reservation",
        "nationals-not-surrendered",
        "ets098-chapter-reserved",
    }
)
"""Facts on what the requested State declared or reserved."""

_CYBERCRIME = frozenset({"cybercrime", "illegal-access"})
"""Offences that ETS 185 itself establishes (Articles 2 to 8)."""


@dataclass(frozen=True, slots=True)
class KnownFact:
    """One fact, the sentence it follows from, and where that stands."""

    fact: str
    value: Value
    because: str
    provision: str
    verified: bool


def known_facts(
    register: Register,
    instrument: Instrument,
    states: tuple[str, str] | None,
    *,
    measure: str = "",
    offence: str = "",
    on: date,
    today: date,
    answers: Mapping[str, bool] | None = None,
) -> tuple[KnownFact, ...]:
    """What is known before anything is asked; `states` are the requesting and the requested one.

    `answers` are those given to the questions of the legal basis, by the id of the question.
    """
    register = register.at(on)
    return (
        *_named(measure, offence),
        *(_covered(instrument, offence, answers or {}) if offence else ()),
        *(_bound(register, states, on, today) if states else ()),
    )


def declared_beside(register: Register, instrument: Instrument, requested: str, fact: str) -> tuple[Declared, ...]:
    """What the requested State declared under the instrument, where a question asks for it; empty means not read."""
    if fact not in DECLARED or not requested:
        return ()
    code = "ETS098" if fact == "ets098-chapter-reserved" else instrument.code
    return register.declarations(requested, code).reservations


def _named(measure: str, offence: str) -> Iterator[KnownFact]:
    if measure:
        yield KnownFact("measure", measure, "as asked", "", verified=True)
    if offence:
        yield KnownFact("offence", offence, "as asked", "", verified=True)
    if offence in _CYBERCRIME:
        text, place = "The Convention establishes this offence itself.", "ETS 185 Arts 2-8"
        yield KnownFact("cybercrime-convention-offence", value=True, because=text, provision=place, verified=True)


def _covered(instrument: Instrument, offence: str, answers: Mapping[str, bool]) -> Iterator[KnownFact]:
    """Whether the instrument reaches the offence: by its text alone, or by the answers on which that depends."""
    coverage = instrument.offence(offence)
    held: list[bool | None] = []
    for name in coverage.conditions:
        condition = instrument.conditions[name]
        held.append(True if offence in condition.met_by else answers.get(condition.asked.id))
    if coverage.finding is Finding.UNSETTLED:
        held.append(answers.get(coverage.asked.id) if coverage.asked else None)
    covered = False if coverage.finding is Finding.BARRED or False in held else None if None in held else True
    if covered is not None:
        rule = coverage.provision
        text = rule.text or "As the legal basis was answered."
        yield KnownFact("offence-covered", covered, text, rule.article, rule.verified)


def _bound(register: Register, states: tuple[str, str], on: date, today: date) -> Iterator[KnownFact]:
    for fact, code in BOTH_BOUND.items():
        other = register.instrument(code)
        found = [
            bound_verdict(other, state, register.participation(code, state), on, today) for state in sorted(states)
        ]
        finding = gravest(one.finding for one in found)
        if finding is Finding.UNSETTLED:
            continue
        reasons = [reason for one in found for reason in one.reasons if reason.finding is finding]
        yield KnownFact(
            fact,
            finding is Finding.CLEAR,
            " ".join(reason.text for reason in reasons),
            reasons[0].provision,
            all(reason.verified for reason in reasons),
        )
