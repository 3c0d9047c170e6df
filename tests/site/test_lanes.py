"""Each partner has a lane of its own: one that never answers delays nobody else, and lanes are bounded."""

import threading

import pytest

from comity.site.lanes import Lanes


@pytest.mark.django_db(transaction=True)
def test_a_partner_that_does_not_answer_holds_back_no_other_and_gets_no_second_lane() -> None:
    lanes, answered, served = Lanes(most=2), threading.Event(), threading.Event()
    begun: list[str] = []

    def slow() -> int:
        begun.append("slow")
        answered.wait(60)
        return 1

    def quick() -> int:
        begun.append("quick")
        served.set()
        return 1

    assert lanes("send", "CO-FGN", slow) == 0
    lanes("send", "CO-FGN", slow)
    lanes("send", "GB-UKCA", quick)
    assert served.wait(60)
    answered.set()
    lanes.join(60)
    assert sorted(begun) == ["quick", "slow"]


@pytest.mark.django_db(transaction=True)
def test_lanes_are_bounded_by_kind_and_a_failure_frees_its_lane() -> None:
    lanes, answered = Lanes(most=1), threading.Event()
    begun: list[str] = []

    def wait(name: str) -> int:
        begun.append(name)
        answered.wait(60)
        raise OSError("the line is down")

    lanes("send", "CO-FGN", lambda: wait("send CO"))
    lanes("send", "GB-UKCA", lambda: wait("send GB"))
    lanes("fetch", "GB-UKCA", lambda: wait("fetch GB"))
    answered.set()
    lanes.join(60)
    assert sorted(begun) == ["fetch GB", "send CO"]
    lanes("send", "GB-UKCA", lambda: wait("send GB"))
    lanes.join(60)
    assert "send GB" in begun


@pytest.mark.django_db(transaction=True)
def test_who_found_a_lane_taken_is_told_when_it_is_free() -> None:
    freed, answered = threading.Event(), threading.Event()
    lanes = Lanes(freed=freed.set)
    lanes("send", "CO-FGN", lambda: int(answered.wait(60)))
    lanes("send", "CO-FGN", lambda: 1)
    assert not freed.is_set()
    answered.set()
    assert freed.wait(60)
    freed.clear()
    lanes("send", "CO-FGN", lambda: 1)
    lanes.join(60)
    assert not freed.is_set()


class Hands:
    """Lanes whose work notes in which thread it was done, and waits until its lane is free again."""

    def __init__(self, **given: float) -> None:
        self._freed = threading.Semaphore(0)
        self.lanes = Lanes(freed=self._freed.release, **given)
        self.threads: list[threading.Thread] = []

    def work(self, kind: str, partner: str) -> None:
        def noted() -> int:
            self.threads.append(threading.current_thread())
            return self.lanes(kind, partner, int)  # the lane is taken: so it is told once it is free

        self.lanes(kind, partner, noted)
        assert self._freed.acquire(timeout=60)


@pytest.mark.django_db(transaction=True)
def test_a_thread_goes_on_with_the_work_of_whatever_lane_and_ends_with_the_worker() -> None:
    hands = Hands()
    for kind, partner in (("send", "CO-FGN"), ("fetch", "GB-UKCA"), ("send", "GB-UKCA")):
        hands.work(kind, partner)
    assert len(hands.threads) == 3
    assert len(set(hands.threads)) == 1
    hands.lanes.join(60)
    assert not hands.threads[0].is_alive()


@pytest.mark.django_db(transaction=True)
def test_a_thread_that_waited_in_vain_ends_and_the_next_work_begins_another() -> None:
    hands = Hands(idle_seconds=0.01)
    for _ in range(2):
        hands.work("send", "CO-FGN")
        hands.threads[-1].join(60)
        assert not hands.threads[-1].is_alive()
    assert len(set(hands.threads)) == 2


@pytest.mark.django_db(transaction=True)
def test_a_partner_has_as_many_lines_as_it_may_and_leaves_half_of_all_to_those_that_have_none() -> None:
    lanes, answered, last = Lanes(most=4, of_one={"send": 3}), threading.Event(), threading.Event()
    begun: list[str] = []

    def slow(name: str) -> int:
        begun.append(name)
        if len(begun) == 4:
            last.set()
        answered.wait(60)
        return 1

    for name in ["CO-FGN"] * 3 + ["GB-UKCA"] * 2 + ["FR-MJU"] * 2 + ["ES-MJU"]:
        lanes("send", name, lambda name=name: slow(name))
    assert last.wait(60)
    answered.set()
    lanes.join(60)
    assert sorted(begun) == ["CO-FGN", "CO-FGN", "FR-MJU", "GB-UKCA"]
