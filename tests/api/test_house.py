"""The house over the API: an administrator appoints and connects, nobody else, and only in her own house."""

import os
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from comity.authorities.card import open_card, sign_card
from comity.authorities.models import Office, Officer
from comity.exchange.models import Outbox, OutboxState
from comity.seals.canonical import from_b64, to_b64
from comity.values.actor import Role
from tests.authorities.test_actions import THEIR_KEYS, their_card
from tests.requests.stages import transmitted
from tests.requests.world import World


@pytest.fixture
def admin(cast: World, caller: Callable[[str], Client]) -> Client:
    cast.officer("admin", "CH-FOJ", Role.ADMINISTRATOR)
    return caller("admin")


def post(client: Client, path: str, body: dict[str, Any]) -> Any:
    return client.post(path, body, content_type="application/json")


def appointment(office: Office) -> dict[str, Any]:
    return {
        "office": str(office.id),
        "username": "new",
        "first_name": "Nora",
        "last_name": "Exercice",
        "password": os.urandom(12).hex(),
        "roles": ["registrar"],
    }


def test_an_administrator_appoints_in_her_own_house_only(cast: World, admin: Client) -> None:
    own = Office.objects.filter(authority_id="CH-FOJ").first()
    other = Office.objects.filter(authority_id="CO-FGN").first()
    assert own is not None
    assert other is not None
    assert post(admin, "/api/officers", appointment(other)).status_code == 404
    made = post(admin, "/api/officers", appointment(own))
    assert made.status_code == 200, made.content
    changed = post(admin, f"/api/officers/{made.json()['id']}/roles", {"roles": ["transmitter"]}).json()
    assert changed["roles"] == ["transmitter"]
    chief = Officer.objects.get(id=cast.officers["chief"].pk)
    assert post(admin, f"/api/officers/{chief.id}/roles", {"roles": []}).status_code == 404


def test_others_appoint_nobody(cast: World, caller: Callable[[str], Client]) -> None:
    office = Office.objects.filter(authority_id="CH-FOJ").first()
    assert office is not None
    assert post(caller("clerk"), "/api/officers", appointment(office)).status_code == 403
    assert not Officer.objects.filter(username="new").exists()


def test_a_card_connects_only_with_its_fingerprint(cast: World, admin: Client) -> None:
    card = their_card()
    body = {"card": to_b64(sign_card(card, THEIR_KEYS.signing)), "fingerprint": "0" * 64}
    assert post(admin, "/api/partners", body).status_code == 403
    noted = {"code": "PY-MPX", "names": {"es": "Ministerio"}, "languages": ["es"]}
    assert post(admin, "/api/partners/without-node", noted).json() == {"code": "PY-MPX", "state": "PY"}


def test_our_card_is_told_with_the_fingerprint_of_the_key_that_signed_it(
    cast: World, caller: Callable[[str], Client]
) -> None:
    told = caller("clerk").get("/api/card").json()
    card = open_card(from_b64(told["card"]))
    assert (card.code, card.verifying_key.fingerprint) == (told["code"], told["fingerprint"])
    assert told["code"] == "CH-FOJ"


def test_what_stopped_is_told_to_its_own_house_and_sent_again(cast: World, caller: Callable[[str], Client]) -> None:
    transmitted(cast)
    Outbox.objects.update(state=OutboxState.STOPPED, last_reason="Refused there.")
    (told,) = caller("head").get("/api/exchange/stopped").json()
    assert (told["partner"], told["last_reason"]) == ("CO-FGN", "Refused there.")
    assert caller("chief").get("/api/exchange/stopped").json() == []
    assert caller("prosecutor").get("/api/exchange/stopped").status_code == 403
    assert post(caller("head"), f"/api/messages/{told['digest']}/resend", {}).json()["state"] == "waiting"
    assert caller("head").get("/api/exchange/stopped").json() == []
