"""Guessing is stopped by user name and by address, told plainly, lifted by an administrator; a passkey is not locked."""

import json

import pytest
from django.core.cache import cache
from django.test import Client

from comity.authorities.models import Tally
from comity.safeguards.models import LedgerEntry
from comity.values.actor import Role
from tests.web.signin.test_passkeys import HERE, kept, seat, signs_in

__all__ = ["seat"]

LOCKED = "locked until"


@pytest.fixture
def client():
    cache.clear()
    return Client(**HERE)


def guess(client, name, times, **more):
    pages = [client.post("/sign-in", {"login": name, "password": "y" * 20}, **more) for _ in range(times)]
    return [LOCKED in page.content.decode() for page in pages]


def test_after_ten_wrong_passwords_the_right_one_is_refused_too_whether_the_name_is_known_or_not(node, seat, client):
    for name in ("stranger", "nobody"):
        assert guess(client, name, 11) == [False] * 10 + [True]
    assert LOCKED in client.post("/sign-in", {"login": "STRANGER", "password": "x" * 20}).content.decode()
    assert client.post("/sign-in", {"login": "clerk", "password": "x" * 20}).status_code == 302
    entry = LedgerEntry.objects.get(event="authorities:sign-in:locked")
    assert (entry.authority, entry.subject.split(":")[2]) == ("ES-J3", node.id_of("stranger"))


def test_guessing_codes_over_many_sessions_is_stopped(node, seat, client):
    officer = seat("stranger")
    for _ in range(4):
        browser = Client(**HERE)
        browser.post("/sign-in", {"login": "stranger", "password": "x" * 20})
        for _ in range(3):
            answer = browser.post("/sign-in/code", {"code": "000000"})
    assert LOCKED in answer.content.decode()
    assert officer.client.get("/my-sign-in").status_code == 200, "who is in stays in"


def test_the_right_code_clears_what_was_wrong_before_it(node, seat, client):
    officer = seat("stranger")
    guess(client, "stranger", 8)
    client.post("/sign-in", {"login": "stranger", "password": "x" * 20})
    assert client.post("/sign-in/code", {"code": officer.code()}).status_code == 302
    assert not Tally.objects.filter(key__startswith="name:").exists()
    assert guess(Client(**HERE), "stranger", 9) == [False] * 9


def test_guessing_many_names_from_one_address_is_stopped_and_others_go_on(node, seat, client):
    for n in range(2):
        assert guess(client, f"name-{n}", 1) == [False]
    Tally.objects.filter(key="from:127.0.0.1").update(count=60)
    assert guess(client, "clerk", 1) == [True]
    assert guess(client, "clerk", 1, REMOTE_ADDR="10.0.0.2") == [False]


def test_a_passkey_signs_in_though_the_name_is_locked_and_an_administrator_lifts_it(node, seat, client):
    node.officer("boss", "ES-J3", Role.ADMINISTRATOR)
    administrator = seat("boss").client
    passkey = kept(seat("stranger"))
    guess(client, "stranger", 11)
    assert signs_in(client, passkey)["Location"] == "/dossiers"
    address = f"/officers/{node.id_of('stranger')}/sign-in"
    assert 'name="unlock"' in administrator.get(address).content.decode()
    assert administrator.post(address, {"unlock": "on"}).status_code == 302
    assert 'name="unlock"' not in administrator.get(address).content.decode()
    assert guess(Client(**HERE), "stranger", 1) == [False]
    entry = LedgerEntry.objects.get(event="authorities:sign-in:unlocked")
    assert json.loads(bytes(entry.entry))["subject"].endswith(node.id_of("stranger"))
