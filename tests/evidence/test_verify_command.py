"""`comity verify` as a person or a script meets it."""

import json
import subprocess
import sys

import pytest
from typer.testing import CliRunner

from comity.cli.verify import app

from .specimen import KEYS, Specimen

PIN = KEYS["CH-FOJ"].public.fingerprint


@pytest.fixture
def bundle(tmp_path):
    return Specimen().write(tmp_path / "bundle")


def run(*words):
    return CliRunner().invoke(app, [str(word) for word in words])


def test_a_whole_bundle_ends_with_nought_and_a_line_for_each_thing(bundle):
    result = run(bundle, "--trust", PIN)
    assert result.exit_code == 0
    assert "All holds" in result.stdout
    assert "proved  data/items/0001.csv: Item 1 is byte for byte what was taken in." in result.stdout


def test_without_a_pin_it_says_so(bundle):
    assert "the keys are only those the bundle itself carries" in run(bundle).stdout


def test_one_byte_changed_ends_with_one_and_the_name_of_what_broke(bundle):
    path = bundle / "data/items/0001.csv"
    path.write_bytes(path.read_bytes()[:-1] + b"!")
    result = run(bundle)
    assert result.exit_code == 1
    assert "broken  data/items/0001.csv: The file was changed" in result.stdout
    assert "First: data/items/0001.csv." in result.stdout


@pytest.mark.parametrize("name", ["bagit.txt", "comity.json"])
def test_one_mark_missing_is_broken_both_missing_is_no_bundle(bundle, name):
    (bundle / name).unlink()
    assert run(bundle).exit_code == 1
    for mark in ("bagit.txt", "comity.json"):
        (bundle / mark).unlink(missing_ok=True)
    result = run(bundle)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert "There is no bundle" in result.stderr


def test_a_wrong_or_malformed_pin_ends_with_one(bundle):
    for pin in ("0" * 64, "abc"):
        assert run(bundle, "--trust", pin).exit_code == 1
    assert "Example: --trust 0123" in run(bundle, "--trust", "abc").stdout


@pytest.mark.parametrize(("damage", "code"), [(None, 0), ("data/custody/0001.json", 1), ("all", 2)])
def test_with_json_only_json_is_on_standard_output(bundle, damage, code):
    if damage == "all":
        for mark in ("bagit.txt", "comity.json"):
            (bundle / mark).unlink()
    elif damage:
        (bundle / damage).write_bytes(b"{}")
    result = run(bundle, "--json", "--trust", PIN)
    assert result.exit_code == code
    value = json.loads(result.stdout)
    assert value["holds"] is (code == 0)
    if code == 1:
        assert any(line["state"] == "broken" and line["place"].startswith(damage) for line in value["lines"])


def test_what_a_bundle_says_is_printed_as_text_and_never_as_markup_or_control(tmp_path):
    specimen = Specimen()
    items = [specimen.item("x", b"x")]
    folder = specimen.write(
        tmp_path / "b", items=items, messages=[], ledgers=[], left_out=[], audience="[bold]\x1b[2Jcourt"
    )
    out = run(folder).stdout
    assert "\x1b[2J" not in out
    assert "[bold]" in out


def test_it_needs_no_node_no_django_and_no_network(bundle):
    script = (
        "import socket, sys\n"
        "def refuse(*a, **k): raise SystemExit('network')\n"
        "socket.socket = refuse\n"
        "from comity.cli.verify import verify\n"
        "import typer\n"
        "try: verify(__import__('pathlib').Path(sys.argv[1]), None, True)\n"
        "except typer.Exit as end: code = end.exit_code\n"
        "assert 'django' not in sys.modules\n"
        "sys.exit(code)\n"
    )
    done = subprocess.run([sys.executable, "-c", script, str(bundle)], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
