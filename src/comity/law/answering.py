"""Answers given to the questions of a legal basis: each must answer a question that is asked of this request."""

from collections.abc import Mapping
from datetime import date

from comity.law.basis import find_bases
from comity.law.register import Register
from comity.law.vocabulary import nearest
from comity.values.errors import InvalidInputError


def check_answers(
    register: Register,
    requesting: str,
    requested: str,
    *,
    measure: str,
    offence: str,
    on: date,
    answers: Mapping[str, bool],
    today: date | None = None,
) -> None:
    """Refuse an answer to a question that this request does not ask, with the nearest that it does.

    A question that another answer brings up counts as asked. An unknown State, measure or offence raises as in
    `find_bases`.
    """
    asked: frozenset[str] = frozenset()
    while True:
        given = {name: answers[name] for name in sorted(asked & answers.keys())}
        found = find_bases(
            register, requesting, requested, measure=measure, offence=offence, on=on, answers=given, today=today
        )
        now = asked | {question.id for basis in found.bases for question in basis.questions}
        if now == asked:
            break
        asked = now
    unknown = [name for name in answers if name not in asked]
    if unknown:
        near = nearest(unknown[0], tuple(sorted(asked)))
        raise InvalidInputError(
            f"'{unknown[0][:60]}' is no question of this request. Nearest: {', '.join(near) or 'none is asked'}.",
            code="law:answer",
            place="answer",
            next_step="The questions stand under `questions` of each basis, by their id.",
        )
