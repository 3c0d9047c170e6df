"""Ledgers, honest and dishonest, and their witnesses: who lies is found, who does not never is; each safeguard counts.

The full measure is `make soak-ledger-histories`; here stands a seeded share of it.
"""

from collections.abc import Iterator

import pytest

from comity.simulation.double import Double
from comity.simulation.histories import DEEDS, Federation, live
from soak.ablations import of

SEED = 41


@pytest.fixture(scope="module")
def federation(django_db_blocker) -> Iterator[Federation]:
    with django_db_blocker.unblock(), Double() as double:
        yield Federation(SEED, double)


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


@pytest.mark.parametrize("safeguard", ["proof of growth", "witnesses show each other"])
def test_without_the_safeguard_a_lie_stays_unseen(safeguard: str) -> None:
    assert of(safeguard).shown()


@pytest.mark.parametrize(
    "safeguard",
    [
        "the log is asked",
        "an old copy says so itself",
        "another root of the same length",
        "a witness keeps before it speaks",
    ],
)
def test_the_scene_is_silent_with_the_safeguard_and_speaks_without(safeguard: str) -> None:
    """Whoever shows two witnesses two stories is asked to prove what the other was shown.

    A node restored from an old copy says so before it grows again, and admits it to its witness.

    A ledger that was cut and grew to the length that was cosigned is shown to its witnesses again.

    A witness that dies between check and write never stands under two histories: it keeps what it will say first.
    """
    assert not of(safeguard).shown(removed=False)
    assert of(safeguard).shown()
