"""What is posted arrives once, whatever the line does; what waits says since when, why and until when."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection

from comity.authorities.models import Authority
from comity.exchange.actions import partners_to_send, post, send_due, sending
from comity.exchange.actions.sending import BATCH, DEFAULT_LIMIT
from comity.exchange.backoff import CAP_SECONDS, LEASE_SECONDS
from comity.exchange.message import Attachment
from comity.exchange.models import Line, Outbox, OutboxState, Reconciling
from comity.exchange.queries import delivery_of, lines, next_due, receipts_of
from comity.exchange.receipt import Receipt, ReceiptKind, open_receipt, plain_rejection, sign_receipt
from comity.exchange.rejection import RejectionCode
from comity.safeguards.queries import recent_entries
from comity.values.errors import BrokenError, InvalidInputError, MissingError, RefusedError
from tests.conftest import MOMENT
from tests.exchange.conftest import HELD, STRANGER, THEM, US, House, befriend, establish, letter

ATTACHED = Attachment("ab" * 32, 12, "annexe.pdf", "application/pdf")


def events(authority: str = US) -> list[str]:
    return [entry.event for entry in reversed(recent_entries(authority)) if entry.event.startswith("exchange:")]


def test_a_posted_message_is_delivered_and_its_receipt_kept(house):
    sent = house.post(letter())
    assert delivery_of(US, sent.digest).state == "waiting"
    assert house.send() == 1
    delivery = delivery_of(US, sent.digest)
    assert (delivery.state, delivery.delivered_at) == ("delivered", MOMENT)
    [receipt] = receipts_of(US, sent.digest)
    assert open_receipt(receipt, HELD[THEM].signing.public).kind is ReceiptKind.DELIVERY
    assert receipts_of(THEM, sent.digest) == [receipt]
    assert events() == ["exchange:message:posted", "exchange:message:delivered"]
    assert house.send() == 0


def test_a_partner_that_is_down_keeps_the_message_waiting_and_says_since_when_and_until_when(house):
    sent = house.post(letter())
    house.down = True
    house.send()
    [line] = lines()
    assert (line.partner, line.waiting, line.down_since, line.last_error) == (
        THEM, 1, MOMENT, "transport:unreachable",
    )  # fmt: skip
    assert MOMENT < line.next_attempt <= MOMENT + timedelta(seconds=2)
    house.later(minutes=1)
    house.send()
    [line] = lines()
    assert (line.down_since, line.failures) == (MOMENT, 2)
    assert delivery_of(US, sent.digest).failing_since == MOMENT
    house.down = False
    house.later(hours=1)
    house.send()
    [line] = lines()
    assert (line.waiting, line.down_since, line.last_heard) == (0, None, house.at)
    assert len(house.effects) == 1


def test_a_line_that_is_down_is_tried_with_one_message_and_then_lets_all_through(house):
    for number in range(5):
        house.post(letter(number))
    house.down = True
    assert house.send() == 1
    house.later(minutes=1)
    house.down = False
    assert house.send() == 5
    assert len(house.effects) == 5


def test_each_partner_can_be_sent_to_on_its_own(house):
    befriend(STRANGER)
    house.post(letter(1, recipient=STRANGER))
    house.post(letter(2))
    assert partners_to_send(house.at) == [STRANGER, THEM]
    assert send_due(house.act(), keys=house.keys, transport=house, to=THEM) == 1
    assert partners_to_send(house.at) == [STRANGER]
    assert len(house.effects) == 1


def test_a_slow_partners_lease_is_counted_from_when_its_message_went_out(house):
    for number in range(2):
        house.post(letter(number))
    honest, leases = house.deliver, []

    def slow(partner, envelope):
        house.later(seconds=LEASE_SECONDS - 10)
        leases.append(Outbox.objects.exclude(lease="").order_by("message_id").first().lease_until)
        return honest(partner, envelope)

    house.deliver = slow  # type: ignore[method-assign]
    assert send_due(house.act(), keys=house.keys, transport=house, clock=lambda: house.at) == 2
    assert leases[1] - leases[0] == timedelta(seconds=LEASE_SECONDS - 10)


def test_what_is_sent_together_is_leased_and_settled_by_one_commit_each(house):
    for number in range(BATCH + 1):
        house.post(letter(number))
    honest, commits = house.deliver, []

    def counted(partner, envelope):
        commits.append(set(Outbox.objects.exclude(lease="").values_list("lease", flat=True)))
        return honest(partner, envelope)

    house.deliver = counted  # type: ignore[method-assign]
    assert house.send() == BATCH + 1
    assert commits[0] == commits[BATCH - 1] != commits[BATCH]
    assert {len(held) for held in commits} == {1}
    assert not Outbox.objects.exclude(lease="").exists()


def test_a_message_that_cannot_be_tried_holds_back_none_that_wait_behind_it(house):
    first, second, third = (house.post(letter(number)) for number in range(3))
    honest_attempt = sending._attempt

    def attempt(row, keys, transport):
        if row.message.digest == second.digest:
            raise ValueError("this one breaks the sender")
        return honest_attempt(row, keys, transport)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sending, "_attempt", attempt)
        with pytest.raises(ValueError, match="breaks the sender"):
            house.send()
        assert delivery_of(US, first.digest).state == "delivered"
        assert house.send() == 1
    assert delivery_of(US, third.digest).state == "delivered"
    assert delivery_of(US, second.digest).state == "waiting"
    house.later(seconds=LEASE_SECONDS)
    assert house.send() == 1


def test_nothing_leaves_for_a_partner_that_is_asked_what_we_lack_and_to_another_all_does(house):
    befriend(STRANGER)
    house.post(letter(1))
    house.post(letter(2, recipient=STRANGER))
    asked = Reconciling.objects.create(holder=US, partner=THEM, asking=True, since=house.at)
    assert partners_to_send(house.at) == [STRANGER]
    assert send_due(house.act(), keys=house.keys, transport=house, to=THEM) == 0
    asked.done_at = house.at
    asked.save()
    assert send_due(house.act(), keys=house.keys, transport=house, to=THEM) == 1


def test_nothing_is_tried_before_its_time(house):
    house.post(letter())
    house.down = True
    house.send()
    house.down = False
    assert house.send() == 0
    assert next_due(house.at) == lines()[0].next_attempt


def test_a_clock_set_back_by_years_does_not_silence_the_node(house):
    house.later(days=2000)
    house.post(letter())
    house.down = True
    house.send()
    house.down = False
    house.later(days=-2000)
    assert next_due(house.at) == house.at
    assert house.send() == 1
    assert len(house.effects) == 1


def test_an_answer_lost_on_the_way_costs_a_repetition_and_no_second_effect(house):
    sent = house.post(letter())
    honest = house.receive
    house.receive = lambda envelope: honest(envelope)[:-1]  # type: ignore[method-assign]
    house.send()
    assert delivery_of(US, sent.digest).last_error == "exchange:answer"
    house.receive = honest  # type: ignore[method-assign]
    house.later(hours=1)
    house.send()
    assert delivery_of(US, sent.digest).state == "delivered"
    assert len(house.effects) == 1
    assert receipts_of(US, sent.digest) == receipts_of(THEM, sent.digest)


def test_a_final_refusal_stops_the_message_and_keeps_the_signed_reason(house):
    sent = house.post(letter())
    house.refusing = True
    house.send()
    delivery = delivery_of(US, sent.digest)
    assert (delivery.state, delivery.last_error, delivery.next_attempt) == ("stopped", "exchange:refused", None)
    assert "Not in this house" in delivery.last_reason
    [receipt] = receipts_of(US, sent.digest)
    assert open_receipt(receipt, HELD[THEM].signing.public).rejection is RejectionCode.REFUSED
    assert events()[-1] == "exchange:message:stopped"
    house.later(days=9)
    assert house.send() == 0


@pytest.mark.parametrize("code", [RejectionCode.SIGNATURE, RejectionCode.SEALED])
def test_a_refusal_over_keys_is_tried_again(house, code):
    sent = house.post(letter())
    receipt = Receipt(
        kind=ReceiptKind.RELAY_REJECTION,
        message_id=sent.message.id,
        digest=sent.digest,
        sender=US,
        recipient=THEM,
        at=MOMENT,
        rejection=code,
    )
    house.receive = lambda _envelope: sign_receipt(receipt, HELD[THEM].signing)  # type: ignore[method-assign]
    house.send()
    assert delivery_of(US, sent.digest).state == "waiting"
    assert delivery_of(US, sent.digest).last_error == f"exchange:{code.value}"


@pytest.mark.parametrize("code", list(RejectionCode))
def test_an_unsigned_refusal_never_ends_an_attempt_for_good(house, code):
    sent = house.post(letter())
    house.receive = lambda _envelope: plain_rejection(code)  # type: ignore[method-assign]
    house.send()
    delivery = delivery_of(US, sent.digest)
    assert (delivery.state, delivery.last_error) == ("waiting", f"exchange:{code.value}")


LIES = {
    "signed by another": lambda receipt: sign_receipt(receipt, HELD[STRANGER].signing),
    "of another message": lambda receipt: sign_receipt(replace(receipt, digest="ef" * 32), HELD[THEM].signing),
    "of another id": lambda receipt: sign_receipt(replace(receipt, message_id=letter(9).id), HELD[THEM].signing),
    "to another sender": lambda receipt: sign_receipt(replace(receipt, sender=STRANGER), HELD[THEM].signing),
    "refusing other bytes": lambda receipt: sign_receipt(
        replace(
            receipt,
            kind=ReceiptKind.RELAY_REJECTION,
            digest="",
            envelope="ef" * 32,
            rejection=RejectionCode.MALFORMED,
        ),
        HELD[THEM].signing,
    ),
}


@pytest.mark.parametrize("lie", LIES)
def test_a_receipt_does_not_end_an_attempt_when_it_is(lie, house):
    sent = house.post(letter())
    receipt = Receipt(
        kind=ReceiptKind.DELIVERY, message_id=sent.message.id, digest=sent.digest, sender=US, recipient=THEM, at=MOMENT
    )
    house.receive = lambda _envelope: LIES[lie](receipt)  # type: ignore[method-assign]
    house.send()
    delivery = delivery_of(US, sent.digest)
    assert (delivery.state, delivery.last_error) == ("waiting", "exchange:answer")
    assert receipts_of(US, sent.digest) == []


def test_a_row_in_one_workers_hands_is_not_anothers(house):
    house.post(letter())
    tried: list[int] = []
    honest = house.receive

    def meanwhile(envelope: bytes) -> bytes:
        tried.append(send_due(house.act(), keys=house.keys, transport=house))
        return honest(envelope)

    house.receive = meanwhile  # type: ignore[method-assign]
    assert house.send() == 1
    assert tried == [0]


def test_a_worker_that_died_leaves_a_lease_that_runs_out(house):
    class Died(BaseException):
        pass

    def die(_envelope: bytes) -> bytes:
        raise Died

    sent = house.post(letter())
    honest, house.receive = house.receive, die  # type: ignore[method-assign]
    with pytest.raises(Died):
        house.send()
    house.receive = honest  # type: ignore[method-assign]
    assert house.send() == 0
    house.later(seconds=LEASE_SECONDS)
    assert house.send() == 1
    assert delivery_of(US, sent.digest).state == "delivered"


def test_a_worker_whose_lease_was_lost_writes_nothing(house):
    sent = house.post(letter())
    honest = house.receive

    def slow(envelope: bytes) -> bytes:
        Outbox.objects.update(lease="another worker's")
        return honest(envelope)

    house.receive = slow  # type: ignore[method-assign]
    house.send()
    assert delivery_of(US, sent.digest).state == "waiting"
    assert Outbox.objects.get().lease == "another worker's"


def test_content_keys_rest_wrapped_and_are_forgotten_once_delivered(house):
    key = bytes(range(60, 99))
    house.post(letter(attachments=(ATTACHED,)), {ATTACHED.digest: key})
    waiting = Outbox.objects.get()
    assert list(waiting.content_keys) == [ATTACHED.digest]
    assert key.hex() not in str(waiting.content_keys)
    house.send()
    assert house.content_keys == [{ATTACHED.digest: key}]
    assert Outbox.objects.get().content_keys == {}


@pytest.mark.parametrize("keys", [{}, {"cd" * 32: bytes(39)}, {ATTACHED.digest: bytes(12)}])
def test_an_attachment_is_posted_only_with_its_own_key(house, keys):
    with pytest.raises(InvalidInputError):
        house.post(letter(attachments=(ATTACHED,)), keys)


def test_nobody_posts_in_the_name_of_an_authority_that_is_not_here(house):
    befriend(STRANGER)
    with pytest.raises(MissingError):
        house.post(letter(sender=STRANGER))
    with pytest.raises(MissingError):
        house.post(letter(recipient="US-OIA"))
    with pytest.raises(RefusedError):
        house.post(letter(recipient=US))


@pytest.mark.django_db(transaction=True)
def test_a_message_is_posted_only_inside_the_act_that_causes_it(transactional_db):
    house = establish(House())
    assert not connection.in_atomic_block
    with pytest.raises(RefusedError):
        post(house.act(), letter(), keys=house.keys)


@pytest.mark.django_db(transaction=True)
def test_the_network_is_used_outside_every_transaction(transactional_db):
    house = establish(House(nested=False))
    house.post(letter())
    assert house.send() == 1


def test_a_partner_without_a_node_gets_no_queue(house):
    befriend(STRANGER)
    Authority.objects.filter(code=STRANGER).update(has_node=False)
    sent = house.post(letter(recipient=STRANGER, type="request.recorded"))
    assert delivery_of(US, sent.digest).state == "kept"
    assert house.send() == 0


def test_one_partner_down_does_not_hold_up_another(house):
    befriend(STRANGER)
    house.post(letter(1, recipient=STRANGER))
    house.post(letter(2))
    honest = house.deliver

    def only_them(partner, envelope):
        house.down = partner.code == STRANGER
        return honest(partner, envelope)

    house.deliver = only_them  # type: ignore[method-assign]
    assert house.send() == 2
    assert {line.partner: line.waiting for line in lines()} == {STRANGER: 1, THEM: 0}


def test_an_authority_is_told_what_waits_of_its_own_and_how_the_line_stands_for_all(house):
    befriend(STRANGER)
    house.down = True
    house.post(letter(1, recipient=STRANGER))
    house.send()
    [ours], [theirs], [all_] = lines(US), lines(THEM), lines()
    assert (ours.waiting, theirs.waiting, all_.waiting) == (1, 0, 1)
    assert (theirs.oldest, theirs.down_since, theirs.last_error) == (None, MOMENT, "transport:unreachable")


def test_a_partner_that_answers_outside_the_protocol_counts_as_down(house):
    house.post(letter())

    def babble(_partner, _envelope):
        raise BrokenError("too long", code="transport:answer-size")

    house.deliver = babble  # type: ignore[method-assign]
    house.send()
    assert Line.objects.get().last_error == "transport:answer-size"
    assert Outbox.objects.get().state == OutboxState.WAITING


def test_no_wait_is_longer_than_the_cap(house):
    house.post(letter())
    house.down = True
    for _ in range(30):
        house.later(seconds=CAP_SECONDS)
        house.send()
        assert Line.objects.get().next_attempt <= house.at + timedelta(seconds=CAP_SECONDS)
    assert Line.objects.get().failures == 30
    assert DEFAULT_LIMIT > 0
