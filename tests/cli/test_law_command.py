"""`comity law` on the command line: exact JSON, nearest valid words, no node, no framework."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.called import comity

BASIS = ["basis", "CH", "CO", "--measure", "bank-records", "--offence", "drug-trafficking", "--on", "2026-11-21"]


def law(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return comity(folder, "law", *arguments)


def as_json(folder: Path, *arguments: str) -> dict:
    done = law(folder, *arguments, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_basis_as_json_has_the_promised_shape(tmp_path):
    answer = as_json(tmp_path, *BASIS)
    assert {"requesting", "requested", "measure", "offence", "on", "bases"} == set(answer)
    assert (answer["requesting"], answer["requested"], answer["on"]) == ("CH", "CO", "2026-11-21")
    for basis in answer["bases"]:
        assert {
            "instrument",
            "title",
            "rank",
            "finding",
            "reasons",
            "questions",
            "as_of",
            "channel",
            "languages",
        } <= set(basis)
        assert basis["finding"] in {"CLEAR", "BARRED", "UNSETTLED"}
        for reason in basis["reasons"]:
            assert {"provision", "text", "finding"} <= set(reason)
    first, second, third = answer["bases"][:3]
    assert (first["instrument"], first["rank"], first["finding"]) == ("BILATERAL-CH-CO-MLA", 1, "CLEAR")
    assert (second["instrument"], third["instrument"]) == ("VIENNA1988", "UNTOC")


def test_answers_given_settle_untoc(tmp_path):
    settled = [
        "--answer",
        "UNTOC:transnational=yes",
        "--answer",
        "UNTOC:organised-group=yes",
        "--answer",
        "UNTOC:serious-crime=yes",
    ]
    answer = as_json(tmp_path, *BASIS, *settled)
    assert next(b for b in answer["bases"] if b["instrument"] == "UNTOC")["finding"] == "CLEAR"


def test_basis_on_the_terminal_shows_what_is_not_verified(tmp_path):
    done = law(tmp_path, *BASIS)
    assert done.returncode == 0
    assert "1. BILATERAL-CH-CO-MLA  CLEAR" in done.stdout
    assert "not verified" in done.stdout
    assert "unknown, never" in " ".join(done.stdout.split())


@pytest.mark.parametrize(
    ("arguments", "nearest"),
    [
        (["basis", "XQ", "CO", "--measure", "service", "--offence", "fraud"], "two-letter code"),
        (["basis", "CH", "CO", "--measure", "bank-recrds", "--offence", "fraud"], "bank-records"),
        (["basis", "CH", "CO", "--measure", "service", "--offence", "frauds"], "fraud"),
        (["basis", "CH", "CO", "--measure", "service", "--offence", "fraud", "--on", "2026-02-30"], "2026-02-28"),
        (["basis", "CH", "CH", "--measure", "service", "--offence", "fraud"], "two States"),
        (
            ["basis", "CH", "CO", "--measure", "service", "--offence", "fraud", "--answer", "perhaps"],
            "UNTOC:transnational=yes",
        ),
        (
            ["basis", "CH", "CO", "--measure", "service", "--offence", "fraud", "--answer", "UNTOC:transnatonal=yes"],
            "Nearest: UNTOC:transnational",
        ),
        (
            ["basis", "CH", "CO", "--measure", "service", "--offence", "fraud", "--answer", "bound:CETS224:CO=yes"],
            "is no question of this request",
        ),
        (["party", "UNTO"], "UNTOC"),
        (["party", "UNTOC", "Switzerlnd"], "CH (Switzerland)"),
        (["basis", "CH"], "comity law basis"),
    ],
)
def test_a_slip_is_answered_with_the_nearest_and_exit_2(tmp_path, arguments, nearest):
    for more in ([], ["--json"]):
        done = law(tmp_path, *arguments, *more)
        assert done.returncode == 2
        assert nearest in done.stderr
        assert done.stdout == ""


def test_the_vocabularies_are_listed(tmp_path):
    assert "hearing-video" in {row["code"] for row in as_json(tmp_path, "measures")["measures"]}
    assert "murder" in {row["code"] for row in as_json(tmp_path, "offences")["offences"]}
    assert "bank-records" in law(tmp_path, "measures").stdout


def test_instruments_are_listed_with_their_codes(tmp_path):
    codes = {row["code"] for row in as_json(tmp_path, "instruments")["instruments"]}
    assert {"UNTOC", "VIENNA1988", "EU-EIO-2014-41", "BILATERAL-CH-CO-MLA"} <= codes
    ours = {row["code"] for row in as_json(tmp_path, "instruments", "--state", "CO")["instruments"]}
    assert "BILATERAL-CH-CO-MLA" in ours
    assert "BILATERAL-CH-IN-MLA" not in ours
    assert "bilateral treaties" in law(tmp_path, "instruments").stdout


def test_a_party_is_shown_with_source_and_age(tmp_path):
    shown = as_json(tmp_path, "party", "UNTOC", "CH")
    (row,) = shown["parties"]
    assert (row["state"], row["status"], row["entry_into_force"]) == ("CH", "party", "2006-11-26")
    assert row["source"]
    assert row["as_of"]
    assert len(as_json(tmp_path, "party", "UNTOC")["parties"]) > 180


def test_a_state_not_listed_is_unknown_and_not_a_stranger(tmp_path):
    shown = as_json(tmp_path, "party", "ETS030", "CO")
    assert shown["status"] == "unknown"
    assert shown["parties"] == []
    assert 'not "not a party"' in shown["note"]
    assert "unknown" in law(tmp_path, "party", "ETS030", "CO").stdout


def test_a_bilateral_treaty_is_shown_with_its_rows_and_declarations(tmp_path):
    shown = as_json(tmp_path, "party", "BILATERAL-CH-CO-MLA-2011", "CO")
    assert shown["instrument"] == "BILATERAL-CH-CO-MLA"
    assert shown["rows"][0]["entry_into_force"] == "2014-04-27"
    assert shown["declarations"]["languages"][0]["languages"] == ["es"]


def test_the_law_needs_no_framework(tmp_path):
    program = (
        "import sys; sys.argv = ['comity', 'law', 'measures']\n"
        "from comity.cli.main import run\n"
        "try:\n    run()\nfinally:\n    assert 'django' not in sys.modules, 'the law loads no framework'\n"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
