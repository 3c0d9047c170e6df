import os
from datetime import timedelta

import pytest

from comity.evidence.actions import fetch_due, fetching, receive_attachments
from comity.evidence.models import Custody, Item, Transfer
from comity.evidence.queries import transfers_of
from comity.exchange.actions import allow
from comity.exchange.allowance import Limits
from comity.exchange.rejection import QuotaError
from comity.safeguards.models import LedgerEntry
from comity.seals.stream import CHUNK_BYTES, ContentKey, seal_chunk
from comity.store.models import SealedBlob
from comity.store.queries import content_bytes, content_key
from comity.store.vault import SEALED_CHUNK
from comity.store.wrapping import unwrapped_key, wrapped_key
from comity.values.actor import Act, job
from comity.values.errors import BrokenError, UnavailableError

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
    Transfer.objects.update(next_attempt=world.at + timedelta(minutes=50))
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


def test_what_this_holder_has_from_elsewhere_is_fetched_all_the_same(world):
    """Ours of another dossier, or another partner's: neither tells this partner that it is here."""
    item = sent(world, b"known")
    ours = Item.objects.create(
        holder="CH-FOJ",
        reference="CH-FOJ:item:2026-000009",
        dossier="CH-FOJ:dossier:2026-000009",
        kind="digital",
        state="taken-in",
        title="Ours",
        digest=item.digest,
        description={},
        handling="H0",
        own=True,
    )
    elsewhere = sent(world, b"partner's")
    world.fetch()
    assert len(world.line.asked) == 2
    Custody.objects.filter(item__holder="CH-FOJ", item__reference=elsewhere.reference).update(authority="PE-MPFN")
    sent(world, b"partner's")
    world.fetch()
    assert len(world.line.asked) == 3
    assert ours.state == "taken-in"


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


def test_times_written_by_a_clock_since_set_back_by_years_hold_nothing_up(world):
    item = sent(world)
    ahead = world.at + timedelta(days=2000)
    Transfer.objects.update(next_attempt=ahead, lease="dead", lease_until=ahead)
    assert world.fetch() == 1
    assert world.received(item).state == "received"


class SlowLine:
    """Each range takes two minutes, and halfway through another worker looks for something to do."""

    def __init__(self, world, minutes=2):
        self.world, self.minutes, self.picked_up, self.tickets = world, minutes, [], []

    def fetch(self, partner, digest, start, end, ticket):
        self.world.at += timedelta(minutes=self.minutes)
        self.world.line.at = self.world.at
        other = Act(job("fetch", "CH-FOJ"), self.world.at, "fetch", self.world.chance)
        count = fetch_due(other, keys=self.world.keys, vault=self.world.receiving, transport=self.world.line)
        self.picked_up.append(count)
        self.tickets.append(ticket)
        return self.world.line.fetch(partner, digest, start, min(end, start + SEALED_CHUNK), ticket)


def slowly(world, minutes=2):
    slow = SlowLine(world, minutes)
    act = world.job("CH-FOJ")
    tools = {"keys": world.keys, "vault": world.receiving, "transport": slow}
    return slow, fetch_due(act, clock=lambda: world.at, **tools)


def test_a_transfer_longer_than_a_lease_is_not_picked_up_by_another_worker_while_it_gets_on(world):
    item = sent(world, bytes(CHUNK_BYTES) * 4 + b"end")
    slow, whole = slowly(world)
    assert whole == 1
    assert slow.picked_up == [0] * 5
    assert len(world.line.asked) == 5
    received = world.received(item).custody.last()
    assert received.at == world.at
    assert Transfer.objects.get().lease == ""


def test_a_transfer_longer_than_a_ticket_shows_a_new_one(world):
    sent(world, bytes(CHUNK_BYTES) * 8)
    slow, whole = slowly(world)
    assert whole == 1
    assert len(set(slow.tickets)) == 3
    assert Transfer.objects.get().failing_since is None


def test_a_worker_that_lost_its_lease_leaves_the_transfer_to_the_other(world):
    sent(world, bytes(CHUNK_BYTES) * 3)

    def taken_over(data, start):
        Transfer.objects.update(lease="other", lease_until=world.at + timedelta(minutes=3))
        world.at += timedelta(minutes=1)
        return data[:SEALED_CHUNK]

    world.line.bend = taken_over
    act = world.job("CH-FOJ")
    tools = {"keys": world.keys, "vault": world.receiving, "transport": world.line}
    assert fetch_due(act, clock=lambda: world.at, **tools) == 0
    row = Transfer.objects.get()
    assert (row.lease, row.state, row.failures, len(world.line.asked)) == ("other", "waiting", 0, 1)


def test_content_that_two_workers_made_whole_is_entered_once(world, monkeypatch):
    sent(world, b"small")
    honest = fetching._fetch

    def twice(act, lease, *tools):
        done = honest(act, lease, *tools)
        if Transfer.objects.filter(state="waiting").exists() and not seen:
            seen.append(1)
            fetching._complete(act, lease.row, *done, tools[0])
        return done

    seen = []
    monkeypatch.setattr(fetching, "_fetch", twice)
    assert world.fetch() == 0
    assert LedgerEntry.objects.filter(event="evidence:transfer:completed").count() == 1


def test_what_stands_against_an_arrival_is_written_on_the_row_and_holds_no_other_transfer_up(world):
    first, second = world.take_in(b"first"), world.take_in(b"second")
    world.send(world.offer([first, second]), letters=[])
    world.received(first).custody.all().delete()
    assert world.fetch() == 1
    assert world.received(second).state == "received"
    row = Transfer.objects.get(digest=first.digest)
    assert (row.state, row.failures, row.last_error, row.lease) == ("waiting", 1, "custody:order", "")
    assert row.next_attempt > world.at


def test_progress_begins_the_count_of_failures_anew(world):
    sent(world)
    world.line.bend = lambda *_: (_ for _ in ()).throw(UnavailableError("down"))
    for _ in range(4):
        world.fetch()
        world.at += timedelta(hours=1)
    assert Transfer.objects.get().failures == 4

    def one_chunk(data, start):
        if start:
            raise UnavailableError("down")
        return data[:SEALED_CHUNK]

    world.line.bend = one_chunk
    world.fetch()
    assert Transfer.objects.get().failures == 1


def rekeyed(world, stolen, data):
    """A document on its way to us under the key of content that lies here already."""
    attachment, _ = world.letter(data)
    return attachment, content_key(stolen.digest, world.keys).to_bytes()


def test_an_offer_under_the_key_of_other_content_is_refused_and_nothing_is_written(world):
    item = sent(world)
    world.fetch()
    attachment, key = rekeyed(world, item, b"another document")
    signed = world.message("info.given", "CO-FGN", "CH-FOJ", {}, (attachment,))
    with pytest.raises(BrokenError) as caught:
        receive_attachments(world.job("CH-FOJ"), signed, {attachment.digest: key}, world.keys)
    assert caught.value.code == "store:key"
    assert not Transfer.objects.filter(digest=attachment.digest).exists()


@pytest.mark.parametrize("known_here", [True, False], ids=["known under another seal", "new"])
@pytest.mark.parametrize("checked", [True, False], ids=["found before it is asked for", "found when it is named"])
def test_a_transfer_under_the_key_of_held_evidence_stops_and_leaves_the_evidence_whole(
    world, monkeypatch, known_here, checked
):
    item = sent(world)
    world.fetch()
    attachment, key = rekeyed(world, item, b"another document")
    signed = world.message("info.given", "CO-FGN", "CH-FOJ", {}, (attachment,))
    plain = {attachment.digest: os.urandom(39)}
    receive_attachments(world.job("CH-FOJ"), signed, plain, world.keys)
    stolen = ContentKey.from_bytes(key)
    if not known_here:
        SealedBlob.objects.filter(digest=attachment.digest).delete()
    Transfer.objects.filter(digest=attachment.digest).update(
        wrapped_key=wrapped_key(world.keys, attachment.digest, stolen)
    )
    if not checked:
        monkeypatch.setattr(fetching, "expect_key_free", lambda *_: None)
    sealed = seal_chunk(stolen, 0, True, b"another document")
    monkeypatch.setattr(world.line, "fetch", lambda _partner, _digest, start, end, _ticket: sealed[start:end])
    assert world.fetch() == 0
    row = Transfer.objects.get(digest=attachment.digest)
    assert (row.state, row.last_error) == ("broken", "store:key")
    assert "same key" in row.last_reason or "key of this content" in row.last_reason
    assert content_bytes(item.digest, keys=world.keys, vault=world.receiving) == CONTENT
    assert world.fetch() == 0


@pytest.mark.parametrize(
    ("limits", "said"), [({"open_transfers": 1}, "2 transfers"), ({"bytes_at_rest": 30}, "bytes would be kept")]
)
def test_what_a_partner_offers_beyond_its_allowance_is_refused_for_now_and_leaves_nothing(world, limits, said) -> None:
    allow(Act(job("operator", "CH-FOJ"), world.at, "set-up", world.chance), "CO-FGN", Limits(**limits))
    item = world.take_in()
    with pytest.raises(QuotaError, match=said):
        world.send(world.offer([item]))
    assert not Transfer.objects.exists()
    assert not Item.objects.filter(holder="CH-FOJ").exists()
