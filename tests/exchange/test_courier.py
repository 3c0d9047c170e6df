"""What goes by courier has the effect of the line: once, in any order, whatever happens to the bag."""

import io
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from comity.authorities.models import Authority, EndedKey
from comity.exchange.actions import pack, take
from comity.exchange.actions.reconciling import open_reconciling, reconcile_due
from comity.exchange.actions.taking import Taken
from comity.exchange.cargo import NoCargo
from comity.exchange.courier import MAGIC, Manifest, Part, PartKind, PartOutcome, read_outside, seal_manifest
from comity.exchange.models import CourierBundle, CourierPart, OwedReceipt, Reconciling, StoredMessage
from comity.exchange.queries import delivery_of, receipts_of
from comity.exchange.reconciliation import ASKED
from comity.exchange.rejection import EnvelopeRejectedError, RejectionCode
from comity.safeguards.queries import broken_places, recent_entries
from comity.seals.canonical import decode
from comity.values.actor import Act, Actor, ActorKind, Role, job
from comity.values.errors import InvalidInputError, RefusedError
from tests.conftest import MOMENT, seeded
from tests.exchange.conftest import EXHAUSTIVE, HELD, STRANGER, THEM, TYPE, US, House, befriend, flips, letter


def operator(house: House) -> Act:
    return Act(job("operator", "operator"), house.at, "courier", seeded(int(house.at.timestamp())))


def packed(house: House, sender: str = US, to: str = THEM) -> bytes:
    house.later(seconds=1)
    return b"".join(pack(operator(house), to, holder=sender, keys=house.keys, cargo=NoCargo()).chunks())


def taken(house: House, bundle: bytes, holder: str = THEM) -> Taken:
    house.later(seconds=1)
    return take(
        operator(house),
        io.BytesIO(bundle),
        keys=house.keys,
        receivers={TYPE: house.take},
        cargo=NoCargo(),
        holder=holder,
    )


def outcomes(found: Taken) -> list[PartOutcome]:
    return [result.outcome for result in found.results]


def refusal(house: House, bundle: bytes, holder: str = THEM) -> RejectionCode:
    """The one code a refused bundle is answered with; it must leave a ledger line and nothing else."""
    before = (StoredMessage.objects.count(), CourierBundle.objects.count(), len(house.effects))
    with pytest.raises(EnvelopeRejectedError) as caught:
        taken(house, bundle, holder)
    assert (StoredMessage.objects.count(), CourierBundle.objects.count(), len(house.effects)) == before
    newest = recent_entries(holder)[0]
    assert (newest.event, newest.facts["rejection"]) == ("exchange:bundle:refused", caught.value.rejection.value)
    return caught.value.rejection


def test_both_ways_by_hand_is_the_line_s_effect_with_the_line_s_receipt(house):
    sent = [house.post(letter(number)) for number in range(3)]
    there = taken(house, packed(house))
    assert outcomes(there) == [PartOutcome.TAKEN] * 3
    assert there.whole
    assert [one.digest for one in house.effects] == [one.digest for one in sent]
    assert delivery_of(US, sent[0].digest).state == "waiting"  # nobody told us yet
    back = taken(house, packed(house, THEM, US), US)
    assert back.tally() == {"receipt-taken": 3}
    for one in sent:
        assert delivery_of(US, one.digest).state == "delivered"
        assert receipts_of(US, one.digest) == receipts_of(THEM, one.digest)
    assert not list(broken_places(US)) + list(broken_places(THEM))


def test_what_goes_by_hand_and_over_the_line_is_one_message_whichever_comes_first(house):
    first = house.post(letter(1))
    bag = packed(house)
    house.send()  # the line came up while the bag was on its way
    assert delivery_of(US, first.digest).state == "delivered"
    assert outcomes(taken(house, bag)) == [PartOutcome.REPEATED]
    second = house.post(letter(2))
    assert outcomes(taken(house, packed(house))) == [PartOutcome.TAKEN]
    house.send()
    assert delivery_of(US, second.digest).state == "delivered"
    assert [one.digest for one in house.effects] == [first.digest, second.digest]
    assert taken(house, packed(house, THEM, US), US).tally() == {"receipt-repeated": 2}
    events = [entry.event for entry in recent_entries(US)]
    assert events.count("exchange:message:delivered") == 2


def test_an_older_copy_sends_only_its_questions_by_hand_as_on_the_line(house):
    held = house.post(letter(1))
    open_reconciling(operator(house), US, THEM, "restored")
    reconcile_due(operator(house), keys=house.keys)
    asked = StoredMessage.objects.get(type=ASKED)
    packed(house)
    envelopes = CourierPart.objects.filter(kind=PartKind.ENVELOPE)
    assert [one.subject for one in envelopes] == [asked.digest]
    assert house.send() == len(house.envelopes) == 1
    Reconciling.objects.update(done_at=house.at)
    packed(house)
    assert held.digest in {one.subject for one in envelopes.filter(bundle__number=2)}
    assert house.send() == 1


def test_bags_that_cross_come_twice_or_out_of_order_do_their_work_once(house):
    house.post(letter(1))
    first = packed(house)
    house.post(letter(2))
    second = packed(house)
    assert outcomes(taken(house, second)) == [PartOutcome.TAKEN] * 2
    late, again = taken(house, first), taken(house, second)
    assert outcomes(late) + outcomes(again) == [PartOutcome.REPEATED] * 3
    assert (late.repeated, again.repeated) == (False, True)
    assert len(house.effects) == 2
    answer = packed(house, THEM, US)
    assert taken(house, answer, US).tally() == {"receipt-taken": 2}
    assert taken(house, answer, US).tally() == {"receipt-repeated": 2}
    assert CourierBundle.objects.get(holder=THEM, direction="in", number=2).times == 2


def test_a_lost_bag_costs_only_the_way(house):
    sent = house.post(letter(1))
    packed(house)  # lost on the way there
    taken(house, packed(house))
    packed(house, THEM, US)  # lost on the way back
    assert OwedReceipt.objects.count() == 1
    taken(house, packed(house, THEM, US), US)
    assert delivery_of(US, sent.digest).state == "delivered"
    assert len(house.effects) == 1


def test_a_receipt_is_owed_until_the_partner_says_that_it_came(house):
    house.post(letter(1))
    taken(house, packed(house))
    taken(house, packed(house, THEM, US), US)
    assert OwedReceipt.objects.count() == 1
    house.post(letter(2))
    taken(house, packed(house))  # this bag says which bundle of theirs came
    assert [row.message_id for row in OwedReceipt.objects.all()] == [letter(2).id]
    assert CourierBundle.objects.get(holder=THEM, direction="out", number=1).whole


def test_a_refusal_travels_back_and_stops_the_message_for_good(house):
    sent = house.post(letter(1))
    house.refusing = True
    assert outcomes(taken(house, packed(house))) == [PartOutcome.REFUSED]
    assert taken(house, packed(house, THEM, US), US).tally() == {"receipt-taken": 1}
    assert delivery_of(US, sent.digest).state == "stopped"


def test_a_bag_cut_anywhere_does_what_came_whole_of_it_and_says_the_rest_is_missing(house):
    for number in range(3):
        house.post(letter(number))
    bundle = packed(house)
    _, begin = read_outside(io.BytesIO(bundle))
    for length in (0, 5, len(MAGIC) + 2, begin - 1):
        assert refusal(house, bundle[:length]) is RejectionCode.MALFORMED
    found = taken(house, bundle[:-10])
    assert outcomes(found) == [PartOutcome.TAKEN, PartOutcome.TAKEN, PartOutcome.MISSING]
    assert not found.whole
    assert outcomes(taken(house, bundle)) == [PartOutcome.REPEATED, PartOutcome.REPEATED, PartOutcome.TAKEN]
    assert len(house.effects) == 3


def test_a_bit_of_a_bundle_turned_changes_no_effect(house):
    """The head is refused whole; a damaged part is left alone, and the good parts do what they do."""
    house.post(letter(1))
    bundle = packed(house)
    _, begin = read_outside(io.BytesIO(bundle))
    head_codes = set()
    changes = list(flips(bundle, 0))
    for changed in changes if EXHAUSTIVE else changes[:: len(changes) // 90]:
        try:
            found = taken(house, changed)
        except EnvelopeRejectedError as rejected:
            head_codes.add(rejected.rejection)
            assert changed[:begin] != bundle[:begin]
        else:
            assert outcomes(found) == [PartOutcome.DAMAGED]
    assert not house.effects
    assert head_codes <= {
        RejectionCode.MALFORMED,
        RejectionCode.SEALED,
        RejectionCode.WRONG_RECIPIENT,
        RejectionCode.UNKNOWN_PEER,
        RejectionCode.UNSUPPORTED_VERSION,
        RejectionCode.TOO_LARGE,
    }


def test_a_bundle_for_another_or_from_a_stranger_is_refused(house):
    house.post(letter(1))
    bundle = packed(house)
    assert refusal(house, bundle, US) is RejectionCode.WRONG_RECIPIENT
    strange = Manifest(id=letter().id, number=1, sender=STRANGER, recipient=THEM, at=MOMENT)
    data = seal_manifest(strange, HELD[STRANGER].signing, HELD[THEM].opening.public)
    assert refusal(house, data) is RejectionCode.UNKNOWN_PEER
    befriend(STRANGER)
    assert taken(house, data).whole
    assert refusal(house, data + b"x") is RejectionCode.MALFORMED
    forged = seal_manifest(replace(strange, sender=US), HELD[STRANGER].signing, HELD[THEM].opening.public)
    assert refusal(house, forged) is RejectionCode.SIGNATURE
    borrowed = SimpleNamespace(sign=lambda kind, _content: HELD[US].signing.sign(kind, strange.content))
    assert refusal(house, seal_manifest(replace(strange, sender=US), borrowed, HELD[THEM].opening.public)) is (
        RejectionCode.SIGNATURE
    )
    other = seal_manifest(replace(strange, number=2), HELD[STRANGER].signing, HELD[THEM].opening.public)
    assert refusal(house, other) is RejectionCode.EQUIVOCATION


def test_a_bundle_under_a_revoked_key_is_refused_however_it_is_dated(house):
    house.post(letter())
    bag = packed(house)
    stolen, moment = HELD[US].signing.public, house.at + timedelta(days=1)
    EndedKey.objects.create(
        authority=US,
        key_id=stolen.key_id,
        key=stolen.to_json(),
        until=moment,
        revoked_since=moment,
        safety="two-people",
        noted_at=moment,
    )
    Authority.objects.filter(code=US).update(verifying_key=HELD[STRANGER].signing.public.to_json())
    assert refusal(house, bag) is RejectionCode.SIGNATURE


def test_a_partner_s_bundle_cannot_settle_what_was_sent_to_another_nor_bring_its_messages(house):
    """The strange bundle carries a third party's genuine receipt and envelope: neither counts in that hand."""
    befriend(STRANGER)
    house.post(letter(1))
    bundle = packed(house)
    taken(house, bundle)
    receipt = bytes(OwedReceipt.objects.get().data)
    manifest = Manifest(
        id=letter(7).id,
        number=1,
        sender=STRANGER,
        recipient=US,
        at=MOMENT,
        parts=(Part(PartKind.RECEIPT, OwedReceipt.objects.get().digest, len(receipt)),),
    )
    data = seal_manifest(manifest, HELD[STRANGER].signing, HELD[US].opening.public) + receipt
    assert outcomes(taken(house, data, US)) == [PartOutcome.REFUSED]
    assert delivery_of(US, letter(1).digest).state == "waiting"


def test_the_outside_tells_no_more_than_an_envelope_does(house):
    for number in range(2):
        house.post(letter(number))
    outside, begin = read_outside(io.BytesIO(packed(house)))
    assert set(outside.header()) == {"protocol", "suite", "sender", "recipient", "sender_key", "recipient_key", "id"}
    assert str(outside.id) not in {str(letter(number).id) for number in range(2)}
    assert begin > 1000


def test_who_may_pack_and_take_is_said_by_the_policy(house):
    officer = Actor(ActorKind.OFFICER, "1", US, frozenset({Role.DRAFTER}))
    with pytest.raises(RefusedError):
        pack(operator(house).by(officer), THEM, holder=US, keys=house.keys, cargo=NoCargo())
    registrar = operator(house).by(replace(officer, roles=frozenset({Role.REGISTRAR})))
    allowed = pack(registrar, THEM, holder=US, keys=house.keys, cargo=NoCargo())
    assert (allowed.manifest.number, len(b"".join(allowed.chunks()))) == (1, allowed.size)
    with pytest.raises(RefusedError) as refused:
        take(operator(house).by(officer), io.BytesIO(), keys=house.keys, receivers={}, cargo=NoCargo())
    assert not isinstance(refused.value, EnvelopeRejectedError)  # that would tell what the file is
    with pytest.raises(RefusedError, match="operator"):
        pack(replace(operator(house), actor=job("send", US)), THEM, holder=US, keys=house.keys, cargo=NoCargo())


def manifests() -> Iterator[Manifest]:
    yield Manifest(id=letter().id, number=1, sender=US, recipient=THEM, at=MOMENT)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=400))
def test_no_bytes_break_the_reader(data):
    for file in (data, MAGIC + data, MAGIC + len(data).to_bytes(4) + data):
        with pytest.raises(EnvelopeRejectedError):
            read_outside(io.BytesIO(file))
    with pytest.raises(InvalidInputError):
        Manifest.from_content(data)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("number", -1),
        ("number", 1.5),
        ("parts", [{"kind": "envelope", "digest": "ab" * 32, "size": 1 << 40, "start": 0}]),
        ("parts", [{"kind": "envelope", "digest": "ab" * 32, "size": 1, "start": 4}]),
        ("parts", [{"kind": "file", "digest": "ab" * 32, "size": 1, "start": 0}]),
        ("parts", [{"kind": "envelope", "digest": "../../etc/passwd", "size": 1, "start": 0}]),
        (
            "parts",
            [
                {"kind": "envelope", "digest": "ab" * 32, "size": 1, "start": 0},
                {"kind": "receipt", "digest": "ab" * 32, "size": 1, "start": 0},
            ],
        ),
        ("wants", [{"digest": "ab" * 32, "start": -1}]),
        ("taken", ["not-an-id"]),
        ("version", 2),
    ],
)
def test_a_manifest_of_another_form_is_refused_with_its_place(name, value):

    fields = decode(next(manifests()).content)
    fields[name] = value
    with pytest.raises(InvalidInputError):
        Manifest.from_content(json.dumps(fields, sort_keys=True, separators=(",", ":")).encode())


def test_a_manifest_reads_back_as_it_was_written():
    one = replace(
        next(manifests()),
        taken=(letter(3).id,),
        parts=(Part(PartKind.CONTENT, "ab" * 32, 5, 1 << 20),),
    )
    assert Manifest.from_content(one.content) == one
