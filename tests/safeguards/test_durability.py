"""What need not be on the disk at once is committed all the same, and the next commit waits for the disk again."""

import pytest
from django.db import connection, transaction

from comity.safeguards.actions.durability import soon_durable
from comity.safeguards.models import LedgerHead

WAITS = {"sqlite": ("PRAGMA synchronous", 2), "postgresql": ("SHOW synchronous_commit", "on")}


def waits() -> bool:
    """Whether a commit on this connection waits for the disk."""
    asked, always = WAITS[connection.vendor]
    with connection.cursor() as cursor:
        cursor.execute(asked)
        return bool(cursor.fetchone()[0] == always)


@pytest.fixture
def waiting(transactional_db: None) -> None:
    """A connection as the node's are: the tests' own server waits for nothing."""
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA synchronous=FULL" if connection.vendor == "sqlite" else "SET synchronous_commit TO on")


@pytest.mark.usefixtures("waiting")
def test_it_is_committed_without_waiting_and_the_next_waits_again() -> None:
    assert waits()
    with soon_durable():
        LedgerHead.objects.create(authority="CH-FOJ")
        assert not waits()
    assert LedgerHead.objects.count() == 1
    assert waits()


@pytest.mark.usefixtures("waiting")
def test_what_fails_is_undone_and_the_next_waits_again() -> None:
    with pytest.raises(RuntimeError), soon_durable():
        LedgerHead.objects.create(authority="CH-FOJ")
        raise RuntimeError
    assert not LedgerHead.objects.exists()
    assert waits()


@pytest.mark.usefixtures("waiting")
def test_within_another_transaction_it_is_as_durable_as_that_one() -> None:
    with transaction.atomic():
        with soon_durable():
            LedgerHead.objects.create(authority="CH-FOJ")
        assert waits()
        transaction.set_rollback(True)
    assert not LedgerHead.objects.exists()
