"""An envelope opens only as it was sealed: for its recipient, under its header, to the last bit."""

from dataclasses import replace
from pathlib import Path

import pytest

from comity.exchange.envelope import MAX_ENVELOPE_BYTES, Envelope, open_envelope, parse_envelope, seal_envelope
from comity.exchange.message import Attachment
from comity.exchange.rejection import EnvelopeRejectedError, RejectionCode
from comity.seals.canonical import decode, encode
from comity.seals.sealing import seal
from comity.values.errors import BrokenError, ComityError, InvalidInputError
from tests.exchange.conftest import HELD, THEM, US, letter, sealed_as, signed

GOLDEN = Path(__file__).parent.parent / "golden" / "exchange"
ATTACHED = Attachment("ab" * 32, 12, "annexe.pdf", "application/pdf")


def envelope() -> bytes:
    return seal_envelope(signed(letter()), {}, HELD[THEM].opening.public)


def header_bytes() -> bytes:
    return encode(parse_envelope(envelope()).header())


def test_the_golden_header_has_the_bytes_it_always_had():
    assert header_bytes() == (GOLDEN / "header.json").read_bytes()


def test_what_was_sealed_comes_out_with_its_content_keys():
    whole = signed(letter(attachments=(ATTACHED,)))
    data = seal_envelope(whole, {ATTACHED.digest: bytes(range(39))}, HELD[THEM].opening.public)
    opened = open_envelope(parse_envelope(data), HELD[THEM].opening)
    assert opened.signed == whole
    assert opened.content_keys == {ATTACHED.digest: bytes(range(39))}


def test_a_retry_seals_to_other_bytes_and_stays_the_same_message():
    first, second = envelope(), envelope()
    assert first != second
    assert len({open_envelope(parse_envelope(data), HELD[THEM].opening).signed.digest for data in (first, second)}) == 1


def test_neither_content_nor_content_key_shows_outside():
    whole = signed(letter(attachments=(ATTACHED,)))
    data = seal_envelope(whole, {ATTACHED.digest: bytes(range(39))}, HELD[THEM].opening.public)
    assert set(decode(data)["header"]) == {
        "protocol", "suite", "sender", "recipient", "sender_key", "recipient_key", "id",
    }  # fmt: skip
    assert b"request.transmitted" not in data
    assert b"annexe" not in data


def test_nobody_but_the_recipient_opens_it():
    outside = parse_envelope(envelope())
    with pytest.raises(BrokenError):
        open_envelope(outside, HELD[US].opening)
    with pytest.raises(BrokenError):
        open_envelope(replace(outside, recipient_key=HELD[US].opening.key_id), HELD[US].opening)


@pytest.mark.parametrize("member", ["sender", "recipient", "sender_key", "id"])
def test_the_seal_is_bound_to_every_member_of_the_header(member):
    outside = parse_envelope(envelope())
    other = {"sender": "GB-UKCA", "recipient": "GB-UKCA", "sender_key": "sig-0", "id": letter(9).id}[member]
    with pytest.raises(BrokenError):
        open_envelope(replace(outside, **{member: other}), HELD[THEM].opening)


def test_an_envelope_too_large_is_refused_before_it_is_parsed():
    with pytest.raises(EnvelopeRejectedError) as refused:
        parse_envelope(b"[" * (MAX_ENVELOPE_BYTES + 1))
    assert refused.value.rejection is RejectionCode.TOO_LARGE


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{}",
        b"null",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"header":{},"sealed":""}',
        b'{"header":{},"header":{},"sealed":""}',
        encode({"header": [], "sealed": ""}),
        encode({"header": {"protocol": 1}, "sealed": ""}),
        b" " + encode({"header": {}, "sealed": ""}),
    ],
)
def test_hostile_bytes_are_malformed(data):
    with pytest.raises(EnvelopeRejectedError) as refused:
        parse_envelope(data)
    assert refused.value.rejection is RejectionCode.MALFORMED


@pytest.mark.parametrize("change", [{"protocol": "comity/2"}, {"suite": "HPKE-v1/X25519"}])
def test_another_protocol_or_suite_is_named_as_such(change):
    with pytest.raises(EnvelopeRejectedError) as refused:
        parse_envelope(sealed_as(signed(letter()), **change))
    assert refused.value.rejection is RejectionCode.UNSUPPORTED_VERSION


def inside(value: object) -> Envelope:
    """An envelope that seals any JSON value for the recipient."""
    whole = signed(letter())
    blank = replace(parse_envelope(sealed_as(whole)), sealed=b"")
    return replace(blank, sealed=seal(HELD[THEM].opening.public, blank.header(), encode(value)))


KEY = "A" * 52


@pytest.mark.parametrize(
    "change",
    [
        {"keys": None},
        {"keys": []},
        {"keys": {"ab" * 32: KEY}},
        {"keys": {"ab" * 32: "short"}},
        {"message": ""},
        {"message": 3},
        {"signature": {}},
        {"signature": None},
        {"more": 1},
    ],
)
def test_a_sealed_part_of_another_form_is_refused(change):
    whole = signed(letter())
    with pytest.raises(ComityError):
        open_envelope(inside({**whole.to_json(), "keys": {}} | change), HELD[THEM].opening)


@pytest.mark.parametrize("keys", [{}, {"cd" * 32: bytes(39)}, {ATTACHED.digest: bytes(38)}])
def test_each_attachment_has_exactly_its_content_key(keys):
    data = seal_envelope(signed(letter(attachments=(ATTACHED,))), keys, HELD[THEM].opening.public)
    with pytest.raises(InvalidInputError):
        open_envelope(parse_envelope(data), HELD[THEM].opening)
