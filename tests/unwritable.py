"""A ledger that takes no line: the database as it is when its disk turned read-only, and when it is gone."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import OperationalError, connection


@contextmanager
def unwritable() -> Iterator[None]:
    """Every statement that would write is refused by the database itself; reads go on."""
    lite = connection.vendor == "sqlite"
    statements = (
        ("PRAGMA query_only = {}", "ON", "OFF") if lite else ("SET default_transaction_read_only = {}", "on", "off")
    )
    with connection.cursor() as cursor:
        cursor.execute(statements[0].format(statements[1]))
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(statements[0].format(statements[2]))


@contextmanager
def gone() -> Iterator[None]:
    """No statement is answered."""

    def refuse(*_given: Any) -> Any:
        raise OperationalError("unable to open database file")

    with connection.execute_wrapper(refuse):
        yield
