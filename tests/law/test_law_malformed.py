"""Law files that must be refused: each says in its first line on which line and why."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from comity.law.articles import article_map
from comity.law.clock_files import clocks_from_text
from comity.law.clocks import counting_rules
from comity.law.conduct import load_conduct
from comity.law.facts import facts_from_text, load_facts
from comity.law.faults import LawText, parse_yaml
from comity.law.instrument import Relation
from comity.law.law_files import check_classes, instrument_of, load_sources, read_yaml
from comity.law.national import national_from_text
from comity.law.refusal import grounds_from_text
from comity.law.register import load_register
from comity.law.relations import check_relations
from comity.values.errors import BrokenError

FOLDER = Path(__file__).parent / "malformed"
FILES = sorted(FOLDER.glob("*.yaml"))
SAID = re.compile(r"# line (\d+): (.+)")


def read(name: str, text: str) -> Any:
    """Read a file as the table its name begins with."""
    return READERS[name.split("-", maxsplit=1)[0]](text)


def related(text: str) -> None:
    """Instruments with nothing but their relations; each stands in the one file under its code."""
    whole = parse_yaml("relations.yaml", text)
    bare = load_register().multilateral["ROME"]
    found = {
        code: replace(
            bare,
            code=code,
            relations=tuple(Relation(one["kind"], tuple(one["to"]), bare.force.provision) for one in given),
        )
        for code, given in whole.items()
    }
    lines = text.splitlines()

    def text_of(code: str) -> str:
        """The file of one code: the lines before it left empty, its own entry under `relations`."""
        start = lines.index(f"{code}:")
        return "\n" * start + "relations:\n" + "\n".join(lines[start + 1 :])

    check_relations(found, text_of)


READERS: dict[str, Callable[[str], Any]] = {
    "instrument": lambda text: instrument_of(
        "X", parse_yaml("instruments/X.yaml", text), load_sources(), read_yaml("classes.yaml"), text
    ),
    "classes": lambda text: check_classes(LawText("classes.yaml", text)),
    "grounds": lambda text: grounds_from_text(
        "grounds/X.yaml", text, load_sources(), load_facts(), article_map({"last": 41})
    ),
    "clocks": lambda text: clocks_from_text("clocks.yaml", text, load_sources(), counting_rules()),
    "facts": lambda text: facts_from_text("facts.yaml", text),
    "national": lambda text: national_from_text("national/XX.yaml", text, load_sources(), load_conduct()),
    "relations": related,
}
"""The reader of each kind of table, by the word with which a malformed file begins."""


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_malformed_file_is_refused_with_its_line_and_reason(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    said = SAID.match(text)
    assert said, "the first line says on which line, and why"
    with pytest.raises(BrokenError) as caught:
        read(path.stem, text)
    assert said[2] in caught.value.message, caught.value.message
    assert caught.value.place.endswith(f":{said[1]}"), caught.value.place
    assert f"line {said[1]}" in caught.value.message
    assert caught.value.code == "law:file"


def test_every_table_has_its_malformed_files() -> None:
    kinds = {path.stem.split("-")[0] for path in FILES}
    assert kinds == set(READERS)
    assert len(FILES) >= 40


def test_a_sound_file_of_the_same_shape_is_read() -> None:
    text = (FOLDER / "instrument-unknown-article.yaml").read_text(encoding="utf-8").replace("Art. 21(2)", "Art. 20(2)")
    found = read("instrument-sound", text)
    assert found.force.since == date(2000, 1, 1)
    assert found.measures["service"].provision.article == "Example Treaty Art. 20(2)"
