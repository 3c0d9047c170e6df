"""The order of questions: at most half of them at the median, and never a different answer."""

import random
import statistics

import pytest

from comity.law.expression import Value, facts_of
from comity.law.facts import FactTable, follow, load_facts
from comity.law.question_order import next_question
from comity.law.refusal import Ground, known_grounds
from comity.law.refusal_check import REFUSING, check_refusal, possible_facts
from comity.law.register import load_register
from comity.values.errors import InvalidInputError
from comity.values.verdict import Finding

REGISTER = load_register()
TABLE = load_facts()


def rows_of(code: str, measure: str) -> list[Ground]:
    rows = [row for row in known_grounds(code) if row.kind in REFUSING]
    return [row for row in rows if row.scope.value({"measure": measure}) is not False]


CASES = [
    (code, measure)
    for code, instrument in sorted(REGISTER.multilateral.items())
    for measure in sorted(instrument.measures)
    if len(rows_of(code, measure)) >= 3
]


def random_case(chance: random.Random, names: tuple[str, ...], measure: str, share: float | None) -> dict[str, Value]:
    """All facts of a case, by chance: each true with the same share, or as likely as the table says."""
    facts: dict[str, Value] = follow({"measure": measure}, TABLE)
    for name in chance.sample(names, len(names)):
        meaning = TABLE.meanings[name]
        if name in facts:
            continue
        value: Value
        if meaning.type == "yes-no":
            value = chance.random() < (meaning.likely if share is None else share)
        elif meaning.type == "choice":
            value = chance.choice(meaning.options)
        else:
            value = chance.randrange(0, 120)
        try:
            facts = follow({**facts, name: value}, TABLE)
        except InvalidInputError:
            facts = follow({**facts, name: not value}, TABLE)
    return facts


def answer_of(name: str, facts: dict[str, Value], table: FactTable) -> Value:
    """The answer to a question; a screening question is answered yes only if all it settles is so."""
    if name in facts:
        return facts[name]
    settled = {
        fact: value for rule in table.rules if facts_of(rule.condition) == (name,) for fact, value in rule.then.items()
    }
    return all(facts.get(fact, value) == value for fact, value in settled.items())


def asked_before_settled(code: str, measure: str, facts: dict[str, Value]) -> tuple[int, Finding]:
    rows = rows_of(code, measure)
    conditions = [row.weighed for row in rows]
    known = follow({"measure": measure}, TABLE)
    count = 0
    while (question := next_question(conditions, known, TABLE)) is not None:
        known = follow({**known, question.id: answer_of(question.id, facts, TABLE)}, TABLE)
        count += 1
    barred = any(condition.value(known) is True for condition in conditions)
    return count, Finding.BARRED if barred else Finding.CLEAR


@pytest.mark.parametrize("share", [0.5, None], ids=["by the toss of a coin", "as likely as in ordinary cases"])
def test_at_most_half_of_the_possible_questions_at_the_median_of_a_thousand_random_cases(share):
    chance = random.Random(3)
    parts = []
    for _ in range(1000):
        code, measure = chance.choice(CASES)
        names = tuple(
            name for name in possible_facts(rows_of(code, measure), {"measure": measure}) if name != "measure"
        )
        facts = random_case(chance, names, measure, share)
        count, finding = asked_before_settled(code, measure, facts)
        whole = any(row.weighed.value(facts) is True for row in rows_of(code, measure))
        assert finding is (Finding.BARRED if whole else Finding.CLEAR), "the order never changes the answer"
        parts.append(count / len(names))
    assert statistics.median(parts) <= 0.5


def test_the_first_question_of_the_answer_is_the_one_to_ask():
    answer = check_refusal(REGISTER.instrument("UNTOC"), {"measure": "bank-records"})
    conditions = [row.weighed for row in rows_of("UNTOC", "bank-records")]
    first = next_question(conditions, follow({"measure": "bank-records"}, TABLE), TABLE)
    assert first is not None
    assert answer.questions[0] == first


def test_nothing_is_asked_once_something_bars():
    conditions = [row.weighed for row in rows_of("UNTOC", "bank-records")]
    assert next_question(conditions, {"measure": "bank-records", "request-conforms": False}, TABLE) is None
