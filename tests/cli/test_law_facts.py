"""The shipped register as files, and its conflicts, from the command line without a node."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from comity.cli.law import law
from comity.law.fact_files import read_facts
from comity.values.errors import InvalidInputError


def run(*arguments: str) -> str:
    done = CliRunner().invoke(law, list(arguments), catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.stdout


def test_the_register_is_written_to_a_file_that_is_read_back(tmp_path: Path) -> None:
    for name in ("untoc.csv", "untoc.json"):
        run("export", "--instrument", "untoc", "--out", str(tmp_path / name))
        rows = read_facts((tmp_path / name).read_bytes(), name)
        assert {row.fact.instrument for row in rows} == {"UNTOC"}
        assert len(rows) > 100
    run("export", "--format", "json", "--out", str(tmp_path / "all.txt"))
    assert len(json.loads((tmp_path / "all.txt").read_text())) > 4000


def test_an_unknown_instrument_is_answered_with_the_nearest_and_nothing_is_written(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match="UNTOC"):
        run("export", "--instrument", "UNTOK", "--out", str(tmp_path / "x.csv"))
    assert not (tmp_path / "x.csv").exists()


def test_conflicts_are_listed_with_their_sources_and_what_is_taken() -> None:
    found = json.loads(run("conflicts", "--json"))["conflicts"]
    assert found
    one = found[0]
    assert set(one) == {"instrument", "states", "field", "values", "sources", "kind", "taken"}
    shown = run("conflicts", one["instrument"])
    assert one["instrument"] in shown
    assert "taken:" in shown
    assert "No two sources" in run("conflicts", "UNTOC")
