"""What holds for every two States, every measure, every offence and every day."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.law.answer import Basis, BasisAnswer
from comity.law.basis import find_bases
from comity.law.register import load_register
from comity.law.vocabulary import MEASURES, OFFENCES
from comity.values.country import country_names
from comity.values.verdict import Finding

REGISTER = load_register()
LISTED = sorted(
    {state for rows in REGISTER.participations.values() for state in rows if state in country_names()}
    | {state for treaty in REGISTER.treaties for state in treaty.pair if state in country_names()}
)
STATES = st.sampled_from(LISTED)
DAYS = st.dates(date(1950, 1, 1), date(2035, 12, 31))
TODAY = date(2026, 11, 21)
inquiries = given(
    first=STATES,
    second=STATES,
    measure=st.sampled_from(sorted(MEASURES)),
    offence=st.sampled_from(sorted(OFFENCES)),
    on=DAYS,
)


def ask(first: str, second: str, measure: str, offence: str, on: date, **more: object) -> BasisAnswer:
    if first == second:
        second = "CO" if first != "CO" else "CH"
    return find_bases(REGISTER, first, second, measure=measure, offence=offence, on=on, today=TODAY, **more)  # type: ignore[arg-type]


def by_code(answer: BasisAnswer) -> dict[str, Basis]:
    return {basis.instrument: basis for basis in answer.bases}


@inquiries
@settings(max_examples=300, deadline=None)
def test_every_two_states_get_an_answer_that_adds_up(first, second, measure, offence, on):
    answer = ask(first, second, measure, offence, on)
    assert [basis.rank for basis in answer.bases] == list(range(1, len(answer.bases) + 1))
    for basis in answer.bases:
        assert basis.reasons, basis
        gravest = max((reason.finding for reason in basis.reasons), key=lambda finding: finding.gravity)
        assert basis.finding is gravest, "the finding is the gravest of its reasons"
        assert all(reason.provision and reason.text for reason in basis.reasons)
        if basis.finding is Finding.UNSETTLED:
            assert basis.questions, "a doubt names the question that would settle it"
        assert len({question.id for question in basis.questions}) == len(basis.questions), "each question once"
        assert basis.sources
        assert basis.channel
        assert date.fromisoformat(basis.as_of) <= TODAY, "an age is always given, and never lies ahead"
        assert basis.dated_by in {"rows", "instrument", "register"}
        if basis.verified:
            assert all(reason.verified for reason in basis.reasons)
            assert any("recalled" not in source for source in basis.sources), "nothing was read"


@inquiries
@settings(max_examples=300, deadline=None)
def test_silence_never_bars(first, second, measure, offence, on):
    """Where an open instrument is silent on a State, nothing said of that State under it bars."""
    answer = ask(first, second, measure, offence, on)
    for basis in answer.bases:
        instrument = REGISTER.instrument(basis.instrument)
        if instrument.states or instrument.membership.closed:
            continue
        pair = (answer.requesting, answer.requested)
        own = instrument.force.provision.article
        unlisted = {state for state in pair if REGISTER.participation(basis.instrument, state) is None}
        barring = [reason for reason in basis.reasons if reason.finding is Finding.BARRED]
        assert not any("lists nothing" in reason.text for reason in barring)
        for state in unlisted:
            assert not any(reason.provision == own and reason.text.startswith(state) for reason in barring)


@inquiries
@settings(max_examples=200, deadline=None)
def test_whether_both_are_bound_does_not_depend_on_who_asks(first, second, measure, offence, on):
    """Reach is symmetric, except where a declaration counts only for the State that is asked."""
    there, back = by_code(ask(first, second, measure, offence, on)), by_code(ask(second, first, measure, offence, on))
    assert set(there) == set(back)
    one_sided = {code for (_, code, _), effect in REGISTER.effects.items() if effect.get("as") == "requested"}
    for code in set(there) - one_sided:
        assert there[code].finding is back[code].finding, code


@inquiries
@settings(max_examples=200, deadline=None)
def test_once_clear_an_instrument_stays_clear_until_something_recorded_ends_it(first, second, measure, offence, on):
    """Time only brings treaties into force; an end, a suspension, a departure or a later treaty must be recorded."""
    later = on + timedelta(days=400)
    before, after = (
        by_code(ask(first, second, measure, offence, on)),
        by_code(ask(first, second, measure, offence, later)),
    )
    for code, basis in before.items():
        if basis.finding is not Finding.CLEAR or after[code].finding is Finding.CLEAR:
            continue
        said = " ".join(reason.text for reason in after[code].reasons)
        assert any(word in said for word in ("ended on", "only until", "suspended", "later treaty", "not bound")), said


@inquiries
@settings(max_examples=150, deadline=None)
def test_an_answer_can_settle_but_never_unsettle(first, second, measure, offence, on):
    answer = ask(first, second, measure, offence, on)
    yes = {question.id: True for basis in answer.bases for question in basis.questions}
    settled = by_code(ask(first, second, measure, offence, on, answers=yes))
    for code, basis in by_code(answer).items():
        assert settled[code].finding.gravity <= basis.finding.gravity


@inquiries
@settings(max_examples=150, deadline=None)
def test_the_same_question_gets_the_same_answer(first, second, measure, offence, on):
    assert ask(first, second, measure, offence, on).to_json() == ask(first, second, measure, offence, on).to_json()


@pytest.mark.parametrize("measure", sorted(MEASURES))
def test_every_measure_has_an_instrument(measure):
    assert REGISTER.by_measure[measure]


@pytest.mark.parametrize("offence", sorted(OFFENCES))
def test_every_offence_can_be_asked_between_switzerland_and_colombia(offence):
    answer = ask("CH", "CO", "bank-records", offence, TODAY)
    assert answer.bases[0].instrument == "BILATERAL-CH-CO-MLA"
    assert answer.bases[0].finding is Finding.CLEAR


def test_every_ordered_pair_of_the_register_is_answered():
    for first in LISTED[::4]:
        for second in LISTED[1::5]:
            if first != second:
                assert ask(first, second, "hearing-witness", "corruption", TODAY).bases


def test_an_undated_row_counts_from_today_and_not_before():
    """The Riyadh rows say only that something was done, the Indian ones that they are operational, undated."""
    undated = [
        row
        for rows in REGISTER.participations.values()
        for row in rows.values()
        if not row.known_from and not row.in_force
    ]
    assert undated, "the register holds undated rows"
    assert all(row.status not in {"party", "bound"} for row in undated), "then the rule is tested in test_law_bound"
