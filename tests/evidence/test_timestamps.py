"""Timestamps over the ledger: outside the path, flagged when absent, caught up, proved offline in the bundle."""

import ast
import sys
from datetime import timedelta

import pytest
from cryptography.x509 import load_pem_x509_certificates

from comity.evidence import actions, verification
from comity.exchange.timestamping import HttpTimestamps
from comity.safeguards.actions import STAMP_EVERY, stamp_ledger
from comity.safeguards.models import LedgerEntry, LedgerStamp
from comity.safeguards.queries import STAMP_GRACE, checkpoint_of, ledger_size, stamps
from comity.seals.checkpoint import open_checkpoint
from comity.seals.timestamp import question_about, stamped_note, stamps_of
from comity.values.errors import InvalidInputError

from .both import VERIFIER, verify_bundle
from .timestamp_authority import TimestampAuthority, authority

__all__ = ["authority"]
CODE = "CH-FOJ"


@pytest.fixture
def service(authority):
    return HttpTimestamps(authority.url, authority.roots)


def stamp(world, service, code=CODE):
    return stamp_ledger(world.job(code), authority=code, signer=world.keys.signer(code), service=service)


def told(event):
    return LedgerEntry.objects.filter(event=event, authority=CODE).count()


def released(world, *contents):
    items = world.returned(*contents)
    given = {
        "dossier": items[0].dossier,
        "items": [item.reference for item in items],
        "audience": "court",
        "ground": "Art. 1 of the exercise code",
    }
    release = actions.propose_release(world.act("CH-OAG", name="Dora"), **given)
    return actions.approve_release(
        world.act("CH-OAG", name="Emil"), release.reference, digest=release.digest, keys=world.keys
    )


def exported(world, release, folder):
    act = world.act("CH-OAG", name="Eva")
    return actions.export_bundle(act, release.reference, folder, keys=world.keys, vault=world.receiving)


def stamped_lines(report):
    return [(line.state.value, line.text) for line in report.lines if line.place.endswith(", timestamp")]


def test_a_ledger_that_grew_gets_a_timestamp_and_one_that_did_not_is_not_asked_about(world, authority, service):
    world.returned(b"records")
    assert stamp(world, service) == 1
    [row] = LedgerStamp.objects.all()
    assert row.size == ledger_size(CODE)
    assert open_checkpoint(row.note, world.keys.signer(CODE).public).size == row.size
    assert len(stamps_of(row.note)) == 1
    world.at += STAMP_EVERY
    assert stamp(world, service) == 0
    assert len(authority.asked) == 1
    assert stamps(CODE).unstamped == 0


def test_a_silent_authority_stops_nothing_is_flagged_once_and_caught_up(world, authority, service):
    release = released(world, b"records")
    authority.mood = "silent"
    for _ in range(3):
        assert stamp(world, service) == 0
    view = stamps(CODE)
    assert view.failing_since is not None
    assert "503" in view.last_error
    assert (view.overdue(world.at), view.overdue(world.at + STAMP_GRACE)) == (False, True)
    assert told("safeguards:timestamp:absent") == 1
    authority.mood = "well"
    assert stamp(world, service) == 1
    assert stamps(CODE).failing_since is None
    assert told("safeguards:timestamp:caught-up") == 1
    assert release.state == "approved"


@pytest.mark.parametrize("lie", ["nonsense", "another text", "another question", "another authority"])
def test_an_answer_that_does_not_hold_is_no_timestamp(world, authority, service, lie, tmp_path):
    world.returned(b"records")
    body = open_checkpoint(checkpoint_of(CODE, world.keys.signer(CODE)), world.keys.signer(CODE).public).body()
    if lie == "nonsense":
        authority.mood = "nonsense"
    elif lie == "another text":
        authority.mood = authority.answer(question_about(b"another text").data)[1]
    elif lie == "another question":  # the same text, asked by somebody else: its nonce is not ours
        authority.mood = authority.answer(question_about(body).data)[1]
    else:
        other = TimestampAuthority(tmp_path / "other")
        service = HttpTimestamps(other.url, authority.roots)
        other.stop()
        other_answer = TimestampAuthority.answer
        authority.answer = lambda question: other_answer(other, question)
        service = HttpTimestamps(authority.url, authority.roots)
    assert stamp(world, service) == 0
    assert not LedgerStamp.objects.exists()
    assert stamps(CODE).failing_since is not None


def test_the_bundle_carries_the_timestamp_and_both_verifiers_show_it(world, authority, service, tmp_path):
    release = released(world, b"records")
    assert stamped_lines(verify_bundle(exported(world, release, tmp_path / "before"))) == []
    stamp(world, service)
    world.returned(b"the ledger goes on")
    folder = exported(world, release, tmp_path / "bundle")
    [(state, text)] = stamped_lines(verify_bundle(folder))
    assert (state, "not verified" in text) == ("note", True)
    roots = load_pem_x509_certificates(authority.roots)
    proved = verification.verify_bundle(folder, timestamp_roots=roots)
    assert proved.broken == []
    assert [state for state, _ in stamped_lines(proved)] == ["proved"]
    strange = TimestampAuthority(tmp_path / "strange")
    strange.stop()
    other = verification.verify_bundle(folder, timestamp_roots=load_pem_x509_certificates(strange.roots))
    assert [state for state, _ in stamped_lines(other)] == ["broken"]


def test_a_timestamp_over_another_checkpoint_is_broken_for_both(world, authority, service, tmp_path):
    release = released(world, b"records")
    stamp(world, service)
    row = LedgerStamp.objects.get()
    note = row.note.rpartition("— rfc3161 ")[0]
    elsewhere = authority.answer(question_about(b"another checkpoint").data)[1]
    LedgerStamp.objects.update(note=stamped_note(note, elsewhere))
    report = verify_bundle(exported(world, release, tmp_path / "bundle"))
    assert [state for state, _ in stamped_lines(report)] == ["broken"]


def test_a_timestamp_of_a_key_since_changed_is_left_out(world, authority, service, tmp_path):
    release = released(world, b"records")
    stamp(world, service)
    row = LedgerStamp.objects.get()
    strange = checkpoint_of(CODE, world.keys.signer("CO-FGN"))
    LedgerStamp.objects.update(note=stamped_note(strange, stamps_of(row.note)[0]))
    report = verify_bundle(exported(world, release, tmp_path / "bundle"))
    assert report.broken == []
    assert stamped_lines(report) == []


def test_roots_that_are_none_are_refused(authority):
    with pytest.raises(InvalidInputError):
        HttpTimestamps(authority.url, b"no certificate")


def test_the_one_file_verifier_stays_one_that_a_person_can_read():
    lines = VERIFIER.read_text().splitlines()
    assert len(lines) < 1000
    nodes = ast.walk(ast.parse("\n".join(lines)))
    names = [node.module for node in nodes if isinstance(node, ast.ImportFrom)]
    names += [
        one.name for node in ast.walk(ast.parse("\n".join(lines))) if isinstance(node, ast.Import) for one in node.names
    ]
    imported = {name.partition(".")[0] for name in names}
    assert imported - set(sys.stdlib_module_names) == {"cryptography"}


def test_time_set_back_asks_again(world, authority, service):
    world.returned(b"records")
    stamp(world, service)
    LedgerStamp.objects.update(asked_at=world.at + timedelta(days=900))
    world.returned(b"and more")
    assert stamp(world, service) == 1
