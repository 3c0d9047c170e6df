"""`comity node directory`: which founders this node relies on, their list, and whom of it the node connects."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from comity.cli.framework import load_framework, operator_act

directory = typer.Typer(no_args_is_help=True, help="The directories of authorities that this node relies on.")
Folder = Annotated[Path, typer.Argument(help="The node's folder.")]
Json = Annotated[bool, typer.Option("--json", help="Only JSON on standard output.")]
says = Console(stderr=True)


@directory.command()
def trust(
    folder: Folder,
    file: Annotated[Path, typer.Argument(help="The directory's file.")],
    fingerprint: Annotated[str, typer.Option(help="Its founders' fingerprint, as you heard it over another channel.")],
    name: Annotated[str, typer.Option(help="What people here call it.")] = "",
) -> None:
    """Rely on a directory, once the fingerprint of its founders was compared over another channel."""
    load_framework(folder)
    from comity.authorities.actions.directing import trust_directory  # noqa: PLC0415

    said = fingerprint.replace(" ", "").lower()
    row = trust_directory(
        operator_act("keep the directory"), data=file.read_bytes(), fingerprint=said, name=name or file.stem
    )
    says.print(f"This node relies on {row.name}, version {row.version}. Partners are asked for newer versions.")


@directory.command()
def take(folder: Folder, file: Annotated[Path, typer.Argument(help="A newer version.")]) -> None:
    """Take a newer version of a directory that is relied on: older, mixed or too little signed ones are refused."""
    load_framework(folder)
    from comity.authorities.actions.directing import take_directory  # noqa: PLC0415

    newer = take_directory(operator_act("keep the directory"), data=file.read_bytes(), source="file")
    says.print("Taken." if newer else "It is the one known here; nothing was changed.")


@directory.command()
def accept(
    folder: Folder,
    codes: Annotated[list[str], typer.Argument(help="Codes of listed authorities.")],
    fingerprint: Annotated[str, typer.Option(help="Of the one's listed key, where directories differ.")] = "",
) -> None:
    """Let listed authorities be partners as the list says; also with other keys, on the founders' word."""
    load_framework(folder)
    from comity.authorities.actions.directing import accept_listed  # noqa: PLC0415

    for code in codes:
        row = accept_listed(operator_act("keep the directory"), code, fingerprint=fingerprint)
        says.print(f"{row.code} is a partner of this node, as the directory lists it.")


@directory.command()
def show(folder: Folder, as_json: Json = False) -> None:
    """Each directory: until when it is current, whence it came; each listed authority, and how it stands here."""
    load_framework(folder)
    from comity.authorities.queries.directory import listed_authorities, listings  # noqa: PLC0415

    at = datetime.now(UTC)
    found: dict[str, Any] = {
        "directories": [
            {
                "name": one.name,
                "fingerprint": one.fingerprint,
                "version": one.directory.version,
                "ends": one.directory.ends.isoformat(),
                "ended": one.ended,
                "taken_at": one.taken_at.isoformat(),
                "taken_from": one.taken_from,
            }
            for one in listings(at)
        ],
        "authorities": [
            {
                "code": one.code,
                "standing": one.standing.value,
                "fingerprint": one.entry.card.verifying_key.fingerprint,
                "known": one.known_fingerprint,
                "signed_by": [one.signed_by, one.founders],
            }
            for one in listed_authorities(at)
        ],
    }
    if as_json:
        typer.echo(json.dumps(found))
        return
    out = Console(emoji=False, highlight=False)
    for one in found["directories"]:
        mark = "[red]ENDED: take a newer one[/]" if one["ended"] else f"current until {one['ends']}"
        out.print(f"[bold]{one['name']}[/]  version {one['version']}, from {one['taken_from']}, {mark}")
    table = Table("code", "stands", "key listed", "key known", "signed by", box=None, pad_edge=False)
    for row in found["authorities"]:
        signed = "{} of {}".format(*row["signed_by"])
        table.add_row(row["code"], row["standing"], row["fingerprint"][:16], row["known"][:16], signed)
    out.print(table)
