"""How complete and how old the register is, instrument by instrument: what `comity law coverage` prints.

Nothing here says that a State is not a party: it counts what is listed, and says what was not read.
"""

from collections.abc import Iterator
from datetime import date
from typing import Any

from comity.law.clocks import clock_table
from comity.law.instrument import Instrument, Provision
from comity.law.refusal import known_grounds
from comity.law.register import Register

BOUND = frozenset({"party", "bound"})


def coverage_of(register: Register, instrument: Instrument, today: date) -> dict[str, Any]:
    """One line: rows listed, bound, dated, their age, and how much of the text was read."""
    rows = list(register.participations.get(instrument.code, {}).values())
    bound = [row for row in rows if row.status in BOUND]
    ages = [min(row.known_from, today) for row in rows if row.known_from]
    provisions = list(provisions_of(instrument))
    grounds = known_grounds(instrument.code)
    clocks = [row for row in clock_table() if row.instrument == instrument.code]
    declared = sum(1 for state, code in register.declared if code == instrument.code)
    return {
        "instrument": instrument.code,
        "title": instrument.title,
        "kind": instrument.kind,
        "listed": len(rows),
        "bound": len(bound),
        "bound_with_day": sum(row.force_from is not None for row in bound),
        "inferred": sum(row.inferred for row in rows),
        "undated": sum(row.known_from is None for row in rows),
        "oldest": min(ages).isoformat() if ages else None,
        "newest": max(ages).isoformat() if ages else None,
        "years_since_newest": round((today - max(ages)).days / 365.25, 1) if ages else None,
        "provisions": len(provisions),
        "provisions_read": sum(one.verified for one in provisions),
        "grounds": len(grounds),
        "grounds_read": sum(one.verified for one in grounds),
        "clocks": len(clocks),
        "clocks_read": sum(one.verified for one in clocks),
        "declaring_states": declared,
        "silence": 'What is not listed is unknown, never "not a party".',
    }


def coverage_table(register: Register, today: date) -> list[dict[str, Any]]:
    """Every act and convention, then one line for all bilateral treaties together."""
    found = [coverage_of(register, one, today) for one in [*register.deep.values(), *register.multilateral.values()]]
    return [*found, bilateral_line(register)]


def bilateral_line(register: Register) -> dict[str, Any]:
    treaties = register.treaties
    return {
        "instrument": "BILATERAL",
        "title": "All bilateral treaties known as rows of registers",
        "listed": len(treaties),
        "rows": sum(len(treaty.rows) for treaty in treaties),
        "in_force_recorded": sum("in_force" in treaty.statuses for treaty in treaties),
        "with_day_of_force": sum(bool(treaty.force_days) for treaty in treaties),
        "conflicts": sum(bool(treaty.conflicts) for treaty in treaties),
        "texts_read": len(register.deep),
        "states": len({state for treaty in treaties for state in treaty.pair}),
        "silence": "Complete for no State.",
    }


def provisions_of(instrument: Instrument) -> Iterator[Provision]:
    """Every provision the instrument's file cites."""
    yield instrument.force.provision
    membership = instrument.membership
    yield membership.provision
    yield from membership.opted_out.values()
    yield from membership.doubtful.values()
    for coverage in (*instrument.measures.values(), *instrument.offences.values(), instrument.otherwise):
        yield coverage.provision
    yield from (rule.provision for rule in instrument.conditions.values())
    yield from (rule.provision for rule in instrument.cautions)
    yield from (rule.provision for rule in instrument.relations)
    yield from (rule.provision for rule in instrument.use)
    if instrument.channel:
        yield instrument.channel.provision
    if instrument.dual_criminality:
        yield instrument.dual_criminality.provision
