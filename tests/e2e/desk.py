"""An officer at the pages in a real browser: signs in, opens pages, fills forms; every kind of page is examined."""

import re
import time
from collections.abc import Callable, Iterator, Mapping
from html import escape
from threading import Lock
from typing import Any
from urllib.parse import unquote, urlsplit

from comity.cli.demo.client import one_time_code
from comity.cli.demo.stage import Site
from comity.cli.roster import OfficerEntry
from tests.web.test_looks import AXE, EXAMINE, FAULTS, RULES

PATIENCE_SECONDS = 240
"""For what the other node or a job brings: nothing here measures how fast it comes, and the machine may be busy."""
PAGE_SECONDS = 90


class Codes:
    """One-time codes of all officers: each is given once, whichever of an officer's desks asks."""

    def __init__(self) -> None:
        self._lock, self._spent = Lock(), set[tuple[str, int]]()

    def of(self, officer: OfficerEntry) -> str:
        """The next half minute's code, which holds longest, or this one's; else wait for another half minute."""
        while True:
            here = int(time.time()) // 30
            with self._lock:
                for window in (here + 1, here):
                    if (officer.username, window) not in self._spent:
                        self._spent.add((officer.username, window))
                        return one_time_code(officer.totp_secret, window * 30)
            time.sleep(1)


class Desk:
    """One officer in a browser of her own. `examined` holds the kinds of page that this showing has examined."""

    def __init__(
        self, browser: Any, site: Site, username: str, language: str, *, codes: Codes, examined: set[str]
    ) -> None:
        self.officer, self.language = _officer(site, username), language
        self._codes, self._examined = codes, examined
        self._faults: list[str] = []
        context = browser.new_context(
            viewport={"width": 1440, "height": 900}, base_url=site.address, reduced_motion="reduce"
        )
        context.add_cookies([{"name": "django_language", "value": language, "url": site.address}])
        self.page = context.new_page()
        self.page.set_default_timeout(PAGE_SECONDS * 1000)
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
        self.give_code()
        self.page.click("main button.primary")
        self.page.wait_for_selector(".rail")
        self.look()

    def give_code(self) -> None:
        """The one-time code, where the page asks for it."""
        if self.page.locator("main [name=code]").count():
            self.page.fill("main [name=code]", self._codes.of(self.officer))

    def look(self, *, anew: bool = False) -> None:
        """Right to left where the language is; nothing overflows or is clipped; the console is silent.

        Axe examines each kind of page once for a showing, and once more where it is asked to look anew.
        """
        self.page.wait_for_load_state()
        assert self.page.locator("html").get_attribute("lang") == self.language
        assert self.page.locator("html").get_attribute("dir") == ("rtl" if self.language == "ar" else "ltr")
        kind, found = kind_of(self.page.url), []
        if anew or kind not in self._examined:
            self._examined.add(kind)
            self.page.evaluate(AXE)
            found = [f"axe {one['id']} at {one['nodes'][0]['target']}" for one in self.page.evaluate(EXAMINE, RULES)]
        assert self.page.evaluate(FAULTS) + found + self._faults == [], self.page.url

    def open(self, path: str, *, anew: bool = False) -> None:
        answer = self.page.goto(path)
        assert answer.status == 200, f"{path}: {self.page.inner_text('body')[:400]}"
        self.look(anew=anew)

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
        self.give_code()
        self.press("main form .acts button")
        refused = self.page.locator(".note.wrong, .error").all_inner_texts()
        assert not refused, f"{verb}: {refused}"
        assert self.page.url.endswith(dossier), f"{verb} led to {self.page.url}"

    def until_shown(self, dossier: str, words: str) -> None:
        """Look at the dossier again and again, as a person does, until what the other side wrote stands in it."""
        self._watch(dossier, lambda page: escape(words) in page, f"'{words}' in {dossier}")

    def until_open(self, dossier: str, verb: str) -> None:
        self._watch(f"{dossier}/steps", lambda page: f'href="{dossier}/do/{verb}"' in page, f"{verb} to be open")

    def until_arrived(self, item: str) -> None:
        """Until the content of an item has come over whole: only then can it be checked."""
        self._watch(item, lambda page: f'action="{item}/verify"' in page, f"the content of {item}")

    def _watch(self, address: str, holds: Callable[[str], bool], what: str) -> None:
        def stands() -> bool:
            answer = self.page.context.request.get(address, timeout=PAGE_SECONDS * 1000)
            return answer.status == 200 and holds(answer.text())

        self.until(stands, what)

    def until(self, holds: Callable[[], bool], what: str) -> None:
        """Look again and again, as a person does; the page goes on meanwhile."""
        end = time.monotonic() + PATIENCE_SECONDS
        while not holds():
            assert time.monotonic() < end, f"waited {PATIENCE_SECONDS} s for {what}"
            self.page.wait_for_timeout(300)


def kind_of(url: str) -> str:
    """The address without what names one dossier, item, message or officer: pages of one kind have one template."""
    parts = unquote(urlsplit(url).path).split("/")
    return "/".join("*" if ":" in part or re.fullmatch(r"[0-9a-f-]{32,}", part) else part for part in parts)


def _officer(site: Site, username: str) -> OfficerEntry:
    return next(person for person in _officers(site) if person.username == username)


def _officers(site: Site) -> Iterator[OfficerEntry]:
    for body in site.roster.authorities:
        for office in body.offices:
            yield from office.officers
