"""The exchange's page sends a stopped message again; our card stands on its page with the fingerprint to read out."""

import re
from datetime import UTC, datetime

import pytest

from comity.authorities.card import open_card
from comity.exchange.actions import enter_turned_away
from comity.exchange.allowance import hour_of
from comity.exchange.models import Outbox, OutboxState, TurnedAway
from comity.safeguards.models import LedgerEntry
from comity.values.actor import Act, job
from tests.requests.stages import transmitted


@pytest.fixture
def stopped(node):
    """A request of Bern that Bogotá's node refused for good."""
    transmitted(node)
    row = Outbox.objects.get(message__holder="CH-FOJ")
    refusal = {"last_error": "partner:refused", "last_reason": "The signature does not hold."}
    Outbox.objects.filter(pk=row.pk).update(state=OutboxState.STOPPED, **refusal)
    return row.message.digest


def state(digest):
    return Outbox.objects.get(message__digest=digest, message__holder="CH-FOJ").state


def test_a_stopped_message_stands_with_its_reason_and_is_sent_again_from_there(desk, stopped):
    client = desk("head").client
    page = client.get("/exchange").content.decode()
    assert "The signature does not hold." in page
    (address,) = re.findall(r'action="(/exchange/[^"]+/again)"', page)
    answer = client.post(address, follow=True)
    assert state(stopped) == OutboxState.WAITING
    assert "waits again" in answer.content.decode()
    assert "/again" not in answer.content.decode()
    assert LedgerEntry.objects.filter(event="exchange:message:resent").count() == 1
    again = client.post(address, follow=True).content.decode()
    assert "does not stand stopped" in again


def test_the_registry_sees_it_and_has_no_button_and_another_house_sees_nothing(desk, stopped):
    page = desk("clerk").client.get("/exchange").content.decode()
    assert "The signature does not hold." in page
    assert "/again" not in page
    assert desk("clerk").client.post(f"/exchange/{stopped}/again").status_code == 403
    assert "The signature does not hold." not in desk("chief").client.get("/exchange").content.decode()
    desk("chief").client.post(f"/exchange/{stopped}/again")
    assert state(stopped) == OutboxState.STOPPED


def test_our_card_is_downloaded_and_its_fingerprint_is_the_one_to_read_out(node, desk):
    client = desk("clerk").client
    assert 'href="/partners/ours"' in client.get("/partners").content.decode()
    page = client.get("/partners/ours").content.decode()
    answer = client.get("/partners/ours/card")
    card = open_card(answer.content)
    assert card.code == "CH-FOJ"
    assert answer["Content-Disposition"] == 'attachment; filename="CH-FOJ.card"'
    aloud = re.search(r'class="aloud.*?</p>', page, re.DOTALL)[0]
    assert "".join(re.findall(r"<span>(\w{4})</span>", aloud)) == card.verifying_key.fingerprint
    assert node.keys.signer("CH-OAG").public.fingerprint not in page


def test_of_each_hours_flood_the_last_number_is_shown(node, desk):
    act = Act(job("turned-away", "CH-FOJ"), datetime.now(UTC), "exchange", node.chance)
    for refused in (11, 40):
        known = {"refused": refused, "entered": refused - 1}
        TurnedAway.objects.update_or_create(
            partner="CO-FGN", hour=hour_of(act.at), surplus="over-limit", defaults=known
        )
        enter_turned_away(act)
    page = desk("clerk").client.get("/exchange").content.decode()
    assert "Turned away in the hour from then: 40." in page
    assert "from then: 11" not in page
