"""A signature holds for one key, one kind and one content, and only if both halves do."""

import itertools
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.seals.canonical import decode, encode
from comity.seals.keys import SigningKey
from comity.seals.signature import ED25519_SIGNATURE_BYTES, MLDSA_SIGNATURE_BYTES, domain
from comity.seals.signing import SIGNATURE_SUITE, Signature, verify, verify_ed25519, verify_mldsa
from comity.values.errors import BrokenError, InvalidInputError

KEY = SigningKey.from_seeds(bytes(32), bytes(range(32)))
OTHER = SigningKey.from_seeds(bytes(range(32)), bytes(32))
CONTENT = b'{"text":"Fictional content"}'
SIGNATURE = KEY.sign("message", CONTENT)
KINDS = ["message", "receipt", "checkpoint", "custody", "directory", "release", "mess", "message.v2", "message-"]


def broken(*arguments) -> str:
    with pytest.raises(BrokenError) as caught:
        verify(*arguments)
    return caught.value.code


@settings(max_examples=25)
@given(st.binary(max_size=200), st.sampled_from(KINDS))
def test_what_is_signed_verifies(content, kind):
    signature = KEY.sign(kind, content)
    verify(KEY.public, kind, content, signature)
    assert Signature.from_json(decode(encode(signature.to_json()))) == signature
    assert (len(signature.ed25519), len(signature.mldsa)) == (ED25519_SIGNATURE_BYTES, MLDSA_SIGNATURE_BYTES)


@pytest.mark.parametrize(("signed", "read"), list(itertools.permutations(KINDS, 2)))
def test_a_signature_of_one_kind_is_none_of_another_in_either_half(signed, read):
    signature = KEY.sign(signed, CONTENT)
    assert broken(KEY.public, read, CONTENT, signature) == "seal:ed25519"
    with pytest.raises(BrokenError) as caught:
        verify_mldsa(KEY.public, domain(read), CONTENT, signature.mldsa)
    assert caught.value.code == "seal:mldsa"


def test_content_cannot_be_moved_into_the_kind():
    """`comity/1/a` and content `b` must not cover the bytes of kind `ab` and empty content."""
    signature = KEY.sign("message", b"x" + CONTENT)
    assert broken(KEY.public, "messagex", CONTENT, signature) == "seal:ed25519"


@pytest.mark.parametrize("kind", ["", "a\x00b", "Message", "a b", "é", "-a", "a" * 101, "a\n"])
def test_a_kind_that_could_blur_the_boundary_is_refused(kind):
    with pytest.raises(InvalidInputError) as caught:
        KEY.sign(kind, CONTENT)
    assert caught.value.code == "seal:kind"


def test_each_fault_has_its_name():
    assert broken(KEY.public, "message", CONTENT, replace(SIGNATURE, suite="Ed25519")) == "seal:suite"
    assert broken(OTHER.public, "message", CONTENT, SIGNATURE) == "seal:key"
    assert broken(OTHER.public, "message", CONTENT, replace(SIGNATURE, key_id=OTHER.key_id)) == "seal:ed25519"
    assert broken(KEY.public, "message", CONTENT + b" ", SIGNATURE) == "seal:ed25519"


def test_one_good_half_is_not_enough():
    foreign = OTHER.sign("message", CONTENT)
    assert broken(KEY.public, "message", CONTENT, replace(SIGNATURE, ed25519=foreign.ed25519)) == "seal:ed25519"
    assert broken(KEY.public, "message", CONTENT, replace(SIGNATURE, mldsa=foreign.mldsa)) == "seal:mldsa"
    assert broken(KEY.public, "message", CONTENT, replace(SIGNATURE, mldsa=b"")) == "seal:mldsa"
    assert broken(KEY.public, "message", CONTENT, replace(SIGNATURE, ed25519=b"")) == "seal:ed25519"


def flips(data: bytes):
    for bit in range(len(data) * 8):
        changed = bytearray(data)
        changed[bit // 8] ^= 1 << bit % 8
        yield bytes(changed)


def test_every_single_bit_of_the_ed25519_half_counts():
    covered = domain("message") + b"\x00" + CONTENT
    for changed in flips(SIGNATURE.ed25519):
        with pytest.raises(BrokenError):
            verify_ed25519(KEY.public, covered, changed)


def test_every_single_bit_of_the_ml_dsa_half_counts():
    for changed in flips(SIGNATURE.mldsa):
        with pytest.raises(BrokenError):
            verify_mldsa(KEY.public, domain("message"), CONTENT, changed)


def test_every_single_bit_of_the_content_counts():
    for changed in flips(CONTENT):
        assert broken(KEY.public, "message", changed, SIGNATURE) == "seal:ed25519"
        with pytest.raises(BrokenError):
            verify_mldsa(KEY.public, domain("message"), changed, SIGNATURE.mldsa)


@pytest.mark.parametrize("cut", [1, 32, 63])
def test_a_truncated_or_lengthened_half_is_refused(cut):
    for ed25519 in (SIGNATURE.ed25519[:cut], SIGNATURE.ed25519 + bytes(cut)):
        assert broken(KEY.public, "message", CONTENT, replace(SIGNATURE, ed25519=ed25519)) == "seal:ed25519"
    for mldsa in (SIGNATURE.mldsa[:-cut], SIGNATURE.mldsa + bytes(cut)):
        assert broken(KEY.public, "message", CONTENT, replace(SIGNATURE, mldsa=mldsa)) == "seal:mldsa"


@pytest.mark.parametrize(
    "change",
    [{"suite": 1}, {"key_id": None}, {"ed25519": "é"}, {"mldsa": "QQ=="}, {"mldsa": ["QQ"]}, {"ed25519": None}],
)
def test_a_malformed_signature_is_a_broken_proof(change):
    with pytest.raises(BrokenError) as caught:
        Signature.from_json({**SIGNATURE.to_json(), **change})
    assert caught.value.code == "seal:form"


@pytest.mark.parametrize("value", [None, [], "x", {}])
def test_a_signature_that_is_no_object_is_a_broken_proof(value):
    with pytest.raises(BrokenError):
        Signature.from_json(value)


def test_every_signature_names_its_suite_and_key():
    assert (SIGNATURE.suite, SIGNATURE.key_id) == (SIGNATURE_SUITE, KEY.public.key_id)


@pytest.mark.parametrize("body", [b"", b"no line feed", b"zero\x00byte\n"])
def test_a_note_that_could_be_mistaken_for_another_kind_is_not_signed(body):
    """Notes are signed without our prefix; all other signatures cover a zero byte, so a note must hold none."""
    with pytest.raises(InvalidInputError) as caught:
        KEY.sign_note(body)
    assert caught.value.code == "checkpoint:form"
