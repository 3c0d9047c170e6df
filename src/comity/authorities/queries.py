"""Reads of authorities, officers and partners."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any
from uuid import UUID

from django.db import connection

from comity.authorities.models import Authority, Office, Officer
from comity.seals.keys import SealingKey, VerifyingKey
from comity.values.actor import Actor, ActorKind, Role
from comity.values.errors import MissingError


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
    row = Authority.objects.filter(code=code, active=True).first()
    if row is None:
        raise MissingError(f"This node knows no authority {code}.", code="authority:unknown", place=code)
    return row


def local_authority(code: str) -> Authority:
    row = authority(code)
    if not row.local:
        raise MissingError(f"{code} is not an authority of this node.", code="authority:not-local", place=code)
    return row


def local_authorities() -> list[Authority]:
    return list(Authority.objects.filter(local=True, active=True).order_by("code"))


def partners() -> list[Authority]:
    return list(Authority.objects.filter(local=False, active=True).order_by("code"))


def authorities_of(state: str) -> list[Authority]:
    return list(Authority.objects.filter(state=state, active=True).order_by("code"))


def partner(code: str) -> Partner:
    """The partner's keys and address. Raises `MissingError` for one that is unknown or has no node."""
    row = authority(code)
    if not row.has_node or row.verifying_key is None or row.sealing_key is None:
        raise MissingError(f"{code} has no node; write to it by post.", code="authority:no-node", place=code)
    return Partner(
        row.code,
        row.state,
        row.names,
        row.endpoint,
        row.verifying_key,
        row.sealing_key,
        row.tls_certificate,
        row.local,
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


def verifying_key(code: str) -> VerifyingKey:
    return partner(code).verifying_key


def name_of(code: str, language: str = "en") -> str:
    """The authority's name in the reader's language, else in English, else in its own; its code if unknown."""
    row = Authority.objects.filter(code=code).first()
    if row is None or not row.names:
        return code
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


def seal_certificates(state: str) -> dict[str, str]:
    """The certificates of the offices' seals on documents in a State, PEM by authority, as our directory has them."""
    rows = Authority.objects.filter(state=state, active=True).exclude(seal_certificate="").order_by("code")
    return dict(rows.values_list("code", "seal_certificate"))


def pinned_certificates() -> list[str]:
    """The TLS certificates of all partners with a node, PEM: who may complete a handshake with the exchange port."""
    rows = Authority.objects.filter(active=True, has_node=True).exclude(tls_certificate="")
    return list(rows.values_list("tls_certificate", flat=True).distinct())
