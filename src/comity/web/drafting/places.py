"""Places in a request's content: `parts[1].period.from` names one value, as completeness gaps and form fields do."""

import re
from copy import deepcopy
from typing import Any

from comity.values.errors import InvalidInputError

_PLACE = re.compile(r"[a-z][a-z_]*(\[\d{1,3}\])?(\.[a-zA-Z][a-zA-Z_-]*(\[\d{1,3}\])?){0,5}")
_STEP = re.compile(r"([a-zA-Z_-]+)|\[(\d+)\]")
MOST_ENTRIES = 100


def steps_of(place: str) -> list[str | int]:
    """`parts[1].account` as `["parts", 1, "account"]`. Raises `InvalidInputError` for anything else."""
    if not _PLACE.fullmatch(place):
        raise InvalidInputError(f"'{place[:60]}' is not a place in a request.", code="draft:place", place=place[:60])
    return [word or int(index) for word, index in _STEP.findall(place)]


def value_at(content: Any, place: str) -> Any:
    """What stands at the place, or None."""
    found = content
    for step in steps_of(place):
        if isinstance(step, int):
            if not isinstance(found, list) or step >= len(found):
                return None
            found = found[step]
        else:
            if not isinstance(found, dict):
                return None
            found = found.get(step)
    return found


def with_value(content: dict[str, Any], place: str, value: Any) -> dict[str, Any]:
    """A copy of the content with the value at the place; None or an empty value takes it away, and what it empties."""
    changed = deepcopy(content)
    _put(changed, steps_of(place), value)
    return changed


def _put(holder: Any, steps: list[str | int], value: Any) -> None:
    step, rest = steps[0], steps[1:]
    if isinstance(step, int):
        if not isinstance(holder, list) or step >= len(holder):
            raise InvalidInputError("There is no such entry; it may have been removed.", code="draft:entry")
        if rest:
            _put(holder[step], rest, value)
        elif value in (None, "", [], {}):
            del holder[step]
        else:
            holder[step] = value
        return
    if not rest:
        if value in (None, "", [], {}):
            holder.pop(step, None)
        else:
            holder[step] = value
        return
    inner = holder.get(step)
    if not isinstance(inner, list | dict):
        if value in (None, "", [], {}) or isinstance(rest[0], int):
            return
        inner = holder[step] = {}
    _put(inner, rest, value)
    if inner == {}:
        del holder[step]


def with_entry(content: dict[str, Any], place: str, entry: dict[str, Any]) -> dict[str, Any]:
    """A copy with one more entry in the list at the place, up to a hundred."""
    changed = deepcopy(content)
    entries = changed.setdefault(place, [])
    if len(entries) >= MOST_ENTRIES:
        raise InvalidInputError(
            "A request holds at most a hundred entries of one kind.", code="draft:entries", place=place
        )
    entries.append(entry)
    return changed


def without_entry(content: dict[str, Any], place: str, index: int) -> dict[str, Any]:
    changed = deepcopy(content)
    entries = changed.get(place, [])
    if index < len(entries):
        del entries[index]
    if not entries:
        changed.pop(place, None)
    return changed


def slug(place: str) -> str:
    """The place as an id in the page."""
    return re.sub(r"[^a-zA-Z0-9]+", "-", place).strip("-")
