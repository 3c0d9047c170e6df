"""How the answers about one case look on a terminal: refusals, questions, dual criminality, clocks, the rights gate."""

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from comity.law.known_facts import KnownFact
from comity.law.refusal_check import GroundFinding, RefusalAnswer
from comity.values.verdict import Finding

COLOUR = {Finding.CLEAR: "green", Finding.UNSETTLED: "yellow", Finding.BARRED: "red"}
_UNREAD = " [magenta](not verified)[/magenta]"


def console() -> Console:
    return Console(highlight=False, soft_wrap=False)


def mark(finding: Finding) -> str:
    return f"[{COLOUR[finding]}]{finding.value}[/{COLOUR[finding]}]"


def show_refusals(answer: RefusalAnswer) -> None:
    """What stands against the request first, then what is open, then what is clear in one line."""
    page = console()
    page.print(f"[bold]{answer.instrument}[/bold]  {mark(answer.finding)}")
    for note in answer.notes:
        page.print(f"[magenta]{escape(note)}[/magenta]")
    for title, rows in (
        ("Grounds of refusal", answer.grounds),
        ("Conditions", answer.conditions),
        ("Grounds of postponement", answer.postponements),
    ):
        if rows:
            page.print(f"\n[bold]{title}[/bold]")
            _show_grounds(page, rows)
    for title, held in (("What must be done", answer.duties), ("What may never be a ground", answer.never)):
        if held:
            page.print(f"\n[bold]{title}[/bold]")
            for row in held:
                page.print(f"  {escape(row.provision)}: {escape(row.condition)}{'' if row.verified else _UNREAD}")
    if answer.questions and answer.finding is not Finding.BARRED:
        page.print("\n[bold]Ask first[/bold]")
        for asked in answer.questions[:3]:
            page.print(f"  {escape(asked.text)} [dim]({asked.id})[/dim]")


def show_known(known: Sequence[KnownFact]) -> None:
    """What the register knew, so that it was not asked."""
    page = console()
    for one in known:
        unread = "" if one.verified else _UNREAD
        page.print(
            f"[cyan]known[/cyan] {one.fact}: {one.value} ({escape(one.provision)}: {escape(one.because)}){unread}"
        )


def _show_grounds(page: Console, rows: Sequence[GroundFinding]) -> None:
    for finding in (Finding.BARRED, Finding.UNSETTLED):
        for row in rows:
            if row.finding is finding:
                unread = "" if row.ground.verified else _UNREAD
                page.print(
                    f"  {mark(finding)} {escape(row.ground.id)} ({row.ground.kind}, {row.ground.provision}){unread}"
                )
                page.print(f"     {escape(row.reason)}")
    clear = [row.ground.id for row in rows if row.finding is Finding.CLEAR]
    if clear:
        page.print(f"  {mark(Finding.CLEAR)} {escape(', '.join(clear))}")


def show_questions(code: str, rows: Sequence[Mapping[str, Any]]) -> None:
    page = console()
    page.print(f"[bold]{code}[/bold]: {len(rows)} facts")
    table = Table(box=None, pad_edge=False)
    for heading in ("fact", "type", "meaning", "provision"):
        table.add_column(heading, overflow="fold")
    for row in rows:
        table.add_row(f"[bold]{row['fact']}[/bold]", row["type"], escape(row["meaning"]), escape(row["provision"]))
    page.print(table)
    if not rows:
        page.print('The grounds of this instrument have not been read: that is unknown, not "no ground".')
