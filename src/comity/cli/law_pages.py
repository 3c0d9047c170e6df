"""How the answers of `comity law` look on a terminal: the usable bases in full, the rest in a line each."""

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from comity.law.answer import Basis, BasisAnswer
from comity.law.national import NATIONAL_SILENCE
from comity.law.vocabulary import MEASURES, OFFENCES
from comity.values.country import country_name
from comity.values.verdict import Finding, Reason

_COLOUR = {Finding.CLEAR: "green", Finding.UNSETTLED: "yellow", Finding.BARRED: "red"}
_INCOMPLETE = "The register is not complete for any State: what it does not list is unknown, never “not a party”."


def _console() -> Console:
    return Console(highlight=False, soft_wrap=False)


def show_answer(answer: BasisAnswer) -> None:
    console = _console()
    console.print(
        f"[bold]{country_name(answer.requesting)} asks {country_name(answer.requested)}[/bold] "
        f"for: {MEASURES[answer.measure]}\nOffence: {OFFENCES[answer.offence]}. On {answer.on.isoformat()}."
    )
    usable = [basis for basis in answer.bases if basis.finding is not Finding.BARRED]
    for basis in usable:
        if not basis.silent:
            _show_basis(console, basis)
    silent = [basis for basis in usable if basis.silent]
    if silent:
        console.print("\n[bold]UNSETTLED because the register is silent[/bold] (ask whether both are bound)")
        for basis in silent:
            asked = "; ".join(question.text for question in basis.questions if question.id.startswith("bound:"))
            console.print(f"  {basis.rank}. {basis.instrument}: {escape(asked)} [dim]{_age(basis)}[/dim]")
    barred = [basis for basis in answer.bases if basis.finding is Finding.BARRED]
    if barred:
        console.print("\n[bold]These do not carry the request[/bold]")
        for basis in barred:
            _show_barred(console, basis)
    console.print(f"\n[dim]{_INCOMPLETE}[/dim]")


def _show_basis(console: Console, basis: Basis) -> None:
    colour = _COLOUR[basis.finding]
    console.print(f"\n[bold]{basis.rank}. {basis.instrument}[/bold]  [{colour}]{basis.finding.value}[/{colour}]")
    console.print(f"   {escape(basis.title)}")
    for reason in basis.reasons:
        mark = {Finding.CLEAR: "·", Finding.UNSETTLED: "?", Finding.BARRED: "×"}[reason.finding]
        console.print(f"   {mark} {escape(reason.provision)}: {escape(reason.text)}{_unread(reason)}")
    for question in basis.questions:
        console.print(f"   [yellow]ask[/yellow] {escape(question.text)} [dim]({escape(question.id)})[/dim]")
    languages = ", ".join(basis.languages) or "not read"
    console.print(f"   Channel: {escape(basis.channel)}. Languages: {languages}.")
    sources = "; ".join(dict.fromkeys((*basis.sources, *basis.row_sources)))
    console.print(f"   [dim]{_age(basis)} Read in: {escape(sources)}.[/dim]")


def _show_barred(console: Console, basis: Basis) -> None:
    reason = next(reason for reason in basis.reasons if reason.finding is Finding.BARRED)
    unless = f" Unless: {escape(basis.questions[0].text)}" if basis.questions else ""
    text = f"{escape(reason.provision)}: {escape(reason.text)}{_unread(reason)}{unless}"
    console.print(f"  {basis.rank}. {basis.instrument}  [red]BARRED[/red]  {text} [dim]{_age(basis)}[/dim]")


_DATED = {
    "rows": "",
    "instrument": " (the instrument's table; nothing dated is listed for these two)",
    "register": " (the register as a whole; nothing here is dated)",
}


def _age(basis: Basis) -> str:
    return f"As of {basis.as_of}{_DATED[basis.dated_by]}."


def _unread(reason: Reason) -> str:
    return "" if reason.verified else " [magenta](not verified)[/magenta]"


def show_words(words: Mapping[str, str]) -> None:
    table = Table(box=None, show_header=False, pad_edge=False)
    for code, label in words.items():
        table.add_row(f"[bold]{code}[/bold]", label)
    _console().print(table)


def show_national(state: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """The offences of one State's law, as far as held."""
    console = _console()
    for row in rows:
        unread = "" if row["verified"] else " [magenta](not verified)[/magenta]"
        console.print(f"[bold]{row['offence']}[/bold]  {escape(row['statute'])}{unread}")
        console.print(f"   up to {row['maximum_months']} months; {escape('; '.join(row['elements']))}")
        console.print(f"   [dim]{escape(row['source'])}, as of {escape(row['as_of'] or 'undated')}[/dim]")
    console.print(f"[dim]{state}: {len(rows)} offences held. {escape(NATIONAL_SILENCE)}[/dim]")


def show_instruments(rows: Sequence[Mapping[str, Any]], state: str) -> None:
    """The instruments as a table; bilateral treaties only for one State, there are too many for a screen."""
    console = _console()
    table = Table(box=None, pad_edge=False)
    for heading in ("code", "title", "in force", "listed", "as of"):
        table.add_column(heading, overflow="fold")
    bilateral = [row for row in rows if "states" in row]
    for row in rows if state else [row for row in rows if "states" not in row]:
        table.add_row(
            row["code"], escape(row["title"]), row["in_force"] or "-", str(row["listed"] or "-"), row["as_of"] or "-"
        )
    console.print(table)
    if bilateral and not state:
        console.print(f"\nand {len(bilateral)} bilateral treaties; list those of one State with --state CH.")
    console.print(f"[dim]{_INCOMPLETE}[/dim]")


def show_parties(shown: Mapping[str, Any]) -> None:
    console = _console()
    console.print(f"[bold]{shown['instrument']}[/bold]  {escape(shown['title'])}")
    if "rows" in shown:
        for row in shown["rows"]:
            console.print("  " + escape("; ".join(f"{name}: {value}" for name, value in row.items() if value)))
        for conflict in shown["conflicts"]:
            console.print(f"  [red]the sources differ[/red] on {conflict['field']}: {', '.join(conflict['values'])}")
    else:
        table = Table(box=None, pad_edge=False)
        for heading in ("State", "status", "consent", "in force", "as of", "source"):
            table.add_column(heading, overflow="fold")
        for row in shown["parties"]:
            table.add_row(
                row["state"],
                row["status"],
                row["date_consent"] or "-",
                row["entry_into_force"] or "-",
                row["as_of"] or "undated",
                escape(row["source"]) + ("" if row["verified"] else " (inferred or recalled)"),
            )
        console.print(table)
    if "note" in shown:
        console.print(f"  {shown['state']}: {shown['note']}")
    for kind, rows in shown.get("declarations", {}).items():
        for row in rows:
            tags = ", ".join(row.get("languages", ()))
            text = "; ".join(part for part in (tags, row["text"]) if part)
            console.print(
                f"  [bold]{kind}[/bold] {escape(row['what'])}: {escape(text)} [dim](as of {row['as_of']})[/dim]"
            )
    console.print(f"[dim]{_INCOMPLETE}[/dim]")
