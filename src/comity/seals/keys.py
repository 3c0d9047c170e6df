"""Keys of an authority: the pair that signs (Ed25519 and ML-DSA-65) and the one that opens (MLKEM768-X25519).

A key is named by its fingerprint, SHA-256 of the canonical JSON of its public half; the key id is its beginning.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA65PrivateKey, MLDSA65PublicKey
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey, MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import MLKEM768X25519PrivateKey, MLKEM768X25519PublicKey

from comity.seals.canonical import digest_of, from_b64, to_b64
from comity.seals.signature import SIGNATURE_SUITE, Signature, domain
from comity.values.errors import InvalidInputError

SEALING_SUITE = "HPKE-v1/MLKEM768-X25519/HKDF-SHA256/AES-256-GCM"
MLKEM_PUBLIC_BYTES = 1184
MLKEM_SEED_BYTES = 64
X25519_BYTES = 32
NOTE_KIND = "checkpoint"


@dataclass(frozen=True)
class VerifyingKey:
    """The public half of a signing key: Ed25519 (32 bytes) and ML-DSA-65 (1952 bytes)."""

    ed25519: bytes
    mldsa: bytes

    def __post_init__(self) -> None:
        """A key that cannot be loaded is refused where it is read, not where it is first used."""
        try:
            _ = (self.ed25519_key, self.mldsa_key)
        except ValueError as error:
            raise InvalidInputError("These bytes are not a verifying key.", code="seal:key-form") from error

    def __repr__(self) -> str:
        return f"VerifyingKey({self.key_id})"

    @cached_property
    def ed25519_key(self) -> Ed25519PublicKey:
        return Ed25519PublicKey.from_public_bytes(self.ed25519)

    @cached_property
    def mldsa_key(self) -> MLDSA65PublicKey:
        return MLDSA65PublicKey.from_public_bytes(self.mldsa)

    @cached_property
    def fingerprint(self) -> str:
        return digest_of(self.to_json())

    @property
    def key_id(self) -> str:
        return "sig-" + self.fingerprint[:16]

    def to_json(self) -> dict[str, Any]:
        return {"suite": SIGNATURE_SUITE, "ed25519": to_b64(self.ed25519), "mldsa": to_b64(self.mldsa)}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "VerifyingKey":
        """Read a public key; raises InvalidInputError `seal:key-form` for another suite or other bytes."""
        _expect_members(value, SIGNATURE_SUITE, ("ed25519", "mldsa"))
        return cls(from_b64(value["ed25519"]), from_b64(value["mldsa"]))


class SigningKey:
    """The private pair that signs for an authority; itself a Signer. Never printed, never in the database."""

    def __init__(self, ed25519: Ed25519PrivateKey, mldsa: MLDSA65PrivateKey) -> None:
        self._ed25519 = ed25519
        self._mldsa = mldsa
        self.public = VerifyingKey(ed25519.public_key().public_bytes_raw(), mldsa.public_key().public_bytes_raw())

    def __repr__(self) -> str:
        return f"SigningKey({self.key_id})"

    @classmethod
    def generate(cls) -> "SigningKey":
        return cls(Ed25519PrivateKey.generate(), MLDSA65PrivateKey.generate())

    @classmethod
    def from_seeds(cls, ed25519: bytes, mldsa: bytes) -> "SigningKey":
        """The key of two 32-byte seeds (RFC 8032, 5.1.5; FIPS 204, algorithm 6)."""
        try:
            return cls(Ed25519PrivateKey.from_private_bytes(ed25519), MLDSA65PrivateKey.from_seed_bytes(mldsa))
        except ValueError as error:
            raise InvalidInputError("A signing key has two seeds of 32 bytes.", code="seal:key-form") from error

    def seeds(self) -> tuple[bytes, bytes]:
        return self._ed25519.private_bytes_raw(), self._mldsa.private_bytes_raw()

    @property
    def key_id(self) -> str:
        return self.public.key_id

    def sign(self, kind: str, content: bytes) -> Signature:
        """Sign content as a thing of one kind: Ed25519 over a prefix and it, ML-DSA-65 under a context."""
        context = domain(kind)
        return Signature(
            SIGNATURE_SUITE,
            self.key_id,
            self._ed25519.sign(context + b"\x00" + content),
            self._mldsa.sign(content, context),
        )

    def sign_note(self, body: bytes) -> Signature:
        """Sign a C2SP note: Ed25519 over the bare text, as that format demands, ML-DSA-65 under our context.

        No other signature of ours can be mistaken for it: all others cover a zero byte, and a note must hold none.
        """
        if b"\x00" in body or not body.endswith(b"\n"):
            raise InvalidInputError("A note is text that ends in a line feed.", code="checkpoint:form")
        return Signature(
            SIGNATURE_SUITE, self.key_id, self._ed25519.sign(body), self._mldsa.sign(body, domain(NOTE_KIND))
        )


@dataclass(frozen=True)
class SealingKey:
    """The public half of an opening key: ML-KEM-768 (1184 bytes), then X25519 (32 bytes)."""

    raw: bytes

    def __post_init__(self) -> None:
        try:
            _ = self.hpke_key
        except ValueError as error:
            raise InvalidInputError("These bytes are not a sealing key.", code="seal:key-form") from error

    def __repr__(self) -> str:
        return f"SealingKey({self.key_id})"

    @cached_property
    def hpke_key(self) -> MLKEM768X25519PublicKey:
        return MLKEM768X25519PublicKey(
            MLKEM768PublicKey.from_public_bytes(self.raw[:MLKEM_PUBLIC_BYTES]),
            X25519PublicKey.from_public_bytes(self.raw[MLKEM_PUBLIC_BYTES:]),
        )

    @cached_property
    def fingerprint(self) -> str:
        return digest_of(self.to_json())

    @property
    def key_id(self) -> str:
        return "seal-" + self.fingerprint[:16]

    def to_json(self) -> dict[str, Any]:
        return {"suite": SEALING_SUITE, "public": to_b64(self.raw)}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "SealingKey":
        """Read a public key; raises InvalidInputError `seal:key-form` for another suite or other bytes."""
        _expect_members(value, SEALING_SUITE, ("public",))
        return cls(from_b64(value["public"]))


class OpeningKey:
    """The private key that opens what is sealed to an authority: 64-byte ML-KEM seed, then 32-byte X25519 key."""

    def __init__(self, mlkem: MLKEM768PrivateKey, x25519: X25519PrivateKey) -> None:
        self._mlkem = mlkem
        self._x25519 = x25519
        self.hpke_key = MLKEM768X25519PrivateKey(mlkem, x25519)
        self.public = SealingKey(mlkem.public_key().public_bytes_raw() + x25519.public_key().public_bytes_raw())

    def __repr__(self) -> str:
        return f"OpeningKey({self.key_id})"

    @classmethod
    def generate(cls) -> "OpeningKey":
        return cls(MLKEM768PrivateKey.generate(), X25519PrivateKey.generate())

    @classmethod
    def from_bytes(cls, data: bytes) -> "OpeningKey":
        try:
            return cls(
                MLKEM768PrivateKey.from_seed_bytes(data[:MLKEM_SEED_BYTES]),
                X25519PrivateKey.from_private_bytes(data[MLKEM_SEED_BYTES:]),
            )
        except ValueError as error:
            raise InvalidInputError("An opening key has 96 bytes.", code="seal:key-form") from error

    def to_bytes(self) -> bytes:
        return self._mlkem.private_bytes_raw() + self._x25519.private_bytes_raw()

    @property
    def key_id(self) -> str:
        return self.public.key_id


def _expect_members(value: Mapping[str, Any], suite: str, names: tuple[str, ...]) -> None:
    if not isinstance(value, Mapping) or value.get("suite") != suite:
        raise InvalidInputError(f"This is not a key of the suite {suite}.", code="seal:key-form")
    if not all(isinstance(value.get(name), str) for name in names):
        raise InvalidInputError(f"The key lacks {' or '.join(names)}.", code="seal:key-form")
