"""The shipped register as rows of facts, one shape for all of it: what is exported and what a correction displaces."""

from collections.abc import Iterator
from functools import lru_cache

from comity.law.bilateral import BilateralTreaty
from comity.law.correction import Fact
from comity.law.declarations import Declarations
from comity.law.participation import Participation
from comity.law.register import Register


@lru_cache(maxsize=64)
def shipped_facts(register: Register, instrument: str) -> tuple[Fact, ...]:
    """Every fact the register holds of one instrument, in the order of its rows; `instrument` is a canonical code."""
    found = [_of_participation(row) for row in register.participations.get(instrument, {}).values()]
    treaty = register.treaties_by_code.get(instrument)
    if treaty:
        found += _of_treaty(treaty)
    for (state, code), declared in register.declared.items():
        if code == instrument:
            found += _of_declarations(state, code, declared)
    return tuple(found)


def all_shipped_facts(register: Register) -> Iterator[Fact]:
    """Every fact of the register, by instrument and in the order of its rows."""
    codes = [*register.participations, *(code for _, code in register.declared), *register.treaties_by_code]
    for code in sorted(dict.fromkeys(codes)):
        yield from shipped_facts(register, code)


def _of_participation(row: Participation) -> Fact:
    return Fact(
        "participation",
        instrument=row.instrument,
        state=row.state,
        status=row.status,
        date_signature=row.signed,
        action=row.action,
        date_consent=row.consented,
        entry_into_force=row.in_force,
        scope=row.scope,
        source=row.source,
        as_of=row.as_of,
        verified="no" if row.inferred else "yes",
    )


def _of_treaty(treaty: BilateralTreaty) -> Iterator[Fact]:
    for row in treaty.rows:
        yield Fact(
            "treaty",
            instrument=treaty.code,
            state=treaty.pair[0],
            other_state=treaty.pair[1],
            treaty_kind=treaty.kind,
            status=row.status,
            date_signature=row.signed,
            entry_into_force=row.in_force,
            withdrawal=row.terminated,
            title=row.title,
            source=row.source,
            as_of=row.as_of,
        )


def _of_declarations(state: str, code: str, declared: Declarations) -> Iterator[Fact]:
    kinds = {
        "languages": declared.languages,
        "authority": declared.authorities,
        "channel": declared.channels,
        "declaration": declared.reservations,
    }
    for kind, rows in kinds.items():
        for row in rows:
            yield Fact(
                kind,
                instrument=code,
                state=state,
                article="" if kind == "languages" else row.what,
                text=row.text,
                languages=" ".join(row.languages),
                urgency_languages=" ".join(row.urgent),
                source=row.source,
                as_of=row.as_of,
            )
