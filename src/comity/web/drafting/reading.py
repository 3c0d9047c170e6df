"""What the drafting form sent, put into the content: only the fields asked for change, the rest stays untouched."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from comity.web.drafting.fields import SECTIONS, Asked, Kind
from comity.web.drafting.places import value_at, with_value


class Posted(Protocol):
    """The part of a posted form that is read."""

    def get(self, key: str, default: str = ..., /) -> str: ...
    def getlist(self, key: str, /) -> list[str]: ...
    def __contains__(self, key: object, /) -> bool: ...


def content_from(posted: Posted, content: Mapping[str, Any], languages: Sequence[str]) -> dict[str, Any]:
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
    posted: Posted, content: dict[str, Any], place: str, asked: Asked, languages: Sequence[str]
) -> dict[str, Any]:
    if f"asked:{place}" not in posted:
        return content
    if asked.kind in {Kind.TEXTS, Kind.TEXTS_LINE}:
        found = value_at(content, place)
        spoken = {*languages, *(found if isinstance(found, dict) else {})}
        texts = {
            language: words
            for language in sorted(spoken)
            if (words := posted.get(f"{place}.{language}", "").replace("\r\n", "\n").strip())
        }
        return with_value(content, place, texts)
    if asked.kind is Kind.LINES:
        return with_value(content, place, _lines(posted, place, languages))
    if asked.kind is Kind.CHOICES:
        return with_value(content, place, posted.getlist(place))
    if asked.kind is Kind.LIST:
        words = [word.strip() for word in posted.get(place, "").split(",")]
        return with_value(content, place, [word for word in words if word])
    if asked.kind is Kind.YES:
        return with_value(content, place, True if posted.get(place, "") == "yes" else None)
    return with_value(content, place, posted.get(place, "").strip())


def _lines(posted: Posted, place: str, languages: Sequence[str]) -> list[dict[str, str]]:
    """The lines of each language side by side: the first line in one is the translation of the first in another."""
    columns = {
        language: posted.get(f"{place}.{language}", "").replace("\r\n", "\n").split("\n") for language in languages
    }
    longest = max((len(column) for column in columns.values()), default=0)
    rows = (
        {language: column[index].strip() for language, column in columns.items() if index < len(column)}
        for index in range(longest)
    )
    return [kept for row in rows if (kept := {language: words for language, words in row.items() if words})]
