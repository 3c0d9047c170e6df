"""A founder's key within the framework: our hybrid signature, of which both halves must hold."""

from typing import Any

from securesystemslib.exceptions import UnverifiedSignatureError
from securesystemslib.signer import KEY_FOR_TYPE_AND_SCHEME, Key, SecretsHandler, Signature
from securesystemslib.signer import Signer as FrameworkSigner

from comity.seals import signing
from comity.seals.canonical import decode, encode, from_b64, to_b64
from comity.seals.keys import VerifyingKey
from comity.seals.signature import SIGNATURE_SUITE
from comity.values.errors import ComityError, InvalidInputError

KIND = "directory"
"""What the signatures are domain-separated by; root, targets, snapshot and timestamp name themselves within."""
KEY_TYPE, SCHEME = "comity", SIGNATURE_SUITE


class FounderKey(Key):
    """A verifying key under its own fingerprint: one key cannot count twice towards a threshold."""

    def __init__(self, public: VerifyingKey) -> None:
        super().__init__(public.fingerprint, KEY_TYPE, SCHEME, public.to_json())
        self.public = public

    @classmethod
    def from_dict(cls, keyid: str, key_dict: dict[str, Any]) -> "FounderKey":
        try:
            key = cls(VerifyingKey.from_json(key_dict["keyval"]))
        except (ComityError, TypeError) as error:
            raise ValueError("This is not a founder's key.") from error
        if set(key_dict) != {"keytype", "scheme", "keyval"} or keyid != key.keyid:
            raise ValueError("A founder's key is named by its own fingerprint and has no further members.")
        return key

    def to_dict(self) -> dict[str, Any]:
        return self._to_dict()

    def verify_signature(self, signature: Signature, data: bytes) -> None:
        try:
            stated = signing.Signature.from_json(decode(bytes.fromhex(signature.signature)))
            signing.verify(self.public, KIND, data, stated)
        except (ComityError, ValueError) as error:
            raise UnverifiedSignatureError(f"The signature of {self.public.key_id} does not hold.") from error


class FounderSigner(FrameworkSigner):
    """Signs for a founder with whatever signs in this house."""

    def __init__(self, signer: signing.Signer) -> None:
        self._signer = signer

    @classmethod
    def from_priv_key_uri(
        cls,
        priv_key_uri: str,
        public_key: Key,  # noqa: ARG003 - the signature is the framework's
        secrets_handler: SecretsHandler | None = None,  # noqa: ARG003 - the same
    ) -> "FounderSigner":
        """Private keys are handed in, never named by an address."""
        raise ValueError(f"No key is read from {priv_key_uri}.")

    @property
    def public_key(self) -> FounderKey:
        return FounderKey(self._signer.public)

    def sign(self, payload: bytes) -> Signature:
        signature = encode(self._signer.sign(KIND, payload).to_json())
        return Signature(self._signer.public.fingerprint, signature.hex())


KEY_FOR_TYPE_AND_SCHEME[(KEY_TYPE, SCHEME)] = FounderKey


def public_file(public: VerifyingKey) -> bytes:
    """A founder's public key as the file she hands to the others."""
    return encode({"founder": to_b64(encode(public.to_json()))})


def read_public_file(data: bytes) -> VerifyingKey:
    """Raises InvalidInputError `directory:founder` for another file."""
    try:
        value = decode(data, max_bytes=1 << 16)
        return VerifyingKey.from_json(decode(from_b64(value["founder"])))
    except (ComityError, KeyError, TypeError, ValueError) as error:
        raise InvalidInputError("This is not a founder's public key.", code="directory:founder") from error
