"""The order of bases: those that may carry the request before those that cannot, then the more specific first.

Specificity is each instrument's `rank` (an act that replaces conventions, a bilateral treaty, a regional convention, a
convention on the offence, a general one), then what instruments say of one another. An instrument on which the
register is silent for one of the two States comes after those it knows.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date

from comity.law.answer import Basis
from comity.law.instrument import Instrument, Relation
from comity.law.register import Register
from comity.values.verdict import Finding, Reason


def ranked(register: Register, bases: Iterable[Basis], offence: str) -> list[Basis]:
    """The bases in order, each with its rank from 1."""

    def key(basis: Basis) -> tuple[bool, bool, int, int, str]:
        instrument = register.instrument(basis.instrument)
        later_first = -(instrument.signed or date.min).toordinal()
        barred = basis.finding is Finding.BARRED
        return barred, basis.silent, instrument.rank_for(offence), later_first, basis.instrument

    return [replace(basis, rank=rank) for rank, basis in enumerate(sorted(bases, key=key), start=1)]


def with_relations(register: Register, bases: Sequence[Basis], measure: str) -> list[Basis]:
    """Each basis with what it, or another that applies, says of their relation to one another.

    A relation never changes a finding: it explains the order.
    """
    clear = [register.instrument(b.instrument) for b in bases if b.finding is Finding.CLEAR]
    found = []
    for basis in bases:
        instrument = register.instrument(basis.instrument)
        reasons: list[Reason] = []
        if basis.finding is not Finding.BARRED:
            for other in clear:
                if other.code != instrument.code:
                    reasons += _between(instrument, other, measure)
        found.append(replace(basis, reasons=basis.reasons + tuple(dict.fromkeys(reasons))) if reasons else basis)
    return found


def _between(instrument: Instrument, other: Instrument, measure: str) -> list[Reason]:
    """What stands behind `other`: our own yielding, or the other's replacing."""
    found = []
    for relation in instrument.relations:
        if relation.kind in {"yields", "supplements"} and _meets(relation, other, measure):
            found.append(
                _reason(relation, other, "Leaves the field to" if relation.kind == "yields" else "Supplements")
            )
    for relation in other.relations:
        if relation.kind == "replaces" and _meets(relation, instrument, measure):
            found.append(_reason(relation, other, "Replaced between these States by"))
    return found


def _meets(relation: Relation, other: Instrument, measure: str) -> bool:
    if relation.measures and measure not in relation.measures:
        return False
    return other.code in relation.to or other.kind in relation.to


def _reason(relation: Relation, other: Instrument, words: str) -> Reason:
    rule = relation.provision
    return Reason(rule.article, f"{words} {other.code}. {rule.text}".strip(), Finding.CLEAR, rule.verified)
