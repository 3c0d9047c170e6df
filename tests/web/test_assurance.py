"""Whoever relies on the node reads what it was tried against, in their language; the reading is entered."""

import pytest

from comity.safeguards.models import LedgerRead
from comity.safeguards.properties import properties


@pytest.mark.parametrize("who", ["prosecutor", "fiscal"])
def test_each_attack_stands_on_the_page_with_what_was_tried(desk, who):
    page = desk(who).client.get("/assurance").content.decode()
    for one in properties():
        assert f'id="{one.id}"' in page
        for test in one.tests:
            assert test in page
    assert LedgerRead.objects.filter(event="safeguards:assurance:read").count() == 1


def test_no_row_stays_in_english_for_a_reader_of_another_language(desk):
    client = desk("fiscal").client
    for language in ("es", "ar"):
        client.cookies["django_language"] = language
        page = client.get("/assurance").content.decode()
        for one in properties():
            for text in (one.attack, one.holds, one.without, one.missing):
                assert not text or text not in page, text
            for run in one.runs:
                assert run.found is None or run.told() not in page, run.name
