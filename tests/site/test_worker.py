"""The worker's jobs run beside one another; one that fails or waits holds back none of the others."""

import threading
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from comity.site import worker


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
