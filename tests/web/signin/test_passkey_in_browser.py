"""A real Chromium: a passkey of its virtual authenticator, and the way to a provider of another site and back."""

import pytest
from django.core.cache import cache

from comity.authorities.models import Officer
from comity.site.sign_in_provider import provider_of
from tests.web.signin.oidc_provider import CLIENT, SECRET, Provider
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


def test_the_way_back_from_a_provider_of_another_site_finds_its_session(node, desk, page, settings):
    cache.clear()
    officer = desk("stranger")
    Officer.objects.filter(username="stranger").update(email="a@mla.example")
    provider = Provider(claims={"sub": "s", "email": "a@mla.example", "email_verified": True}, host="127.0.0.1")
    said = {"issuer": provider.issuer, "client_id": CLIENT, "name": "State sign-in"}
    settings.SOCIALACCOUNT_PROVIDERS = provider_of(said, SECRET)
    page.goto("/sign-in")
    look(page)
    page.click("text=State sign-in")
    page.wait_for_selector("[name=code]")
    page.fill("[name=code]", officer.code())
    page.click("button.primary")
    page.wait_for_selector(".rail")
    provider.close()
