"""`comity law states | state | instrument`: all that the register holds of one State, or of one instrument."""

from datetime import UTC, date, datetime
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from comity.cli.law_check_pages import console
from comity.cli.law_checks import AsJson, print_json
from comity.law.instrument_sheet import instrument_sheet
from comity.law.register import load_register
from comity.law.register_dates import parse_day
from comity.law.state_sheet import state_lines, state_sheet
from comity.values.country import country_name, parse_country

On = Annotated[str, typer.Option("--on", help="The day asked for; today if not given.")]
_COLOUR = {"CLEAR": "green", "UNSETTLED": "yellow", "BARRED": "red"}


def states(*, as_json: AsJson = False) -> None:
    """Every State of which the register holds a row: how much, and how new."""
    rows = state_lines(load_register(), _today())
    if as_json:
        print_json({"states": rows})
        return
    table = _table("State", "", "listed", "bound", "bilateral", "declared under", "newest")
    for row in rows:
        counts = (str(row[name]) for name in ("listed", "bound", "bilateral", "declared_under"))
        table.add_row(row["state"], country_name(row["state"]), *counts, row["newest"] or "undated")
    console().print(table)


def state(
    state: Annotated[str, typer.Argument(help="The State, e.g. CO.")], on: On = "", *, as_json: AsJson = False
) -> None:
    """What one State is bound by on a day, what it declared, and with whom it has what."""
    today = _today()
    shown = state_sheet(load_register(), parse_country(state), parse_day(on) if on else today, today)
    if as_json:
        print_json(shown)
        return
    page = console()
    page.print(f"[bold]{country_name(shown['state'])} ({shown['state']})[/bold], on {shown['on']}\n")
    table = _table("instrument", "", "why")
    for row in shown["instruments"]:
        if row["listed"]:
            table.add_row(row["instrument"], _finding(row), escape(row["reasons"][-1]["text"]))
    page.print(table)
    _show_treaties(page, shown["bilateral"])
    silent = [row["instrument"] for row in shown["instruments"] if not row["listed"] and row["finding"] == "UNSETTLED"]
    page.print(f"\nUnknown, nothing is listed: {', '.join(silent) or 'none'}.")
    age = shown["age"]
    page.print(f"[dim]{age['rows']} rows, {age['oldest']} to {age['newest']}, {age['undated']} undated.[/dim]")


def instrument(
    instrument: Annotated[str, typer.Argument(help="The instrument's code, e.g. UNTOC.")],
    on: On = "",
    *,
    as_json: AsJson = False,
) -> None:
    """One instrument whole: what it covers by which provision, who is bound, its grounds and clocks."""
    register, today = load_register(), _today()
    shown = instrument_sheet(register, register.instrument(instrument), parse_day(on) if on else today, today)
    if as_json:
        print_json(shown)
        return
    page = console()
    page.print(f"[bold]{shown['code']}[/bold]  {escape(shown['title'])}\n")
    table = _table("measure", "", "provision", "")
    for row in shown["covers"]["measures"]:
        unread = "" if row["verified"] else "[magenta](not verified)[/magenta]"
        table.add_row(row["code"], _finding(row), escape(row["provision"]), unread)
    page.print(table)
    counted = shown["coverage"]
    page.print(
        f"\n{counted['listed']} States listed, {counted['bound']} of them bound; {len(shown['grounds'])} grounds, "
        f"{len(shown['clocks'])} clocks. `comity law party {shown['code']}` names the States."
    )
    page.print(f"[dim]{shown['silence']}[/dim]")


def _show_treaties(page: Console, treaties: list[dict[str, Any]]) -> None:
    table = _table("with", "treaty", "signed", "")
    for row in treaties:
        table.add_row(row["with"], escape(row["instrument"]), row["signed"] or "–", _finding(row))
    page.print(table)


def _finding(row: dict[str, Any]) -> str:
    return f"[{_COLOUR[row['finding']]}]{row['finding']}[/]"


def _table(*headings: str) -> Table:
    table = Table(box=None, pad_edge=False)
    for heading in headings:
        table.add_column(heading, overflow="fold")
    return table


def _today() -> date:
    return datetime.now(tz=UTC).astimezone().date()
