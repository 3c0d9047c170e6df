"""The checks of the law over the API say what the command line says, keep nothing, and leave one line in the ledger."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from typer.testing import CliRunner

from comity.api.urls import api
from comity.cli.law import law
from comity.law.dual_case import EXAMPLE
from comity.safeguards.models import LedgerRead
from tests.requests.world import World

FACTS = {"measure": "bank-records", "political-offence": False, "prejudices-essential-interests": True}
ASSURANCE = {
    "subject": "death-penalty",
    "given_by": "Ministry of Exercise",
    "on": "2026-11-20",
    "text": "It will not be sought.",
}
RECORDED = {"death-penalty-possible": True}


def said(*arguments: str) -> Any:
    found = CliRunner().invoke(law, [*arguments, "--json"])
    assert found.exit_code == 0, found.output
    return json.loads(found.stdout)


def post(client: Client, path: str, body: dict[str, Any]) -> Any:
    return client.post(f"/api/law/{path}", json.dumps(body), content_type="application/json")


def test_refusals_are_those_of_the_command_line(cast: World, caller: Callable[[str], Client], tmp_path: Path) -> None:
    facts = tmp_path / "facts.json"
    facts.write_text(json.dumps(FACTS))
    answer = post(caller("prosecutor"), "refusals", {"instrument": "ETS030", "facts": FACTS})
    assert answer.json() == said("refusals", "ETS030", "--facts", str(facts))
    assert answer.json()["finding"] == "BARRED"


def test_questions_are_those_of_the_command_line(cast: World, caller: Callable[[str], Client]) -> None:
    answer = caller("prosecutor").get("/api/law/questions?instrument=UNTOC&measure=bank-records")
    assert answer.json() == said("questions", "UNTOC", "--measure", "bank-records")


def test_dual_criminality_is_that_of_the_command_line(
    cast: World, caller: Callable[[str], Client], tmp_path: Path
) -> None:
    facts = tmp_path / "facts.json"
    facts.write_text(json.dumps(dict(EXAMPLE)))
    answer = post(caller("prosecutor"), "dual", {"facts": dict(EXAMPLE)})
    assert answer.json() == said("dual", "--facts", str(facts))


@pytest.mark.parametrize("at", ["2026-11-21", "2026-11-21T22:30:00Z"])
def test_clocks_are_those_of_the_command_line(cast: World, caller: Callable[[str], Client], at: str) -> None:
    body = {"instrument": "EU-EIO-2014-41", "trigger": "receipt", "at": at, "pair": ["DE", "FR"]}
    answer = post(caller("prosecutor"), "clocks", body).json()
    told = said("clocks", "EU-EIO-2014-41", "--trigger", "receipt", "--at", at, "--pair", "DE", "FR")
    assert answer["clocks"] == told["clocks"]
    assert answer["pair"] == told["pair"]
    assert [one["due"] for one in answer["clocks"] if one["id"] == "eio_receipt"]


def test_without_an_event_those_that_start_a_clock_are_listed(cast: World, caller: Callable[[str], Client]) -> None:
    answer = post(caller("prosecutor"), "clocks", {"instrument": "ETS024"}).json()
    assert "provisional-arrest" in answer["triggers"]


def test_the_gate_is_that_of_the_command_line_and_never_clear(
    cast: World, caller: Callable[[str], Client], tmp_path: Path
) -> None:
    facts = tmp_path / "facts.json"
    facts.write_text(json.dumps({**RECORDED, "assurances": [ASSURANCE]}))
    answer = post(caller("prosecutor"), "gate", {"facts": RECORDED, "assurances": [ASSURANCE]})
    assert answer.json() == said("gate", "--facts", str(facts))
    assert "CLEAR" not in answer.content.decode()


@pytest.mark.parametrize(
    ("path", "body", "code", "named"),
    [
        ("refusals", {"instrument": "UNTOK"}, "law:instrument", "UNTOC"),
        ("refusals", {"instrument": "UNTOC", "facts": {"request-conform": True}}, "law:fact", "request-conforms"),
        ("refusals", {"instrument": "UNTOC", "facts": {"request-conforms": "yes"}}, "law:fact", "true"),
        (
            "refusals",
            {"instrument": "ETS030", "facts": {"ordinary-offence": True, "political-offence": True}},
            "law:contradiction",
            "ordinary-offence",
        ),
        ("dual", {"facts": {"instrument": "UNTOC"}}, "law:fact", "measure"),
        ("clocks", {"instrument": "ETS024", "trigger": "arest", "at": "2026-11-21"}, "law:trigger", "arrest"),
        ("clocks", {"instrument": "ETS024", "trigger": "arrest", "at": "2026-11-21T10:00"}, "input:malformed", "at"),
        ("clocks", {"instrument": "ETS024", "trigger": "provisional-arrest", "place": "Bern"}, "law:zone", "Europe"),
        ("gate", {"assurances": [{"subject": "weather"}]}, "law:assurance", "given_by"),
    ],
)
def test_bad_input_is_answered_with_what_would_be_right(
    cast: World, caller: Callable[[str], Client], path: str, body: dict[str, Any], code: str, named: str
) -> None:
    answer = post(caller("prosecutor"), path, body)
    assert answer.status_code == 422
    assert answer.json()["error"]["code"] == code
    assert named in answer.content.decode()


@pytest.mark.parametrize(
    ("path", "body", "event"),
    [
        ("refusals", {"instrument": "UNTOC"}, "law:refusal:checked"),
        ("dual", {"facts": dict(EXAMPLE)}, "law:dual:compared"),
        ("clocks", {"instrument": "ETS024"}, "law:clocks:counted"),
        ("gate", {}, "law:gate:reviewed"),
    ],
)
def test_each_question_is_one_line_in_the_ledger(
    cast: World, caller: Callable[[str], Client], path: str, body: dict[str, Any], event: str
) -> None:
    client = caller("prosecutor")
    before = LedgerRead.objects.count()
    assert post(client, path, body).status_code == 200
    assert LedgerRead.objects.filter(event=event).count() == LedgerRead.objects.count() - before == 1


def test_the_description_says_what_to_send() -> None:
    paths = api.get_openapi_schema(path_prefix="/api/")["paths"]
    for name in ("refusals", "dual", "clocks", "gate"):
        operation = paths[f"/api/law/{name}"]["post"]
        assert operation["summary"]
        assert operation["requestBody"]["content"]["application/json"]["schema"]
