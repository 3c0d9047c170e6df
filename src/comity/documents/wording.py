"""The fixed sentences of documents, and how dates, periods and language-keyed texts are written in a language."""

import re
from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from importlib.resources import files
from typing import Any

import yaml
from babel.dates import format_date

from comity.values.errors import InvalidInputError
from comity.values.language import language_name

LANGUAGES = ("en", "fr", "es", "ar")

_NAMES = re.compile(r"\{(\w+)\}")


@lru_cache(maxsize=1)
def _phrases() -> Mapping[str, Mapping[str, str]]:
    text = (files("comity.documents") / "phrases.yaml").read_text(encoding="utf-8")
    found: Mapping[str, Mapping[str, str]] = yaml.safe_load(text)
    return found


@lru_cache(maxsize=1)
def _stages() -> Mapping[str, Mapping[str, Mapping[str, str]]]:
    text = (files("comity.documents") / "stages.yaml").read_text(encoding="utf-8")
    found: Mapping[str, Mapping[str, Mapping[str, str]]] = yaml.safe_load(text)
    return found


def stage(kind: str, code: str, language: str) -> str:
    """The word for a phase, the state of a part, a message or a verb; a code without one stands as it is."""
    return _stages()[kind].get(code, {}).get(language, code)


def phrase(key: str, in_language: str, /, **values: str) -> str:
    """A fixed sentence with its values filled in; a value is never read as a pattern."""
    pattern = _phrases()[key][in_language]
    return _NAMES.sub(lambda match: values[match[1]], pattern)


def check_language(language: str) -> str:
    if language not in LANGUAGES:
        raise InvalidInputError(
            f"Documents are not made in the language '{language}'. Nothing was made.",
            code="document:language",
            place="language",
            next_step=f"Languages to choose from: {', '.join(LANGUAGES)}.",
        )
    return language


def day(text: str, language: str) -> str:
    """A calendar day (`2026-11-02`) written out: 2 novembre 2026; the first of the month in French is 1er."""
    try:
        value = date.fromisoformat(text[:10])
    except ValueError as error:
        raise InvalidInputError(f"'{text[:40]}' is not a day; write 2026-11-02.", code="document:day") from error
    if language == "en":
        return format_date(value, "d MMMM y", locale="en")
    written = format_date(value, "long", locale=language)
    return "1er" + written[1:] if language == "fr" and value.day == 1 else written


def period(value: Mapping[str, Any], language: str) -> str:
    """A period with either end open: `{"from": "2025-01-01", "to": "2026-06-30"}`."""
    start, end = value.get("from"), value.get("to")
    if start and end:
        return phrase("period", language, start=day(start, language), end=day(end, language))
    if start:
        return phrase("period_from", language, start=day(start, language))
    return phrase("period_to", language, end=day(end, language)) if end else ""


def said(value: Any, language: str) -> str:
    """A text in the language asked for: plain text as it is, of keyed texts the one in that language or nothing."""
    if isinstance(value, Mapping):
        return str(value.get(language, ""))
    return "" if value is None else str(value)


def said_or_original(value: Any, language: str, original: str) -> str:
    """As `said`; where the translation is missing, the original's text with a plain remark in front."""
    text = said(value, language)
    if text or not isinstance(value, Mapping):
        return text
    for other in (original, *value):
        if value.get(other):
            remark = phrase("untranslated", language, language=language_name(other, language))
            return f"{remark} {value[other]}"
    return ""


def paragraphs(text: str) -> list[str]:
    return [part.strip() for part in re.split(r"\n\s*\n", text) if part.strip()]
