"""Whether an instrument's text reaches a measure and an offence, and what it asks beside."""

from collections.abc import Mapping
from comity.law.dual_criminality import dual_criminality_question
from comity.law.inquiry import Inquiry
from comity.law.instrument import Coverage, Instrument
from comity.law.register import Register
from comity.law.vocabulary import MEASURES, OFFENCES
from comity.values.verdict import Finding, Question, Reason, Verdict


def coverage_verdict(register: Register, instrument: Instrument, inquiry: Inquiry) -> Verdict:
    """Measure, offence, declarations that take the measure out, and the instrument's own conditions."""
    measure = instrument.measures[inquiry.measure]
    offence = instrument.offence(inquiry.offence)
    verdict = _covered(measure, MEASURES[inquiry.measure], inquiry.answers)
    verdict += _covered(offence, OFFENCES[inquiry.offence], inquiry.answers)
    verdict += _declared(register, instrument, inquiry)
    if verdict.finding is Finding.BARRED:
        return verdict
    for name in dict.fromkeys((*measure.conditions, *offence.conditions)):
        condition = instrument.conditions[name]
        if inquiry.offence in condition.met_by:
            continue
        asked, rule = condition.asked, condition.provision
        answer = inquiry.answers.get(asked.id)
        finding = {None: Finding.UNSETTLED, True: Finding.CLEAR, False: Finding.BARRED}[answer]
        text = {None: "Not answered: ", True: "Answered yes: ", False: "Answered no: "}[answer] + asked.text
        questions = (Question(asked.id, asked.text, rule.article),) if answer is None else ()
        verdict += Verdict((Reason(rule.article, f"{rule.text} {text}".strip(), finding, rule.verified),), questions)
    return verdict


def _covered(coverage: Coverage, what: str, answers: Mapping[str, bool]) -> Verdict:
    """One coverage: an answered question decides; unanswered, the text's own finding stands with the question."""
    rule, asked = coverage.provision, coverage.asked
    finding, questions = coverage.finding, ()
    if asked and asked.id in answers:
        finding = Finding.CLEAR if answers[asked.id] else Finding.BARRED
    elif asked:
        questions = (Question(asked.id, asked.text, rule.article),)
    words = {
        Finding.CLEAR: f"{what}: covered.",
        Finding.UNSETTLED: f"{what}: covered or not, depending on a fact not given.",
        Finding.BARRED: f"{what}: not covered.",
    }[finding]
    return Verdict((Reason(rule.article, f"{words} {rule.text}".strip(), finding, rule.verified),), questions)


def _declared(register: Register, instrument: Instrument, inquiry: Inquiry) -> Verdict:
    """Declarations of either State under the instrument: those that take the measure out bar it, the rest are shown."""
    verdict = Verdict()
    for state in (inquiry.requesting, inquiry.requested):
        effect = register.effects.get((state, instrument.code, inquiry.measure))
        if effect and (effect.get("as") != "requested" or state == inquiry.requested):
            provision = f"{instrument.code} Art. {effect['article']}, declaration of {state}"
            verdict += Verdict((Reason(provision, effect["text"], Finding(effect["finding"])),))
            continue
        for row in register.declarations(state, instrument.code).reservations:
            if row.what != "32":
                provision = f"{instrument.code} Art. {row.what}, declaration of {state}"
                text = f"{state} declared: {row.text} (as of {row.as_of})."
                verdict += Verdict((Reason(provision, text, Finding.CLEAR),))
    return verdict


def questions_for(instrument: Instrument, inquiry: Inquiry) -> tuple[Question, ...]:
    """What the instrument asks without the finding depending on it: thresholds, dual criminality, duties."""
    found = [
        Question(caution.asked.id, caution.asked.text, caution.provision.article)
        for caution in instrument.cautions
        if caution.applies(inquiry.measure, inquiry.offence) and caution.asked.id not in inquiry.answers
    ]
    dual = dual_criminality_question(instrument, inquiry.measure)
    if dual and dual.id not in inquiry.answers:
        found.append(dual)
    return tuple(found)
