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
from comity.law.channels import channel_for
from comity.law.coverage import coverage_verdict, questions_for
from comity.law.inquiry import Inquiry
from comity.law.instrument import Instrument
from comity.law.ranking import ranked, with_relations
from comity.law.register import Register
from comity.law.vocabulary import parse_measure, parse_offence
from comity.values.country import parse_country
from comity.values.errors import InvalidInputError
from comity.values.verdict import Finding, Verdict


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
    found = [
        _of_bilateral(register, instrument, inquiry)
        for instrument in register.bilateral(inquiry.requesting, inquiry.requested)
        if inquiry.measure in instrument.measures
    ]
    found += [
        _of_multilateral(register, instrument, inquiry) for instrument in register.by_measure.get(inquiry.measure, ())
    ]
    bases = ranked(register, with_relations(register, found, inquiry.measure), inquiry.offence)
    return BasisAnswer(inquiry.requesting, inquiry.requested, inquiry.measure, inquiry.offence, on, tuple(bases))


def _of_multilateral(register: Register, instrument: Instrument, inquiry: Inquiry) -> Basis:
    first, second, on = inquiry.requesting, inquiry.requested, inquiry.on
    reach = membership_verdict(instrument, first, second, on)
    rows = [register.participation(instrument.code, state) for state in (first, second)]
    parent = register.multilateral.get(instrument.parent)
    if reach.finding is not Finding.BARRED:
        reach += force_verdict(instrument, on)
        for state, row in zip((first, second), rows, strict=True):
            reach += bound_verdict(instrument, state, row, on, inquiry.today)
        if parent:
            for state in (first, second):
                reach += bound_verdict(parent, state, register.participation(parent.code, state), on, inquiry.today)
    ages = sorted(row.known_from.isoformat() for row in rows if row and row.known_from)
    silent = None in rows and reach.finding is Finding.UNSETTLED
    return _basis(register, instrument, inquiry, reach, ages[0] if ages else "", silent=silent)


def _of_bilateral(register: Register, instrument: Instrument, inquiry: Inquiry) -> Basis:
    treaty = register.treaty(instrument.code)
    reach = treaty_verdict(treaty, register.treaties_by_pair[treaty.pair], inquiry.on, inquiry.today)
    return _basis(register, instrument, inquiry, reach, age_of(treaty), silent=False)


def _basis(
    register: Register, instrument: Instrument, inquiry: Inquiry, reach: Verdict, as_of: str, *, silent: bool
) -> Basis:
    if reach.finding is Finding.BARRED:
        verdict = Verdict(tuple(reason for reason in reach.reasons if reason.finding is Finding.BARRED))
    else:
        verdict = reach + coverage_verdict(register, instrument, inquiry)
    questions = verdict.questions
    if verdict.finding is not Finding.BARRED:
        questions += tuple(q for q in questions_for(instrument, inquiry) if q not in questions)
    channel = channel_for(register, instrument, inquiry.requesting, inquiry.requested, urgent=False)
    return Basis(
        instrument=instrument.code,
        title=instrument.title,
        rank=0,
        finding=verdict.finding,
        reasons=verdict.reasons,
        questions=questions,
        as_of=as_of,
        channel=channel.route,
        languages=channel.languages,
        verified=all(reason.verified for reason in verdict.reasons),
        sources=instrument.sources,
        kind=instrument.kind,
        silent=silent,
    )
