"""Two nodes whom no line joins live by courier alone; each safeguard of the courier taken away is caught."""

from comity.simulation.report import Report, simulate
from comity.simulation.workload import Correspondence
from soak.ablations import by_hand_alone, of


def lived(seed: int) -> Report:
    return simulate(seed=seed, nodes=2, episodes=1, workload=lambda _number: Correspondence())


def test_bags_lost_doubled_late_astray_and_broken_bring_everything_once(monkeypatch):
    by_hand_alone(monkeypatch)
    reports = [lived(seed) for seed in (1, 3, 5)]
    assert [report.violations for report in reports] == [[]] * 3
    fired = set().union(*(report.faults for report in reports))
    assert "no-line" in fired
    assert sum(kind.startswith("bag-") for kind in fired) > 2


def test_parts_whose_bytes_nobody_compares_are_caught():
    assert of("bytes of a bag's parts").shown()


def test_receipts_that_nobody_keeps_to_carry_back_are_caught():
    assert of("receipts carried back").shown()


def test_a_message_by_courier_that_passes_another_door_is_caught():
    """The effect runs for every copy that a bag brings."""
    assert of("one door").shown()
