"""`comity law coverage | forms`: how complete the register is, and which standard forms there are."""

from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from comity.cli.law_check_pages import console
from comity.cli.law_checks import AsJson, print_json
from comity.forms.catalogue import load_form
from comity.forms.listing import form_rows, form_sheet
from comity.law.completeness import coverage_of, coverage_table
from comity.law.register import load_register


def coverage(
    instrument: Annotated[str, typer.Argument(help="One instrument; all if not given.")] = "",
    *,
    as_json: AsJson = False,
) -> None:
    """Per instrument how complete and how old: rows, parties, dates, what was read. Silence is not an answer."""
    register, today = load_register(), datetime.now(tz=UTC).astimezone().date()
    rows = (
        [coverage_of(register, register.instrument(instrument), today)]
        if instrument
        else coverage_table(register, today)
    )
    if as_json:
        print_json({"on": today.isoformat(), "coverage": rows})
        return
    page, table = console(), Table(box=None, pad_edge=False)
    for heading in ("instrument", "listed", "bound", "dated", "newest", "provisions read", "grounds", "clocks"):
        table.add_column(heading, overflow="fold")
    for row in rows:
        if "provisions" not in row:
            continue
        table.add_row(
            row["instrument"],
            str(row["listed"]),
            str(row["bound"]),
            str(row["bound_with_day"]),
            row["newest"] or "undated",
            f"{row['provisions_read']} of {row['provisions']}",
            f"{row['grounds_read']} of {row['grounds']}",
            f"{row['clocks_read']} of {row['clocks']}",
        )
    page.print(table)
    for row in rows:
        if "texts_read" in row:
            page.print(
                f"Bilateral: {row['listed']} treaties from {row['rows']} rows, "
                f"{row['in_force_recorded']} recorded in force, "
                f"{row['conflicts']} with conflicting sources, {row['texts_read']} read. {row['silence']}"
            )
    page.print('[dim]What is not listed is unknown, never "not a party".[/dim]')


def forms(
    form: Annotated[str, typer.Argument(help="One form; all if not given.")] = "",
    instrument: Annotated[
        str, typer.Option("--instrument", help="Only forms of an instrument (part of its name).")
    ] = "",
    *,
    language: Annotated[
        str, typer.Option("--language", help="The words of one form in en, fr, es, ar, ru or zh.")
    ] = "en",
    as_json: AsJson = False,
) -> None:
    """The standard forms with the status of each field: read in the text, or only recalled."""
    if form:
        found = load_form(form)
        shown = form_sheet(found, language)
        if as_json:
            print_json(shown)
            return
        page = console()
        page.print(f"[bold]{found.id}[/bold]  {escape(shown['words'])} ({escape(found.instrument)}, {found.version})")
        for field in shown["fields"]:
            unread = "" if field["verified"] else " [magenta](not verified)[/magenta]"
            at = f", {field['provision']}" if field["provision"] else ""
            page.print(f"  {field['place']}: {escape(field['words'])} ({escape(field['required'] + at)}){unread}")
            if field["options"]:
                page.print(f"      {escape(' | '.join(field['option_words'].values()))}")
        return
    rows = form_rows(instrument)
    if as_json:
        print_json({"forms": rows})
        return
    table = Table(box=None, pad_edge=False)
    for heading in ("form", "instrument", "fields", "verified"):
        table.add_column(heading, overflow="fold")
    for row in rows:
        table.add_row(row["id"], escape(row["instrument"]), str(row["field_count"]), str(row["verified_count"]))
    console().print(table)
