"""Sealing to one recipient: HPKE base mode (RFC 9180) with a hybrid KEM, bound to the header it travels under."""

import hashlib
from collections.abc import Mapping
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from comity.seals.canonical import encode
from comity.seals.keys import SEALING_SUITE, OpeningKey, SealingKey
from comity.values.errors import BrokenError

__all__ = ["SEALING_SUITE", "open_sealed", "seal"]

_SUITE = Suite(KEM.MLKEM768_X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)


def seal(key: SealingKey, header: Mapping[str, Any], plaintext: bytes) -> bytes:
    """Encapsulated key and ciphertext; opens only with the same header, whose SHA-256 is HPKE's `info`."""
    return _SUITE.encrypt(plaintext, key.hpke_key, info=_info(header))


def open_sealed(key: OpeningKey, header: Mapping[str, Any], sealed: bytes) -> bytes:
    """The plaintext; raises BrokenError `seal:sealed` if key, header or any byte is not the one sealed with.

    Which of them it was cannot be told, and must not be.
    """
    try:
        return _SUITE.decrypt(sealed, key.hpke_key, info=_info(header))
    except (InvalidTag, ValueError) as error:
        raise BrokenError(
            f"The envelope does not open with {key.key_id} under its header. Nothing of it was read.",
            code="seal:sealed",
        ) from error


def _info(header: Mapping[str, Any]) -> bytes:
    return hashlib.sha256(encode(dict(header))).digest()
