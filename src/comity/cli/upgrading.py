"""Upgrading a node's database from an earlier release: forward only, one change after the other, each whole or not."""

from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor


def upgrade_database() -> list[str]:
    """Make every change that this release needs; returns their names in order. Run again, it goes on where it stopped.

    On both databases each change is one transaction: a node killed here stands at the last whole one.
    """
    executor = MigrationExecutor(connection)
    made = [f"{one.app_label} {one.name}" for one, _ in executor.migration_plan(executor.loader.graph.leaf_nodes())]
    call_command("migrate", interactive=False, verbosity=0)
    call_command("createcachetable", verbosity=0)
    return made
