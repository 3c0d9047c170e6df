"""How dual criminality, clocks and the rights gate look on a terminal."""

from collections.abc import Mapping, Sequence
from typing import Any

from rich.markup import escape
from rich.table import Table

from comity.cli.law_check_pages import COLOUR, console, mark
from comity.law.dual_conduct import SIGN_OFF, DualAnswer
from comity.law.rights_gate import SIGNATURE, GateAnswer, Standing
from comity.values.verdict import Finding

_UNREAD = " [magenta](not verified)[/magenta]"
_STANDING = {Standing.RECORDED: "red", Standing.ASK: "yellow", Standing.ASSURED: "cyan", Standing.ANSWERED: "default"}


def show_dual(answer: DualAnswer) -> None:
    page, case = console(), answer.case
    page.print(f"[bold]Dual criminality, {case.requesting} asks {case.requested}[/bold]  {mark(answer.finding)}")
    page.print(f"{answer.instrument}, {case.measure}: {answer.needed}")
    for reason in answer.reasons:
        unread = "" if reason.verified else _UNREAD
        page.print(f"  {mark(reason.finding)} {escape(reason.provision)}: {escape(reason.text)}{unread}")
    table = Table(box=None, pad_edge=False)
    for heading in ("element", "fact", case.requesting, case.requested):
        table.add_column(heading, overflow="fold")
    words = {True: "yes", False: "no", None: "unknown"}
    for row in answer.matrix:
        cells = [
            f"[{COLOUR[Finding(row[side]['finding'])]}]{row[side]['asks']}[/]" for side in ("requesting", "requested")
        ]
        table.add_row(f"{row['element']}: {escape(row['meaning'])}", words[row["fact"]], *cells)
    page.print(table)
    for question in answer.questions:
        page.print(f"  [yellow]ask[/yellow] {escape(question.text)}")
    page.print(f"[dim]{SIGN_OFF}[/dim]")


def show_clocks(shown: Mapping[str, Any]) -> None:
    page = console()
    page.print(f"[bold]{shown['instrument']}[/bold], {shown['trigger']} on {shown['at']}")
    for clock in shown["clocks"]:
        unread = "" if clock["verified"] else _UNREAD
        due = clock["due"] or "no figure in the text"
        colour = "red" if clock["liberty"] else "default"
        kind = ", ".join(dict.fromkeys((clock["kind"], clock["limit"])))
        page.print(f"\n[{colour}][bold]{clock['id']}[/bold] ({kind})[/]  due {due}{unread}")
        page.print(f"  {escape(clock['provision'])}: {escape(clock['effect'])}")
        for name in ("extension", "extended_due", "rolled_due", "cautious_due", "question", "holiday_question"):
            if clock[name]:
                page.print(f"  {name.replace('_', ' ')}: {escape(str(clock[name]))}")
        for text in clock["declared"]:
            page.print(f"  declared: {escape(text)}")


def show_triggers(code: str, events: Sequence[str]) -> None:
    page = console()
    page.print(f"[bold]{code}[/bold]: {len(events)} events start a clock")
    for event in events:
        page.print(f"  {event}")
    if events:
        page.print(f"[dim]For example: comity law clocks {code} --trigger {events[0]} --at 2026-11-21[/dim]")
    else:
        page.print('[dim]Nothing on its periods was read: that is unknown, not "no period".[/dim]')


def show_gate(answer: GateAnswer) -> None:
    page = console()
    page.print("[bold]Human-rights gate[/bold]: what is recorded, and what must be asked")
    for line in answer.lines:
        colour = _STANDING[line.standing]
        page.print(
            f"  [{colour}]{line.standing.value}[/] [bold]{line.subject.title}[/bold] ({escape(line.subject.provision)})"
        )
        for text in (*line.recorded, *line.asks):
            page.print(f"     {escape(text)}")
        if line.standing is Standing.RECORDED and line.subject.assurance:
            page.print(f"     An assurance could be: {escape(line.subject.assurance)}")
    page.print(f"[dim]{SIGNATURE}[/dim]")
