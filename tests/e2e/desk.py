"""An officer at the pages in a real browser: signs in, opens pages, fills forms; every page is examined."""

import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from comity.cli.demo.client import one_time_code
from comity.cli.demo.stage import Site
from comity.cli.roster import OfficerEntry
from tests.web.test_looks import AXE, FAULTS, RULES

PATIENCE_SECONDS = 60


class Desk:
    """One officer in a browser of her own. `visited` counts the pages that were examined."""

    def __init__(self, browser: Any, site: Site, username: str, language: str) -> None:
        self.officer, self.language, self.visited = _officer(site, username), language, 0
        self._spent: set[int] = set()
        self._faults: list[str] = []
        context = browser.new_context(
            viewport={"width": 1440, "height": 900}, base_url=site.address, reduced_motion="reduce"
        )
        context.add_cookies([{"name": "django_language", "value": language, "url": site.address}])
        self.page = context.new_page()
        self.page.set_default_timeout(20_000)
        self.page.on("console", lambda line: self._faults.append(line.text) if line.type == "error" else None)
        self.page.on("pageerror", lambda error: self._faults.append(str(error)))
        self._sign_in()

    def _sign_in(self) -> None:
        self.open("/sign-in")
        self.page.fill("[name=login]", self.officer.username)
        self.page.fill("[name=password]", self.officer.password)
        self.page.click("main button.primary")
        self.page.wait_for_selector("[name=code]")
        self.look()
        self.page.fill("[name=code]", self.code())
        self.page.click("main button.primary")
        self.page.wait_for_selector(".rail")
        self.look()

    def code(self) -> str:
        """A one-time code that was not given yet: each is good once, and those of the neighbouring half minutes hold."""
        while True:
            here = int(time.time()) // 30
            for window in (here, here + 1, here - 1):
                if window not in self._spent:
                    self._spent.add(window)
                    return one_time_code(self.officer.totp_secret, window * 30)
            time.sleep(1)

    def look(self) -> None:
        """Right to left where the language is; nothing overflows or is clipped; axe and the console are silent."""
        self.page.wait_for_load_state()
        assert self.page.locator("html").get_attribute("lang") == self.language
        assert self.page.locator("html").get_attribute("dir") == ("rtl" if self.language == "ar" else "ltr")
        self.page.evaluate(AXE)
        found = [f"axe {one['id']} at {one['nodes'][0]['target']}" for one in self.page.evaluate(RULES)]
        assert self.page.evaluate(FAULTS) + found + self._faults == [], self.page.url
        self.visited += 1

    def open(self, path: str) -> None:
        answer = self.page.goto(path)
        assert answer.status == 200, f"{path}: {self.page.inner_text('body')[:400]}"
        self.look()

    def press(self, selector: str, *, looking: bool = True) -> None:
        """Press what sends a form or leads on, and examine the page that comes."""
        with self.page.expect_navigation():
            self.page.click(selector)
        if looking:
            self.look()

    def fill(self, values: Mapping[str, Any]) -> None:
        """Fill controls by their names: a list ticks boxes, a text is typed, chosen or picked, bytes are a file."""
        for name, value in values.items():
            control = self.page.locator(f'main [name="{name}"]')
            assert control.count(), f"{self.page.url} has no control {name}"
            kind = control.first.get_attribute("type")
            if isinstance(value, tuple):
                control.set_input_files([{"name": value[0], "mimeType": value[1], "buffer": value[2]}])
            elif kind in {"checkbox", "radio"}:
                for one in value if isinstance(value, list) else [value]:
                    self.page.check(f'main [name="{name}"][value="{one}"]')
            elif control.first.evaluate("one => one.tagName") == "SELECT":
                control.select_option(value)
            else:
                control.fill(value)

    def tick_all(self, name: str) -> None:
        boxes = self.page.locator(f'main [name="{name}"]')
        assert boxes.count(), f"{self.page.url} offers no {name}"
        for box in boxes.all():
            box.check()

    def act(self, dossier: str, verb: str, values: Mapping[str, Any] | None = None, *, every: str = "") -> None:
        """Do one verb on its page, with the code where it is asked for; ends on the dossier's timeline."""
        self.open(f"{dossier}/do/{verb}")
        self.fill(values or {})
        if every:
            self.tick_all(every)
        if self.page.locator("main [name=code]").count():
            self.page.fill("main [name=code]", self.code())
        self.press("main form .acts button")
        refused = self.page.locator(".note.wrong, .error").all_inner_texts()
        assert not refused, f"{verb}: {refused}"
        assert self.page.url.endswith(dossier), f"{verb} led to {self.page.url}"

    def until(self, dossier: str, holds: Callable[[str], bool], what: str) -> None:
        """Look at the steps of the dossier again and again, as a person does, until the other node's answer is in."""
        self._watch(f"{dossier}/steps", holds, what)

    def until_arrived(self, item: str) -> None:
        """Until the content of an item has come over whole: only then can it be checked."""
        self._watch(item, lambda page: f'action="{item}/verify"' in page, f"the content of {item}")

    def _watch(self, address: str, holds: Callable[[str], bool], what: str) -> None:
        end = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < end:
            answer = self.page.context.request.get(address)
            if answer.status == 200 and holds(answer.text()):
                return
            time.sleep(0.3)
        raise AssertionError(f"waited {PATIENCE_SECONDS} s for {what}")

    def until_open(self, dossier: str, verb: str) -> None:
        self.until(dossier, lambda page: f'href="{dossier}/do/{verb}"' in page, f"{verb} to be open")

    def close(self) -> None:
        self.page.context.close()


def _officer(site: Site, username: str) -> OfficerEntry:
    return next(person for person in _officers(site) if person.username == username)


def _officers(site: Site) -> Iterator[OfficerEntry]:
    for body in site.roster.authorities:
        for office in body.offices:
            yield from office.officers
