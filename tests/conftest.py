"""What every test may ask for: a moment, a seeded source of chance, acts in the hands of named officers."""

import random
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from comity.values.actor import Act, Actor, ActorKind, Role

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
