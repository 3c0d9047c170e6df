"""In which order to ask: the question first whose answer settles most of what is open.

Each open fact is tried with each answer it can have, weighted by how often that answer is given (`likely` in
`facts.yaml`); what counts is how many open conditions the answer decides. One that bars settles the whole check. The
order never changes a finding.
"""

from collections.abc import Iterator, Mapping, Sequence

from comity.law.expression import Comparison, Expression, Value, facts_of, open_facts
from comity.law.facts import FactMeaning, FactTable, follow
from comity.values.errors import InvalidInputError


def ordered_questions(
    conditions: Sequence[Expression], facts: Mapping[str, Value], table: FactTable
) -> tuple[FactMeaning, ...]:
    """The open questions, the one that settles most first; ties in the order of the tables."""
    waiting = [one for one in conditions if one.value(facts) is None]
    names = list(dict.fromkeys(name for one in waiting for name in open_facts(one, facts)))
    screens = [one.id for one in table.meanings.values() if one.screen and one.id not in facts]
    useful = [name for name in screens if _settles(name, table) & set(names)]
    scores = {name: _score(name, waiting, facts, table) for name in [*names, *useful]}
    best = sorted(scores, key=lambda name: -scores[name])
    return tuple(table.meanings[name] for name in best if scores[name] > 0 or name in names)


def next_question(conditions: Sequence[Expression], facts: Mapping[str, Value], table: FactTable) -> FactMeaning | None:
    """The one question to ask now; None once the check is settled (something bars, or nothing is open)."""
    if any(one.value(facts) is True for one in conditions):
        return None
    found = ordered_questions(conditions, facts, table)
    return found[0] if found else None


def _settles(name: str, table: FactTable) -> set[str]:
    return {fact for rule in table.rules if facts_of(rule.condition) == (name,) for fact in rule.then}


def _score(name: str, waiting: Sequence[Expression], facts: Mapping[str, Value], table: FactTable) -> float:
    total = 0.0
    for value, weight in _answers(table.meanings[name], waiting):
        try:
            then = follow({**facts, name: value}, table)
        except InvalidInputError:
            continue  # an answer that contradicts what is known will not be given
        decided = [one.value(then) for one in waiting]
        settled = len(waiting) if True in decided else sum(one is not None for one in decided)
        narrowed = sum(len(open_facts(one, facts)) - len(open_facts(one, then)) for one in waiting)
        total += weight * (settled + narrowed / 100)
    return total


def _answers(meaning: FactMeaning, waiting: Sequence[Expression]) -> Iterator[tuple[Value, float]]:
    """The answers that can make a difference, each with its weight."""
    if meaning.type == "yes-no":
        yield True, meaning.likely
        yield False, 1 - meaning.likely
        return
    if meaning.type == "choice":
        for option in meaning.options:
            yield option, 1 / len(meaning.options)
        return
    held = {
        value
        for one in waiting
        for leaf in one.leaves()
        if isinstance(leaf, Comparison) and leaf.name == meaning.id
        for value in leaf.values
        if isinstance(value, int)
    }
    for limit in held:
        yield limit, 0.8 / len(held)
        yield max(limit - 1, 0), 0.2 / len(held)
