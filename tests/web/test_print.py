"""On paper: the answer of the law is one sheet with a line to sign; a dossier keeps its two sides, without buttons."""

import io

import pytest
from pyhanko.pdf_utils.reader import PdfFileReader

pytestmark = pytest.mark.browser


@pytest.fixture
def page(browser):
    context = browser.new_context()
    yield context.new_page()
    context.close()


def sheets(page):
    printed = page.pdf(prefer_css_page_size=True)
    return int(PdfFileReader(io.BytesIO(printed)).root["/Pages"]["/Count"])


@pytest.mark.parametrize("name", ["law", "law-many", "law-untoc"])
@pytest.mark.parametrize("language", ["es", "ar"])
def test_the_answer_of_the_law_is_one_sheet_with_a_line_to_sign(name, language, page, specimens):
    page.context.add_cookies([{"name": "django_language", "value": language, "url": specimens}])
    page.goto(f"{specimens}/specimen/{name}")
    assert not page.locator(".signed").is_visible(), "only on paper"
    assert sheets(page) == 1
    page.emulate_media(media="print")
    assert page.locator(".signed .lines").is_visible()
    assert page.locator(".signed").inner_text().count("20") >= 2, "the day asked for and the day of the answer"
    assert page.locator(".ribbon").is_visible()
    for hidden in (".rail", "form.ask", "button"):
        assert not page.locator(hidden).first.is_visible()


def test_a_dossier_on_paper_keeps_its_two_sides_and_loses_its_buttons(page, specimens):
    page.goto(f"{specimens}/specimen/dossier")
    page.emulate_media(media="print")
    ours = page.locator(".entry.ours").first.bounding_box()
    theirs = page.locator(".entry.theirs").first.bounding_box()
    assert ours["x"] + ours["width"] <= theirs["x"]
    for hidden in (".rail", ".tabs", ".acts"):
        assert not page.locator(hidden).first.is_visible()
