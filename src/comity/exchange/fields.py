"""Bounded reading of the members of a canonical object a peer sent: shape first, meaning after."""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from comity.values.errors import InvalidInputError
from comity.values.instant import parse_instant
from comity.values.reference import AUTHORITY_CODE

_DIGEST = re.compile(r"[0-9a-f]{64}")


class Fields:
    """The members of one object: exactly the expected names, each read once with its own bound.

    Every fault raises InvalidInputError with the code given and the place within the object.
    """

    def __init__(self, value: Any, names: Iterable[str], *, code: str, place: str = "") -> None:
        self._code, self._place = code, place
        expected = frozenset(names)
        if not isinstance(value, Mapping):
            raise InvalidInputError("An object is expected here.", code=code, place=place)
        if frozenset(value) != expected:
            wrong = min(frozenset(value) ^ expected)
            raise InvalidInputError(f"The member '{wrong[:40]}' is missing or unknown.", code=code, place=place)
        self._value = value

    def fault(self, name: str, sentence: str) -> InvalidInputError:
        return InvalidInputError(sentence, code=self._code, place=f"{self._place}.{name}".lstrip("."))

    def has(self, name: str) -> bool:
        return name in self._value

    def raw(self, name: str) -> Any:
        return self._value[name]

    def text(self, name: str, *, longest: int, shape: re.Pattern[str] | None = None) -> str:
        found = self._value[name]
        if not isinstance(found, str) or len(found) > longest or (shape is not None and not shape.fullmatch(found)):
            raise self.fault(name, f"A text of at most {longest} characters in its own form is expected.")
        if "\x00" in found:
            raise self.fault(name, "A text holds the character U+0000.")
        return found

    def number(self, name: str, *, largest: int) -> int:
        found = self._value[name]
        if type(found) is not int or not 0 <= found <= largest:
            raise self.fault(name, f"A whole number between 0 and {largest} is expected.")
        return found

    def digest(self, name: str) -> str:
        return self.text(name, longest=64, shape=_DIGEST)

    def digest_or_none(self, name: str) -> str:
        return self.digest(name) if self._value[name] != "" else ""

    def authority(self, name: str) -> str:
        return self.text(name, longest=15, shape=AUTHORITY_CODE)

    def id(self, name: str) -> UUID:
        found = self.text(name, longest=36)
        try:
            value = UUID(found)
        except ValueError as error:
            raise self.fault(name, "A UUID is expected.") from error
        if str(value) != found:
            raise self.fault(name, "A UUID in its canonical spelling is expected.")
        return value

    def instant(self, name: str) -> datetime:
        found = self.text(name, longest=24)
        try:
            return parse_instant(found)
        except InvalidInputError as error:
            raise self.fault(name, error.message) from error

    def one_of(self, name: str, read: Callable[[str], Any], *, longest: int = 60) -> Any:
        """A word of a closed list, read by the list's own class (`StrEnum` or parser)."""
        found = self.text(name, longest=longest)
        try:
            return read(found)
        except (ValueError, InvalidInputError) as error:
            raise self.fault(name, f"'{found[:40]}' is not a known word here.") from error

    def list(self, name: str, *, longest: int) -> list[Any]:
        found = self._value[name]
        if not isinstance(found, list) or len(found) > longest:
            raise self.fault(name, f"A list of at most {longest} entries is expected.")
        return found


def is_digest(text: object) -> bool:
    return isinstance(text, str) and _DIGEST.fullmatch(text) is not None


def nul_place(value: Any, place: str = "") -> str | None:
    """Where in a JSON value the first text with U+0000 stands (a key by the place of its object), or None."""
    if isinstance(value, str):
        return place if "\x00" in value else None
    if isinstance(value, Mapping):
        if any("\x00" in name for name in value):
            return place
        parts: Iterable[tuple[str, Any]] = ((f"{place}.{name}".lstrip("."), part) for name, part in value.items())
    elif isinstance(value, list):
        parts = ((f"{place}[{number}]", part) for number, part in enumerate(value))
    else:
        return None
    return next((found for where, part in parts if (found := nul_place(part, where)) is not None), None)
