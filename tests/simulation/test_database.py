"""A simulated node's database has the schema of a real one, and its commits fail as told and only then."""

import pytest
from django.db import OperationalError, connection, transaction

from comity.safeguards.actions import enter
from comity.safeguards.queries import ledger_size
from comity.simulation.database import CrashError, CrashPoint, NodeDatabase, acting, new_database
from comity.values.actor import Act

CH = "CH-FOJ"


def shape(wrapper) -> dict[str, object]:
    """Columns and constraints of every table but Django's own record of migrations."""
    found: dict[str, object] = {}
    with wrapper.cursor() as cursor:
        for table in wrapper.introspection.table_names(cursor):
            if table in {"django_migrations", "simulation_effect", "node_cache"}:
                continue
            columns = wrapper.introspection.get_table_description(cursor, table)
            constraints = wrapper.introspection.get_constraints(cursor, table)
            found[table] = (
                sorted((column.name, column.type_code, column.null_ok) for column in columns),
                sorted(
                    (tuple(sorted(one["columns"] or ())), one["unique"], one["primary_key"], one["foreign_key"] or ())
                    for one in constraints.values()
                ),
            )
    return found


@pytest.mark.skipif(connection.vendor != "sqlite", reason="the simulator's databases are SQLite")
@pytest.mark.django_db
def test_the_schema_is_the_one_migrations_make():
    assert shape(new_database()) == shape(connection)


def write(act: Act) -> None:
    with transaction.atomic():
        enter(act, "test:line:entered", "x", authority=CH)


@pytest.fixture
def database() -> NodeDatabase:
    return new_database()


def test_a_crash_before_the_commit_leaves_nothing(database, act):
    with acting(database):
        database.arm(CrashPoint.BEFORE_COMMIT, 2)
        write(act)
        with pytest.raises(CrashError):
            write(act)
        database.restart()
        assert ledger_size(CH) == 1
        write(act)
        assert ledger_size(CH) == 2


def test_a_crash_after_the_commit_leaves_everything(database, act):
    with acting(database):
        database.arm(CrashPoint.AFTER_COMMIT, 1)
        with pytest.raises(CrashError):
            write(act)
        database.restart()
        assert ledger_size(CH) == 1


def test_a_full_disk_is_an_error_that_leaves_nothing(database, act):
    with acting(database):
        database.arm(CrashPoint.DISK_FULL, 1)
        with pytest.raises(OperationalError):
            write(act)
        assert ledger_size(CH) == 0
        write(act)
        assert ledger_size(CH) == 1


def test_nodes_do_not_share_a_database(act):
    first, second = new_database(), new_database()
    with acting(first):
        write(act)
        with acting(second):
            assert ledger_size(CH) == 0
        assert ledger_size(CH) == 1


def test_no_exception_of_the_house_swallows_a_crash():
    assert not issubclass(CrashError, Exception)
