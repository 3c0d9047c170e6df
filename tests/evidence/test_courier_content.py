"""Content by courier goes the way of what is fetched: opened chunk by chunk, whole or asked for again, never twice."""

import io

import pytest

from comity.evidence.actions import EvidenceCargo
from comity.evidence.actions.fetching import LEASE
from comity.evidence.models import Transfer
from comity.exchange.actions import Asked, Packed, Taken, pack, take
from comity.exchange.courier import PartKind, PartOutcome
from comity.safeguards.models import LedgerEntry
from comity.seals.stream import CHUNK_BYTES
from comity.store.models import SealedBlob
from comity.store.queries import content_bytes
from comity.store.vault import SEALED_CHUNK
from comity.values.actor import job
from comity.values.errors import InvalidInputError

CONTENT = bytes(range(256)) * 4096 * 3 + b"end"


def cargo(world, vault):
    return EvidenceCargo(world.keys, vault, lambda: world.at)


def packed(world, asked=None) -> Packed:
    act = world.job("CO-FGN").by(job("operator", "operator"))
    wish = asked or Asked(offered_since=act.at.replace(year=2000))
    return pack(act, "CH-FOJ", holder="CO-FGN", keys=world.keys, cargo=cargo(world, world.sending), asked=wish)


def answer(world) -> bytes:
    act = world.job("CH-FOJ").by(job("operator", "operator"))
    bundle = pack(act, "CO-FGN", holder="CH-FOJ", keys=world.keys, cargo=cargo(world, world.receiving))
    return b"".join(bundle.chunks())


def taken(world, bundle: bytes, holder="CH-FOJ") -> Taken:
    vault = world.receiving if holder == "CH-FOJ" else world.sending
    act = world.job(holder).by(job("operator", "operator"))
    return take(act, io.BytesIO(bundle), keys=world.keys, receivers={}, cargo=cargo(world, vault), holder=holder)


def outcomes(found: Taken) -> list[PartOutcome]:
    return [result.outcome for result in found.results]


def offered(world, data=CONTENT):
    """An item whose message is here while its content is not: the line carries letters and nothing larger."""
    item = world.take_in(data)
    world.send(world.offer([item]), letters=[])
    return item


def held(world, item) -> bool:
    return (
        world.received(item).state == "received"
        and content_bytes(item.digest, keys=world.keys, vault=world.receiving) == CONTENT
    )


def test_content_comes_by_hand_with_the_custody_event_of_any_arrival(world):
    item = offered(world)
    bundle = b"".join(packed(world).chunks())
    assert outcomes(taken(world, bundle)) == [PartOutcome.TAKEN]
    assert held(world, item)
    assert world.received(item).custody.last().type == "received"
    assert LedgerEntry.objects.filter(event="evidence:transfer:completed").count() == 1
    again = taken(world, bundle)
    assert outcomes(again) == [PartOutcome.REPEATED]
    assert LedgerEntry.objects.filter(event="evidence:transfer:completed").count() == 1
    assert world.fetch() == 0


def test_a_bag_cut_within_content_is_gone_on_with_from_there_by_hand_or_line(world):
    item = offered(world)
    whole = packed(world)
    bundle = b"".join(whole.chunks())
    found = taken(world, bundle[: len(bundle) - CHUNK_BYTES // 2])
    assert outcomes(found) == [PartOutcome.PARTIAL]
    held_bytes = Transfer.objects.get().held
    assert 0 < held_bytes < len(CONTENT)
    assert held_bytes % SEALED_CHUNK == 0
    taken(world, answer(world), "CO-FGN")  # it says from which byte on the content is wanted
    rest = packed(world, Asked())
    (part,) = [one for one in rest.manifest.parts if one.kind is PartKind.CONTENT]
    assert part.start == held_bytes
    assert outcomes(taken(world, b"".join(rest.chunks()))) == [PartOutcome.TAKEN]
    assert held(world, item)


def test_a_damaged_chunk_is_never_kept_and_the_line_mends_it(world):
    item = offered(world)
    bundle = bytearray(b"".join(packed(world).chunks()))
    bundle[-SEALED_CHUNK] ^= 1
    assert outcomes(taken(world, bytes(bundle))) == [PartOutcome.DAMAGED]
    assert world.received(item).state == "awaited"
    assert Transfer.objects.get().held == 2 * SEALED_CHUNK  # those before it
    Transfer.objects.update(next_attempt=world.at)
    assert world.fetch() == 1
    assert held(world, item)


def test_content_that_the_worker_has_in_hand_is_undecided_and_taken_when_the_bundle_comes_again(world):
    item = offered(world)
    bundle = b"".join(packed(world).chunks())
    Transfer.objects.update(lease="another", lease_until=world.at + LEASE)
    found = taken(world, bundle)
    assert outcomes(found) == [PartOutcome.UNDECIDED]
    assert "in hand from elsewhere" in found.results[-1].reason
    assert not found.whole
    assert Transfer.objects.get().held == 0
    Transfer.objects.update(lease="", lease_until=None)
    assert outcomes(taken(world, bundle)) == [PartOutcome.TAKEN]
    assert held(world, item)


def test_content_split_over_several_carriers_arrives_in_any_order(world):
    item = offered(world)
    asked = Asked(offered_since=world.at.replace(year=2000), most_bytes=2 * SEALED_CHUNK)
    first = packed(world, asked)
    second = packed(world, Asked(rest=first.left, most_bytes=2 * SEALED_CHUNK))
    assert first.left
    assert not second.left
    files = [b"".join(one.chunks()) for one in (first, second)]
    assert outcomes(taken(world, files[1])) == [PartOutcome.NOT_AWAITED]
    assert outcomes(taken(world, files[0])) == [PartOutcome.PARTIAL]
    assert outcomes(taken(world, files[1])) == [PartOutcome.TAKEN]
    assert held(world, item)
    with pytest.raises(InvalidInputError):
        packed(world, Asked(most_bytes=10))


def test_content_that_no_message_announced_is_left_alone_and_nothing_of_it_is_kept(world):
    item = world.take_in(CONTENT)
    offer = world.offer([item])
    bundle = b"".join(packed(world).chunks())
    assert outcomes(taken(world, bundle)) == [PartOutcome.NOT_AWAITED]
    assert not list((world.receiving.root / "transfers").iterdir())
    world.send(offer, letters=[])
    assert outcomes(taken(world, bundle)) == [PartOutcome.TAKEN]
    assert held(world, item)


def test_only_what_is_offered_to_that_partner_goes_along(world):
    offered(world)
    world.take_in(b"domestic", title="Not offered")
    bundle = packed(world)
    assert len(bundle.manifest.parts) == 1
    assert len(b"".join(bundle.chunks())) == bundle.size
    act = world.job("CO-FGN").by(job("operator", "operator"))
    other = pack(
        act, "CH-OAG", holder="CO-FGN", keys=world.keys, cargo=cargo(world, world.sending),
        asked=Asked(offered_since=act.at.replace(year=2000)),
    )  # fmt: skip
    b"".join(other.chunks())
    assert not other.manifest.parts


def test_content_that_the_vault_lost_keeps_nothing_else_from_going(world):
    lost, kept = offered(world), offered(world, b"another record")
    world.sending.discard(SealedBlob.objects.get(digest=lost.digest).name)
    found = taken(world, b"".join(packed(world).chunks()))
    assert [(result.subject, result.outcome) for result in found.results] == [(kept.digest, PartOutcome.TAKEN)]
