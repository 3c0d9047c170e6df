"""The long story through the actions: Switzerland asks Colombia through central authorities."""

import io

import pytest

from comity.evidence.actions import take_in, take_in_record
from comity.evidence.queries import items_of
from comity.requests.models import DomesticAct, Draft
from comity.requests.phases import PartState, Phase
from comity.requests.queries import dossier_page
from comity.requests.queries.access import state_of
from comity.safeguards.queries import entries_about
from comity.values.errors import MissingError, RefusedError
from tests.requests.gates import cleared, sign_gate
from tests.requests.matters import both, to_colombia
from tests.requests.stages import agree, drafted, in_execution, registered, signed, transmitted
from tests.requests.world import World


def test_the_whole_story(cast: World) -> None:  # noqa: PLR0915 - it is one story
    dossier = signed(cast)
    digest = cast.release("prosecutor", dossier)["digest"]
    assert {one["language"] for one in cast.release("prosecutor", dossier)["documents"]} == {"fr", "es"}
    cast.do("clerk", "check_form", dossier, number="B-26-77", cover_note=both("Transmis.", "Transmitido."))
    cast.do("head", "transmit_request", dossier, digest=digest)
    cast.post()
    theirs = cast.row("registrar", dossier)
    assert theirs.phase == Phase.TRANSMITTED
    assert theirs.due is None  # arrival starts no legal clock
    assert {document.kind for document in cast.documents("registrar", dossier)} == {"letter-of-request", "cover-note"}

    cast.do("registrar", "register_request", dossier, number="CO-2026-9", contact="Mesa de entrada")
    cast.do("chief", "assess_conformity", dossier, conforms=True)
    run = DomesticAct.objects.get(verb="assess_conformity").facts["engine"]
    assert {line["finding"] for line in run["lines"]} == {"CLEAR"}
    cast.do("chief", "ask_question", dossier, text={"es": "¿Período de la segunda cuenta?"})
    cast.post()
    question = next(iter(state_of(cast.row("clerk", dossier)).questions))
    cast.do("prosecutor", "answer_question", dossier, question_id=question, text={"es": "2025 y 2026."})
    cast.post()
    assert not state_of(cast.row("chief", dossier)).open_questions()

    cleared(cast, dossier)
    cast.do("chief", "accept_request", dossier, parts=["a", "b", "c"])
    cast.do("chief", "pass_on", dossier, executing="CO-F14", parts=["a", "b", "c"])
    order = {
        "court": "Juzgado (ejercicio)",
        "number": "17",
        "on": "2026-11-02",
        "text": {"es": "Se levanta la reserva."},
    }
    cast.do("fiscal", "record_authorisation", dossier, parts=["a", "b"], order=order)
    cast.do("chief", "consult", dossier, parts=["b"], text={"es": "No hay elementos objetivos para 2025."})
    cast.post()
    asked = next(iter(state_of(cast.row("clerk", dossier)).consultations))
    cast.do("prosecutor", "answer_consultation", dossier, consultation_id=asked, text={"es": "De acuerdo."})
    cast.post()
    ground = {"ground": "no_dual_criminality_coercive", "reason": {"es": "Faltan elementos objetivos."}}
    cast.do("chief", "decline_parts", dossier, parts=["b"], grounds=[ground], scope={"es": "El año 2025."})
    assert state_of(cast.row("chief", dossier)).part_states()["b"] is PartState.AUTHORISED

    record = {"on": "2026-11-02", "place": "Bogotá", "by": "Fiscalía 14", "persons_present": ["Marta Muestra"]}
    cast.do("fiscal", "record_execution", dossier, parts=["a", "b", "c"], record=record)
    seizure = {"on": "2026-11-02", "place": "Bogotá", "by": "Fiscalía 14"}
    common = {"dossier": dossier, "authority": "CO-FGN", "keys": cast.keys, "vault": cast.vault, "seizure": seizure}
    bank = take_in(
        cast.act("fiscal"),
        file=io.BytesIO(b"1" * 3_000_000),
        name="a.csv",
        title="Extractos",
        parts=["a", "b"],
        **common,
    )
    hearing = take_in_record(
        cast.act("fiscal"), file=io.BytesIO(b"acta"), name="acta.pdf", title="Acta", parts=["c"], **common
    )
    items = [bank.reference, hearing.reference]
    cast.do("chief", "check_results", dossier, items=items)
    cast.do("chief", "return_evidence", dossier, parts=["a", "b", "c"], items=items, cover_letter={"es": "Damos fe."})
    cast.post()
    cast.post()
    agree(cast, dossier)
    assert cast.row("clerk", dossier).phase == Phase.RETURNED
    arrived = items_of(cast.actor("head"), dossier)
    assert {one.state for one in arrived} == {"received"}
    assert all(any("Art. 15(1)" in one["provision"] for one in item.conditions) for item in arrived)
    assert {one.title: list(one.parts) for one in arrived} == {"Extractos": ["a", "b"], "Acta": ["c"]}

    cast.do("head", "countersign_evidence", dossier, items=items)
    cast.do("prosecutor", "give_feedback", dossier, outcome={"es": "Hubo acusación."})
    cast.do("head", "close_dossier", dossier, reason={"es": "Terminado."})
    cast.post()
    agree(cast, dossier)
    assert cast.row("registrar", dossier).phase == Phase.CLOSED


def test_an_incomplete_request_is_stopped_before_signature_with_each_gap_and_its_provision(cast: World) -> None:
    dossier = drafted(cast)
    content = to_colombia()
    del content["facts"], content["parts"][0]["account"]
    cast.do("prosecutor", "save_draft", dossier, content=content)
    with pytest.raises(RefusedError) as caught:
        cast.do("prosecutor", "prepare_release", dossier)
    assert caught.value.code == "requests:incomplete"
    assert "Art. 27" in caught.value.message
    row = cast.row("prosecutor", dossier)
    assert row.stage == Phase.DRAFTING
    with pytest.raises(RefusedError):
        cast.do("prosecutor", "sign_request", dossier, digest="0" * 64)


def test_who_signed_does_not_transmit(cast: World) -> None:
    cast.officer("both", "CH-FOJ")  # every role, in the central authority that here also originates
    dossier = cast.open("both", requested="CO-FGN", title="Own matter", number="X-1", requesting="CH-FOJ")
    cast.do("both", "save_draft", dossier, content=to_colombia())
    cast.do("both", "prepare_release", dossier)
    sign_gate(cast, dossier, "both")
    digest = cast.release("both", dossier)["digest"]
    cast.do("both", "sign_request", dossier, digest=digest)
    cast.do("clerk", "check_form", dossier, number="B-1", cover_note={"fr": "Transmis."})
    with pytest.raises(RefusedError) as caught:
        cast.do("both", "transmit_request", dossier, digest=digest)
    assert caught.value.code == "policy:same-hand"
    assert cast.do("head", "transmit_request", dossier, digest=digest).phase == Phase.TRANSMITTED


def test_a_letter_changed_after_signature_is_not_sent(cast: World) -> None:
    dossier = signed(cast)
    digest = cast.release("prosecutor", dossier)["digest"]
    cast.do("clerk", "check_form", dossier, number="B-1", cover_note={"fr": "Transmis."})
    content = to_colombia()
    content["parts"][0]["account"] = "999-9"
    row = cast.do("prosecutor", "save_draft", dossier, content=content)
    assert (row.stage, row.signed_release) == (Phase.DRAFTING, "")
    with pytest.raises(RefusedError):
        cast.do("head", "transmit_request", dossier, digest=digest)


def test_a_letter_changed_behind_the_actions_is_not_sent_either(cast: World) -> None:
    dossier = signed(cast)
    digest = cast.release("prosecutor", dossier)["digest"]
    cast.do("clerk", "check_form", dossier, number="B-1", cover_note={"fr": "Transmis."})
    draft = Draft.objects.get(dossier=cast.row("head", dossier))
    draft.content["parts"][0]["account"] = "999-9"
    draft.save()
    with pytest.raises(RefusedError) as caught:
        cast.do("head", "transmit_request", dossier, digest=digest)
    assert caught.value.code == "requests:changed-letter"


def test_saving_the_same_words_again_leaves_the_signature(cast: World) -> None:
    dossier = signed(cast)
    assert cast.do("prosecutor", "save_draft", dossier, content=to_colombia()).stage == Phase.SIGNED


def test_signing_needs_the_one_time_code_again_and_the_digest_of_the_letter(cast: World) -> None:
    dossier = drafted(cast)
    cast.do("prosecutor", "prepare_release", dossier)
    sign_gate(cast, dossier, "prosecutor")
    digest = cast.release("prosecutor", dossier)["digest"]
    with pytest.raises(RefusedError) as caught:
        cast.do("prosecutor", "sign_request", dossier, digest=digest, stepped_up=False)
    assert caught.value.code == "policy:step-up"
    with pytest.raises(RefusedError) as caught:
        cast.do("prosecutor", "sign_request", dossier, digest="0" * 64)
    assert caught.value.code == "requests:digest"
    cast.do("prosecutor", "sign_request", dossier, digest=digest)
    entry = next(one for one in entries_about("CH-OAG", str(dossier)) if one.event == "requests:request:signed")
    assert entry.facts["digest"] == digest


def test_a_stranger_sees_no_more_of_a_dossier_than_of_none(cast: World) -> None:
    dossier = transmitted(cast)
    for name in ("stranger", "fiscal"):
        with pytest.raises(MissingError) as there:
            cast.row(name, dossier)
        with pytest.raises(MissingError) as absent:
            cast.row(name, cast.act(name).new_reference("CH-FOJ", dossier.kind))
        assert str(there.value) == str(absent.value)


def test_a_refusal_without_consultation_is_stopped_with_the_provision(cast: World) -> None:
    dossier = in_execution(cast)
    ground = {"ground": "no_dual_criminality_coercive", "reason": {"es": "Faltan elementos."}}
    with pytest.raises(RefusedError) as caught:
        cast.do("chief", "decline_parts", dossier, parts=["b"], grounds=[ground])
    assert caught.value.code == "requests:consult-first"
    assert "Art. 4(3)" in caught.value.message


def test_the_executing_officer_does_not_return_the_results_herself(cast: World) -> None:
    cast.officer("allrounder", "CO-FGN")
    dossier = registered(cast)
    cast.do("chief", "accept_request", dossier, parts=["a"])
    cast.do("chief", "pass_on", dossier, executing="CO-FGN", parts=["a"])
    record = {"on": "2026-11-02", "place": "Bogotá", "by": "CO-FGN"}
    cast.do("allrounder", "record_execution", dossier, parts=["a"], record=record)
    with pytest.raises(RefusedError) as caught:
        cast.do("allrounder", "return_evidence", dossier, parts=["a"], items=["x"], cover_letter={"es": "x"})
    assert caught.value.code == "policy:same-hand"


def test_results_held_back_by_a_remedy_do_not_leave(cast: World) -> None:
    dossier = in_execution(cast)
    record = {"on": "2026-11-02", "place": "Bogotá", "by": "Fiscalía 14"}
    cast.do("fiscal", "record_execution", dossier, parts=["a"], record=record)
    cast.do("fiscal", "suspend_transfer", dossier, parts=["a"], reason={"es": "Recurso pendiente."})
    with pytest.raises(RefusedError) as caught:
        cast.do("chief", "return_evidence", dossier, parts=["a"], items=["x"], cover_letter={"es": "x"})
    assert "suspended" in caught.value.message
    cast.do("fiscal", "resume_transfer", dossier, parts=["a"], reason={"es": "Recurso resuelto."})
    cast.post()
    agree(cast, dossier)
    assert state_of(cast.row("clerk", dossier)).part_states()["a"] is PartState.EXECUTED


def test_a_request_is_returned_for_amendment_signed_anew_and_taken_up_again(cast: World) -> None:
    dossier = registered(cast)
    cast.do("chief", "return_for_amendment", dossier, reasons={"es": "Falta el período."}, provision="Art. 28(1)")
    cast.post()
    row = cast.row("prosecutor", dossier)
    assert (row.phase, row.signed_release) == (Phase.DRAFTING, "")
    old = cast.release("prosecutor", dossier)["digest"]
    with pytest.raises(RefusedError):
        cast.do("head", "transmit_request", dossier, digest=old)
    content = to_colombia()
    content["parts"] = content["parts"][:2]
    cast.do("prosecutor", "save_draft", dossier, content=content)
    cast.do("prosecutor", "prepare_release", dossier)
    sign_gate(cast, dossier, "prosecutor")
    digest = cast.release("prosecutor", dossier)["digest"]
    cast.do("prosecutor", "sign_request", dossier, digest=digest)
    cast.do("clerk", "check_form", dossier, number="B-26-77", cover_note={"fr": "Complété."})
    cast.do("head", "transmit_request", dossier, digest=digest)
    cast.post()
    agree(cast, dossier)
    theirs = cast.row("chief", dossier)
    assert theirs.phase == Phase.REGISTERED
    assert list(state_of(theirs).parts) == ["a", "b"]


def test_a_postponement_names_its_ground_and_day_and_the_part_is_taken_up_again(cast: World) -> None:
    dossier = in_execution(cast)
    cast.do("chief", "consult", dossier, parts=["a"], text={"es": "Hay un proceso propio."})
    ground = {"ground": "postpone:ongoing_proceeding", "reason": {"es": "Proceso propio en curso."}}
    cast.do("chief", "postpone", dossier, parts=["a"], ground=ground, until="2027-01-31")
    cast.post()
    state = state_of(cast.row("clerk", dossier))
    assert state.part_states()["a"] is PartState.POSTPONED
    assert cast.row("clerk", dossier).due is not None
    cast.do("chief", "accept_request", dossier, parts=["a"])
    assert state_of(cast.row("chief", dossier)).part_states()["a"] is PartState.ACCEPTED


def test_a_withdrawal_that_crosses_an_acceptance_ends_the_same_on_both_sides(cast: World) -> None:
    dossier = registered(cast)
    cast.line.down = True
    cast.do("chief", "accept_request", dossier, parts=["a"])
    cast.do("head", "withdraw_request", dossier, reason={"es": "Ya no es necesario."})
    cast.line.down = False
    cast.later(hours=2)
    cast.post()
    agree(cast, dossier)
    assert cast.row("chief", dossier).phase == cast.row("head", dossier).phase == Phase.WITHDRAWN


def test_an_urgent_request_goes_ahead_of_its_original_which_is_due_until_it_is_posted(cast: World) -> None:
    dossier = drafted(cast)
    urgency = {"reason": both("Risque de fuite.", "Riesgo de fuga."), "deadline": "2027-01-31"}
    cast.do("prosecutor", "save_draft", dossier, content={**to_colombia(), "urgency": urgency})
    cast.do("prosecutor", "prepare_release", dossier)
    sign_gate(cast, dossier, "prosecutor")
    digest = cast.release("prosecutor", dossier)["digest"]
    cast.do("prosecutor", "sign_request", dossier, digest=digest)
    cast.do("clerk", "check_form", dossier, number="B-1", cover_note={"fr": "Transmis."})
    row = cast.do("head", "transmit_request", dossier, digest=digest)
    cast.post()
    clocks = {clock.id: clock for clock in dossier_page(cast.actor("clerk"), dossier).clocks}
    assert row.due == clocks["chco_original"].due
    assert "chco_original" not in {clock.id for clock in dossier_page(cast.actor("chief"), dossier).clocks}
    cast.later(days=2)
    row = cast.do("clerk", "note_posting", dossier, on=cast.at.date(), number="RR 9 CH")
    clocks = {clock.id: clock for clock in dossier_page(cast.actor("clerk"), dossier).clocks}
    assert clocks["chco_original"].met_at.startswith("2026-11-04")
    assert row.due == clocks["asked-deadline"].due
