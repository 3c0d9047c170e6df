"""The ledger: every act in its own transaction, every read before the page, and any change of it found."""

import pytest
from django.db import transaction

from comity.safeguards import actions, queries
from comity.safeguards.actions import enter, enter_read, sequence_reads
from comity.safeguards.models import LedgerEntry, LedgerHead, LedgerRead
from comity.safeguards.queries import (
    broken_places,
    checkpoint_of,
    entries_about,
    inclusion_of,
    ledger_size,
    recent_entries,
)
from comity.seals import merkle
from comity.seals.checkpoint import open_checkpoint
from comity.seals.keys import SigningKey
from comity.values.actor import Act
from comity.values.errors import MissingError, RefusedError

pytestmark = pytest.mark.django_db

AUTHORITY = "CH-FOJ"


def write(act: Act, count: int) -> None:
    for number in range(count):
        with transaction.atomic():
            enter(act, "requests:draft:saved", f"subject-{number % 3}", authority=AUTHORITY, facts={"number": number})


def test_an_act_outside_a_transaction_is_refused(transactional_db: None, act: Act) -> None:
    with pytest.raises(RefusedError):
        enter(act, "requests:draft:saved", "x", authority=AUTHORITY)
    assert ledger_size(AUTHORITY) == 0


def test_an_act_that_fails_leaves_no_entry(transactional_db: None, act: Act) -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        enter(act, "requests:draft:saved", "x", authority=AUTHORITY)
        raise ZeroDivisionError
    assert ledger_size(AUTHORITY) == 0


def test_a_ledger_that_grows_while_it_is_read_is_whole(act: Act, monkeypatch: pytest.MonkeyPatch) -> None:
    write(act, 3)
    honest, grown = queries.LedgerHead.objects.filter, []

    def growing(**about: object) -> object:
        if not grown:
            grown.append(True)
            write(act, 2)
        return honest(**about)

    monkeypatch.setattr(queries.LedgerHead.objects, "filter", growing)
    assert list(broken_places(AUTHORITY)) == []
    assert ledger_size(AUTHORITY) == 5


def test_entries_are_whole_and_read_back(act: Act) -> None:
    write(act, 20)
    assert list(broken_places(AUTHORITY)) == []
    about = entries_about(AUTHORITY, "subject-1")
    assert [entry.facts["number"] for entry in about] == [19, 16, 13, 10, 7, 4, 1]
    assert about[0].purpose == "casework"
    assert [entry.seq for entry in recent_entries(AUTHORITY, limit=3)] == [19, 18, 17]


def test_an_entry_is_proved_to_stand_in_the_log(act: Act) -> None:
    write(act, 33)
    found = inclusion_of(AUTHORITY, "subject-2", "requests:draft:saved")
    merkle.verify_inclusion(merkle.leaf_hash(found.leaf), found.seq, found.size, found.proof, found.root)
    signer = SigningKey.generate()
    checkpoint = open_checkpoint(checkpoint_of(AUTHORITY, signer), signer.public)
    assert (checkpoint.size, checkpoint.root) == (33, found.root)


def test_what_is_not_in_the_log_has_no_proof(act: Act) -> None:
    write(act, 3)
    with pytest.raises(MissingError):
        inclusion_of(AUTHORITY, "subject-1", "requests:request:signed")


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (lambda: LedgerEntry.objects.filter(seq=4).update(entry=b"{}"), "entry 4 was altered"),
        (lambda: LedgerEntry.objects.filter(seq=4).update(event="requests:x:y"), "index columns"),
        (lambda: LedgerEntry.objects.filter(seq=4).update(actor="officer:nobody@CH-FOJ"), "index columns"),
        (lambda: LedgerEntry.objects.filter(seq=4).update(subject="elsewhere"), "index columns"),
        (lambda: LedgerEntry.objects.filter(seq=4).update(leaf=b"\0" * 32), "entry 4 was altered"),
        (lambda: LedgerEntry.objects.filter(seq=4).delete(), "entry 4 is missing"),
        (lambda: LedgerEntry.objects.filter(seq=9).delete(), "the head counts 10"),
        (lambda: LedgerHead.objects.update(size=8, frontier=b"\0" * 32), "the head counts 8"),
    ],
)
def test_every_alteration_is_found(act: Act, change: object, found: str) -> None:
    write(act, 10)
    change()  # type: ignore[operator]
    assert any(found in place for place in broken_places(AUTHORITY))


def test_an_erased_entry_leaves_a_provable_gap(act: Act) -> None:
    write(act, 10)
    LedgerEntry.objects.filter(seq=4).update(entry=None, salt=None)
    assert list(broken_places(AUTHORITY)) == []
    assert next(entry for entry in recent_entries(AUTHORITY) if entry.seq == 4).facts == {}


def test_a_read_without_purpose_is_refused(act: Act) -> None:
    aimless = Act(act.actor, act.at, "", act.chance)
    with pytest.raises(RefusedError):
        enter_read(aimless, "dossier", authority=AUTHORITY, event="requests:dossier:read")
    assert not LedgerRead.objects.exists()


def test_reads_are_sequenced_in_the_order_they_happened(act: Act) -> None:
    write(act, 2)
    for number in range(5):
        enter_read(act, f"item-{number}", authority=AUTHORITY, event="evidence:item:read")
    assert sequence_reads(act, authority=AUTHORITY) == 5
    assert sequence_reads(act, authority=AUTHORITY) == 0
    assert [entry.subject for entry in recent_entries(AUTHORITY, limit=5)] == [f"item-{n}" for n in (4, 3, 2, 1, 0)]
    assert recent_entries(AUTHORITY, limit=1)[0].actor == str(act.actor)
    assert list(broken_places(AUTHORITY)) == []


def test_each_authority_has_its_own_log(act: Act) -> None:
    write(act, 4)
    with transaction.atomic():
        enter(act, "requests:draft:saved", "x", authority="CH-OAG")
    assert (ledger_size(AUTHORITY), ledger_size("CH-OAG")) == (4, 1)


def test_reads_that_another_process_moves_while_this_one_waits_for_the_head_are_entered_once(
    act: Act, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        enter_read(act, f"item-{number}", authority=AUTHORITY, event="evidence:item:read")
    locked = actions._locked_frontier
    others: list[int] = []

    def waiting_for_the_other(authority: str) -> merkle.Frontier:
        if not others:
            others.append(0)
            others[0] = sequence_reads(act, authority=AUTHORITY)
        return locked(authority)

    monkeypatch.setattr(actions, "_locked_frontier", waiting_for_the_other)
    assert sequence_reads(act, authority=AUTHORITY) == 0
    assert others == [3]
    assert ledger_size(AUTHORITY) == 3
    assert list(broken_places(AUTHORITY)) == []
