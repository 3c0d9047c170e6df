"""Answers to the questions of a check as they stand in the address: `f.<fact>=yes|no|unknown|48`, in the order given.

So a half-answered check can be sent as a link, taken back one step, and worked without script.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict
from django.utils.http import urlencode
from django.utils.translation import gettext

from comity.law.facts import FactMeaning, FactTable, read_facts
from comity.values.country import country_name
from comity.values.errors import InvalidInputError
from comity.web import vocabulary
from comity.web.checking.matter import CARRIED

FACT, BASIS_ANSWER = "f.", "a."
UNKNOWN = "unknown"
MAX_FACTS = 200
WORDS = {"yes": True, "no": False}


@dataclass(frozen=True, slots=True)
class Given:
    """One answer: the fact, what was said of it, and what is wrong with that, if anything."""

    fact: str
    said: str
    meaning: FactMeaning | None
    fault: InvalidInputError | None = None

    @property
    def set_aside(self) -> bool:
        return self.said == UNKNOWN


def read_answers(query: QueryDict, table: FactTable) -> tuple[Given, ...]:
    """The answers in an address, each checked alone; one that cannot be used carries its fault."""
    found = []
    for name in list(query)[: MAX_FACTS + len(CARRIED)]:
        said = [text.strip()[:80] for text in query.getlist(name) if text.strip()]
        if not name.startswith(FACT) or not said:
            continue
        fact = name[len(FACT) :]
        meaning = table.meanings.get(fact)
        fault = None
        if said[-1] != UNKNOWN or meaning is None:
            try:
                read_facts({fact: typed(meaning, said[-1])}, table)
            except InvalidInputError as error:
                fault = error
        found.append(Given(fact, said[-1], meaning, fault))
    return tuple(found)


def typed(meaning: FactMeaning | None, said: str) -> Any:
    """The value of an answer; what does not fit its type stays text and is refused by the rule."""
    if meaning is not None and meaning.type == "yes-no":
        return WORDS.get(said, said)
    if meaning is not None and meaning.type == "number" and said.isdecimal() and len(said) < 10:
        return int(said)
    return said


def usable(given: Iterable[Given]) -> dict[str, Any]:
    """Fact to value, of the answers that can be used; set aside is unknown."""
    return {one.fact: typed(one.meaning, one.said) for one in given if one.fault is None and not one.set_aside}


def basis_answers(query: Mapping[str, str]) -> dict[str, bool]:
    """Answers to the questions of the legal basis, which came along from there."""
    return {
        name[len(BASIS_ANSWER) :]: WORDS[value]
        for name, value in query.items()
        if name.startswith(BASIS_ANSWER) and value in WORDS
    }


def carried_answers(query: Mapping[str, str]) -> str:
    """The matter and the answers on its basis as they go along to another page, as the text of an address."""
    return urlencode([(name, said) for name, said in query.items() if said and _goes_along(name)])


def _goes_along(name: str) -> bool:
    return name in CARRIED or name.startswith(BASIS_ANSWER)


def pairs(query: QueryDict, *, without: Sequence[str] = ()) -> list[tuple[str, str]]:
    """What stands in the address and belongs to the check, in order, without these facts."""
    found = []
    for name in list(query)[: MAX_FACTS + len(CARRIED)]:
        said = [text for text in query.getlist(name) if text.strip()]
        if said and (name in CARRIED or name.startswith((FACT, BASIS_ANSWER))) and name[len(FACT) :] not in without:
            found.append((name, said[-1][:80]))
    return found


def address(query: QueryDict, *, without: Sequence[str] = (), **more: str) -> str:
    """The address of the same check without these answers, with `more` set."""
    return "?" + urlencode([*pairs(query, without=without), *more.items()])


def shown(meaning: FactMeaning | None, said: str) -> str:
    """An answer in the reader's words."""
    plain = {"yes": gettext("Yes"), "no": gettext("No"), UNKNOWN: gettext("Not known")}
    if said in plain:
        return plain[said]
    if meaning is not None and meaning.id in {"measure", "offence"}:
        return vocabulary.word(meaning.id, said)
    if meaning is not None and meaning.type == "state":
        return country_name(said, "en") if len(said) == 2 else said
    return said
