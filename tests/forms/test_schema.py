"""Each file under `bad/` must be refused with the error its first line states."""

from pathlib import Path

import pytest

from comity.forms.catalogue import form_from_text
from comity.values.errors import InvalidInputError

BAD = sorted((Path(__file__).parent / "bad").glob("*.yaml"))


@pytest.mark.parametrize("file", BAD, ids=lambda file: file.stem)
def test_a_bad_form_is_refused_with_its_file_and_line(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    expected = text.splitlines()[0].removeprefix("# error: ")
    with pytest.raises(InvalidInputError) as caught:
        form_from_text(f"bad/{file.name}", text)
    assert caught.value.message.startswith(expected)
    assert caught.value.place == expected.partition(": ")[0].replace(", line ", ":")


def test_an_empty_file_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="is empty"):
        form_from_text("bad/empty.yaml", "")
