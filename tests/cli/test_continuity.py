"""A pack's key is made off the node, which keeps the public half only; a pack opens without node and database."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from comity.authorities.node_file import NodeFile, read_node_file
from comity.safeguards.continuity import KEPT, pack_name, seal_pack, superseded
from comity.seals.keys import SealingKey
from comity.values.errors import InvalidInputError
from tests.cli.called import comity

FILE = NodeFile("xx", "localhost", 8991, 8992, exercise=True)
AT = datetime(2026, 11, 30, tzinfo=UTC)


@pytest.fixture
def place(tmp_path: Path) -> Path:
    for name in ("node", "journal", "packs"):
        (tmp_path / name).mkdir()
    FILE.write(tmp_path / "node")
    (tmp_path / "pp").write_text("a long passphrase\n")
    return tmp_path


def prepared(place: Path) -> int:
    return comity(
        place,
        *("node", "continuity", "prepare", "node", "--journal", "journal", "--packs", "packs"),
        *("--key", "stick.key", "--passphrase-file", "pp"),
    ).returncode


def opened(place: Path, words: str = "pp") -> tuple[int, str]:
    done = comity(
        place,
        *("node", "continuity", "open", "one.pack", "--key", "stick.key"),
        *("--passphrase-file", words, "--out", "one.pdf"),
    )
    return done.returncode, done.stderr


def test_a_pack_opens_with_the_key_and_its_passphrase_alone(place: Path) -> None:
    assert prepared(place) == 0
    said = read_node_file(place / "node").glass
    assert said is not None
    assert Path(said["journal"]).is_absolute()
    assert (place / "stick.key").stat().st_mode & 0o077 == 0
    (place / "one.pack").write_bytes(seal_pack(b"%PDF sheet", "CH-FOJ", AT, SealingKey.from_json(said["recipient"])))
    code, told = opened(place)
    assert (code, (place / "one.pdf").read_bytes()) == (0, b"%PDF sheet")
    assert "the pack of CH-FOJ" in told
    (place / "wrong").write_text("another passphrase")
    code, told = opened(place, "wrong")
    assert (code, "does not open with this passphrase" in told) == (2, True)
    (place / "one.pack").write_bytes(b"%PDF sheet")
    assert opened(place)[0] == 2


def test_a_key_that_is_there_is_not_overwritten(place: Path) -> None:
    assert prepared(place) == 0
    before = (place / "stick.key").read_bytes()
    assert prepared(place) == 2
    assert (place / "stick.key").read_bytes() == before


@pytest.mark.parametrize("said", [{}, {"journal": "here", "packs": "/there", "recipient": {}}, {"journal": "/here"}])
def test_a_node_file_that_names_half_of_it_is_refused(said: dict[str, object]) -> None:
    with pytest.raises(InvalidInputError, match="glass"):
        NodeFile("xx", "localhost", 8991, 8992, exercise=True, glass=said)


def test_the_last_packs_of_an_authority_are_kept_and_those_of_others_are_not_counted() -> None:
    own = [pack_name("CH-FOJ", AT.replace(day=day)) for day in range(1, KEPT + 3)]
    others = [pack_name("CH-FOJ-2", AT), "CH-FOJ.pack", "notes.txt"]
    assert superseded([*reversed(own), *others], "CH-FOJ") == own[:2]
