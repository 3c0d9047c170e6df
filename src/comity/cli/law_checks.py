"""`comity law refusals | questions | dual | clocks | gate`: the facts of a case held against the tables."""

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from comity.cli.law_check_pages import show_questions, show_refusals
from comity.law.refusal_check import check_refusal, questions_of
from comity.law.register import load_register
from comity.law.vocabulary import parse_measure
from comity.values.errors import InvalidInputError

AsJson = Annotated[bool, typer.Option("--json", help="Only JSON on standard output.")]
Facts = Annotated[str, typer.Option("--facts", help="A JSON file of facts; `-` reads standard input.")]
Instrument = Annotated[str, typer.Argument(help="The instrument's code, e.g. UNTOC.")]


def refusals(instrument: Instrument, facts: Facts = "", *, as_json: AsJson = False) -> None:
    """Will it be refused: every ground of an instrument against the facts; what is not given is unknown."""
    found = check_refusal(load_register().instrument(instrument), read_facts_file(facts))
    if as_json:
        print_json(found.to_json())
    else:
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
