"""Whole dossiers under faults: both sides see the same."""

from collections import Counter

import pytest

from comity.simulation.casework import VALUES, Casework
from comity.simulation.episode import Episode


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


@pytest.mark.parametrize("verb", sorted(VALUES))
def test_every_verb_without_paper_has_its_values(verb):
    from comity.requests.actions import VERBS  # noqa: PLC0415

    assert verb in VERBS
    assert not {"vault", "exercise"} & set(VERBS[verb].needs)
