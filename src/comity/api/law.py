"""The law over the API: the same answers as `comity law` and the pages; each call is one line in the ledger."""

from datetime import date
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Field, Query, Router

from comity.api.sessions import act, now
from comity.forms.catalogue import load_form
from comity.forms.listing import form_rows, form_sheet
from comity.gazette.queries import register_here
from comity.law.basis import find_bases
from comity.law.completeness import coverage_of, coverage_table
from comity.law.instrument_sheet import instrument_sheet
from comity.law.listing import instrument_row
from comity.law.register import Register
from comity.law.state_sheet import state_lines, state_sheet
from comity.law.vocabulary import parse_measure, parse_offence
from comity.safeguards.actions import enter_read
from comity.safeguards.permissions import Permission
from comity.safeguards.policy import authorise_house
from comity.values.country import parse_country
from comity.values.errors import InvalidInputError
from comity.values.reference import Kind, Reference

router = Router(tags=["law"])
Answers = Annotated[list[str], Query([], description="Known answers, e.g. `UNTOC:transnational=yes`; repeat for more.")]
State = Annotated[str, Field(max_length=60, examples=["CO"])]
Code = Annotated[str, Field(max_length=80, examples=["UNTOC"])]


def asked(request: HttpRequest, what: str, event: str) -> Register:
    """The register, once the officer may ask it and the ledger holds a line of it."""
    deed = act(request)
    authorise_house(deed.actor, Permission.LAW_ASK, Reference(deed.actor.authority, Kind.SESSION, deed.new_id()))
    enter_read(deed, f"{deed.actor.authority}:law:{what}", authority=deed.actor.authority, event=event)
    return register_here()


@router.get("/basis", summary="On what basis may one State ask another for a measure?")
def basis(
    request: HttpRequest,
    requesting: State,
    requested: State,
    measure: str,
    offence: str,
    on: date | None = None,
    answer: Answers = [],  # noqa: B006 - read, never changed
) -> dict[str, Any]:
    ours, theirs, today = parse_country(requesting), parse_country(requested), now().date()
    return find_bases(
        asked(request, f"basis:{ours}-{theirs}", "law:basis:asked"),
        ours,
        theirs,
        measure=parse_measure(measure),
        offence=parse_offence(offence),
        on=on or today,
        answers=dict(map(_answer, answer)),
        today=today,
    ).to_json()


def _answer(given: str) -> tuple[str, bool]:
    question, _, word = given.rpartition("=")
    if not question or word not in {"yes", "no"}:
        raise InvalidInputError(
            f"'{given[:60]}' is not an answer; write it as UNTOC:transnational=yes or =no.",
            code="law:answer",
            place="answer",
        )
    return question, word == "yes"


@router.get("/states", summary="Every State of which the register holds a row")
def states(request: HttpRequest) -> dict[str, Any]:
    return {"states": state_lines(asked(request, "states", "law:states:searched"), now().date())}


@router.get("/states/{state}", summary="What one State is bound by, what it declared, and with whom it has what")
def state(request: HttpRequest, state: State, on: date | None = None) -> dict[str, Any]:
    code, today = parse_country(state), now().date()
    return state_sheet(asked(request, f"state:{code}", "law:state:read"), code, on or today, today)


@router.get("/instruments", summary="The instruments of the register; with a State, those that list it")
def instruments(request: HttpRequest, state: str = "") -> dict[str, Any]:
    code = parse_country(state) if state else ""
    register = asked(request, "instruments", "law:instruments:searched")
    chosen = [
        one
        for one in register.instruments.values()
        if not code or code in (one.states or register.participations.get(one.code, {}))
    ]
    chosen.sort(key=lambda one: (one.states is not None, one.code))
    return {"instruments": [instrument_row(register, one) for one in chosen]}


@router.get("/instruments/{code}", summary="One instrument whole: what it covers, who is bound, grounds, clocks")
def instrument(request: HttpRequest, code: Code, on: date | None = None) -> dict[str, Any]:
    found, today = register_here().instrument(code), now().date()
    register = asked(request, f"instrument:{found.code}", "law:instrument:read")
    return instrument_sheet(register, found, on or today, today)


@router.get("/coverage", summary="How complete and how old the register is, per instrument")
def coverage(request: HttpRequest, instrument: str = "") -> dict[str, Any]:
    register, today = asked(request, "coverage", "law:coverage:read"), now().date()
    one = register.instrument(instrument) if instrument else None
    rows = [coverage_of(register, one, today)] if one else coverage_table(register, today)
    return {"on": today.isoformat(), "coverage": rows}


@router.get("/forms", summary="The standard forms, and how much of each was read in a text")
def forms(request: HttpRequest, instrument: Annotated[str, Query(max_length=80)] = "") -> dict[str, Any]:
    asked(request, "forms", "law:forms:listed")
    return {"forms": form_rows(instrument)}


@router.get("/forms/{form}", summary="One form: its fields with status, words and choices in one language")
def form(request: HttpRequest, form: Code, language: Annotated[str, Query(max_length=20)] = "en") -> dict[str, Any]:
    found = form_sheet(load_form(form), language)
    asked(request, f"form:{found['id']}", "law:form:read")
    return found
