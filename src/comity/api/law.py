"""The law over the API: the same answers as `comity law` and the page *ask*."""

from datetime import date
from typing import Any

from django.http import HttpRequest
from ninja import Router

from comity.api.sessions import act, now
from comity.gazette.queries import register_here
from comity.law.basis import find_bases
from comity.law.vocabulary import parse_measure, parse_offence
from comity.safeguards.permissions import Permission
from comity.safeguards.policy import authorise_house
from comity.values.country import parse_country
from comity.values.reference import Kind, Reference

router = Router(tags=["law"])


@router.get("/basis", summary="On what basis may one State ask another for a measure?")
def basis(
    request: HttpRequest, requesting: str, requested: str, measure: str, offence: str, on: date | None = None
) -> dict[str, Any]:
    deed = act(request)
    authorise_house(deed.actor, Permission.LAW_ASK, Reference(deed.actor.authority, Kind.SESSION, deed.new_id()))
    answer = find_bases(
        register_here(),
        parse_country(requesting),
        parse_country(requested),
        measure=parse_measure(measure),
        offence=parse_offence(offence),
        on=on or now().date(),
    )
    return answer.to_json()
