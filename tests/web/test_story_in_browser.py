"""A person at the pages in a real Chromium: signs in, drafts, signs; in English and in Arabic."""

import time
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore

from comity.authorities.step_up import STEPPED_UP_AT
from comity.requests.models import Draft
from comity.requests.phases import Phase
from comity.requests.queries.access import state_of
from comity.web.pages import draft
from comity.web.pages.dossier_address import dossier_href
from tests.requests.stages import drafted, transmitted
from tests.web.test_looks import FAULTS

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def page(browser: Any, live_server: Any) -> Iterator[Any]:
    context = browser.new_context(
        viewport={"width": 1440, "height": 900}, base_url=live_server.url, reduced_motion="reduce"
    )
    opened = context.new_page()
    opened.faults = []
    opened.on("console", lambda line: opened.faults.append(line.text) if line.type == "error" else None)
    opened.on("pageerror", lambda error: opened.faults.append(str(error)))
    yield opened
    context.close()


def sign_in(page, desk, name):
    officer = desk(name)  # the authenticator is set up before the password is given: else the page would set one up
    page.goto("/sign-in")
    page.fill("[name=login]", name)
    page.fill("[name=password]", "x" * 20)
    page.click("button.primary")
    page.fill("[name=code]", officer.code())
    page.click("button.primary")
    page.wait_for_selector(".rail")


def minutes_later(page):
    """The code given at sign-in no longer counts."""
    cookie = next(one for one in page.context.cookies() if one["name"] == settings.SESSION_COOKIE_NAME)
    session = SessionStore(session_key=cookie["value"])
    session[STEPPED_UP_AT] = "2026-01-01T00:00:00.000Z"
    session.save()


def speak(page, language):
    page.click(f"button[name=language][value={language}]")
    page.wait_for_load_state()
    assert page.locator("html").get_attribute("dir") == ("rtl" if language == "ar" else "ltr")


def look(page):
    """Nothing overflows, nothing is clipped, the console is silent."""
    page.wait_for_load_state()
    assert page.evaluate(FAULTS) + page.faults == [], page.url


@pytest.mark.parametrize("language", ["en", "ar"])
def test_a_draft_saves_itself_and_is_signed_with_the_code_again(node, desk, page, language):
    dossier = drafted(node)
    sign_in(page, desk, "prosecutor")
    speak(page, language)
    look(page)
    page.goto(f"{dossier_href(dossier)}/draft")
    look(page)
    page.fill("[name='purpose.fr']", "Établir la destination des fonds.")
    page.wait_for_selector("[data-saved][data-state=saving]")
    page.wait_for_selector("[data-saved][data-state=saved]")
    assert Draft.objects.get().content["purpose"]["fr"] == "Établir la destination des fonds."
    page.fill("[name='purpose.fr']", "")
    page.fill("[name='purpose.es']", "")
    page.wait_for_selector("#gaps-purpose .gap")
    page.fill("[name='purpose.fr']", "Établir la destination des fonds.")
    page.fill("[name='purpose.es']", "Establecer el destino de los fondos.")
    page.wait_for_selector("#gaps-purpose .gap", state="detached")
    page.wait_for_selector("[data-saved][data-state=saved]")
    assert "Establecer el destino" in page.inner_text("#live")
    assert page.evaluate("sessionStorage.length") == 0
    page.goto(f"{dossier_href(dossier)}/sign")
    look(page)
    page.click("button[name=prepare]")
    page.wait_for_selector("button[name=sign]")
    assert page.locator("[name=code]").count() == 0, "the code given at sign-in still counts"
    minutes_later(page)
    page.reload()
    look(page)
    page.fill("[name=code]", desk("prosecutor").code())
    page.click("button[name=sign]")
    page.wait_for_selector(".entry.domestic")
    assert node.row("prosecutor", dossier).stage == Phase.SIGNED
    look(page)


@pytest.mark.parametrize("language", ["en", "ar"])
def test_the_requested_side_registers_and_asks_by_keyboard(node, desk, page, language):
    dossier = transmitted(node)
    sign_in(page, desk, "registrar")
    speak(page, language)
    page.goto("/")
    look(page)
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url("**/do/register_request")
    look(page)
    page.fill("[name=number]", "CO-2026-9")
    page.fill("[name=contact]", "Mesa de entrada")
    page.click("main button.primary")
    page.wait_for_selector(".timeline")
    look(page)
    assert state_of(node.row("registrar", dossier)).numbers["requested"] == "CO-2026-9"
    page.locator(".entry a.seal").first.click()
    page.wait_for_selector("pre.raw")
    assert page.locator(".reasons .barred").count() == 0
    look(page)


def test_a_save_that_overtakes_another_waits_for_it_and_loses_no_word(node, desk, page, monkeypatch):
    save = draft.save

    def slowly(*given):
        save(*given)
        time.sleep(1.5)

    monkeypatch.setattr(draft, "save", slowly)
    dossier = drafted(node)
    sign_in(page, desk, "prosecutor")
    page.goto(f"{dossier_href(dossier)}/draft")
    for words in ("Établir", "Établir la destination", "Établir la destination des fonds."):
        page.fill("[name='purpose.fr']", words)
        page.wait_for_timeout(900)
    page.wait_for_selector("[data-saved][data-state=saved]")
    while page.evaluate("sessionStorage.length"):
        page.wait_for_timeout(100)
    page.wait_for_timeout(2500)  # a save that waited for its turn is done too
    assert Draft.objects.get().content["purpose"]["fr"] == "Établir la destination des fonds."
    assert page.locator("#live .note.wrong").count() == 0
    assert page.faults == []
