"""Reads of authorities, officers and partners."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property, lru_cache
from typing import Any
from uuid import UUID

from allauth.mfa.models import Authenticator
from django.db import connection

from comity.authorities.limits import TRIES, Counted, instant, name_key
from comity.authorities.models import Authority, EndedKey, HeldDirectory, Office, Officer, Tally
from comity.seals.keys import SealingKey, VerifyingKey
from comity.values.actor import Actor, ActorKind, Role
from comity.values.errors import BrokenError, MissingError
from comity.values.instant import instant_text

GRACE = timedelta(minutes=10)
"""For how long after a key ended what it signed is taken: an act under way at that moment ends with the old key."""


@dataclass(frozen=True)
class Partner:
    """An authority of another node (or of this one, seen by another) as the exchange needs it.

    Its keys are read when they are asked for: a message needs one of the two.
    """

    code: str
    state: str
    names: dict[str, str]
    endpoint: str
    verifying_key_json: Mapping[str, Any]
    sealing_key_json: Mapping[str, Any]
    tls_certificate: str
    local: bool

    @cached_property
    def verifying_key(self) -> VerifyingKey:
        return VerifyingKey.from_json(self.verifying_key_json)

    @cached_property
    def sealing_key(self) -> SealingKey:
        return SealingKey.from_json(self.sealing_key_json)


def authority(code: str) -> Authority:
    """The row of an active authority; MissingError where there is none."""
    row = Authority.held(code=code, active=True)
    if row is None:
        raise _unknown(code)
    return row


def local_authority(code: str) -> Authority:
    expect_local(code)
    return authority(code)


def expect_local(code: str) -> None:
    """The code is that of an active authority of this node; MissingError if not. No more of its row is read."""
    if not _known(code)[0]:
        raise MissingError(f"{code} is not an authority of this node.", code="authority:not-local", place=code)


def has_node(code: str) -> bool:
    """Whether an active authority has a node; MissingError for one that is not known. No more of its row is read."""
    return _known(code)[1]


def _known(code: str) -> tuple[bool, bool]:
    for local, with_node in Authority.told("local", "has_node", code=code, active=True):
        return local, with_node
    raise _unknown(code)


def _unknown(code: str) -> MissingError:
    return MissingError(f"This node knows no authority {code}.", code="authority:unknown", place=code)


def local_authorities() -> list[Authority]:
    return Authority.all_held(local=True, active=True)


def partners() -> list[Authority]:
    return Authority.all_held(local=False, active=True)


def authorities_of(state: str) -> list[Authority]:
    return list(Authority.objects.filter(state=state, active=True).order_by("code"))


_PARTNER = (
    "SELECT code, state, names, endpoint, verifying_key, sealing_key, tls_certificate, local"
    " FROM authorities_authority WHERE code = %s AND active AND has_node"
)


def partner(code: str) -> Partner:
    """The partner's keys and address. Raises `MissingError` for one that is unknown or has no node.

    This stands in the path of every message: the row is read each time, and what it says is parsed once.
    """
    with connection.cursor() as cursor:
        cursor.execute(_PARTNER, [code])
        row = cursor.fetchone()
    if row is None or row[4] is None or row[5] is None:
        authority(code)
        raise MissingError(f"{code} has no node; write to it by post.", code="authority:no-node", place=code)
    return _partner_of(row)


@lru_cache(maxsize=256)
def _partner_of(row: tuple[Any, ...]) -> Partner:
    code, state, names, endpoint, verifying, sealing, certificate, local = row
    return Partner(
        code, state, json.loads(names), endpoint, json.loads(verifying), json.loads(sealing), certificate, bool(local)
    )


def node_key(code: str) -> VerifyingKey | None:
    """The key with which an active authority with a node signs, or None.

    This stands in the path of every message: only what is needed is read, and a key is parsed once, by its text.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT verifying_key FROM authorities_authority WHERE code = %s AND active AND has_node", [code]
        )
        row = cursor.fetchone()
    return None if row is None or row[0] is None else _key_of(row[0])


@lru_cache(maxsize=256)
def _key_of(text: str) -> VerifyingKey:
    return VerifyingKey.from_json(json.loads(text))


def verifying_key(code: str, key_id: str = "", at: datetime | None = None) -> VerifyingKey:
    """The key with which an authority signs, or the one named if it signed with it before.

    With `at`, the moment at which something says that it was signed, BrokenError `authority:key-ended` where the key
    had ended or was revoked by then. A name never heard of gives the current key, under which nothing of it holds.
    Raises MissingError for an authority that is unknown or has no node.
    """
    current = node_key(code) or partner(code).verifying_key
    if key_id in ("", current.key_id):
        return current
    ended = ended_key(code, key_id)
    if ended is not None and at is not None:
        ended.expect_signed(at)
    return ended.key if ended else current


@dataclass(frozen=True)
class EndedKeyView:
    """A key with which an authority signed before."""

    key: VerifyingKey
    until: datetime
    revoked_since: datetime | None
    reason: str
    safety: str
    """How the next key came to be believed: `own`, `continuity`, `two-people` or `directory`."""
    confirmed_by: tuple[str, ...]
    succession: bytes | None
    """The signed statement that ended it, where there is one."""
    noted_at: datetime

    def expect_signed(self, at: datetime) -> None:
        """Return if what says it was signed at that moment may be believed under this key; BrokenError if not."""
        end = self.until + GRACE if self.revoked_since is None else min(self.revoked_since, self.until + GRACE)
        if at > end:
            what = "was revoked" if self.revoked_since else "ended"
            raise BrokenError(
                f"The key {self.key.key_id} {what} at {instant_text(end)}; this says it was signed later.",
                code="authority:key-ended",
            )


def ended_key(code: str, key_id: str) -> EndedKeyView | None:
    """A key the authority signed with before, by its name; None where there was none."""
    row = EndedKey.objects.filter(authority=code, key_id=key_id).first()
    return _ended(row) if row else None


def ended_keys(code: str) -> list[EndedKeyView]:
    """The keys an authority signed with before, the latest first."""
    return [_ended(row) for row in EndedKey.objects.filter(authority=code).order_by("-until")]


def _ended(row: EndedKey) -> EndedKeyView:
    return EndedKeyView(
        VerifyingKey.from_json(row.key),
        row.until,
        row.revoked_since,
        row.reason,
        row.safety,
        tuple(row.confirmed_by),
        bytes(row.succession) if row.succession else None,
        row.noted_at,
    )


def name_of(code: str, language: str = "en") -> str:
    """The authority's name in the reader's language, else in English, else in its own; its code if unknown."""
    row = Authority.objects.filter(code=code).first()
    return row_name(row, language) if row else code


def row_name(row: Authority, language: str = "en") -> str:
    """The same of an authority whose row is at hand."""
    if not row.names:
        return row.code
    return str(row.names.get(language) or row.names.get("en") or next(iter(row.names.values())))


def actor_of(officer: Officer, *, stepped_up: bool = False) -> Actor:
    """The officer as the value the rooms below know. An officer without an office belongs to no authority."""
    return Actor(
        ActorKind.OFFICER,
        str(officer.id),
        officer.office.authority_id if officer.office else "",
        frozenset(Role(role) for role in officer.roles) if officer.is_active else frozenset(),
        officer.get_full_name() or officer.username,
        stepped_up,
    )


def officer_name(officer_id: str) -> str:
    row = Officer.objects.filter(id=officer_id).first()
    return row.get_full_name() if row else officer_id


def officers(code: str) -> list[Officer]:
    return list(Officer.objects.filter(office__authority_id=code).select_related("office").order_by("username"))


def office_of(code: str, office: UUID) -> Office:
    """An office of that authority; an office of another is not there."""
    row = Office.objects.filter(authority_id=code, id=office).first()
    if row is None:
        raise MissingError
    return row


def officer_of(code: str, officer: UUID) -> Officer:
    """An officer of that authority; one of another is not there."""
    row = Officer.objects.filter(office__authority_id=code, id=officer).select_related("office").first()
    if row is None:
        raise MissingError
    return row


@dataclass(frozen=True, slots=True)
class PasskeyView:
    """A passkey as its officer and her administrator see it."""

    id: int
    name: str
    since: datetime
    used: datetime | None


def locked_until(officer: Officer, at: datetime) -> datetime | None:
    """Until when wrong tries lock the officer's user name; None where they do not."""
    row = Tally.objects.filter(key=name_key(officer.username)).first()
    counted = Counted(row.count, instant(row.since)) if row else None
    return counted.until(TRIES) if counted and counted.count >= TRIES.most and at < counted.until(TRIES) else None


def passkeys_of(officer: Officer) -> list[PasskeyView]:
    """The officer's passkeys, the oldest first."""
    rows = Authenticator.objects.filter(user=officer, type=Authenticator.Type.WEBAUTHN).order_by("pk")
    return [PasskeyView(row.pk, str(row.data["name"]), row.created_at, row.last_used_at) for row in rows]


def seal_certificates(state: str) -> dict[str, str]:
    """The certificates of the offices' seals on documents in a State, PEM by authority, as our directory has them."""
    rows = Authority.objects.filter(state=state, active=True).exclude(seal_certificate="").order_by("code")
    return dict(rows.values_list("code", "seal_certificate"))


def partner_certificates() -> dict[str, str]:
    """The TLS certificates of each partner with a node, PEM by code."""
    rows = Authority.objects.filter(active=True, has_node=True, local=False).exclude(tls_certificate="")
    return dict(rows.order_by("code").values_list("code", "tls_certificate"))


def pinned_certificates() -> list[str]:
    """The TLS certificates of all partners with a node, PEM: who may complete a handshake with the exchange port."""
    rows = Authority.objects.filter(active=True, has_node=True).exclude(tls_certificate="")
    return list(rows.values_list("tls_certificate", flat=True).distinct())


def directory_files() -> dict[str, bytes]:
    """The directories that this node relies on as it hands them on to partners, by their founders' fingerprint."""
    return {row.fingerprint: bytes(row.sheets) for row in HeldDirectory.objects.order_by("fingerprint")}


def directory_ends(*, before: datetime) -> dict[str, datetime]:
    """The directories whose time is over before that moment: name and end."""
    rows = HeldDirectory.objects.filter(ends__lte=before).order_by("name")
    return dict(rows.values_list("name", "ends"))
