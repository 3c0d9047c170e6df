"""A backup shows nothing to its medium, leaves nothing behind when it fails, and outlives a vault that is in use."""

import os
import shutil
import tarfile
from pathlib import Path
from typing import Any

import pytest

from comity.authorities.node_file import NodeFile
from comity.cli import backups
from comity.store.local import LocalVault
from comity.store.spool import spool_of

SECRET = "s3cr3t/word"
TOOL = """#!/bin/sh
for one in "$@"; do case "$one" in --file=*) out="${one#--file=}";; esac; done
printf '%s\\n' "$*" "PGPASSWORD=$PGPASSWORD" > "$out"
cp "$out" "$SEEN"
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A node on PostgreSQL whose copying tool writes down how it was called."""
    place = tmp_path / "node"
    place.mkdir()
    address = "postgres://comity:s3cr3t%2Fword@db.example:5433/comity"
    NodeFile("xx", "localhost", 8991, 8992, exercise=True, database=address).write(place)
    (place / "passphrase").write_text("x" * 20)
    LocalVault(place / "vault")
    tool = tmp_path / "bin" / "pg_dump"
    tool.parent.mkdir()
    tool.write_text(TOOL)
    tool.chmod(0o700)
    monkeypatch.setenv("PATH", f"{tool.parent}:{os.environ['PATH']}")
    monkeypatch.setenv("SEEN", str(tmp_path / "seen"))
    monkeypatch.delenv("COMITY_PASSPHRASE_FILE", raising=False)
    (tmp_path / "medium").mkdir()
    return place


def test_the_database_password_is_not_an_argument(folder: Path, tmp_path: Path) -> None:
    backups.write_backup(folder, tmp_path / "medium" / "b", os.urandom)
    arguments, environment = (tmp_path / "seen").read_text().splitlines()
    assert "postgres://comity@db.example:5433/comity" in arguments
    assert "s3cr3t" not in arguments
    assert environment == f"PGPASSWORD={SECRET}"


def test_the_plain_copy_never_lies_on_the_medium_of_the_backup(folder: Path, tmp_path: Path) -> None:
    backups.write_backup(folder, tmp_path / "medium" / "b", os.urandom)
    arguments = (tmp_path / "seen").read_text().splitlines()[0]
    assert f"--file={folder / 'spool'}" in arguments
    assert [path.name for path in (tmp_path / "medium").iterdir()] == ["b"]
    assert not list(spool_of(folder).iterdir())


def test_a_failed_backup_leaves_nothing_and_the_next_one_runs(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    medium = tmp_path / "medium"
    with monkeypatch.context() as harm:
        harm.setattr(shutil, "which", lambda _name: None)
        with pytest.raises(backups.UnavailableError):
            backups.write_backup(folder, medium / "b", os.urandom)
    assert not list(medium.iterdir())
    tool = tmp_path / "bin" / "pg_dump"
    tool.write_text("#!/bin/sh\nexit 3\n")
    with pytest.raises(backups.UnavailableError, match="pg_dump ended with 3; no backup was written"):
        backups.write_backup(folder, medium / "b", os.urandom)
    assert not list(medium.iterdir())
    tool.write_text(TOOL)
    (medium / "b.partial").write_text("left by a run that was killed")
    assert backups.write_backup(folder, medium / "b", os.urandom) > 0
    assert [path.name for path in medium.iterdir()] == ["b"]


def test_what_the_vault_or_the_spool_holds_for_a_moment_is_left_out(folder: Path, tmp_path: Path) -> None:
    for place in ("vault/staging", "vault/transfers", "spool", "vault/ab/cd"):
        (folder / place).mkdir(parents=True, exist_ok=True)
        (folder / place / "one").write_text("x")
    backups.write_backup(folder, tmp_path / "medium" / "b", os.urandom)
    with pytest.raises(backups.UnavailableError):
        backups.read_backup(tmp_path / "medium" / "b", tmp_path / "again", "x" * 20)
    found = {str(path.relative_to(tmp_path / "again")) for path in (tmp_path / "again").rglob("*") if path.is_file()}
    assert found == {"node.json", "database.dump", "passphrase", "restored", "vault/ab/cd/one"}


def test_a_file_that_leaves_the_vault_meanwhile_does_not_end_the_backup(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    going = folder / "vault/ab/cd/going"
    going.parent.mkdir(parents=True)
    going.write_text("x")
    add = tarfile.TarFile.add

    def late(archive: tarfile.TarFile, path: Path, *given: Any, **named: Any) -> None:
        if path == going:
            going.unlink()
        add(archive, path, *given, **named)

    monkeypatch.setattr(tarfile.TarFile, "add", late)
    assert backups.write_backup(folder, tmp_path / "medium" / "b", os.urandom) > 0
    assert not going.exists()
