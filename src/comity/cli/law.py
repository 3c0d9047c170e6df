"""`comity law`: on what basis one State may ask another, and what the register holds. Needs no node."""

import json
import sys
from datetime import UTC, date, datetime
from typing import Annotated, Any

import typer

from comity.cli import law_cases, law_checks, law_facts, law_lists, law_state
from comity.cli.law_pages import show_answer, show_instruments, show_national, show_parties, show_words
from comity.law.answering import check_answers
from comity.law.basis import find_bases
from comity.law.conduct import load_conduct
from comity.law.listing import instrument_row, parties_of
from comity.law.national import NATIONAL_SILENCE, national_offences
from comity.law.reference import reference_page
from comity.law.reference_tables import clocks_page, facts_page, grounds_page
from comity.law.register import load_register
from comity.law.register_dates import parse_day
from comity.law.vocabulary import MEASURES, OFFENCES, nearest
from comity.values.country import parse_country
from comity.values.errors import InvalidInputError

law = typer.Typer(
    name="law",
    no_args_is_help=True,
    help="On what basis one State may ask another, and who is party to what. No node is needed.",
    epilog="For example: comity law basis CH CO --measure bank-records --offence drug-trafficking --on 2026-11-21",
)

AsJson = Annotated[bool, typer.Option("--json", help="Only JSON on standard output.")]


@law.command()
def basis(
    requesting: Annotated[str, typer.Argument(help="The State that asks, e.g. CH.")],
    requested: Annotated[str, typer.Argument(help="The State that is asked, e.g. CO.")],
    measure: Annotated[str, typer.Option("--measure", help="What is asked for; see `comity law measures`.")],
    offence: Annotated[str, typer.Option("--offence", help="For which offence; see `comity law offences`.")],
    on: Annotated[str, typer.Option("--on", help="The day of the request; today if not given.")] = "",
    answer: Annotated[
        list[str] | None,
        typer.Option("--answer", help="A known answer, e.g. UNTOC:transnational=yes; repeat for more."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Every instrument that could carry the request, the more specific first: CLEAR, UNSETTLED or BARRED."""
    today, register, given = _today(), load_register(), _answers(answer or [])
    day = parse_day(on) if on else today
    if given:
        check_answers(
            register, requesting, requested, measure=measure, offence=offence, on=day, answers=given, today=today
        )
    found = find_bases(
        register, requesting, requested, measure=measure, offence=offence, on=day, answers=given, today=today
    )
    if as_json:
        _print_json(found.to_json())
    else:
        show_answer(found)


@law.command()
def measures(*, as_json: AsJson = False) -> None:
    """The measures that can be asked for, by code."""
    _words("measures", dict(MEASURES), as_json=as_json)


@law.command()
def offences(
    state: Annotated[str, typer.Option("--state", help="What the register holds of this State's own offences.")] = "",
    *,
    as_json: AsJson = False,
) -> None:
    """The offences that can be named, by code, with their codes in the common classifications."""
    if state:
        code = parse_country(state)
        held = [one.to_json() for one in national_offences().get(code, ())]
        if as_json:
            _print_json({"state": code, "offences": held, "silence": NATIONAL_SILENCE})
        else:
            show_national(code, held)
        return
    if not as_json:
        show_words(dict(OFFENCES))
        return
    known = load_conduct().definitions
    codes = {offence: {scheme: list(found) for scheme, found in one.codes.items()} for offence, one in known.items()}
    _print_json(
        {"offences": [{"code": code, "label": label, "codes": codes[code]} for code, label in OFFENCES.items()]}
    )


@law.command()
def instruments(
    state: Annotated[str, typer.Option("--state", help="Only those that list this State.")] = "",
    *,
    as_json: AsJson = False,
) -> None:
    """The instruments of the register; bilateral treaties are shown for one State (all of them with --json)."""
    register = load_register()
    code = parse_country(state) if state else ""
    chosen = [
        one
        for one in register.instruments.values()
        if not code or code in (one.states or register.participations.get(one.code, {}))
    ]
    rows = [instrument_row(register, one) for one in sorted(chosen, key=lambda one: (one.states is not None, one.code))]
    if as_json:
        _print_json({"instruments": rows})
    else:
        show_instruments(rows, code)


@law.command()
def party(
    instrument: Annotated[str, typer.Argument(help="The instrument's code, e.g. UNTOC.")],
    state: Annotated[str, typer.Argument(help="One State, e.g. CO; all if not given.")] = "",
    *,
    as_json: AsJson = False,
) -> None:
    """Who is bound by an instrument, since when, by which source; for one State also what it declared."""
    register = load_register()
    shown = parties_of(register, register.instrument(instrument), parse_country(state) if state else "")
    if as_json:
        _print_json(shown)
    else:
        show_parties(shown)


@law.command()
def reference(
    page: Annotated[str, typer.Argument(help="instruments, grounds, clocks or facts.")] = "instruments",
) -> None:
    """The instruments, grounds, clocks or facts as a Markdown page, made from the law files."""
    pages = {
        "instruments": lambda: reference_page(load_register()),
        "grounds": lambda: grounds_page(load_register()),
        "clocks": lambda: clocks_page(load_register()),
        "facts": facts_page,
    }
    if page not in pages:
        raise InvalidInputError(
            f"'{page[:40]}' is no page. Nearest: {', '.join(nearest(page, tuple(pages)))}.",
            code="law:page",
            place="page",
        )
    sys.stdout.write(pages[page]())


law.command()(law_checks.refusals)
law.command()(law_checks.questions)
law.command()(law_cases.dual)
law.command()(law_cases.clocks)
law.command()(law_cases.gate)
law.command()(law_lists.coverage)
law.command()(law_lists.forms)
law.command()(law_facts.export)
law.command()(law_facts.conflicts)
law.command()(law_state.states)
law.command()(law_state.state)
law.command()(law_state.instrument)


def _today() -> date:
    return datetime.now(tz=UTC).astimezone().date()


def _answers(given: list[str]) -> dict[str, bool]:
    """Answers to questions as `id=yes` or `id=no`."""
    known = {"yes": True, "no": False}
    answers = {}
    for one in given:
        identifier, _, word = one.rpartition("=")
        if not identifier or word.casefold() not in known:
            raise InvalidInputError(
                f"'{one[:60]}' is not an answer; write it as UNTOC:transnational=yes or =no.",
                code="law:answer",
                place="answer",
            )
        answers[identifier] = known[word.casefold()]
    return answers


def _words(name: str, known: dict[str, str], *, as_json: bool) -> None:
    if as_json:
        _print_json({name: [{"code": code, "label": label} for code, label in known.items()]})
    else:
        show_words(known)


def _print_json(value: Any) -> None:
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2) + "\n")
