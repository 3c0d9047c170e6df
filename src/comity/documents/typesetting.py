"""Set a document's data as PDF/A-2a with tags (PDF/UA-1): the same bytes for the same data and time.

The templates are fixed and part of the package; what is set comes in as JSON data only and is never read as markup.
typst runs without system fonts, without packages and with an empty folder as its root, so a template can reach no file.
A character no typeface here can show stops the document: a name must not reach a court with a hole in it.
"""

import json
import re
import tempfile
import unicodedata
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Final, Literal

import typst

from comity.values.errors import InvalidInputError, UnavailableError

TEMPLATES = files("comity.documents") / "templates"
FONTS = Path(__file__).with_name("fonts")
STANDARDS: Final[tuple[Literal["a-2a"], Literal["ua-1"]]] = ("a-2a", "ua-1")


def typeset(kind: str, data: Mapping[str, Any], language: str, *, at: datetime) -> bytes:
    """The PDF of composed data; `at` is the creation time written into the file.

    `InvalidInputError` with code `document:glyph` names the characters no typeface can show; `UnavailableError` with
    code `document:fonts` says that set-up did not copy the typefaces.
    """
    if data.get("kind") != kind or data.get("language") != language:
        raise InvalidInputError(
            f"This data was composed as {data.get('kind')} in {data.get('language')}, not as {kind} in {language}.",
            code="document:kind",
            place="kind",
        )
    if at.tzinfo is None:
        raise InvalidInputError("The time of a document needs a time zone.", code="document:time", place="at")
    with tempfile.TemporaryDirectory(prefix="comity-typst-") as empty:
        try:
            compiler = typst.Compiler(
                _template(),
                root=empty,
                font_paths=_fonts(),
                ignore_system_fonts=True,
                package_path=empty,
                package_cache_path=empty,
            )
            made, warnings = compiler.compile_with_warnings(
                format="pdf",
                pdf_standards=list(STANDARDS),
                sys_inputs={"data": json.dumps(data, ensure_ascii=False, sort_keys=True)},
                timestamp=at.replace(microsecond=0),
            )
        except typst.TypstError as error:
            raise _explained(error, data) from error
    if warnings:
        raise UnavailableError(
            f"The document was not made: {warnings[0].message}.", code="document:template", place=kind
        )
    if not isinstance(made, bytes):
        raise UnavailableError("The document was not made: typst gave no PDF.", code="document:template", place=kind)
    return made


@lru_cache(maxsize=1)
def _template() -> bytes:
    return (TEMPLATES / "sheet.typ").read_bytes()


@lru_cache(maxsize=1)
def _fonts() -> typst.Fonts:
    found = sorted(FONTS.glob("*.ttf")) if FONTS.is_dir() else []
    if not found:
        raise UnavailableError(
            "The typefaces for documents are not here. No document was made; nothing else was changed.",
            code="document:fonts",
            place=str(FONTS),
            next_step="Run `npm ci` and then `python src/comity/site/assets.py`, or `make setup`.",
        )
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(FONTS)])


_MISSING = re.compile(r'the text `"(.+?)"` could not be displayed')


def _explained(error: typst.TypstError, data: Mapping[str, Any]) -> InvalidInputError | UnavailableError:
    found = sorted({character for text in _MISSING.findall(error.diagnostic) for character in text})
    if not found:
        return UnavailableError(
            f"The document was not made: {error.message}.", code="document:template", place=str(data.get("kind"))
        )
    named = ", ".join(
        f"{character} (U+{ord(character):04X} {unicodedata.name(character, '')})" for character in found[:8]
    )
    return InvalidInputError(
        f"No typeface here can show {named}{' and more' if len(found) > 8 else ''}. No document was made.",
        code="document:glyph",
        place=_place_of(found[0], data),
        next_step="Write the name in Latin letters beside the original, or add a typeface for that script.",
    )


def _place_of(character: str, value: Any, place: str = "") -> str:
    """The dotted place of the first text that holds a character."""
    if isinstance(value, str):
        return place if character in value else ""
    if isinstance(value, Mapping):
        inner = ((f"{place}.{key}".lstrip("."), item) for key, item in value.items())
    elif isinstance(value, list):
        inner = ((f"{place}[{index}]", item) for index, item in enumerate(value))
    else:
        return ""
    return next((found for where, item in inner if (found := _place_of(character, item, where))), "")
