"""The house over the API: ledger, partners, officers, and how each partner's line stands."""

from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest
from ninja import Query, Router, Schema

from comity.api.plain import plain
from comity.api.sessions import act
from comity.authorities import actions, queries
from comity.authorities.actions.directing import accept_listed
from comity.authorities.card import open_card
from comity.authorities.queries.directory import listed_authorities
from comity.evidence.queries import content_alarms
from comity.exchange.actions import resend
from comity.exchange.queries import lines, stopped
from comity.safeguards.actions import enter_read
from comity.safeguards.actions.glass import acknowledge_glass
from comity.safeguards.permissions import Permission
from comity.safeguards.policy import authorise_house
from comity.safeguards.queries import broken_places, entries_about, glass_alarms, recent_entries, stamps
from comity.seals.canonical import from_b64, to_b64
from comity.store.queries import holdings
from comity.values.actor import Act, Role
from comity.values.reference import Kind, Reference

router = Router(tags=["house"])
Subject = Annotated[str, Query(max_length=120)]
"""What a ledger entry is about, no longer than the ledger keeps it."""


def _asked(request: HttpRequest, permission: Permission) -> Act:
    """The deed of an officer who may do it in her own house: asked before anything that was sent is read."""
    deed = act(request)
    authorise_house(deed.actor, permission, Reference(deed.actor.authority, Kind.SESSION, deed.new_id()))
    return deed


@router.get("/ledger", summary="The newest entries of my authority's ledger, or those about one subject")
def ledger(request: HttpRequest, about: Subject = "", before: int | None = None) -> Any:
    deed = _asked(request, Permission.LEDGER_READ)
    own = deed.actor.authority
    enter_read(deed, about or f"{own}:ledger", authority=own, event="safeguards:ledger:read")
    return plain(entries_about(own, about) if about else recent_entries(own, before=before))


@router.get("/ledger/check", summary="Whether my authority's ledger follows from itself")
def check_ledger(request: HttpRequest) -> Any:
    deed = _asked(request, Permission.LEDGER_READ)
    return {"broken": list(broken_places(deed.actor.authority))}


@router.get("/ledger/openings", summary="What was opened while the ledger was down and nobody has acknowledged yet")
def openings(request: HttpRequest) -> Any:
    deed = _asked(request, Permission.LEDGER_READ)
    own = deed.actor.authority
    enter_read(deed, f"{own}:ledger", authority=own, event="safeguards:ledger:read")
    return plain(glass_alarms(own))


@router.post("/ledger/openings/{link}", summary="Acknowledge an opening without the ledger, having looked into it")
def acknowledge(request: HttpRequest, link: str) -> Any:
    acknowledge_glass(act(request), link[:64])
    return {"link": link, "acknowledged": True}


@router.get("/vault", summary="What the vault holds, how far it was read back, and what is broken in it")
def vault(request: HttpRequest) -> Any:
    deed = _asked(request, Permission.VAULT_READ)
    own = deed.actor.authority
    enter_read(deed, f"{own}:vault", authority=own, event="store:vault:read")
    told = {"holdings": holdings(), "broken": content_alarms(deed.actor), "timestamps": stamps(own)}
    return {name: plain(value) for name, value in told.items()}


@router.get("/partners", summary="The partners of this node")
def partners(request: HttpRequest) -> Any:
    _asked(request, Permission.PARTNERS_READ)
    return [
        {
            "code": row.code,
            "state": row.state,
            "names": row.names,
            "competences": row.competences,
            "languages": row.languages,
            "has_node": row.has_node,
        }
        for row in queries.partners()
    ]


@router.get("/card", summary="My authority's own card, signed, with the fingerprint to read out to a partner")
def our_card(request: HttpRequest) -> dict[str, str]:
    deed = _asked(request, Permission.PARTNERS_READ)
    code, keys = deed.actor.authority, settings.COMITY.keys()
    return {
        "code": code,
        "fingerprint": keys.signer(code).public.fingerprint,
        "card": to_b64(actions.own_card(code, keys)),
    }


class CardIn(Schema):
    """A partner's card as base64url of its file, with the fingerprint as heard over another channel."""

    card: str
    fingerprint: str


class PostalIn(Schema):
    code: str
    names: dict[str, str]
    languages: list[str]
    contact: dict[str, str] = {}


class OfficerIn(Schema):
    office: UUID
    username: str
    first_name: str
    last_name: str
    password: str
    roles: list[Role]
    function: str = ""
    language: str = "en"


class RolesIn(Schema):
    roles: list[Role]
    active: bool = True


@router.post("/partners", summary="Accept a partner's card once its fingerprint was compared")
def connect(request: HttpRequest, body: CardIn) -> Any:
    deed = _asked(request, Permission.PARTNERS_WRITE)
    row = actions.add_partner(deed, card=open_card(from_b64(body.card)), fingerprint=body.fingerprint)
    return {"code": row.code, "state": row.state}


@router.get("/directory", summary="What the directories list that this node relies on, and how each stands here")
def directory(request: HttpRequest) -> Any:
    _asked(request, Permission.PARTNERS_READ)
    at = datetime.now(UTC)
    return [
        {
            "code": one.code,
            "standing": one.standing.value,
            "fingerprint": one.entry.card.verifying_key.fingerprint,
            "known": one.known_fingerprint,
            "directory": one.directory,
            "signed_by": one.signed_by,
            "founders": one.founders,
        }
        for one in listed_authorities(at)
    ]


@router.post("/directory/{code}", summary="Accept an authority as the founders of a directory list it")
def accept(request: HttpRequest, code: str, fingerprint: str = "") -> Any:
    """`fingerprint` is that of the listed key that was read; needed where two directories list different ones."""
    row = accept_listed(act(request), code, fingerprint=fingerprint)
    return {"code": row.code, "state": row.state}


@router.post("/partners/without-node", summary="Note a partner that has no node")
def note(request: HttpRequest, body: PostalIn) -> Any:
    row = actions.note_partner_without_node(act(request), **body.dict())
    return {"code": row.code, "state": row.state}


@router.post("/officers", summary="Appoint an officer of my authority")
def appoint(request: HttpRequest, body: OfficerIn) -> Any:
    deed = _asked(request, Permission.OFFICERS_WRITE)
    office = queries.office_of(deed.actor.authority, body.office)
    new = actions.NewOfficer(**body.dict(exclude={"office"}))
    row = actions.appoint_officer(deed, office=office, officer=new)
    return {"id": str(row.id), "username": row.username, "roles": row.roles}


@router.post("/officers/{officer}/roles", summary="Change what an officer may do; effective at her next request")
def assign(request: HttpRequest, officer: UUID, body: RolesIn) -> Any:
    deed = _asked(request, Permission.OFFICERS_WRITE)
    person = queries.officer_of(deed.actor.authority, officer)
    row = actions.assign_roles(deed, officer=person, roles=body.roles, active=body.active)
    return {"id": str(row.id), "username": row.username, "roles": row.roles, "active": row.is_active}


@router.get("/officers", summary="The officers of my authority")
def officers(request: HttpRequest) -> Any:
    deed = _asked(request, Permission.OFFICERS_READ)
    return [
        {
            "id": str(row.id),
            "username": row.username,
            "name": row.get_full_name(),
            "function": row.function,
            "roles": row.roles,
            "active": row.is_active,
        }
        for row in queries.officers(deed.actor.authority)
    ]


@router.get(
    "/exchange", summary="How the line to each partner stands: what waits, since when, and when it is tried next"
)
def exchange(request: HttpRequest) -> Any:
    deed = _asked(request, Permission.EXCHANGE_READ)
    return plain(lines(deed.actor.authority))


@router.get("/exchange/stopped", summary="The messages a partner refused for good: each waits for a person")
def stopped_messages(request: HttpRequest) -> Any:
    deed = _asked(request, Permission.EXCHANGE_READ)
    return plain(stopped(deed.actor.authority))


@router.post("/messages/{digest}/resend", summary="Send a stopped message again, once what stopped it was put right")
def send_again(request: HttpRequest, digest: str) -> Any:
    resend(act(request), digest)
    return {"digest": digest, "state": "waiting"}
