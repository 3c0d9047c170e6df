"""What the register knows already is not asked; what it does not settle stays a question."""

from datetime import date

import pytest

from comity.law.known_facts import declared_beside, known_facts
from comity.law.refusal_check import check_refusal
from comity.law.register import load_register

ON = date(2026, 11, 21)


def known(code, states, **more):
    register = load_register()
    found = known_facts(register, register.instrument(code), states, on=ON, today=ON, **more)
    return {one.fact: one for one in found}


def test_measure_and_offence_are_taken_as_asked():
    found = known("ETS030", None, measure="bank-records", offence="fraud")
    assert found["measure"].value == "bank-records"
    assert found["offence"].value == "fraud"


def test_two_parties_to_the_protocol_are_not_asked_whether_they_are():
    found = known("ETS030", ("BE", "BG"))["both-ets099"]
    assert found.value is True
    assert "BE" in found.because
    assert "BG" in found.because
    assert found.provision


def test_a_silent_register_leaves_the_question_open():
    assert "both-ets099" not in known("ETS030", ("CO", "BE"))


@pytest.mark.parametrize(
    ("answers", "covered"),
    [
        ({}, None),
        ({"UNTOC:transnational": True}, None),
        ({"UNTOC:transnational": True, "UNTOC:organised-group": True}, True),
        ({"UNTOC:transnational": False}, False),
    ],
)
def test_the_answers_on_the_basis_say_whether_the_offence_is_covered(answers, covered):
    found = known("UNTOC", ("CH", "CO"), measure="bank-records", offence="money-laundering", answers=answers)
    assert (found["offence-covered"].value if "offence-covered" in found else None) is covered


def test_what_is_known_is_never_among_the_questions():
    register = load_register()
    instrument = register.instrument("ETS185")
    found = known("ETS185", ("CH", "FR"), measure="traffic-data", offence="cybercrime")
    asked = {one.id for one in check_refusal(instrument, {name: one.value for name, one in found.items()}).questions}
    assert "cybercrime-convention-offence" in found
    assert not asked & set(found)


def test_a_declaration_stands_beside_the_question_that_asks_for_it():
    register = load_register()
    instrument = register.instrument("ETS030")
    beside = declared_beside(register, instrument, "AL", "dual-criminality-declared")
    assert "Article 5(1)(a)" in beside[0].text
    assert beside[0].as_of
    assert not declared_beside(register, instrument, "AL", "political-offence")
    assert not declared_beside(register, instrument, "", "dual-criminality-declared")
