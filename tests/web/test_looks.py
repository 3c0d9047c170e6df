"""Every page, in every state, language, width and shade: nothing overflows, nothing is clipped, axe finds nothing."""

import re
from pathlib import Path

import pytest
from axe_playwright_python.base import AXE_FILE_PATH

from tests.web.specimens import SPECIMENS

pytestmark = pytest.mark.browser

SIZES = {"wide": {"width": 1440, "height": 900}, "narrow": {"width": 390, "height": 844}}
AXE = AXE_FILE_PATH.read_text()
EXAMINE = """async rules => (await axe.run(document, {runOnly: rules, resultTypes: ["violations"], preload: false})).violations"""
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
EXAMINED = {"en": ("wide", "light"), "ar": ("narrow", "dark")}
"""Where axe looks: both directions, widths and shades once. Its rules see names, roles and contrast, which do not change
with more variants; the dark shade changes colours and nothing else (held below)."""
FIRST = {min(name for name, one in SPECIMENS.items() if one.template == each.template) for each in SPECIMENS.values()}
"""One state of each page: in English, wide and light axe looks at these; in Arabic, narrow and dark at every state."""
MOST_ALIKE = 12
SHORTEN = """most => {
  for (const list of document.querySelectorAll('tbody, ul, ol, select, svg g'))
    for (const one of [...list.children].slice(most)) if (!one.selected) one.remove();
}"""
"""Of a long list axe is shown the first lines: the others are made by the same lines of code."""
STYLES = Path(__file__).parents[2] / "src/comity/web/static/web"

FAULTS = """() => {
  const faults = [];
  const page = document.documentElement;
  if (page.scrollWidth > page.clientWidth) faults.push(`the page is ${page.scrollWidth - page.clientWidth}px too wide`);
  for (const one of document.body.querySelectorAll('*')) {
    const look = getComputedStyle(one), box = one.getBoundingClientRect();
    if (!box.width || !box.height || look.visibility === 'hidden' || one.closest('.visually-hidden, thead, svg, .skip')) continue;
    const name = () => one.tagName + '.' + one.className + ' "' + (one.textContent || '').trim().slice(0, 40) + '"';
    const hides = ['hidden', 'clip'].includes(look.overflowX);
    if (hides && one.scrollWidth > one.clientWidth + 1 && !['INPUT', 'TEXTAREA', 'SELECT', 'PROGRESS'].includes(one.tagName)) faults.push('clipped: ' + name());
    if (!one.children.length && (one.textContent || '').trim() && !one.closest('.list, .custody.across, pre') && (box.right > innerWidth + 1 || box.left < -1)) faults.push('outside: ' + name());
  }
  return faults.slice(0, 6);
}"""


def examined(page, where):
    """What axe finds."""
    page.evaluate(AXE)
    page.evaluate(SHORTEN, MOST_ALIKE)
    for violation in page.evaluate(EXAMINE, RULES):
        targets = "; ".join(str(node["target"]) for node in violation["nodes"][:3])
        yield f"{where}: axe {violation['id']}: {violation['help']} at {targets}"


def test_the_dark_shade_changes_colours_and_nothing_else():
    dark = [
        block for sheet in STYLES.glob("*.css") for block in blocks(sheet.read_text(), "prefers-color-scheme: dark")
    ]
    assert dark
    for selector, declarations in (rule for block in dark for rule in re.findall(r"([^{}]+)\{([^{}]*)\}", block)):
        assert selector.strip() == ":root"
        names = [one.split(":")[0].strip() for one in re.sub(r"/\*.*?\*/", "", declarations).split(";") if one.strip()]
        assert [name for name in names if not name.startswith("--") and name != "color-scheme"] == []


def blocks(style, condition):
    """What stands within the braces of each media query with that condition."""
    for start in re.finditer(rf"@media[^{{]*{condition}[^{{]*\{{", style):
        depth, end = 1, start.end()
        while depth:
            depth += {"{": 1, "}": -1}.get(style[end], 0)
            end += 1
        yield style[start.end() : end - 1]


@pytest.fixture(scope="module")
def page(browser):
    """One window for all pages: it is opened, and styles and typefaces are read, once."""
    context = browser.new_context(viewport=SIZES["wide"])
    yield context.new_page()
    context.close()


@pytest.fixture
def faults(page):
    """What the console says of a page, from when it is opened."""
    said = []
    listeners = {
        "console": lambda line: said.append(f"console: {line.text}") if line.type == "error" else None,
        "pageerror": lambda error: said.append(str(error)),
    }
    for event, listener in listeners.items():
        page.on(event, listener)
    yield said
    for event, listener in listeners.items():
        page.remove_listener(event, listener)


@pytest.mark.parametrize("name", sorted(SPECIMENS))
def test_a_page_holds_in_every_language_width_and_shade(name, page, faults, specimens):
    for language in ("en", "es", "ar"):
        page.emulate_media(color_scheme="light", reduced_motion="reduce")
        page.context.add_cookies([{"name": "django_language", "value": language, "url": specimens}])
        answer = page.goto(f"{specimens}/specimen/{name}")
        assert answer.status == 200, page.inner_text("body")[:500]
        assert page.locator("html").get_attribute("dir") == ("rtl" if language == "ar" else "ltr")
        page.evaluate("document.fonts.ready")
        for width, size in SIZES.items():
            page.set_viewport_size(size)
            faults += [f"{language} {width}: {fault}" for fault in page.evaluate(FAULTS)]
        if language == "ar" or (language in EXAMINED and name in FIRST):
            width, shade = EXAMINED[language]
            page.set_viewport_size(SIZES[width])
            page.emulate_media(color_scheme=shade, reduced_motion="reduce")
            faults += examined(page, f"{language} {width} {shade}")
    assert not faults, "\n".join(faults)
