"""The article map of an instrument: which articles it has, and what the chief ones are about.

Only a citation that begins with `Art.` or `Arts` is the instrument's own; paragraphs stand in brackets and are not
checked. `4a` is an article only where the map says so.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_BRACKETS = re.compile(r"\([^)]*\)")
_NUMBER = re.compile(r"(?<![\w.])(\d+[a-z]?)(?![\w])")


@dataclass(frozen=True, slots=True)
class ArticleMap:
    """From the first to the last article, and those between that carry a letter; `headings` in our words."""

    first: int
    last: int
    also: frozenset[str]
    headings: Mapping[str, str]

    @property
    def words(self) -> str:
        extra = f" and {', '.join(sorted(self.also))}" if self.also else ""
        return f"Articles {self.first} to {self.last}{extra}"

    def unknown(self, citation: str) -> str:
        """The first article in a citation that the instrument does not have; empty when it has them all."""
        own = re.split(r"(?:; | and |, )(?=[A-Z])| as in | of the ", citation)[0]
        for number in _NUMBER.findall(_BRACKETS.sub("", own)):
            known = number in self.also if not number.isdigit() else self.first <= int(number) <= self.last
            if not known:
                return str(number)
        return ""


def article_map(given: Any) -> ArticleMap | None:
    """The map a law file gives under `articles`; None where it gives none, and then no citation is checked."""
    if not isinstance(given, Mapping):
        return None
    return ArticleMap(
        int(given.get("first", 1)),
        int(given["last"]),
        frozenset(str(one) for one in given.get("also", ())),
        {str(number): str(text) for number, text in given.get("headings", {}).items()},
    )
