"""The third story: a partner without a node; letters by post, recorded as ours, and the reminder on its day."""

import inspect
from datetime import date, timedelta

import pytest

from comity.exchange.queries import messages_of
from comity.requests.actions import OPENINGS, begin, open_received, posting, remind_due
from comity.requests.messages import MessageType
from comity.requests.models import Dossier, PostEntry
from comity.requests.phases import Phase, Side
from comity.requests.queries import needs_me
from comity.requests.queries.access import state_of
from comity.requests.queries.registry import dossiers_by_number
from comity.requests.scanned import ReadRequest, ScannedLetter
from comity.safeguards.models import LedgerEntry
from comity.store.queries import content_bytes
from comity.values.actor import Act, Role, job
from comity.values.errors import InvalidInputError, RefusedError
from comity.values.reference import Reference
from tests.requests.gates import sign_gate
from tests.requests.letters import body_of
from tests.requests.matters import to_colombia, to_paraguay
from tests.requests.test_transmission import printed
from tests.requests.test_verbs import arguments_of
from tests.requests.world import World


@pytest.fixture
def cast(world: World) -> World:
    world.officer("prosecutor", "CH-OAG", Role.DRAFTER, Role.SIGNATORY)
    world.officer("clerk", "CH-FOJ", Role.REGISTRAR)
    world.officer("head", "CH-FOJ", Role.TRANSMITTER, Role.SIGNATORY)
    return world


def posted(world: World, number: str = "B-26-80") -> Reference:
    dossier = world.open("prosecutor", requested="PY-MP", title="Cuenta", number="SV.26.2")
    world.do("prosecutor", "save_draft", dossier, content=to_paraguay())
    world.do("prosecutor", "prepare_release", dossier)
    sign_gate(world, dossier, "prosecutor")
    digest = world.release("prosecutor", dossier)["digest"]
    world.do("prosecutor", "sign_request", dossier, digest=digest)
    world.do("clerk", "check_form", dossier, number=number, cover_note={"es": "Se transmite."})
    world.do("head", "transmit_request", dossier, digest=digest)
    world.do("clerk", "note_posting", dossier, on=world.at.date(), number="RR 1 CH", remind_on="2027-01-04")
    return dossier


def job_act(world: World) -> Act:
    return Act(job("remind", "node"), world.at, "reminders", world.chance)


def reminded(world: World) -> int:
    return remind_due(job_act(world), keys=world.keys, vault=world.vault)


def test_the_pack_is_made_for_printing_and_nothing_waits_for_a_line(cast: World) -> None:
    dossier = posted(cast)
    papers = cast.documents("clerk", dossier)
    assert {one.kind for one in papers} == {"letter-of-request", "cover-note"}
    assert content_bytes(papers[0].digest, keys=cast.keys, vault=cast.vault).startswith(b"%PDF")
    cast.post()
    assert not cast.line.seen


def test_a_scanned_reply_is_matched_by_our_number_and_recorded_as_ours_and_not_signed_by_them(cast: World) -> None:
    dossier = posted(cast)
    found = dossiers_by_number(cast.actor("clerk"), "b-26-80")
    assert [row.reference for row in found] == [str(dossier)]
    cast.later(days=20)
    row = cast.do(
        "clerk",
        "record_letter",
        dossier,
        what="request.acknowledged",
        body=body_of_acknowledgement(),
        letter_on="2026-11-15",
        scan=b"%PDF-1.4 scanned",
        name="reply.pdf",
        number="MP 55",
    )
    assert row.phase == Phase.REGISTERED
    assert row.their_number == "MP-55"
    entry = state_of(row).timeline[-1]
    assert (entry.side, entry.recorded) == (Side.REQUESTED, True)
    message = messages_of("CH-FOJ", str(dossier))[-1].signed.message
    assert (message.type, message.sender) == ("request.recorded", "CH-FOJ")
    assert message.body["note"] == "not-signed-by-them"
    incoming = PostEntry.objects.get(direction="in")
    assert (incoming.on, incoming.number) == (date(2026, 11, 15), "MP 55")
    assert content_bytes(incoming.scan, keys=cast.keys, vault=cast.vault) == b"%PDF-1.4 scanned"


def body_of_acknowledgement():
    return {"number": "MP-55", "received_at": "2026-11-12T12:00:00.000Z", "contact": "Mesa de entrada"}


def test_the_reminder_goes_out_on_its_day_and_once(cast: World) -> None:
    dossier = posted(cast)
    cast.at = cast.at.replace(year=2027, month=1, day=3)
    assert reminded(cast) == 0
    cast.later(days=1)
    assert reminded(cast) == 1
    assert reminded(cast) == 0
    assert len(state_of(cast.row("clerk", dossier)).reminders) == 1
    letter = PostEntry.objects.get(what="reminder")
    assert letter.on == date(2027, 1, 4)
    assert content_bytes(letter.scan, keys=cast.keys, vault=cast.vault).startswith(b"%PDF")


def test_a_reminder_that_cannot_be_made_holds_up_no_other_and_is_entered(cast: World, monkeypatch) -> None:
    bad, good = posted(cast), posted(cast, "B-26-81")
    cast.at = cast.at.replace(year=2027, month=1, day=4)
    honest = posting.say

    def say(act, found, *words, **more):
        if str(found.reference) == str(bad):
            raise InvalidInputError("A text of the request cannot be printed.", code="documents:text")
        return honest(act, found, *words, **more)

    monkeypatch.setattr(posting, "say", say)
    assert reminded(cast) == 1
    assert [len(state_of(cast.row("clerk", one)).reminders) for one in (bad, good)] == [0, 1]
    (unsent,) = LedgerEntry.objects.filter(event="requests:reminder:unsent")
    assert unsent.subject == str(bad)
    monkeypatch.undo()
    assert reminded(cast) == 1


def test_a_dossier_that_was_answered_is_not_reminded_of(cast: World) -> None:
    dossier = posted(cast)
    answer = body_of(MessageType.EXECUTED, parts=("a",))
    cast.do(
        "clerk",
        "record_letter",
        dossier,
        what="request.executed",
        body=answer,
        letter_on="2026-11-02",
        scan=b"%PDF",
        name="reply.pdf",
    )
    cast.at = cast.at + timedelta(days=100)
    assert reminded(cast) == 0


def test_no_letter_is_recorded_for_a_partner_that_signs_for_itself(cast: World) -> None:
    dossier = cast.open("prosecutor", requested="CO-FGN", title="Cuenta", number="SV.26.3")
    cast.do("prosecutor", "save_draft", dossier, content=to_colombia())
    cast.do("prosecutor", "prepare_release", dossier)
    sign_gate(cast, dossier, "prosecutor")
    digest = cast.release("prosecutor", dossier)["digest"]
    cast.do("prosecutor", "sign_request", dossier, digest=digest)
    cast.do("clerk", "check_form", dossier, number="B-1", cover_note={"fr": "x"})
    cast.do("head", "transmit_request", dossier, digest=digest)
    with pytest.raises(RefusedError) as caught:
        cast.do(
            "clerk",
            "record_letter",
            dossier,
            what="request.acknowledged",
            body=body_of_acknowledgement(),
            letter_on="2026-11-02",
            scan=b"%PDF",
            name="x",
        )
    assert caught.value.code == "requests:has-node"


LETTER = {
    "requesting": "PY-MP",
    "title": "Solicitud (ejercicio)",
    "their_number": "MP 7/26",
    "letter_on": "2026-10-20",
    "signed_by": "Fiscal Ejemplo",
    "content": to_paraguay(),
    "scan": b"%PDF letter",
    "name": "solicitud.pdf",
}


def received(cast: World, **changes) -> Reference:
    """A letter of request from Paraguay, taken in by the registry as a face would."""
    row = begin(cast.act("clerk"), "open_received", values=LETTER | changes, keys=cast.keys, vault=cast.vault)
    return Reference.parse(row.reference)


def answers(cast: World, dossier: Reference, kind: str) -> list[str]:
    return [
        content_bytes(one.digest, keys=cast.keys, vault=cast.vault)
        for one in cast.documents("clerk", dossier)
        if one.kind == kind
    ]


def test_the_sheet_of_grounds_of_a_request_on_paper_shows_our_own_check(cast: World, tmp_path) -> None:
    """No prediction came with it, and nobody has recorded a run of ours yet."""
    dossier = received(cast)
    cast.do("clerk", "register_request", dossier, number="B-26-99", contact="Registre")
    cast.do("head", "print_check", dossier)
    (sheet,) = answers(cast, dossier, "check-of-grounds")
    assert "Art. 18(21)" in printed(sheet, tmp_path / "sheet.pdf")


def test_a_request_that_came_on_paper_is_opened_registered_and_answered_on_paper(cast: World, tmp_path) -> None:
    dossier = received(cast)
    row = cast.row("clerk", dossier)
    assert (row.phase, row.their_number, row.instrument) == (Phase.TRANSMITTED, "MP 7/26", "UNTOC")
    assert dossier.authority == "PY-MP"
    entry = state_of(row).timeline[0]
    assert (entry.side, entry.recorded) == (Side.REQUESTING, True)
    assert [need.verb for need in needs_me(cast.actor("clerk"))] == ["register_request"]
    cast.do("clerk", "register_request", dossier, number="B-26-99", contact="Registre")
    sign_gate(cast, dossier, "head")
    row = cast.do("head", "accept_request", dossier, parts=["a"])
    assert row.phase == Phase.IN_EXECUTION
    cast.do("clerk", "print_answer", dossier, text={"es": "Se ejecuta la medida a)."})
    (receipt,) = answers(cast, dossier, "acknowledgement")
    told = printed(receipt, tmp_path / "receipt.pdf")
    assert "MP 7/26" in told
    assert "Se ejecuta la medida a)." in told
    cast.do("clerk", "note_posting", dossier, on=cast.at.date(), number="RR 2 CH")
    assert PostEntry.objects.get(direction="out").correspondent == "PY-MP"
    cast.post()
    assert not cast.line.seen


def test_a_request_on_paper_that_is_declined_is_answered_with_each_ground_and_its_provision(
    cast: World, tmp_path
) -> None:
    dossier = received(cast)
    cast.do("clerk", "register_request", dossier, number="B-26-99", contact="Registre")
    every = list(state_of(cast.row("head", dossier)).parts)
    cast.do("head", "consult", dossier, parts=every, text={"es": "Se consulta antes de decidir."})
    ground = {"ground": "sovereignty_security_ordre_public", "reason": {"es": "Motivo del ejercicio."}}
    row = cast.do("head", "decline_parts", dossier, parts=every, grounds=[ground])
    assert row.phase == Phase.REFUSED
    cast.do("clerk", "print_answer", dossier)
    (letter,) = answers(cast, dossier, "refusal")
    told = printed(letter, tmp_path / "refusal.pdf")
    for words in ("Motivo del ejercicio.", "18(21)", "Se consulta antes de decidir.", "MP 7/26"):
        assert words in told
    cast.do("clerk", "note_posting", dossier, on=cast.at.date(), number="RR 3 CH")


def test_the_answer_is_printed_by_the_registry_and_only_for_a_partner_without_a_node(cast: World) -> None:
    dossier = received(cast)
    cast.do("clerk", "register_request", dossier, number="B-26-99", contact="Registre")
    with pytest.raises(RefusedError) as caught:
        cast.do("head", "print_answer", dossier)
    assert caught.value.code == "policy:missing-role"
    Dossier.objects.filter(reference=str(dossier)).update(partner_has_node=True)
    with pytest.raises(RefusedError) as caught:
        cast.do("clerk", "print_answer", dossier)
    assert caught.value.code == "requests:has-node"


def test_a_face_hears_which_value_of_an_opening_is_missing_or_wrong(cast: World) -> None:
    for values, place in (
        ({"letter_on": "20 October"}, "letter_on"),
        ({"scan": "text"}, "scan"),
        ({"signed_by": ""}, "signed_by"),
        ({"other": "x"}, "other"),
    ):
        with pytest.raises(InvalidInputError) as caught:
            received(cast, **values)
        assert caught.value.place == place
    with pytest.raises(InvalidInputError) as caught:
        begin(cast.act("clerk"), "open_it", values={}, keys=cast.keys, vault=cast.vault)
    assert caught.value.code == "requests:verb"
    assert not Dossier.objects.exists()


@pytest.mark.parametrize("name", sorted(OPENINGS))
def test_an_openings_fields_are_its_functions_parameters(name: str) -> None:
    opening = OPENINGS[name]
    parameters = inspect.signature(opening.function).parameters
    names = arguments_of({field.name for field in opening.fields}, opening.things)
    assert {"act", *names, *opening.needs} == set(parameters)
    for field in opening.fields:
        if field.name in parameters:
            assert field.required == (parameters[field.name].default is inspect.Parameter.empty)


def test_no_request_is_opened_on_paper_for_a_partner_with_a_node_or_by_anyone_but_the_registry(cast: World) -> None:
    given = {
        "title": "x",
        "request": ReadRequest("1", "x", to_paraguay()),
        "letter": ScannedLetter(date(2026, 10, 20), b"%PDF", "x.pdf"),
        "keys": cast.keys,
        "vault": cast.vault,
    }
    with pytest.raises(RefusedError) as caught:
        open_received(cast.act("clerk"), requesting="CO-FGN", **given)
    assert caught.value.code == "requests:has-node"
    with pytest.raises(RefusedError) as caught:
        open_received(cast.act("head"), requesting="PY-MP", **given)
    assert caught.value.code == "policy:missing-role"
    with pytest.raises(RefusedError) as caught:
        open_received(cast.act("head"), requesting="CO-FGN", **given)
    assert caught.value.code == "policy:missing-role"
