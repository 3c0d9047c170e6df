"""`comity law refusals | questions | dual | clocks | gate | coverage | forms`: exact JSON, plain refusals, no node."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.cli.called import comity


def law(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return comity(folder, "law", *arguments)


def as_json(folder: Path, *arguments: str) -> Any:
    done = law(folder, *arguments, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def facts(folder: Path, **given: Any) -> str:
    path = folder / "facts.json"
    path.write_text(json.dumps({name.replace("_", "-"): value for name, value in given.items()}), encoding="utf-8")
    return str(path)


def test_refusals_have_the_promised_shape(tmp_path):
    answer = as_json(tmp_path, "refusals", "UNTOC", "--facts", facts(tmp_path, measure="bank-records"))
    assert {"instrument", "finding", "grounds"} <= set(answer)
    assert (answer["instrument"], answer["finding"]) == ("UNTOC", "UNSETTLED")
    for ground in answer["grounds"]:
        assert {"ground", "provision", "kind", "finding", "reason", "question", "cure"} <= set(ground)
        assert ground["kind"] in {"mandatory", "optional"}
        assert ground["finding"] == "UNSETTLED"
        assert ground["question"].endswith("?")


def test_facts_not_given_are_unknown_and_those_given_settle(tmp_path):
    given = facts(tmp_path, measure="bank-records", request_conforms=False)
    grounds = {g["ground"]: g for g in as_json(tmp_path, "refusals", "UNTOC", "--facts", given)["grounds"]}
    assert grounds["not_in_conformity"]["finding"] == "BARRED"
    assert grounds["sovereignty_security_ordre_public"]["finding"] == "UNSETTLED"


def test_what_the_register_knows_of_the_pair_is_not_asked(tmp_path):
    given = facts(tmp_path, measure="extradition", fiscal_offence=True, fiscal_corresponding=True)
    wanted = ["refusals", "ETS024", "--facts", given, "--pair", "CH", "DE", "--on", "2026-11-21"]
    answer = as_json(tmp_path, *wanted)
    known = {one["fact"]: one for one in answer["known"]}
    assert known["both-ets098"]["value"] is True
    assert known["both-ets098"]["provision"]
    assert "both-ets098" not in {one["fact"] for one in answer["questions"]}
    assert "both-ets098" in {one["fact"] for one in as_json(tmp_path, *wanted[:4])["questions"]}
    assert "known both-ets098: True" in law(tmp_path, *wanted).stdout


def test_questions_list_facts_with_type_meaning_and_provision(tmp_path):
    answer = as_json(tmp_path, "questions", "EU-EIO-2014-41")
    listed = {one["fact"]: one for one in answer["questions"]}
    assert listed["rights-breach"]["type"] == "yes-no"
    assert "Art. 11(1)(f)" in listed["rights-breach"]["provision"]
    assert all(one["meaning"].endswith("?") and one["provision"] for one in answer["questions"])
    assert len(as_json(tmp_path, "questions", "EU-EIO-2014-41", "--measure", "service")["questions"]) < len(listed)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('{"political-offence": "maybe"}', '"political-offence": true'),
        ('{"political-ofence": true}', "political-offence"),
        ('{"ordinary-offence": true, "political-offence": true}', "contradict each other"),
        ("[1]", "no JSON object"),
        ('{"a": 1,}', "line 1"),
        ('{"measure": "service", "measure": "service"}', "stands twice"),
    ],
)
def test_bad_facts_are_answered_with_what_is_wrong_and_an_example(tmp_path, text, says):
    path = tmp_path / "facts.json"
    path.write_text(text, encoding="utf-8")
    done = law(tmp_path, "refusals", "UNTOC", "--facts", str(path), "--json")
    assert done.returncode == 2
    assert done.stdout == ""
    assert says in done.stderr
    assert "Traceback" not in done.stderr


def test_a_file_of_facts_that_is_not_there_is_said_plainly(tmp_path):
    done = law(tmp_path, "refusals", "UNTOC", "--facts", "nowhere.json")
    assert (done.returncode, "cannot be read" in done.stderr) == (2, True)


def test_the_offences_held_of_a_state_are_listed_with_source_and_age(tmp_path):
    shown = as_json(tmp_path, "offences", "--state", "CO")
    held = {one["offence"]: one for one in shown["offences"]}
    assert held["illegal-access"]["maximum_months"] == 96
    assert held["illegal-access"]["source"]
    assert held["illegal-access"]["as_of"]
    assert "unknown" in shown["silence"]
    assert "Art. 269A" in law(tmp_path, "offences", "--state", "CO").stdout
    assert as_json(tmp_path, "offences", "--state", "PE")["offences"] == []


def test_dual_criminality_names_what_is_missing(tmp_path):
    example = json.loads(law(tmp_path, "dual", "--example").stdout)
    (tmp_path / "case.json").write_text(json.dumps(example), encoding="utf-8")
    answer = as_json(tmp_path, "dual", "--facts", "case.json")
    assert answer["finding"] == "UNSETTLED"
    assert answer["missing"] == ["CO: the statute and its elements"]
    assert {"element", "fact", "requesting", "requested"} <= set(answer["matrix"][0])
    assert "signs" in answer["sign_off"]


def test_clocks_have_the_promised_shape(tmp_path):
    wanted = ["clocks", "ETS024", "--pair", "CH", "FR", "--trigger", "provisional-arrest", "--at", "2026-11-21"]
    clocks = {clock["id"]: clock for clock in as_json(tmp_path, *wanted)["clocks"]}
    for clock in clocks.values():
        assert {"id", "provision", "due", "extension", "verified"} <= set(clock)
    assert clocks["ece_prov_hard"]["kind"] == "liberty"
    assert clocks["ece_prov_hard"]["due"] == "2026-12-31T22:59:59Z"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["clocks", "ETS024", "--trigger", "sunrise", "--at", "2026-11-21"], "provisional-arrest"),
        (["clocks", "ETS024", "--trigger", "provisional-arrest", "--at", "2026-11-31"], "2026-11-30"),
        (["clocks", "ETS024", "--trigger", "provisional-arrest", "--at", "foo"], "--at 2026-11-21"),
        (
            ["clocks", "ETS024", "--trigger", "provisional-arrest", "--at", "2026-11-21", "--holiday", "foo"],
            "--holiday 2026-11-21",
        ),
        (["clocks", "ETS024", "--trigger", "provisional-arrest", "--at", "2026-11-21T10:00"], "time zone"),
        (["clocks", "ETS024", "--pair", "XX", "FR", "--trigger", "provisional-arrest"], "XX"),
        (["clocks", "ETS02", "--trigger", "provisional-arrest"], "ETS024"),
    ],
)
def test_bad_words_are_answered_with_the_nearest_valid_ones(tmp_path, arguments, says):
    done = law(tmp_path, *arguments, "--json")
    assert done.returncode == 2
    assert says in done.stderr


def test_clocks_without_an_event_list_the_events(tmp_path):
    assert "provisional-arrest" in as_json(tmp_path, "clocks", "ETS024")["triggers"]
    done = law(tmp_path, "clocks", "ETS024")
    assert (done.returncode, "provisional-arrest" in done.stdout) == (0, True)
    assert "{" not in done.stdout, "JSON only with --json"


def test_the_gate_never_says_clear(tmp_path):
    answer = as_json(tmp_path, "gate", "--facts", facts(tmp_path, torture_risk=False))
    assert "CLEAR" not in json.dumps(answer)
    assert answer["may_sign"] is False
    assert "named person" in answer["signature"]


def test_coverage_says_how_complete_and_how_old(tmp_path):
    rows = {row["instrument"]: row for row in as_json(tmp_path, "coverage")["coverage"]}
    assert rows["UNTOC"]["bound"] == 190
    assert rows["UNTOC"]["newest"]
    assert rows["UNTOC"]["provisions_read"] <= rows["UNTOC"]["provisions"]
    assert "unknown" in rows["UNTOC"]["silence"]
    assert as_json(tmp_path, "coverage", "UNTOC")["coverage"] == [rows["UNTOC"]]


def test_forms_show_the_status_of_each_field(tmp_path):
    forms = {form["id"]: form for form in as_json(tmp_path, "forms")["forms"]}
    assert forms["eaw_form"]["verified_count"] <= forms["eaw_form"]["field_count"]
    form = as_json(tmp_path, "forms", "eio_annex_a")
    assert {"place", "label", "status", "verified", "provision"} <= set(form["fields"][0])


@pytest.mark.parametrize("command", ["refusals UNTOC", "questions UNTOC", "gate", "coverage UNTOC", "forms eaw_form"])
def test_without_json_a_page_is_printed(tmp_path, command):
    done = law(tmp_path, *command.split())
    assert done.returncode == 0, done.stderr
    assert len(done.stdout) > 200
