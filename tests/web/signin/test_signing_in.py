"""Signing in: user name and password, then the one-time code; nobody signs up, and a code is good once."""

import pytest
from allauth.mfa.models import Authenticator

from comity.authorities.step_up import STEPPED_UP_AT

PASSWORD = "x" * 20


def give_password(client, name="prosecutor", password=PASSWORD):
    return client.post("/sign-in", {"login": name, "password": password})


def test_password_and_code_open_the_house_in_a_new_session(node, desk, client):
    officer = desk("prosecutor")
    before = client.session.session_key
    asked = give_password(client)
    assert asked["Location"] == "/sign-in/code"
    assert client.get("/")["Location"].startswith("/sign-in")
    page = client.get("/sign-in/code").content.decode()
    assert 'autocomplete="one-time-code"' in page
    opened = client.post("/sign-in/code", {"code": officer.code()})
    assert opened["Location"] == "/"
    assert client.get("/").status_code == 200
    assert client.session.session_key != before


def test_a_wrong_code_and_a_spent_one_are_refused(node, desk, client):
    officer = desk("prosecutor")
    give_password(client)
    wrong = client.post("/sign-in/code", {"code": "000000"})
    assert wrong.status_code == 200
    assert "This code does not hold" in wrong.content.decode()
    code = officer.code()
    client.post("/sign-in/code", {"code": code})
    client.post("/sign-out")
    give_password(client)
    assert "This code does not hold" in client.post("/sign-in/code", {"code": code}).content.decode()


def test_a_wrong_password_says_neither_which_nor_whether(node, client):
    for name in ("prosecutor", "nobody"):
        page = give_password(client, name, "y" * 20).content.decode()
        assert "User name or password is wrong" in page


def test_the_first_sign_in_sets_up_the_second_factor(node, client):
    assert give_password(client)["Location"] == "/"
    assert client.get("/")["Location"] == "/sign-in/set-up"
    page = client.get("/sign-in/set-up").content.decode()
    assert "data:image/svg+xml" in page
    assert not Authenticator.objects.exists()


@pytest.mark.parametrize("address", ["/sign-up", "/signup", "/accounts/signup/", "/password/reset/", "/email/"])
def test_there_is_no_other_way_in(node, client, address):
    assert client.get(address).status_code == 404


def test_signing_out_asks_first_and_ends_the_session(node, desk):
    client = desk("prosecutor").client
    assert client.get("/sign-out").status_code == 200
    client.post("/sign-out")
    assert client.get("/")["Location"].startswith("/sign-in")


def test_step_up_lasts_minutes_and_not_the_session(node, desk, settings):
    client = desk("stranger", stepped_up=False).client
    assert "your code is asked at the act itself" in client.get("/my-sign-in").content.decode()
    officer = desk("stranger")
    officer.step_up()
    assert "not asked again until" in client.get("/my-sign-in").content.decode()
    session = client.session
    session[STEPPED_UP_AT] = "2026-01-01T00:00:00.000Z"
    session.save()
    assert "your code is asked at the act itself" in client.get("/my-sign-in").content.decode()


def test_the_code_given_at_sign_in_counts_for_the_acts_of_the_next_minutes(node, desk, client):
    officer = desk("stranger", stepped_up=False)
    give_password(client, "stranger")
    client.post("/sign-in/code", {"code": officer.code()})
    page = client.get("/officers/new").content.decode()
    assert 'name="code"' not in page
    assert "not asked again until" in page
    session = client.session
    session[STEPPED_UP_AT] = "2026-01-01T00:00:00.000Z"
    session.save()
    assert 'name="code"' in client.get("/officers/new").content.decode()


def test_a_wrong_code_confirms_nobody(node, desk, client):
    desk("stranger", stepped_up=False)
    give_password(client, "stranger")
    client.post("/sign-in/code", {"code": "000000"})
    assert STEPPED_UP_AT not in client.session


def test_a_change_of_roles_counts_from_the_next_request_on(node, desk):
    client = desk("clerk").client
    assert client.get("/post").status_code == 200
    officer = node.officers["clerk"]
    officer.roles = []
    officer.save()
    assert client.get("/inbox").status_code == 403
    officer.is_active = False
    officer.save()
    assert client.get("/").status_code == 302
