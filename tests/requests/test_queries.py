"""What pages read: a dossier for one officer, what needs her, what arrived, what a third party can be shown."""

import pytest

from comity.requests.actions import VERBS
from comity.requests.models import Dossier
from comity.requests.queries import (
    broken_rows,
    document_content,
    documents,
    dossier_page,
    dossier_whole,
    dossiers_for,
    inbox,
    message_proof,
    needs_me,
    partners,
)
from comity.requests.workflow import TABLE
from comity.safeguards.queries import entries_of_event
from comity.store.models import SealedBlob
from comity.values.actor import Role
from comity.values.errors import MissingError, RefusedError
from tests.requests.gates import sign_gate
from tests.requests.matters import to_colombia
from tests.requests.stages import drafted, in_execution, registered, signed, transmitted
from tests.requests.world import World


def steps_of(world: World, name: str, dossier) -> dict:
    return {step.verb: step for step in dossier_page(world.actor(name), dossier).steps}


def test_a_page_shows_draft_gaps_basis_and_the_steps_open_to_this_officer(cast: World) -> None:
    dossier = drafted(cast)
    content = to_colombia()
    del content["facts"]
    cast.do("prosecutor", "save_draft", dossier, content=content)
    view = dossier_page(cast.actor("prosecutor"), dossier)
    assert view.draft is not None
    assert any(gap["place"] == "facts" and "Art. 27" in gap["provision"] for gap in view.draft.gaps)
    assert view.draft.prediction["lines"][0]["bases"][0]["instrument"].startswith("BILATERAL-CH-CO-MLA")
    needed = {line["part"]: line["needed"] for line in view.law.dual_criminality}
    assert needed == {"a": True, "b": True, "c": False}
    steps = {step.verb: step for step in view.steps}
    assert steps["save_draft"].allowed
    assert (steps["sign_request"].allowed, steps["sign_request"].code) == (False, "ready")
    assert (steps["transmit_request"].allowed, steps["transmit_request"].code) == (False, "wrong-relation")
    assert (steps["give_feedback"].allowed, steps["give_feedback"].code) == (False, "phase")


def test_each_closed_step_says_why(cast: World) -> None:
    dossier = signed(cast)
    assert steps_of(cast, "clerk", dossier)["check_form"].allowed
    for name in ("prosecutor", "clerk", "head"):
        for step in dossier_page(cast.actor(name), dossier).steps:
            assert step.allowed == (not step.reason)
    assert steps_of(cast, "prosecutor", dossier)["check_form"].code == "wrong-relation"
    assert steps_of(cast, "clerk", dossier)["withdraw_signature"].code == "wrong-relation"


def test_the_timeline_stands_on_both_sides_with_seals_and_the_arrival(cast: World) -> None:
    dossier = registered(cast)
    ours = dossier_whole(cast.actor("head"), dossier)
    assert ours.phase == "registered"
    crossed = [line for line in ours.timeline if line.kind == "message"]
    assert [(line.name, line.ours) for line in crossed] == [
        ("request.transmitted", True),
        ("request.acknowledged", False),
    ]
    assert {line.seal.state for line in crossed} == {"verified"}
    assert crossed[0].delivery.state == "delivered"
    assert [line.name for line in ours.timeline if line.kind == "act"] == [
        "open_dossier",
        "save_draft",
        "prepare_release",
        "record_facts",
        "sign_rights_gate",
        "sign_request",
        "check_form",
    ]
    theirs = dossier_whole(cast.actor("registrar"), dossier)
    crossed = [line.name for line in theirs.timeline if line.kind == "message"]
    assert crossed == ["request.transmitted", "request.acknowledged"]
    at_home = {line.name for line in theirs.timeline if line.kind == "act"}
    assert at_home == {"record_facts", "sign_rights_gate", "record_conduct", "sign_dual"}
    assert theirs.numbers == {"file": "", "ours": "CO-2026-9", "theirs": "B-26-77"}


def test_arrival_is_shown_as_delivered_to_the_sender_only(cast: World) -> None:
    dossier = transmitted(cast)
    assert dossier_page(cast.actor("head"), dossier).phase == "delivered"
    assert dossier_page(cast.actor("registrar"), dossier).phase == "transmitted"
    assert not dossier_page(cast.actor("registrar"), dossier).clocks


def test_a_line_that_is_down_is_told_with_since_when(cast: World) -> None:
    dossier = signed(cast)
    cast.do("clerk", "check_form", dossier, number="B-1", cover_note={"fr": "x"})
    cast.line.down = True
    cast.do("head", "transmit_request", dossier, digest=cast.release("head", dossier)["digest"])
    cast.post()
    view = dossier_whole(cast.actor("head"), dossier)
    assert view.line.down_since == cast.at
    assert view.timeline[-1].delivery.state == "waiting"
    assert view.timeline[-1].delivery.next_attempt > cast.at


def test_what_needs_whom(cast: World) -> None:
    dossier = drafted(cast)
    assert [need.verb for need in needs_me(cast.actor("prosecutor"))] == ["prepare_release"]
    assert needs_me(cast.actor("clerk")) == []
    cast.do("prosecutor", "prepare_release", dossier)
    assert [need.verb for need in needs_me(cast.actor("prosecutor"))] == ["sign_rights_gate"]
    sign_gate(cast, dossier, "prosecutor")
    assert [need.verb for need in needs_me(cast.actor("prosecutor"))] == ["sign_request"]
    cast.do("prosecutor", "sign_request", dossier, digest=cast.release("prosecutor", dossier)["digest"])
    assert [need.verb for need in needs_me(cast.actor("clerk"))] == ["check_form"]
    cast.do("clerk", "check_form", dossier, number="B-1", cover_note={"fr": "x"})
    assert [need.verb for need in needs_me(cast.actor("head"))] == ["transmit_request"]
    cast.do("head", "transmit_request", dossier, digest=cast.release("head", dossier)["digest"])
    cast.post()
    assert [need.verb for need in needs_me(cast.actor("registrar"))] == ["register_request"]
    assert [line.reference for line in inbox(cast.actor("registrar"))] == [str(dossier)]
    assert needs_me(cast.actor("stranger")) == inbox(cast.actor("stranger")) == []


def test_a_question_needs_the_drafter(cast: World) -> None:
    dossier = registered(cast)
    cast.do("chief", "ask_question", dossier, text={"es": "¿Período?"})
    cast.post()
    assert "answer_question" in {need.verb for need in needs_me(cast.actor("prosecutor"))}


def test_lists_hold_only_what_the_authority_takes_part_in(cast: World) -> None:
    dossier = in_execution(cast)
    for name in ("prosecutor", "clerk", "registrar", "fiscal"):
        assert [line.reference for line in dossiers_for(cast.actor(name))] == [str(dossier)]
    assert dossiers_for(cast.actor("stranger")) == []
    assert dossiers_for(cast.actor("clerk"), text="b-26") != []
    assert dossiers_for(cast.actor("clerk"), text="nothing of the kind") == []


def test_documents_are_read_by_those_who_may_and_the_read_is_recorded(cast: World) -> None:
    dossier = transmitted(cast)
    letter = cast.documents("registrar", dossier)[0]
    data = document_content(cast.act("registrar"), dossier, letter.digest, keys=cast.keys, vault=cast.vault)
    assert data.startswith(b"%PDF")
    with pytest.raises(MissingError):
        document_content(cast.act("stranger"), dossier, letter.digest, keys=cast.keys, vault=cast.vault)
    with pytest.raises(MissingError):
        document_content(cast.act("registrar"), dossier, "0" * 64, keys=cast.keys, vault=cast.vault)
    read = [entry.facts for entry in entries_of_event("CO-FGN", "documents:document:read")]
    assert read == [{"document": letter.digest}]


def test_a_document_too_large_for_memory_is_refused_before_a_byte_is_read(cast: World, monkeypatch) -> None:
    dossier = transmitted(cast)
    letter = cast.documents("registrar", dossier)[0]
    SealedBlob.objects.filter(digest=letter.digest).update(size=(64 << 20) + 1)
    monkeypatch.setattr(documents, "content_bytes", lambda *_args, **_more: pytest.fail("it was read"))
    with pytest.raises(RefusedError) as refused:
        document_content(cast.act("registrar"), dossier, letter.digest, keys=cast.keys, vault=cast.vault)
    assert refused.value.code == "requests:document-size"


def test_an_auditor_reads_the_dossier_and_not_its_documents(cast: World) -> None:
    cast.officer("auditor", "CH-FOJ", Role.AUDITOR)
    dossier = transmitted(cast)
    assert dossier_page(cast.actor("auditor"), dossier).reference == str(dossier)
    letter = cast.documents("clerk", dossier)[0]
    with pytest.raises(RefusedError):
        document_content(cast.act("auditor"), dossier, letter.digest, keys=cast.keys, vault=cast.vault)


def test_a_message_is_shown_with_its_bytes_signature_and_receipt(cast: World) -> None:
    dossier = transmitted(cast)
    digest = next(line.digest for line in dossier_whole(cast.actor("head"), dossier).timeline if line.kind == "message")
    proof = message_proof(cast.actor("head"), dossier, digest)
    assert proof.seal.state == "verified"
    assert '"type":"request.transmitted"' in proof.content
    assert len(proof.receipts) == 1
    other = cast.open("prosecutor", requested="CO-FGN", title="Other", number="SV.9")
    with pytest.raises(MissingError):
        message_proof(cast.actor("head"), other, digest)


def test_a_cached_state_that_is_not_the_fold_is_found(cast: World) -> None:
    dossier = registered(cast)
    assert broken_rows() == []
    Dossier.objects.filter(reference=str(dossier), side="requested").update(state={"phase": "closed"})
    assert broken_rows() == [f"CO-FGN {dossier}"]


def test_partners_are_listed_with_what_is_open(cast: World) -> None:
    transmitted(cast)
    assert {line.code: line.has_node for line in partners(cast.actor("clerk"))} == {"PY-MP": False}


def test_every_step_of_the_table_has_its_verb() -> None:
    assert {step.verb for step in TABLE} == set(VERBS)
    assert all(VERBS[step.verb].permission is step.permission for step in TABLE)


def test_who_merely_executes_sees_the_request_and_nothing_internal_to_the_central_authority(cast: World) -> None:
    dossier = registered(cast)
    cast.do("chief", "assess_conformity", dossier, conforms=True, note="Politically delicate (exercise).")
    cast.do("chief", "accept_request", dossier, parts=["a"])
    cast.do("chief", "pass_on", dossier, executing="CO-F14", parts=["a"])
    cast.do("registrar", "note_posting", dossier, on=cast.at.date(), number="RR 4 CO")
    central, executing = (dossier_whole(cast.actor(name), dossier) for name in ("chief", "fiscal"))
    at_home = {line.name for line in central.timeline if line.kind == "act"}
    assert {"assess_conformity", "note_posting", "sign_rights_gate"} <= at_home
    assert central.law.requested["lines"]
    assert central.post
    assert executing.content == central.content
    assert [line.digest for line in executing.timeline] == [
        line.digest for line in central.timeline if line.kind == "message"
    ]
    assert (executing.law.requested, executing.post) == ({}, ())
    told = str(executing)
    assert "delicate" not in told
    assert "RR 4 CO" not in told


def test_an_authority_that_executes_its_own_request_sees_its_own_acts(cast: World) -> None:
    dossier = registered(cast)
    cast.do("chief", "assess_conformity", dossier, conforms=True)
    cast.do("chief", "accept_request", dossier, parts=["a"])
    cast.do("chief", "pass_on", dossier, executing="CO-FGN", parts=["a"])
    page = dossier_whole(cast.actor("registrar"), dossier)
    assert "assess_conformity" in {line.name for line in page.timeline}
    assert page.law.requested["lines"]
