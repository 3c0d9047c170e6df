"""The keyring: every private key of a node in one file, encrypted under a passphrase; never in the database.

Per authority: a message key (Ed25519 with ML-DSA-65), a sealing key (MLKEM768-X25519) and an X.509 seal for
documents. Per node: the key that wraps content keys at rest, and the exchange port's TLS key.
The file is canonical JSON, locked (locked.py).
"""

import hmac
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from comity.authorities.locked import lock, unlock
from comity.seals import canonical
from comity.seals.keys import OpeningKey, SigningKey
from comity.values.errors import BrokenError, MissingError

_MAGIC = b"comity-keyring-1\n"
_NONCE = 12


@dataclass(frozen=True)
class AuthorityKeys:
    """The private keys of one authority."""

    signing: SigningKey
    opening: OpeningKey
    office_seal_key: bytes
    """PEM, X.509 ECDSA P-256: seals documents, nothing else."""
    office_seal_certificate: bytes
    earlier: tuple[OpeningKey, ...] = ()
    """Opening keys it had before, the latest first: what was sealed to them and is still on its way must open."""
    retiring: SigningKey | None = None
    """The message key that is being replaced, until the change is written everywhere; None at all other times."""


class Keyring:
    """What a node signs, opens and wraps with; handed in wherever it is needed, held by no module."""

    def __init__(
        self,
        wrapping_key: bytes,
        authorities: dict[str, AuthorityKeys],
        tls_key: bytes,
        tls_certificate: bytes,
        chance: Callable[[int], bytes],
        next_tls: tuple[bytes, bytes] | None = None,
    ) -> None:
        self.next_tls = next_tls
        """TLS key and certificate that take the place of those in use once every partner has been told."""
        self._wrapping = AESGCM(wrapping_key)
        self._wrapping_key = wrapping_key
        self._authorities = authorities
        self.tls_key = tls_key
        self.tls_certificate = tls_certificate
        self._chance = chance

    def authorities(self) -> tuple[str, ...]:
        return tuple(self._authorities)

    def of(self, authority: str) -> AuthorityKeys:
        if authority not in self._authorities:
            raise MissingError(
                f"This node's keyring holds no keys of {authority}.", code="keyring:authority", place=authority
            )
        return self._authorities[authority]

    def signer(self, authority: str) -> SigningKey:
        return self.of(authority).signing

    def opening_key(self, authority: str, key_id: str = "") -> OpeningKey:
        """The key that opens what is sealed to an authority: the one named, if it is or was the authority's."""
        held = self.of(authority)
        return next((key for key in held.earlier if key.key_id == key_id), held.opening)

    def office_seal(self, authority: str) -> tuple[bytes, bytes]:
        """The office's X.509 seal for documents: private key and certificate, both PEM."""
        keys = self.of(authority)
        return keys.office_seal_key, keys.office_seal_certificate

    def with_authority(self, code: str, keys: AuthorityKeys) -> "Keyring":
        held = {**self._authorities, code: keys}
        return Keyring(self._wrapping_key, held, self.tls_key, self.tls_certificate, self._chance, self.next_tls)

    def with_next_tls(self, next_tls: tuple[bytes, bytes] | None) -> "Keyring":
        """The same with other TLS keys in waiting."""
        own = (self.tls_key, self.tls_certificate)
        return Keyring(self._wrapping_key, self._authorities, *own, self._chance, next_tls)

    def with_tls(self, tls_key: bytes, tls_certificate: bytes) -> "Keyring":
        """The same with these TLS keys in use, and none in waiting."""
        return Keyring(self._wrapping_key, self._authorities, tls_key, tls_certificate, self._chance)

    def journal_key(self) -> bytes:
        """The key under which the journal of breakings of the glass is chained; it opens nothing."""
        return hmac.digest(self._wrapping_key, b"comity/1/glass-journal", "sha256")

    def wrap(self, context: str, secret: bytes) -> bytes:
        """Encrypt a content key for rest in the database, bound to what it is the key of."""
        nonce = self._chance(_NONCE)
        return nonce + self._wrapping.encrypt(nonce, secret, context.encode())

    def unwrap(self, context: str, wrapped: bytes) -> bytes:
        try:
            return self._wrapping.decrypt(wrapped[:_NONCE], wrapped[_NONCE:], context.encode())
        except InvalidTag as error:
            raise BrokenError(
                "A stored content key does not belong to this keyring or to this content.",
                code="keyring:wrapped",
                place=context,
            ) from error

    def to_file_bytes(self, passphrase: str) -> bytes:
        """The whole keyring, encrypted under the passphrase."""
        plain = canonical.encode(
            {
                "wrapping_key": canonical.to_b64(self._wrapping_key),
                "tls_key": canonical.to_b64(self.tls_key),
                "tls_certificate": canonical.to_b64(self.tls_certificate),
                "next_tls": [canonical.to_b64(part) for part in self.next_tls or ()],
                "authorities": {code: _keys_json(keys) for code, keys in self._authorities.items()},
            }
        )
        return lock(_MAGIC, plain, passphrase, self._chance)

    @classmethod
    def from_file_bytes(cls, data: bytes, passphrase: str, chance: Callable[[int], bytes]) -> "Keyring":
        """Raises `BrokenError` when the passphrase is wrong or the file was damaged; the two cannot be told apart."""
        plain = unlock(_MAGIC, data, passphrase)
        if plain is None:
            raise BrokenError(
                "The keyring does not open: the passphrase is wrong or the file is damaged.",
                code="keyring:passphrase",
                next_step="Check the passphrase file, or restore the keyring from a backup with comity node restore.",
            )
        value = canonical.decode(plain)
        return cls(
            canonical.from_b64(value["wrapping_key"]),
            {code: _keys_from_json(keys) for code, keys in value["authorities"].items()},
            canonical.from_b64(value["tls_key"]),
            canonical.from_b64(value["tls_certificate"]),
            chance,
            _pair([canonical.from_b64(part) for part in value.get("next_tls", ())]),
        )


def fingerprint_of_certificate(pem_or_der: bytes) -> str:
    """SHA-256 of a certificate's bytes as given, in hex."""
    return sha256(pem_or_der).hexdigest()


def _pair(parts: list[bytes]) -> tuple[bytes, bytes] | None:
    return (parts[0], parts[1]) if parts else None


def _keys_json(keys: AuthorityKeys) -> dict[str, Any]:
    ed25519, mldsa = keys.signing.seeds()
    return {
        "ed25519": canonical.to_b64(ed25519),
        "mldsa": canonical.to_b64(mldsa),
        "opening": canonical.to_b64(keys.opening.to_bytes()),
        "office_seal_key": canonical.to_b64(keys.office_seal_key),
        "office_seal_certificate": canonical.to_b64(keys.office_seal_certificate),
        "earlier": [canonical.to_b64(key.to_bytes()) for key in keys.earlier],
        "retiring": [canonical.to_b64(seed) for seed in keys.retiring.seeds()] if keys.retiring else [],
    }


def _keys_from_json(value: dict[str, Any]) -> AuthorityKeys:
    return AuthorityKeys(
        SigningKey.from_seeds(canonical.from_b64(value["ed25519"]), canonical.from_b64(value["mldsa"])),
        OpeningKey.from_bytes(canonical.from_b64(value["opening"])),
        canonical.from_b64(value["office_seal_key"]),
        canonical.from_b64(value["office_seal_certificate"]),
        tuple(OpeningKey.from_bytes(canonical.from_b64(key)) for key in value.get("earlier", ())),
        SigningKey.from_seeds(*map(canonical.from_b64, value["retiring"])) if value.get("retiring") else None,
    )
