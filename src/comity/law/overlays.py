"""A node's own dated corrections laid over the shipped register, giving a new register; the shipped one stays as it is.

What a correction displaces stays beside it and is shown. An answer about a day takes the corrections whose period
holds the day; where no day is given, those without an end.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache
from itertools import combinations
from typing import Any

from comity.law.bilateral import BilateralRow, BilateralTreaty
from comity.law.correction import Fact
from comity.law.declarations import Declarations, Declared
from comity.law.participation import Participation
from comity.law.register import Register
from comity.law.register_dates import earliest_day, latest_date, latest_day
from comity.law.shipped_facts import shipped_facts
from comity.values.errors import InvalidInputError
from comity.values.verdict import Finding

_SHEET = {"languages": "languages", "authority": "authorities", "channel": "channels", "declaration": "reservations"}


@dataclass(frozen=True, slots=True)
class Overlay:
    """An approved correction: its reference, what it says, and the day on which the second person approved it."""

    reference: str
    fact: Fact
    approved_on: str
    withdrawn_on: str = ""
    """Set for a treaty that only this correction knew: what rests on it still finds it, as one whose force is asked."""

    outside: bool = False
    """The same for a treaty that only this correction knows, on a day outside its period."""

    @property
    def mark(self) -> str:
        if self.outside:
            return f"this node's correction of {self.approved_on}, which does not speak of that day"
        if self.withdrawn_on:
            return f"this node's correction of {self.approved_on}, withdrawn on {self.withdrawn_on}"
        return f"this node's correction of {self.approved_on}, approved by two"


@dataclass(eq=False)
class CorrectedRegister(Register):
    """The shipped register with corrections laid over it."""

    base: Register | None = None
    overlays: tuple[Overlay, ...] = ()
    displaced: Mapping[str, tuple[Fact, ...]] = field(default_factory=dict)
    """By the reference of an overlay, the shipped facts that it displaces; empty where the register was silent."""

    def at(self, on: date) -> Register:
        if self.base is None:
            return self
        return overlaid(self.base, _chosen(self.base, self.overlays, lambda fact: fact.holds_on(on)))


def with_overlays(base: Register, overlays: Iterable[Overlay]) -> Register:
    """The register a node answers by: what stands without an end, and for a given day what stands on it (`at`).

    Raises `InvalidInputError` `law:overlap` where two corrections of one subject answer for the same day.
    """
    every = tuple(overlays)
    for first, second in combinations(every, 2):
        expect_apart(second, first)
    if not every:
        return base
    return _dated(base, overlaid(base, _chosen(base, every, lambda fact: not fact.until)), every)


def _chosen(base: Register, overlays: Iterable[Overlay], holds: Callable[[Fact], bool]) -> tuple[Overlay, ...]:
    """Those that answer; a treaty that only a correction knows is never lost: it stands first, to be asked about."""
    found: list[Overlay] = []
    for one in overlays:
        if holds(one.fact) and not one.withdrawn_on:
            found.append(one)
        elif one.fact.kind == "treaty" and one.fact.instrument not in base.treaties_by_code:
            found.insert(0, one if one.withdrawn_on else replace(one, outside=True))
    return tuple(found)


def expect_apart(new: Overlay, other: Overlay) -> None:
    """Refuse two corrections of one subject that answer for a day in common; both are named."""
    if new.fact.subject != other.fact.subject or new.withdrawn_on or other.withdrawn_on:
        return
    if not new.fact.meets(other.fact):
        return
    how = "say the same" if new.fact.says_the_same(other.fact) else "contradict each other"
    raise InvalidInputError(
        f"Two corrections of {' '.join(filter(None, new.fact.subject))} answer for the same days and {how}: "
        f"{_named(other)} and {_named(new)}. Nothing was changed.",
        code="law:overlap",
        place="since",
        next_step="Withdraw the one that stands, or give them periods that do not meet.",
    )


def _named(one: Overlay) -> str:
    period = f"{one.fact.since or 'always'} to {one.fact.until or 'without end'}"
    return f"{one.reference or 'the new one'} ({period}: {one.fact.words()})"


@lru_cache(maxsize=64)
def overlaid(base: Register, overlays: tuple[Overlay, ...]) -> Register:
    """The register with exactly these corrections, remembered by what they say; with none, the base itself."""
    if not overlays:
        return base
    participations = dict(base.participations)
    declared, effects = dict(base.declared), dict(base.effects)
    treaties: dict[str, BilateralTreaty] = {}
    notes: dict[str, str] = {}
    displaced = {one.reference: displaced_by(base, one.fact) for one in overlays}
    for one in overlays:
        fact, before = one.fact, displaced[one.reference]
        if fact.kind == "participation":
            rows = {**participations.get(fact.instrument, {}), fact.state: _participation(one, before)}
            participations[fact.instrument] = rows
        elif fact.kind == "treaty":
            treaties[fact.instrument] = _treaty(base, one)
            notes[fact.instrument] = _sentence(one, before)
        else:
            key = (fact.state, fact.instrument)
            declared[key] = _declared(declared.get(key, Declarations()), one, before)
            effects = {name: effect for name, effect in effects.items() if not _is_of(fact, effect)} | _effects(one)
    made = CorrectedRegister(
        multilateral=base.multilateral,
        participations=participations,
        treaties=base.treaties,
        deep=base.deep,
        kinds=base.kinds,
        declared=declared,
        corrections=base.corrections,
        effects=effects,
        notes=notes,
        displaced=displaced,
    )
    _share(base, made, treaties)
    return made


def _dated(base: Register, standing: Register, every: tuple[Overlay, ...]) -> Register:
    """The undated view, which answers a question about a day by that day's own corrections."""
    made = CorrectedRegister(
        multilateral=base.multilateral,
        participations=standing.participations,
        treaties=standing.treaties,
        deep=base.deep,
        kinds=base.kinds,
        declared=standing.declared,
        corrections=base.corrections,
        effects=standing.effects,
        notes=standing.notes,
        base=base,
        overlays=every,
        displaced={one.reference: displaced_by(base, one.fact) for one in every},
    )
    _share(standing, made, {})
    return made


def _share(base: Register, made: Register, treaties: Mapping[str, BilateralTreaty]) -> None:
    """Take over every index of the base that the corrections do not touch, so that nothing is built twice."""
    own = made.__dict__
    own["by_measure"] = base.by_measure
    pairs = {treaty.pair for treaty in treaties.values()}
    if not pairs:
        for name in ("treaties_by_code", "treaties_by_pair", "names"):
            own[name] = getattr(base, name)
        if "instruments" in base.__dict__:
            own["instruments"] = base.instruments
        made._pairs = base._pairs  # noqa: SLF001 - one class, another object of it
        return
    made.treaties = (
        *(treaties.get(treaty.code, treaty) for treaty in base.treaties),
        *(treaty for code, treaty in treaties.items() if code not in base.treaties_by_code),
    )
    own["treaties_by_code"] = {**base.treaties_by_code, **treaties}
    own["treaties_by_pair"] = {**base.treaties_by_pair} | {
        pair: tuple(
            sorted(
                {
                    one.code: one
                    for one in (*base.treaties_by_pair.get(pair, ()), *treaties.values())
                    if one.pair == pair
                }.values(),
                key=lambda one: one.code,
            )
        )
        for pair in pairs
    }
    own["names"] = {**base.names, **{code: code for code in treaties}}
    made._pairs = {pair: known for pair, known in base._pairs.items() if pair not in pairs}  # noqa: SLF001 - the same


def displaced_by(base: Register, fact: Fact) -> tuple[Fact, ...]:
    """What the shipped register says of the fact's own subject; empty where it is silent."""
    return tuple(one for one in shipped_facts(base, fact.instrument) if one.subject == fact.subject)


def _sentence(one: Overlay, before: tuple[Fact, ...]) -> str:
    said = "; or: ".join(dict.fromkeys(fact.words() for fact in before))
    return f"{one.mark}, in place of: {said}" if said else f"{one.mark}; the shipped register is silent"


def _participation(one: Overlay, before: tuple[Fact, ...]) -> Participation:
    fact = one.fact
    return Participation(
        instrument=fact.instrument,
        state=fact.state,
        status=fact.status,
        signed=fact.date_signature,
        action=fact.action,
        consented=fact.date_consent,
        in_force=fact.entry_into_force,
        basis_of_force=one.mark,
        source=_cited(one),
        as_of=f"{fact.as_of}; {_sentence(one, before)}",
        force_from=latest_day(fact.entry_into_force),
        force_not_before=earliest_day(fact.entry_into_force) or earliest_day(fact.date_consent),
        known_from=latest_date(fact.as_of),
        ended=earliest_day(fact.withdrawal),
        scope=fact.scope,
        unread=fact.verified != "yes",
    )


def _cited(one: Overlay) -> str:
    return f"{one.fact.source}, {one.fact.address} ({one.mark})"


def _treaty(base: Register, one: Overlay) -> BilateralTreaty:
    """The treaty with the correction as its only row; what the shipped rows said stands in the note."""
    fact, known = one.fact, base.treaties_by_code.get(one.fact.instrument)
    pair, asked = (fact.state, fact.other_state), one.outside or bool(one.withdrawn_on)
    row = BilateralRow(
        pair=pair,
        kind=fact.treaty_kind.lower(),
        signed=fact.date_signature or (known.signed if known else ""),
        in_force="" if asked else fact.entry_into_force,
        terminated=fact.withdrawal,
        status="listed" if asked else fact.status,
        title=fact.title or (known.title if known else ""),
        source=_cited(one),
        as_of=fact.as_of,
        file="gazette",
    )
    if known is None:
        return BilateralTreaty(fact.instrument, (), pair, fact.treaty_kind, row.signed, (row,), (), inferred=False)
    unread = fact.verified != "yes"
    return replace(known, signed=row.signed or known.signed, rows=(row,), conflicts=(), inferred=unread)


def _declared(held: Declarations, one: Overlay, before: tuple[Fact, ...]) -> Declarations:
    fact, name = one.fact, _SHEET[one.fact.kind]
    what = "languages" if fact.kind == "languages" else fact.article
    kept = tuple(row for row in getattr(held, name) if row.what != what)
    made = Declared(
        what,
        fact.text,
        _cited(one),
        f"{fact.as_of}; {_sentence(one, before)}",
        tuple(fact.urgency_languages.split()),
        tuple(fact.languages.split()),
    )
    return replace(held, **{name: kept if fact.status == "withdrawn" else (*kept, made)})


def _is_of(fact: Fact, effect: Mapping[str, Any]) -> bool:
    """Whether a measure was taken out by the very declaration that the fact corrects."""
    said = (effect["state"], effect["instrument"], str(effect["article"]))
    return fact.kind == "declaration" and said == (fact.state, fact.instrument, fact.article)


def _effects(one: Overlay) -> dict[tuple[str, str, str], Mapping[str, Any]]:
    """The measures a declaration takes out, in the form of the register's own table."""
    fact = one.fact
    return {
        (fact.state, fact.instrument, measure): {
            "state": fact.state,
            "instrument": fact.instrument,
            "article": fact.article,
            "finding": Finding(fact.finding).value,
            "text": f"{fact.text} ({one.mark})",
        }
        for measure in fact.measures.split()
        if fact.status != "withdrawn"
    }
