"""Turns: who writes to the embedded database waits for the one before, and nobody for a writer that is gone."""

import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.db import OperationalError, transaction

from comity.site.turns.base import DatabaseWrapper
from comity.site.turns.turn import Turn

HOLD = """
import sys
from pathlib import Path
from comity.site.turns.turn import Turn
print(Turn(Path(sys.argv[1])).take(20), flush=True)
sys.stdin.read()
"""
NO_WAIT = 0.0
LONG = 30.0


@pytest.fixture
def place(tmp_path):
    return tmp_path / "node.sqlite3"


@pytest.fixture
def connect(place, django_db_blocker):
    """Connections to one file, each its own, as two processes have them."""
    opened = []

    def connection() -> DatabaseWrapper:
        settings = {
            "NAME": str(place),
            "OPTIONS": {"transaction_mode": "IMMEDIATE", "timeout": 0.01},
            "AUTOCOMMIT": True,
            "CONN_MAX_AGE": 0,
            "CONN_HEALTH_CHECKS": False,
            "TIME_ZONE": None,
        }
        made = DatabaseWrapper(settings, f"turns-{len(opened)}")
        opened.append(made)
        return made

    with django_db_blocker.unblock():
        yield connection
        for one in opened:
            one.close()


def begin(connection):
    connection.ensure_connection()
    connection.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)


def end(connection, *, commit=True):
    (connection.commit if commit else connection.rollback)()
    connection.set_autocommit(True)


def test_one_has_the_turn_and_the_next_gets_it_when_it_is_given_back(place):
    first, second = Turn(place), Turn(place)
    assert first.take(NO_WAIT)
    assert first.take(NO_WAIT), "who holds it keeps it"
    assert not second.take(NO_WAIT)
    given = []
    waiting = threading.Thread(target=lambda: given.append(second.take(LONG)))
    waiting.start()
    first.give()
    waiting.join(LONG)
    assert given == [True]
    assert not first.take(NO_WAIT)
    second.close()
    assert first.take(NO_WAIT)
    first.close()


def test_another_process_is_waited_for_and_its_end_gives_the_turn_back(place):
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(place)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with holder:
        assert holder.stdout.readline() == "True\n"
        mine = Turn(place)
        assert not mine.take(NO_WAIT)
        holder.kill()
        holder.wait(LONG)
        assert mine.take(LONG)
        mine.close()


class Interrupted(BaseException):
    """As a signal interrupts, and nothing else in this process."""


def test_who_is_interrupted_while_waiting_stands_in_nobodys_way(place, monkeypatch):
    def interrupted(_seconds):
        raise Interrupted

    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(place)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with holder:
        assert holder.stdout.readline() == "True\n"
        with monkeypatch.context() as here:
            clock = SimpleNamespace(monotonic=time.monotonic, sleep=interrupted)  # the turn's own, not everybody's
            here.setattr("comity.site.turns.turn.time", clock)
            with pytest.raises(Interrupted):
                Turn(place).take(LONG)
        holder.kill()
        holder.wait(LONG)
    other = Turn(place)
    assert other.take(NO_WAIT)
    other.close()


def test_a_child_does_not_hold_its_parents_turn(place):
    held, unheld = Turn(place), Turn(place)
    assert held.take(NO_WAIT)
    child = os.fork()
    if not child:
        fault = 1
        try:
            held.give()  # the parent's: not the child's to give
            fault = 2 * unheld.take(NO_WAIT)
        finally:
            os._exit(fault)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert not unheld.take(NO_WAIT)
    held.close()


@pytest.mark.parametrize("ending", ["commit", "rollback", "close"])
def test_a_transaction_has_the_turn_until_it_has_ended(place, connect, ending):
    writing, other = connect(), Turn(place)
    begin(writing)
    assert not other.take(NO_WAIT)
    if ending == "close":
        writing.close()
    else:
        end(writing, commit=ending == "commit")
    assert other.take(NO_WAIT)
    other.close()


def test_a_transaction_that_cannot_begin_gives_its_turn_back(place, connect):
    """Whoever writes without a turn, as another program may, is waited for by the database's own lock."""
    stranger, writing, other = connect(), connect(), Turn(place)
    stranger.ensure_connection()
    stranger.connection.execute("BEGIN IMMEDIATE")
    with pytest.raises(OperationalError, match="locked"):
        begin(writing)
    assert other.take(NO_WAIT)
    other.close()
    stranger.connection.execute("ROLLBACK")


def test_who_waits_too_long_and_who_finds_no_file_goes_on_to_the_databases_own_lock(place, connect):
    held, writing = Turn(place), connect()
    assert held.take(NO_WAIT)
    begin(writing)
    writing.cursor().execute("CREATE TABLE kept (one)")
    end(writing)
    held.close()
    Path(f"{place}-turn").unlink()
    Path(f"{place}-turn").mkdir()
    later = connect()
    begin(later)
    later.cursor().execute("INSERT INTO kept VALUES (1)")
    end(later)
    assert writing.cursor().execute("SELECT count(*) FROM kept").fetchone() == (1,)


@pytest.mark.django_db(transaction=True)
def test_the_node_itself_takes_turns():
    here = transaction.get_connection()
    if here.vendor != "sqlite":
        pytest.skip("PostgreSQL needs none")
    assert isinstance(here, DatabaseWrapper)
