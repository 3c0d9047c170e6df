"""A mutation run over the tables: take away one ground, opt-out, date or clock at a time; some case must then fail.

    python -m tests.law.mutation

Prints what survives, and the share of rows covered. A row that no case protects is a row a lawyer could lose unseen.
"""

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from comity.law.expression import NEVER, facts_of
from comity.law.instrument import Instrument
from comity.law.law_files import read_yaml
from comity.law.refusal import Ground
from comity.law.register import _names_in
from comity.values.errors import ComityError
from tests.law.case_runner import Law, all_cases, run_case, shipped

EQUIVALENT = {
    "EU-UK-TCA-P3: first day": "the United Kingdom enters its class on the same day, so the class bars the day before",
}
"""Changes that nobody could notice, each with the reason."""


FACTS = frozenset({"'refuse':", "'contradiction':", "'gate':", "'ground':"})
"""Kinds of case that rest on typed facts."""


@dataclass(frozen=True)
class Mutant:
    """The law with one row taken away; `about` are words by which the cases that may notice are found."""

    name: str
    law: Law
    about: frozenset[str]
    hint: str = ""
    """A word of the cases most likely to notice: they are asked first, and the answer is the same."""


def mutants(law: Law) -> Iterator[Mutant]:
    """Every row of every table, taken away one at a time."""
    yield from without_grounds(law)
    yield from without_dates(law)
    yield from without_clocks(law)
    yield from without_rules(law)


def without_grounds(law: Law) -> Iterator[Mutant]:
    for code in _names_in("grounds", ".yaml"):
        file = read_yaml(f"grounds/{code}.yaml")
        own = {str(given["id"]) for given in file["grounds"]}
        rows = tuple(law.grounds[code])
        if "like" in file:
            yield Mutant(f"{code}: rows by reference", _grounds(law, code, [r for r in rows if r.id in own]), _of(code))
        for row in rows:
            if row.id not in own:
                continue
            rest = [other for other in rows if other is not row]
            yield Mutant(f"{code}: {row.id}", _grounds(law, code, rest), _of(code), row.id)
            for name, changed in _weakened(row):
                kept = [changed if other is row else other for other in rows]
                yield Mutant(f"{code}: {row.id}, {name}", _grounds(law, code, kept), _of(code), row.id)


def _weakened(row: Ground) -> Iterator[tuple[str, Ground]]:
    """A ground without its cure, its limit to measures, or its duty of consultation."""
    if row.cured_by != NEVER:
        yield "its cure", replace(row, cured_by=NEVER)
    if row.consult:
        yield "its consultation", replace(row, consult="")
    if row.measures:
        yield "its measures", replace(row, measures=frozenset())
    if row.not_for:
        yield "what it is not for", replace(row, not_for=frozenset())
    if row.closed_to:
        yield "the exhaustive list beside it", replace(row, closed_to=frozenset())


def without_dates(law: Law) -> Iterator[Mutant]:
    """Opt-outs, doubtful cases, first days, provisional application, each State's place in a closed class."""
    for code, one in law.register.multilateral.items():
        if not one.measures:
            continue
        force, membership = one.force, one.membership
        if force.since and f"{code}: first day" not in EQUIVALENT:
            yield _changed(law, code, "first day", force=replace(force, since=None))
        if force.not_before:
            yield _changed(law, code, "not yet in force", force=replace(force, not_before=None))
        if force.provisional:
            yield _changed(law, code, "provisional application", force=replace(force, provisional=None))
        for key in ("opted_out", "doubtful", "extended"):
            for state in getattr(membership, key):
                rest = {other: rule for other, rule in getattr(membership, key).items() if other != state}
                yield _changed(law, code, f"{key} {state}", membership=replace(membership, **{key: rest}))
        if membership.third:
            yield _changed(law, code, "its two sides", membership=replace(membership, third=frozenset()))
    yield from without_members(law)
    for key, effect in law.register.effects.items():
        rest = {other: value for other, value in law.register.effects.items() if other != key}
        register = replace(law.register, effects=rest)
        yield Mutant(f"declaration of {key[0]}: {key[1]}, {key[2]}", replace(law, register=register), _of(key[1]))
        assert effect["text"]


def without_members(law: Law) -> Iterator[Mutant]:
    """A State taken out of its class everywhere, or the day taken from its place in it."""
    states = {
        (state, span)
        for one in law.register.multilateral.values()
        if one.measures
        for state, span in one.membership.members.items()
    }
    closed = [one for one in law.register.multilateral.values() if one.membership.closed]
    earliest = min(one.force.since for one in closed if one.force.since)
    for state, (since, until) in sorted(states, key=str):
        yield _members(law, state, (since, until), None)
        if since > earliest:
            yield _members(law, state, (since, until), (earliest, until))
        if until:
            yield _members(law, state, (since, until), (since, None))


def _members(law: Law, state: str, span: tuple[Any, Any], new: tuple[Any, Any] | None) -> Mutant:
    found = {}
    for code, one in law.register.multilateral.items():
        members = dict(one.membership.members)
        if members.get(state) == span:
            del members[state]
            if new is not None:
                members[state] = new
            one = replace(one, membership=replace(one.membership, members=members))  # noqa: PLW2901 - the changed one
        found[code] = one
    what = "left out" if new is None else f"{new[0]} to {new[1]}"
    about = frozenset({f"'{state}'"})
    return Mutant(f"class: {state} {span[0]}, {what}", replace(law, register=_register(law, found)), about)


def without_clocks(law: Law) -> Iterator[Mutant]:
    for row in law.clocks:
        rest = [other for other in law.clocks if other is not row]
        yield Mutant(f"clock: {row.id}", replace(law, clocks=rest), frozenset({row.id}))
        changes: dict[str, Any] = {"amount": row.amount + 1, "liberty": not row.liberty}
        if row.extension_days:
            changes["extension_days"] = 0
        if row.between:
            changes["between"] = ""
        for name, value in changes.items():
            if name == "amount" and not row.unit:
                continue
            changed = [replace(row, **{name: value}) if other is row else other for other in law.clocks]
            yield Mutant(f"clock: {row.id}, {name}", replace(law, clocks=changed), frozenset({row.id}))


def without_rules(law: Law) -> Iterator[Mutant]:
    """Rules of what follows from what, the rules of dual criminality, the subjects of the gate."""
    for rule in law.facts.rules:
        facts = replace(law.facts, rules=tuple(other for other in law.facts.rules if other is not rule))
        yield Mutant(f"facts: {rule.because}", replace(law, facts=facts), FACTS, facts_of(rule.condition)[0])
    for name in ("waivers", "fiscal"):
        for code in getattr(law.conduct, name):
            rest = {other: one for other, one in getattr(law.conduct, name).items() if other != code}
            conduct = replace(law.conduct, **{name: rest})
            yield Mutant(f"dual criminality: {name} {code}", replace(law, conduct=conduct), frozenset({"compare"}))
    for one in law.conduct.thresholds:
        left = tuple(other for other in law.conduct.thresholds if other is not one)
        conduct = replace(law.conduct, thresholds=left)
        yield Mutant(f"minimum penalty: {one.instrument}", replace(law, conduct=conduct), frozenset({"compare"}))
    for subject in law.subjects:
        kept = [other for other in law.subjects if other is not subject]
        yield Mutant(f"gate: {subject.id}", replace(law, subjects=kept), frozenset({"gate"}))


def _grounds(law: Law, code: str, rows: list[Ground]) -> Law:
    return replace(law, grounds={**law.grounds, code: tuple(rows)})


def _changed(law: Law, code: str, what: str, **fields: Any) -> Mutant:
    found = {**law.register.multilateral, code: replace(law.register.multilateral[code], **fields)}
    hint = "first_day" if what == "first day" else what.rpartition(" ")[2]
    return Mutant(f"{code}: {what}", replace(law, register=_register(law, found)), _of(code), hint)


def _register(law: Law, multilateral: dict[str, Instrument]) -> Any:
    return replace(law.register, multilateral=multilateral, _pairs={})


def _of(code: str) -> frozenset[str]:
    return frozenset({code})


def noticed(mutant: Mutant, cases: list[tuple[str, dict[str, Any]]]) -> bool:
    """Whether some case fails under the changed law; those that name what was changed are asked first."""
    touched = [(text, case) for text, case in cases if not mutant.about or _touches(mutant.about, text)]
    touched.sort(key=lambda one: bool(mutant.hint) and mutant.hint not in one[0])
    return any(_fails(case, mutant.law) for _, case in touched)


def _touches(about: frozenset[str], text: str) -> bool:
    return any(word in text for word in about)


def _fails(case: dict[str, Any], law: Law) -> bool:
    try:
        run_case(case, law)
    except (AssertionError, ComityError, StopIteration, KeyError):
        return True
    return False


def survivors(report: Callable[[str], None] = lambda _: None) -> tuple[int, list[str]]:
    """How many rows were taken away, and those that no case noticed."""
    law = shipped()
    cases = [(str(case), case) for _, case in all_cases()]
    count, found = 0, []
    for mutant in mutants(law):
        count += 1
        if not noticed(mutant, cases):
            found.append(mutant.name)
            report(mutant.name)
    return count, found


def main() -> int:
    count, found = survivors(lambda name: print("survives:", name))  # noqa: T201 - a report for a person
    share = 100 * (count - len(found)) / count
    print(f"{count} rows taken away one at a time, {count - len(found)} noticed: {share:.1f} %")  # noqa: T201 - the same
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
