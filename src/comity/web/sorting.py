"""Columns by which a list can be sorted: each head is a link that sorts by it, or turns it round."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar
from urllib.parse import urlencode

from django.utils.functional import Promise

Row = TypeVar("Row")


def columns(names: Sequence[tuple[str, Promise | str]], given: Mapping[str, str]) -> list[dict[str, Any]]:
    """The heads of a list. `names` pairs the key of a sort (empty: none) with its word; `given` is what is asked."""
    kept = {key: value for key, value in given.items() if value and key != "sort"}
    here, falling = given["sort"].lstrip("-"), given["sort"].startswith("-")
    found = []
    for name, label in names:
        wanted = f"-{name}" if name == here and not falling else name
        found.append(
            {
                "label": label,
                "href": f"?{urlencode({**kept, 'sort': wanted})}" if name else "",
                "sorted": ("descending" if falling else "ascending") if name and name == here else "",
            }
        )
    return found


def in_order(rows: Iterable[Row], sorts: Mapping[str, Callable[[Row], Any]], asked: str) -> list[Row]:
    """The rows by the sort asked for (`-` before it turns it round); an unknown sort leaves them as they stand."""
    key = sorts.get(asked.lstrip("-"))
    return sorted(rows, key=key, reverse=asked.startswith("-")) if key else list(rows)
