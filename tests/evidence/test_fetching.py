from datetime import timedelta

import pytest

from comity.evidence.models import Item, Transfer
from comity.evidence.queries import transfers_of
from comity.safeguards.models import LedgerEntry
from comity.seals.stream import CHUNK_BYTES, seal_chunk
from comity.store.models import SealedBlob
from comity.store.queries import content_bytes
from comity.store.vault import SEALED_CHUNK
from comity.store.wrapping import unwrapped_key
from comity.values.errors import UnavailableError

from .specimen import DOSSIER

CONTENT = bytes(range(256)) * 4096 * 3 + b"end"


def sent(world, data=CONTENT):
    item = world.take_in(data)
    world.send(world.offer([item]), letters=[])
    return item


def test_what_was_offered_arrives_and_its_arrival_is_a_signed_event(world):
    item = sent(world)
    assert world.fetch() == 1
    received = world.received(item)
    assert received.state == "received"
    assert content_bytes(item.digest, keys=world.keys, vault=world.receiving) == CONTENT
    assert received.custody.last().type == "received"
    (transfer,) = transfers_of("CH-FOJ", DOSSIER)
    assert (transfer.state, transfer.held) == ("done", len(CONTENT))
    assert LedgerEntry.objects.filter(authority="CH-FOJ", event="evidence:transfer:completed").count() == 1
    assert world.fetch() == 0


def test_a_line_that_is_down_leaves_the_transfer_waiting_and_says_since_when_why_and_until_when(world):
    item = sent(world)

    def down(data, start):
        if start >= SEALED_CHUNK:
            raise UnavailableError("The line broke halfway.", code="transport:unreachable")
        return data[:SEALED_CHUNK]

    world.line.bend = down
    assert world.fetch() == 0
    first = world.at
    (transfer,) = transfers_of("CH-FOJ", DOSSIER)
    assert (transfer.state, transfer.failures, transfer.held) == ("waiting", 1, SEALED_CHUNK)
    assert transfer.failing_since == first
    assert transfer.next_attempt > first
    assert transfer.last_reason == "The line broke halfway."
    assert world.received(item).state == "awaited"
    world.line.bend, world.line.asked = None, []
    assert world.fetch() == 1
    assert world.line.asked[0][0] == SEALED_CHUNK
    assert world.received(item).state == "received"


def test_nothing_is_asked_again_before_its_time(world):
    sent(world)
    world.line.bend = lambda *_: (_ for _ in ()).throw(UnavailableError("down"))
    world.fetch()
    Transfer.objects.update(next_attempt=world.at + timedelta(days=1))
    world.line.asked = []
    assert world.fetch() == 0
    assert world.line.asked == []


def test_a_transfer_another_worker_leased_is_left_alone_until_the_lease_runs_out(world):
    sent(world)
    Transfer.objects.update(lease="other", lease_until=world.at + timedelta(minutes=2))
    assert world.fetch() == 0
    world.at += timedelta(minutes=3)
    assert world.fetch() == 1


def test_a_damaged_chunk_is_fetched_again_and_counted(world):
    sent(world)
    damaged = []

    def damage_once(data, start):
        if damaged:
            return data
        damaged.append(start)
        return data[:100] + bytes([data[100] ^ 1]) + data[101:]

    world.line.bend = damage_once
    assert world.fetch() == 1
    (transfer,) = transfers_of("CH-FOJ", DOSSIER)
    assert transfer.mended == 1


def test_content_that_is_not_what_was_promised_is_dropped_and_never_received(world):
    """A dishonest sender seals other bytes of the same length under the key it sent: only the SHA-256 can tell."""
    item = sent(world, b"promised")
    row = Transfer.objects.get()
    key = unwrapped_key(world.keys, item.digest, bytes(row.wrapped_key))
    world.line.bend = lambda *_: seal_chunk(key, 0, True, b"switched")
    assert world.fetch() == 0
    row.refresh_from_db()
    assert (row.state, row.last_error) == ("broken", "store:digest")
    assert world.received(item).state == "awaited"
    assert LedgerEntry.objects.filter(event="evidence:transfer:broken").count() == 1
    assert list(world.receiving.names()) == []


def test_a_disk_too_small_leaves_it_waiting_with_both_figures(world):
    sent(world)
    world.receiving._free_space = lambda _: 10
    assert world.fetch() == 0
    (transfer,) = transfers_of("CH-FOJ", DOSSIER)
    assert "bytes and the disk has 10 to give" in transfer.last_reason
    assert world.line.asked == []


def test_what_another_authority_of_the_node_holds_is_fetched_all_the_same(world):
    """Else a partner could ask by a digest whether that content is here."""
    item = sent(world, b"shared")
    assert SealedBlob.objects.filter(digest=item.digest).exists()
    world.fetch()
    assert world.line.asked == [(0, 6 + 16)]


@pytest.mark.parametrize("size", [0, 1, CHUNK_BYTES, CHUNK_BYTES + 1])
def test_every_size_arrives(world, size):
    item = sent(world, bytes(size))
    assert world.fetch() == 1
    assert Item.objects.get(holder="CH-FOJ", reference=item.reference).state == "received"


def test_content_that_came_before_arrives_again_with_a_later_item_without_being_asked_for(world):
    first = sent(world, b"same")
    world.fetch()
    second = sent(world, b"same")
    world.line.asked = []
    assert world.fetch() == 1
    assert world.line.asked == []
    assert {world.received(item).state for item in (first, second)} == {"received"}


def test_content_found_broken_is_fetched_again_once_it_is_offered_again(world):
    first = sent(world, b"promised")
    world.line.bend = lambda data, _: bytes(len(data))
    world.fetch()
    Transfer.objects.update(state="broken")
    world.line.bend = None
    assert world.fetch() == 0
    second = sent(world, b"promised")
    assert world.fetch() == 1
    assert {world.received(item).state for item in (first, second)} == {"received"}


def test_a_transfer_that_another_worker_took_a_moment_ago_is_not_fetched_twice(world):
    items = [world.take_in(b"first"), world.take_in(b"second")]
    world.send(world.offer(items), letters=[])
    first, second = Transfer.objects.order_by("since", "id")

    def meanwhile(data, _):
        Transfer.objects.filter(pk=second.pk).update(lease="other", lease_until=world.at + timedelta(minutes=2))
        return data

    world.line.bend = meanwhile
    assert world.fetch() == 1
    assert len(world.line.asked) == 1
    first.refresh_from_db()
    assert first.state == "done"
