"""What is sealed to one opens for that one, under that header, or not at all."""

import pytest
from cryptography.hazmat.bindings._rust import openssl
from cryptography.hazmat.primitives import hpke
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.seals.keys import OpeningKey
from comity.seals.sealing import open_sealed, seal
from comity.values.errors import BrokenError, InvalidInputError

KEY = OpeningKey.from_bytes(bytes(range(96)))
HEADER = {"version": 1, "sender": "CH-FOJ", "recipient": "CO-MJD", "id": "0192f3c4"}
SEALED = seal(KEY.public, HEADER, b"the reference only")


def refused(key, header, sealed) -> None:
    with pytest.raises(BrokenError) as caught:
        open_sealed(key, header, sealed)
    assert caught.value.code == "seal:sealed"


@settings(max_examples=25)
@given(st.binary(max_size=300), st.dictionaries(st.text("abc"), st.integers(0, 9)))
def test_what_is_sealed_opens_under_its_header(plaintext, header):
    assert open_sealed(KEY, header, seal(KEY.public, header, plaintext)) == plaintext


def test_the_order_of_the_header_does_not_matter_but_every_word_of_it_does():
    assert open_sealed(KEY, dict(reversed(HEADER.items())), SEALED)
    for name in HEADER:
        refused(KEY, {**HEADER, name: "other"}, SEALED)
        refused(KEY, {other: value for other, value in HEADER.items() if other != name}, SEALED)
    refused(KEY, {**HEADER, "more": None}, SEALED)


def test_nobody_else_opens_it():
    refused(OpeningKey.generate(), HEADER, SEALED)


def test_every_single_bit_counts():
    for bit in range(len(SEALED) * 8):
        changed = bytearray(SEALED)
        changed[bit // 8] ^= 1 << bit % 8
        refused(KEY, HEADER, bytes(changed))


def test_every_truncation_is_refused():
    for length in range(len(SEALED)):
        refused(KEY, HEADER, SEALED[:length])
    refused(KEY, HEADER, SEALED + b"\x00")


def test_encapsulated_key_and_ciphertext_of_two_envelopes_do_not_mix():
    other = seal(KEY.public, HEADER, b"the reference ONLY")
    encapsulated = 1088 + 32
    refused(KEY, HEADER, SEALED[:encapsulated] + other[encapsulated:])


def test_sealing_again_gives_other_bytes():
    assert seal(KEY.public, HEADER, b"the reference only") != SEALED


def test_a_header_without_canonical_spelling_is_refused():
    with pytest.raises(InvalidInputError):
        seal(KEY.public, {"at": 0.5}, b"")


def test_rfc_9180_a_1_1_opens_with_the_library_underneath():
    """RFC 9180, A.1.1 (X25519, HKDF-SHA256, AES-128-GCM, base mode, sequence number 0).

    Only opening can be fed: the library draws its ephemeral key itself, so no published ciphertext can be sealed again.
    RFC 9180 has no vector of our suite; its vectors carry `aad`, which the library takes by a private function only.
    """
    suite = hpke.Suite(hpke.KEM.X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.AES_128_GCM)
    key = X25519PrivateKey.from_private_bytes(
        bytes.fromhex("4612c550263fc8ad58375df3f557aac531d26850903e55a9f23f21d8534e8ac8")
    )
    encapsulated = bytes.fromhex("37fda3567bdbd628e88668c3c8d7e97d1d1253b6d4ea6d44c150f741f1bf4431")
    ciphertext = bytes.fromhex(
        "f938558b5d72f1a23810b4be2ab4f84331acc02fc97babc53a52ae8218a355a96d8770ac83d07bea87e13c512a"
    )
    opened = openssl.hpke._decrypt_with_aad(
        suite, encapsulated + ciphertext, key, info=b"Ode on a Grecian Urn", aad=b"Count-0"
    )
    assert opened == b"Beauty is truth, truth beauty"
