"""The order of bases: those that may carry the request before those that cannot, then the more specific first.

Specificity is each instrument's `rank` (an act that replaces conventions, a bilateral treaty, a regional convention, a
convention on the offence, a general one), then what instruments say of one another. An instrument on which the
register is silent for one of the two States comes after those it knows.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from comity.law.ages import Age
from comity.law.instrument import Instrument, Relation
from comity.values.verdict import Finding, Question, Reason

CLEAR, BARRED = Finding.CLEAR, Finding.BARRED
"""Bound once: an answer looks at them thousands of times."""


@dataclass(slots=True)
class Candidate:
    """An instrument weighed for one inquiry, before it has its place in the order."""

    instrument: Instrument
    finding: Finding
    reasons: tuple[Reason, ...]
    questions: tuple[Question, ...]
    verified: bool
    age: Age
    silent: bool
    place: tuple[int, int, str]
    """`place_of` the instrument for the offence."""
    behind: int = 0
    """The rank of an instrument that replaces this one between the two States: it stands behind it."""


def place_of(instrument: Instrument, offence: str) -> tuple[int, int, str]:
    """Where an instrument stands before anything is known of the pair: the specific first, then the later."""
    return instrument.rank_for(offence), -(instrument.signed or date.min).toordinal(), instrument.code


def ranked(candidates: Iterable[Candidate]) -> list[Candidate]:
    """In order: usable before barred, treaties before comity, known before silent, specific before general, later
    first.
    """
    return sorted(candidates, key=_key)


def _key(candidate: Candidate) -> tuple[bool, bool, bool, int, int, str]:
    specific, later_first, code = candidate.place
    return (
        candidate.finding is BARRED,
        candidate.instrument.kind == "comity",
        candidate.silent,
        max(specific, candidate.behind),
        later_first,
        code,
    )


def relate(candidates: Sequence[Candidate], measure: str) -> None:
    """Add to each usable candidate what it, or another that applies, says of their relation to one another.

    A relation never changes a finding: it explains the order.
    """
    clear = [candidate.instrument for candidate in candidates if candidate.finding is CLEAR]
    for candidate in candidates:
        if candidate.finding is BARRED:
            continue
        for other in clear:
            if other is not candidate.instrument and (said := _between(candidate.instrument, other, measure)):
                candidate.reasons += said
                candidate.verified = candidate.verified and all(reason.verified for reason in said)
                if _replaces(other, candidate.instrument, measure):
                    candidate.behind = max(candidate.behind, other.rank + 1)


@lru_cache(maxsize=1 << 14)
def _between(instrument: Instrument, other: Instrument, measure: str) -> tuple[Reason, ...]:
    """What stands behind `other`: our own yielding or supplementing, or the other's replacing."""
    found = []
    for relation in instrument.relations:
        if relation.kind in {"yields", "supplements"} and _meets(relation, other, measure):
            words = "Leaves the field to" if relation.kind == "yields" else "Supplements"
            found.append(_reason(relation, other, words))
    for relation in other.relations:
        if relation.kind == "replaces" and _meets(relation, instrument, measure):
            found.append(_reason(relation, other, "Replaced between these States by"))
    return tuple(found)


@lru_cache(maxsize=1 << 14)
def _replaces(instrument: Instrument, other: Instrument, measure: str) -> bool:
    return any(relation.kind == "replaces" and _meets(relation, other, measure) for relation in instrument.relations)


def _meets(relation: Relation, other: Instrument, measure: str) -> bool:
    if relation.measures and measure not in relation.measures:
        return False
    if any(word in other.title.casefold() for word in relation.unless_title):
        return False
    return other.code in relation.to or other.kind in relation.to


def _reason(relation: Relation, other: Instrument, words: str) -> Reason:
    rule = relation.provision
    return Reason(rule.article, f"{words} {other.code}. {rule.text}".strip(), CLEAR, rule.verified)
