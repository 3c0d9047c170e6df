"""Keys: named by their fingerprint, never printed, refused where they are read if they are not keys."""

import hashlib

import pytest

from comity.seals.canonical import decode, encode, from_b64, sha256_hex, to_b64
from comity.seals.keys import OpeningKey, SealingKey, SigningKey, VerifyingKey
from comity.seals.signing import verify
from comity.values.errors import InvalidInputError

SIGNING = SigningKey.from_seeds(bytes(32), bytes(range(32)))
OPENING = OpeningKey.from_bytes(bytes(range(96)))


def test_a_signing_key_comes_back_from_its_seeds():
    key = SigningKey.generate()
    again = SigningKey.from_seeds(*key.seeds())
    assert again.public == key.public
    verify(key.public, "message", b"x", again.sign("message", b"x"))


def test_an_opening_key_comes_back_from_its_bytes():
    key = OpeningKey.generate()
    assert len(key.to_bytes()) == 96
    assert OpeningKey.from_bytes(key.to_bytes()).public == key.public


@pytest.mark.parametrize("key", [SIGNING.public, OPENING.public], ids=["verifying", "sealing"])
def test_a_public_key_crosses_as_canonical_json_and_its_fingerprint_is_the_digest_of_that(key):
    wire = encode(key.to_json())
    again = type(key).from_json(decode(wire))
    assert again == key
    assert again.fingerprint == key.fingerprint == sha256_hex(wire)
    assert key.key_id.split("-")[1] == key.fingerprint[:16]
    assert key.key_id.split("-")[0] in {"sig", "seal"}


def test_sizes_are_those_of_the_standards():
    assert (len(SIGNING.public.ed25519), len(SIGNING.public.mldsa)) == (32, 1952)
    assert len(OPENING.public.raw) == 1184 + 32


def test_private_keys_do_not_print_themselves():
    for key, secret in ((SIGNING, SIGNING.seeds()[1]), (OPENING, OPENING.to_bytes())):
        assert secret.hex()[:16] not in repr(key)
        assert to_b64(secret)[:16] not in repr(key)
        assert key.key_id in repr(key)


@pytest.mark.parametrize(
    "change",
    [
        {"suite": "Ed25519"},
        {"suite": None},
        {"ed25519": None},
        {"ed25519": to_b64(bytes(31))},
        {"mldsa": to_b64(bytes(1951))},
        {"mldsa": "é"},
        {"ed25519": 5},
    ],
)
def test_what_is_not_a_verifying_key_is_refused_where_it_is_read(change):
    with pytest.raises(InvalidInputError) as caught:
        VerifyingKey.from_json({**SIGNING.public.to_json(), **change})
    assert caught.value.code in {"seal:key-form", "canonical:base64"}


@pytest.mark.parametrize(
    "change", [{"suite": "X25519"}, {"public": to_b64(bytes(1215))}, {"public": ""}, {"public": 1}]
)
def test_what_is_not_a_sealing_key_is_refused_where_it_is_read(change):
    with pytest.raises(InvalidInputError) as caught:
        SealingKey.from_json({**OPENING.public.to_json(), **change})
    assert caught.value.code == "seal:key-form"


def test_an_ml_kem_key_with_an_unreduced_coefficient_is_refused():
    """FIPS 203, 7.2: the modulus check."""
    raw = b"\xff\xff\xff" + OPENING.public.raw[3:]
    with pytest.raises(InvalidInputError):
        SealingKey(raw)


@pytest.mark.parametrize("value", [None, [], "key", 5])
def test_a_key_that_is_no_object_is_refused(value):
    for kind in (VerifyingKey, SealingKey):
        with pytest.raises(InvalidInputError):
            kind.from_json(value)


@pytest.mark.parametrize(("ed25519", "mldsa"), [(bytes(31), bytes(32)), (bytes(32), bytes(33)), (b"", b"")])
def test_seeds_of_another_size_are_refused(ed25519, mldsa):
    with pytest.raises(InvalidInputError) as caught:
        SigningKey.from_seeds(ed25519, mldsa)
    assert caught.value.code == "seal:key-form"


@pytest.mark.parametrize("size", [0, 64, 95, 97])
def test_an_opening_key_of_another_size_is_refused(size):
    with pytest.raises(InvalidInputError) as caught:
        OpeningKey.from_bytes(bytes(size))
    assert caught.value.code == "seal:key-form"


def test_a_key_of_the_draft_hybrid_kem_is_the_published_one():
    """draft-ietf-hpke-pq-03, A.5: the key pair of KEM 25722 (its `enc` is cut short in print, so it cannot be opened).

    The draft expands a 32-byte seed by SHAKE256 to the 96 bytes kept here; first and last 32 bytes of `pkRm`.
    """
    seed = bytes.fromhex("56caee1294459fc2f369b0262b0a35f9783c547aedfcca0ad4f0d30e9e907663")
    raw = OpeningKey.from_bytes(hashlib.shake_256(seed).digest(96)).public.raw
    assert raw[:32].hex() == "25165a85c6450338519454bb15404c835307cc3bb261a39df9958c7e5cadcbf9"
    assert raw[-32:].hex() == "ed341de14f5e4e780f21450f814a2f9a15cd912305f5f02c7ff919d7aa6bdc2b"


def test_json_holds_the_raw_bytes():
    assert from_b64(SIGNING.public.to_json()["ed25519"]) == SIGNING.public.ed25519
