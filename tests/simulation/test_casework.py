"""Whole dossiers under faults: both sides see the same, and the oracle would notice if they did not."""

from collections import Counter

import pytest

from comity.requests import fold
from comity.requests.actions import receiving
from comity.simulation.casework import VALUES, Casework
from comity.simulation.episode import Episode
from comity.simulation.report import Report, simulate


def lived(seed: int, nodes: int = 2) -> Report:
    return simulate(seed=seed, nodes=nodes, episodes=1, workload=lambda _number: Casework())


def caught(words: str) -> bool:
    return any(words in sentence for seed in range(6) for sentence in lived(seed).violations)


def test_both_sides_of_every_dossier_hold_the_same_state_after_all_faults():
    types: Counter[str] = Counter()
    for seed in range(2):
        episode = Episode(seed, 0, 2, Casework())
        assert episode.run().violations == []
        for node in episode.nodes.values():
            with node.acting():
                types.update(message_types(node.code))
    assert len(types) >= 8, types


def message_types(code: str) -> list[str]:
    from comity.requests.queries.access import rows_of, state_of  # noqa: PLC0415

    return [entry.type for row in rows_of(code) for entry in state_of(row).timeline]


def test_an_order_that_depends_on_arrival_is_noticed(monkeypatch):
    monkeypatch.setattr(fold, "_ordered", lambda deeds: (list(deeds.values()), {}))
    assert caught("differently")


def test_a_row_that_is_not_brought_to_its_fold_is_noticed(monkeypatch):
    honest = receiving.write

    def forgetful(row, state, at, **more):
        state.questions.clear()
        return honest(row, state, at, **more)

    monkeypatch.setattr(receiving, "write", forgetful)
    assert caught("not the fold")


@pytest.mark.parametrize("verb", sorted(VALUES))
def test_every_verb_without_paper_has_its_values(verb):
    from comity.requests.actions import VERBS  # noqa: PLC0415

    assert verb in VERBS
    assert not {"vault", "exercise"} & set(VERBS[verb].needs)
