"""One case against the tables of the law: the same answers as `comity law refusals | questions | dual | clocks | gate`.

Facts are sent, nothing is kept of them; each answer is one line in the ledger. A fact that is not sent is unknown.
"""

from datetime import date
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema
from pydantic import AwareDatetime

from comity.api.sessions import act, now
from comity.gazette.queries import register_here
from comity.law.clock_pairs import StartingEvent, clocks_between
from comity.law.clocks import triggers_of
from comity.law.dual_case import EXAMPLE
from comity.law.dual_conduct import dual_criminality
from comity.law.refusal_check import check_refusal, questions_of
from comity.law.register import Register
from comity.law.rights_gate import read_assurances, review
from comity.law.vocabulary import parse_measure
from comity.safeguards.actions import enter_read
from comity.safeguards.permissions import Permission
from comity.safeguards.policy import authorise_house
from comity.values.reference import Kind, Reference

router = Router(tags=["law"])
Code = Annotated[str, Field(max_length=80, examples=["UNTOC"], description="The instrument's code or an alias of it.")]
Named = Annotated[str, Field(max_length=80)]


class RefusalIn(Schema):
    """The facts of a case by their ids, as `GET /law/questions` lists them."""

    instrument: Code
    facts: dict[str, Any] = Field({}, examples=[{"measure": "bank-records", "political-offence": False}])


class DualIn(Schema):
    """What was done, element by element, and what the laws of both States ask."""

    facts: dict[str, Any] = Field(examples=[dict(EXAMPLE)])


class ClocksIn(Schema):
    """The event that starts the clocks: a day, or a moment with its zone."""

    instrument: Code
    trigger: Named = Field("", description="The event; without it the events of the instrument are listed.")
    at: date | AwareDatetime | None = Field(None, examples=["2026-11-21", "2026-11-21T10:00:00Z"])
    pair: tuple[Named, Named] | None = Field(None, description="The requesting and the requested State.")
    place: Named = Field("", description="IANA zone; else that of the requested State.", examples=["Europe/Zurich"])
    measure: Named = ""
    holidays: list[date] = Field([], max_length=100, description="Public holidays of the place, as far as known.")


class GateIn(Schema):
    """What is recorded of one request, and the assurances given."""

    facts: dict[str, Any] = {}
    assurances: list[dict[str, Any]] = Field(
        [],
        examples=[
            [
                {
                    "subject": "death-penalty",
                    "given_by": "Ministry of Justice",
                    "on": "2026-11-21",
                    "text": "It will not be sought, imposed or carried out.",
                }
            ]
        ],
    )


def _asked(request: HttpRequest, event: str) -> Register:
    """The register, for an officer who may ask it; the question is entered before it is answered."""
    deed = act(request)
    own = deed.actor.authority
    authorise_house(deed.actor, Permission.LAW_ASK, Reference(own, Kind.SESSION, deed.new_id()))
    enter_read(deed, f"{own}:law", authority=own, event=event)
    return register_here()


@router.get("/questions", summary="The facts on which an instrument's grounds of refusal rest")
def questions(
    request: HttpRequest, instrument: Annotated[str, Query(max_length=80)], measure: str = ""
) -> dict[str, Any]:
    found = _asked(request, "law:questions:listed").instrument(instrument)
    return {
        "instrument": found.code,
        "questions": questions_of(found, parse_measure(measure) if measure else ""),
    }


@router.post("/refusals", summary="Will it be refused: every ground of an instrument against the facts")
def refusals(request: HttpRequest, body: RefusalIn) -> dict[str, Any]:
    found = _asked(request, "law:refusal:checked").instrument(body.instrument)
    return check_refusal(found, body.facts).to_json()


@router.post("/dual", summary="Dual criminality by conduct: the facts against the laws of both States")
def dual(request: HttpRequest, body: DualIn) -> dict[str, Any]:
    return dual_criminality(_asked(request, "law:dual:compared"), body.facts).to_json()


@router.post("/clocks", summary="What is due when after an event, between two States")
def clocks(request: HttpRequest, body: ClocksIn) -> dict[str, Any]:
    register = _asked(request, "law:clocks:counted")
    found = register.instrument(body.instrument)
    if not body.trigger:
        return {"instrument": found.code, "triggers": list(triggers_of(found))}
    at = body.at or now().date()
    measure = parse_measure(body.measure) if body.measure else ""
    event = StartingEvent(body.trigger, at, body.place, measure, frozenset(body.holidays))
    running = clocks_between(register, found, body.pair, event)
    return {
        "instrument": found.code,
        "trigger": body.trigger,
        "at": at.isoformat(),
        "pair": list(body.pair) if body.pair else None,
        "clocks": [one.to_json() for one in running],
    }


@router.post("/gate", summary="The human-rights gate: what is recorded, and what must be asked; it never says CLEAR")
def gate(request: HttpRequest, body: GateIn) -> dict[str, Any]:
    _asked(request, "law:gate:reviewed")
    return review(body.facts, read_assurances(body.assurances)).to_json()
