"""A browser and a server for the pages' looks. One browser for the whole run; one page at a time."""

import os
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.core.handlers.wsgi import WSGIHandler
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
from django.test import Client, override_settings
from playwright.sync_api import sync_playwright

from comity.authorities.step_up import confirm
from comity.web.entrance import now
from tests.requests.stages import people
from tests.requests.world import World

CHROMIUM = next(
    (place for place in map(Path, ("/usr/bin/chromium-headless-shell", "/usr/bin/chromium")) if place.is_file()),
    Path("/usr/bin/chromium"),
)
"""The shell is the same engine without a window's own pages, which cost as much of the processor as ours do."""
ARGUMENTS = ["--no-sandbox", "--disable-background-networking", "--no-first-run", "--disable-component-update"]


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "browser: opens pages in a real Chromium; skipped where there is none")


SPECIMEN_SITE = {
    "ROOT_URLCONF": "tests.web.specimen_site",
    "SESSION_ENGINE": "django.contrib.sessions.backends.signed_cookies",
    "MESSAGE_STORAGE": "django.contrib.messages.storage.cookie.CookieStorage",
}


class _Server(ThreadedWSGIServer):
    request_queue_size = 128
    """Chromium opens several connections at once; none is turned away while the machine is busy."""


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class calls it so
        """Say nothing: the tests name what fails."""


@pytest.fixture
def world(tmp_path: Path, db: None) -> World:
    """Invented authorities on one node, with those of the long story."""
    return people(World(tmp_path))


@pytest.fixture
def node(world: World, settings: Any, tmp_path: Path) -> World:
    """The pages' node: the world's keys and vault, marked as an exercise, with the pages' own addresses."""
    settings.ROOT_URLCONF = "comity.web.urls"
    settings.COMITY = SimpleNamespace(
        exercise=True,
        folder=tmp_path,
        keys=lambda: world.keys,
        vault=lambda: world.vault,
        transport=lambda: world.line,
        glass=lambda: None,
    )
    settings.SESSION_COOKIE_SECURE = False
    return world


@dataclass
class Desk:
    """One officer at the pages: signed in with a second factor; `code()` gives her next one-time code."""

    client: Client
    secret: str
    spent: int = 0

    def code(self) -> str:
        """A code that was not used yet: the library takes the next half minute's too."""
        self.spent += 1
        counter = int(time.time()) // 30 + (1 if self.spent > 1 else 0)
        return format_hotp_value(hotp_value(self.secret, counter))

    def step_up(self) -> None:
        session = self.client.session
        confirm(session, now())
        session.save()


@pytest.fixture
def desk(node: World) -> Callable[..., Desk]:
    """Sit down as one of the officers of the world."""
    seats: dict[str, Desk] = {}

    def sit(name: str, *, stepped_up: bool = True) -> Desk:
        if name in seats:
            return seats[name]
        officer = node.officers[name]
        secret = generate_totp_secret()
        TOTP.activate(officer, secret)
        client = Client()
        client.force_login(officer)
        sat = seats[name] = Desk(client, secret)
        if stepped_up:
            sat.step_up()
        return sat

    return sit


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    if not CHROMIUM.is_file():
        pytest.skip("no Chromium at /usr/bin/chromium: pages are not opened")
    # Playwright's loop runs in this thread; Django would refuse the test's own queries beside it.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as play:
        chromium = play.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def specimen_server() -> Iterator[str]:
    """One server for the whole run, so that styles and typefaces are read once and no page's last call meets its end."""
    with override_settings(**SPECIMEN_SITE):
        handler = WSGIHandler()
    server = _Server(("localhost", 0), _Quiet)
    server.set_app(handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://localhost:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def specimens(specimen_server: str, settings: Any) -> str:
    """The address of a server that shows specimens: templates with made-up contexts, and no database."""
    for name, value in SPECIMEN_SITE.items():
        setattr(settings, name, value)
    return specimen_server
