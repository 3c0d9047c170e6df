"""What is read over the API is entered in the ledger as a page enters it, one line per call."""

from collections.abc import Callable

import pytest
from django.test import Client

from comity.safeguards.models import LedgerRead
from tests.requests.stages import in_execution
from tests.requests.world import World


@pytest.mark.parametrize(
    ("who", "address", "event"),
    [
        ("fiscal", "/api/dossiers/{}", "requests:dossier:read"),
        ("fiscal", "/api/dossiers/{}/items", "evidence:items:searched"),
        ("prosecutor", "/api/dossiers/{}/releases", "evidence:release:read"),
        ("fiscal", "/api/needs", "requests:needs:read"),
        ("fiscal", "/api/inbox", "requests:inbox:read"),
        ("fiscal", "/api/dossiers", "requests:dossier:searched"),
        ("fiscal", "/api/dossiers?text=Trafic", "requests:dossier:searched"),
        ("fiscal", "/api/dossiers?number=B-26-77", "requests:dossier:searched"),
        ("stranger", "/api/ledger", "safeguards:ledger:read"),
        ("stranger", "/api/ledger?about=PY-MP", "safeguards:ledger:read"),
        ("stranger", "/api/vault", "store:vault:read"),
    ],
)
def test_each_reading_is_one_line(
    cast: World, caller: Callable[[str], Client], who: str, address: str, event: str
) -> None:
    dossier = str(in_execution(cast))
    before = LedgerRead.objects.count()
    answer = caller(who).get(address.format(dossier))
    assert answer.status_code == 200, answer.content
    assert LedgerRead.objects.filter(event=event).count() == LedgerRead.objects.count() - before == 1
