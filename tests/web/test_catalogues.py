"""Every string of the pages is in the catalogues, translated, with its placeholders; and the compiled files are theirs."""

import gettext
import io
import re
from pathlib import Path

import pytest
from babel.messages.extract import extract_python
from babel.messages.pofile import read_po
from django.utils.translation.template import templatize

from comity.requests.workflow import TABLE

WEB = Path(__file__).resolve().parents[2] / "src/comity/web"
LANGUAGES = ("es", "ar")
KEYWORDS = {
    **dict.fromkeys(("_", "gettext", "gettext_lazy"), None),
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]")


def strings():
    """Every msgid with its context, as the pages ask for it."""
    found = set()
    for path in [*WEB.rglob("*.html"), *WEB.rglob("*.py")]:
        source = path.read_text(encoding="utf-8")
        if path.suffix == ".html":
            source = templatize(source, origin=str(path))
        for _line, function, message, _comments in extract_python(io.BytesIO(source.encode()), KEYWORDS, [], {}):
            if not message:
                continue
            parts = [message] if isinstance(message, str) else list(message)
            context = parts.pop(0) if "pgettext" in function else None
            if parts and parts[0]:
                found.add((context, parts[0]))
    return found


def catalogue(language):
    with (WEB / f"locale/{language}/LC_MESSAGES/django.po").open("rb") as source:
        return read_po(source, locale=language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_string_is_translated(language):
    words = catalogue(language)
    missing = []
    for context, text in sorted(strings(), key=str):
        entry = words.get(text, context)
        said = entry.string if entry else ""
        if not (all(said) if isinstance(said, tuple) else said) or entry.fuzzy:
            missing.append(text)
    assert not missing, missing
    assert len(strings()) > 300


@pytest.mark.parametrize("language", LANGUAGES)
def test_placeholders_survive_translation(language):
    for entry in catalogue(language):
        if not entry.id or isinstance(entry.id, tuple):
            continue
        assert sorted(PLACEHOLDER.findall(entry.id)) == sorted(PLACEHOLDER.findall(entry.string)), entry.id


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_compiled_catalogue_says_what_its_source_says(language):
    with (WEB / f"locale/{language}/LC_MESSAGES/django.mo").open("rb") as compiled:
        spoken = gettext.GNUTranslations(compiled)
    for entry in catalogue(language):
        if not entry.id:
            continue
        if isinstance(entry.id, tuple):
            assert spoken.ngettext(*entry.id, 1) in entry.string
        elif entry.context:
            assert spoken.pgettext(entry.context, entry.id) == entry.string
        else:
            assert spoken.gettext(entry.id) == entry.string


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_each_step_is_for_is_said_in_the_reader_s_language(language):
    words = catalogue(language)
    assert [step.verb for step in TABLE if not (words.get(step.meaning) and words.get(step.meaning).string)] == []


def test_arabic_counts_in_six_forms():
    assert catalogue("ar").num_plurals == 6
