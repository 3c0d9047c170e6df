"""The reference page is what the law files say."""

from pathlib import Path

import pytest

from comity.law.expression import parse_expression
from comity.law.reference import reference_page
from comity.law.reference_tables import clocks_page, facts_page, grounds_page, written
from comity.law.refusal import WEIGHED, known_grounds
from comity.law.register import load_register

FOLDER = Path(__file__).parents[2] / "docs" / "reference"
PAGES = {
    "instruments": lambda: reference_page(load_register()),
    "grounds": lambda: grounds_page(load_register()),
    "clocks": lambda: clocks_page(load_register()),
    "facts": facts_page,
}


@pytest.mark.parametrize("name", PAGES)
def test_the_page_in_the_repository_is_the_one_the_tables_make(name):
    page = (FOLDER / f"law-{name}.md").read_text(encoding="utf-8")
    assert page == PAGES[name](), f"run: comity law reference {name} > docs/reference/law-{name}.md"


def test_every_condition_is_printed_as_it_can_be_read_again():
    for code in load_register().multilateral:
        for ground in known_grounds(code):
            if ground.kind in WEIGHED:
                assert parse_expression(written(ground.test)) == ground.test


def test_what_was_recalled_says_so_on_the_page():
    page = reference_page(load_register())
    assert "Directive 2014/41/EU Art. 28(1)(b) *(recalled)*" in page
    assert "UNTOC Art. 18(3)(b) |" in page
