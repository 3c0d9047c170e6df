"""What the vault keeps is read back over time; what is broken is told to those who look after it, and no one else."""

import os
from datetime import timedelta

import pytest

from comity.authorities.models import Authority
from comity.evidence.actions import scrub
from comity.evidence.actions.scrubbing import EVERY
from comity.evidence.queries import content_alarms
from comity.safeguards.models import LedgerEntry
from comity.store.models import SealedBlob
from comity.store.queries import blob, content_key, holdings
from comity.store.wrapping import wrapped_key
from comity.values.actor import Role
from comity.values.errors import UnavailableError

from .conftest import CODES


@pytest.fixture
def three(world):
    """Three contents of different items; the time moves on with each."""
    return [world.take_in(data) for data in (b"first", b"second" * 1000, b"third")]


def turn(world, *, after=timedelta(), vault=None, **more):
    world.at += after
    act = world.job("CO-FGN")
    return scrub(act, keys=world.keys, vault=vault or world.sending, clock=lambda: act.at, **more)


def path_of(world, item):
    name = blob(item.digest).name
    return world.sending.root / name[:2] / name[2:4] / name


def flip(path):
    data = bytearray(path.read_bytes())
    data[5] ^= 1
    path.write_bytes(data)


def told(event):
    return list(LedgerEntry.objects.filter(event=event).values_list("authority", "subject"))


def alarms(world, authority="CO-FGN", *roles):
    return content_alarms(world.act(authority, *(roles or (Role.CUSTODIAN,))).actor)


def test_each_content_is_read_once_in_its_time_and_never_read_first(world, three):
    assert turn(world) == 3
    assert turn(world, after=EVERY - timedelta(hours=1)) == 0
    world.take_in(b"fourth")
    assert turn(world) == 1
    assert turn(world, after=timedelta(hours=2)) == 3
    assert (holdings().never_read, holdings().faulty) == (0, 0)


def test_a_turn_is_bounded_takes_one_at_least_and_the_next_goes_on(world, three):
    assert [turn(world, bytes_at_most=10) for _ in range(4)] == [1, 1, 1, 0]
    assert SealedBlob.objects.filter(checked=None).count() == 0


def test_what_was_read_under_a_clock_since_set_back_is_read_again(world, three):
    turn(world, after=timedelta(days=4000))
    world.at -= timedelta(days=4000)
    assert turn(world) == 3


@pytest.mark.parametrize(
    ("harm", "fault"),
    [
        (flip, "damaged"),
        (lambda path: os.truncate(path, 7), "damaged"),
        (lambda path: path.unlink(), "missing"),
    ],
)
def test_a_fault_is_told_to_the_custodian_and_stands_in_the_ledger_once(world, three, harm, fault):
    harm(path_of(world, three[1]))
    assert turn(world) == 3
    turn(world, after=timedelta(days=1, hours=1))
    [alarm] = alarms(world)
    assert (alarm.fault, alarm.digest, alarm.items) == (fault, three[1].digest, (three[1].title,))
    assert told("evidence:content:broken") == [("CO-FGN", three[1].reference)]
    assert holdings().faulty == 1


def test_content_exchanged_for_other_whole_content_is_found(world, three):
    first, other = blob(three[0].digest), blob(three[2].digest)
    key = wrapped_key(world.keys, first.digest, content_key(other.digest, world.keys))
    SealedBlob.objects.filter(pk=other.pk).update(name="0" * 64, wrapped_key=first.wrapped_key)
    SealedBlob.objects.filter(pk=first.pk).update(name=other.name, wrapped_key=key)
    turn(world)
    assert {alarm.digest: alarm.fault for alarm in alarms(world)} == {first.digest: "other", other.digest: "key"}


def test_what_is_brought_back_is_found_whole_a_day_later_and_said_so(world, three):
    path = path_of(world, three[0])
    whole = path.read_bytes()
    path.unlink()
    turn(world)
    path.write_bytes(whole)
    assert turn(world, after=timedelta(hours=2)) == 0
    assert turn(world, after=timedelta(days=1)) == 1
    assert alarms(world) == []
    assert told("evidence:content:whole-again") == [("CO-FGN", three[0].reference)]


def test_a_store_that_does_not_answer_is_no_fault_of_the_content(world, three):
    class Silent:
        def open_chunks(self, _name, _key):
            raise UnavailableError("The store does not answer.", code="store:unreachable")

    with pytest.raises(UnavailableError):
        turn(world, vault=Silent())
    assert SealedBlob.objects.filter(checked=None).count() == 3
    assert alarms(world) == []


def test_a_fault_is_told_only_to_those_who_look_after_it_in_the_house_that_holds_it(world, three):
    path_of(world, three[0]).unlink()
    turn(world)
    assert alarms(world, "CO-FGN", Role.ADMINISTRATOR)[0].items == (three[0].reference,)
    assert alarms(world, "CO-FGN", Role.SIGNATORY, Role.TRANSMITTER) == []
    assert alarms(world, "CH-FOJ") == []


def test_content_that_is_no_items_is_told_in_every_house(world):
    attachment, _ = world.letter()
    path = world.sending.root
    name = blob(attachment.digest).name
    (path / name[:2] / name[2:4] / name).unlink()
    turn(world)
    assert [alarm.items for code in CODES[1:2] for alarm in alarms(world, code)] == [()]
    ours = set(Authority.objects.filter(local=True).values_list("code", flat=True))
    assert {authority for authority, _ in told("evidence:content:broken")} == ours
