"""A passkey in a real Chromium with a virtual authenticator: kept, it signs in and confirms an act that binds."""

import pytest
from django.core.cache import cache

from comity.authorities.models import Officer
from tests.web.test_story_in_browser import look, minutes_later, page, sign_in, speak

__all__ = ["page"]

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def plug_in(page):
    """A platform authenticator that checks its user, as a phone or a laptop does; returns its list of passkeys."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True}
    options |= {"hasUserVerification": True, "isUserVerified": True, "automaticPresenceSimulation": True}
    device = session.send("WebAuthn.addVirtualAuthenticator", {"options": options})["authenticatorId"]
    return lambda: session.send("WebAuthn.getCredentials", {"authenticatorId": device})["credentials"]


def test_a_passkey_is_kept_signs_in_and_confirms_an_act(node, desk, page):
    cache.clear()
    held = plug_in(page)
    sign_in(page, desk, "stranger")
    page.goto("/my-sign-in/passkeys/new")
    look(page)
    page.fill("[name=name]", "laptop")
    page.click("[data-passkey] button")
    page.wait_for_url("**/my-sign-in")
    look(page)
    assert "laptop" in page.inner_text("main")
    assert [one["rpId"] for one in held()] == ["localhost"]
    page.goto("/sign-out")
    page.click("button.primary")
    page.goto("/sign-in")
    look(page)
    page.click("[data-passkey] button")
    page.wait_for_selector(".rail")
    minutes_later(page)
    speak(page, "ar")
    page.goto("/officers/new")
    look(page)
    for name, value in {"first_name": "N", "last_name": "N", "username": "new", "password": "y" * 20}.items():
        page.fill(f"[name={name}]", value)
    page.check("[name=roles][value=registrar]")
    page.click("[data-passkey] button")
    page.wait_for_selector("[data-passkey] [data-words]:not(:empty)")
    assert page.input_value("[name=credential]")
    look(page)
    page.click("form.sheet button.primary")
    page.wait_for_url("**/officers")
    assert Officer.objects.filter(username="new").exists()
    assert [one["signCount"] for one in held()] == [3]
