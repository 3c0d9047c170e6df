"""The register as lists: its instruments, and who stands where under one of them."""

from typing import Any

from comity.law.bilateral import BilateralTreaty
from comity.law.instrument import Instrument
from comity.law.participation import Participation
from comity.law.register import Register

UNKNOWN = 'Nothing is listed: that is unknown, not "not a party".'


def instrument_row(register: Register, instrument: Instrument) -> dict[str, Any]:
    """One line about an instrument: what it is, since when, how many States are listed, how old the newest row is."""
    rows = register.participations.get(instrument.code, {})
    ages = [row.known_from for row in rows.values() if row.known_from]
    in_force = instrument.force.since
    shown = {
        "code": instrument.code,
        "title": instrument.title,
        "kind": instrument.kind,
        "signed": instrument.signed.isoformat() if instrument.signed else None,
        "in_force": in_force.isoformat() if in_force else None,
        "closed": instrument.membership.closed,
        "measures": list(instrument.measures),
        "listed": len(rows),
        "bound": sum(row.status in {"party", "bound"} for row in rows.values()),
        "as_of": max(ages).isoformat() if ages else None,
        "sources": list(instrument.sources),
    }
    if instrument.states:
        treaty = register.treaty(instrument.code)
        days = treaty.force_days
        shown |= {
            "states": list(instrument.states),
            "aliases": list(treaty.aliases),
            "in_force": max(days).isoformat() if days else None,
            "statuses": sorted(treaty.statuses),
        }
    return shown


def parties_of(register: Register, instrument: Instrument, state: str = "") -> dict[str, Any]:
    """Who stands where under an instrument; for one State also what it declared. Silence is said to be silence."""
    shown: dict[str, Any] = {"instrument": instrument.code, "title": instrument.title}
    if instrument.states:
        shown |= _treaty(register.treaty(instrument.code))
        if state:
            shown |= {"state": state, "party_to_treaty": state in instrument.states}
    else:
        rows = register.participations.get(instrument.code, {})
        shown["parties"] = [_party(row) for code, row in sorted(rows.items()) if not state or code == state]
        if state:
            shown["state"] = state
            if state not in rows:
                shown |= {"status": "unknown", "note": UNKNOWN}
    if state:
        declared = register.declarations(state, instrument.code)
        shown["declarations"] = {
            kind: [row.to_json() for row in getattr(declared, kind)]
            for kind in ("languages", "authorities", "channels", "reservations")
        }
    return shown


def _party(row: Participation) -> dict[str, Any]:
    return {name: value for name, value in row.to_json().items() if name != "instrument"}


def _treaty(treaty: BilateralTreaty) -> dict[str, Any]:
    return {
        "states": list(treaty.pair),
        "aliases": list(treaty.aliases),
        "rows": [row.to_json() for row in treaty.rows],
        "conflicts": [
            {"field": one.field, "values": list(one.values), "sources": list(one.sources)} for one in treaty.conflicts
        ],
        "merged_by_inference": treaty.inferred,
    }
