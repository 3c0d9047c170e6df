"""The engine that Django loads by its folder's name: its own for SQLite, with a turn around each transaction."""

from pathlib import Path
from typing import Any

from django.db.backends.sqlite3 import base

from comity.site.turns.turn import Turn


# Django's hooks that its stubs do not name are what is overridden here.
class DatabaseWrapper(base.DatabaseWrapper):
    """A connection that waits for its turn before it begins a transaction, and gives it back when that has ended."""

    def __init__(self, settings_dict: dict[str, Any], alias: str = "default") -> None:
        super().__init__(settings_dict, alias)
        self._turn: Turn | None = None

    def _start_transaction_under_autocommit(self) -> None:
        if not self.is_in_memory_db():
            if self._turn is None:
                self._turn = Turn(Path(str(self.settings_dict["NAME"])))
            self._turn.take(self.settings_dict["OPTIONS"]["timeout"])
        try:
            super()._start_transaction_under_autocommit()  # type: ignore[misc]
        except BaseException:
            self._ended()
            raise

    def _commit(self) -> None:
        # Where it fails, the transaction goes on until it is rolled back.
        super()._commit()  # type: ignore[misc]
        self._ended()

    def _rollback(self) -> None:
        try:
            super()._rollback()  # type: ignore[misc]
        finally:
            self._ended()

    def _close(self) -> None:
        try:
            super()._close()  # type: ignore[misc]
        finally:
            if self._turn is not None:
                self._turn.close()

    def _ended(self) -> None:
        if self._turn is not None:
            self._turn.give()
