"""The operator's commands on a real node's folder: set up, back up, restore, connect."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROSTER = """
node: {id: xx, host: localhost, web_port: 8991, exchange_port: 8992, exercise: true}
authorities:
  - code: CH-FOJ
    names: {en: Federal Office of Justice}
    competences: [central]
    languages: [fr]
    offices:
      - names: {en: Desk}
        officers:
          - {username: ada, first_name: Ada, last_name: Exercice, roles: [registrar], password: exercise-ada-12}
"""


def comity(*arguments: str | Path, code: int = 0) -> subprocess.CompletedProcess[str]:
    """Run the real command in a process of its own, as an operator does."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("COMITY", "DJANGO"))}
    done = subprocess.run(
        [sys.executable, "-m", "comity.cli.main", *map(str, arguments)],
        capture_output=True,
        text=True,
        env=environment,
        check=False,
    )
    assert done.returncode == code, done.stdout + done.stderr
    return done


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("node")
    (place / "roster.yaml").write_text(ROSTER)
    comity("node", "init", place / "xx", "--roster", place / "roster.yaml", "--json")
    return place / "xx"


def test_a_node_is_made_private_and_whole(made: Path) -> None:
    for name in ("keys.comity", "passphrase", "session.key"):
        assert (made / name).stat().st_mode & 0o077 == 0
    status = json.loads(comity("node", "status", made, "--json").stdout)
    assert status["broken"] == []
    assert status["authorities"]["CH-FOJ"]["ledger"] > 0


def test_a_folder_with_a_node_is_not_overwritten(made: Path) -> None:
    before = (made / "keys.comity").read_bytes()
    refused = comity("node", "init", made, "--roster", made.parent / "roster.yaml", code=2)
    assert "already" in refused.stderr
    assert (made / "keys.comity").read_bytes() == before


def test_a_node_that_is_not_there_says_how_to_make_one(tmp_path: Path) -> None:
    assert "comity node init" in comity("node", "serve", tmp_path, code=2).stderr


def test_a_malformed_command_line_shows_one_that_works() -> None:
    assert "For example: comity node init" in comity("node", "init", code=2).stderr


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda text: text.replace("roles: [registrar]", "roles: [king]"), "king"),
        (lambda text: text.replace("competences", "competence"), "competences"),
        (lambda text: text.replace("exercise: true", "exercise: false"), "Only an exercise"),
        (lambda text: text + "\n\t- x", "cannot be read"),
    ],
)
def test_a_faulty_roster_makes_no_node(tmp_path: Path, spoil: object, said: str) -> None:
    (tmp_path / "roster.yaml").write_text(spoil(ROSTER))  # type: ignore[operator]
    assert said in comity("node", "init", tmp_path / "n", "--roster", tmp_path / "roster.yaml", code=2).stderr
    assert not (tmp_path / "n").exists()


def test_a_node_comes_back_from_its_backup(made: Path, tmp_path: Path) -> None:
    comity("node", "backup", made, tmp_path / "b")
    assert b"PRIVATE" not in (tmp_path / "b").read_bytes()
    comity("node", "restore", tmp_path / "b", tmp_path / "again", "--passphrase-file", made / "passphrase")
    assert (tmp_path / "again" / "keys.comity").read_bytes() == (made / "keys.comity").read_bytes()
    again, before = (json.loads(comity("node", "status", one, "--json").stdout) for one in (tmp_path / "again", made))
    assert again.pop("authorities") == {"CH-FOJ": {"ledger": before.pop("authorities")["CH-FOJ"]["ledger"] + 1}}
    assert again == before
    assert not (tmp_path / "again" / "restored").exists()


@pytest.mark.parametrize("harm", ["byte", "cut", "passphrase", "format"])
def test_a_damaged_backup_restores_nothing(made: Path, tmp_path: Path, harm: str) -> None:
    comity("node", "backup", made, tmp_path / "b")
    data, passphrase = bytearray((tmp_path / "b").read_bytes()), (made / "passphrase").read_text()
    if harm == "byte":
        data[len(data) // 2] ^= 1
    if harm == "cut":
        del data[-100:]
    if harm == "format":
        data[0] ^= 1
    (tmp_path / "b").write_bytes(data)
    (tmp_path / "p").write_text("wrong" if harm == "passphrase" else passphrase)
    comity("node", "restore", tmp_path / "b", tmp_path / "again", "--passphrase-file", tmp_path / "p", code=2)
    assert not (tmp_path / "again").exists()


def test_a_card_connects_only_with_its_fingerprint(made: Path, tmp_path: Path) -> None:
    told = json.loads(comity("node", "card", made, "CH-FOJ", "--out", tmp_path, "--json").stdout)
    card = tmp_path / "CH-FOJ.card"
    comity("node", "peer", "add", made, f"{card}={'0' * 64}", code=2)
    comity("node", "peer", "add", made, str(card), code=2)
    said = comity("node", "peer", "add", made, f"{card}={told['CH-FOJ']}").stderr
    assert "CH-FOJ is a partner" in said


def test_keys_are_rotated_and_revoked_and_the_card_and_the_history_follow(made: Path, tmp_path: Path) -> None:
    before = json.loads(comity("node", "card", made, "CH-FOJ", "--out", tmp_path, "--json").stdout)["CH-FOJ"]
    assert "--reason" in comity("node", "rotate", made, "CH-FOJ", "--revoked-since", "2026-01-01", code=2).stderr
    told = comity("node", "rotate", made, "CH-FOJ", "--revoked-since", "2026-01-01", "--reason", "stolen", "--json")
    fingerprint = json.loads(told.stdout)["fingerprint"]
    assert fingerprint != before
    assert (
        json.loads(comity("node", "card", made, "CH-FOJ", "--out", tmp_path, "--json").stdout)["CH-FOJ"] == fingerprint
    )
    found = json.loads(comity("node", "peer", "keys", made, "CH-FOJ", "--json").stdout)
    assert found["fingerprint"] == fingerprint
    assert [(one["fingerprint"], one["reason"], one["safety"]) for one in found["ended"]] == [(before, "stolen", "own")]
    assert "nothing it signed since 2026-01-01" in comity("node", "peer", "keys", made, "CH-FOJ").stdout
    assert (made / "keys.comity").stat().st_mode & 0o077 == 0
    assert json.loads(comity("node", "status", made, "--json").stdout)["broken"] == []
