"""Founders at the command line: the file goes from hand to hand, each signs, and says what it still lacks."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from comity.authorities.directory.founder import public_file
from comity.authorities.directory.sheets import read_sheets
from comity.cli.directory import directory
from comity.values.errors import BrokenError, ConflictError, InvalidInputError
from tests.authorities.test_directory import FOUNDERS, card


def call(*words: str | Path) -> tuple[int, str]:
    done = CliRunner().invoke(directory, [str(word) for word in words])
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.exit_code, done.stdout


@pytest.fixture
def room(tmp_path: Path) -> Path:
    (tmp_path / "passphrase").write_text("an exercise's passphrase")
    for name in ("a", "b"):
        call("key", tmp_path / name, "--passphrase-file", tmp_path / "passphrase")
    (tmp_path / "c.pub").write_bytes(public_file(FOUNDERS[2].public))
    founders = [word for name in ("a.pub", "b.pub", "c.pub") for word in ("--founder", tmp_path / name)]
    call("found", tmp_path / "x.directory", *founders, "--threshold", "2")
    return tmp_path


def sign(room: Path, name: str, locked: str = "passphrase") -> int:
    return call("sign", room / "x.directory", "--key", room / name, "--passphrase-file", room / locked)[0]


def test_a_list_is_whole_once_enough_founders_signed_it(room: Path) -> None:
    (room / "CO-FGN.card").write_bytes(card())
    sign(room, "a")
    code, said = call("show", room / "x.directory", "--json")
    assert (code, {one["part"] for one in json.loads(said)["lacking"]}) == (1, {"root", "targets"})
    sign(room, "b")
    call("list", room / "x.directory", "--card", room / "CO-FGN.card")
    assert call("show", room / "x.directory")[0] == 1
    sign(room, "b")
    sign(room, "a")
    code, said = call("show", room / "x.directory", "--json")
    told = json.loads(said)
    assert (code, told["version"], [one["code"] for one in told["entries"]]) == (0, 2, ["CO-FGN"])
    assert len(told["signed_by"]) == 2
    assert "CO-FGN" in call("show", room / "x.directory")[1]
    call("list", room / "x.directory", "--ended", f"CO-FGN={'ab' * 32}", "--reason", "stolen")
    sign(room, "a")
    sign(room, "b")
    [entry] = json.loads(call("show", room / "x.directory", "--json")[1])["entries"]
    assert entry["ended"][0]["reason"] == "stolen"
    call("renew", room / "x.directory")
    assert call("show", room / "x.directory")[0] == 1
    sign(room, "b")
    assert call("show", room / "x.directory")[0] == 0


def test_what_exists_is_never_written_over(room: Path) -> None:
    before = (room / "a").read_bytes(), (room / "x.directory").read_bytes()
    with pytest.raises(ConflictError):
        call("key", room / "a", "--passphrase-file", room / "passphrase")
    with pytest.raises(ConflictError):
        call(
            "found", room / "x.directory", "--founder", room / "a.pub", "--founder", room / "b.pub", "--threshold", "2"
        )
    assert before == ((room / "a").read_bytes(), (room / "x.directory").read_bytes())


def test_another_passphrase_signs_nothing(room: Path) -> None:
    (room / "other").write_text("another long passphrase")
    (room / "short").write_text("short")
    before = (room / "x.directory").read_bytes()
    with pytest.raises(BrokenError):
        sign(room, "a", "other")
    with pytest.raises(InvalidInputError):
        sign(room, "a", "short")
    with pytest.raises(InvalidInputError):
        call("list", room / "x.directory")
    assert (room / "x.directory").read_bytes() == before
    assert (room / "a").stat().st_mode & 0o077 == 0
    assert read_sheets(before).cards == {}
