"""One in-memory SQLite database per simulated node, with the real schema, on which commits can be made to fail.

No state of a node lives in a module: the simulator puts a node's connection in the place of `default` while it acts.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from typing import Any

from django.apps import apps
from django.db import DEFAULT_DB_ALIAS, OperationalError, connections
from django.db.backends.sqlite3.base import DatabaseWrapper

_SCHEMAS: dict[str, sqlite3.Connection] = {}
"""The empty schema, made once per process and copied: it is code turned into tables, no state of any node."""

_EFFECTS = "CREATE TABLE simulation_effect (holder TEXT NOT NULL, digest TEXT NOT NULL)"


class CrashPoint(StrEnum):
    """What one commit can be made to do; a full disk is an error the process survives."""

    BEFORE_COMMIT = "crash-before-commit"
    AFTER_COMMIT = "crash-after-commit"
    DISK_FULL = "disk-full"


class CrashError(BaseException):
    """The simulated process died here; like a real death, no `except Exception` survives it."""


class NodeDatabase(DatabaseWrapper):
    """A node's database. `arm` makes one of its next commits the last thing its process does."""

    def __init__(self) -> None:
        super().__init__(_settings(), DEFAULT_DB_ALIAS)
        self._crash: tuple[CrashPoint, int] | None = None

    def arm(self, point: CrashPoint, commits: int) -> None:
        """Let the n-th commit from now fail in this way."""
        self._crash = (point, commits)

    def disarm(self) -> None:
        self._crash = None

    def commit(self) -> None:
        if self._crash is None:
            super().commit()
            return
        point, commits = self._crash
        self._crash = (point, commits - 1) if commits > 1 else None
        if commits > 1:
            super().commit()
            return
        if point is CrashPoint.DISK_FULL:
            raise OperationalError("database or disk is full")
        if point is CrashPoint.AFTER_COMMIT:
            super().commit()
        else:
            # On its way out Django would switch autocommit on, and with that `sqlite3` commits what is open.
            self.connection.rollback()
        raise CrashError(point)

    def restart(self) -> None:
        """What a new process finds: everything committed, nothing else; no transaction is open."""
        self._crash = None
        self.connection.rollback()
        self.in_atomic_block = False
        self.savepoint_ids, self.atomic_blocks, self.run_on_commit = [], [], []
        self.needs_rollback = self.closed_in_transaction = False
        self.commit_on_exit = True


def new_database() -> NodeDatabase:
    """An empty database with the schema of a real node and the simulator's own table of effects."""
    database = NodeDatabase()
    database.connect()
    if "schema" not in _SCHEMAS:
        _SCHEMAS["schema"] = _build_schema()
    _SCHEMAS["schema"].backup(database.connection)
    return database


@contextmanager
def acting(database: DatabaseWrapper) -> Iterator[None]:
    """Everything inside runs on this node's database; afterwards the one before it is back."""
    before = connections[DEFAULT_DB_ALIAS]
    connections[DEFAULT_DB_ALIAS] = database
    try:
        yield
    finally:
        connections[DEFAULT_DB_ALIAS] = before


def _build_schema() -> sqlite3.Connection:
    """Every table, index and constraint of the models, in memory. A test holds it equal to what migrations make."""
    database = NodeDatabase()
    database.connect()
    with acting(database), database.schema_editor() as editor:
        for model in apps.get_models():
            if model._meta.managed and not model._meta.proxy:  # noqa: SLF001 - Django's documented Meta API
                editor.create_model(model)
    with database.cursor() as cursor:
        cursor.execute(_EFFECTS)
    raw: sqlite3.Connection = database.connection
    return raw


def _settings() -> dict[str, Any]:
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": ":memory:",
        "OPTIONS": {"transaction_mode": "IMMEDIATE"},
        "TIME_ZONE": None,
        "CONN_MAX_AGE": 0,
        "CONN_HEALTH_CHECKS": False,
        "AUTOCOMMIT": True,
        "ATOMIC_REQUESTS": False,
        "USER": "",
        "PASSWORD": "",
        "HOST": "",
        "PORT": "",
        "TEST": {"CHARSET": None, "COLLATION": None, "MIGRATE": True, "MIRROR": None, "NAME": None},
    }
