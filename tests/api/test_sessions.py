"""Signing in over the API: both factors, no hints, no reuse of a code, counted failures, effective sign-out."""

import time
from base64 import b32decode
from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.test import Client

from comity.authorities import actions
from comity.authorities.models import Office, Officer
from comity.authorities.step_up import STEPPED_UP_AT
from comity.safeguards.actions import clear_sessions
from comity.values.actor import Role
from tests.authorities.test_actions import OPERATOR, house

pytestmark = pytest.mark.django_db

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
PASSWORD = "exercise-ada-12"


def code(shift: int = 0) -> str:
    generator = TOTP(b32decode(SECRET), 6, SHA1(), 30, enforce_key_length=False)  # noqa: S303 - RFC 6238 as authenticators speak it
    return generator.generate(int(time.time()) + shift).decode()


__all__ = ["house"]


@pytest.fixture
def ada(house: Office) -> Officer:
    cache.clear()
    return actions.appoint_first_officer(
        OPERATOR,
        office=house,
        officer=actions.NewOfficer("ada", "Ada", "Exercice", PASSWORD, [Role.REGISTRAR], one_time_secret=SECRET),
    )


def sign_in(client: Client, **changes: str) -> Any:
    body = {"username": "ada", "password": PASSWORD, "code": code(), **changes}
    return client.post("/api/sign-in", body, content_type="application/json")


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def test_both_factors_open_a_session(client: Client, ada: Officer) -> None:
    token = sign_in(client).json()["token"]
    me = client.get("/api/me", headers=bearer(token)).json()
    assert (me["name"], me["authority"], me["roles"], me["stepped_up"]) == (
        "Ada Exercice",
        "CH-FOJ",
        ["registrar"],
        True,
    )


def test_a_code_confirms_for_minutes_and_a_new_one_confirms_again(client: Client, ada: Officer) -> None:
    """The same rule as on the pages, for the code at sign-in and for one given later."""
    headers = bearer(sign_in(client).json()["token"])
    session = SessionStore(session_key=headers["Authorization"].removeprefix("Bearer "))
    session[STEPPED_UP_AT] = "2026-01-01T00:00:00.000Z"
    session.save()
    assert client.get("/api/me", headers=headers).json()["stepped_up"] is False
    client.post("/api/step-up", {"code": code(30)}, content_type="application/json", headers=headers)
    assert client.get("/api/me", headers=headers).json()["stepped_up"] is True


@pytest.mark.parametrize("changes", [{"password": "wrong"}, {"code": "000000"}, {"username": "eve"}, {"code": ""}])
def test_every_failure_answers_alike(client: Client, ada: Officer, changes: dict[str, str]) -> None:
    answer = sign_in(client, **changes)
    assert answer.status_code == 401
    assert answer.json() == {
        "error": {"code": "session:wrong", "message": "User name, password or one-time code is wrong."}
    }


def test_a_code_is_good_once(client: Client, ada: Officer) -> None:
    one = code()
    assert sign_in(client, code=one).status_code == 200
    assert sign_in(client, code=one).status_code == 401


def test_guessing_is_stopped(client: Client, ada: Officer) -> None:
    answers = [sign_in(client, password=f"guess-{n}").status_code for n in range(12)]
    assert answers == [401] * 10 + [503] * 2
    assert "locked until" in sign_in(client).json()["error"]["message"], "also with what is right"


def test_calls_are_bounded_by_officer_and_by_address(client: Client, ada: Officer, settings: Any) -> None:
    settings.API_CALLS_PER_MINUTE = 5
    headers = bearer(sign_in(client).json()["token"])
    other = bearer(sign_in(Client(REMOTE_ADDR="10.0.0.9"), code=code(30)).json()["token"])
    answers = [client.get("/api/me", headers=headers).status_code for _ in range(6)]
    assert answers == [200] * 5 + [503]
    assert Client(REMOTE_ADDR="10.0.0.9").get("/api/me", headers=other).status_code == 503, "the same officer"


def test_nothing_is_answered_without_a_session(client: Client, ada: Officer) -> None:
    for token in ("", "x", "0" * 32):
        assert client.get("/api/me", headers=bearer(token)).status_code == 401
    assert client.get("/api/me").status_code == 401


def test_signing_out_ends_the_session(client: Client, ada: Officer) -> None:
    headers = bearer(sign_in(client).json()["token"])
    client.post("/api/sign-out", headers=headers)
    assert client.get("/api/me", headers=headers).status_code == 401


@pytest.mark.parametrize("change", [{"is_active": False}, {"password": "another"}])
def test_a_closed_or_changed_account_is_out_at_the_next_request(
    client: Client, ada: Officer, change: dict[str, Any]
) -> None:
    headers = bearer(sign_in(client).json()["token"])
    Officer.objects.filter(id=ada.id).update(**change)
    assert client.get("/api/me", headers=headers).status_code == 401


def test_new_roles_hold_at_the_next_request(client: Client, ada: Officer) -> None:
    headers = bearer(sign_in(client).json()["token"])
    Officer.objects.filter(id=ada.id).update(roles=["auditor"])
    assert client.get("/api/me", headers=headers).json()["roles"] == ["auditor"]


def test_a_malformed_call_names_its_place(client: Client, ada: Officer) -> None:
    answer = client.post("/api/sign-in", {"username": "ada"}, content_type="application/json")
    assert answer.status_code == 422
    assert "body.body.password" in answer.json()["error"]["message"]


def test_a_pages_session_is_no_token_and_a_token_opens_no_page(client: Client, ada: Officer, settings: Any) -> None:
    page = Client()
    page.force_login(ada)
    assert page.get("/sign-in/set-up")["Location"] == "/"
    assert client.get("/api/me", headers=bearer(str(page.session.session_key))).status_code == 401
    assert page.get("/api/me").status_code == 401
    token = sign_in(client).json()["token"]
    stranger = Client()
    stranger.cookies[settings.SESSION_COOKIE_NAME] = token
    assert stranger.get("/dossiers")["Location"].startswith("/sign-in")
    assert client.get("/api/me", headers=bearer(token)).status_code == 200


def test_the_api_gives_no_cookie(client: Client, ada: Officer) -> None:
    signed_in = sign_in(client)
    token = signed_in.json()["token"]
    again = client.post("/api/step-up", {"code": code(30)}, content_type="application/json", headers=bearer(token))
    assert again.status_code == 200
    for answer in (signed_in, again, client.post("/api/sign-out", headers=bearer(token))):
        assert not answer.cookies


def test_sessions_that_have_ended_are_removed(client: Client, ada: Officer) -> None:
    token = sign_in(client).json()["token"]
    assert clear_sessions(OPERATOR) == 0
    Session.objects.update(expire_date=OPERATOR.at - timedelta(seconds=1))
    assert clear_sessions(OPERATOR) == 1
    assert client.get("/api/me", headers=bearer(token)).status_code == 401
