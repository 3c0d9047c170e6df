"""Smaller rules of single verbs: whose question, whose signature, whose parts; times, handling, exports."""

import io
import json
from datetime import timedelta

import pytest
from django.db import transaction

from comity.evidence.actions import check_item, take_in
from comity.exchange.queries import messages_of
from comity.requests.actions import perform
from comity.requests.actions.shape import finish, opened, say
from comity.requests.messages import MessageType
from comity.requests.models import DomesticAct, Draft
from comity.requests.phases import Phase
from comity.requests.queries import dossier_page, request_file
from comity.requests.queries.access import state_of
from comity.requests.release import release_digest
from comity.safeguards.queries import entries_about, entries_of_event
from comity.seals.canonical import sha256_hex
from comity.values.actor import Role
from comity.values.errors import ConflictError, InvalidInputError, MissingError, RefusedError
from tests.requests.matters import both, to_colombia
from tests.requests.stages import agree, drafted, in_execution, registered, signed, transmitted
from tests.requests.world import World

RECORD = {"on": "2026-11-02", "place": "Bogotá", "by": "Fiscalía"}


def test_only_who_signed_takes_the_signature_back_and_may_then_be_replaced(cast: World) -> None:
    cast.officer("colleague", "CH-OAG", Role.SIGNATORY, Role.DRAFTER)
    dossier = signed(cast)
    with pytest.raises(RefusedError) as caught:
        cast.do("colleague", "withdraw_signature", dossier)
    assert caught.value.code == "requests:not-yours"
    row = cast.do("prosecutor", "withdraw_signature", dossier)
    assert (row.stage, row.signed_release) == (Phase.DRAFTING, "")
    assert not DomesticAct.objects.filter(verb="sign_request", void=False).exists()


def test_a_letter_made_out_for_another_signatory_or_day_is_not_signed(cast: World) -> None:
    cast.officer("colleague", "CH-OAG", Role.SIGNATORY, Role.DRAFTER)
    dossier = drafted(cast)
    cast.do("prosecutor", "prepare_release", dossier, signatory=cast.id_of("colleague"))
    digest = cast.release("prosecutor", dossier)["digest"]
    with pytest.raises(RefusedError) as caught:
        cast.do("prosecutor", "sign_request", dossier, digest=digest)
    assert caught.value.code == "requests:signatory"
    cast.later(days=1)
    with pytest.raises(RefusedError) as caught:
        cast.do("colleague", "sign_request", dossier, digest=digest)
    assert caught.value.code == "requests:signatory"
    with pytest.raises(InvalidInputError):
        cast.do("prosecutor", "prepare_release", dossier, signatory=cast.id_of("clerk"))


def test_the_central_authority_sends_a_request_back_and_its_reason_stays_out_of_the_ledger(cast: World) -> None:
    dossier = signed(cast)
    row = cast.do("clerk", "return_to_drafter", dossier, reason="The witness is named in the open part.")
    assert (row.stage, row.signed_release) == (Phase.DRAFTING, "")
    entry = next(one for one in entries_about("CH-FOJ", str(dossier)) if one.event == "requests:request:sent-back")
    assert "witness" not in json.dumps(entry.facts)
    note = DomesticAct.objects.get(verb="return_to_drafter").facts["reason"]
    assert note == "The witness is named in the open part."


def test_a_digest_that_was_prepared_but_never_signed_does_not_leave(cast: World) -> None:
    dossier = signed(cast)
    cast.do("clerk", "check_form", dossier, number="B-1", cover_note={"fr": "x"})
    row = cast.row("head", dossier)
    draft = Draft.objects.get(dossier=row)
    draft.content["parts"][0]["account"] = "999-9"
    # An insider with the database makes a digest that fits.
    draft.release["digest"] = release_digest(draft.content, draft.release["documents"], [])
    draft.save()
    with pytest.raises(RefusedError) as caught:
        cast.do("head", "transmit_request", dossier, digest=draft.release["digest"])
    assert caught.value.code == "requests:digest"


def test_a_request_that_was_not_checked_does_not_leave(cast: World) -> None:
    dossier = signed(cast)
    with pytest.raises(RefusedError) as caught:
        cast.do("head", "transmit_request", dossier, digest=cast.release("head", dossier)["digest"])
    assert caught.value.code == "requests:not-checked"


def test_a_form_filled_in_on_an_old_page_is_refused_and_nothing_is_lost(cast: World) -> None:
    dossier = drafted(cast)
    old = cast.row("prosecutor", dossier).version
    cast.do("prosecutor", "save_draft", dossier, content=to_colombia())
    content = to_colombia()
    content["stage"] = "trial"
    with pytest.raises(ConflictError):
        cast.do("prosecutor", "save_draft", dossier, content=content, version=old)
    assert Draft.objects.get().content["stage"] == "investigation"


def test_of_two_that_write_at_once_the_second_keeps_nothing(cast: World) -> None:
    dossier = registered(cast)
    version = cast.row("chief", dossier).version
    first = opened(cast.act("chief"), "ask_question", dossier, version)
    second = opened(cast.act("chief"), "ask_question", dossier, version)
    before = len(messages_of("CO-FGN", str(dossier)))
    for place, found in enumerate((first, second)):
        body = {"question_id": f"q-{place}", "text": {"es": "x"}, "provision": ""}
        try:
            with transaction.atomic():
                signed_question = say(cast.act("chief"), found, MessageType.QUESTIONED, body, keys=cast.keys)
                finish(cast.act("chief"), found, event="requests:question:asked", signed=signed_question)
        except ConflictError as error:
            failed = (place, error.code)
    assert failed == (1, "requests:changed")
    assert len(messages_of("CO-FGN", str(dossier))) == before + 1
    assert set(state_of(cast.row("chief", dossier)).questions) == {"q-0"}


def test_a_receipt_is_never_dated_after_now(cast: World) -> None:
    dossier = transmitted(cast)
    with pytest.raises(InvalidInputError) as caught:
        cast.do(
            "registrar",
            "register_request",
            dossier,
            number="1",
            contact="Mesa",
            received_at=cast.at + timedelta(hours=2),
        )
    assert caught.value.place == "received_at"


def test_nobody_answers_her_own_sides_consultation_or_a_question_twice(cast: World) -> None:
    dossier = registered(cast)
    cast.do("chief", "consult", dossier, parts=["a"], text={"es": "¿?"})
    own = next(iter(state_of(cast.row("chief", dossier)).consultations))
    with pytest.raises(RefusedError) as caught:
        cast.do("chief", "answer_consultation", dossier, consultation_id=own, text={"es": "sí"})
    assert caught.value.code == "requests:own-question"
    cast.do("chief", "ask_question", dossier, text={"es": "¿?"})
    cast.post()
    asked = next(iter(state_of(cast.row("prosecutor", dossier)).questions))
    cast.do("prosecutor", "answer_question", dossier, question_id=asked, text={"es": "sí"})
    with pytest.raises(RefusedError) as caught:
        cast.do("prosecutor", "answer_question", dossier, question_id=asked, text={"es": "no"})
    assert caught.value.code == "requests:answered"
    with pytest.raises(InvalidInputError):
        cast.do("prosecutor", "answer_question", dossier, question_id="q-none", text={"es": "no"})


def test_the_executing_authority_works_only_on_the_parts_passed_to_it(cast: World) -> None:
    dossier = registered(cast)
    cast.do("chief", "accept_request", dossier, parts=["a", "b"])
    cast.do("chief", "pass_on", dossier, executing="CO-F14", parts=["a"])
    with pytest.raises(RefusedError) as caught:
        cast.do("fiscal", "record_execution", dossier, parts=["b"], record=RECORD)
    assert caught.value.code == "requests:other-parts"
    cast.do("fiscal", "record_execution", dossier, parts=["a"], record=RECORD)
    with pytest.raises(InvalidInputError):
        cast.do("chief", "pass_on", dossier, executing="CH-OAG", parts=["b"])


def test_a_step_needs_parts_that_stand_where_it_begins(cast: World) -> None:
    dossier = in_execution(cast)
    with pytest.raises(RefusedError) as caught:
        cast.do("chief", "accept_request", dossier, parts=["a"])
    assert caught.value.code == "workflow:part"
    with pytest.raises(InvalidInputError) as missing:
        cast.do("fiscal", "record_execution", dossier, parts=[], record=RECORD)
    assert missing.value.place == "parts"


def test_a_message_is_handled_no_more_freely_than_what_it_carries(cast: World) -> None:
    dossier = in_execution(cast)
    cast.do("fiscal", "record_execution", dossier, parts=["a"], record=RECORD)
    item = take_in(
        cast.act("fiscal"),
        dossier=dossier,
        authority="CO-FGN",
        file=io.BytesIO(b"x"),
        name="../../etc/passwd",
        title="Extractos",
        keys=cast.keys,
        vault=cast.vault,
        seizure=RECORD,
        handling="H2",
        parts=["a"],
    )
    with pytest.raises(RefusedError):  # not checked by the central authority yet
        cast.do(
            "chief", "return_evidence", dossier, parts=["a"], items=[item.reference], cover_letter={"es": "Damos fe."}
        )
    check_item(cast.act("chief"), item.reference, keys=cast.keys)
    cast.do("chief", "return_evidence", dossier, parts=["a"], items=[item.reference], cover_letter={"es": "Damos fe."})
    message = messages_of("CO-FGN", str(dossier))[-1].signed.message
    assert message.handling == "H2"
    assert any("Art. 15" in condition.provision for condition in message.conditions)
    assert {attachment.name for attachment in message.attachments} == {"cover-letter-es.pdf", "item-0001.bin"}
    cast.post()
    agree(cast, dossier)


def test_conditions_of_the_acceptance_ride_with_the_results(cast: World) -> None:
    dossier = registered(cast)
    condition = {"kind": "confidentiality", "text": "Not to third persons.", "provision": "Art. 4(3)(b)", "until": None}
    cast.do("chief", "accept_request", dossier, parts=["a"], conditions=[condition])
    view = dossier_page(cast.actor("chief"), dossier)
    assert list(view.conditions) == [condition]


def test_the_request_leaves_as_a_file_for_another_system_and_the_read_is_recorded(cast: World) -> None:
    dossier = signed(cast)
    with pytest.raises(RefusedError):
        request_file(cast.act("prosecutor"), dossier, exercise=True)
    cast.do("clerk", "check_form", dossier, number="B-1", cover_note=both("x", "x"))
    cast.do("head", "transmit_request", dossier, digest=cast.release("head", dossier)["digest"])
    file = request_file(cast.act("prosecutor"), dossier, exercise=True)
    data = json.loads(file)
    assert data["content"]["matter"]["fr"] == to_colombia()["matter"]["fr"]
    with pytest.raises(MissingError):
        request_file(cast.act("stranger"), dossier, exercise=True)
    [entered] = entries_of_event(cast.actor("prosecutor").authority, "requests:request:exported")
    assert (entered.subject, dict(entered.facts)) == (str(dossier), {"file": sha256_hex(file)})


def test_the_papers_of_an_exercise_are_other_bytes_than_real_ones(cast: World) -> None:
    dossier = drafted(cast)
    digests = set()
    for exercise in (True, False):
        row = cast.row("prosecutor", dossier)
        perform(
            cast.act("prosecutor"),
            "prepare_release",
            dossier=dossier,
            version=row.version,
            values={},
            keys=cast.keys,
            vault=cast.vault,
            exercise=exercise,
        )
        digests.add(cast.release("prosecutor", dossier)["digest"])
    assert len(digests) == 2


@pytest.mark.parametrize(
    ("who", "verb", "values"),
    [
        ("registrar", "register_request", {"number": "CO-2", "contact": "Mesa"}),
        ("head", "close_dossier", {"reason": {"fr": "Clos."}}),
        ("head", "transmit_request", {"digest": "0" * 64}),
        ("prosecutor", "save_draft", {"content": {"language": "fr"}}),
        ("prosecutor", "sign_request", {"digest": "0" * 64}),
        ("clerk", "check_form", {"number": "B-2", "cover_note": {"fr": "x"}}),
    ],
)
def test_a_step_out_of_its_phase_is_refused_and_nothing_is_sent(cast: World, who: str, verb: str, values: dict) -> None:
    dossier = registered(cast)
    with pytest.raises(RefusedError) as caught:
        cast.do(who, verb, dossier, **values)
    assert caught.value.code == "workflow:closed"
    assert len(messages_of("CH-FOJ", str(dossier))) == 2


def test_a_step_of_the_other_side_is_refused(cast: World) -> None:
    dossier = registered(cast)
    with pytest.raises(RefusedError):
        cast.do("head", "accept_request", dossier, parts=["a"])
    with pytest.raises(RefusedError):
        cast.do("chief", "withdraw_request", dossier, reason={"es": "x"})
