"""All that the register holds of one State: where it stands under each instrument, with whom it has what, and its age.

What is not listed stays unknown: it is told apart from what a source or a provision says against it.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from comity.law.bilateral import BilateralTreaty
from comity.law.bilateral_force import age_of, noted, treaty_verdict
from comity.law.bound import bound_verdict, class_verdict, force_verdict
from comity.law.declarations import Declarations
from comity.law.instrument import Instrument
from comity.law.register import Register
from comity.law.register_dates import latest_date
from comity.values.verdict import Finding, Reason, Verdict

OFFERED = frozenset({"model", "comity"})
"""Kinds nobody can be bound by: patterns and practice."""
_SHEETS = ("languages", "authorities", "channels", "reservations")


def known_states(register: Register) -> tuple[str, ...]:
    """Every State of which at least one row speaks, by code."""
    listed = {state for rows in register.participations.values() for state in rows}
    return tuple(sorted(listed | {state for pair in register.treaties_by_pair for state in pair}))


def state_lines(register: Register, today: date) -> list[dict[str, Any]]:
    """One line for each State of the register: how much is listed of it, and the newest day among its rows."""
    treaties: dict[str, list[BilateralTreaty]] = {}
    for treaty in register.treaties:
        for state in treaty.pair:
            treaties.setdefault(state, []).append(treaty)
    declaring: dict[str, int] = {}
    for state, _code in register.declared:
        declaring[state] = declaring.get(state, 0) + 1
    lines = []
    for state in known_states(register):
        rows = [rows[state] for rows in register.participations.values() if state in rows]
        ages = [min(row.known_from, today) for row in rows if row.known_from]
        own = treaties.get(state, [])
        lines.append(
            {
                "state": state,
                "listed": len(rows),
                "bound": sum(row.status in {"party", "bound"} for row in rows),
                "bilateral": len(own),
                "partners": len({other for treaty in own for other in treaty.pair if other != state}),
                "declared_under": declaring.get(state, 0),
                "newest": max(ages).isoformat() if ages else None,
            }
        )
    return lines


def state_sheet(register: Register, state: str, on: date, today: date) -> dict[str, Any]:
    """What one State is bound by on a day, what it declared, and its treaties with each other State.

    `instruments` holds every act and convention with its `finding`; where `listed` is false the register is silent and
    the finding is UNSETTLED, unless a provision closes the instrument to the State or it is not in force for anybody.
    """
    register = register.at(on)
    instruments = [
        _standing(register, instrument, state, on, today)
        for instrument in sorted(register.multilateral.values(), key=lambda one: one.code)
        if instrument.kind not in OFFERED
    ]
    bilateral = list(_treaties(register, state, on, today))
    rows = [rows[state] for rows in register.participations.values() if state in rows]
    days = [row.known_from for row in rows]
    days += [latest_date(row.as_of) for pair in _pairs(register, state) for one in pair for row in one.rows]
    known = [min(day, today) for day in days if day]
    return {
        "state": state,
        "on": on.isoformat(),
        "instruments": instruments,
        "bilateral": bilateral,
        "declared": [
            {"instrument": code, "title": register.instrument(code).title if code in register.names else code}
            | declared_json(found)
            for (one, code), found in sorted(register.declared.items())
            if one == state
        ],
        "age": {
            "rows": len(days),
            "undated": len(days) - len(known),
            "oldest": min(known).isoformat() if known else None,
            "newest": max(known).isoformat() if known else None,
        },
        "silence": 'What is not listed is unknown, never "not a party".',
    }


def declared_json(declared: Declarations) -> dict[str, list[dict[str, object]]]:
    """What a State declared under one instrument, by sort; an empty list means that nothing was read."""
    return {name: [row.to_json() for row in getattr(declared, name)] for name in _SHEETS}


def standing_verdict(register: Register, instrument: Instrument, state: str, on: date, today: date) -> Verdict:
    """Whether one State is bound on the day: the class it must belong to, the instrument's own force, then its row."""
    if instrument.membership.closed:
        closed = class_verdict(instrument.code, instrument.membership, state, on)
        if closed.reasons:
            return closed
    force = force_verdict(instrument, on)
    if any(reason.finding is Finding.BARRED for reason in force.reasons):
        return force
    return force + bound_verdict(instrument, state, register.participation(instrument.code, state), on, today)


def _standing(register: Register, instrument: Instrument, state: str, on: date, today: date) -> dict[str, Any]:
    row = register.participation(instrument.code, state)
    verdict = standing_verdict(register, instrument, state, on, today)
    shown: dict[str, Any] = {
        "instrument": instrument.code,
        "title": instrument.title,
        "kind": instrument.kind,
        "listed": row is not None,
        **verdict_json(verdict),
        "status": row.status if row else "unknown",
        "date_signature": row.signed if row else "",
        "date_consent": row.consented if row else "",
        "entry_into_force": row.in_force if row else "",
        "source": row.source if row else _source_of(instrument, verdict),
        "as_of": row.as_of if row else "",
        "verified": not row.inferred if row else all(reason.verified for reason in verdict.reasons),
    }
    return shown | {"declarations": declared_json(register.declarations(state, instrument.code))}


def _source_of(instrument: Instrument, verdict: Verdict) -> str:
    """Where the provision was read by which an instrument is closed to a State of which no row speaks."""
    provisions = (instrument.membership.provision, instrument.force.provision)
    named = {reason.provision for reason in verdict.reasons if reason.finding is Finding.BARRED}
    return next((one.source for one in provisions if one.article in named), "")


def verdict_json(verdict: Verdict) -> dict[str, Any]:
    """A verdict as the faces write it: the finding, each reason with its provision, each question."""
    return {
        "finding": verdict.finding.value,
        "reasons": [_reason(reason) for reason in verdict.reasons],
        "questions": [{"id": one.id, "text": one.text, "provision": one.provision} for one in verdict.questions],
    }


def _reason(reason: Reason) -> Mapping[str, Any]:
    return {
        "provision": reason.provision,
        "text": reason.text,
        "finding": reason.finding.value,
        "verified": reason.verified,
    }


def _pairs(register: Register, state: str) -> Iterator[tuple[BilateralTreaty, ...]]:
    for pair, treaties in register.treaties_by_pair.items():
        if state in pair:
            yield treaties


def _treaties(register: Register, state: str, on: date, today: date) -> Iterator[dict[str, Any]]:
    """The bilateral treaties of a State, by the other State, then by kind and day of signature."""
    found = [(next(one for one in treaties[0].pair if one != state), treaties) for treaties in _pairs(register, state)]
    for other, treaties in sorted(found, key=lambda pair: pair[0]):
        for treaty in sorted(treaties, key=lambda one: (one.kind, one.signed)):
            verdict = noted(treaty_verdict(treaty, treaties, on, today), register.notes.get(treaty.code, ""))
            yield {
                "with": other,
                "instrument": treaty.code,
                "title": treaty.title,
                "kind": treaty.kind,
                "signed": treaty.signed,
                "entry_into_force": max(treaty.force_days).isoformat() if treaty.force_days else "",
                **verdict_json(verdict),
                "text_read": treaty.code in register.deep,
                "conflicts": len(treaty.conflicts),
                "as_of": age_of(treaty),
                "sources": list(dict.fromkeys(row.source for row in treaty.rows)),
                "verified": all(reason.verified for reason in verdict.reasons),
            }
