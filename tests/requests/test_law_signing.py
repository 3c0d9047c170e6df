"""Gate, matrix, prediction and check: what a person signs of the law of one request, and what waits for it."""

from datetime import date

import pytest

from comity.exchange.queries import messages_of
from comity.requests.messages import MessageType, check_body
from comity.requests.models import DomesticAct, Dossier, Draft
from comity.requests.queries import dossier_page, law_case, needs_me
from comity.requests.queries.access import state_of
from comity.safeguards.queries import entries_about
from comity.values.errors import InvalidInputError, MissingError, RefusedError
from tests.requests.gates import NOTHING, cleared, seen, sign_dual, sign_gate
from tests.requests.matters import to_colombia
from tests.requests.stages import drafted, in_execution, registered, signed, transmitted
from tests.requests.world import World


def code_of(world: World, who: str, verb: str, dossier, **values) -> str:
    with pytest.raises((RefusedError, InvalidInputError)) as caught:
        world.do(who, verb, dossier, **values)
    return caught.value.code


def prepared(world: World):
    dossier = drafted(world)
    world.do("prosecutor", "prepare_release", dossier)
    return dossier


def received(world: World):
    dossier = transmitted(world)
    world.do("registrar", "register_request", dossier, number="CO-2026-9", contact="Mesa")
    return dossier


def test_the_gate_is_not_signed_while_it_asks_or_something_stands_against_the_request(cast: World) -> None:
    dossier = prepared(cast)
    gate = seen(cast, "prosecutor", dossier).gate
    assert code_of(cast, "prosecutor", "sign_rights_gate", dossier, digest=gate.digest) == "requests:gate-open"
    cast.do("prosecutor", "record_facts", dossier, facts={**NOTHING, "death-penalty-possible": True})
    gate = seen(cast, "prosecutor", dossier).gate
    assert gate.against == ("Death penalty",)
    assert code_of(cast, "prosecutor", "sign_rights_gate", dossier, digest=gate.digest) == "requests:gate-open"
    assert code_of(cast, "prosecutor", "sign_rights_gate", dossier, digest="0" * 64) == "requests:digest"


def test_the_signature_on_the_gate_is_a_named_persons_bound_to_gate_and_request_in_the_ledger(cast: World) -> None:
    dossier = prepared(cast)
    sign_gate(cast, dossier, "prosecutor")
    view = seen(cast, "prosecutor", dossier)
    assert view.gate_signed
    assert view.gate_signed.officer == cast.id_of("prosecutor")
    entry = next(one for one in entries_about("CH-OAG", str(dossier)) if one.event == "requests:rights:signed")
    assert entry.facts == {"gate": view.gate.digest, "request": cast.release("prosecutor", dossier)["digest"]}
    with pytest.raises(RefusedError) as caught:
        cast.do("prosecutor", "sign_rights_gate", dossier, digest=view.gate.digest, stepped_up=False)
    assert caught.value.code == "policy:step-up"


def test_without_the_gate_nothing_is_transmitted(cast: World) -> None:
    dossier = prepared(cast)
    digest = cast.release("prosecutor", dossier)["digest"]
    cast.do("prosecutor", "sign_request", dossier, digest=digest)
    cast.do("clerk", "check_form", dossier, number="B-1", cover_note={"fr": "Transmis."})
    assert code_of(cast, "head", "transmit_request", dossier, digest=digest) == "requests:gate"
    assert [need.verb for need in needs_me(cast.actor("prosecutor"))] == ["sign_rights_gate"]
    sign_gate(cast, dossier, "prosecutor")
    assert cast.do("head", "transmit_request", dossier, digest=digest).phase == "transmitted"


def test_another_letter_is_another_request_for_the_gate(cast: World) -> None:
    dossier = prepared(cast)
    sign_gate(cast, dossier, "prosecutor")
    content = to_colombia()
    content["parts"][0]["account"] = "999-9"
    cast.do("prosecutor", "save_draft", dossier, content=content)
    cast.do("prosecutor", "prepare_release", dossier)
    assert seen(cast, "prosecutor", dossier).gate_signed is None
    assert not DomesticAct.objects.filter(verb="sign_rights_gate", void=False).exists()


def test_without_the_gate_nothing_is_accepted_ordered_executed_or_returned(cast: World) -> None:
    dossier = received(cast)
    assert code_of(cast, "chief", "accept_request", dossier, parts=["c"]) == "requests:gate"
    cleared(cast, dossier)
    cast.do("chief", "accept_request", dossier, parts=["a", "c"])
    cast.do("chief", "pass_on", dossier, executing="CO-F14", parts=["a", "c"])
    cast.do("chief", "record_facts", dossier, facts={"torture-risk": None, "no-rights-ground-recorded": None})
    order = {"court": "Juzgado", "number": "1", "on": "2026-11-02", "text": {"es": "Orden."}}
    record = {"on": "2026-11-02", "place": "Cali", "by": "Fiscalía 14"}
    assert code_of(cast, "fiscal", "record_authorisation", dossier, parts=["a"], order=order) == "requests:gate"
    assert code_of(cast, "fiscal", "record_execution", dossier, parts=["c"], record=record) == "requests:gate"
    steps = {one.verb: one for one in dossier_page(cast.actor("fiscal"), dossier).steps}
    assert not steps["record_execution"].allowed
    assert "human rights" in steps["record_execution"].reason


def test_a_later_fact_opens_the_gate_again_and_taking_it_back_does_not_revive_the_signature(cast: World) -> None:
    dossier = registered(cast)
    assert seen(cast, "chief", dossier).gate_signed
    cast.do("chief", "record_facts", dossier, facts={"death-penalty-possible": True})
    assert seen(cast, "chief", dossier).gate_signed is None
    cast.do("chief", "record_facts", dossier, facts={"death-penalty-possible": False})
    view = seen(cast, "chief", dossier)
    assert view.gate.may_sign
    assert view.gate_signed is None
    assert code_of(cast, "chief", "accept_request", dossier, parts=["c"]) == "requests:gate"


def test_an_assurance_cures_is_tracked_is_due_and_when_broken_opens_the_gate(cast: World) -> None:
    dossier = registered(cast)
    cast.do("chief", "record_facts", dossier, facts={"death-penalty-possible": True})
    given = {"subject": "death-penalty", "given_by": "Embajada", "on": "2026-11-01", "text": "No se impondrá."}
    assert code_of(cast, "chief", "record_assurance", dossier, **{**given, "subject": "weather"}) == "law:assurance"
    cast.do("chief", "record_assurance", dossier, **given, check_by="2027-02-01")
    cast.do("chief", "sign_rights_gate", dossier, digest=seen(cast, "chief", dossier).gate.digest)
    cast.do("chief", "accept_request", dossier, parts=["c"])
    held = seen(cast, "chief", dossier).assurances[0]
    assert (held["given_by"], held["text"], held["kept"]) == ("Embajada", "No se impondrá.", None)
    due = [need for need in needs_me(cast.actor("chief"), date(2027, 2, 1)) if need.verb == "check_assurance"]
    assert len(due) == 1
    assert not [n for n in needs_me(cast.actor("chief"), date(2027, 1, 31)) if n.verb == "check_assurance"]
    cast.do("chief", "check_assurance", dossier, assurance=held["id"], kept=True, check_by="2027-08-01")
    assert seen(cast, "chief", dossier).assurances[0]["kept"] is None
    cast.do("chief", "check_assurance", dossier, assurance=held["id"], kept=False, note="Se impuso.")
    view = seen(cast, "chief", dossier)
    assert [one["kept"] for one in view.assurances[0]["checks"]] == [True, False]
    assert view.gate_signed is None
    assert view.gate.against == ("Death penalty",)
    assert code_of(cast, "chief", "check_assurance", dossier, assurance=held["id"], kept=True) == (
        "requests:assurance-answered"
    )


def test_measures_that_depend_on_dual_criminality_wait_for_the_signed_matrix_and_others_do_not(cast: World) -> None:
    dossier = received(cast)
    Dossier.objects.filter(holder="CO-FGN").update(instrument="OAS-A55")  # a condition for records, none for hearings
    sign_gate(cast, dossier, "chief")
    assert code_of(cast, "chief", "accept_request", dossier, parts=["a"]) == "requests:dual"
    cast.do("chief", "accept_request", dossier, parts=["c"])
    matrix = seen(cast, "chief", dossier).dual
    assert matrix
    assert code_of(cast, "chief", "sign_dual", dossier, digest=matrix.digest, met=True) == "requests:dual-reason"
    cast.do("chief", "sign_dual", dossier, digest=matrix.digest, met=False, note="Falta el elemento.")
    assert code_of(cast, "chief", "accept_request", dossier, parts=["a"]) == "requests:dual"
    sign_dual(cast, dossier, "chief")
    view = seen(cast, "chief", dossier)
    assert view.dual_signed
    assert view.dual
    assert view.dual.settled
    cast.do("chief", "accept_request", dossier, parts=["a"])
    cast.do("chief", "record_conduct", dossier, offence="drug-trafficking", case={})
    assert seen(cast, "chief", dossier).dual_signed is None
    assert code_of(cast, "chief", "accept_request", dossier, parts=["b"]) == "requests:dual"


def test_a_mandatory_ground_stops_the_signature_until_the_signatory_says_why(cast: World) -> None:
    dossier = prepared(cast)
    Dossier.objects.update(instrument="ASEAN-MLAT-2004")  # a treaty with grounds on which assistance must be refused
    cast.do("prosecutor", "record_facts", dossier, facts={"political-offence": True})
    digest = cast.release("prosecutor", dossier)["digest"]
    with pytest.raises(RefusedError) as caught:
        cast.do("prosecutor", "sign_request", dossier, digest=digest)
    assert caught.value.code == "requests:likely-refused"
    assert "Art. 3(1)(a)" in caught.value.message
    cast.do("prosecutor", "sign_request", dossier, digest=digest, despite="The offence is a common one here.")
    act = DomesticAct.objects.get(verb="sign_request", void=False)
    assert "political" in act.facts["against"]
    assert act.facts["despite"] == "The offence is a common one here."
    entry = next(one for one in entries_about("CH-OAG", str(dossier)) if one.event == "requests:request:signed")
    assert "despite" not in entry.facts, "the reason stays in the file"


def test_the_prediction_travels_and_stands_beside_the_requested_sides_own_check(cast: World) -> None:
    dossier = drafted(cast)
    cast.do("prosecutor", "record_facts", dossier, facts={"ordinary-offence": True})
    cast.do("prosecutor", "prepare_release", dossier)
    sign_gate(cast, dossier, "prosecutor")
    digest = cast.release("prosecutor", dossier)["digest"]
    cast.do("prosecutor", "sign_request", dossier, digest=digest)
    cast.do("clerk", "check_form", dossier, number="B-1", cover_note={"fr": "Transmis."})
    cast.do("head", "transmit_request", dossier, digest=digest)
    cast.post()
    cast.do("registrar", "register_request", dossier, number="CO-9", contact="Mesa")
    cast.do("chief", "record_facts", dossier, facts={"political-offence": True})
    cast.do("chief", "assess_conformity", dossier, conforms=True)
    lines = {(one["measure"], one["ground"]): one for one in seen(cast, "chief", dossier).comparison}
    political = lines["bank-records", "political"]
    assert (political["predicted"], political["found"], political["agree"]) == ("CLEAR", "BARRED", False)
    assert political["provision"].endswith("Art. 4(1)(a)")
    assert lines["bank-records", "military"]["predicted"] == "CLEAR"
    ours = seen(cast, "prosecutor", dossier)
    assert ours.found == {}, "what the requested side finds stays with it"
    assert ours.predicted["checks"]


def test_a_prediction_of_a_node_that_weighs_no_grounds_is_still_read(cast: World) -> None:
    dossier = signed(cast)
    draft = Draft.objects.get(dossier=cast.row("prosecutor", dossier))
    sent = {key: value for key, value in draft.prediction.items() if key != "grounds"}
    body = {
        "number": "1",
        "route": "central",
        "content": draft.content,
        "release": {"digest": "0" * 64, "documents": [], "attachments": []},
        "signed_by": {"name": "x", "function": "", "authority": "CH-OAG", "at": "2026-11-02T08:00:00.000Z"},
    }
    check_body(MessageType.TRANSMITTED, {**body, "prediction": sent})
    check_body(MessageType.TRANSMITTED, {**body, "prediction": draft.prediction})
    told = {**draft.prediction, "grounds": {**draft.prediction["grounds"], "secret": 1}}
    with pytest.raises(InvalidInputError):
        check_body(MessageType.TRANSMITTED, {**body, "prediction": told})


def test_the_facts_behind_a_prediction_and_the_gate_do_not_cross_the_border(cast: World) -> None:
    dossier = transmitted(cast)
    sent = "".join(view.signed.content.decode() for view in messages_of("CH-FOJ", str(dossier)))
    assert "gate" not in sent
    assert "no-rights-ground-recorded" not in sent


def test_wrong_unknown_and_contradicting_facts_are_answered_with_the_fact(cast: World) -> None:
    dossier = drafted(cast)
    assert code_of(cast, "prosecutor", "record_facts", dossier, facts={"weather": True}) == "law:fact"
    assert code_of(cast, "prosecutor", "record_facts", dossier, facts={"measure": "bank-records"}) == "law:fact"
    assert code_of(cast, "prosecutor", "record_facts", dossier, facts={"below-age": "yes"}) == "law:fact"
    cast.do("prosecutor", "record_facts", dossier, facts={"ordinary-offence": True})
    contradiction = {"political-offence": True}
    assert code_of(cast, "prosecutor", "record_facts", dossier, facts=contradiction) == "law:contradiction"
    assert code_of(cast, "prosecutor", "record_conduct", dossier, offence="fraud", case={}) == "requests:offence"


def test_the_sheet_of_the_check_is_sealed_in_our_language_and_not_the_executing_authoritys(cast: World) -> None:
    dossier = in_execution(cast)
    cast.do("chief", "print_check", dossier)
    mine = [one for one in dossier_page(cast.actor("chief"), dossier).documents if one.kind == "check-of-grounds"]
    assert [(one.language, one.sealed_by, one.own) for one in mine] == [("es", "CO-FGN", True)]
    theirs = dossier_page(cast.actor("fiscal"), dossier).documents
    assert "check-of-grounds" not in {one.kind for one in theirs}
    with pytest.raises(MissingError):
        law_case(cast.actor("fiscal"), dossier, cast.at)
    assert state_of(cast.row("chief", dossier)).timeline
