"""A message has one spelling, one digest, and no signature of it serves any other purpose."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.exchange.message import Attachment, Message, SignedMessage
from comity.seals.canonical import decode, encode, sha256_hex
from comity.values.errors import BrokenError, InvalidInputError
from comity.values.handling import Handling, UseCondition
from tests.conftest import MOMENT
from tests.exchange.conftest import HELD, THEM, US, letter, signed

GOLDEN = Path(__file__).parent.parent / "golden" / "exchange"


def full_letter() -> Message:
    """A message with every member filled in: the golden one."""
    return letter(
        7,
        follows=("ab" * 32,),
        handling=Handling.H2,
        conditions=(UseCondition("specialty", "Only for this proceeding", "Art. 15", MOMENT.date()),),
        basis="BILATERAL-CH-CO-MLA-2011",
        attachments=(Attachment("cd" * 32, 200_000_000, "relevés €.pdf", "application/pdf", str(letter().dossier)),),
    )


def test_the_golden_message_has_the_bytes_and_digest_it_always_had():
    assert full_letter().content == (GOLDEN / "message.json").read_bytes()
    assert full_letter().digest == (GOLDEN / "message.digest").read_text().strip()


def test_reading_the_content_gives_the_message_back():
    read = Message.from_content(full_letter().content)
    assert read == full_letter()
    assert read.digest == sha256_hex(full_letter().content)


texts = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=40)
bodies = st.recursive(
    texts | st.integers(-(2**53) + 1, 2**53 - 1) | st.booleans() | st.none(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(texts, bodies, max_size=6), texts, st.sampled_from(list(Handling)))
@settings(max_examples=60)
def test_whatever_a_message_says_reading_its_content_gives_it_back(body, purpose, handling):
    message = letter(1, body=body, purpose=purpose, handling=handling)
    read = Message.from_content(message.content)
    assert (read.body, read.purpose, read.handling, read.digest) == (body, purpose, handling, message.digest)


BAD = {
    "version": [0, 2, "1", None],
    "type": ["request", "Request.sent", "a.b.c.d", "receipt", "", 3, "request." + "a" * 60],
    "id": ["", "not-a-uuid", "0192F3C4-0000-7000-8000-000000000000", None],
    "sender": ["", "ch-foj", "CH-FOJ:x", "CH-" + "X" * 20, 5],
    "recipient": ["", "FOJ", None],
    "dossier": ["", "CH-FOJ", "CH-FOJ:dossier:1", None],
    "follows": [["ab"], ["ab" * 32, "ab" * 32], ["AB" * 32], "ab" * 32, ["ab" * 32] * 65, [None]],
    "purpose": [None, 3, "x" * 2001],
    "handling": ["H9", "", None],
    "conditions": [[{}], [{"kind": "x", "text": "t", "provision": "p", "until": "2026-02-30"}], {}],
    "basis": [None, "x" * 201],
    "at": ["", "2026-11-21", "2026-11-21T09:30:00Z", "2026-02-30T09:30:00.000Z", 0],
    "body": [None, [], "text"],
    "attachments": [[{}], [{"digest": "x"}], None],
}


@pytest.mark.parametrize(("member", "value"), [(m, v) for m, values in BAD.items() for v in values])
def test_a_member_of_another_form_is_refused_with_its_place(member, value):
    content = encode(decode(full_letter().content) | {member: value})
    with pytest.raises(InvalidInputError) as refused:
        Message.from_content(content)
    assert refused.value.code in {"message:form", "message:version"}
    assert refused.value.place.startswith(member[:6]) or refused.value.code == "message:version"


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"purpose": "a\0b"}, "purpose"),
        ({"body": {"text": {"es": "\0"}}}, "body.text.es"),
        ({"body": {"list": [{"x": ["ok", "\0"]}]}}, "body.list[0].x[1]"),
        ({"body": {"parts": {"\0": 1}}}, "body.parts"),
        ({"attachments": [Attachment("ab" * 32, 1, "a\0.pdf", "b").to_json()]}, "attachments[0].name"),
    ],
)
def test_the_character_that_one_database_cannot_keep_is_refused_with_its_place(change, place):
    content = encode(decode(full_letter().content) | change)
    with pytest.raises(InvalidInputError) as refused:
        Message.from_content(content)
    assert (refused.value.code, refused.value.place) == ("message:text", place)


def test_it_is_refused_before_anyone_signs_and_its_spelling_as_text_is_not_mistaken_for_it():
    with pytest.raises(InvalidInputError) as refused:
        signed(letter(body={"text": "\0"}))
    assert refused.value.code == "message:text"
    assert signed(letter(body={"text": "\\u0000"})).message.body == {"text": "\\u0000"}


@pytest.mark.parametrize("member", sorted(decode(full_letter().content)))
def test_a_member_may_neither_be_missing_nor_stand_beside_an_unknown_one(member):
    content = decode(full_letter().content)
    with pytest.raises(InvalidInputError):
        Message.from_content(encode({name: value for name, value in content.items() if name != member}))
    with pytest.raises(InvalidInputError):
        Message.from_content(encode(content | {member + "x": content[member]}))


def test_the_same_content_attached_twice_is_refused():
    twice = letter(attachments=(Attachment("ab" * 32, 1, "a", "b"), Attachment("ab" * 32, 1, "c", "b")))
    with pytest.raises(InvalidInputError):
        SignedMessage.sign(twice, HELD[US].signing)


def test_a_message_too_large_to_cross_is_refused_before_it_is_signed():
    with pytest.raises(InvalidInputError) as refused:
        signed(letter(body={"text": "x" * (2 << 20)}))
    assert refused.value.code == "message:size"


def test_what_its_reader_would_refuse_is_refused_before_it_is_signed():
    with pytest.raises(InvalidInputError):
        signed(letter(type="receipt"))


@pytest.mark.parametrize(
    "change",
    [
        {"type": "request.closed"},
        {"sender": THEM},
        {"recipient": "GB-UKCA"},
        {"purpose": "another"},
        {"handling": Handling.H1},
        {"follows": ("ef" * 32,)},
        {"body": {}},
        {"dossier": replace(letter().dossier, authority=THEM)},
        {"attachments": ()},
        {"conditions": ()},
        {"basis": "UNTOC"},
    ],
)
def test_the_signature_covers_every_member(change):
    whole = signed(full_letter())
    whole.verify(HELD[US].signing.public)
    altered = replace(full_letter(), **change)
    with pytest.raises(BrokenError):
        SignedMessage(altered, altered.content, whole.signature).verify(HELD[US].signing.public)


def test_the_json_form_carries_content_and_signature_and_nothing_secret():
    whole = signed(full_letter())
    assert SignedMessage.from_json(whole.to_json()) == whole
    assert sorted(whole.to_json()) == ["message", "signature"]
