"""Whether an instrument's text reaches a measure and an offence, and what it asks beside."""

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from comity.law.bound import barring
from comity.law.dual_criminality import dual_criminality_question
from comity.law.inquiry import Inquiry
from comity.law.instrument import Condition, Coverage, Instrument
from comity.law.register import Register
from comity.law.vocabulary import MEASURES, OFFENCES
from comity.values.verdict import Finding, Question, Reason, Verdict

CLEAR, UNSETTLED, BARRED = Finding.CLEAR, Finding.UNSETTLED, Finding.BARRED
"""Bound once: an answer looks at them thousands of times."""


class Text(NamedTuple):
    """What an instrument's text says of a measure and an offence while nothing is answered."""

    reasons: tuple[Reason, ...]
    conditions: tuple[Reason, ...]
    questions: tuple[Question, ...]
    unsettled: bool
    barred: bool
    """Then `reasons` and `questions` are those up to what bars."""
    verified: bool


@lru_cache(maxsize=1 << 13)
def text_of(instrument: Instrument, measure: str, offence: str) -> Text:
    """The text's own answer, remembered: it is the same for all pairs of States."""
    covered, charged = instrument.measures[measure], instrument.offence(offence)
    first, second = _covered(covered, MEASURES[measure], None), _covered(charged, OFFENCES[offence], None)
    if barring(first):
        return _barred_text(first.reasons, first.questions)
    if barring(second):
        return _barred_text(first.reasons + second.reasons, second.questions)
    conditions = Verdict()
    for name in dict.fromkeys((*covered.conditions, *charged.conditions)):
        condition = instrument.conditions[name]
        if offence not in condition.met_by:
            conditions += _condition(condition, None)
    asked = first + second + conditions
    unsettled = any(reason.finding is UNSETTLED for reason in asked.reasons)
    questions = asked.questions + questions_for(instrument, measure, offence)
    verified = all(reason.verified for reason in asked.reasons)
    return Text(
        first.reasons + second.reasons, conditions.reasons, questions, unsettled, barred=False, verified=verified
    )


def _barred_text(reasons: tuple[Reason, ...], questions: tuple[Question, ...]) -> Text:
    verified = all(reason.verified for reason in reasons)
    return Text(reasons, (), questions, unsettled=False, barred=True, verified=verified)


def coverage_verdicts(register: Register, instrument: Instrument, inquiry: Inquiry) -> Iterator[Verdict]:
    """Measure, offence, declarations that take the measure out, and the instrument's own conditions, in that order."""
    measure = instrument.measures[inquiry.measure]
    offence = instrument.offence(inquiry.offence)
    answers = inquiry.answers
    yield _covered(measure, MEASURES[inquiry.measure], answers.get(measure.asked.id) if measure.asked else None)
    yield _covered(offence, OFFENCES[inquiry.offence], answers.get(offence.asked.id) if offence.asked else None)
    for state in (inquiry.requesting, inquiry.requested):
        yield declared_verdict(register, instrument, state, inquiry.measure, asked=state == inquiry.requested)
    for name in dict.fromkeys((*measure.conditions, *offence.conditions)):
        condition = instrument.conditions[name]
        if inquiry.offence not in condition.met_by:
            yield _condition(condition, answers.get(condition.asked.id))


@lru_cache(maxsize=1 << 13)
def _covered(coverage: Coverage, what: str, answer: bool | None) -> Verdict:
    """One coverage: an answered question decides; unanswered, the text's own finding stands with the question."""
    rule, asked = coverage.provision, coverage.asked
    finding = coverage.finding
    questions: tuple[Question, ...] = ()
    if asked and answer is not None:
        finding = CLEAR if answer else BARRED
    elif asked:
        questions = (Question(asked.id, asked.text, rule.article),)
    words = {
        CLEAR: f"{what}: covered.",
        UNSETTLED: f"{what}: covered or not, depending on a fact not given.",
        BARRED: f"{what}: not covered.",
    }[finding]
    return Verdict((Reason(rule.article, f"{words} {rule.text}".strip(), finding, rule.verified),), questions)


@lru_cache(maxsize=1 << 10)
def _condition(condition: Condition, answer: bool | None) -> Verdict:
    asked, rule = condition.asked, condition.provision
    if answer is None:
        question = Question(asked.id, asked.text, rule.article)
        text = f"{rule.text} Not answered: {asked.text}".strip()
        return Verdict((Reason(rule.article, text, UNSETTLED, rule.verified),), (question,))
    finding = CLEAR if answer else BARRED
    text = f"{rule.text} Answered {'yes' if answer else 'no'}: {asked.text}".strip()
    return Verdict((Reason(rule.article, text, finding, rule.verified),))


@lru_cache(maxsize=1 << 14)
def declared_verdict(register: Register, instrument: Instrument, state: str, measure: str, *, asked: bool) -> Verdict:
    """What a State declared under the instrument: what takes the measure out bars it, the rest is shown."""
    effect = register.effects.get((state, instrument.code, measure))
    if effect and (asked or effect.get("as") != "requested"):
        provision = f"{instrument.code} Art. {effect['article']}, declaration of {state}"
        return Verdict((Reason(provision, effect["text"], Finding(effect["finding"])),))
    return Verdict(
        tuple(
            Reason(
                f"{instrument.code} Art. {row.what}, declaration of {state}",
                f"{state} declared: {row.text} (as of {row.as_of}).",
                CLEAR,
            )
            for row in register.declarations(state, instrument.code).reservations
            if row.what != "32"
        )
    )


@lru_cache(maxsize=1 << 13)
def questions_for(instrument: Instrument, measure: str, offence: str) -> tuple[Question, ...]:
    """What the instrument asks without the finding depending on it: thresholds, dual criminality, duties."""
    found = [
        Question(caution.asked.id, caution.asked.text, caution.provision.article)
        for caution in instrument.cautions
        if caution.applies(measure, offence)
    ]
    dual = dual_criminality_question(instrument, measure)
    return (*found, dual) if dual else tuple(found)
