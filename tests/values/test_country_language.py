"""States and languages: codes in, names in the reader's language out, the nearest for a slip."""

import pytest

from comity.values.country import country_name, country_names, parse_country
from comity.values.errors import InvalidInputError
from comity.values.language import direction, language_name, parse_language


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("CH", "CH"),
        (" co ", "CO"),
        ("switzerland", "CH"),
        ("Colombia", "CO"),
        ("Schweiz", "CH"),
        ("españa", "ES"),
        ("سويسرا", "CH"),
    ],
)
def test_a_state_is_known_by_code_or_name(text, code):
    assert parse_country(text) == code


@pytest.mark.parametrize("text", ["Colmbia", "EU", "XX", "", "ZZ", "001"])
def test_what_is_no_state_is_refused(text):
    with pytest.raises(InvalidInputError) as caught:
        parse_country(text)
    assert caught.value.code == "input:state"


def test_the_nearest_state_is_named():
    with pytest.raises(InvalidInputError, match=r"CO \(Colombia\)"):
        parse_country("Colmbia")


def test_a_state_is_named_once_among_the_nearest():
    with pytest.raises(InvalidInputError) as caught:
        parse_country("Colombi")
    assert caught.value.message.count("CO (") == 1


def test_names_follow_the_readers_language_and_an_unknown_code_stays_itself():
    assert (country_name("CH", "fr"), country_name("CH", "es"), country_name("QQ")) == ("Suisse", "Suiza", "QQ")
    assert {len(code) for code in country_names()} == {2}


def test_languages_are_known_by_their_tag():
    assert parse_language(" ES ") == "es"
    assert (language_name("es", "fr"), language_name("fr", "es")) == ("espagnol", "francés")
    assert [direction(code) for code in ("ar", "he", "es")] == ["rtl", "rtl", "ltr"]


@pytest.mark.parametrize("text", ["", "español", "xx", "e", "es es", "../es", "zz-ZZ"])
def test_what_is_no_language_is_refused(text):
    with pytest.raises(InvalidInputError) as caught:
        parse_language(text)
    assert caught.value.code == "input:language"
