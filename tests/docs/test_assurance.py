"""The page of safeguards names tests that are there."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "assurance.md"
ROW = re.compile(r"^\| .+ \| `(?P<file>[a-z_0-9/]+\.py)::(?P<test>test_\w+)(\[[\w-]+\])?` \| .+ \|$", re.MULTILINE)


def test_every_test_named_on_the_page_of_safeguards_stands_where_it_says() -> None:
    _, page = PAGE.read_text(encoding="utf-8").split("<!-- end -->")
    named = [(row["file"], row["test"]) for row in ROW.finditer(page)]
    rows = [line for line in page.splitlines() if line.startswith("| ") and not line.startswith("| safeguard")]
    assert len(named) == len(rows) > 100
    absent = [
        f"{file}::{test}"
        for file, test in named
        if not re.search(rf"def {test}\(", (ROOT / "tests" / file).read_text(encoding="utf-8"))
    ]
    assert not absent
