"""Upgrading a node's database from an earlier release: forward only, every change of the release or none.

The framework makes each change in a transaction of its own and notes it as made in another: a process that dies
between the two leaves a change that is there and not noted, and cannot be made again. So all are one transaction here.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.core.management import call_command
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor

from comity.values.errors import UnavailableError


def upgrade_database() -> list[str]:
    """Make every change that this release needs; returns their names in order. Killed on the way, it made none."""
    made = changes_waiting()
    with _whole():
        call_command("migrate", interactive=False, verbosity=0)
        call_command("createcachetable", verbosity=0)
    if left := changes_waiting():
        raise UnavailableError(
            f"The database did not keep {len(left)} changes; it stands as it stood before.",
            code="upgrade:lost",
            next_step="See that its disk has room, then run the command again.",
        )
    return made


@contextmanager
def _whole() -> Iterator[None]:
    """One transaction round all changes. SQLite rebuilds tables, for which foreign keys rest until the end."""
    # PostgreSQL alters no table on which a check still waits for the end of the transaction.
    rested = connection.vendor == "sqlite" and connection.disable_constraint_checking()
    try:
        with transaction.atomic():
            if connection.vendor == "postgresql":
                with connection.cursor() as cursor:
                    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            yield
            connection.check_constraints()
    except BaseException:
        connection.close()  # whatever the disk did to it, nothing of it is gone on with
        rested = False
        raise
    finally:
        if rested:
            connection.enable_constraint_checking()


def changes_waiting() -> list[str]:
    """The changes that this release needs and the database has not, by name."""
    executor = MigrationExecutor(connection)
    return [f"{one.app_label} {one.name}" for one, _ in executor.migration_plan(executor.loader.graph.leaf_nodes())]
