"""A bundle read once: its manifest, the texts and digests of its files, and the keys it carries."""

from dataclasses import dataclass, field
from typing import Any

from comity.evidence.custody import SignedEvent
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
    records: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Item reference to its description, for items whose record could be read."""
    chains: dict[str, list[SignedEvent]] = field(default_factory=dict)
    """Item reference to its events, for items whose custody could be read."""
    proved: list[SignedEvent] = field(default_factory=list)
    """Events whose signature holds: only these can vouch for a key."""

    def text(self, path: str) -> bytes:
        if path not in self.texts:
            raise BrokenError("The file is missing or cannot be read.", code="bundle:missing", place=path)
        return self.texts[path]

    def key(self, authority: str) -> VerifyingKey:
        if authority not in self.keys:
            raise BrokenError(f"The bundle carries no key of {authority}.", code="bundle:key", place=authority)
        return self.keys[authority]
