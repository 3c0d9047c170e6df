"""When a commit is on the disk: at once, as all are, or soon, for what is made again where power took it."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction


@contextmanager
def soon_durable() -> Iterator[None]:
    """A transaction that commits without waiting for the disk; the next that waits takes it along.

    A process that is killed loses nothing of it, a machine without power may: only for what nobody was told, or what
    says the same when it is made anew. Within another transaction it is a part of that one and as durable.
    """
    if connection.in_atomic_block:
        with transaction.atomic():
            yield
    elif connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA synchronous=NORMAL")
        try:
            with transaction.atomic():
                yield
        finally:
            with connection.cursor() as cursor:
                cursor.execute("PRAGMA synchronous=FULL")
    else:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL synchronous_commit TO OFF")
            yield
