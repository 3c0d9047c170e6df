"""A hybrid signature and what it is made over: Ed25519 and ML-DSA-65, separated by the kind of thing signed."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from comity.seals.canonical import from_b64, to_b64
from comity.values.errors import BrokenError, InvalidInputError

SIGNATURE_SUITE = "Ed25519+ML-DSA-65"
ED25519_SIGNATURE_BYTES = 64
MLDSA_SIGNATURE_BYTES = 3309
"""FIPS 204, table 2."""

_KIND = re.compile(r"[a-z0-9][a-z0-9.:_-]{0,99}")


@dataclass(frozen=True, slots=True)
class Signature:
    """Both halves of one signature; wire format: more members may come, none of these ever changes its meaning."""

    suite: str
    key_id: str
    ed25519: bytes
    mldsa: bytes

    def to_json(self) -> dict[str, Any]:
        return {
            "suite": self.suite,
            "key_id": self.key_id,
            "ed25519": to_b64(self.ed25519),
            "mldsa": to_b64(self.mldsa),
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "Signature":
        """Read the wire form; a malformed one is a broken proof (`seal:form`), an unknown suite is kept to be named."""
        if not isinstance(value, Mapping) or not all(
            isinstance(value.get(name), str) for name in ("suite", "key_id", "ed25519", "mldsa")
        ):
            raise BrokenError("The signature lacks suite, key or one of its two halves.", code="seal:form")
        try:
            return cls(value["suite"], value["key_id"], from_b64(value["ed25519"]), from_b64(value["mldsa"]))
        except InvalidInputError as error:
            raise BrokenError("A half of the signature is not base64url.", code="seal:form") from error


def domain(kind: str) -> bytes:
    """`comity/1/<kind>`: what keeps a receipt's signature from ever being read as a request's."""
    if not _KIND.fullmatch(kind):
        raise InvalidInputError(f"'{kind[:40]}' cannot name a kind of signed thing.", code="seal:kind")
    return f"comity/1/{kind}".encode("ascii")
