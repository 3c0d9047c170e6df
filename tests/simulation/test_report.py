"""A federation under faults loses, doubles and invents nothing; the same seed tells the same story."""

import pytest

from comity.simulation.faults import Fault
from comity.simulation.report import Report, simulate
from comity.simulation.workload import Correspondence
from comity.values.errors import InvalidInputError


def test_nothing_is_lost_doubled_or_ghostly_under_many_kinds_of_fault():
    report = simulate(seed=2026, nodes=3, episodes=4)
    assert report.violations == []
    assert report.messages > 60
    assert len(report.faults) >= 20
    assert Fault.REFUSED.value in report.faults
    assert set(report.faults) <= {fault.value for fault in Fault}


def test_the_same_seed_tells_the_same_story_and_another_seed_another():
    """Of letters; dossiers with results are told twice in `test_results`."""
    told: list[list[tuple[str, int]]] = [[], []]
    for one in told:
        simulate(seed=5, nodes=2, episodes=2, workload=letters, progress=lambda now, one=one: one.append(sum_of(now)))
    assert told[0] == told[1]
    assert told[0][0] != told[0][1]
    assert sum_of(simulate(seed=6, nodes=2, episodes=1, workload=letters)) != told[0][0]


def letters(_number: int) -> Correspondence:
    return Correspondence()


def sum_of(report: Report) -> tuple[str, int]:
    return report.trace, report.faults.total()


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
