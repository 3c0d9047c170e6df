"""A bundle is written whole or not at all, and what the medium does not take is told as it is."""

from pathlib import Path

import pytest

from comity.cli.courier import _written
from comity.exchange.actions import Packed, pack
from comity.exchange.cargo import NoCargo
from comity.exchange.models import CourierBundle
from comity.values.actor import Act, job
from comity.values.errors import UnavailableError
from tests.requests.stages import people, transmitted
from tests.requests.world import World


@pytest.fixture
def world(db: None, tmp_path: Path) -> World:
    made = people(World(tmp_path))
    transmitted(made)
    return made


def packed(world: World) -> Packed:
    act = Act(job("operator", "operator"), world.at, "courier", world.chance)
    return pack(act, "CO-FGN", holder="CH-FOJ", keys=world.keys, cargo=NoCargo())


def test_a_medium_that_does_not_take_it_is_named_and_the_spent_number_too(world: World, tmp_path: Path) -> None:
    with pytest.raises(UnavailableError, match="Bundle 1 was not written") as told:
        _written(packed(world), tmp_path / "no-such-stick")
    assert told.value.next_step
    assert CourierBundle.objects.get().number == 1


def test_nothing_half_written_is_left_on_the_stick(world: World, tmp_path: Path) -> None:
    stick = tmp_path / "stick"
    stick.mkdir()
    bundle = packed(world)
    bundle._spool.close()  # as if its file had been lost
    with pytest.raises(ValueError):
        _written(bundle, stick)
    assert not list(stick.iterdir())
    assert _written(packed(world), stick)["number"] == 2
    assert [place.suffix for place in stick.iterdir()] == [".comity"]
