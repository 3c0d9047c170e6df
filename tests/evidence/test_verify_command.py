"""`comity verify` as a person or a script meets it."""

import ast
import json
import re
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


class TestTheVerifierInOneFile:
    """The same file that `--write-verifier` hands out, run as its reader runs it: alone."""

    @pytest.fixture
    def alone(self, tmp_path):
        assert run("--write-verifier", tmp_path).exit_code == 0
        return tmp_path / "verify_bundle.py"

    def verdict(self, alone, *words):
        command = [sys.executable, "-I", str(alone), *map(str, words)]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    def test_it_ends_as_ours_does_and_names_the_same_first_thing(self, alone, bundle):
        whole = self.verdict(alone, bundle, "--trust", PIN)
        assert (whole.returncode, run(bundle, "--trust", PIN).exit_code) == (0, 0)
        assert "All holds" in whole.stdout
        path = bundle / "data/custody/0001.json"
        path.write_bytes(path.read_bytes().replace(b"CO-FGN", b"CO-FGX", 1))
        broken, ours = self.verdict(alone, bundle, "--json"), run(bundle, "--json")
        assert (broken.returncode, ours.exit_code) == (1, 1)
        first = [next(line["place"] for line in json.loads(said)["lines"] if line["state"] == "broken")
                 for said in (broken.stdout, ours.stdout)]  # fmt: skip
        assert first[0] == first[1]
        for mark in ("bagit.txt", "comity.json"):
            (bundle / mark).unlink()
        nothing = self.verdict(alone, bundle)
        assert (nothing.returncode, nothing.stdout, run(bundle).exit_code) == (2, "", 2)
        assert "There is no bundle" in nothing.stderr

    def test_what_a_bundle_says_is_printed_as_text_and_never_as_control(self, alone, tmp_path):
        specimen = Specimen()
        items = [specimen.item("x", b"x")]
        folder = specimen.write(
            tmp_path / "b", items=items, messages=[], ledgers=[], left_out=[], audience="\x1b[2Jcourt"
        )
        assert "\x1b" not in self.verdict(alone, folder).stdout

    def test_it_is_short_and_needs_nothing_of_ours_no_network_and_writes_nothing(self, alone):
        text = alone.read_text()
        assert len(text.splitlines()) < 1000
        modules = {
            (node.module if isinstance(node, ast.ImportFrom) else node.names[0].name).split(".")[0]
            for node in ast.walk(ast.parse(text))
            if isinstance(node, (ast.Import, ast.ImportFrom))
        }
        assert modules - set(sys.stdlib_module_names) == {"cryptography"}
        assert not modules & {"socket", "urllib", "http", "ssl", "subprocess", "ctypes", "shutil", "tempfile"}
        assert not re.search(r"write_|\"[wax]b?\"|unlink|rename|mkdir", text)

    def test_a_file_that_is_there_is_not_overwritten(self, alone):
        assert run("--write-verifier", alone).exit_code != 0
