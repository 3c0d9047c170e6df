"""A bundle read once: its manifest, the texts and digests of its files, and the keys it carries."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from cryptography.x509 import Certificate

from comity.authorities.succession import Succession
from comity.evidence.custody import SignedEvent, earlier_name
from comity.seals.keys import VerifyingKey
from comity.values.errors import BrokenError


@dataclass
class Opened:
    """What the checks share. `chains` and `vouching` are filled as custody is checked, for the checks after it."""

    manifest: dict[str, Any]
    comity: bytes
    texts: dict[str, bytes] = field(default_factory=dict)
    digests: dict[str, str] = field(default_factory=dict)
    sizes: dict[str, int] = field(default_factory=dict)
    signature: bytes = b""
    signed_by: str = ""
    keys: dict[str, VerifyingKey] = field(default_factory=dict)
    """By authority, its first in the bundle; its further ones as `authority/key id`."""
    successions: list[Succession] = field(default_factory=list)
    """Statements by which one key of an authority took the place of another; the new key's signature holds."""
    records: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Item reference to its description, for items whose record could be read."""
    chains: dict[str, list[SignedEvent]] = field(default_factory=dict)
    """Item reference to its events, for items whose custody could be read."""
    proved: list[SignedEvent] = field(default_factory=list)
    """Events whose signature holds: only these can vouch for a key."""

    timestamp_roots: Sequence[Certificate] = ()
    """The timestamp authorities that the reader trusts; none: what a timestamp states is only read."""

    def text(self, path: str) -> bytes:
        if path not in self.texts:
            raise BrokenError("The file is missing or cannot be read.", code="bundle:missing", place=path)
        return self.texts[path]

    def key(self, authority: str, key_id: str = "") -> VerifyingKey:
        """The key of that name, or the authority's first where it carries none of that name."""
        named = self.keys.get(earlier_name(authority, key_id))
        if named is not None:
            return named
        if authority not in self.keys:
            raise BrokenError(f"The bundle carries no key of {authority}.", code="bundle:key", place=authority)
        return self.keys[authority]
