import pytest
import yaml

from comity.forms.catalogue import label, load_form, printed_forms, term
from comity.forms.schema import DATA
from comity.values.errors import InvalidInputError, MissingError

LETTERS = ("letter_of_request", "cover_note", "acknowledgement", "reminder", "refusal", "authenticity_letter")


@pytest.mark.parametrize("form_id", printed_forms())
@pytest.mark.parametrize("language", ["en", "fr", "es"])
def test_every_section_and_field_of_a_printed_form_has_its_word(form_id: str, language: str) -> None:
    form = load_form(form_id)
    places = ["title", *(section.letter for section in form.sections), *(place for place, _ in form.walk())]
    assert all(label(form_id, place, language) for place in places)


@pytest.mark.parametrize("form_id", LETTERS)
def test_letters_have_arabic_words_too(form_id: str) -> None:
    form = load_form(form_id)
    assert all(label(form_id, place, "ar") for place in ("title", *(place for place, _ in form.walk())))


def test_a_word_is_not_taken_from_another_language_in_silence() -> None:
    with pytest.raises(InvalidInputError, match="has no word in the language 'ar'"):
        label("eio_annex_a", "A", "ar")
    with pytest.raises(MissingError):
        label("letter_of_request", "facts.colour", "en")
    with pytest.raises(MissingError):
        label("untoc_art18_mla", "title", "en")


def test_codes_print_in_the_language_and_an_unknown_code_prints_as_itself() -> None:
    assert term("measure", "bank-records", "es") == "Documentos bancarios"
    assert term("measure", "something-new", "es") == "something-new"


def test_every_term_is_given_in_the_three_languages_of_documents() -> None:
    groups = yaml.safe_load((DATA / "labels" / "terms.yaml").read_text(encoding="utf-8"))
    for group, terms in groups.items():
        for code, words in terms.items():
            assert {"en", "fr", "es"} <= set(words), (group, code)
