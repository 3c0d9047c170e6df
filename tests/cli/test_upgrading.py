"""A node's database of the first release, with a story in it, is brought to this one; nothing of it is lost."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from comity.cli import doctor, upgrading
from comity.cli.upgrading import changes_waiting, upgrade_database
from comity.exchange.models import StatementDue
from comity.requests.models import Dossier
from tests.cli.test_doctor import patient
from tests.requests.stages import agree, people, transmitted
from tests.requests.world import World

pytestmark = pytest.mark.django_db(transaction=True)
OURS = {one.label for one in apps.get_app_configs() if one.name.startswith("comity.")}


@pytest.fixture(autouse=True)
def _brought_back() -> Iterator[None]:
    """Whatever happens, the tests that follow find the database of this release."""
    yield
    call_command("migrate", interactive=False, verbosity=0)


def _first_release() -> None:
    """Bring the database back to the first changes of each of our rooms."""
    known = sorted(MigrationLoader(connection).disk_migrations)
    for app in sorted(OURS & {app for app, _ in known}):
        call_command(
            "migrate", app, next(name for label, name in known if label == app), interactive=False, verbosity=0
        )


def _columns() -> dict[str, list[str]]:
    """The tables of our rooms with their columns."""
    with connection.cursor() as cursor:
        return {
            table: [column.name for column in connection.introspection.get_table_description(cursor, table)]
            for table in connection.introspection.table_names(cursor)
            if table.partition("_")[0] in OURS
        }


def _rows(columns: dict[str, list[str]]) -> dict[str, list[Any]]:
    found = {}
    with connection.cursor() as cursor:
        for table, names in columns.items():
            cursor.execute(f"SELECT {', '.join(connection.ops.quote_name(name) for name in names)} FROM {table}")  # noqa: S608 - names of our own
            rows = [[bytes(one) if isinstance(one, memoryview) else one for one in row] for row in cursor.fetchall()]
            found[table] = sorted(rows, key=repr)
    return found


def _interrupted(harm: pytest.MonkeyPatch) -> None:
    """All changes were written, and the process ends before it says so."""
    make = upgrading.call_command

    def cut(name: str, **given: Any) -> None:
        make(name, **given)
        raise InterruptedError

    with harm.context() as here, pytest.raises(InterruptedError):
        here.setattr(upgrading, "call_command", cut)
        upgrade_database()


def test_a_database_of_the_first_release_is_brought_to_this_one_with_what_it_held(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = people(World(tmp_path))
    dossier = transmitted(world)
    _first_release()
    columns = _columns()
    held = _rows(columns)
    assert sum(len(rows) for rows in held.values()) > 100
    assert "migrations" in {one["check"] for one in doctor.examine(patient(world), world.at)["findings"]}
    waiting = changes_waiting()
    assert len(waiting) > 3
    _interrupted(monkeypatch)
    assert changes_waiting() == waiting
    assert _rows(columns) == held
    assert upgrade_database() == waiting
    assert _rows(columns) == held
    assert changes_waiting() == upgrade_database() == []
    assert [one for one in doctor.examine(patient(world), world.at)["findings"] if one["fault"]] == []
    assert Dossier.objects.filter(reference=str(dossier)).count() == 2
    assert StatementDue.objects.filter(message__dossier=str(dossier)).exists(), "what was queued is looked at"
    agree(world, dossier)
