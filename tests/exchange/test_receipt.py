"""A receipt says one thing about one message, and nobody but its signer can make it say it."""

from dataclasses import replace
from pathlib import Path

import pytest

from comity.exchange.receipt import (
    Receipt,
    ReceiptKind,
    expect_about,
    open_receipt,
    plain_rejection,
    read_plain_rejection,
    sign_receipt,
)
from comity.exchange.rejection import RejectionCode
from comity.seals.canonical import decode, encode, sha256_hex
from comity.values.errors import BrokenError, ComityError, InvalidInputError
from tests.conftest import MOMENT
from tests.exchange.conftest import HELD, THEM, US, flips, letter

GOLDEN = Path(__file__).parent.parent / "golden" / "exchange"


def delivery() -> Receipt:
    return Receipt(
        kind=ReceiptKind.DELIVERY,
        message_id=letter().id,
        digest=letter().digest,
        sender=US,
        recipient=THEM,
        at=MOMENT,
    )


def rejection() -> Receipt:
    return replace(
        delivery(),
        kind=ReceiptKind.RELAY_REJECTION,
        digest="",
        envelope="ab" * 32,
        rejection=RejectionCode.SEALED,
        reason="It does not open.",
    )


def about(receipt: Receipt, envelope: bytes = b"") -> None:
    message = letter()
    expect_about(
        receipt,
        message_id=message.id,
        digest=message.digest,
        sender=US,
        recipient=THEM,
        envelopes={sha256_hex(envelope)},
    )


def test_the_golden_receipts_have_the_bytes_they_always_had():
    assert delivery().content == (GOLDEN / "receipt.json").read_bytes()
    assert rejection().content == (GOLDEN / "rejection.json").read_bytes()


@pytest.mark.parametrize("receipt", [delivery(), rejection()])
def test_a_signed_receipt_opens_with_its_signers_key_and_no_other(receipt):
    data = sign_receipt(receipt, HELD[THEM].signing)
    assert open_receipt(data, HELD[THEM].signing.public) == receipt
    with pytest.raises(BrokenError):
        open_receipt(data, HELD[US].signing.public)


def test_a_reason_that_one_database_cannot_keep_is_refused():
    data = sign_receipt(replace(rejection(), reason="a\0b"), HELD[THEM].signing)
    with pytest.raises(InvalidInputError) as refused:
        open_receipt(data, HELD[THEM].signing.public)
    assert refused.value.place.endswith("reason")


def test_every_bit_of_a_receipt_flipped_is_refused():
    data = sign_receipt(delivery(), HELD[THEM].signing)
    for changed in flips(data, outside=100):
        with pytest.raises(ComityError):
            open_receipt(changed, HELD[THEM].signing.public)


def test_every_truncation_of_a_receipt_is_refused():
    data = sign_receipt(delivery(), HELD[THEM].signing)
    for length in range(0, len(data), 7):
        with pytest.raises(ComityError):
            open_receipt(data[:length], HELD[THEM].signing.public)


def test_a_signed_message_is_no_receipt_even_with_a_receipts_content():
    content = delivery().content
    signature = HELD[THEM].signing.sign("request.transmitted", content)
    as_receipt = decode(sign_receipt(delivery(), HELD[THEM].signing)) | {"signature": signature.to_json()}
    with pytest.raises(BrokenError):
        open_receipt(encode(as_receipt), HELD[THEM].signing.public)


def test_a_receipt_about_another_message_is_not_taken():
    about(delivery())
    for other in (
        replace(delivery(), digest="ef" * 32),
        replace(delivery(), message_id=letter(2).id),
        replace(delivery(), sender=THEM),
        replace(delivery(), recipient=US),
    ):
        with pytest.raises(BrokenError):
            about(other)


def test_a_refusal_of_unopened_bytes_counts_only_for_the_bytes_that_were_sent():
    envelope = b"the bytes that were sent"
    about(replace(rejection(), envelope=sha256_hex(envelope)), envelope)
    with pytest.raises(BrokenError):
        about(replace(rejection(), envelope=sha256_hex(envelope + b".")), envelope)


def test_a_delivery_may_not_leave_the_digest_open():
    envelope = b"sent"
    with pytest.raises(BrokenError):
        about(replace(delivery(), digest="", envelope=sha256_hex(envelope)), envelope)


@pytest.mark.parametrize("change", [{"rejection": RejectionCode.REFUSED}, {"kind": ReceiptKind.RELAY_REJECTION}])
def test_a_receipt_cannot_be_positive_and_negative_at_once(change):
    content = replace(delivery(), **change).content
    with pytest.raises(InvalidInputError):
        Receipt.from_content(content)


def test_a_plain_rejection_is_read_as_its_code_and_a_receipt_is_none():
    for code in RejectionCode:
        assert read_plain_rejection(plain_rejection(code)) is code
    assert read_plain_rejection(sign_receipt(delivery(), HELD[THEM].signing)) is None
    assert read_plain_rejection(b'{"rejection":"whatever"}') is None
    assert read_plain_rejection(b"<html>") is None
