"""What a partner sends is data: late, twice, out of order, forged or malformed, the dossier stays what the fold says."""

from itertools import permutations
from typing import Any

import pytest

from comity.authorities.queries import partner
from comity.evidence.models import Party
from comity.exchange.envelope import seal_envelope
from comity.exchange.message import Message, SignedMessage
from comity.exchange.queries import messages_of
from comity.exchange.receipt import open_receipt
from comity.requests.messages import MessageType
from comity.requests.models import Dossier
from comity.requests.phases import Phase
from comity.requests.queries.access import state_of
from comity.values.actor import Act, job
from comity.values.reference import Kind, Reference
from tests.requests.gates import sign_gate
from tests.requests.letters import body_of
from tests.requests.stages import registered, signed, transmitted
from tests.requests.world import World

M = MessageType


def sent_by(
    world: World,
    sender: str,
    recipient: str,
    dossier: Reference,
    kind: str,
    body: dict[str, Any],
    follows: tuple[str, ...] = (),
) -> str:
    """Seal and deliver a message that no action made; returns the receipt's kind or rejection."""
    message = Message(
        type=kind,
        id=Act(job("x", sender), world.at, "x", world.chance).new_id(),
        sender=sender,
        recipient=recipient,
        dossier=dossier,
        at=world.at,
        body=body,
        follows=follows,
    )
    signed_message = SignedMessage.sign(message, world.keys.signer(sender))
    envelope = seal_envelope(signed_message, {}, partner(recipient).sealing_key)
    receipt = open_receipt(world.receive(envelope), partner(recipient).verifying_key)
    return f"{receipt.rejection or receipt.kind} {receipt.reason}"


def test_a_third_authority_cannot_write_into_a_dossier(cast: World) -> None:
    dossier = registered(cast)
    before = cast.row("registrar", dossier).state
    answer = sent_by(cast, "ES-J3", "CO-FGN", dossier, "request.withdrawn", {"reason": {"es": "x"}})
    assert answer.startswith("refused requests:other-party")
    assert cast.row("registrar", dossier).state == before


def test_a_dossier_that_is_not_the_senders_own_is_not_opened(cast: World) -> None:
    foreign = Reference("CH-FOJ", Kind.DOSSIER, cast.act("head").new_id())
    answer = sent_by(cast, "ES-J3", "CO-FGN", foreign, "request.transmitted", body_of(M.TRANSMITTED))
    assert answer.startswith("refused requests:unknown-dossier")
    assert not Dossier.objects.filter(reference=str(foreign)).exists()


def test_a_partner_cannot_record_letters_in_our_name(cast: World) -> None:
    dossier = registered(cast)
    body = {
        "what": "request.declined",
        "body": body_of(M.DECLINED),
        "letter_on": "2026-11-02",
        "source": "0" * 64,
        "note": "not-signed-by-them",
    }
    assert sent_by(cast, "CH-FOJ", "CO-FGN", dossier, "request.recorded", body).startswith("refused requests:recorded")


def test_a_malformed_body_is_refused_with_its_place_and_leaves_nothing(cast: World) -> None:
    dossier = registered(cast)
    answer = sent_by(cast, "CO-FGN", "CH-FOJ", dossier, "request.accepted", {"parts": []})
    assert "requests:body" in answer
    assert cast.row("head", dossier).phase == Phase.REGISTERED


def test_a_message_out_of_turn_is_kept_without_effect(cast: World) -> None:
    dossier = registered(cast)
    heads, body = tuple(state_of(cast.row("head", dossier)).heads), body_of(M.EXECUTED, ("a",))
    assert sent_by(cast, "CO-FGN", "CH-FOJ", dossier, "request.executed", body).startswith("behind")
    answer = sent_by(cast, "CO-FGN", "CH-FOJ", dossier, "request.executed", body, heads)
    assert answer.startswith("delivery")
    state = state_of(cast.row("head", dossier))
    assert state.phase is Phase.REGISTERED
    assert any(entry.type == "request.executed" and entry.reason for entry in state.timeline)


def captured(world: World, dossier: Reference) -> list[bytes]:
    """Envelopes of three messages of the requested side, in the order in which they were written."""
    world.line.down = True
    for who, verb, values in (
        ("registrar", "register_request", {"number": "CO-2026-9", "contact": "Mesa"}),
        ("chief", "accept_request", {"parts": ["a", "b", "c"]}),
        ("chief", "pass_on", {"executing": "CO-F14", "parts": ["a"]}),
    ):
        world.do(who, verb, dossier, **values)
        if verb == "register_request":
            sign_gate(world, dossier, "chief")
    world.post()
    world.line.down = False
    key = partner("CH-FOJ").sealing_key
    views = messages_of("CO-FGN", str(dossier))
    return [seal_envelope(view.signed, {}, key) for view in views if view.direction == "out"]


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_every_order_of_arrival_with_repetitions_ends_in_one_state(cast: World, order: tuple[int, ...]) -> None:
    dossier = transmitted(cast)
    envelopes = captured(cast, dossier)
    for place in (*order, *order):
        cast.receive(envelopes[place])
    cast.later(days=1)
    cast.post()
    ours = cast.row("head", dossier)
    assert ours.state == cast.row("chief", dossier).state == state_of(ours).to_json()
    assert ours.phase == Phase.IN_EXECUTION
    assert not state_of(ours).waiting


def test_a_message_before_its_predecessor_waits_and_is_shown_as_waiting(cast: World) -> None:
    dossier = transmitted(cast)
    envelopes = captured(cast, dossier)
    cast.receive(envelopes[-1])
    state = state_of(cast.row("head", dossier))
    assert state.phase is Phase.TRANSMITTED
    assert len(state.waiting) == 1


def test_the_request_may_arrive_after_what_follows_it(cast: World) -> None:
    dossier = signed(cast)
    cast.do("clerk", "check_form", dossier, number="B-1", cover_note={"fr": "x"})
    cast.line.down = True
    cast.do("head", "transmit_request", dossier, digest=cast.release("head", dossier)["digest"])
    first = state_of(cast.row("head", dossier)).heads[0]
    cast.do("head", "withdraw_request", dossier, reason={"fr": "Sans objet."})
    withdrawn = next(
        view.signed for view in messages_of("CH-FOJ", str(dossier)) if view.signed.message.type == "request.withdrawn"
    )
    cast.receive(seal_envelope(withdrawn, {}, partner("CO-FGN").sealing_key))
    row = Dossier.objects.get(holder="CO-FGN", reference=str(dossier))
    assert row.phase == ""
    assert state_of(row).waiting == {withdrawn.digest: [first]}
    cast.line.down = False
    cast.later(hours=3)
    cast.post()
    assert cast.row("registrar", dossier).phase == Phase.WITHDRAWN
    assert cast.row("registrar", dossier).title


def test_who_comes_to_take_part_later_is_admitted_to_the_evidence(cast: World) -> None:
    dossier = registered(cast)
    cast.do("chief", "return_for_amendment", dossier, reasons={"es": "Falta."}, provision="Art. 28(1)")
    cast.post()
    parties = Party.objects.filter(holder="CO-FGN", dossier=str(dossier))
    assert {row.relation for row in parties} == {"requested"}
    state = state_of(cast.row("head", dossier))
    body = {**body_of(M.TRANSMITTED), "number": state.numbers["requesting"], "route": "direct"}
    assert sent_by(cast, "CH-FOJ", "CO-FGN", dossier, M.TRANSMITTED, body, tuple(state.heads)).startswith("delivery")
    assert {row.relation for row in parties.all()} == {"requested", "executing"}
