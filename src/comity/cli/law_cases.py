"""`comity law dual | clocks | gate`: one case against the tables, with the day and the States."""

from datetime import date, datetime
from typing import Annotated, Any

import typer

from comity.cli.law_case_pages import show_clocks, show_dual, show_gate, show_triggers
from comity.cli.law_checks import AsJson, Facts, Instrument, print_json, read_facts_file
from comity.law.clock_pairs import StartingEvent, clocks_between
from comity.law.clocks import triggers_of
from comity.law.dual_case import EXAMPLE
from comity.law.dual_conduct import dual_criminality
from comity.law.register import load_register
from comity.law.register_dates import parse_day
from comity.law.rights_gate import read_assurances, review
from comity.law.vocabulary import parse_measure
from comity.values.errors import InvalidInputError


def dual(
    facts: Facts = "",
    *,
    example: Annotated[bool, typer.Option("--example", help="Print a file of facts to start from.")] = False,
    as_json: AsJson = False,
) -> None:
    """Dual criminality by conduct: the facts, element by element, against the laws of both States."""
    if example:
        print_json(dict(EXAMPLE))
        return
    found = dual_criminality(load_register(), read_facts_file(facts))
    if as_json:
        print_json(found.to_json())
    else:
        show_dual(found)


def clocks(
    instrument: Instrument,
    pair: Annotated[
        tuple[str, str] | None, typer.Option("--pair", help="The requesting and the requested State, e.g. CH FR.")
    ] = None,
    trigger: Annotated[str, typer.Option("--trigger", help="The event; without it the events are listed.")] = "",
    at: Annotated[str, typer.Option("--at", help="The day, or the moment with its zone; today if not given.")] = "",
    place: Annotated[str, typer.Option("--place", help="IANA zone; else that of the requested State.")] = "",
    measure: Annotated[str, typer.Option("--measure", help="Only clocks for this measure.")] = "",
    holiday: Annotated[
        list[str] | None, typer.Option("--holiday", help="A public holiday of the place; repeat for more.")
    ] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """What is due when after an event: each clock with provision, day, extension and rule of counting."""
    register = load_register()
    found = register.instrument(instrument)
    if not trigger:
        events = list(triggers_of(found))
        if as_json:
            print_json({"instrument": found.code, "triggers": events})
        else:
            show_triggers(found.code, events)
        return
    event = StartingEvent(
        trigger,
        moment(at),
        place,
        parse_measure(measure) if measure else "",
        frozenset(parse_day(one, "holiday") for one in holiday or ()),
    )
    running = clocks_between(register, found, pair, event)
    shown: dict[str, Any] = {
        "instrument": found.code,
        "trigger": trigger,
        "at": event.at.isoformat(),
        "pair": list(pair) if pair else None,
        "clocks": [one.to_json() for one in running],
    }
    if as_json:
        print_json(shown)
    else:
        show_clocks(shown)


def gate(facts: Facts = "", *, as_json: AsJson = False) -> None:
    """The human-rights gate: what is recorded, what must be asked. It never says that nothing stands against it."""
    given = read_facts_file(facts)
    assurances = read_assurances(given.pop("assurances", []))
    found = review(given, assurances)
    if as_json:
        print_json(found.to_json())
    else:
        show_gate(found)


def moment(text: str) -> date | datetime:
    """A day, or a moment with its zone."""
    if not text:
        return datetime.now().astimezone().date()
    if "T" not in text:
        return parse_day(text, "at")
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise InvalidInputError(
            f"'{text[:40]}' is neither a day nor a moment.",
            code="law:date",
            place="at",
            next_step="Write 2026-11-21, or 2026-11-21T10:00:00Z.",
        ) from error
    return found
