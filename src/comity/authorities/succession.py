"""The succession of an authority's keys: one signed statement that the next key takes the place of the one before.

Signed by the new key always, by the old one wherever it is still held: then whoever relied on the old key can rely on
the new one without a person in between (continuity). Without the old signature it proves nothing but that somebody has
the new key: two people compare its fingerprint over another channel.
Wire form: canonical `{"statement": base64url of canonical content, "by_new": {...}, "by_old": {...} or null}`, both
signed as the kind `key-succession`. Compatibility: `version` 1 has exactly these members.
"""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from comity.seals.canonical import decode, encode, from_b64, to_b64
from comity.seals.keys import VerifyingKey
from comity.seals.signing import Signature, Signer, verify
from comity.values.errors import BrokenError, InvalidInputError
from comity.values.instant import instant_text, parse_instant
from comity.values.reference import AUTHORITY_CODE

KIND = "key-succession"
MAX_BYTES = 64 << 10
_MEMBERS = {"version", "code", "from", "to", "at", "reason", "revoked_since"}


@dataclass(frozen=True, kw_only=True)
class Statement:
    """What both keys sign: from this moment the authority signs with `to`."""

    code: str
    old: str
    """Fingerprint of the key that ends."""
    to: VerifyingKey
    at: datetime
    reason: str = ""
    revoked_since: datetime | None = None
    """From when on nothing signed by the old key is to be believed; None: it ended in good order."""

    @cached_property
    def content(self) -> bytes:
        return encode(
            {
                "version": 1,
                "code": self.code,
                "from": self.old,
                "to": self.to.to_json(),
                "at": instant_text(self.at),
                "reason": self.reason,
                "revoked_since": instant_text(self.revoked_since) if self.revoked_since else None,
            }
        )


@dataclass(frozen=True)
class Succession:
    """A statement with its signatures; the new key's was checked when it was read."""

    statement: Statement
    by_new: Signature
    by_old: Signature | None

    def to_json(self) -> dict[str, Any]:
        return {
            "statement": to_b64(self.statement.content),
            "by_new": self.by_new.to_json(),
            "by_old": self.by_old.to_json() if self.by_old else None,
        }

    def to_bytes(self) -> bytes:
        return encode(self.to_json())

    def expect_continuity(self, old: VerifyingKey) -> None:
        """Return if the old key signed it; BrokenError `succession:*` or `seal:*` if it did not."""
        if self.statement.old != old.fingerprint:
            raise BrokenError("It succeeds another key than the one known here.", code="succession:key")
        if self.by_old is None:
            raise BrokenError("The old key did not sign it: continuity is not proved.", code="succession:unproved")
        verify(old, KIND, self.statement.content, self.by_old)


def sign_succession(statement: Statement, *, new: Signer, old: Signer | None) -> Succession:
    """The statement signed by the new key and, unless it is lost, by the old one."""
    by_old = old.sign(KIND, statement.content) if old else None
    return Succession(statement, new.sign(KIND, statement.content), by_old)


def read_succession(value: Any) -> Succession:
    """Read a statement and verify the new key's signature; InvalidInputError `succession:form` or BrokenError."""
    if not isinstance(value, dict) or set(value) != {"statement", "by_new", "by_old"}:
        raise InvalidInputError("This is not a succession of keys.", code="succession:form")
    content = from_b64(value["statement"]) if isinstance(value["statement"], str) else b""
    statement = _statement(decode(content, max_bytes=MAX_BYTES))
    by_new = Signature.from_json(value["by_new"])
    by_old = Signature.from_json(value["by_old"]) if value["by_old"] is not None else None
    verify(statement.to, KIND, content, by_new)
    return Succession(statement, by_new, by_old)


def open_succession(data: bytes) -> Succession:
    return read_succession(decode(data, max_bytes=MAX_BYTES))


def _statement(value: Any) -> Statement:
    if not isinstance(value, dict) or set(value) != _MEMBERS or value["version"] != 1:
        raise InvalidInputError("The succession has other members.", code="succession:form")
    texts = [value[name] for name in ("code", "from", "at", "reason")]
    if not all(isinstance(text, str) for text in texts) or not AUTHORITY_CODE.fullmatch(value["code"]):
        raise InvalidInputError("A member of the succession is of another type.", code="succession:form")
    revoked = value["revoked_since"]
    return Statement(
        code=value["code"],
        old=value["from"],
        to=VerifyingKey.from_json(value["to"]),
        at=parse_instant(value["at"]),
        reason=value["reason"][:2000],
        revoked_since=parse_instant(str(revoked)) if revoked is not None else None,
    )
