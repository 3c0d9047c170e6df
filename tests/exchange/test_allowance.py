"""What one partner may use of the node is bounded: over it the refusal is enumerated, signed, and tried again."""

from dataclasses import replace

import pytest

from comity.authorities.queries import partner
from comity.exchange.actions import allow, enter_turned_away, receiving
from comity.exchange.allowance import ONE_BY_ONE, Limits, Surplus
from comity.exchange.models import StoredMessage, TurnedAway
from comity.exchange.queries import allowance_of, allowances, delivery_of
from comity.exchange.receipt import ReceiptKind, open_receipt, read_plain_rejection
from comity.exchange.rejection import QuotaError, RejectionCode
from comity.safeguards.queries import EntryView, recent_entries
from comity.values.actor import job
from comity.values.errors import InvalidInputError, RefusedError
from tests.exchange.conftest import HELD, STRANGER, THEM, US, House, befriend, letter, sealed_as, signed

FEW = ONE_BY_ONE[Surplus.OVER_LIMIT]


def limited(house: House, **limits: int) -> House:
    allow(replace(house.act(), actor=job("operator", US)), US, Limits(**limits))
    return house


def verdict(house: House, envelope: bytes) -> RejectionCode | None:
    return open_receipt(house.receive(envelope), HELD[THEM].signing.public).rejection


def test_the_message_over_the_hours_limit_is_refused_signed_and_taken_in_an_hour_later(house):
    limited(house, messages_per_hour=2)
    for number in range(2):
        assert verdict(house, house.sealed(letter(number))) is None
    refused = open_receipt(house.receive(house.sealed(letter(2))), HELD[THEM].signing.public)
    assert (refused.kind, refused.rejection) == (ReceiptKind.RELAY_REJECTION, RejectionCode.QUOTA)
    assert "2 messages" in refused.reason
    assert (StoredMessage.objects.count(), len(house.effects)) == (2, 2)
    [line] = [entry for entry in recent_entries(THEM) if entry.event == "exchange:envelope:rejected"]
    assert line.facts["rejection"] == "quota"
    house.later(hours=1)
    assert verdict(house, house.sealed(letter(2))) is None
    assert allowance_of(US, house.at).messages == 1


def test_its_sender_keeps_it_waiting_and_sends_it_again_by_itself(house):
    limited(house, messages_per_hour=1)
    for number in range(2):
        sent = house.post(letter(number))
    house.send()
    waiting = delivery_of(US, sent.digest)
    assert (waiting.state, waiting.last_error) == ("waiting", "exchange:quota")
    house.later(hours=2)
    house.send()
    assert delivery_of(US, sent.digest).state == "delivered"
    assert len(house.effects) == 2


def flooded(house: House, count: int) -> list[bytes]:
    """The answers to so many messages after the one that was allowed."""
    limited(house, messages_per_hour=1)
    return [house.deliver(partner(THEM), house.sealed(letter(number))) for number in range(count + 1)][1:]


def lines(event: str) -> list[EntryView]:
    return [entry for entry in recent_entries(THEM) if entry.event == event]


def test_of_a_flood_only_the_first_refusals_are_signed_and_entered_one_by_one(house):
    answers = flooded(house, FEW + 3)
    plain = [read_plain_rejection(one) for one in answers]
    assert plain == [None] * FEW + [RejectionCode.QUOTA] * 3
    assert len(lines("exchange:envelope:rejected")) == FEW
    assert (StoredMessage.objects.count(), len(house.effects)) == (1, 1)


def test_the_number_of_the_rest_is_entered_once_each_time_it_has_grown(house):
    flooded(house, FEW + 3)
    assert enter_turned_away(house.act()) == 2, "two authorities live here, each with its ledger"
    assert enter_turned_away(house.act()) == 0
    [line] = lines("exchange:envelopes:turned-away")
    assert (line.subject, line.facts["refused"]) == (US, FEW + 3)
    house.deliver(partner(THEM), house.sealed(letter(70)))
    house.later(hours=1)
    assert enter_turned_away(house.act()) == 2
    assert lines("exchange:envelopes:turned-away")[0].facts["refused"] == FEW + 4
    assert TurnedAway.objects.count() == 0, "an hour that is over and told goes"


def test_a_few_over_the_limit_have_their_own_lines_and_no_number(house):
    flooded(house, FEW)
    assert enter_turned_away(house.act()) == 0
    house.later(hours=1)
    enter_turned_away(house.act())
    assert TurnedAway.objects.count() == 0


def test_a_repetition_in_the_midst_of_a_flood_is_answered_with_its_receipt(house):
    limited(house, messages_per_hour=1)
    first = house.receive(house.sealed(letter(0)))
    flooded(house, FEW + 1)
    assert house.receive(house.sealed(letter(0))) == first


def test_what_was_turned_away_unsigned_goes_out_again_by_itself(house):
    limited(house, messages_per_hour=1)
    for number in range(FEW + 2):
        sent = house.post(letter(number))
    house.send()
    waiting = delivery_of(US, sent.digest)
    assert (waiting.state, waiting.last_error) == ("waiting", "exchange:quota")
    limited(house, messages_per_hour=100)
    house.later(hours=2)
    house.send()
    assert delivery_of(US, sent.digest).state == "delivered"


def test_what_is_over_the_limit_is_refused_before_anything_is_opened(house, monkeypatch):
    limited(house, messages_per_hour=1)
    assert verdict(house, house.sealed(letter(0))) is None
    opened: list[object] = []
    monkeypatch.setattr(receiving, "open_envelope", lambda *about: opened.append(about))
    assert verdict(house, house.sealed(letter(1))) is RejectionCode.QUOTA
    assert opened == []


def test_a_repetition_is_answered_with_its_receipt_and_costs_nothing(house):
    limited(house, messages_per_hour=1)
    first = house.receive(house.sealed(letter()))
    assert house.receive(house.sealed(letter())) == first
    assert allowance_of(US, house.at).messages == 1


def forged() -> bytes:
    """A message in the name of a partner, under another's key."""
    made = replace(signed(letter()), signature=HELD[STRANGER].signing.sign(letter().type, letter().content))
    return sealed_as(made, sender_key=HELD[US].signing.key_id)


def test_what_is_forged_in_anothers_name_uses_nothing_of_it(house):
    assert verdict(house, forged()) is RejectionCode.SIGNATURE
    assert allowances(house.at) == []


def test_what_its_sender_signed_and_our_rules_refuse_counts_like_what_is_taken(house):
    limited(house, messages_per_hour=2)
    house.refusing = True
    told = [verdict(house, house.sealed(letter(number))) for number in range(3)]
    assert told == [RejectionCode.REFUSED, RejectionCode.REFUSED, RejectionCode.QUOTA]
    assert allowance_of(US, house.at).messages == 2


def test_of_many_envelopes_that_prove_nothing_only_the_first_have_a_line_and_the_rest_a_number(house, monkeypatch):
    monkeypatch.setitem(ONE_BY_ONE, Surplus.UNPROVED, 2)
    answers = [read_plain_rejection(house.deliver(partner(THEM), forged())) for _ in range(4)]
    assert answers == [None, None, RejectionCode.SIGNATURE, RejectionCode.SIGNATURE]
    for _ in range(3):
        house.deliver(partner(THEM), b"no envelope")
    assert [line.subject for line in lines("exchange:envelope:rejected")] == [US, US]
    unread = [entry.subject for entry in recent_entries(US) if entry.event == "exchange:envelope:rejected"]
    assert unread == ["unknown", "unknown"]
    enter_turned_away(house.act())
    told = {line.subject: line.facts for line in lines("exchange:envelopes:turned-away")}
    assert {who: (facts["surplus"], facts["refused"]) for who, facts in told.items()} == {
        US: ("unproved", 4),
        "unknown": ("unproved", 3),
    }
    assert verdict(house, house.sealed(letter())) is None, "nobody else's junk keeps a message out"


def test_the_bytes_of_all_messages_are_bounded_and_one_partners_use_is_not_anothers(house):
    size = len(letter().content)
    limited(house, bytes_at_rest=size + 10)
    assert verdict(house, house.sealed(letter(0))) is None
    house.later(days=400)
    assert verdict(house, house.sealed(letter(1))) is RejectionCode.QUOTA
    befriend(STRANGER)
    assert verdict(house, sealed_as(signed(letter(2, sender=STRANGER), STRANGER))) is None


def test_a_receiver_may_say_that_what_a_message_brings_is_too_much(house):
    house.refusing = QuotaError("The shelf is full.")
    receipt = open_receipt(house.receive(house.sealed(letter())), HELD[THEM].signing.public)
    assert (receipt.rejection, receipt.reason) == (RejectionCode.QUOTA, "The shelf is full.")
    assert StoredMessage.objects.count() == 0


def test_only_the_operator_sets_limits_and_no_limit_is_nothing(house):
    with pytest.raises(RefusedError):
        allow(house.act(), US, Limits())
    with pytest.raises(InvalidInputError):
        Limits(open_transfers=0)
    limited(house, open_transfers=7)
    assert allowance_of(US, house.at).limits == Limits(open_transfers=7)
    assert "exchange:allowance:set" in [entry.event for entry in recent_entries(THEM)]
