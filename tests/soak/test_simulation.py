"""The soak of whole federations stops, goes on where it stopped, and compares what is told twice."""

import json
from pathlib import Path

from comity.simulation import report
from comity.simulation.workload import Correspondence
from soak import simulation


def test_it_goes_on_where_it_stopped_and_tells_the_first_seeds_twice(tmp_path: Path, django_db_blocker) -> None:
    turns = iter([False, True])
    with django_db_blocker.unblock():
        first = simulation.soak(lambda: next(turns), 3, tmp_path)
        assert (first["seeds"], first["told_twice"], first["violations"]) == (1, 1, [])
        assert json.loads((tmp_path / "tally.json").read_text())["seeds"] == 1
        again = simulation.soak(lambda: False, 3, tmp_path, most=1)
    assert (again["messages"], again["faults"]) == (first["messages"], first["faults"])
    assert again["kinds_fired"] + len(again["kinds_never_fired"]) >= 20


def test_a_story_that_changes_is_a_violation(tmp_path: Path, django_db_blocker, monkeypatch) -> None:
    lived = iter(range(2))
    monkeypatch.setattr(report, "mixed", lambda _number: Correspondence())
    honest = report.simulate

    def another(*, seed, **more):
        return honest(seed=seed + next(lived), **more)

    monkeypatch.setattr(report, "simulate", another)
    with django_db_blocker.unblock():
        told = simulation.soak(lambda: False, 3, tmp_path, most=1)
    assert any("another story" in sentence for sentence in told["violations"])
