"""A small share of the steady rate: over a served node's own port nothing is lost, doubled or left open."""

import sqlite3

import pytest

from soak import steady_rate
from soak.steady_judge import judged
from soak.steady_rate import THEM, US


@pytest.mark.processes
def test_a_served_node_loses_and_doubles_nothing_and_leaves_no_handle_open(tmp_path):
    found = steady_rate.share(5, tmp_path)
    assert found["sent"] > 0
    assert (found["lost"], found["doubled"], found["violations"]) == (0, 0, [])
    assert found["flood"] == {"quota": 15}
    database = tmp_path / "node" / "node.sqlite3"
    with sqlite3.connect(database) as held:
        held.execute("DELETE FROM exchange_storedmessage WHERE direction = 'in' AND recipient = ?", [THEM])
    held.close()
    told = judged(database, US, database, THEM)
    assert told["lost"] == told["sent"] > 0
    assert any("lost" in sentence for sentence in told["violations"])


def test_what_grows_is_told():
    flat = {"worker": {"mib": 100, "handles": 20}}
    assert steady_rate._unflat([flat] * 9) == []
    more = {"worker": {"mib": 160, "handles": 90}}
    handles, memory = steady_rate._unflat([flat] * 6 + [more] * 3)
    assert "handles" in handles
    assert "MiB" in memory
