"""What is put back of a stage is what playing it leaves, to the row and the byte; another beginning is played anew."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction

from comity.safeguards.queries import broken_places
from tests.requests import remembering
from tests.requests.remembering import _chance, _files, _rows
from tests.requests.stages import agree, drafted, in_execution, people
from tests.requests.world import World

pytestmark = pytest.mark.django_db

RECORD = {"on": "2026-11-02", "place": "Bogotá", "by": "Fiscalía"}


@pytest.fixture(autouse=True)
def _nothing_remembered(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(remembering, "_LEFT", {})
    return


def test_a_stage_put_back_is_the_stage_played(tmp_path: Path) -> None:
    """Also what comes after it goes on the same way."""
    ends = []
    for number in range(2):
        with transaction.atomic():
            world = people(World(tmp_path / str(number)))
            dossier = in_execution(world)
            rows = {table: _comparable(held) for table, held in _rows().items()}
            seen, files = list(world.line.seen), _files(world)
            agree(world, dossier)
            world.do("fiscal", "record_execution", dossier, parts=["a"], record=RECORD)
            assert [place for code in world.keys.authorities() for place in broken_places(code)] == []
            ends.append((dossier, seen, files, world.at, _chance(world).getstate(), rows))
            transaction.set_rollback(True)
    (*first, rows), (*second, put_back) = ends
    assert first == second
    assert {table for table in rows if rows[table] != put_back[table]} <= {"authorities_officer"}


def _comparable(held: dict[Any, tuple[Any, ...]]) -> Any:
    """The rows; only how many where a sequence does not go back with its transaction, so that ids differ."""
    return len(held) if connection.vendor == "postgresql" else held


def test_a_test_that_did_anything_before_plays_the_stage_itself(tmp_path: Path) -> None:
    world = people(World(tmp_path))
    drafted(world)
    assert len(remembering._LEFT) == 1
    drafted(world)
    assert len(remembering._LEFT) == 2
