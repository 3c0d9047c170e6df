"""What the drafting form sent, put into the content: only the fields asked for change, the rest stays untouched."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import QueryDict

from comity.web.drafting.fields import SECTIONS, Asked, Kind
from comity.web.drafting.places import value_at, with_value
from comity.web.drafting.sheet import kind_of


def content_from(posted: QueryDict, content: Mapping[str, Any], languages: Sequence[str]) -> dict[str, Any]:
    """The content with what the form sent. A control that was not on the form leaves its value as it was."""
    changed = dict(content)
    for section in SECTIONS:
        places = [""]
        if section.repeats:
            places = [f"{section.repeats}[{index}]." for index in range(len(content.get(section.repeats) or []))]
        for prefix in places:
            for asked in section.fields:
                changed = _read(posted, changed, f"{prefix}{asked.place}", asked, languages)
    return changed


def _read(
    posted: QueryDict, content: dict[str, Any], place: str, asked: Asked, languages: Sequence[str]
) -> dict[str, Any]:
    if f"asked:{place}" not in posted:
        return content
    kind, found = kind_of(asked, value_at(content, place)), value_at(content, place)
    plain = posted.get(place, "").strip()
    readers: dict[Kind, Any] = {
        Kind.TEXTS: lambda: _texts(posted, place, found, languages),
        Kind.TEXTS_LINE: lambda: _texts(posted, place, found, languages),
        Kind.LINES: lambda: _lines(posted, place, languages),
        Kind.CHOICES: lambda: posted.getlist(place),
        Kind.LIST: lambda: [word for part in plain.split(",") if (word := part.strip())],
        Kind.YES: lambda: True if plain == "yes" else None,
    }
    return with_value(content, place, readers[kind]() if kind in readers else plain)


def _texts(posted: QueryDict, place: str, found: Any, languages: Sequence[str]) -> dict[str, str]:
    """The words by language, in the order in which the page shows them."""
    spoken = dict.fromkeys([*languages, *(found if isinstance(found, dict) else {})])
    return {
        language: words
        for language in spoken
        if (words := posted.get(f"{place}.{language}", "").replace("\r\n", "\n").strip())
    }


def _lines(posted: QueryDict, place: str, languages: Sequence[str]) -> list[dict[str, str]]:
    """The lines of each language side by side: the first line in one is the translation of the first in another."""
    columns: dict[str, list[str]] = {
        language: posted.get(f"{place}.{language}", "").replace("\r\n", "\n").split("\n") for language in languages
    }
    longest = max((len(column) for column in columns.values()), default=0)
    rows = (
        {language: column[index].strip() for language, column in columns.items() if index < len(column)}
        for index in range(longest)
    )
    return [kept for row in rows if (kept := {language: words for language, words in row.items() if words})]
