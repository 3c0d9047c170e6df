"""Items and custody told in CASE/UCO: valid for the field's own validator, and never more than the bundle says."""

import dataclasses
import hashlib
import json
import socket
import subprocess
import sys

import pytest
from case_utils.case_validate import validate
from rdflib import Graph
from typer.testing import CliRunner

from comity.cli.verify import app
from comity.evidence.bundle import write_bundle
from comity.evidence.verification import case_file_of
from comity.evidence.verification import verify_bundle as ours

from .both import VERIFIER, verify_bundle
from .specimen import HOSTILE_NAME, KEYS, STATEMENTS, Specimen
from .tampering import edit, rebuild_bag, relist, sign_anew

# rdflib's own reader of JSON-LD uses what rdflib has deprecated.
pytestmark = pytest.mark.filterwarnings("ignore:.*deprecated:DeprecationWarning")
CASE = "data/case.jsonld"
PREFIXES = """
PREFIX inv: <https://ontology.caseontology.org/case/investigation/>
PREFIX action: <https://ontology.unifiedcyberontology.org/uco/action/>
PREFIX core: <https://ontology.unifiedcyberontology.org/uco/core/>
PREFIX types: <https://ontology.unifiedcyberontology.org/uco/types/>
"""


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    return Specimen().write(tmp_path_factory.mktemp("case") / "bundle", with_case=True)


@pytest.fixture
def bundle(tmp_path):
    return Specimen().write(tmp_path / "bundle", with_case=True)


@pytest.fixture
def no_network(monkeypatch):
    def refuse(*_):
        raise OSError("no network here")

    monkeypatch.setattr(socket.socket, "connect", refuse)


def asked(path, query):
    graph = Graph().parse(path, format="json-ld")
    return {tuple(str(value) for value in row) for row in graph.query(PREFIXES + query)}


def test_the_field_s_validator_finds_nothing_against_it_without_a_network(whole, no_network):
    found = validate(str(whole / CASE), case_version="case-1.5.0", inference="none")
    assert found.conforms, found.text
    assert not found.undefined_concepts


def test_it_says_who_did_what_where_when_and_with_what_of_each_custody_event(whole):
    told = asked(
        whole / CASE,
        """SELECT ?digest ?type ?at ?hand ?authority ?place ?item WHERE {
             ?action a inv:InvestigativeAction ; core:name ?type ; action:startTime ?at ;
               action:performer/core:name ?hand ; action:participant/core:name ?authority ;
               action:location/core:name ?place ; action:object/core:name ?item ;
               action:result ?record ; core:externalReference/core:externalIdentifier ?digest }""",
    )
    told = {(*row[:2], row[2].replace("+00:00", "Z"), *row[3:]) for row in told}
    expected = set()
    for item in Specimen().content().items:
        for one in item.chain:
            at = one.event.at.isoformat().replace("+00:00", "Z")
            event = (one.event.digest, one.event.type.value, at, one.event.hand, one.event.authority, one.event.place)
            expected.add((*event, item.description["title"]))
    assert told == expected
    by = asked(whole / CASE, "SELECT ?type ?tool WHERE { ?a core:name ?type ; action:instrument/core:name ?tool }")
    assert ("countersigned", "Node of CH-FOJ") in by
    assert not [row for row in by if row[0] == "seized"]


def test_hashes_order_and_exhibit_numbers_stand_in_it(whole):
    hashes = asked(whole / CASE, "SELECT ?value WHERE { ?h types:hashValue ?value }")
    assert {one.lower() for (one,) in hashes} == {hashlib.sha256(STATEMENTS).hexdigest()}
    numbers = asked(whole / CASE, "SELECT ?n ?t WHERE { ?r inv:exhibitNumber ?n ; core:object/core:name ?t }")
    assert numbers == {("1", "Account statements"), ("2", "A telephone")}
    steps = asked(whole / CASE, "SELECT ?a ?b WHERE { ?x inv:wasInformedBy ?y . ?x core:name ?a . ?y core:name ?b }")
    assert ("countersigned", "received") in steps
    assert HOSTILE_NAME in {one for (one,) in asked(whole / CASE, "SELECT ?n WHERE { ?f ?p ?n }")}


def test_the_same_bundle_tells_the_same_bytes_and_an_event_has_its_name_in_every_bundle(whole, bundle, tmp_path):
    assert (whole / CASE).read_bytes() == (bundle / CASE).read_bytes()
    content = Specimen().content(with_case=True)
    write_bundle(tmp_path / "one", dataclasses.replace(content, items=content.items[1:]), KEYS["CH-FOJ"])
    one, both = (json.loads((folder / CASE).read_bytes()) for folder in (tmp_path / "one", whole))
    names = [{node["@id"] for node in told["@graph"]} for told in (one, both)]
    assert names[0] < names[1]


def test_what_is_left_out_of_the_bundle_is_not_told_either(tmp_path):
    content = Specimen().content(with_case=True)
    write_bundle(tmp_path / "one", dataclasses.replace(content, items=content.items[1:]), KEYS["CH-FOJ"])
    told = (tmp_path / "one" / CASE).read_text()
    left = content.items[0]
    digests = [one.event.digest for one in left.chain]
    for secret in (left.description["title"], left.description["reference"], left.description["digest"], *digests):
        assert secret not in told
    assert "A telephone" in told
    for entry in content.left_out:
        assert entry.digest not in told


def test_both_verifiers_accept_a_bundle_with_it_and_one_without(bundle, tmp_path):
    report = verify_bundle(bundle)
    assert report.broken == []
    assert any("told anew it is the same" in line.text for line in report.lines if line.place == CASE)
    assert verify_bundle(Specimen().write(tmp_path / "without")).broken == []


def test_any_change_of_it_is_found_by_both_verifiers(bundle):
    place = bundle / CASE
    data = place.read_bytes()
    for changed in (data.replace(b"countersigned", b"uncountersigne"), data[:-1], data + b" ", b""):
        place.write_bytes(changed)
        assert CASE in {line.place for line in verify_bundle(bundle).broken}
    place.unlink()
    assert CASE in {line.place for line in verify_bundle(bundle).broken}


def test_it_cannot_be_added_without_the_releasing_authority_s_signature(tmp_path, whole):
    bundle = Specimen().write(tmp_path / "bundle")
    (bundle / CASE).write_bytes((whole / CASE).read_bytes())
    assert CASE in {line.place for line in verify_bundle(bundle).broken}


def test_even_the_releasing_authority_cannot_tell_otherwise_than_was_signed(bundle):
    edit(bundle / CASE, lambda told: told["@graph"][0].update({"uco-core:name": "another"}))
    relist(bundle)
    sign_anew(bundle, KEYS["CH-FOJ"])
    rebuild_bag(bundle)
    assert [line.place for line in ours(bundle).broken] == [CASE]
    # The one-file verifier proves whose word it is and says that it did not compare it.
    alone = subprocess.run([sys.executable, VERIFIER, bundle], capture_output=True, text=True, check=False)
    assert alone.returncode == 0
    assert "not compared here" in alone.stdout


def test_it_is_told_on_demand_from_any_bundle_that_holds(whole, tmp_path):
    bundle, out = Specimen().write(tmp_path / "bundle"), tmp_path / "case.jsonld"
    done = CliRunner().invoke(app, [str(bundle), "--write-case", str(out)])
    assert done.exit_code == 0, done.output
    assert out.read_bytes() == (whole / CASE).read_bytes()
    assert CliRunner().invoke(app, [str(bundle), "--write-case", str(out)]).exit_code != 0


def test_from_a_bundle_that_does_not_hold_nothing_is_told(tmp_path):
    bundle, out = Specimen().write(tmp_path / "bundle"), tmp_path / "case.jsonld"
    edit(bundle / "data/custody/0001.json", lambda chain: chain[2]["event"].update({"place": "Zürich"}))
    assert CliRunner().invoke(app, [str(bundle), "--write-case", str(out)]).exit_code == 1
    assert not out.exists()
    assert case_file_of(bundle)[0] is None
