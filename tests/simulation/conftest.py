"""The simulator has databases of its own; the tests' guard against unannounced database use is opened for it."""

from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def _own_databases(django_db_blocker) -> Iterator[None]:
    with django_db_blocker.unblock():
        yield
