"""`comity node break-glass`: two officers open one dossier at the node's console while the ledger takes no line."""

import getpass
import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from typer.core import TyperGroup

from comity.cli.framework import load_framework, operator_act
from comity.safeguards.glass import Ground

says = Console(stderr=True, highlight=False, soft_wrap=True)


class Glass(TyperGroup):
    """`comity node break-glass DIR` opens; the other words are commands."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if args and args[0] not in self.commands and not args[0].startswith("-"):
            args.insert(0, "open")
        return list(super().parse_args(ctx, args))


break_glass = typer.Typer(
    cls=Glass,
    no_args_is_help=True,
    help="Open one dossier while the ledger is down: two officers, a journal, four hours.",
)
Folder = Annotated[Path, typer.Argument(help="The node's folder.")]
Json = Annotated[bool, typer.Option("--json", help="Only JSON on standard output.")]


def now() -> datetime:
    return datetime.now(UTC)


def asked(question: str, *, secret: bool) -> str:
    """What a person at the console answers; what is secret is not shown."""
    if secret and sys.stdin.isatty():
        return getpass.getpass(f"{question}: ")
    sys.stderr.write(f"{question}: ")
    sys.stderr.flush()
    return sys.stdin.readline().rstrip("\n")


@break_glass.command("open")
def open_dossier(
    folder: Folder,
    dossier: Annotated[str, typer.Option(help="The dossier's reference.")],
    reason: Annotated[Ground, typer.Option(help="A clock on liberty runs in it, or somebody's life is threatened.")],
    text: Annotated[str, typer.Option(help="What hangs on it, in your words: it goes into the ledger.")],
    out: Annotated[Path | None, typer.Option(help="The sheet as a PDF too.")] = None,
) -> None:
    """Two officers, each with password and one-time code; within four hours one of the two sees it again."""
    load_framework(folder)
    from django.conf import settings  # noqa: PLC0415 - the framework is set up by now

    from comity.cli.glass_console import Request, open_by_two  # noqa: PLC0415

    request = Request(dossier, reason, text)
    sheet = open_by_two(settings.COMITY, request, ask=asked, clock=now, act=operator_act("break the glass"))
    typer.echo(sheet.text)
    if out is not None:
        out.touch(mode=0o600)
        out.write_bytes(sheet.pdf())
        says.print(f"{out}: print it, then remove the file.")
    says.print(f"Line {sheet.line.seq} of the journal, {sheet.line.link[:16]}: write it on the paper.")


@break_glass.command()
def reconcile(folder: Folder, as_json: Json = False) -> None:
    """Enter what was opened into the ledger, each line once. Exit 1: the journal does not hold; it is kept."""
    load_framework(folder)
    from django.conf import settings  # noqa: PLC0415 - the framework is set up by now

    from comity.authorities.queries import local_authorities  # noqa: PLC0415
    from comity.cli.glass_console import journal_of  # noqa: PLC0415
    from comity.safeguards.actions.glass import take_up_journal  # noqa: PLC0415

    codes = [row.code for row in local_authorities()]
    found = take_up_journal(operator_act("reconcile the journal"), journal_of(settings.COMITY), codes)
    if as_json:
        typer.echo(json.dumps({"entered": found.entered, "faults": list(found.faults)}))
    else:
        says.print(f"{found.entered} entries were made. An inspector acknowledges each opening on the page Ledger.")
        for fault in found.faults:
            says.print(f"[bold red]The journal does not hold[/]: {fault}. It is kept as it is.")
    if found.faults:
        raise typer.Exit(1)


@break_glass.command("journal")
def show_journal(folder: Folder, as_json: Json = False) -> None:
    """The lines of the journal, and whether its chain holds."""
    load_framework(folder)
    from django.conf import settings  # noqa: PLC0415 - the framework is set up by now

    from comity.cli.glass_console import journal_of  # noqa: PLC0415
    from comity.safeguards.glass import plain  # noqa: PLC0415

    found = journal_of(settings.COMITY).read()
    if as_json:
        typer.echo(json.dumps({"lines": [plain(line) for line in found.lines], "fault": found.fault}))
    else:
        for line in found.lines:
            said = line.entry
            typer.echo(f"{line.seq}  {line.at:%Y-%m-%d %H:%M:%S}  {said.kind}  {said.subject}  {said.text}")
        if found.fault:
            says.print(f"[bold red]The journal does not hold[/]: {found.fault}.")
    if found.fault:
        raise typer.Exit(1)
