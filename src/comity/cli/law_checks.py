"""`comity law refusals | questions | dual | clocks | gate`: the facts of a case held against the tables."""

import json
import sys
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from comity.cli.law_check_pages import show_known, show_questions, show_refusals
from comity.law.known_facts import KnownFact, known_facts
from comity.law.refusal_check import check_refusal, possible_facts, questions_of, rows_for
from comity.law.register import load_register
from comity.law.register_dates import parse_day
from comity.law.vocabulary import parse_measure
from comity.values.country import parse_country
from comity.values.errors import InvalidInputError

AsJson = Annotated[bool, typer.Option("--json", help="Only JSON on standard output.")]
Facts = Annotated[str, typer.Option("--facts", help="A JSON file of facts; `-` reads standard input.")]
Instrument = Annotated[str, typer.Argument(help="The instrument's code, e.g. UNTOC.")]


def refusals(
    instrument: Instrument,
    facts: Facts = "",
    pair: Annotated[
        tuple[str, str] | None,
        typer.Option("--pair", help="The requesting and the requested State: what the register knows is not asked."),
    ] = None,
    on: Annotated[str, typer.Option("--on", help="The day of the request; today if not given.")] = "",
    *,
    as_json: AsJson = False,
) -> None:
    """Will it be refused: every ground of an instrument against the facts; what is not given is unknown."""
    register, given = load_register(), read_facts_file(facts)
    chosen, today = register.instrument(instrument), datetime.now(tz=UTC).astimezone().date()
    known: tuple[KnownFact, ...] = ()
    if pair is not None:
        states = (parse_country(pair[0]), parse_country(pair[1]))
        day = parse_day(on) if on else today
        held = known_facts(register, chosen, states, on=day, today=today)
        asked = possible_facts(rows_for(chosen)[0], {})
        known = tuple(one for one in held if one.fact in asked and one.fact not in given)
    found = check_refusal(chosen, {one.fact: one.value for one in known} | given)
    if as_json:
        print_json(found.to_json() | ({"known": [asdict(one) for one in known]} if pair else {}))
    else:
        show_known(known)
        show_refusals(found)


def questions(
    instrument: Instrument,
    measure: Annotated[str, typer.Option("--measure", help="Only what is asked for this measure.")] = "",
    *,
    as_json: AsJson = False,
) -> None:
    """The facts that an instrument's grounds rest on: id, type, meaning, provision."""
    found = load_register().instrument(instrument)
    listed = questions_of(found, parse_measure(measure) if measure else "")
    if as_json:
        print_json({"instrument": found.code, "questions": listed})
    else:
        show_questions(found.code, listed)


def read_facts_file(name: str) -> dict[str, Any]:
    """The facts of a JSON file; no file means that nothing is known."""
    if not name:
        return {}
    try:
        text = sys.stdin.read() if name == "-" else Path(name).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInputError(
            f"The file of facts cannot be read: {name} ({error.__class__.__name__}).",
            code="law:facts-file",
            place=name,
            next_step='Write a JSON object, e.g. {"measure": "bank-records", "political-offence": false}.',
        ) from error
    try:
        value = json.loads(text, object_pairs_hook=_once)
    except ValueError as error:
        line = getattr(error, "lineno", None)
        raise InvalidInputError(
            f"{name}{f', line {line}' if line else ''}: it is no JSON object of facts: {error}.",
            code="law:facts-file",
            place=f"{name}:{line}" if line else name,
            next_step='Write a JSON object, e.g. {"measure": "bank-records", "political-offence": false}.',
        ) from error
    if not isinstance(value, dict):
        raise InvalidInputError(
            f"{name} holds no JSON object of facts.",
            code="law:facts-file",
            place=name,
            next_step='For example: {"measure": "bank-records", "political-offence": false}.',
        )
    return value


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    names = [name for name, _ in pairs]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise ValueError(f"'{twice}' stands twice")
    return dict(pairs)


def print_json(value: Any) -> None:
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2) + "\n")
