"""What the pages of the register share: frame, sources by number, declared facts in words, the ledger's line."""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from babel import Locale
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from comity.law.register_dates import latest_date
from comity.web.entrance import act_of, enter_opening
from comity.web.law_names import language
from comity.web.marks import Ribbon

LONGEST = 80


def frame(part: str) -> dict[str, Any]:
    """The context every page of the law has: which part it is, and the ribbon that says that no case stands on it."""
    return {"part": part, "ribbon": Ribbon(note=_("law only: nothing of a case on this page"))}


def enter_law(request: HttpRequest, what: str, event: str) -> None:
    """One line in the ledger for one opening of a page of the law."""
    enter_opening(request, f"{act_of(request).actor.authority}:law:{what}", event)


def asked_for(request: HttpRequest, *names: str) -> dict[str, str]:
    """What the address asks for, bounded; a name that is not given is empty."""
    return {name: request.GET.get(name, "").strip()[:LONGEST] for name in names}


class Notes:
    """The sources of one page, each once: rows point to them by number, so none is without and none is repeated."""

    def __init__(self, today: date) -> None:
        self._today = today
        self._numbers: dict[tuple[tuple[str, ...], str], int] = {}

    def mark(self, row: Mapping[str, Any], sources: Iterable[str] = ()) -> dict[str, Any]:
        """The row with the number of its source and the day it is as of (empty: undated)."""
        as_of = str(row.get("as_of") or "")
        number = self.number(tuple(sources) or tuple(filter(None, (row["source"],))), as_of)
        day = latest_date(as_of)
        shown = as_of if len(as_of) <= len("2026-11-21") else min(day, self._today).isoformat() if day else ""
        return {**row, "note": number, "day": shown if day else ""}

    def number(self, named: tuple[str, ...], as_of: str) -> int:
        """The number under which these sources stand on the page; 0 where there is nothing to name."""
        if not (named or as_of):
            return 0
        return self._numbers.setdefault((named, as_of), len(self._numbers) + 1)

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [
            {"number": number, "sources": named, "as_of": as_of} for (named, as_of), number in self._numbers.items()
        ]


def fits(row: Mapping[str, Any], text: str, *names: str) -> bool:
    """Whether a row holds the text, in any of these fields."""
    return text.casefold() in " ".join(str(row.get(name) or "") for name in names).casefold()


def declared_lines(declared: Mapping[str, list[dict[str, Any]]]) -> Iterator[dict[str, Any]]:
    """Each declared fact as a line: its sort, what it is about, the words, source and age."""
    locale = Locale.parse(language())
    for sort in ("languages", "authorities", "channels", "reservations"):
        for row in declared[sort]:
            tongues = [locale.languages.get(tag, tag) for tag in row.get("languages", ())]
            yield {
                "sort": sort,
                "about": "" if sort == "languages" else about(row["what"]),
                "tongues": tongues,
                "text": row["text"],
                "source": row["source"],
                "as_of": row["as_of"],
            }


def about(code: str) -> str:
    """A code of a declared fact in words: `art18_13_central` is `Art. 18(13), central`; an article stands as it is."""
    found = re.match(r"^art(\d+)((?:_\d+[a-z]?)*)(?:_(.*))?$", code)
    if not found:
        return f"Art. {code}" if code[:1].isdigit() else code.replace("_", " ")
    article, paragraphs, rest = found.groups()
    brackets = "".join(f"({number})" for number in paragraphs.split("_") if number)
    words = rest.replace("_", " ") if rest else ""
    return f"Art. {article}{brackets}" + (f", {words}" if words else "")
