"""Every page, in every state, language, width and shade: nothing overflows, nothing is clipped, axe finds nothing."""

import pytest
from axe_playwright_python.base import AXE_FILE_PATH

from tests.web.specimens import SPECIMENS

pytestmark = pytest.mark.browser

WIDE, NARROW = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
EXAMINED = {("en", "wide"), ("ar", "narrow")}
"""Where axe looks, in both shades: its rules see names, roles and contrast, which do not change with more variants."""
AXE = AXE_FILE_PATH.read_text()
RULES = "async () => (await axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']})).violations"

FAULTS = """() => {
  const faults = [];
  const page = document.documentElement;
  if (page.scrollWidth > page.clientWidth) faults.push(`the page is ${page.scrollWidth - page.clientWidth}px too wide`);
  for (const one of document.body.querySelectorAll('*')) {
    const look = getComputedStyle(one), box = one.getBoundingClientRect();
    if (!box.width || !box.height || look.visibility === 'hidden' || one.closest('.visually-hidden, thead, svg, .skip')) continue;
    const name = one.tagName + '.' + one.className + ' "' + (one.textContent || '').trim().slice(0, 40) + '"';
    const hides = ['hidden', 'clip'].includes(look.overflowX);
    if (hides && one.scrollWidth > one.clientWidth + 1 && !['INPUT', 'TEXTAREA', 'SELECT', 'PROGRESS'].includes(one.tagName)) faults.push('clipped: ' + name);
    if (!one.children.length && (one.textContent || '').trim() && !one.closest('.list, .custody.across, pre') && (box.right > innerWidth + 1 || box.left < -1)) faults.push('outside: ' + name);
  }
  return faults.slice(0, 6);
}"""


def faults_of(page, where, *, examined):
    faults = [f"{where}: {fault}" for fault in page.evaluate(FAULTS)]
    for shade in ("light", "dark") if examined else ():
        page.emulate_media(color_scheme=shade, reduced_motion="reduce")
        for violation in page.evaluate(RULES):
            targets = "; ".join(str(node["target"]) for node in violation["nodes"][:3])
            faults.append(f"{where} {shade}: axe {violation['id']}: {violation['help']} at {targets}")
    return faults


@pytest.mark.parametrize("name", sorted(SPECIMENS))
def test_a_page_holds_in_every_language_width_and_shade(name, browser, specimens):
    faults = []
    for language in ("en", "es", "ar"):
        context = browser.new_context(viewport=WIDE)
        context.add_cookies([{"name": "django_language", "value": language, "url": specimens}])
        page = context.new_page()
        page.on(
            "console",
            lambda line, faults=faults: faults.append(f"console: {line.text}") if line.type == "error" else None,
        )
        page.on("pageerror", lambda error, faults=faults: faults.append(str(error)))
        answer = page.goto(f"{specimens}/specimen/{name}")
        assert answer.status == 200, page.inner_text("body")[:500]
        assert page.locator("html").get_attribute("dir") == ("rtl" if language == "ar" else "ltr")
        page.evaluate("document.fonts.ready")
        page.evaluate(AXE)
        for width, size in (("wide", WIDE), ("narrow", NARROW)):
            page.set_viewport_size(size)
            faults += faults_of(page, f"{language} {width}", examined=(language, width) in EXAMINED)
        context.close()
    assert not faults, "\n".join(faults)
