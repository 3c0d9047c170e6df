"""On what legal basis one State may ask another for a measure: every instrument that could carry it, ranked.

A finding answers reach only: both bound, in force, measure and offence covered. Penalty thresholds, dual criminality
and refusal are questions, except the conditions an instrument makes of its own application (UNTOC Arts 2 and 3), which
leave it UNSETTLED until answered. What the register does not list is UNSETTLED with the question to ask, never BARRED.
"""

from collections.abc import Mapping
from datetime import date

from comity.law.answer import Basis, BasisAnswer
from comity.law.bilateral_force import age_of, noted, treaty_verdict
from comity.law.bound import barring, bound_verdict, force_standing, membership_verdict
from comity.law.channels import route_for
from comity.law.coverage import coverage_verdicts, questions_for, side_of, text_of
from comity.law.inquiry import Inquiry
from comity.law.instrument import Instrument
from comity.law.participation import Participation
from comity.law.ranking import Candidate, ranked, relate
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
    if instrument.kind == "comity":
        return _weighed(register, instrument, inquiry, [], "", silent=False)
    first, second, on, today = inquiry.requesting, inquiry.requested, inquiry.on, inquiry.today
    rows = register.participations.get(instrument.code, {})
    ours, theirs = rows.get(first), rows.get(second)
    silent = ours is None or theirs is None
    as_of = _as_of(ours, theirs)
    reach = []
    if instrument.membership.closed:
        closed = membership_verdict(instrument, first, second, on)
        barred = barring(closed)
        if closed.reasons:
            reach.append(closed)
        if barred:
            return Candidate(instrument, BARRED, barred, (), as_of, silent)
    before = force_standing(instrument, on)
    one = side_of(register, instrument, first, ours, inquiry.measure, on, today, asked=False)
    two = side_of(register, instrument, second, theirs, inquiry.measure, on, today, asked=True)
    parents = _parents(register, instrument, inquiry) if instrument.parent else []
    if before.barred or one.barred or two.barred:
        barred = before.barred + one.barred + two.barred
        barred += tuple(reason for verdict in parents for reason in barring(verdict))
        return Candidate(instrument, BARRED, barred, (), as_of, silent)
    text = text_of(instrument, inquiry.measure, inquiry.offence)
    if text.barred and not (reach or inquiry.answers) and not any(barring(verdict) for verdict in parents):
        given = (before.verdict, one.bound, two.bound, *parents)
        reasons = tuple(reason for verdict in given for reason in verdict.reasons) + text.reasons
        return Candidate(instrument, BARRED, reasons, text.questions, as_of, silent)
    if reach or parents or inquiry.answers or text.barred or one.declared_bars or two.declared_bars:
        reach += [before.verdict, one.bound, two.bound, *parents]
        return _weighed(register, instrument, inquiry, reach, as_of, silent=silent)
    reasons = before.verdict.reasons + one.bound.reasons + two.bound.reasons + text.reasons
    reasons += one.declared + two.declared + text.conditions
    questions = before.verdict.questions + one.bound.questions + two.bound.questions + text.questions
    unsettled = before.verdict.questions or one.unsettled or two.unsettled or text.unsettled
    asked = tuple(dict.fromkeys(questions)) if len(questions) > 1 else questions
    return Candidate(instrument, UNSETTLED if unsettled else CLEAR, reasons, asked, as_of, silent)


def _parents(register: Register, instrument: Instrument, inquiry: Inquiry) -> list[Verdict]:
    """Whether the instrument it supplements binds both."""
    parent = register.multilateral[instrument.parent]
    rows = register.participations.get(parent.code, {})
    return [
        bound_verdict(parent, state, rows.get(state), inquiry.on, inquiry.today)
        for state in (inquiry.requesting, inquiry.requested)
    ]


def _as_of(ours: Participation | None, theirs: Participation | None) -> str:
    """The older of the ages of two rows."""
    first = ours.known_from if ours else None
    second = theirs.known_from if theirs else None
    older = first if first and (second is None or first <= second) else second
    return older.isoformat() if older else ""


def _of_bilateral(register: Register, instrument: Instrument, inquiry: Inquiry) -> Candidate:
    treaty = register.treaty(instrument.code)
    said = treaty_verdict(treaty, register.treaties_by_pair[treaty.pair], inquiry.on, inquiry.today)
    reach = [noted(said, register.notes.get(treaty.code, ""))]
    return _weighed(register, instrument, inquiry, reach, age_of(treaty), silent=False)


def _weighed(
    register: Register, instrument: Instrument, inquiry: Inquiry, reach: list[Verdict], as_of: str, *, silent: bool
) -> Candidate:
    """Reach first; if it is barred nothing else is asked. Then coverage, and the questions that settle nothing."""
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
        return Candidate(instrument, BARRED, barred, (), as_of, silent)
    for verdict in coverage_verdicts(register, instrument, inquiry):
        if verdict.reasons:
            reasons += verdict.reasons
            questions += verdict.questions
            if barring(verdict):
                return Candidate(instrument, BARRED, tuple(reasons), verdict.questions, as_of, silent)
    finding = UNSETTLED if any(reason.finding is UNSETTLED for reason in reasons) else CLEAR
    cautions = questions_for(instrument, inquiry.measure, inquiry.offence)
    if inquiry.answers:
        cautions = tuple(question for question in cautions if question.id not in inquiry.answers)
    questions += cautions
    asked = tuple(dict.fromkeys(questions)) if len(questions) > 1 else tuple(questions)
    return Candidate(instrument, finding, tuple(reasons), asked, as_of, silent)


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
