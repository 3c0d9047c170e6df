"""The facts of dual criminality as they stand in an address: the conduct, and what each law asks of it.

`c.<element>=yes|no` is what was done; `r.` is the requesting law and `q.` the requested one: `r.e.<element>=must|one`
(must: a line of its own; one: one of several that are enough), `r.statute`, `r.maximum`, `r.attempt`,
`r.participation`, `r.complete`. `row` adds an element that neither definition nor law speaks of.
"""

from collections.abc import Mapping
from typing import Any

from django.http import QueryDict

from comity.law.conduct import ConductTable
from comity.law.expression import Fact, Joined, facts_of
from comity.web.checking.answers import WORDS
from comity.web.checking.matter import CARRIED, Matter

SIDES = ("r", "q")
MUST, ONE = "must", "one"
TEXTS = ("stage", "role", "category")
FLAGS = ("only-taxes-differ", "dual-criminality-declared", "certified")
FIELDS = (*CARRIED, *TEXTS, *FLAGS, "sentence-months")
LONGEST, MOST = 160, 300
"""Characters of one text, and values in one address."""


def pairs(query: QueryDict) -> list[tuple[str, str]]:
    """What stands in the address and belongs to the comparison, without what is empty."""
    found = []
    for name in list(query)[:MOST]:
        for said in query.getlist(name)[:60] if name == "row" else query.getlist(name)[-1:]:
            text = said.strip()[:LONGEST]
            if text and (name in FIELDS or name == "row" or name.startswith(("c.", "r.", "q."))):
                found.append((name, text))
    return found


def case_of(query: QueryDict, matter: Matter) -> dict[str, Any]:
    """The facts as `dual_criminality` takes them; what is not said is left out and unknown."""
    said = dict(pairs(query))
    given: dict[str, Any] = {
        "instrument": matter.instrument.code if matter.instrument else "",
        "measure": matter.measure,
        "requesting": matter.requesting,
        "requested": matter.requested,
        "conduct": {name[2:]: WORDS.get(value, value) for name, value in said.items() if name.startswith("c.")},
        "laws": {
            state: law
            for side, state in zip(SIDES, (matter.requesting, matter.requested), strict=True)
            if (law := _law(side, state, said))
        },
    }
    given |= {name: said[name] for name in TEXTS if name in said}
    given |= {name: WORDS.get(said[name], said[name]) for name in FLAGS if name in said}
    if matter.offence:
        given["offence"] = matter.offence
    if "sentence-months" in said:
        given["sentence-months"] = _months(said["sentence-months"])
    return given


def _law(side: str, state: str, said: Mapping[str, str]) -> dict[str, Any]:
    """One law as typed; without an element it says nothing of the conduct, and is left out."""
    asks = {name[4:]: value for name, value in said.items() if name.startswith(f"{side}.e.")}
    lines = [name for name, value in asks.items() if value == MUST]
    several = [name for name, value in asks.items() if value == ONE]
    if several:
        lines.append(" or ".join(several))
    if not lines:
        return {"complete": True, "offences": []} if said.get(f"{side}.complete") == "none" else {}
    offence: dict[str, Any] = {
        "statute": said.get(f"{side}.statute", f"{state}: statute not named"),
        "elements": lines,
    }
    if f"{side}.maximum" in said:
        offence["maximum_months"] = _months(said[f"{side}.maximum"])
    for name in ("attempt", "participation"):
        if f"{side}.{name}" in said:
            offence[name] = WORDS.get(said[f"{side}.{name}"], said[f"{side}.{name}"])
    return {"complete": said.get(f"{side}.complete") == "yes", "offences": [offence]}


def _months(text: str) -> Any:
    return int(text) if text.isdecimal() and len(text) < 6 else text


def asked_by(table: ConductTable, offence: str) -> dict[str, str]:
    """The elements of the treaty's definition as `must` or `one`; empty where it cannot be said so simply."""
    definition = table.definitions.get(offence)
    found: dict[str, str] = {}
    several = 0
    for line in definition.lines if definition else ():
        if isinstance(line, Fact):
            found[line.name] = MUST
        elif isinstance(line, Joined) and line.word == "or" and all(isinstance(part, Fact) for part in line.parts):
            several += 1
            found |= dict.fromkeys(facts_of(line), ONE)
        else:
            return {}
    return found if several <= 1 else {}
