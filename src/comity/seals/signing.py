"""Signing and verifying: both halves of the hybrid signature must verify, each bound to the kind of thing signed."""

from typing import Protocol

from cryptography.exceptions import InvalidSignature

from comity.seals.keys import SigningKey, VerifyingKey
from comity.seals.signature import SIGNATURE_SUITE, Signature, domain
from comity.values.errors import BrokenError

__all__ = ["SIGNATURE_SUITE", "NoteSigner", "Signature", "Signer", "SigningKey", "verify"]


class Signer(Protocol):
    """Whatever signs for an authority: a key in memory, or a module that never lets the key out."""

    @property
    def key_id(self) -> str: ...

    @property
    def public(self) -> VerifyingKey: ...

    def sign(self, kind: str, content: bytes) -> Signature: ...


class NoteSigner(Signer, Protocol):
    """A signer that also signs the bare text of a C2SP note, as a log's checkpoints need."""

    def sign_note(self, body: bytes) -> Signature: ...


def verify(key: VerifyingKey, kind: str, content: bytes, signature: Signature) -> None:
    """Return if both halves hold for this key, kind and content.

    Raises BrokenError `seal:suite`, `seal:key`, `seal:ed25519` or `seal:mldsa`, naming the first thing that does not.
    """
    context = domain(kind)
    expect_suite_and_key(key, signature)
    verify_ed25519(key, context + b"\x00" + content, signature.ed25519)
    verify_mldsa(key, context, content, signature.mldsa)


def expect_suite_and_key(key: VerifyingKey, signature: Signature) -> None:
    if signature.suite != SIGNATURE_SUITE:
        raise BrokenError(
            f"The signature is of the suite '{signature.suite[:40]}'; this node verifies {SIGNATURE_SUITE}.",
            code="seal:suite",
        )
    if signature.key_id != key.key_id:
        raise BrokenError(f"The signature names the key {signature.key_id[:40]}, not {key.key_id}.", code="seal:key")


def verify_ed25519(key: VerifyingKey, covered: bytes, half: bytes) -> None:
    """The classical half alone, over exactly the bytes it covers (RFC 8032)."""
    try:
        key.ed25519_key.verify(half, covered)
    except InvalidSignature as error:
        raise BrokenError(
            f"The Ed25519 half of the signature by {key.key_id} does not hold.", code="seal:ed25519"
        ) from error


def verify_mldsa(key: VerifyingKey, context: bytes, content: bytes, half: bytes) -> None:
    """The post-quantum half alone, under its context string (FIPS 204, algorithm 3)."""
    try:
        key.mldsa_key.verify(half, content, context)
    except InvalidSignature as error:
        raise BrokenError(
            f"The ML-DSA-65 half of the signature by {key.key_id} does not hold.", code="seal:mldsa"
        ) from error
