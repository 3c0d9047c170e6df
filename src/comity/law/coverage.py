"""Whether an instrument's text reaches a measure and an offence, and what it asks beside."""

from collections.abc import Iterator
from functools import lru_cache

from comity.law.dual_criminality import dual_criminality_question
from comity.law.inquiry import Inquiry
from comity.law.instrument import Condition, Coverage, Instrument
from comity.law.register import Register
from comity.law.vocabulary import MEASURES, OFFENCES
from comity.values.verdict import Finding, Question, Reason, Verdict


def coverage_verdicts(register: Register, instrument: Instrument, inquiry: Inquiry) -> Iterator[Verdict]:
    """Measure, offence, declarations that take the measure out, and the instrument's own conditions, in that order."""
    measure = instrument.measures[inquiry.measure]
    offence = instrument.offence(inquiry.offence)
    answers = inquiry.answers
    yield _covered(measure, MEASURES[inquiry.measure], answers.get(measure.asked.id) if measure.asked else None)
    yield _covered(offence, OFFENCES[inquiry.offence], answers.get(offence.asked.id) if offence.asked else None)
    for state in (inquiry.requesting, inquiry.requested):
        yield _declared(register, instrument, state, inquiry.measure, asked=state == inquiry.requested)
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
        finding = Finding.CLEAR if answer else Finding.BARRED
    elif asked:
        questions = (Question(asked.id, asked.text, rule.article),)
    words = {
        Finding.CLEAR: f"{what}: covered.",
        Finding.UNSETTLED: f"{what}: covered or not, depending on a fact not given.",
        Finding.BARRED: f"{what}: not covered.",
    }[finding]
    return Verdict((Reason(rule.article, f"{words} {rule.text}".strip(), finding, rule.verified),), questions)


@lru_cache(maxsize=1 << 10)
def _condition(condition: Condition, answer: bool | None) -> Verdict:
    asked, rule = condition.asked, condition.provision
    if answer is None:
        question = Question(asked.id, asked.text, rule.article)
        text = f"{rule.text} Not answered: {asked.text}".strip()
        return Verdict((Reason(rule.article, text, Finding.UNSETTLED, rule.verified),), (question,))
    finding = Finding.CLEAR if answer else Finding.BARRED
    text = f"{rule.text} Answered {'yes' if answer else 'no'}: {asked.text}".strip()
    return Verdict((Reason(rule.article, text, finding, rule.verified),))


@lru_cache(maxsize=1 << 14)
def _declared(register: Register, instrument: Instrument, state: str, measure: str, *, asked: bool) -> Verdict:
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
                Finding.CLEAR,
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
