"""Two nodes whom no line joins live by courier alone; each safeguard of the courier taken away is caught."""

import pytest

from comity.exchange.actions import taking
from comity.exchange.courier import PartOutcome
from comity.exchange.envelope import open_envelope
from comity.simulation import courier, episode, faults
from comity.simulation.faults import Fault
from comity.simulation.report import Report, simulate
from comity.simulation.workload import Correspondence
from comity.values.actor import Act, peer


@pytest.fixture(autouse=True)
def only_by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    """Short episodes without a line, in which bags are the whole post."""
    monkeypatch.setattr(episode, "STEPS", 5)
    monkeypatch.setattr(episode, "_NO_LINE_SHARE", 1.0)
    monkeypatch.setattr(episode, "_DEEDS", {"post": 1.0})
    monkeypatch.setattr(courier, "_PACKING", 0.7)
    often = {Fault.BAG_FLIPPED: 0.6, Fault.BAG_CUT: 0.6, Fault.BAG_ASTRAY: 0.3, Fault.BAG_LOST: 0.4}
    monkeypatch.setattr(faults, "MOST", {**faults.MOST, **often})


def lived(seed: int) -> Report:
    return simulate(seed=seed, nodes=2, episodes=1, workload=lambda _number: Correspondence())


def caught(words: str) -> bool:
    return any(words in sentence for seed in range(8) for sentence in lived(seed).violations)


def test_bags_lost_doubled_late_astray_and_broken_bring_everything_once():
    reports = [lived(seed) for seed in range(2)]
    assert [report.violations for report in reports] == [[]] * 2
    fired = set().union(*(report.faults for report in reports))
    assert "no-line" in fired
    assert sum(kind.startswith("bag-") for kind in fired) > 2


def test_parts_whose_bytes_nobody_compares_are_caught(monkeypatch):
    honest = taking._take_part

    def credulous(bag, part, at):
        found = honest(bag, part, at)
        damaged = found.outcome is PartOutcome.DAMAGED
        return taking._take_envelope(bag, bag.read(at, part.size)) if damaged else found

    monkeypatch.setattr(taking, "_take_part", credulous)
    assert caught("a bag with a bit turned was believed")


def test_receipts_that_nobody_keeps_to_carry_back_are_caught(monkeypatch):
    monkeypatch.setattr(taking, "_owe", lambda *_anything: None)
    assert caught("the courier alone left")


def test_a_message_by_courier_that_passes_another_door_is_caught(monkeypatch):
    """The effect runs for every copy that a bag brings."""
    honest = taking.receive

    def again(envelope, **more):
        answer = honest(envelope, **more)
        outside = taking.parse_envelope(envelope)
        opened = open_envelope(outside, more["keys"].opening_key(outside.recipient))
        if "refuse" not in opened.signed.message.body:
            act = Act(peer(outside.sender), more["at"], "exchange", more["chance"])
            more["receivers"][opened.signed.message.type](act, opened.signed, opened.content_keys, more["keys"])
        return answer

    monkeypatch.setattr(taking, "receive", again)
    assert caught("took effect")
