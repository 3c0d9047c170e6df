"""Typed facts: wrong ones are answered with meaning and example, contradicting ones named together."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.law.facts import facts_from_text, follow, load_facts, read_facts
from comity.values.errors import InvalidInputError

TABLE = load_facts()
BOOLEANS = [name for name, meaning in TABLE.meanings.items() if meaning.type == "yes-no"]
SMALL = facts_from_text(
    "facts.yaml",
    "facts:\n  day-of-birth: {type: day, ask: When?}\n  where: {type: state, ask: In which State?}\nrules: []",
)


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("political-offence", "maybe", "a yes-or-no fact"),
        ("political-offence", 1, "Does the requested State regard"),
        ("sentence-months", "eight", "a whole number"),
        ("sentence-months", -1, "How long is the sentence"),
        ("sentence-months", True, "a whole number"),
        ("measure", "bank-record", "Nearest: bank-records"),
    ],
)
def test_a_wrong_fact_is_answered_with_its_meaning_and_an_example(name, value, says):
    with pytest.raises(InvalidInputError) as caught:
        read_facts({name: value})
    assert (caught.value.code, caught.value.place) == ("law:fact", name)
    assert says in caught.value.message
    assert f'"{name}": ' in caught.value.next_step


def test_an_unknown_fact_is_answered_with_the_nearest():
    with pytest.raises(InvalidInputError, match="political-offence"):
        read_facts({"political-ofence": True})


def test_days_and_states_have_their_form():
    assert read_facts({"day-of-birth": "1980-01-02", "where": "CH"}, SMALL)["day-of-birth"] == date(1980, 1, 2)
    for wrong in ({"day-of-birth": "2 January"}, {"where": "ch"}, {"day-of-birth": "2026-13-01"}):
        with pytest.raises(InvalidInputError):
            read_facts(wrong, SMALL)


def test_null_is_unknown():
    assert read_facts({"political-offence": None}) == {}


def test_a_contradiction_names_only_what_was_given():
    with pytest.raises(InvalidInputError) as caught:
        read_facts({"ordinary-offence": True, "tax-fraud": True, "person-national": True})
    assert caught.value.code == "law:contradiction"
    assert "ordinary-offence" in caught.value.message
    assert "tax-fraud" in caught.value.message
    assert "person-national" not in caught.value.message


@given(st.dictionaries(st.sampled_from(BOOLEANS), st.booleans(), max_size=6))
def test_what_follows_is_kept_and_follows_from_itself(given_facts):
    try:
        once = follow(given_facts, TABLE)
    except InvalidInputError as error:
        assert error.code == "law:contradiction"  # noqa: PT017 - the other answer a set of facts may get
        return
    assert given_facts.items() <= once.items()
    assert follow(once, TABLE) == once


def test_every_fact_is_asked_in_one_sentence_and_used_by_some_table():
    assert all(meaning.text.endswith("?") for meaning in TABLE.meanings.values())
