"""Views as plain JSON: dataclasses by field, instants and days as text, references and codes as their own words."""

from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

from comity.values.instant import instant_text
from comity.values.reference import Reference

_TEXTS: tuple[tuple[type, Callable[[Any], Any]], ...] = (
    (Enum, lambda value: plain(value.value)),
    (datetime, instant_text),
    (date, date.isoformat),
    (Reference, str),
    (UUID, str),
    (Decimal, str),
    (Mapping, lambda value: {str(plain(key)): plain(entry) for key, entry in value.items()}),
)
"""A type, and how it is written; the first that fits."""


def plain(value: Any) -> Any:
    """The value as JSON can carry it. Raises `TypeError` for what has no plain form, rather than guess one."""
    for kind, written in _TEXTS:
        if isinstance(value, kind):
            return written(value)
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(entry) for entry in value]
    raise TypeError(f"{type(value).__name__} has no plain form")
