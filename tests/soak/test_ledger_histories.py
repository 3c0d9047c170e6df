"""The soak of ledger histories stops, goes on where it stopped, and counts."""

import json
from pathlib import Path

from soak import ledger_histories


def test_it_goes_on_where_it_stopped(tmp_path: Path, django_db_blocker) -> None:
    turns = iter([False, True])
    with django_db_blocker.unblock():
        first = ledger_histories.soak(lambda: next(turns), 3, tmp_path)
        assert (first["dishonest"], first["honest"], first["violations"]) == (1, 1, [])
        assert json.loads((tmp_path / "tally.json").read_text())["next"] == 1
        second = ledger_histories.soak(lambda: False, 3, tmp_path, most=2)
    assert second["deeds"] == {"altered": 1, "back-dated": 1, "honest": 2}
