"""`comity node continuity`: sealed packs of open clocks on liberty and contacts, for when the ledger is down.

`open` needs the pack and the recipient's key, and neither node nor database.
"""

import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from typer.core import TyperGroup

from comity.authorities.locked import lock, unlock
from comity.authorities.node_file import read_node_file
from comity.cli.framework import load_framework, operator_act
from comity.safeguards.continuity import open_pack
from comity.seals.keys import OpeningKey
from comity.values.errors import BrokenError, ConflictError, InvalidInputError

MAGIC = b"comity-continuity-key-1\n"
says = Console(stderr=True, highlight=False, soft_wrap=True)


class Packs(TyperGroup):
    """`comity node continuity DIR` makes a pack now; the other words are commands."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if args and args[0] not in self.commands and not args[0].startswith("-"):
            args.insert(0, "make")
        return list(super().parse_args(ctx, args))


continuity = typer.Typer(cls=Packs, no_args_is_help=True, help="Sealed packs of open clocks on liberty and contacts.")
Folder = Annotated[Path, typer.Argument(help="The node's folder.")]
Passphrase = Annotated[Path, typer.Option(help="The file with the passphrase of the recipient's key.")]
Json = Annotated[bool, typer.Option("--json", help="Only JSON on standard output.")]


def _passphrase(path: Path) -> str:
    said = path.read_text().strip()
    if not said:
        raise InvalidInputError(f"{path} is empty; nothing was done.", code="continuity:passphrase", place=str(path))
    return said


@continuity.command()
def prepare(
    folder: Folder,
    journal: Annotated[Path, typer.Option(help="A folder on other storage, for the journal.")],
    packs: Annotated[Path, typer.Option(help="A folder on other storage, for the packs.")],
    key: Annotated[Path, typer.Option(help="Where the recipient's private key is written; keep it off this node.")],
    passphrase_file: Passphrase,
) -> None:
    """Name the storage for when the ledger is down, and make the key to which packs are sealed.

    The node keeps the public half only: it can seal packs, not open them.
    """
    file = read_node_file(folder)
    if key.exists():
        raise ConflictError(f"{key} exists already; nothing was changed.", code="continuity:key", place=str(key))
    for place in (journal, packs):
        if not place.is_dir():
            raise InvalidInputError(f"{place} is no folder; nothing was changed.", code="continuity:folder")
    made = OpeningKey.generate()
    key.touch(mode=0o600)
    key.write_bytes(lock(MAGIC, made.to_bytes(), _passphrase(passphrase_file), os.urandom))
    said = {"journal": str(journal.resolve()), "packs": str(packs.resolve()), "recipient": made.public.to_json()}
    replace(file, glass=said).write(folder)
    for place in (journal, packs):
        if place.stat().st_dev == folder.stat().st_dev:
            says.print(f"[bold yellow]{place} lies on the node's own storage[/]: what takes the ledger takes it too.")
    says.print(f"Packs are sealed to [bold]{made.key_id}[/]. Serve the node anew; keep {key} and its passphrase apart.")


@continuity.command()
def make(
    folder: Folder, out: Annotated[Path | None, typer.Option(help="A copy here too.")] = None, as_json: Json = False
) -> None:
    """Make today's pack of each of our authorities now, as the worker does every night."""
    load_framework(folder)
    from django.conf import settings  # noqa: PLC0415 - the framework is set up by now

    from comity.requests.actions.continuity import pack_all  # noqa: PLC0415

    kept = settings.COMITY.continuity()
    if kept is None:
        raise InvalidInputError(
            "This node names no folder for packs and no recipient; none was made.",
            code="continuity:unprepared",
            next_step="Prepare it: comity node continuity prepare DIR --help",
        )
    made = pack_all(operator_act("make a continuity pack"), kept, exercise=settings.COMITY.exercise)
    for one in made if out else ():
        target = out / one.path.name if out is not None and out.is_dir() else out
        if target is not None:
            target.write_bytes(one.path.read_bytes())
    if as_json:
        told = [{"authority": one.authority, "file": str(one.path), "clocks": one.clocks} for one in made]
        typer.echo(json.dumps(told))
        return
    for one in made:
        says.print(f"{one.path}  {one.clocks} open clocks on liberty")


@continuity.command("open")
def open_file(
    file: Annotated[Path, typer.Argument(help="The pack.")],
    key: Annotated[Path, typer.Option(help="The recipient's private key.")],
    passphrase_file: Passphrase,
    out: Annotated[Path, typer.Option(help="Where to write the sheet, a PDF.")],
) -> None:
    """Open a pack on any machine: no node, no database, no network."""
    data = unlock(MAGIC, key.read_bytes(), _passphrase(passphrase_file))
    if data is None:
        raise BrokenError(f"{key} does not open with this passphrase, or is damaged.", code="continuity:key")
    header, sheet = open_pack(file.read_bytes(), OpeningKey.from_bytes(data))
    with os.fdopen(os.open(out, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as sink:
        sink.write(sheet)
    says.print(f"{out}: the pack of {header['authority']} of {header['at']}. Print it, then remove the file.")
