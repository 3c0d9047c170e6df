"""The house over the API: ledger, partners, officers, and how each partner's line stands."""

from typing import Any

from django.http import HttpRequest
from ninja import Router

from comity.api.plain import plain
from comity.api.sessions import act
from comity.authorities import queries
from comity.exchange.queries import lines
from comity.safeguards.permissions import Permission
from comity.safeguards.policy import authorise_house
from comity.safeguards.queries import broken_places, entries_about, recent_entries
from comity.values.actor import Act
from comity.values.reference import Kind, Reference

router = Router(tags=["house"])


def _asked(request: HttpRequest, permission: Permission) -> Act:
    deed = act(request)
    authorise_house(deed.actor, permission, Reference(deed.actor.authority, Kind.SESSION, deed.new_id()))
    return deed


@router.get("/ledger", summary="The newest entries of my authority's ledger, or those about one subject")
def ledger(request: HttpRequest, about: str = "", before: int | None = None) -> Any:
    deed = _asked(request, Permission.LEDGER_READ)
    own = deed.actor.authority
    return plain(entries_about(own, about) if about else recent_entries(own, before=before))


@router.get("/ledger/check", summary="Whether my authority's ledger follows from itself")
def check_ledger(request: HttpRequest) -> Any:
    deed = _asked(request, Permission.LEDGER_READ)
    return {"broken": list(broken_places(deed.actor.authority))}


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
    _asked(request, Permission.EXCHANGE_READ)
    return plain(lines())
