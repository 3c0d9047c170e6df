"""The worker's jobs run beside one another; one that fails or waits holds back none of the others."""

import queue
import threading
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection, transaction

from comity.exchange.actions import post
from comity.site import worker
from comity.site.bell import Bell
from tests.exchange.conftest import House, establish, letter


def job(name: str) -> Any:
    return SimpleNamespace(name=name, every=timedelta(seconds=0.01))


@pytest.mark.django_db(transaction=True)
def test_a_job_that_waits_for_a_slow_partner_holds_back_no_other() -> None:
    told, sent = threading.Event(), threading.Event()
    turns: list[str] = []

    def run(one: Any) -> None:
        turns.append(one.name)
        if one.name == "fetch":
            sent.wait(60)  # the partner answers only after something else was sent
        if one.name == "fails":
            raise OSError("the line is down")
        if turns.count("send") >= 3 and turns.count("fails") >= 2:
            sent.set()

    working = threading.Thread(target=worker.work, args=([job("fetch"), job("fails"), job("send")], run, told))
    working.start()
    assert sent.wait(60), turns
    told.set()
    working.join(60)
    assert not working.is_alive()
    assert turns.count("fetch") == 1


@pytest.mark.django_db(transaction=True)
def test_a_job_that_is_rung_for_does_not_wait_for_its_turn(tmp_path: Path) -> None:
    """A ring of another process's bell, over the socket in the node's folder, however deep that lies."""
    folder = tmp_path / ("deep" * 30)
    folder.mkdir()
    told, rung = threading.Event(), threading.Event()
    turns: queue.Queue[str] = queue.Queue()
    seldom = SimpleNamespace(name="send", every=timedelta(hours=1))
    Bell(folder).ring()  # nobody listens: nothing comes of it
    with Bell(folder).heard() as heard:
        listening = threading.Thread(target=worker.listen, args=(heard, rung, told))
        working = threading.Thread(
            target=worker.work, args=([seldom], lambda one: turns.put(one.name), told, {"send": rung})
        )
        listening.start()
        working.start()
        assert turns.get(timeout=60) == "send"
        Bell(folder).ring()
        assert turns.get(timeout=60) == "send"
        told.set()
        working.join(60)
        listening.join(60)
        assert not working.is_alive()
    assert list((folder / "run").iterdir()) == []


@pytest.mark.django_db(transaction=True)
def test_what_is_queued_rings_once_it_is_committed(settings) -> None:
    rings: list[bool] = []
    settings.EXCHANGE_QUEUED = lambda: rings.append(connection.in_atomic_block)
    house = House()
    establish(house)
    with transaction.atomic():
        post(house.act(), letter(1), keys=house.keys)
        assert rings == []
    assert rings == [False]
