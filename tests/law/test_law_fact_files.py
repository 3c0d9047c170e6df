"""Facts as files: written in one spelling, read back to the same, refused with file, line and reason."""

import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.law.correction import COLUMNS, Fact
from comity.law.fact_files import FORMATS, read_facts, write_facts
from comity.law.register import load_register
from comity.law.shipped_facts import all_shipped_facts, shipped_facts
from comity.values.errors import InvalidInputError

SHIPPED = load_register()
TEXTS = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=30).map(str.strip) | st.sampled_from(
    ["=1+1", "+41", "-", "@SUM(A1)", "'quoted", "''", 'a "b", c', "العربية"]
)
FACTS = st.builds(Fact, **dict.fromkeys(COLUMNS, TEXTS))


@pytest.mark.parametrize("format_", FORMATS)
def test_the_whole_shipped_register_survives_export_import_export_byte_for_byte(format_: str) -> None:
    facts = list(all_shipped_facts(SHIPPED))
    assert len(facts) > 4000
    written = write_facts(facts, format_)
    read = [row.fact for row in read_facts(written, f"register.{format_}")]
    assert read == facts
    assert write_facts(read, format_) == written


@given(facts=st.lists(FACTS, max_size=4), format_=st.sampled_from(FORMATS))
@settings(max_examples=80, deadline=None)
def test_any_facts_survive_export_import_export_byte_for_byte(facts: list[Fact], format_: str) -> None:
    written = write_facts(facts, format_)
    read = [row.fact for row in read_facts(written, f"x.{format_}")]
    assert read == facts
    assert write_facts(read, format_) == written


@given(fact=FACTS)
@settings(max_examples=60, deadline=None)
def test_no_cell_of_a_table_is_a_formula(fact: Fact) -> None:
    rows = list(csv.reader(io.StringIO(write_facts([fact], "csv").decode(), newline="")))
    assert all(not cell.startswith(("=", "+", "-", "@", "\t")) for row in rows for cell in row)


@pytest.mark.parametrize(
    ("name", "content", "place", "words"),
    [
        ("a.csv", b"state,status\nCO,party\n", "a.csv:1", "'kind' among them"),
        ("a.csv", b"kind,state\ntreaty,CO\ntreaty\n", "a.csv:3", "1 cells, but 2 columns"),
        ("a.csv", b"kind,stat\ntreaty,CO\n", "a.csv:2", "Nearest: state"),
        ("a.csv", b'kind,state\n"treaty,CO\n', "a.csv:2", "line 2"),
        ("a.csv", b"kind,state\ntreaty,\xff\n", "a.csv:2", "not UTF-8"),
        ("a.json", b'[{"kind": "treaty"},\n {"kind" "x"}]', "a.json:2", "line 2"),
        ("a.json", b'{"kind": "treaty"}', "a.json:1", "list of facts"),
        ("a.json", b'[{"kind": "treaty"}, {"state": "CO"}]', "a.json:entry 2", "names its kind"),
        ("a.json", b'[{"kind": "treaty", "state": 3}]', "a.json:entry 1", "must be text"),
        ("a.json", b'[{"kind": "treaty", "kind": "languages"}]', "a.json:1", "twice"),
        ("a.json", b"[" * 100_000, "a.json:1", "recursion"),
    ],
)
def test_a_bad_file_is_refused_with_its_place(name: str, content: bytes, place: str, words: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        read_facts(content, name)
    assert caught.value.place == place
    assert words in caught.value.message


def test_a_cell_over_two_lines_does_not_shift_the_place_of_the_next_row() -> None:
    content = b'kind,state,reason\ntreaty,CO,"two\nlines"\ntreaty,CO,x\n'
    assert [row.place for row in read_facts(content, "a.csv")] == ["a.csv:2", "a.csv:4"]


def test_a_format_or_size_that_is_not_taken_is_said() -> None:
    with pytest.raises(InvalidInputError, match="csv or json"):
        write_facts(shipped_facts(SHIPPED, "UNTOC"), "xml")
    with pytest.raises(InvalidInputError, match="larger than 3 MiB"):
        read_facts(b" " * ((3 << 20) + 1), "a.csv")
