import hashlib
import os

import bagit
import pytest

from comity.evidence.bundle import write_bundle
from comity.evidence.verification import verify_bundle
from comity.values.errors import ConflictError, InvalidInputError

from .specimen import HOSTILE_NAME, STATEMENTS, Specimen


def files(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_a_bundle_is_a_bag_that_the_bagit_library_validates(tmp_path):
    bag = bagit.Bag(str(Specimen().write(tmp_path / "bundle")))
    bag.validate()
    assert bag.info["External-Identifier"].startswith("CH-FOJ:release:")
    assert bag.info["Source-Organization"] == "CH-FOJ"
    assert bag.payload_entries().keys() == {path for path in files(tmp_path / "bundle") if path.startswith("data/")}


def test_a_bundle_verifies_and_says_what_was_proved(tmp_path):
    report = verify_bundle(Specimen().write(tmp_path / "bundle"))
    assert report.broken == []
    text = "\n".join(f"{line.place}: {line.text}" for line in report.lines)
    assert text.count("Both States signed") == 2
    assert "Item 1 is byte for byte what was taken in." in text
    assert "comity.json: Signed by CH-FOJ, which released it." in text
    assert "vouches for what it sent" in text
    assert "No key was pinned: the keys are only those the bundle itself carries." in text
    assert "Left out: item, because not selected." in text


def test_a_hostile_name_stays_text_and_names_no_file(tmp_path):
    folder = Specimen().write(tmp_path / "bundle")
    names = files(folder)
    assert "data/items/0001.csv" in names
    assert all(part.isascii() and "passwd" not in part for part in names)
    assert (folder / "data/items/0001.csv").read_bytes() == STATEMENTS
    assert list(tmp_path.iterdir()) == [folder]
    record = (folder / "data/records/0001.json").read_text()
    assert "passwd" in record
    assert HOSTILE_NAME not in names


def test_what_is_left_out_leaves_no_digest_that_could_be_guessed(tmp_path):
    folder = Specimen().write(tmp_path / "bundle")
    held = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
    assert hashlib.sha256(b"other").hexdigest().encode() not in held


def test_a_bundle_is_never_written_over(tmp_path):
    Specimen().write(tmp_path / "bundle")
    with pytest.raises(ConflictError):
        Specimen().write(tmp_path / "bundle")


def test_an_item_whose_bytes_are_not_its_own_is_not_exported(tmp_path):
    specimen = Specimen()
    content = specimen.content()
    object.__setattr__(content.items[0], "content", (b"other bytes",))
    with pytest.raises(InvalidInputError, match="not those that were taken in"):
        write_bundle(tmp_path / "bundle", content, specimen.keys["CH-FOJ"])
    assert list(tmp_path.iterdir()) == []


def test_a_disk_that_fills_leaves_no_half_bundle(tmp_path, monkeypatch):
    calls = []

    def full(descriptor):
        calls.append(descriptor)
        if len(calls) == 7:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        Specimen().write(tmp_path / "bundle")
    assert list(tmp_path.iterdir()) == []
