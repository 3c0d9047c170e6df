"""The register over the API says what the command line says, asks the permission, and leaves one line in the ledger."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from typer.testing import CliRunner

from comity.cli.law import law
from comity.safeguards.models import LedgerRead
from tests.requests.world import World

PAIR = "requesting=CH&requested=CO&measure=bank-records&offence=drug-trafficking&on=2026-11-21"
DAY = ("--on", "2026-11-21")
SAME = {
    f"basis?{PAIR}": ("basis", "CH", "CO", "--measure", "bank-records", "--offence", "drug-trafficking", *DAY),
    f"basis?{PAIR}&answer=UNTOC:transnational=yes&answer=UNTOC:organised-group=no": (
        *("basis", "CH", "CO", "--measure", "bank-records", "--offence", "drug-trafficking", *DAY),
        *("--answer", "UNTOC:transnational=yes", "--answer", "UNTOC:organised-group=no"),
    ),
    "states": ("states",),
    "states/CO?on=2026-11-21": ("state", "CO", *DAY),
    "instruments?state=LI": ("instruments", "--state", "LI"),
    "instruments/untoc?on=2026-11-21": ("instrument", "untoc", *DAY),
    "instruments/BILATERAL-GB-US-MLA?on=2026-11-21": ("instrument", "BILATERAL-GB-US-MLA", *DAY),
    "coverage": ("coverage",),
    "coverage?instrument=UNTOC": ("coverage", "UNTOC"),
    "forms": ("forms",),
    "forms?instrument=UNTOC": ("forms", "--instrument", "UNTOC"),
    "forms/eio_annex_a?language=ar": ("forms", "eio_annex_a", "--language", "ar"),
}


def said(*arguments: str) -> Any:
    found = CliRunner().invoke(law, [*arguments, "--json"])
    assert found.exit_code == 0, found.output
    return json.loads(found.stdout)


@pytest.mark.parametrize("address", SAME)
def test_each_answer_is_that_of_the_command_line_and_one_line_in_the_ledger(
    cast: World, caller: Callable[[str], Client], address: str
) -> None:
    client, before = caller("prosecutor"), LedgerRead.objects.count()
    answer = client.get(f"/api/law/{address}")
    assert answer.status_code == 200, answer.content
    assert answer.json() == said(*SAME[address])
    assert LedgerRead.objects.filter(event__startswith="law:").count() == LedgerRead.objects.count() - before == 1


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("states/Kolumbia", "Colombia"),
        ("instruments/UNTOK", "UNTOC"),
        (f"basis?{PAIR}&answer=perhaps", "UNTOC:transnational=yes"),
        ("coverage?instrument=UNTOK", "UNTOC"),
        ("forms/eio_annex_a?language=de", "en, fr, es, ar, ru, zh"),
        ("forms/eio_anex_a", "eio_annex_a"),
    ],
)
def test_a_slip_is_answered_with_the_nearest(
    cast: World, caller: Callable[[str], Client], address: str, says: str
) -> None:
    answer = caller("prosecutor").get(f"/api/law/{address}")
    assert answer.status_code in {400, 404, 422}
    assert says in answer.content.decode()


@pytest.mark.parametrize("address", SAME)
def test_a_stranger_is_told_nothing(cast: World, address: str) -> None:
    assert Client().get(f"/api/law/{address}").status_code == 401
    assert not LedgerRead.objects.filter(event__startswith="law:").exists()
