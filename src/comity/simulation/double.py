"""A double of the signatures for the greater part of the seeds: each half is a keyed hash over the very same bytes.

Public keys, key ids, domains and lengths are those of the real pair of the same seeds, so that a federation tells one
story with either. A keyed half is believed between `with Double()` and its end and nowhere else: who makes it holds the
secret, no real key knows it, and to the real algorithms it is no signature. Nothing outside the simulation may import
this module (`.importlinter`).
"""

import hmac
import os
from contextlib import ExitStack
from hashlib import blake2b
from typing import Any, Self, cast

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA65PrivateKey

from comity.seals.keys import SigningKey, VerifyingKey
from comity.seals.signature import ED25519_SIGNATURE_BYTES, MLDSA_SIGNATURE_BYTES

_NONCE = 16
_TAG = 48
_HALVES = ("ed25519_key", "mldsa_key")


class _Half:
    """One half of a double pair, private and public at once: knows its secret, and the real public key's bytes."""

    def __init__(self, secret: bytes, public: bytes, length: int) -> None:
        self._secret, self._public, self._length = secret, public, length

    def public_key(self) -> "_Half":
        return self

    def public_bytes_raw(self) -> bytes:
        return self._public

    def sign(self, content: bytes, context: bytes = b"") -> bytes:
        """A nonce, the keyed hash, and zeros up to a real signature's length: as with ML-DSA, never twice the same."""
        nonce = os.urandom(_NONCE)
        return (nonce + self._tag(nonce, content, context)).ljust(self._length, b"\x00")

    def verify(self, signature: bytes, content: bytes, context: bytes = b"") -> None:
        nonce = signature[:_NONCE]
        told = (nonce + self._tag(nonce, content, context)).ljust(self._length, b"\x00")
        if not hmac.compare_digest(signature, told):
            raise InvalidSignature

    def _tag(self, nonce: bytes, content: bytes, context: bytes) -> bytes:
        covered = len(context).to_bytes(2) + context + content
        return blake2b(nonce + covered, digest_size=_TAG, key=self._secret).digest()


class Double:
    """While it is entered, keys made by `signing_key` sign and verify by keyed hash; all other keys as ever."""

    def __init__(self) -> None:
        self._known: dict[bytes, _Half] = {}
        self._within = ExitStack()
        self._entered = 0

    def signing_key(self, ed25519: bytes, mldsa: bytes) -> SigningKey:
        """The double of the key of these two seeds, under the same public key and name."""
        real = SigningKey.from_seeds(ed25519, mldsa).public
        secret = os.urandom(32)
        halves = (
            _Half(secret + b"1", real.ed25519, ED25519_SIGNATURE_BYTES),
            _Half(secret + b"2", real.mldsa, MLDSA_SIGNATURE_BYTES),
        )
        self._known |= {half.public_bytes_raw(): half for half in halves}
        return SigningKey(cast("Ed25519PrivateKey", halves[0]), cast("MLDSA65PrivateKey", halves[1]))

    def __enter__(self) -> Self:
        self._entered += 1
        if self._entered > 1:
            return self
        for name, member in zip(_HALVES, ("ed25519", "mldsa"), strict=True):
            real = vars(VerifyingKey)[name]
            setattr(VerifyingKey, name, property(self._verifier(real, member)))
            self._within.callback(setattr, VerifyingKey, name, real)
        return self

    def __exit__(self, *_error: object) -> None:
        self._entered -= 1
        if not self._entered:
            self._within.close()

    def _verifier(self, real: Any, member: str) -> Any:
        """What verifies one half of a key: the double of it where there is one, else the real algorithm."""

        def half(key: VerifyingKey) -> Any:
            return self._known.get(getattr(key, member)) or real.__get__(key, VerifyingKey)

        return half


class Real:
    """The real cryptography behind the same two verbs."""

    def signing_key(self, ed25519: bytes, mldsa: bytes) -> SigningKey:
        return SigningKey.from_seeds(ed25519, mldsa)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        """Nothing was put in anyone's place."""


Cryptography = Double | Real


def cryptography_of(seed: int) -> Cryptography:
    """Real in a tenth of the seeds, of which as many are even as odd: letters and whole dossiers go by turns."""
    return Real() if is_real(seed) else Double()


def is_real(seed: int) -> bool:
    return seed % 20 in (0, 11)
