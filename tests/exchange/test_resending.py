"""A stopped message goes out again by a person's decision, the same message and no other, once."""

import pytest

from comity.exchange.actions import resend
from comity.exchange.models import Outbox, OutboxState
from comity.exchange.queries import delivery_of
from comity.safeguards.queries import recent_entries
from comity.values.actor import Act, Role
from comity.values.errors import MissingError, RefusedError
from tests.conftest import officer, seeded
from tests.exchange.conftest import THEM, US, letter


def act(house, *roles, authority=US):
    return Act(officer(authority, *roles), house.at, "the partner mended its rules", seeded(4))


@pytest.fixture
def stopped(house):
    """A message its recipient refused, which waits for a person."""
    house.refusing = True
    sent = house.post(letter())
    house.send()
    assert delivery_of(US, sent.digest).state == "stopped"
    house.refusing = False
    house.later(minutes=1)
    return sent


@pytest.mark.parametrize("role", [Role.TRANSMITTER, Role.LIAISON, Role.ADMINISTRATOR])
def test_a_stopped_message_is_sent_again_and_takes_effect_once(house, stopped, role):
    assert house.send() == 0
    resend(act(house, role), stopped.digest)
    assert house.send() == 1
    assert delivery_of(US, stopped.digest).state == "delivered"
    assert [effect.digest for effect in house.effects] == [stopped.digest]
    (entry,) = (one for one in recent_entries(US) if one.event == "exchange:message:resent")
    assert entry.facts == {"digest": stopped.digest}


def test_what_the_partner_still_refuses_stops_again(house, stopped):
    house.refusing = True
    resend(act(house, Role.TRANSMITTER), stopped.digest)
    house.send()
    assert delivery_of(US, stopped.digest).state == "stopped"
    assert house.effects == []
    house.refusing = False
    resend(act(house, Role.TRANSMITTER), stopped.digest)
    house.send()
    assert delivery_of(US, stopped.digest).state == "delivered"


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.TRANSMITTER, Role.LIAISON, Role.ADMINISTRATOR}))
def test_nobody_else_sends_it_again(house, stopped, role):
    with pytest.raises(RefusedError) as caught:
        resend(act(house, role), stopped.digest)
    assert caught.value.code == "policy:missing-role"
    assert Outbox.objects.get().state == OutboxState.STOPPED


def test_another_house_does_not_learn_of_it(house, stopped):
    for digest in (stopped.digest, "0" * 64):
        with pytest.raises(MissingError):
            resend(act(house, *Role, authority=THEM), digest)
    assert Outbox.objects.get().state == OutboxState.STOPPED


def test_what_waits_or_was_delivered_is_not_sent_again(house):
    sent = house.post(letter())
    for state in ("waiting", "delivered"):
        assert delivery_of(US, sent.digest).state == state
        with pytest.raises(RefusedError) as caught:
            resend(act(house, Role.TRANSMITTER), sent.digest)
        assert caught.value.code == "exchange:not-stopped"
        house.send()
    assert len(house.effects) == 1
