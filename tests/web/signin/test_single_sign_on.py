"""Single sign-on against a real provider on loopback: only known officers, only what it signed, step-up our own."""

import time
from urllib.parse import urlsplit

import pytest
import requests
from allauth.socialaccount.models import SocialAccount
from cryptography.hazmat.primitives.asymmetric import ec
from django.conf import settings
from django.core.cache import cache
from django.test import Client

from comity.authorities.models import Officer
from comity.authorities.node_file import NodeFile
from comity.authorities.step_up import STEPPED_UP_AT
from comity.safeguards.models import LedgerEntry
from comity.site.sign_in_provider import provider_of, sign_in_provider
from comity.values.actor import Role
from comity.values.errors import InvalidInputError, MissingError
from tests.web.signin.oidc_provider import CLIENT, SECRET, Provider

EMAIL = "Stranger@mla.example"


@pytest.fixture
def provider(settings):
    found = Provider(claims={"sub": "s-1", "email": EMAIL.lower(), "email_verified": True})
    said = {"issuer": found.issuer, "client_id": CLIENT, "name": "State sign-in"}
    settings.SOCIALACCOUNT_PROVIDERS = provider_of(said, SECRET)
    found.said = said
    yield found
    found.close()


@pytest.fixture
def known(node, desk, provider):
    """An officer whose e-mail an administrator confirmed, with her code set up."""
    cache.clear()
    officer = desk("stranger")
    Officer.objects.filter(username="stranger").update(email=EMAIL)
    return officer


def door():
    [app] = settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"]
    return f"/sign-in/provider/{app['provider_id']}"


def at_the_door(client, next_page="", more=""):
    return client.get(f"{door()}?next={next_page}{more}")


def comes_back(client, sent):
    """The browser goes to the provider and returns with what it gave."""
    answer = requests.get(sent["Location"], allow_redirects=False, timeout=10)
    back = urlsplit(answer.headers["Location"])
    return client.get(f"{back.path}?{back.query}&_redir=")


def signs_in(client, next_page=""):
    return comes_back(client, at_the_door(client, next_page))


def is_out(client):
    return client.get("/my-sign-in")["Location"].startswith("/sign-in")


def test_a_known_officer_comes_in_with_the_nodes_own_second_factor(known, client):
    assert f'{door()}?next=%2Fdossiers"' in client.get("/sign-in?next=/dossiers").content.decode()
    answer = signs_in(client, "/dossiers")
    assert answer["Location"].startswith("/sign-in/code")
    assert is_out(client)
    assert client.post("/sign-in/code", {"code": known.code()})["Location"] == "/dossiers"
    assert client.get("/my-sign-in").status_code == 200
    assert SocialAccount.objects.get().uid == "s-1"
    assert LedgerEntry.objects.filter(event="authorities:identity:bound").count() == 1
    client.post("/sign-out")
    Officer.objects.update(email="")
    assert signs_in(client)["Location"].startswith("/sign-in/code"), "bound by issuer and subject from now on"


@pytest.mark.parametrize(
    "change",
    [
        {"email": "unknown@mla.example"},
        {"email_verified": False},
        {"email_verified": "true"},
        {"email": None},
    ],
    ids=str,
)
def test_nobody_is_made_an_officer_and_an_email_counts_only_as_vouched_for(known, client, provider, change):
    before = Officer.objects.count()
    provider.claims |= change
    assert signs_in(client)["Location"] == "/sign-in"
    assert "this node does not" in client.get("/sign-in").content.decode()
    assert is_out(client)
    assert Officer.objects.count() == before
    assert not SocialAccount.objects.exists()


def test_an_email_that_passed_to_somebody_else_opens_nothing(known, client, provider):
    signs_in(client)
    provider.claims["sub"] = "s-2"
    other = Client()
    assert signs_in(other)["Location"] == "/sign-in"
    Officer.objects.filter(username="clerk").update(email=EMAIL)
    SocialAccount.objects.all().delete()
    assert signs_in(other)["Location"] == "/sign-in", "two officers have it: it names neither"


def test_a_suspended_officer_stays_out(known, client):
    signs_in(client)
    client.post("/sign-out")
    Officer.objects.filter(username="stranger").update(is_active=False)
    signs_in(client)
    assert is_out(client)


LIES = [
    ({"lie": {"iss": "http://localhost:1"}}, 401),
    ({"lie": {"aud": "another"}}, 401),
    ({"lie": {"exp": 1}}, 401),
    ({"lie": {"exp": None}}, 401),
    ({"lie": {"sub": None}}, 401),
    ({"header": {"alg": "none"}}, 401),
    ({"header": {"alg": "HS256"}}, 401),
    ({"header": {"kid": "two"}}, 401),
    ({"key": ec.generate_private_key(ec.SECP256R1())}, 401),
]


def test_what_the_provider_did_not_sign_under_its_name_is_refused(known, client, provider):
    for change, status in LIES:
        kept = {name: getattr(provider, name) for name in change}
        for name, value in change.items():
            setattr(provider, name, value)
        answer = signs_in(client)
        assert answer.status_code == status, change
        assert "Nothing was changed" in answer.content.decode()
        assert is_out(client)
        for name, value in kept.items():
            setattr(provider, name, value)
    provider.issuer_said = "http://localhost:1"
    assert at_the_door(client).status_code == 503
    provider.issuer_said = ""
    assert signs_in(client)["Location"].startswith("/sign-in/code")


def test_what_comes_back_counts_once_and_in_the_browser_that_asked(known, client, provider):
    sent = at_the_door(client)
    assert "code_challenge" in sent["Location"]
    assert comes_back(Client(), sent).status_code == 401
    sent = at_the_door(client)
    comes_back(client, sent)
    assert comes_back(client, sent).status_code == 401


def test_the_first_way_back_is_a_page_of_ours_since_strict_cookies_do_not_cross(known, client):
    sent = at_the_door(client)
    back = urlsplit(requests.get(sent["Location"], allow_redirects=False, timeout=10).headers["Location"])
    stranger = Client()
    page = stranger.get(f"{back.path}?{back.query}")
    assert page.status_code == 200
    assert 'http-equiv="refresh"' in page.content.decode()


def test_nobody_binds_an_identity_to_an_open_session(known, client, provider):
    provider.claims["email"] = "unknown@mla.example"
    sent = at_the_door(known.client, more="&process=connect&auth_params=prompt%3Dnone")
    assert "prompt" not in sent["Location"]
    assert comes_back(known.client, sent)["Location"] == "/sign-in"
    assert not SocialAccount.objects.exists()


def test_an_acr_of_the_settings_stands_for_the_code_as_old_as_the_provider_says(known, client, provider, settings):
    settings.SOCIALACCOUNT_PROVIDERS = provider_of({**provider.said, "acr": ["urn:high"]}, SECRET)
    provider.claims |= {"acr": "urn:low", "auth_time": int(time.time())}
    assert signs_in(client)["Location"].startswith("/sign-in/code")
    assert provider.asked["acr_values"] == "urn:high"
    provider.claims["acr"] = "urn:high"
    assert signs_in(client)["Location"] == "/"
    assert 'name="code"' not in client.get("/officers/new").content.decode()
    client.post("/sign-out")
    provider.claims["auth_time"] = int(time.time()) - 3600
    assert signs_in(client)["Location"] == "/"
    assert client.session[STEPPED_UP_AT]
    assert 'name="code"' in client.get("/officers/new").content.decode()


@pytest.mark.parametrize("absurd", [-1, 10**18, "yesterday"])
def test_a_time_of_confirmation_that_is_none_stands_for_no_code(absurd, known, client, provider, settings):
    settings.SOCIALACCOUNT_PROVIDERS = provider_of({**provider.said, "acr": ["urn:high"]}, SECRET)
    provider.claims |= {"acr": "urn:high", "auth_time": absurd}
    signs_in(client)
    assert STEPPED_UP_AT not in client.session


def test_without_a_provider_there_is_no_such_way_in(node, client, provider, settings):
    named = settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"][0]["provider_id"]
    settings.SOCIALACCOUNT_PROVIDERS = {}
    assert "/sign-in/provider/" not in client.get("/sign-in").content.decode()
    for address in (f"/sign-in/provider/{named}", f"/sign-in/provider/{named}/back?code=x&state=y"):
        assert client.get(address).status_code == 404


def test_an_administrator_confirms_the_email_of_another_and_rebinds(known, desk, node, provider):
    node.officer("boss", "ES-J3", Role.ADMINISTRATOR)
    administrator = desk("boss").client
    signs_in(Client())
    for name, email, status in (
        ("stranger", "new@mla.example", 302),
        ("boss", "boss@mla.example", 400),
    ):
        address = f"/officers/{node.id_of(name)}/sign-in"
        assert 'name="email"' in administrator.get(address).content.decode()
        assert administrator.post(address, {"email": email}).status_code == status
    assert Officer.objects.get(username="stranger").email == "new@mla.example"
    assert not SocialAccount.objects.exists()
    node.officer("third", "ES-J3", Role.REGISTRAR)
    taken = administrator.post(f"/officers/{node.id_of('third')}/sign-in", {"email": "NEW@mla.example"})
    assert "Another officer has this e-mail" in taken.content.decode()


def test_the_nodes_file_names_the_provider_whole_or_not_at_all(tmp_path):
    said = {"issuer": "https://id.example", "client_id": "c", "name": "n"}
    for wrong in ({"issuer": "http://id.example"}, {"name": None}, {"acr": "high"}, {"more": 1}):
        with pytest.raises(InvalidInputError):
            NodeFile("x", "localhost", 1, 2, exercise=True, sign_in={**said, **wrong})
    file = NodeFile("x", "localhost", 1, 2, exercise=True, sign_in=said)
    with pytest.raises(MissingError):
        sign_in_provider(file, tmp_path)
    (tmp_path / "provider.secret").write_text("s\n")
    [app] = sign_in_provider(file, tmp_path)["openid_connect"]["APPS"]
    assert (app["secret"], app["settings"]["issuer"]) == ("s", "https://id.example")
    assert sign_in_provider(NodeFile("x", "localhost", 1, 2, exercise=True), tmp_path) == {}
