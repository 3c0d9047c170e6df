"""The vectors hold for our own code, and the runner sees an implementation that errs."""

import base64
import re
import sys
from importlib import import_module
from pathlib import Path

import pytest

from comity.exchange.rejection import RejectionCode
from comity.seals import signing
from comity.seals.canonical import from_b64
from conformance.alone import Alone
from conformance.answers import CHECKS, answer
from conformance.making import PARTS
from conformance.making import page as page_module
from conformance.runner import Verdict, ask, judge, unanswered
from conformance.vectors import load_vectors

VECTORS = list(load_vectors())
PROTOCOL = Path("docs/protocol.md").read_text(encoding="utf-8")


def ours(vector):
    return judge(vector, answer({"id": vector.id, "check": vector.check, "input": vector.input}), codes=True)


@pytest.mark.parametrize("check", sorted(CHECKS))
def test_our_own_code_answers_every_vector_with_the_protocols_code(check):
    asked = [vector for vector in VECTORS if vector.check == check]
    assert asked, f"no vector asks {check}"
    assert [(one.vector.id, one.why) for one in map(ours, asked) if one.state != "passed"] == []


def test_there_are_enough_vectors_and_most_of_them_must_be_refused():
    assert len(VECTORS) >= 300
    assert sum(vector.negative for vector in VECTORS) / len(VECTORS) >= 0.6
    assert len({vector.id for vector in VECTORS}) == len(VECTORS)
    readme = Path("conformance/README.md").read_text(encoding="utf-8")
    assert f"{len(VECTORS)} vectors" in readme
    assert f"{sum(vector.negative for vector in VECTORS)} of them" in readme


def test_every_check_stands_in_the_protocol_and_in_the_readme():
    readme = Path("conformance/README.md").read_text(encoding="utf-8")
    for check in CHECKS:
        assert f"`{check}`" in PROTOCOL, check
        assert f"`{check}`" in readme, check


def test_the_protocol_names_every_rejection():
    table = PROTOCOL.split("| rejection |")[1].split("**Exactly one effect.**")[0]
    assert set(re.findall(r"^\| `([a-z-]+)`", table, re.MULTILINE)) == {code.value for code in RejectionCode}


def test_the_pages_can_be_made_again_and_ask_the_same(monkeypatch):
    """Signatures differ each time, what is asked and expected does not.

    That the answers stated are ours is asked of the vectors themselves, above: once is enough for whole bundles.
    """
    asked = page_module.answer
    monkeypatch.setattr(page_module, "answer", lambda one: {} if one["check"] == "bundle" else asked(one))
    judged = page_module.judge
    monkeypatch.setattr(
        page_module,
        "judge",
        lambda one, *said, **how: Verdict(one, "passed") if one.check == "bundle" else judged(one, *said, **how),
    )
    made = {
        f"{page.check}-{number:03d}": (entry["says"], entry["expect"]["result"])
        for part in PARTS
        for page in import_module(f"conformance.making.{part}").pages()
        for number, entry in enumerate(page.entries, start=1)
    }
    assert made == {vector.id: (vector.says, vector.expect["result"]) for vector in VECTORS}


ALONE = Alone()


@pytest.mark.parametrize("check", sorted(ALONE.checks))
def test_the_one_file_verifier_answers_every_vector_of_what_it_does(check):
    """It shares no code with ours, so that the page from which it was written is precise enough for this much.

    Of whole bundles a share is asked here; `tests/evidence` puts every bundle it makes to both.
    """
    asked = [vector for vector in VECTORS if vector.check == check]
    if check == "bundle":
        of_both = [one for one in asked if one.says.startswith(("countersigned", "narrowed", "released"))]
        assert len(of_both) >= 4
        asked = [*asked[::5], *of_both]
    assert asked
    verdicts = [
        judge(one, ALONE.answer({"id": one.id, "check": check, "input": one.input}), codes=check == "bundle")
        for one in asked
    ]
    assert [(one.vector.id, one.vector.says, one.why) for one in verdicts if one.state != "passed"] == []


def test_what_a_program_does_not_do_is_named():
    few = [vector for vector in VECTORS if vector.check in {"root", "salted"}]
    verdicts = list(ask([sys.executable, "-m", "conformance.alone"], few))
    assert unanswered(verdicts) == {"root": sum(vector.check == "root" for vector in few)}
    assert {one.state for one in verdicts if one.vector.check == "salted"} == {"passed"}


@pytest.mark.parametrize(("half", "check"), [("verify_mldsa", "signature"), ("verify_ed25519", "signature")])
def test_a_verifier_that_leaves_a_half_out_is_caught(monkeypatch, half, check):
    monkeypatch.setattr(signing, half, lambda *_: None)
    verdicts = [ours(vector) for vector in VECTORS if vector.check == check]
    assert any(one.state == "failed" for one in verdicts)


PROGRAMS = {
    "accepts everything": "print(json.dumps({'id': asked['id'], 'result': 'accept', 'output': {}}), flush=True)",
    "refuses everything": "print(json.dumps({'id': asked['id'], 'result': 'reject', 'code': 'no'}), flush=True)",
    "answers another question": "print(json.dumps({'id': 'x', 'result': 'reject', 'code': 'no'}), flush=True)",
    "ends": "sys.exit()",
    "babbles": "print('hello', flush=True)",
}


@pytest.mark.parametrize("manner", PROGRAMS)
def test_the_runner_sees_a_program_that_errs(manner, tmp_path):
    program = tmp_path / "program.py"
    program.write_text(
        f"import json, sys\nfor line in sys.stdin:\n    asked = json.loads(line)\n    {PROGRAMS[manner]}\n"
    )
    few = [vector for vector in VECTORS if vector.check == "base64"]
    states = [one.state for one in ask([sys.executable, str(program)], few)]
    right = [manner == "refuses everything" and vector.negative for vector in few]
    expected = ["passed" if holds else "failed" for holds in right]
    assert states == expected


def test_a_skipped_check_is_counted_apart(tmp_path):
    program = tmp_path / "program.py"
    program.write_text(
        "import json, sys\nfor line in sys.stdin:\n"
        "    print(json.dumps({'id': json.loads(line)['id'], 'result': 'skip'}), flush=True)\n"
    )
    assert {one.state for one in ask([sys.executable, str(program)], VECTORS[:2])} == {"skipped"}


def test_codes_count_only_when_asked():
    vector = next(vector for vector in VECTORS if vector.negative)
    other = {"id": vector.id, "result": "reject", "code": "other"}
    assert judge(vector, other, codes=False).state == "passed"
    assert judge(vector, other, codes=True).state == "failed"


def test_where_a_bundle_is_broken_counts_with_the_codes():
    vector = next(vector for vector in VECTORS if vector.check == "bundle" and "place" in vector.expect)
    told = {"id": vector.id, "result": "reject", "code": "bundle:broken", "places": ["bagit.txt"]}
    assert judge(vector, told, codes=False).state == "passed"
    assert judge(vector, told, codes=True).state == "failed"


def test_every_single_bit_of_an_envelope_counts():
    """A share of the sweep: each bit of the sealed part and of the header turned over is refused."""
    whole = next(vector for vector in VECTORS if vector.check == "envelope" and not vector.negative)
    data = from_b64(whole.input["envelope"])
    for place in range(0, len(data) * 8, 997):
        changed = bytearray(data)
        changed[place // 8] ^= 1 << place % 8
        question = {**whole.input, "envelope": _text(bytes(changed))}
        assert answer({"id": "x", "check": "envelope", "input": question})["result"] == "reject", place


def _text(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
