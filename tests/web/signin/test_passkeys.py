"""Passkeys: kept only by who is confirmed, good alone at sign-in and as step-up, revoked with every session."""

import json
from dataclasses import replace

import pytest
from allauth.mfa.models import Authenticator as Held
from django.core.cache import cache
from django.test import Client

from comity.authorities.step_up import STEPPED_UP_AT
from comity.safeguards.models import LedgerEntry
from comity.values.actor import Role
from tests.web.signin.authenticator import PRESENT_ONLY, Authenticator

HERE = {"SERVER_NAME": "localhost", "SERVER_PORT": "80"}
CHALLENGE = "/sign-in/passkey/challenge"


@pytest.fixture
def client():
    cache.clear()
    return Client(**HERE)


@pytest.fixture
def seat(desk):
    """An officer at the pages as a browser asks for them, by the site's name."""

    def sit(name, **how):
        sat = desk(name, **how)
        sat.client.defaults.update(HERE)
        return sat

    return sit


def kept(officer, name="token in the safe", **how):
    """A passkey that this officer made and the node keeps."""
    passkey = Authenticator(**how)
    credential = passkey.make(officer.client.post("/my-sign-in/passkeys/new/challenge").json())
    answer = officer.client.post("/my-sign-in/passkeys/new", {"name": name, "credential": credential})
    assert answer.status_code == 302, answer.content.decode()
    return passkey


def signs_in(client, passkey, **changes):
    given = passkey.answer(client.post(CHALLENGE).json(), **changes)
    return client.post("/sign-in/passkey", {"credential": given, "next": "/dossiers"})


def forget(client):
    session = client.session
    session[STEPPED_UP_AT] = "2026-01-01T00:00:00.000Z"
    session.save()


def test_a_passkey_is_kept_after_confirmation_and_opens_the_house_alone_in_a_new_session(node, seat, client):
    officer = seat("stranger")
    passkey = kept(officer)
    assert "token in the safe" in officer.client.get("/my-sign-in").content.decode()
    assert LedgerEntry.objects.filter(event="authorities:passkey:kept").count() == 1
    before = client.session.session_key
    assert signs_in(client, passkey)["Location"] == "/dossiers"
    assert client.session.session_key != before
    assert client.get("/my-sign-in").status_code == 200
    assert STEPPED_UP_AT in client.session


def test_nobody_keeps_a_passkey_unconfirmed(node, seat):
    officer = seat("stranger", stepped_up=False)
    assert officer.client.post("/my-sign-in/passkeys/new/challenge").status_code == 403
    page = officer.client.get("/my-sign-in/passkeys/new").content.decode()
    assert 'name="code"' in page
    assert 'name="name"' not in page
    wrong = officer.client.post("/my-sign-in/passkeys/new", {"code": "000000"})
    assert "This code does not hold" in wrong.content.decode()
    assert officer.client.post("/my-sign-in/passkeys/new", {"code": officer.code()}).status_code == 302
    assert 'name="name"' in officer.client.get("/my-sign-in/passkeys/new").content.decode()


def test_a_passkey_is_the_step_up_of_an_act_that_binds(node, seat):
    officer = seat("stranger")
    passkey = kept(officer)
    forget(officer.client)
    page = officer.client.get("/officers/new").content.decode()
    assert 'name="code"' in page
    assert "data-passkey" in page
    office = str(node.officers["stranger"].office_id)
    said = {"first_name": "N", "last_name": "N", "username": "new", "password": "y" * 20}
    said |= {"office": office, "roles": [Role.REGISTRAR.value]}
    refused = officer.client.post("/officers/new", {**said, "credential": "{}"})
    assert "This passkey does not hold here" in refused.content.decode()
    locked = replace(passkey, flags=PRESENT_ONLY)
    given = locked.answer(officer.client.post(CHALLENGE).json())
    refused = officer.client.post("/officers/new", {**said, "credential": given})
    assert "This passkey does not hold here" in refused.content.decode()
    given = passkey.answer(officer.client.post(CHALLENGE).json())
    assert officer.client.post("/officers/new", {**said, "credential": given}).status_code == 302


def test_a_passkey_stands_for_the_code_after_the_password(node, seat, client):
    passkey = kept(seat("stranger"))
    client.post("/sign-in", {"login": "stranger", "password": "x" * 20})
    assert "data-passkey" in client.get("/sign-in/code").content.decode()
    given = passkey.answer(client.post(CHALLENGE).json())
    assert client.post("/sign-in/code", {"credential": given})["Location"] == "/"
    assert client.get("/my-sign-in").status_code == 200


def refused(client, answer):
    assert answer["Location"] == "/sign-in"
    assert client.get("/my-sign-in").status_code == 302
    return client.get("/sign-in").content.decode()


ELSEWHERE = [
    {"origin": "http://evil.localhost"},
    {"origin": "https://localhost.evil.example"},
    {"host": "evil.example"},
    {"flags": PRESENT_ONLY},
    {"id": b"another-passkey"},
]


def test_a_passkey_answers_only_this_site_and_only_once_unlocked(node, seat, client):
    passkey = kept(seat("stranger"))
    for how in ELSEWHERE:
        answer = signs_in(client, replace(passkey, **how))
        assert "This passkey does not hold here" in refused(client, answer), how
    assert signs_in(client, passkey)["Location"] == "/dossiers"


def test_an_answer_counts_once_and_only_in_its_own_session(node, seat, client):
    passkey = kept(seat("stranger"))
    given = {"credential": passkey.answer(client.post(CHALLENGE).json())}
    thief = Client(**HERE)
    thief.post(CHALLENGE)
    refused(thief, thief.post("/sign-in/passkey", given))
    assert client.post("/sign-in/passkey", given)["Location"] == "/"
    client.post("/sign-out")
    client.post(CHALLENGE)
    refused(client, client.post("/sign-in/passkey", given))


def test_a_passkey_cannot_answer_for_another_officer(node, seat, client):
    passkey = kept(seat("stranger"))
    others = kept(seat("clerk"), id=b"passkey-of-the-clerk")
    refused(client, signs_in(client, passkey, userHandle=others.user))
    refused(client, signs_in(client, passkey, signature="AAAA"))


def test_a_copy_is_found_by_its_count(node, seat, client):
    passkey = kept(seat("stranger"))
    passkey.count = 5
    assert signs_in(client, passkey)["Location"] == "/dossiers"
    client.post("/sign-out")
    passkey.count = 3
    assert "may have been copied" in refused(client, signs_in(client, passkey))
    entry = LedgerEntry.objects.get(event="authorities:passkey:copied")
    assert (entry.authority, entry.subject) == ("ES-J3", f"ES-J3:officer:{node.id_of('stranger')}")


SAID = dict.fromkeys(("clientDataJSON", "authenticatorData", "signature", "attestationObject", "userHandle"), "YQ")
NAMED = {"id": "YQ", "rawId": "YQ", "type": "public-key"}
MALFORMED = [
    *("", "x", "[]", "3", "null", "{}"),
    *map(
        json.dumps,
        (
            {"id": "a", "rawId": "a", "response": {}, "type": "x"},
            {"id": "YQ", "response": 3},
            {"response": {"userHandle": "AAAA"}},
            {"response": {"userHandle": {}}},
            {**NAMED, "response": SAID},
            {**NAMED, "response": {**SAID, "clientDataJSON": "e30"}},
        ),
    ),
]


def test_what_no_authenticator_says_is_refused_in_words(node, seat, client):
    officer = seat("stranger")
    for given in MALFORMED:
        cache.clear()
        client.post(CHALLENGE)
        refused(client, client.post("/sign-in/passkey", {"credential": given}))
        officer.client.post("/my-sign-in/passkeys/new/challenge")
        answer = officer.client.post("/my-sign-in/passkeys/new", {"name": "x", "credential": given})
        assert answer.status_code == 400, given
    assert not Held.objects.filter(type="webauthn").exists()


def test_by_an_ip_address_no_passkey_is_offered_and_the_refusal_says_what_to_do(node, seat):
    officer = seat("stranger")
    officer.client.defaults["SERVER_NAME"] = "127.0.0.1"
    assert "data-passkey" not in officer.client.get("/my-sign-in").content.decode()
    assert "Open it by its name" in officer.client.get("/my-sign-in").content.decode()
    assert officer.client.post(CHALLENGE).status_code == 400
    assert "data-passkey" not in Client(SERVER_NAME="127.0.0.1").get("/sign-in").content.decode()


def test_an_officer_removes_her_own_and_no_other(node, seat, client):
    officer, clerk = seat("stranger"), seat("clerk")
    passkey = kept(officer)
    row = Held.objects.get(type="webauthn")
    assert clerk.client.get(f"/my-sign-in/passkeys/{row.pk}").status_code == 404
    assert clerk.client.post(f"/my-sign-in/passkeys/{row.pk}").status_code == 404
    forget(officer.client)
    assert officer.client.post(f"/my-sign-in/passkeys/{row.pk}").status_code == 400
    assert officer.client.post(f"/my-sign-in/passkeys/{row.pk}", {"code": officer.code()}).status_code == 302
    refused(client, signs_in(client, passkey))


def test_an_administrator_revokes_a_passkey_and_every_session_with_it(node, seat, client):
    node.officer("boss", "ES-J3", Role.ADMINISTRATOR)
    officer, administrator = seat("stranger"), seat("boss")
    passkey = kept(officer)
    signs_in(client, passkey)
    row = Held.objects.get(type="webauthn")
    address = f"/officers/{node.officers['stranger'].pk}/sign-in"
    assert "token in the safe" in administrator.client.get(address).content.decode()
    assert administrator.client.post(address, {"revoke": [row.pk]}).status_code == 302
    assert not Held.objects.filter(type="webauthn").exists()
    for session in (client, officer.client):
        assert session.get("/my-sign-in")["Location"].startswith("/sign-in")
    refused(client, signs_in(client, passkey))
    entry = LedgerEntry.objects.get(event="authorities:passkey:revoked")
    assert json.loads(bytes(entry.entry))["facts"]["by"] == "administrator"
    assert entry.actor.startswith(f"officer:{node.id_of('boss')}")


def test_an_administrator_of_another_authority_does_not_learn_of_the_officer(node, seat):
    node.officer("boss", "CO-FGN", Role.ADMINISTRATOR)
    address = f"/officers/{node.officers['stranger'].pk}/sign-in"
    assert seat("boss").client.get(address).status_code == 404
    assert seat("boss").client.post(address, {"end": "on"}).status_code == 404


def test_sign_out_everywhere_ends_every_session(node, seat, client):
    officer = seat("stranger")
    signs_in(client, kept(officer))
    assert client.post("/my-sign-in/end-everywhere")["Location"] == "/sign-in"
    for session in (client, officer.client):
        assert session.get("/my-sign-in")["Location"].startswith("/sign-in")
