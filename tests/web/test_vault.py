"""Broken content waits among what needs the custodian, stands on the vault's page with what helps, and leaves it again."""

import pytest

from comity.store.models import SealedBlob
from tests.conftest import MOMENT
from tests.requests.stages import in_execution


@pytest.fixture
def broken(node):
    in_execution(node)
    row = SealedBlob.objects.order_by("digest").first()
    SealedBlob.objects.filter(pk=row.pk).update(checked=MOMENT, fault="damaged", fault_since=MOMENT)
    return row


def test_a_fault_waits_for_those_who_look_after_the_vault_and_for_nobody_else(desk, broken):
    needs = desk("stranger").client.get("/").content.decode()
    assert "Content is broken in the vault" in needs
    assert 'href="/vault"' in needs
    page = desk("stranger").client.get("/vault").content.decode()
    assert "Its bytes were changed or cut" in page
    assert "Bring the file back" in page
    assert broken.digest[:8] in page
    assert "Content is broken" not in desk("clerk").client.get("/").content.decode()
    assert desk("clerk").client.get("/vault").status_code == 403


def test_a_whole_vault_says_when_it_was_read_last(desk, broken):
    SealedBlob.objects.update(checked=MOMENT, fault="", fault_since=None)
    page = desk("stranger").client.get("/vault").content.decode()
    assert "all that was read" in page
    assert MOMENT.strftime("%Y") in page
    assert "Content is broken" not in desk("stranger").client.get("/").content.decode()
