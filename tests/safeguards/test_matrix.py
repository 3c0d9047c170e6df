"""The published access matrix is the policy table, word for word."""

import os
from pathlib import Path

from comity.safeguards.matrix import matrix_page

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "access.md"


def test_the_published_matrix_is_the_table() -> None:
    if os.environ.get("COMITY_REGENERATE"):
        PAGE.write_text(matrix_page())
    assert PAGE.read_text() == matrix_page()
