"""The gazette from the command line, against a live listener, signed in as for `comity desk`."""

import json
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.core.cache import cache
from pytest_django.live_server_helper import LiveServer
from typer.testing import CliRunner

from comity.cli import desk as desk_module
from comity.cli.desk import desk
from comity.cli.gazette import gazette
from comity.gazette.actions import approve_correction
from comity.law.fact_files import write_facts
from comity.law.register import load_register
from comity.law.shipped_facts import shipped_facts
from comity.values.errors import ComityError, InvalidInputError
from tests.requests.stages import people
from tests.requests.world import World

SECRET, PASSWORD = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", "exercise-password-1"
FACT = [
    "kind=participation",
    "instrument=UNTOC",
    "state=CO",
    "status=party",
    "entry_into_force=2012-05-01",
    "source=Acta_12",
    "address=registro.example",
    "as_of=2026-10-01",
    "verified=yes",
    "reason=Deposit_day",
]


@pytest.fixture
def signed_in(
    tmp_path: Path, transactional_db: None, settings: Any, live_server: LiveServer, monkeypatch: pytest.MonkeyPatch
) -> World:
    world = people(World(tmp_path))
    settings.COMITY = SimpleNamespace(
        exercise=True, folder=tmp_path, keys=lambda: world.keys, vault=lambda: world.vault, transport=lambda: world.line
    )
    monkeypatch.setattr(desk_module, "SESSION", tmp_path / "session.json")
    cache.clear()
    person = world.officers["head"]
    person.set_password(PASSWORD)
    person.save()
    TOTP.activate(person, SECRET)
    answers = iter([PASSWORD, format_hotp_value(hotp_value(SECRET, int(time.time()) // 30))])
    monkeypatch.setattr("getpass.getpass", lambda _prompt: next(answers))
    CliRunner().invoke(desk, ["sign-in", live_server.url, person.username, "--purpose", "exercise"])
    return world


def run(*arguments: str) -> str:
    done = CliRunner().invoke(gazette, list(arguments), catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.stdout


def test_a_correction_from_proposal_to_withdrawal(signed_in: World, tmp_path: Path) -> None:
    mine = json.loads(run("propose", *FACT, "--json"))
    with pytest.raises(ComityError) as refused:
        run("approve", mine["reference"], "--digest", mine["digest"])
    assert refused.value.code == "policy:same-hand"
    signed_in.officer("second", "CH-FOJ")
    approve_correction(signed_in.act("second"), mine["reference"], digest=mine["digest"])
    shown = run("show", mine["reference"])
    assert "entry_into_force: 2012-05-01" in shown
    assert "shipped: 2004-09-03" in shown
    assert "participation UNTOC CO" in run("list")
    assert json.loads(run("standing", "--json"))[0]["reference"] == mine["reference"]
    assert run("conflicts", "UNTOC")
    assert "participation" in run("columns")
    out = tmp_path / "gazette.csv"
    run("export", "--out", str(out))
    assert b"2012-05-01" in out.read_bytes()
    assert json.loads(run("withdraw", mine["reference"], "--reason", "wrong", "--json"))["ending"]


def test_a_file_of_the_register_with_one_row_changed_gives_one_proposal(signed_in: World, tmp_path: Path) -> None:
    rows = list(shipped_facts(load_register(), "UNTOC"))[:6]
    content = write_facts(rows, "csv").decode().replace("2011-10-22", "2011-10-23")
    lines = content.splitlines()
    changed = next(number for number, line in enumerate(lines) if "2011-10-23" in line)
    (tmp_path / "facts.csv").write_text("\n".join(lines) + "\n")
    with pytest.raises(ComityError) as refused:  # a changed row needs its reason and where its source can be read
        run("import", str(tmp_path / "facts.csv"))
    assert f"line {changed + 1}" in str(refused.value)
    (tmp_path / "latin.csv").write_bytes(b"kind\n\xff\n")
    with pytest.raises(InvalidInputError):
        run("import", str(tmp_path / "latin.csv"))
    (tmp_path / "facts.json").write_text(json.dumps([dict(one.split("=", 1) for one in FACT)]))
    assert run("import", str(tmp_path / "facts.json")).startswith("1 proposed; 0 rows")


def test_a_column_that_is_none_is_answered_with_the_nearest() -> None:
    with pytest.raises(InvalidInputError, match="Nearest: status"):
        run("propose", "statu=party")
