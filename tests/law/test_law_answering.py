"""An answer must answer a question that this request asks."""

from datetime import date

import pytest

from comity.law.answering import check_answers
from comity.law.basis import find_bases
from comity.law.register import load_register
from comity.values.errors import InvalidInputError

DAY = date(2026, 11, 21)


def check(*answered: str, measure: str = "bank-records") -> None:
    check_answers(
        load_register(),
        "CH",
        "CO",
        measure=measure,
        offence="fraud",
        on=DAY,
        answers=dict.fromkeys(answered, True),
        today=DAY,
    )


def test_answers_to_questions_that_are_asked_pass():
    check("UNTOC:transnational", "UNTOC:organised-group")
    check()


def test_a_question_that_only_another_answer_brings_up_may_be_answered_with_it():
    brought = asked({"UNCAC:covered-conduct": True}) - asked()
    assert brought
    check("UNCAC:covered-conduct", *brought)
    with pytest.raises(InvalidInputError):
        check(*brought)


@pytest.mark.parametrize("wrong", ["UNTOC:transnatonal", "bound:UNTOC:CH", "nonsense", "UNTOC:transnational "])
def test_an_answer_to_nothing_is_refused_with_the_nearest_question(wrong):
    with pytest.raises(InvalidInputError) as caught:
        check("UNTOC:organised-group", wrong)
    assert caught.value.code == "law:answer"
    assert wrong[:10] in str(caught.value)
    assert any(name in str(caught.value) for name in asked())


def asked(answers: dict[str, bool] | None = None) -> set[str]:
    found = find_bases(
        load_register(), "CH", "CO", measure="bank-records", offence="fraud", on=DAY, today=DAY, answers=answers
    )
    return {question.id for basis in found.bases for question in basis.questions}
