"""What must hold is told by tests that are there and by figures that runs printed, alike on the page and in the docs."""

import os
import re
from pathlib import Path

import pytest

from comity.safeguards.properties import Run, properties, properties_table

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "assurance.md"
PLACE = re.compile(r"(?<=<!-- properties -->\n\n).*?(?=\n<!-- end -->)", re.DOTALL)


def test_the_table_of_the_docs_is_made_from_the_same_rows():
    told = properties_table()
    if os.environ.get("COMITY_REGENERATE"):
        PAGE.write_text(PLACE.sub(lambda _old: told, PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    assert PLACE.search(PAGE.read_text(encoding="utf-8"))[0] == told


@pytest.mark.parametrize("one", properties(), ids=lambda one: one.id)
def test_every_test_a_property_names_stands_where_it_says(one):
    assert bool(one.tests) == bool(one.without) != bool(one.missing)
    for test in one.tests:
        file, name = test.split("::")
        assert re.search(rf"def {name}\(", (ROOT / "tests" / file).read_text(encoding="utf-8")), test


@pytest.mark.parametrize(
    "run", {run.name: run for one in properties() for run in one.runs}.values(), ids=lambda r: r.name
)
def test_every_run_is_a_soak_and_its_kept_figure_is_told_whole(run):
    assert (ROOT / "soak" / f"{run.name.replace('-', '_')}.py").is_file()
    assert run.command.startswith(f"make soak-{run.name}")
    if run.found is not None:
        assert run.found["soak"] == run.name
        assert re.fullmatch(r"[0-9a-f]{7,40}", run.found["commit"])
        assert "{" not in run.told()


@pytest.mark.parametrize(
    ("found", "short"),
    [
        ({"met": True}, False),
        ({"met": False}, True),
        ({"beside": {"met_p99": False}}, True),
        ({}, False),
        (None, False),
    ],
)
def test_a_run_that_missed_an_aim_says_so(found, short):
    assert Run("restart", "make soak-restart", "", found).short is short
