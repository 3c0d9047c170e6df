import re
import shutil
import subprocess
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from comity.documents import typesetting
from comity.documents.letters import KINDS, compose_letter
from comity.documents.typesetting import typeset
from comity.values.errors import InvalidInputError, UnavailableError
from tests.documents.specimens import AT, CONTENT, CONTEXT


def set_letter(content: dict[str, Any], language: str = "fr", **context: Any) -> bytes:
    data = compose_letter("letter-of-request", content, {**CONTEXT, **context}, language)
    return typeset("letter-of-request", data, language, at=AT)


def pages(pdf: bytes, folder: Path) -> list[str]:
    """The text of each page, as an independent reader sees it."""
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext (poppler-utils) is not installed: the text of the pages was not read.")
    file = folder / "letter.pdf"
    file.write_bytes(pdf)
    text = subprocess.run(["pdftotext", "-layout", file, "-"], capture_output=True, check=True).stdout.decode()
    return text.split("\f")[:-1]


def test_the_same_data_and_time_give_the_same_bytes_and_another_time_gives_others() -> None:
    first, again = set_letter(CONTENT), set_letter(CONTENT)
    assert first == again
    assert re.search(rb"/CreationDate\s*\(D:20261103090000", first)
    data = compose_letter("letter-of-request", CONTENT, CONTEXT, "fr")
    assert typeset("letter-of-request", data, "fr", at=AT + timedelta(days=1)) != first


def test_the_file_says_it_is_archival_and_tagged_in_its_language() -> None:
    pdf = set_letter(CONTENT)
    assert re.search(rb"<pdfaid:part>2</pdfaid:part>\s*<pdfaid:conformance>A</pdfaid:conformance>", pdf)
    assert re.search(rb"<pdfuaid:part>1</pdfuaid:part>", pdf)
    assert b"/MarkInfo" in pdf
    assert re.search(rb"/Lang\s*\(fr", pdf)


def test_every_page_of_an_exercise_carries_its_mark_and_the_handling_code(tmp_path: Path) -> None:
    found = pages(set_letter(CONTENT), tmp_path)
    assert len(found) > 1
    for number, page in enumerate(found, start=1):
        assert "Exercice – sans effet juridique" in page
        assert "Traitement H1" in page
        assert f"Page {number} sur {len(found)}" in page
    real = pages(set_letter(CONTENT, exercise=False), tmp_path)
    assert not any("Exercice" in page or "EXERCICE" in page for page in real)


def test_provisions_nobody_read_print_with_their_mark_in_the_language(tmp_path: Path) -> None:
    unread = {**CONTENT, "instrument": "BILATERAL-GB-US-MLA"}
    french = "\n".join(pages(set_letter(unread), tmp_path))
    assert re.search(r"Résumé des faits pertinents\s+non vérifié", french)
    assert "n’ont pas été lus dans un texte officiel" in re.sub(r"\s+", " ", french)
    untoc = "\n".join(pages(set_letter({**CONTENT, "instrument": "UNTOC"}, legal_basis=[]), tmp_path))
    assert re.search(r"Art\. 18\(15\)\(c\)", untoc)
    assert "non vérifié" not in untoc
    treaty = "\n".join(pages(set_letter(CONTENT, legal_basis=[]), tmp_path))
    assert re.search(r"Art\. 27\(1\)\(e\)\n", treaty)
    assert "non vérifié" not in treaty


def test_both_languages_of_the_story_say_the_same_content_under_the_same_digest(tmp_path: Path) -> None:
    french, spanish = (pages(set_letter(CONTENT, language), tmp_path) for language in ("fr", "es"))
    assert "Établir l’origine" in "\n".join(french)
    assert "Establecer el origen" in "\n".join(spanish)
    assert "Traducción (español) del original (francés)" in "\n".join(spanish)
    digests = {tuple(re.findall(r"\b[0-9a-f]{64}\b", page)) for page in (*french, *spanish)}
    assert len(digests) == 1


def test_markup_in_a_field_stays_text(tmp_path: Path) -> None:
    hostile = '#read("/etc/passwd") $x$ *b* `r` <a> @ref #import "x": * </text> \\ // c'
    content = {**CONTENT, "matter": {"fr": hostile}, "persons": [{"id": "p1", "role": "suspect", "name": hostile}]}
    content["parts"] = [{"id": "a", "measure": "service", "person": "p1", "description": {"fr": hostile}}]
    content["confidentiality"] = {}
    text = "\n".join(pages(set_letter(content, our_reference=hostile[:20]), tmp_path))
    plain = re.sub(r"[\s\u200b]+", "", text)
    assert plain.count(re.sub(r"\s+", "", hostile)) >= 3
    assert "root:" not in text


@pytest.mark.parametrize(
    "name",
    [
        "Ñ" * 200,
        "قسطنطين خيالي المثال",
        "Ἀριστοτέλης Παράδειγμα",
        "Иван Вымышленный",
        "यथार्थ काल्पनिक",
        "ישראל דמיוני",
        "Nguyễn Hư Cấu",
    ],
)
def test_names_of_any_length_and_of_these_scripts_are_set(name: str) -> None:
    assert set_letter(
        {**CONTENT, "persons": [{"id": "p1", "role": "suspect", "name": name}], "parts": [], "confidentiality": {}}
    )


def test_a_sign_no_typeface_can_show_stops_the_document_and_names_itself() -> None:
    content = {**CONTENT, "matter": {"fr": "Affaire \U00012000 contre X"}}
    with pytest.raises(InvalidInputError) as caught:
        set_letter(content)
    assert caught.value.code == "document:glyph"
    assert "U+12000 CUNEIFORM SIGN A" in caught.value.message
    assert caught.value.place.startswith("sections[")


def test_without_typefaces_the_reader_is_told_what_to_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(typesetting, "FONTS", tmp_path)
    typesetting._fonts.cache_clear()
    with pytest.raises(UnavailableError) as caught:
        set_letter(CONTENT)
    typesetting._fonts.cache_clear()
    assert caught.value.code == "document:fonts"
    assert "npm ci" in caught.value.next_step


def test_data_of_another_kind_or_language_and_a_time_without_zone_are_refused() -> None:
    data = compose_letter("letter-of-request", CONTENT, CONTEXT, "fr")
    for kind, language, at in (("reminder", "fr", AT), ("letter-of-request", "es", AT)):
        with pytest.raises(InvalidInputError, match="was composed as"):
            typeset(kind, data, language, at=at)
    with pytest.raises(InvalidInputError, match="time zone"):
        typeset("letter-of-request", data, "fr", at=datetime(2026, 11, 3))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("language", ["en", "fr", "es"])
def test_every_document_is_set_even_when_nothing_is_stated(kind: str, language: str) -> None:
    data = compose_letter(kind, {}, {}, language)
    assert typeset(kind, data, language, at=AT).startswith(b"%PDF-1.7")


@pytest.mark.parametrize("kind", KINDS)
def test_every_document_is_set_in_arabic(kind: str) -> None:
    assert typeset(kind, compose_letter(kind, {"language": "ar"}, CONTEXT, "ar"), "ar", at=AT)


def test_a_short_measure_stays_on_one_page_and_a_long_one_goes_on_over_the_next(tmp_path: Path) -> None:
    part = {"measure": "bank-records", "bank": "Banco", "account": "1", "description": "Documents du compte."}
    parts = [{**part, "id": f"a{index}", "place": f"Fin-{index}."} for index in range(30)]
    found = pages(set_letter({**CONTENT, "parts": parts}), tmp_path)
    for index in range(30):
        page = next(page for page in found if f"a{index})" in page)
        assert f"Fin-{index}." in page
    told = " ".join(f"mot{index}" for index in range(3000))
    long = "\n".join(pages(set_letter({**CONTENT, "parts": [{**part, "id": "a", "relevance": told}]}), tmp_path))
    assert "mot2999" in long
