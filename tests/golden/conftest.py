"""Golden files: what our formats look like in bytes, compared on every run.

A changed golden file is a changed wire format. To write them anew after a change that is meant, run
`COMITY_REGENERATE_GOLDEN=1 pytest tests/golden` and read the difference before committing it.
"""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

REGENERATE = "COMITY_REGENERATE_GOLDEN"


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[str, str], str]:
    """`golden(name, text)` is the text kept in the file of that name beside the test; `text` is written if asked to."""
    folder = Path(request.path).parent

    def kept(name: str, text: str) -> str:
        path = folder / name
        if os.environ.get(REGENERATE) == "1":
            path.write_text(text, encoding="utf-8", newline="")
        assert path.exists(), f"{path} is missing; see {__file__}"
        return path.read_bytes().decode("utf-8")

    return kept
