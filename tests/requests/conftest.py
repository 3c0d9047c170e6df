from pathlib import Path

import pytest

from tests.requests.stages import people
from tests.requests.world import World


@pytest.fixture
def world(tmp_path: Path, db: None) -> World:
    return World(tmp_path)


@pytest.fixture
def cast(world: World) -> World:
    """Those of the long story, and a stranger."""
    return people(world)
