"""The reference page is what the law files say."""

from pathlib import Path

from comity.law.reference import reference_page
from comity.law.register import load_register

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "law-instruments.md"


def test_the_page_in_the_repository_is_the_one_the_register_makes():
    assert PAGE.read_text(encoding="utf-8") == reference_page(load_register()), "run: comity law reference > that file"


def test_what_was_recalled_says_so_on_the_page():
    page = reference_page(load_register())
    assert "Directive 2014/41/EU Art. 28(1)(b) *(recalled)*" in page
    assert "UNTOC Art. 18(3)(b) |" in page
