"""On what legal basis one State may ask another for a measure: every instrument that could carry it, ranked.

A finding answers reach only: both bound, in force, measure and offence covered. Penalty thresholds, dual criminality
and refusal are questions, except the conditions an instrument makes of its own application (UNTOC Arts 2 and 3), which
leave it UNSETTLED until answered. What the register does not list is UNSETTLED with the question to ask, never BARRED.
"""

from collections.abc import Mapping
from datetime import date

from comity.law.answer import Basis, BasisAnswer
from comity.law.bilateral_force import age_of, treaty_verdict
from comity.law.bound import bound_verdict, force_verdict, membership_verdict
from comity.law.channels import route_for
from comity.law.coverage import coverage_verdicts, questions_for
from comity.law.inquiry import Inquiry
from comity.law.instrument import Instrument
from comity.law.ranking import Candidate, ranked, relate
from comity.law.register import Register
from comity.law.vocabulary import parse_measure, parse_offence
from comity.values.country import parse_country
from comity.values.errors import InvalidInputError
from comity.values.verdict import Finding, Reason, Verdict

__all__ = ["Basis", "BasisAnswer", "find_bases"]


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
    pair = register.bilateral(inquiry.requesting, inquiry.requested)
    candidates = [_of_bilateral(register, one, inquiry) for one in pair if inquiry.measure in one.measures]
    candidates += [_of_multilateral(register, one, inquiry) for one in register.by_measure.get(inquiry.measure, ())]
    relate(candidates, inquiry.measure)
    ordered = ranked(candidates, inquiry.offence)
    return BasisAnswer(
        inquiry.requesting,
        inquiry.requested,
        inquiry.measure,
        inquiry.offence,
        on,
        tuple(_placed(register, candidate, inquiry, rank) for rank, candidate in enumerate(ordered, start=1)),
    )


def _of_multilateral(register: Register, instrument: Instrument, inquiry: Inquiry) -> Candidate:
    """Weigh a convention or act: class, force, each State's row (and its parent instrument's), then coverage."""
    first, second, on, today = inquiry.requesting, inquiry.requested, inquiry.on, inquiry.today
    rows = register.participations.get(instrument.code, {})
    ours, theirs = rows.get(first), rows.get(second)
    if instrument.kind == "comity":
        return _weighed(register, instrument, inquiry, [], "", silent=False)
    reach = [membership_verdict(instrument, first, second, on)]
    if not reach[0].reasons or reach[0].finding is not Finding.BARRED:
        reach.append(force_verdict(instrument, on))
        reach.append(bound_verdict(instrument, first, ours, on, today))
        reach.append(bound_verdict(instrument, second, theirs, on, today))
        if instrument.parent:
            parent = register.multilateral[instrument.parent]
            for state in (first, second):
                reach.append(bound_verdict(parent, state, register.participation(parent.code, state), on, today))
    silent = ours is None or theirs is None
    ages = [row.known_from for row in (ours, theirs) if row and row.known_from]
    as_of = min(ages).isoformat() if ages else ""
    return _weighed(register, instrument, inquiry, reach, as_of, silent=silent)


def _of_bilateral(register: Register, instrument: Instrument, inquiry: Inquiry) -> Candidate:
    treaty = register.treaty(instrument.code)
    reach = [treaty_verdict(treaty, register.treaties_by_pair[treaty.pair], inquiry.on, inquiry.today)]
    return _weighed(register, instrument, inquiry, reach, age_of(treaty), silent=False)


def _weighed(
    register: Register, instrument: Instrument, inquiry: Inquiry, reach: list[Verdict], as_of: str, *, silent: bool
) -> Candidate:
    """Reach first; if it is barred nothing else is asked. Then coverage, and the questions that settle nothing."""
    reach = [_answered(verdict, inquiry.answers) for verdict in reach]
    reasons = [reason for verdict in reach for reason in verdict.reasons]
    barred = [reason for reason in reasons if reason.finding is Finding.BARRED]
    if barred:
        return Candidate(instrument, Finding.BARRED, tuple(barred), (), as_of, silent)
    questions = [question for verdict in reach for question in verdict.questions]
    for verdict in coverage_verdicts(register, instrument, inquiry):
        reasons += verdict.reasons
        questions += verdict.questions
        if any(reason.finding is Finding.BARRED for reason in verdict.reasons):
            return Candidate(instrument, Finding.BARRED, tuple(reasons), tuple(verdict.questions), as_of, silent)
    unsettled = any(reason.finding is Finding.UNSETTLED for reason in reasons)
    questions += [
        question
        for question in questions_for(instrument, inquiry.measure, inquiry.offence)
        if question.id not in inquiry.answers
    ]
    finding = Finding.UNSETTLED if unsettled else Finding.CLEAR
    return Candidate(instrument, finding, tuple(reasons), tuple(dict.fromkeys(questions)), as_of, silent)


def _answered(verdict: Verdict, answers: Mapping[str, bool]) -> Verdict:
    """A doubt about force or consent settled by the caller's answers; the rest stays as it is."""
    if not verdict.questions or any(question.id not in answers for question in verdict.questions):
        return verdict
    kept = tuple(reason for reason in verdict.reasons if reason.finding is not Finding.UNSETTLED)
    given = tuple(
        Reason(
            question.provision,
            f"Answered {'yes' if answers[question.id] else 'no'}: {question.text}",
            Finding.CLEAR if answers[question.id] else Finding.BARRED,
            verified=False,
        )
        for question in verdict.questions
    )
    return Verdict(kept + given)


def _placed(register: Register, candidate: Candidate, inquiry: Inquiry, rank: int) -> Basis:
    instrument = candidate.instrument
    route, languages = route_for(register, instrument, inquiry.requested)
    return Basis(
        instrument=instrument.code,
        title=instrument.title,
        rank=rank,
        finding=candidate.finding,
        reasons=candidate.reasons,
        questions=candidate.questions,
        as_of=candidate.as_of,
        channel=route,
        languages=languages,
        verified=all(reason.verified for reason in candidate.reasons),
        sources=instrument.sources,
        kind=instrument.kind,
        silent=candidate.silent,
    )
