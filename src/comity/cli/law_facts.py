"""`comity law export | conflicts`: the shipped register as rows of facts, and where its sources disagree."""

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from comity.cli.law_check_pages import console
from comity.cli.law_checks import AsJson, print_json
from comity.law.fact_files import write_facts
from comity.law.register import load_register
from comity.law.shipped_facts import all_shipped_facts, shipped_facts
from comity.law.source_conflicts import SourceConflict
from comity.law.source_conflicts import conflicts as all_conflicts


def export(
    out: Annotated[Path, typer.Option("--out", help="The file to write.")],
    format_: Annotated[str, typer.Option("--format", help="csv or json; by the file's name if not given.")] = "",
    instrument: Annotated[str, typer.Option("--instrument", help="Only one instrument; all if not given.")] = "",
) -> None:
    """The shipped register as rows that a node's gazette takes back: change a row, give it a reason, import it."""
    register = load_register()
    facts = shipped_facts(register, register.instrument(instrument).code) if instrument else all_shipped_facts(register)
    rows = tuple(facts)
    out.write_bytes(
        write_facts(rows, format_ or (out.suffix.lstrip(".") if out.suffix in {".csv", ".json"} else "csv"))
    )
    console().print(f"{len(rows)} rows in {escape(str(out))}.")


def conflicts(
    instrument: Annotated[str, typer.Argument(help="One instrument; all if not given.")] = "",
    *,
    as_json: AsJson = False,
) -> None:
    """Where two sources of the shipped register tell a fact differently, and which of them answers follow."""
    found = all_conflicts(load_register(), instrument=instrument)
    if as_json:
        print_json({"conflicts": [one.to_json() for one in found]})
    else:
        show_conflicts(found)


def show_conflicts(found: list[SourceConflict]) -> None:
    """One block for each: what the sources say, each beside its source, and what is taken."""
    page = console()
    for one in found:
        page.print(f"[bold]{escape(one.instrument)}[/bold]  {' '.join(one.states)}  {escape(one.field)}")
        for value, source in zip(one.values, one.sources, strict=True):
            page.print(f"  {escape(value)}  [dim]{escape(source)}[/dim]")
        page.print(f"  taken: {escape(one.taken)}")
    page.print(f"{len(found)} conflicts between sources." if found else "No two sources are known to differ here.")
