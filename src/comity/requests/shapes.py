"""Shapes of message bodies: strict checks of canonical JSON that name the place of each fault.

A shape is a function `(value, place) -> None` which raises `InvalidInputError` at the first fault. Bounds keep
hostile input cheap: every text and list has a largest size.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from comity.values.errors import InvalidInputError
from comity.values.instant import parse_instant
from comity.values.reference import AUTHORITY_CODE, Reference

Shape = Callable[[Any, str], None]

_DIGEST = re.compile(r"[0-9a-f]{64}")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})?")
_IDENTIFIER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,119}")


def fault(place: str, text: str) -> InvalidInputError:
    """The error of a body that does not have its type's shape."""
    return InvalidInputError(f"{place or 'body'}: {text}", code="requests:body", place=place)


def text(largest: int = 4_000, *, empty: bool = False) -> Shape:
    """A string of at most `largest` characters, not blank unless said otherwise."""

    def check(value: Any, place: str) -> None:
        if not isinstance(value, str):
            raise fault(place, "a text is expected")
        if not empty and not value.strip():
            raise fault(place, "this text may not be empty")
        if len(value) > largest:
            raise fault(place, f"{len(value)} characters are more than the {largest} allowed")
        if "\x00" in value:
            raise fault(place, "this text holds a character that no database keeps (U+0000)")

    return check


def storable(value: Any, place: str) -> None:
    """Refuse U+0000 anywhere, also where the shape is another room's: a database would refuse it after the receipt."""
    if not _has_nul(value):
        return
    if isinstance(value, Mapping):
        for name, member in value.items():
            storable(name, place)
            storable(member, f"{place}.{str(name)[:60]}" if place else str(name)[:60])
    if isinstance(value, list | tuple):
        for index, member in enumerate(value):
            storable(member, f"{place}[{index}]")
    raise fault(place, "this text holds a character that no database keeps (U+0000)")


def _has_nul(value: Any) -> bool:
    if isinstance(value, str):
        return "\x00" in value
    if isinstance(value, Mapping):
        return any(map(_has_nul, value)) or any(map(_has_nul, value.values()))
    return isinstance(value, list | tuple) and any(map(_has_nul, value))


def answers(value: Any, place: str) -> None:
    """A filled-in form: field names to a text, texts by language, a flag, or a list of texts."""
    anything(value, place)
    if len(value) > 200:
        raise fault(place, "a form has at most 200 fields")
    line = text(4_000, empty=True)
    for name, member in value.items():
        here = f"{place}.{str(name)[:60]}"
        identifier(name, here)
        if isinstance(member, bool):
            continue
        if isinstance(member, list):
            many(line, least=0, most=100)(member, here)
        elif isinstance(member, Mapping):
            texts()(member, here)
        else:
            line(member, here)


def texts(largest: int = 20_000) -> Shape:
    """The same words in one or more languages: language code to text."""
    one = text(largest)

    def check(value: Any, place: str) -> None:
        if not isinstance(value, Mapping) or not value:
            raise fault(place, 'a text by language is expected, e.g. {"es": "..."}')
        for language, words in value.items():
            if not isinstance(language, str) or not _LANGUAGE.fullmatch(language):
                raise fault(f"{place}.{str(language)[:20]}", "a language code in lower case is expected, e.g. es")
            one(words, f"{place}.{language}")

    return check


def _matching(pattern: re.Pattern[str], what: str) -> Shape:
    def check(value: Any, place: str) -> None:
        if not isinstance(value, str) or not pattern.fullmatch(value):
            raise fault(place, f"{what} is expected")

    return check


digest = _matching(_DIGEST, "a SHA-256 digest of 64 hex digits")
identifier = _matching(_IDENTIFIER, "an identifier of letters, digits, dot, dash or colon")
authority = _matching(AUTHORITY_CODE, "an authority code such as CH-FOJ")


def reference(value: Any, place: str) -> None:
    if not isinstance(value, str):
        raise fault(place, "a reference is expected")
    try:
        Reference.parse(value)
    except InvalidInputError as error:
        raise fault(place, error.message) from error


def instant(value: Any, place: str) -> None:
    if not isinstance(value, str):
        raise fault(place, "an instant is expected, e.g. 2026-11-21T18:28:44.120Z")
    try:
        parse_instant(value)
    except InvalidInputError as error:
        raise fault(place, error.message) from error


def day(value: Any, place: str) -> None:
    try:
        good = isinstance(value, str) and date.fromisoformat(value).isoformat() == value
    except ValueError:
        good = False
    if not good:
        raise fault(place, "a day is expected, e.g. 2026-11-21")


def flag(value: Any, place: str) -> None:
    if not isinstance(value, bool):
        raise fault(place, "true or false is expected")


def whole(value: Any, place: str) -> None:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise fault(place, "a whole number from 0 is expected")


def anything(value: Any, place: str) -> None:
    """An object whose shape another room keeps (the request's content, a custody record)."""
    if not isinstance(value, Mapping):
        raise fault(place, "an object is expected")


def choice(*words: str) -> Shape:
    def check(value: Any, place: str) -> None:
        if value not in words:
            raise fault(place, f"one of {', '.join(words)} is expected")

    return check


def many(shape: Shape, *, least: int = 1, most: int = 500, unique: bool = False) -> Shape:
    """A list of one shape, with its bounds."""

    def check(value: Any, place: str) -> None:
        if not isinstance(value, list):
            raise fault(place, "a list is expected")
        if not least <= len(value) <= most:
            raise fault(place, f"between {least} and {most} entries are expected, {len(value)} are given")
        for index, member in enumerate(value):
            shape(member, f"{place}[{index}]")
        if unique and len({str(member) for member in value}) != len(value):
            raise fault(place, "an entry is given twice")

    return check


def record(*, optional: Mapping[str, Shape] | None = None, **required: Shape) -> Shape:
    """An object with exactly these fields; the optional ones may be absent, never null."""
    known = {**required, **(optional or {})}

    def check(value: Any, place: str) -> None:
        if not isinstance(value, Mapping):
            raise fault(place, "an object is expected")
        inside = f"{place}." if place else ""
        for name in required:
            if name not in value:
                raise fault(f"{inside}{name}", "this field is missing")
        for name, member in value.items():
            if name not in known:
                raise fault(f"{inside}{str(name)[:60]}", "this field is not known here")
            known[name](member, f"{inside}{name}")

    return check


def having(**required: Shape) -> Shape:
    """An object with at least these fields; further ones are another room's."""

    def check(value: Any, place: str) -> None:
        anything(value, place)
        for name, shape in required.items():
            if name not in value:
                raise fault(f"{place}.{name}", "this field is missing")
            shape(value[name], f"{place}.{name}")

    return check
