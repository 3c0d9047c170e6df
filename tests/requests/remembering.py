"""A stage of a story is played once a run; who asks for it again from the very same beginning gets what it left.

Clock, chance and keys of a `World` are its own, so the same beginning leads to the same rows and files. What a stage
changed is kept as rows (by key) and sealed files, and put back under the next test's own transaction. A test that did
anything before (another moment, another draw of chance, another line in a ledger) plays the stage itself.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from hashlib import sha256
from pathlib import Path
from typing import Any

from django.apps import apps
from django.db import connection

from comity.safeguards.models import LedgerHead, LedgerRead
from comity.values.reference import Reference
from tests.requests.world import World

Stage = Callable[[World], Reference]
Rows = dict[str, dict[Any, tuple[Any, ...]]]
"""Table to key to row."""


@dataclass(frozen=True)
class _Left:
    """What a stage left behind."""

    dossier: Reference
    rows: Rows
    gone: dict[str, list[Any]]
    files: dict[Path, bytes]
    seen: list[bytes]
    at: datetime
    chance: tuple[Any, ...]


_LEFT: dict[str, _Left] = {}


def remembered(play: Stage) -> Stage:
    """The same stage, played once from each beginning."""

    @wraps(play)
    def stage(world: World) -> Reference:
        beginning = _beginning(world, play.__name__)
        if beginning not in _LEFT:
            _LEFT[beginning] = _played(world, play)
        else:
            _put_back(world, _LEFT[beginning])
        return _LEFT[beginning].dossier

    return stage


def _beginning(world: World, name: str) -> str:
    """All that decides how a stage goes: the moment, chance, keys, people and the ledgers with every act so far."""
    heads = sorted((row.authority, row.size, bytes(row.frontier)) for row in LedgerHead.objects.all())
    keys = [(code, world.keys.signer(code).key_id) for code in world.keys.authorities()]
    people = sorted((name, str(officer.pk)) for name, officer in world.officers.items())
    reads = LedgerRead.objects.count()
    state = (name, world.at, _chance(world).getstate(), heads, keys, people, reads, world.line.down, world.line.seen)
    return sha256(repr((*state, connection.vendor)).encode()).hexdigest()


def _chance(world: World) -> Any:
    return world.chance.__self__  # type: ignore[attr-defined]


def _played(world: World, play: Stage) -> _Left:
    rows, files, seen = _rows(), _files(world), len(world.line.seen)
    dossier = play(world)
    after = _rows()
    return _Left(
        dossier,
        {
            table: {key: row for key, row in held.items() if rows[table].get(key) != row}
            for table, held in after.items()
        },
        {table: [key for key in held if key not in after[table]] for table, held in rows.items()},
        {path: data for path, data in _files(world).items() if path not in files},
        world.line.seen[seen:],
        world.at,
        _chance(world).getstate(),
    )


def _put_back(world: World, left: _Left) -> None:
    with connection.cursor() as cursor:
        for table, key in _tables().items():
            changed = left.rows.get(table, {})
            for old in (*changed, *left.gone.get(table, ())):
                cursor.execute(f'DELETE FROM "{table}" WHERE "{key}" = %s', [old])  # noqa: S608 - names of our own tables
            if changed:
                row = next(iter(changed.values()))
                places = ", ".join(["%s"] * len(row))
                cursor.executemany(f'INSERT INTO "{table}" VALUES ({places})', list(changed.values()))  # noqa: S608 - the same
    for path, data in left.files.items():
        place = world.vault.root / path
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        place.write_bytes(data)
    world.line.seen.extend(left.seen)
    world.at = left.at
    _chance(world).setstate(left.chance)


def _tables() -> dict[str, str]:
    """Each table of the node with the column of its key."""
    models = apps.get_models(include_auto_created=True)
    return {model._meta.db_table: model._meta.pk.column for model in models}


def _rows() -> Rows:
    held: Rows = {}
    with connection.cursor() as cursor:
        for table, key in _tables().items():
            cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608 - the same
            place = [column[0] for column in cursor.description].index(key)
            held[table] = {row[place]: tuple(row) for row in cursor.fetchall()}
    return held


def _files(world: World) -> dict[Path, bytes]:
    root = world.vault.root
    return {path.relative_to(root): path.read_bytes() for path in root.rglob("*") if path.is_file()}
