"""The map beside the question: a click chooses a State, the field chooses it too; without script the fields are enough."""

import re

import pytest

from comity.web.world import shapes

pytestmark = [pytest.mark.browser, pytest.mark.skipif(not shapes(), reason="set-up has not drawn the map")]


@pytest.fixture
def page(browser):
    context = browser.new_context()
    yield context.new_page()
    context.close()


def marked(page, side):
    return page.locator(f"use.{side}").evaluate_all("found => found.map(one => one.dataset.state)")


def test_a_click_and_a_field_choose_the_same(page, specimens):
    page.goto(f"{specimens}/specimen/law-empty")
    assert marked(page, "requesting") == ["CH"]
    page.locator('use[data-state="BR"]').click()
    assert page.locator("select[name=requested]").input_value() == "BR"
    assert marked(page, "requested") == ["BR"]
    page.get_by_role("button", name="requesting State").click()
    page.locator('use[data-state="DZ"]').click()
    assert page.locator("select[name=requesting]").input_value() == "DZ"
    assert page.get_by_role("img", name="Map of the world: Algeria asks Brazil.").count() == 1
    assert page.locator(".world .way").get_attribute("d").startswith("M")
    page.locator("select[name=requested]").select_option("PE")
    assert marked(page, "requested") == ["PE"]


def test_what_is_said_of_two_states_goes_when_another_is_chosen(page, specimens):
    page.goto(f"{specimens}/specimen/law")
    near = page.locator(".world svg").get_attribute("viewBox")
    assert page.locator("[data-standings]").count() == 1
    page.locator("select[name=requested]").select_option("NZ")
    assert page.locator("[data-standings]").count() == 0
    assert page.locator(".world svg").get_attribute("viewBox") == "0 0 1000 455" != near, "it was out of view"


def test_without_script_the_fields_are_enough(browser, specimens):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{specimens}/specimen/law-untoc")
    assert not page.locator("[data-chooses]").first.is_visible()
    assert page.locator(".world svg").is_visible()
    assert page.locator("select[name=requested]").is_visible()
    assert re.search(r"\d", page.locator(".standings").inner_text())
    context.close()
