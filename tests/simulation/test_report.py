"""A federation under faults loses, doubles and invents nothing; the same seed tells the same story."""

import pytest

from comity.simulation.faults import Fault
from comity.simulation.report import simulate
from comity.values.errors import InvalidInputError


def test_nothing_is_lost_doubled_or_ghostly_under_many_kinds_of_fault():
    report = simulate(seed=2026, nodes=3, episodes=4)
    assert report.violations == []
    assert report.messages > 60
    assert len(report.faults) >= 20
    assert set(report.faults) <= {fault.value for fault in Fault}


def test_the_same_seed_tells_the_same_story_and_another_seed_another():
    told: list[tuple[str, int]] = []
    simulate(seed=5, nodes=2, episodes=2, progress=lambda report: told.append((report.trace, report.faults.total())))
    again: list[tuple[str, int]] = []
    simulate(seed=5, nodes=2, episodes=2, progress=lambda report: again.append((report.trace, report.faults.total())))
    assert told == again
    assert told[0] != told[1]
    assert simulate(seed=6, nodes=2, episodes=1).trace != told[0][0]


def test_by_seconds_at_least_one_episode_is_lived_through():
    report = simulate(seed=1, nodes=2, seconds=0.01)
    assert report.episodes == 1
    assert set(report.to_json()) >= {"seed", "node_days", "messages", "faults", "violations", "trace"}


@pytest.mark.parametrize(
    "limits", [{}, {"episodes": 1, "seconds": 1.0}, {"episodes": 1, "nodes": 1}, {"episodes": 1, "nodes": 9}]
)
def test_limits_that_make_no_sense_are_refused(limits):
    with pytest.raises(InvalidInputError):
        simulate(seed=1, **limits)
