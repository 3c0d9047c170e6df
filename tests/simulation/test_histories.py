"""Ledgers, honest and dishonest, and their witnesses: who lies is found, who does not never is; each safeguard counts.

The full measure is `make soak-ledger-histories`; here stands a seeded share of it.
"""

from collections.abc import Callable

import pytest

from comity.exchange.actions import cosigning, submitting
from comity.exchange.models import WitnessedLog
from comity.exchange.witnessing import Verdict, judge
from comity.seals.checkpoint import Checkpoint
from comity.simulation import histories
from comity.simulation.database import CrashPoint
from comity.simulation.histories import (
    DEEDS,
    EVERY,
    LOG,
    WITNESSES,
    Federation,
    History,
    Lived,
    live,
    put_back,
    snapshot,
)

SEED = 41


@pytest.fixture(scope="module")
def federation(django_db_blocker) -> Federation:
    with django_db_blocker.unblock():
        return Federation(SEED)


@pytest.mark.parametrize("number", range(len(DEEDS)), ids=DEEDS)
def test_a_dishonest_history_is_found_at_the_first_exchange_of_checkpoints(federation: Federation, number: int) -> None:
    lived = live(federation, SEED, number, honest=False)
    assert lived.deed == DEEDS[number]
    assert lived.found
    assert lived.violations == []


@pytest.mark.parametrize("number", range(3))
def test_an_honest_history_never_alarms_whatever_the_line_does(federation: Federation, number: int) -> None:
    lived = live(federation, SEED, number, honest=True)
    assert lived.found == []
    assert lived.violations == []


def lived(federation: Federation, number: int, deed: str) -> Lived:
    return History(federation, SEED, number, deed).live()


Removal = Callable[[pytest.MonkeyPatch], None]


def no_consistency(patch: pytest.MonkeyPatch) -> None:
    """The witness cosigns whatever is longer."""
    patch.setattr("comity.exchange.witnessing.verify_consistency", lambda *_given: None)


def no_showing(patch: pytest.MonkeyPatch) -> None:
    """Witnesses do not show one another what they cosigned."""
    patch.setattr(submitting, "_show_others", lambda *_given: None)


def no_asking(patch: pytest.MonkeyPatch) -> None:
    """What was shown is never laid before the log."""
    patch.setattr(histories, "settle_shown", lambda *_given, **_named: 0)


def no_alarm_at_home(patch: pytest.MonkeyPatch) -> None:
    """A node that is told that it knows less than its witness says so to nobody."""
    patch.setattr(submitting, "_admit", lambda *_given: submitting._Told(submitting.UNREACHABLE))


@pytest.mark.parametrize(
    ("removal", "deed"),
    [(no_consistency, "altered"), (no_showing, "split"), (no_asking, "split")],
    ids=lambda value: getattr(value, "__name__", value),
)
def test_without_the_safeguard_a_lie_stays_unseen(
    federation: Federation, monkeypatch: pytest.MonkeyPatch, removal: Removal, deed: str
) -> None:
    assert lived(federation, 1, deed).found
    removal(monkeypatch)
    assert any(not lived(federation, number, deed).found for number in (1, 2))


def test_a_node_restored_from_an_old_copy_says_so_itself(
    federation: Federation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before it grows again: it is told a larger size than it has, alarms, and admits it to the witness."""
    history = restored(federation)
    assert {"CH-FOJ is restored by CO-FGN", "CO-FGN holds proof: rollback of CH-FOJ"} <= set(history._found())
    no_alarm_at_home(monkeypatch)
    assert list(restored(federation)._found()) == []


def restored(federation: Federation) -> History:
    """A ledger of two rounds put back to what it was after the first, on a line without faults."""
    history = History(federation, SEED, 1, "restored")
    history.calm = True
    for _ in range(2):
        history._grow()
        history._round()
    assert history._lie()
    history._round()
    return history


def test_a_witness_that_dies_between_check_and_write_never_stands_under_two_histories(
    federation: Federation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It keeps what it will say before it says it. One that answers first gives its name to two roots of one size."""
    history = killed_witness(federation)
    assert list(history._violations()) == []
    assert history.faults["crash-before-commit"] == 1

    def answers_first(history: History) -> None:
        take = cosigning._take

        def answer_first(act, asked):
            known = WitnessedLog.objects.filter(holder=asked.holder, log=asked.log).first()
            head = Checkpoint(asked.checkpoint.origin, known.size, bytes(known.root)) if known else None
            if judge(head, [], asked.request, asked.checkpoint) is Verdict.COSIGN:
                history.note_cosigned(asked.holder, asked.request.to_bytes())
            return take(act, asked)

        monkeypatch.setattr(cosigning, "_take", answer_first)

    assert "CO-FGN cosigned two roots of" in "".join(killed_witness(federation, answers_first)._violations())


def killed_witness(federation: Federation, removal: Callable[[History], None] = lambda _history: None) -> History:
    """A witness dies between check and write; the log's node is then put back, and grows to the same size anew."""
    history = History(federation, SEED, 1, "fork")
    history.calm = True
    removal(history)
    history._grow()
    history._round()
    log, witness = history.nodes[LOG], history.nodes[WITNESSES[0]]
    before = snapshot(log.database)
    history.now += EVERY
    for last in (False, True):
        with log.acting():
            history._append(3)
            if not last:
                witness.database.arm(CrashPoint.BEFORE_COMMIT, 1)
            history._submit(LOG, witness.code)
        if not last:
            put_back(log.database, before)
    return history
