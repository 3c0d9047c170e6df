from pathlib import Path

import pytest

from tests.requests.world import World


@pytest.fixture
def world(tmp_path: Path, db: None) -> World:
    return World(tmp_path)
