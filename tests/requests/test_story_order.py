"""The shorter story: a European Investigation Order from Spain to Luxembourg, sent directly, declined after consultation."""

from datetime import timedelta

import pytest

from comity.law.register import load_register
from comity.requests.clocks import clocks_of
from comity.requests.phases import Phase
from comity.requests.queries.access import state_of
from comity.values.actor import Role
from comity.values.errors import RefusedError
from comity.values.instant import parse_instant
from comity.values.reference import Reference
from tests.requests.gates import sign_gate
from tests.requests.matters import only_french, to_luxembourg
from tests.requests.world import World

NE_BIS = {"ground": "ne_bis_in_idem", "reason": {"fr": "Les faits ont été jugés définitivement."}}


@pytest.fixture
def cast(world: World) -> World:
    world.officer("judge", "ES-J3", Role.DRAFTER, Role.SIGNATORY)
    world.officer("second", "ES-J3", Role.SIGNATORY)
    world.officer("secretary", "ES-J3", Role.TRANSMITTER, Role.REGISTRAR)
    world.officer("greffier", "LU-CI", Role.REGISTRAR)
    world.officer("juge", "LU-CI", Role.SIGNATORY, Role.EXECUTING_OFFICER)
    return world


def signed(world: World, issuer: str = "investigating-judge") -> Reference:
    dossier = world.open("judge", requested="LU-CI", title="Fraude", number="DP 1/26", instrument="EU-EIO-2014-41")
    world.do("judge", "save_draft", dossier, content=to_luxembourg(issuer))
    world.do("judge", "prepare_release", dossier)
    sign_gate(world, dossier, "judge")
    world.do("judge", "sign_request", dossier, digest=world.release("judge", dossier)["digest"])
    return dossier


def sent(world: World) -> Reference:
    dossier = signed(world)
    world.do("secretary", "transmit_request", dossier, digest=world.release("judge", dossier)["digest"])
    world.post()
    return dossier


def clock(world: World, name: str, dossier: Reference, which: str):
    row = world.row(name, dossier)
    return next(
        one
        for one in clocks_of(state_of(row), load_register().instrument(row.instrument), row.requested[:2])
        if one.id == which
    )


def test_the_whole_order(cast: World) -> None:
    dossier = sent(cast)
    ours, theirs = cast.row("judge", dossier), cast.row("juge", dossier)
    assert ours.direct
    assert theirs.direct
    assert (theirs.requesting, theirs.requested, theirs.executing) == ("ES-J3", "LU-CI", "LU-CI")
    assert theirs.due is None
    received = cast.at
    cast.later(hours=1)
    cast.do(
        "greffier",
        "register_request",
        dossier,
        number="LU-26-4",
        contact="Greffe",
        received_at=received,
    )
    due = clock(cast, "greffier", dossier, "eio_receipt").due
    assert due is not None
    assert timedelta(days=7) <= due - received < timedelta(days=8)
    cast.post()
    assert clock(cast, "judge", dossier, "eio_receipt").due == due  # shown to both
    cast.later(days=2)
    cast.do("greffier", "confirm_receipt", dossier, annex_b={"name": "Cabinet d'instruction", "file_no": "LU-26-4"})
    assert clock(cast, "greffier", dossier, "eio_receipt").met_at
    with pytest.raises(RefusedError) as caught:
        cast.do("juge", "decline_parts", dossier, parts=["a"], grounds=[NE_BIS])
    assert "Art. 11(4)" in caught.value.message
    cast.do("juge", "consult", dossier, parts=["a", "b", "c"], text={"fr": "Jugement définitif de 2024 ?"})
    cast.post()
    asked = next(iter(state_of(cast.row("judge", dossier)).consultations))
    cast.do("judge", "answer_consultation", dossier, consultation_id=asked, text={"fr": "Il porte sur d'autres faits."})
    cast.post()
    remedy = {"text": {"fr": "Recours devant la chambre du conseil."}, "until": "2026-12-01"}
    cast.do("juge", "decline_parts", dossier, parts=["a", "b", "c"], grounds=[NE_BIS], remedy=remedy)
    cast.post()
    state = state_of(cast.row("judge", dossier))
    assert cast.row("judge", dossier).phase == Phase.REFUSED
    assert state.to_json() == state_of(cast.row("juge", dossier)).to_json()
    decision = state.parts["a"].decisions[-1]
    assert decision["grounds"][0]["provision"].endswith("Art. 11(1)(d)")
    assert decision["remedy"]["text"] == remedy["text"]
    decided = clock(cast, "judge", dossier, "eio_decide")
    assert decided.met_at
    assert parse_instant(decided.met_at) <= cast.at


def test_dual_criminality_cannot_be_raised_against_a_measure_of_article_10_2(cast: World) -> None:
    dossier = sent(cast)
    cast.do("greffier", "register_request", dossier, number="LU-26-4", contact="Greffe")
    cast.do("juge", "consult", dossier, parts=["c"], text={"fr": "Fait punissable ?"})
    ground = {"ground": "no_dual_criminality", "reason": {"fr": "Le fait n'est pas punissable ici."}}
    with pytest.raises(RefusedError) as caught:
        cast.do("juge", "decline_parts", dossier, parts=["c"], grounds=[ground])
    assert caught.value.code == "requests:ground-measure"
    assert "10(2)" in caught.value.message
    cast.do("juge", "decline_parts", dossier, parts=["a"], grounds=[ground])  # bank records: it may be raised


def test_a_ground_the_directive_does_not_have_is_stopped(cast: World) -> None:
    dossier = sent(cast)
    cast.do("greffier", "register_request", dossier, number="LU-26-4", contact="Greffe")
    ground = {"ground": "too_much_work", "provision": "none", "reason": {"fr": "Trop de travail."}}
    with pytest.raises(RefusedError) as caught:
        cast.do("juge", "decline_parts", dossier, parts=["a"], grounds=[ground])
    assert caught.value.code == "requests:ground"


def test_an_order_of_another_authority_is_validated_by_another_person_before_it_leaves(cast: World) -> None:
    dossier = signed(cast, issuer="other")
    digest = cast.release("judge", dossier)["digest"]
    with pytest.raises(RefusedError) as caught:
        cast.do("secretary", "transmit_request", dossier, digest=digest)
    assert caught.value.code == "requests:not-validated"
    assert "2(c)(ii)" in caught.value.message
    with pytest.raises(RefusedError) as caught:
        cast.do("judge", "validate_order", dossier, digest=digest)
    assert caught.value.code == "policy:same-hand"
    cast.do("second", "validate_order", dossier, digest=digest)
    row = cast.do("secretary", "transmit_request", dossier, digest=digest)
    assert row.phase == Phase.TRANSMITTED


def test_a_judges_order_needs_no_validation(cast: World) -> None:
    dossier = signed(cast)
    with pytest.raises(RefusedError) as caught:
        cast.do("second", "validate_order", dossier, digest=cast.release("judge", dossier)["digest"])
    assert caught.value.code == "requests:no-validation"


def test_an_order_in_a_language_luxembourg_did_not_declare_is_stopped(cast: World) -> None:
    dossier = cast.open("judge", requested="LU-CI", title="Fraude", number="DP 2", instrument="EU-EIO-2014-41")
    content = _in_spanish(to_luxembourg())
    cast.do("judge", "save_draft", dossier, content=content)
    with pytest.raises(RefusedError) as caught:
        cast.do("judge", "prepare_release", dossier)
    assert "a language that the requested State takes" in caught.value.message


def _in_spanish(value):
    if isinstance(value, dict):
        return {("es" if key == "fr" else key): _in_spanish(one) for key, one in value.items()} | (
            {"language": "es"} if "language" in value and "parts" in value else {}
        )
    return [_in_spanish(one) for one in value] if isinstance(value, list) else value


def test_an_instrument_that_travels_another_way_needs_a_dossier_of_its_own(cast: World) -> None:
    dossier = cast.open("judge", requested="LU-CI", title="Fraude", number="DP 3", instrument="EU-EIO-2014-41")
    with pytest.raises(RefusedError) as caught:
        cast.do("judge", "save_draft", dossier, content=only_french({**to_luxembourg(), "instrument": "UNTOC"}))
    assert caught.value.code == "requests:way"
