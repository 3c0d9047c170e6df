"""What arrives has exactly one effect or none; what is refused meets one enumerated code, a ledger line, no effect."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from django.db import DatabaseError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from comity.exchange.envelope import MAX_ENVELOPE_BYTES, open_envelope, parse_envelope
from comity.exchange.message import Attachment
from comity.exchange.models import Equivocation, StoredMessage, StoredReceipt
from comity.exchange.queries import equivocations, messages_of, receipts_of
from comity.exchange.receipt import Receipt, ReceiptKind, open_receipt, sign_receipt
from comity.exchange.rejection import PASSING, SENTENCES, EnvelopeRejectedError, RejectionCode
from comity.safeguards.queries import broken_places, recent_entries
from comity.seals.canonical import decode, encode, from_b64, sha256_hex, to_b64
from comity.seals.sealing import seal
from comity.seals.signing import Signature
from comity.values.errors import BrokenError, ComityError, ConflictError, SignInError, UnavailableError
from tests.exchange.conftest import (
    DOSSIER,
    HELD,
    STRANGER,
    THEM,
    TYPE,
    US,
    House,
    befriend,
    flips,
    letter,
    sealed_as,
    signed,
)


def answer(house: House, envelope: bytes) -> Receipt | RejectionCode:
    """The verified receipt, or the code of an unsigned refusal."""
    try:
        return open_receipt(house.receive(envelope), HELD[THEM].signing.public)
    except EnvelopeRejectedError as rejected:
        return rejected.rejection


def refusal(house: House, envelope: bytes) -> RejectionCode:
    """The code of the refusal, which must leave one ledger line and no effect."""
    lines, stored, effects = len(rejected_lines()), StoredMessage.objects.count(), len(house.effects)
    said = answer(house, envelope)
    code = said if isinstance(said, RejectionCode) else said.rejection
    assert code is not None
    assert len(rejected_lines()) == lines + 1
    assert (StoredMessage.objects.count(), len(house.effects)) == (stored, effects)
    return code


def rejected_lines() -> list[str]:
    entries = [entry for code in (US, THEM) for entry in recent_entries(code, limit=10_000)]
    return [e.facts.get("rejection", e.event) for e in entries if e.event in REFUSALS]


REFUSALS = {"exchange:envelope:rejected"}


def events(authority: str = THEM) -> list[str]:
    return [entry.event for entry in reversed(recent_entries(authority)) if entry.event.startswith("exchange:")]


def test_a_message_takes_effect_once_and_is_receipted_by_its_recipient(house):
    receipt = answer(house, house.sealed(letter()))
    assert (receipt.kind, receipt.digest, receipt.negative) == (ReceiptKind.DELIVERY, letter().digest, False)
    assert [effect.digest for effect in house.effects] == [letter().digest]
    assert [view.signed.digest for view in messages_of(THEM, str(DOSSIER))] == [letter().digest]
    assert events() == ["exchange:message:received"]


def test_a_text_that_one_database_cannot_keep_is_malformed_and_leaves_nothing(house):
    """Its sender signed it all the same: `sign` would have refused."""
    content = encode(decode(letter().content) | {"body": {"text": {"es": "a\0b"}}})
    forged = replace(signed(letter()), content=content, signature=HELD[US].signing.sign(TYPE, content))
    assert refusal(house, sealed_as(forged)) is RejectionCode.MALFORMED


def test_a_repetition_gets_the_same_receipt_and_no_second_effect(house):
    first = house.receive(house.sealed(letter()))
    house.later(days=3)
    assert house.receive(house.sealed(letter())) == first
    assert len(house.effects) == 1
    assert events() == ["exchange:message:received", "exchange:message:repeated"]


def test_the_same_id_with_other_content_is_refused_and_kept_as_signed_proof(house):
    house.receive(house.sealed(letter()))
    second = letter(body={"number": "another"})
    receipt = answer(house, house.sealed(second))
    assert receipt.rejection is RejectionCode.EQUIVOCATION
    assert len(house.effects) == 1
    [proof] = equivocations(THEM)
    assert {proof.first.digest, proof.second.digest} == {letter().digest, second.digest}
    for half in (proof.first, proof.second):
        half.verify(HELD[US].signing.public)
    answer(house, house.sealed(second))
    assert Equivocation.objects.count() == 1
    assert answer(house, house.sealed(letter())).kind is ReceiptKind.DELIVERY


def test_a_message_refused_by_the_rules_leaves_nothing_and_does_not_burn_its_id(house):
    house.refusing = True
    receipt = answer(house, house.sealed(letter()))
    assert receipt.rejection is RejectionCode.REFUSED
    assert "test:refused" in receipt.reason
    assert not StoredMessage.objects.exists()
    house.refusing = False
    assert answer(house, house.sealed(letter())).kind is ReceiptKind.DELIVERY
    assert len(house.effects) == 1


@pytest.mark.parametrize(
    "error",
    [
        ConflictError("We hold that item.", code="evidence:known-item"),
        SignInError("A receiver nobody foresaw."),
        BrokenError("A chain is broken."),
    ],
)
def test_whatever_a_receiver_says_against_a_message_is_answered_with_a_signed_refusal(house, error):
    house.refusing = error
    receipt = answer(house, house.sealed(letter()))
    assert receipt.rejection is RejectionCode.REFUSED
    assert error.code in receipt.reason
    assert not StoredMessage.objects.exists()


@pytest.mark.parametrize(
    "error",
    [
        UnavailableError("No disk."),
        ConflictError("It changed at this moment."),
        ConflictError("It changed at this moment.", code="requests:changed"),
    ],
)
def test_what_passes_decides_nothing_and_is_tried_again(house, error):
    house.refusing = error
    with pytest.raises(type(error)):
        house.receive(house.sealed(letter()))
    assert rejected_lines() == []
    house.refusing = False
    assert answer(house, house.sealed(letter())).kind is ReceiptKind.DELIVERY


def test_content_keys_reach_the_receiver_and_no_table(house):
    key = bytes(range(100, 139))
    message = letter(attachments=(attachment(),))
    with transaction.atomic():
        house.post(message, {attachment().digest: key})
    house.send()
    assert house.content_keys == [{attachment().digest: key}]
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608 - the database's own table names
            assert key not in str(cursor.fetchall()).encode()


def attachment() -> Attachment:
    return Attachment("ab" * 32, 12, "annexe.pdf", "application/pdf")


def stranger() -> bytes:
    return sealed_as(signed(letter(sender=STRANGER), STRANGER))


def forged() -> bytes:
    """Our name and key id over another's signature."""
    by_other = signed(letter(), STRANGER)
    return sealed_as(replace(by_other, signature=replace(by_other.signature, key_id=HELD[US].signing.key_id)))


def half_forged(half: str) -> Callable[[], bytes]:
    """One half of the hybrid signature is genuine, the other is another key's."""

    def make() -> bytes:
        genuine, other = signed(letter()), signed(letter(), STRANGER)
        mixed = replace(genuine.signature, **{half: getattr(other.signature, half)})
        return sealed_as(replace(genuine, signature=mixed))

    return make


def resealed() -> bytes:
    """A genuine message of ours to a third authority, sealed anew to the victim under our header."""
    return sealed_as(signed(letter(recipient=STRANGER)))


def readdressed() -> bytes:
    """The header alone readdressed: nothing opens."""
    outside = parse_envelope(sealed_as(signed(letter(recipient=US, sender=THEM), THEM), US))
    return replace(outside, sender=US, recipient=THEM, sender_key=HELD[US].signing.key_id).to_bytes()


def spliced() -> bytes:
    first, second = (parse_envelope(sealed_as(signed(letter(n)))) for n in (1, 2))
    return replace(first, sealed=second.sealed).to_bytes()


def two_names() -> bytes:
    return sealed_as(signed(letter(sender=STRANGER), STRANGER), sender=US, sender_key=HELD[US].signing.key_id)


def other_id() -> bytes:
    return sealed_as(signed(letter()), id=letter(5).id)


def receipt_as_message() -> bytes:
    """A genuine receipt with its genuine signature in the place of a message."""
    receipt = Receipt(
        kind=ReceiptKind.DELIVERY, message_id=letter().id, digest="ab" * 32, sender=THEM, recipient=US, at=letter().at
    )
    value = decode(sign_receipt(receipt, HELD[US].signing))
    return raw(from_b64(value["receipt"]), Signature.from_json(value["signature"]))


def raw(content: bytes, signature: Signature) -> bytes:
    """Any bytes where a message belongs."""
    blank = replace(parse_envelope(sealed_as(signed(letter()))), sealed=b"")
    value = {"message": to_b64(content), "signature": signature.to_json(), "keys": {}}
    return replace(blank, sealed=seal(HELD[THEM].opening.public, blank.header(), encode(value))).to_bytes()


def signed_as(kind: str) -> Callable[[], bytes]:
    """The content of a message under a signature made for another kind of thing."""

    def make() -> bytes:
        return raw(letter().content, HELD[US].signing.sign(kind, letter().content))

    return make


def old_key() -> bytes:
    return sealed_as(signed(letter()), sender_key="sig-0000000000000000")


def wrong_box() -> bytes:
    return sealed_as(signed(letter()), recipient_key="seal-0000000000000000")


def next_version() -> bytes:
    content = encode(decode(letter().content) | {"version": 2})
    return raw(content, HELD[US].signing.sign(TYPE, content))


BAD: dict[str, tuple[Callable[[], bytes], RejectionCode]] = {
    "from an unknown peer": (stranger, RejectionCode.UNKNOWN_PEER),
    "forged with another's key": (forged, RejectionCode.SIGNATURE),
    "with a forged Ed25519 half": (half_forged("ed25519"), RejectionCode.SIGNATURE),
    "with a forged ML-DSA half": (half_forged("mldsa"), RejectionCode.SIGNATURE),
    "sealed anew to another": (resealed, RejectionCode.WRONG_RECIPIENT),
    "readdressed in the header": (readdressed, RejectionCode.SEALED),
    "spliced of two": (spliced, RejectionCode.SEALED),
    "under another's name": (two_names, RejectionCode.MALFORMED),
    "under another id": (other_id, RejectionCode.MALFORMED),
    "a receipt used as a message": (receipt_as_message, RejectionCode.MALFORMED),
    "signed as a receipt": (signed_as("receipt"), RejectionCode.SIGNATURE),
    "signed as a ticket": (signed_as("pull-ticket"), RejectionCode.SIGNATURE),
    "signed as another type": (signed_as("request.closed"), RejectionCode.SIGNATURE),
    "naming an old key": (old_key, RejectionCode.SIGNATURE),
    "sealed to an old key": (wrong_box, RejectionCode.SEALED),
    "of the next version": (next_version, RejectionCode.UNSUPPORTED_VERSION),
    "of the next protocol": (
        lambda: sealed_as(signed(letter()), protocol="comity/2"),
        RejectionCode.UNSUPPORTED_VERSION,
    ),
    "of an unknown type": (
        lambda: sealed_as(signed(letter(type="request.unheard-of"))),
        RejectionCode.UNSUPPORTED_TYPE,
    ),
    "to an authority not here": (
        lambda: sealed_as(signed(letter(recipient=STRANGER)), STRANGER),
        RejectionCode.WRONG_RECIPIENT,
    ),
    "empty": (lambda: b"", RejectionCode.MALFORMED),
    "too large": (lambda: b" " * (MAX_ENVELOPE_BYTES + 1), RejectionCode.TOO_LARGE),
}


@pytest.mark.parametrize("name", BAD)
def test_an_envelope_is_refused_with_its_code_when_it_is(name, house):
    make, code = BAD[name]
    assert refusal(house, make()) is code
    assert not list(broken_places(THEM))
    assert answer(house, house.sealed(letter())).kind is ReceiptKind.DELIVERY


def test_an_authority_that_is_no_partner_becomes_one_by_being_added(house):
    assert refusal(house, stranger()) is RejectionCode.UNKNOWN_PEER
    befriend(STRANGER)
    assert answer(house, stranger()).kind is ReceiptKind.DELIVERY


def test_every_code_has_a_sentence_and_only_matters_of_keys_may_pass():
    assert set(SENTENCES) == set(RejectionCode)
    assert RejectionCode.REFUSED not in PASSING
    assert RejectionCode.EQUIVOCATION not in PASSING


def test_every_bit_of_an_envelope_flipped_is_refused():
    whole = sealed_as(signed(letter(body={})))
    key, opening = HELD[US].signing.public, HELD[THEM].opening
    for changed in flips(whole, outside=whole.index(b'"sealed"') + 11):
        with pytest.raises(ComityError):
            open_envelope(parse_envelope(changed), opening).signed.verify(key)


def test_flipped_and_truncated_envelopes_have_an_enumerated_code_a_ledger_line_and_no_effect(house):
    whole = sealed_as(signed(letter()))
    header = whole.index(b'"sealed"')
    for place in [*range(0, header * 8, 61), *range(header * 8, len(whole) * 8, 977)]:
        changed = bytearray(whole)
        changed[place // 8] ^= 1 << place % 8
        assert refusal(house, bytes(changed)) in RejectionCode
    for length in range(0, len(whole), 499):
        assert refusal(house, whole[:length]) is RejectionCode.MALFORMED
    assert not StoredReceipt.objects.exists()


@given(st.binary(max_size=300))
@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_bytes_arrive_are_refused_by_code(house, data):
    assert refusal(house, data) is RejectionCode.MALFORMED


def test_a_refusal_of_unopened_bytes_names_exactly_these_bytes(house):
    data = spliced()
    receipt = answer(house, data)
    assert (receipt.digest, receipt.envelope) == ("", sha256_hex(data))


def test_the_receipt_is_given_only_after_the_commit_of_the_effect(house):
    def broken(*_anything: object) -> None:
        raise DatabaseError("disk full")

    house.take = broken  # type: ignore[method-assign]
    with pytest.raises(DatabaseError), transaction.atomic():
        house.receive(house.sealed(letter()))
    assert not StoredMessage.objects.exists()
    assert not StoredReceipt.objects.exists()


def test_a_crash_between_commit_and_receipt_costs_nothing(house):
    house.receive(house.sealed(letter()))
    StoredReceipt.objects.all().delete()
    receipt = answer(house, house.sealed(letter()))
    assert receipt.kind is ReceiptKind.DELIVERY
    assert len(house.effects) == 1
    assert len(receipts_of(THEM, letter().digest)) == 1


def test_two_authorities_of_one_node_may_get_the_same_id(house):
    """Deduplication is each recipient's own: what one got says nothing to another behind its wall."""
    befriend(STRANGER)
    for recipient in (US, THEM):
        message = letter(sender=STRANGER, recipient=recipient)
        house.receive(sealed_as(signed(message, STRANGER), recipient))
    assert len(house.effects) == 2
    assert not Equivocation.objects.exists()
