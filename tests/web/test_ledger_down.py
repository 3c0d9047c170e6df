"""No reading without a line of the ledger: where it takes none, no page and no answer shows anything of a case."""

import os

import pytest
from django.test import Client

from comity.safeguards.models import LedgerEntry, LedgerRead
from comity.web.pages.dossier_address import dossier_href
from tests.requests.stages import signed
from tests.unwritable import gone, unwritable

MARKS = (b"SV.26.1", b"Trafic (exercice)")
pytestmark = pytest.mark.django_db(transaction="COMITY_TEST_DATABASE" in os.environ)
"""PostgreSQL gives a transaction up after its first refusal: there the pages run outside the test's own."""


@pytest.fixture
def dossier(node):
    return signed(node)


def addresses(dossier):
    yield from ("/", "/dossiers", "/dossiers?q=Trafic", "/post")
    yield from (f"{dossier_href(dossier)}{end}" for end in ("", "/request", "/seen", "/steps"))


def test_where_the_ledger_takes_no_line_nothing_of_a_case_is_shown_and_what_to_do_is_said(desk, dossier):
    client, places = desk("clerk").client, list(addresses(dossier))
    shown = [place for place in places if any(mark in client.get(place).getvalue() for mark in MARKS)]
    assert len(shown) > 3
    before = (LedgerEntry.objects.count(), LedgerRead.objects.count())
    with unwritable():
        for place in places:
            answer = client.get(place)
            assert not any(mark in answer.getvalue() for mark in MARKS), place
            assert answer.status_code == 503 or place not in shown, place
        said = client.get(dossier_href(dossier)).content.decode()
        arabic = Client(headers={"Accept-Language": "ar"}).post("/sign-in", {"login": "head", "password": "x" * 20})
    for words in ("ledger:down", "nothing is opened", "What was stored before is kept", "comity node break-glass"):
        assert words in said
    assert (arabic.status_code, "السجل" in arabic.content.decode()) == (503, True)
    assert before == (LedgerEntry.objects.count(), LedgerRead.objects.count())


def test_the_same_over_the_api(node, settings):
    settings.ROOT_URLCONF = "comity.site.urls"
    with unwritable():
        answer = Client().post(
            "/api/sign-in", {"username": "head", "password": "x" * 20, "code": "123456"}, "application/json"
        )
    assert answer.status_code == 503
    assert answer.json()["error"]["code"] == "ledger:down"
    assert "break-glass" in answer.json()["error"]["next_step"]


def test_a_database_that_is_gone_is_told_in_a_sentence(desk, dossier):
    client = desk("head").client
    client.raise_request_exception = False
    with gone():
        answer = client.get(dossier_href(dossier))
    assert answer.status_code == 500
    assert b"What was not confirmed was not done" in answer.content
