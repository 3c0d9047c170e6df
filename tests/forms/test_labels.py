from pathlib import Path

import pytest
import yaml

from comity.forms import labels
from comity.forms.catalogue import form_ids, label, labelled_forms, load_form, term, wording
from comity.forms.labels import LANGUAGES
from comity.forms.schema import DATA
from comity.values.errors import InvalidInputError, MissingError

SIX = ("en", "fr", "es", "ar", "ru", "zh")


def test_the_languages_are_the_six() -> None:
    assert LANGUAGES == SIX
    assert labelled_forms() == form_ids()


@pytest.mark.parametrize("form_id", form_ids())
@pytest.mark.parametrize("language", SIX)
def test_no_form_misses_a_word_in_any_of_the_six_languages(form_id: str, language: str) -> None:
    """Title, sections, fields and choices."""
    form = load_form(form_id)
    places = ["title", *(section.letter for section in form.sections), *(place for place, _ in form.walk())]
    assert all(label(form_id, place, language) for place in places)
    for _, field in form.walk():
        for option in field.options:
            assert labels.has_term("option", option), option
            assert term("option", option, language)


@pytest.mark.parametrize("form_id", form_ids())
def test_each_language_is_written_in_its_own_script(form_id: str) -> None:
    """A title left in English, or in the wrong column, shows."""
    scripts = {"ar": ("\u0600", "\u06ff"), "ru": ("\u0400", "\u04ff"), "zh": ("\u4e00", "\u9fff")}
    for language, (first, last) in scripts.items():
        assert any(first <= sign <= last for sign in label(form_id, "title", language)), language
    assert len({label(form_id, "title", language) for language in ("en", "fr", "es")}) == 3


@pytest.mark.parametrize("form_id", form_ids())
def test_words_nobody_read_are_marked_as_ours(form_id: str) -> None:
    assert {wording(form_id, language) for language in SIX} == {"ours"}


@pytest.mark.parametrize("form_id", form_ids())
def test_no_word_is_kept_for_a_field_the_form_does_not_have(form_id: str) -> None:
    form = load_form(form_id)
    known = {"title", "wording", *(section.letter for section in form.sections), *(place for place, _ in form.walk())}
    words = yaml.safe_load((DATA / "labels" / f"{form_id}.yaml").read_text(encoding="utf-8"))
    assert {key for key in set(words) - known if not key.startswith(STATED_BESIDE.get(form_id, "-"))} == set()


STATED_BESIDE = {"eio_annex_a": ("E.natural.name", "E.legal.name", "G.", "J.")}
"""What the issuing authority states beside the fields of the annex, printed in the section it belongs to."""


def test_a_word_that_is_not_there_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="has no word in the language 'de'"):
        label("eio_annex_a", "A", "de")
    for form_id, place in (("letter_of_request", "facts.colour"), ("letter_of_request", "wording"), ("poem", "title")):
        with pytest.raises(MissingError):
            label(form_id, place, "en")


def test_codes_print_in_the_language_and_an_unknown_code_prints_as_itself() -> None:
    assert term("measure", "bank-records", "es") == "Documentos bancarios"
    assert term("measure", "something-new", "es") == "something-new"


def test_every_term_is_given_in_the_six_languages() -> None:
    groups = yaml.safe_load((DATA / "labels" / "terms.yaml").read_text(encoding="utf-8"))
    for group, terms in groups.items():
        for code, words in terms.items():
            assert set(words) == set(SIX), (group, code)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("title: {en: A, fr: A, es: A, ar: A, ru: A, zh: A}\n", "line 1: 'wording' is missing"),
        ("wording: {en: found, fr: ours, es: ours, ar: ours, ru: ours, zh: ours}\n", "'found' is not an origin"),
        (
            "wording: {en: ours, fr: ours, es: ours, ar: ours, ru: ours, zh: ours}\ntitle: {en: A, fr: A}\n",
            "line 2: 'title' has no word in 'es'",
        ),
    ],
)
def test_a_bad_file_of_words_is_refused_with_its_line(
    text: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "labels").mkdir()
    (tmp_path / "labels" / "made_up.yaml").write_text(text, encoding="utf-8")
    monkeypatch.setattr(labels, "DATA", tmp_path)
    with pytest.raises(InvalidInputError, match=said):
        label("made_up", "title", "en")
