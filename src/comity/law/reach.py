"""How one instrument reaches each State, worked out once for a measure, an offence and a day.

Of all pairs each State's side is the same: what binds it, what it declared, how old its row is. A pair only joins two
sides and the text.
"""

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from comity.law.ages import Age, table_age
from comity.law.bound import Standing, barring, bound_verdict, class_verdict, force_standing
from comity.law.coverage import Text, declared_verdict, text_of
from comity.law.instrument import Instrument
from comity.law.participation import Participation
from comity.law.ranking import place_of
from comity.law.register import Register
from comity.values.verdict import Finding, Question, Reason, Verdict

UNSETTLED = Finding.UNSETTLED


class Side(NamedTuple):
    """How one State stands under an instrument for one measure."""

    closed: Verdict
    """What the class that the instrument binds says of it; no reasons where it may be bound."""
    closed_barred: tuple[Reason, ...]
    bound: Verdict
    parent: Verdict
    """Whether the instrument that this one supplements binds it."""
    reasons: tuple[Reason, ...]
    """Of these three, in this order."""
    barred: tuple[Reason, ...]
    """By its row, or by the parent's; what the class bars stands apart."""
    declared: tuple[Reason, ...]
    declared_barred: tuple[Reason, ...]
    questions: tuple[Question, ...]
    unsettled: bool
    verified: bool
    listed: bool
    as_of: str
    source: str


class Reach:
    """One instrument for one measure, one offence and one day; sides are worked out when first asked for."""

    __slots__ = (
        "_ages",
        "_asked",
        "_asking",
        "before",
        "instrument",
        "measure",
        "on",
        "parent",
        "place",
        "register",
        "rows",
        "table",
        "text",
        "today",
    )

    def __init__(
        self, register: Register, instrument: Instrument, measure: str, offence: str, on: date, today: date
    ) -> None:
        self.register, self.instrument, self.measure, self.on, self.today = register, instrument, measure, on, today
        self.rows: Mapping[str, Participation] = register.participations.get(instrument.code, {})
        self.before: Standing = force_standing(instrument, on)
        self.text: Text = text_of(instrument, measure, offence)
        self.parent = register.multilateral[instrument.parent] if instrument.parent else None
        self.place = place_of(instrument, offence)
        self.table = table_age(self.rows.values(), today)
        self._asking: dict[str, Side] = {}
        self._asked: dict[str, Side] = {}
        self._ages: dict[tuple[str, str, str, str], Age] = {}

    def asking(self, state: str) -> Side:
        """The side of the requesting State."""
        return self._asking.get(state) or self._asking.setdefault(state, self._side(state, asked=False))

    def asked(self, state: str) -> Side:
        """The side of the requested State; some declarations count only there."""
        return self._asked.get(state) or self._asked.setdefault(state, self._side(state, asked=True))

    def age(self, one: Side, two: Side) -> Age:
        """The older of the ages of two rows; where neither is dated, that of the instrument's table."""
        key = (one.as_of, two.as_of, one.source, two.source)
        found = self._ages.get(key)
        if found is None:
            sources = tuple(dict.fromkeys(source for source in (one.source, two.source) if source))
            dated = [as_of for as_of in (one.as_of, two.as_of) if as_of]
            found = Age(min(dated), "rows", sources) if dated else Age(*self.table, sources)
            self._ages[key] = found
        return found

    def _side(self, state: str, *, asked: bool) -> Side:
        instrument, row = self.instrument, self.rows.get(state)
        closed = class_verdict(instrument.code, instrument.membership, state, self.on, self.measure)
        bound = bound_verdict(instrument, state, row, self.on, self.today)
        parent = Verdict()
        if self.parent:
            its = self.register.participation(self.parent.code, state)
            parent = bound_verdict(self.parent, state, its, self.on, self.today)
        declared = declared_verdict(self.register, instrument, state, self.measure, asked=asked)
        reasons = closed.reasons + bound.reasons + parent.reasons
        every = reasons + declared.reasons
        known = min(row.known_from, self.today).isoformat() if row and row.known_from else ""
        return Side(
            closed=closed,
            closed_barred=barring(closed),
            bound=bound,
            parent=parent,
            reasons=reasons,
            barred=barring(bound) + barring(parent),
            declared=declared.reasons,
            declared_barred=barring(declared),
            questions=closed.questions + bound.questions + parent.questions,
            unsettled=any(reason.finding is UNSETTLED for reason in every),
            verified=all(reason.verified for reason in every),
            listed=row is not None,
            as_of=known,
            source=row.source if row else "",
        )


@lru_cache(maxsize=256)
def reaches(register: Register, measure: str, offence: str, on: date, today: date) -> tuple[Reach, ...]:
    """Every act and convention that says something of the measure, the more specific first."""
    return tuple(
        Reach(register, instrument, measure, offence, on, today) for instrument in register.by_measure.get(measure, ())
    )
