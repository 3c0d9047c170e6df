"""What every test may ask for: a moment, a seeded source of chance, acts in the hands of named officers."""

import os
import random
from collections.abc import Callable, Generator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.utils import translation
from hypothesis import settings

from comity.values.actor import Act, Actor, ActorKind, Role

# Property tests are about truth, not speed: a busy machine must not fail them.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")

MOMENT = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)


def seeded(seed: int) -> Callable[[int], bytes]:
    """Random bytes that are the same in every run."""
    return random.Random(seed).randbytes


def officer(authority: str, *roles: Role, name: str = "someone", stepped_up: bool = True) -> Actor:
    return Actor(ActorKind.OFFICER, f"{name}@{authority}", authority, frozenset(roles), name, stepped_up)


@pytest.fixture
def moment() -> datetime:
    return MOMENT


@pytest.fixture
def act() -> Act:
    return Act(officer("CH-FOJ", *Role), MOMENT, "casework", seeded(1))


DATABASE = {"db", "transactional_db"}
"""Who asks for one of these fixtures, or carries the mark `django_db`, touches the database."""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On PostgreSQL the tests that touch no database are left out: they would say the same again."""
    if not os.environ.get("COMITY_TEST_DATABASE"):
        return
    touching = [
        item
        for item in items
        if item.get_closest_marker("django_db") or DATABASE & set(getattr(item, "fixturenames", ()))
    ]
    config.hook.pytest_deselected(items=[item for item in items if item not in set(touching)])
    items[:] = touching


def pytest_runtest_teardown() -> None:
    """A test that asked for a page leaves its language in the thread: the next begins in the node's own."""
    translation.deactivate()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Generator[None, Any, Any]:
    """In the gate (COMITY_REQUIRE_PARTS=1) a part that a laptop may lack must be there: its absence fails."""
    report = yield
    if report.skipped and os.environ.get("COMITY_REQUIRE_PARTS") == "1":
        reason = str(report.longrepr[2]) if isinstance(report.longrepr, tuple) else str(report.longrepr)
        if "no Chromium" in reason or "not installed" in reason:
            report.outcome = "failed"
            report.longrepr = f"{item.nodeid}: {reason}"
    return report
