"""On what legal basis one State may ask another for a measure: every instrument that could carry it, ranked.

A finding answers reach only: both bound, in force, measure and offence covered. Penalty thresholds, dual criminality
and refusal are questions, except the conditions an instrument makes of its own application (UNTOC Arts 2 and 3), which
leave it UNSETTLED until answered. What the register does not list is UNSETTLED with the question to ask, never BARRED.
"""

from collections.abc import Mapping
from datetime import date

from comity.law.ages import Age, treaty_age
from comity.law.answer import Basis, BasisAnswer
from comity.law.bilateral_force import noted, treaty_verdict
from comity.law.bound import barring, sides_verdict
from comity.law.channels import route_for
from comity.law.coverage import coverage_verdicts, questions_for
from comity.law.inquiry import Inquiry
from comity.law.instrument import Instrument
from comity.law.ranking import Candidate, place_of, ranked, relate
from comity.law.reach import Reach, reaches
from comity.law.register import Register
from comity.law.vocabulary import parse_measure, parse_offence
from comity.values.country import parse_country
from comity.values.errors import InvalidInputError
from comity.values.verdict import Finding, Question, Reason, Verdict

__all__ = ["Basis", "BasisAnswer", "find_bases"]

CLEAR, UNSETTLED, BARRED = Finding.CLEAR, Finding.UNSETTLED, Finding.BARRED
"""Bound once: an answer looks at them thousands of times."""


def find_bases(
    register: Register,
    requesting: str,
    requested: str,
    *,
    measure: str,
    offence: str,
    on: date,
    answers: Mapping[str, bool] | None = None,
    today: date | None = None,
) -> BasisAnswer:
    """Every instrument that could carry the request, the more specific first.

    `on` is the day of the request; `today` the day of asking (an undated row counts from today on; None: the same as
    `on`). `answers` holds the answers to questions by their id. An unknown State, measure or offence raises
    InvalidInputError with the nearest valid ones.
    """
    inquiry = Inquiry(
        requesting=parse_country(requesting),
        requested=parse_country(requested),
        measure=parse_measure(measure),
        offence=parse_offence(offence),
        on=on,
        today=today or on,
        answers=answers or {},
    )
    if inquiry.requesting == inquiry.requested:
        raise InvalidInputError(
            f"{inquiry.requesting} stands on both sides: a request needs two States.",
            code="law:same-state",
            place="requested",
            next_step="Name the State that asks and the State that is asked, e.g. CH CO.",
        )
    register = register.at(on)
    pair = register.bilateral(inquiry.requesting, inquiry.requested)
    candidates = [_of_bilateral(register, one, inquiry) for one in pair if inquiry.measure in one.measures]
    for reach in reaches(register, inquiry.measure, inquiry.offence, on, inquiry.today):
        candidates.append(_of_multilateral(register, reach, inquiry))
    relate(candidates, inquiry.measure)
    return BasisAnswer(
        inquiry.requesting,
        inquiry.requested,
        inquiry.measure,
        inquiry.offence,
        on,
        tuple(
            _placed(register, candidate, inquiry.requested, rank)
            for rank, candidate in enumerate(ranked(candidates), start=1)
        ),
    )


def _of_multilateral(register: Register, reach: Reach, inquiry: Inquiry) -> Candidate:
    """Weigh a convention or act: class, force, each State's row (and its parent instrument's), then coverage."""
    first, second = inquiry.requesting, inquiry.requested
    instrument, place = reach.instrument, reach.place
    if instrument.kind == "comity":
        return _weighed(register, instrument, inquiry, [], place, Age(*reach.table, ()), silent=False)
    one, two, before, text = reach.asking(first), reach.asked(second), reach.before, reach.text
    age, silent = reach.age(one, two), not (one.listed and two.listed)
    barred = one.closed_barred + two.closed_barred
    if instrument.membership.third and not (one.closed.reasons or two.closed.reasons):
        barred = sides_verdict(instrument.membership, first, second).reasons
    barred = barred or before.barred + one.barred + two.barred
    if barred:
        verified = instrument.text_read and all(reason.verified for reason in barred)
        return Candidate(instrument, BARRED, barred, (), verified, age, silent, place)
    if inquiry.answers:
        reached = [before.verdict, one.closed, one.bound, one.parent, two.closed, two.bound, two.parent]
        return _weighed(register, instrument, inquiry, reached, place, age, silent=silent)
    verified = instrument.text_read and one.verified and two.verified and before.verified and text.verified
    reasons = before.verdict.reasons + one.reasons + two.reasons + text.reasons
    finding, asked = BARRED, text.questions if text.barred else ()
    if not text.barred:
        reasons += one.declared + two.declared
        if not (one.declared_barred or two.declared_barred):
            reasons += text.conditions
            asked = once(before.verdict.questions + one.questions + two.questions + text.questions)
            finding = UNSETTLED if one.unsettled or two.unsettled or text.unsettled or before.unsettled else CLEAR
    return Candidate(instrument, finding, reasons, asked, verified, age, silent, place)


def once(questions: tuple[Question, ...]) -> tuple[Question, ...]:
    """Each question once, by its id: the first that asks it stands."""
    if len(questions) < 2:
        return questions
    found: dict[str, Question] = {}
    for question in questions:
        found.setdefault(question.id, question)
    return tuple(found.values())


def _of_bilateral(register: Register, instrument: Instrument, inquiry: Inquiry) -> Candidate:
    treaty = register.treaty(instrument.code)
    said = treaty_verdict(treaty, register.treaties_by_pair[treaty.pair], inquiry.on, inquiry.today)
    reach = [noted(said, register.notes.get(treaty.code, ""))]
    place = place_of(instrument, inquiry.offence)
    return _weighed(register, instrument, inquiry, reach, place, treaty_age(treaty, inquiry.today), silent=False)


def _weighed(
    register: Register,
    instrument: Instrument,
    inquiry: Inquiry,
    reach: list[Verdict],
    place: tuple[int, int, str],
    age: Age,
    *,
    silent: bool,
) -> Candidate:
    """Reach first; if it is barred nothing else is asked. Then coverage, and the questions that settle nothing."""

    def found(finding: Finding, reasons: tuple[Reason, ...], questions: tuple[Question, ...]) -> Candidate:
        verified = instrument.text_read and all(reason.verified for reason in reasons)
        return Candidate(instrument, finding, reasons, once(questions), verified, age, silent, place)

    if inquiry.answers:
        reach = [_answered(verdict, inquiry.answers) for verdict in reach]
    reasons: list[Reason] = []
    questions: list[Question] = []
    barred: tuple[Reason, ...] = ()
    for verdict in reach:
        if verdict.reasons:
            reasons += verdict.reasons
            questions += verdict.questions
            barred += barring(verdict)
    if barred:
        return found(BARRED, barred, ())
    for verdict in coverage_verdicts(register, instrument, inquiry):
        if verdict.reasons:
            reasons += verdict.reasons
            questions += verdict.questions
            if barring(verdict):
                return found(BARRED, tuple(reasons), verdict.questions)
    finding = UNSETTLED if any(reason.finding is UNSETTLED for reason in reasons) else CLEAR
    cautions = questions_for(instrument, inquiry.measure, inquiry.offence)
    if inquiry.answers:
        cautions = tuple(question for question in cautions if question.id not in inquiry.answers)
    return found(finding, tuple(reasons), (*questions, *cautions))


def _answered(verdict: Verdict, answers: Mapping[str, bool]) -> Verdict:
    """A doubt about force or consent settled by the caller's answers; the rest stays as it is."""
    if not verdict.questions or any(question.id not in answers for question in verdict.questions):
        return verdict
    kept = tuple(reason for reason in verdict.reasons if reason.finding is not UNSETTLED)
    given = tuple(
        Reason(
            question.provision,
            f"Answered {'yes' if answers[question.id] else 'no'}: {question.text}",
            CLEAR if answers[question.id] else BARRED,
            verified=False,
        )
        for question in verdict.questions
    )
    return Verdict(kept + given)


def _placed(register: Register, candidate: Candidate, requested: str, rank: int) -> Basis:
    instrument, age = candidate.instrument, candidate.age
    route, languages = route_for(register, instrument, requested)
    return Basis(
        instrument.code,
        instrument.title,
        rank,
        candidate.finding,
        candidate.reasons,
        candidate.questions,
        age.as_of,
        route,
        languages,
        candidate.verified,
        instrument.sources,
        instrument.kind,
        candidate.silent,
        age.dated_by,
        age.row_sources,
    )
