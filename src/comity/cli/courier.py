"""`comity node courier`: sealed bundles on a stick or in a bag, for partners whom the line does not reach."""

import json
import os
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from comity.cli.framework import load_framework, operator_act
from comity.values.errors import ConflictError, InvalidInputError, UnavailableError
from comity.values.instant import instant_text

courier = typer.Typer(no_args_is_help=True, help="Bundles that go by hand: pack one, take one in, list them.")
says = Console(stderr=True, highlight=False, soft_wrap=True)

Folder = Annotated[Path, typer.Argument(help="The node's folder.")]
Json = Annotated[bool, typer.Option("--json", help="Only JSON on standard output.")]
Own = Annotated[str, typer.Option("--as", help="Which of our authorities; needed where the node has several.")]


@courier.command()
def pack(
    folder: Folder,
    partner: Annotated[str, typer.Argument(help="The partner's code.")],
    out: Annotated[Path, typer.Option(help="The folder to write into, such as the stick.")],
    own: Own = "",
    offered_since: Annotated[
        datetime | None, typer.Option(help="Also all content offered to it from this moment on (UTC).")
    ] = None,
    most_bytes: Annotated[
        int | None, typer.Option(help="The most content in one file; the rest goes into further files.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Pack what waits for a partner, the receipts we owe it, and the content it is to have.

    Nothing counts as delivered by it: what is packed waits on until its receipt comes back, by hand or over the line.
    """
    if not out.is_dir():
        raise InvalidInputError(f"{out} is no folder; nothing was packed.", code="courier:out", place="--out")
    load_framework(folder)
    from django.conf import settings  # noqa: PLC0415

    from comity.exchange.actions import Asked  # noqa: PLC0415
    from comity.wiring.courier import pack_bundles  # noqa: PLC0415

    asked = Asked(offered_since.replace(tzinfo=UTC) if offered_since else None, most_bytes)
    act, node, holder = operator_act("courier"), settings.COMITY, own or _only_authority()
    packing = pack_bundles(act, partner, holder=holder, keys=node.keys(), vault=node.vault(), asked=asked)
    written = [_written(packed, out) for packed in packing]
    if as_json:
        typer.echo(json.dumps({"partner": partner, "sender": holder, "files": written}))
        return
    for one in written:
        says.print(
            f"{one['file']}  number {one['number']}: {one['messages']} messages, {one['receipts']} receipts, "
            f"{one['contents']} contents, {one['size']:,} bytes"
        )
        if one["left_messages"]:
            says.print(f"{one['left_messages']} messages found no room: pack again once these were taken in.")


@courier.command()
def take(
    folder: Folder,
    file: Annotated[Path, typer.Argument(help="The bundle's file.")],
    answer: Annotated[Path | None, typer.Option(help="Pack the answer at once, into this folder.")] = None,
    as_json: Json = False,
) -> None:
    """Take a bundle in: the same effect as over the line, once, whatever the order.

    Exit 1: some of it must come again. 2: nothing of it is believed.
    """
    load_framework(folder)
    from django.conf import settings  # noqa: PLC0415

    from comity.exchange.courier import read_outside  # noqa: PLC0415
    from comity.exchange.rejection import EnvelopeRejectedError  # noqa: PLC0415
    from comity.wiring.courier import pack_bundle, take_bundle  # noqa: PLC0415

    node = settings.COMITY
    keys, vault = node.keys(), node.vault()
    with file.open("rb") as bundle:
        try:
            named = read_outside(bundle)[0].recipient
        except EnvelopeRejectedError:
            named = ""  # said by taking it in, which enters it
        holder = named if named in keys.authorities() else _first_authority()
        act = operator_act("courier")
        found = take_bundle(act, bundle, holder=holder, keys=keys, vault=vault, clock=lambda: datetime.now(UTC))
    partner = found.manifest.sender
    told: dict[str, Any] = {
        "partner": partner,
        "number": found.manifest.number,
        "repeated": found.repeated,
        "whole": found.whole,
        "outcomes": found.tally(),
    }
    if answer is not None:
        packed = pack_bundle(operator_act("courier"), partner, holder=holder, keys=keys, vault=vault)
        told["answer"] = _written(packed, answer)
    if as_json:
        typer.echo(json.dumps(told))
    else:
        _say_taken(found, told, folder)
    if not found.whole:
        raise typer.Exit(1)


def _say_taken(found: Any, told: dict[str, Any], folder: Path) -> None:
    counts = ", ".join(f"{name} {n}" for name, n in told["outcomes"].items())
    again = " again" if found.repeated else ""
    says.print(f"Bundle {told['number']} of {told['partner']}{again}: {counts or 'nothing in it'}")
    for part, result in zip(found.manifest.parts, found.results, strict=True):
        if result.reason:
            says.print(f"  {part.kind} {result.outcome}: {result.reason}", markup=False)
    if "answer" in told:
        says.print(f"The answer to carry back: {told['answer']['file']}")
    else:
        says.print(f"Answer it: comity node courier pack {folder} {told['partner']} --out FOLDER")


@courier.command("list")
def list_bundles(folder: Folder, own: Own = "", as_json: Json = False) -> None:
    """What was packed and taken in, what a next bundle would carry, and which numbers of a partner never came."""
    load_framework(folder)
    from comity.exchange.queries import bundles, couriers  # noqa: PLC0415

    holder = own or _only_authority()
    rows, partners = bundles(holder), couriers(holder)
    if as_json:
        typer.echo(
            json.dumps(
                {"bundles": [asdict(row) for row in rows], "partners": [asdict(one) for one in partners]}, default=_text
            )
        )
        return
    table = Table("when", "way", "partner", "no.", "messages", "receipts", "contents", "bytes", "state")
    for row in rows:
        state = ("taken in there" if row.whole else "no answer yet") if row.direction == "out" else (
            "whole" if row.whole else "must come again"
        )  # fmt: skip
        counts = (str(row.messages), str(row.receipts), str(row.contents), f"{row.size:,}")
        table.add_row(f"{row.handled_at:%Y-%m-%d %H:%M}", row.direction, row.partner, str(row.number), *counts, state)
    console = Console()
    console.print(table)
    for one in partners:
        console.print(f"{one.partner}: {one.waiting} messages wait, {one.owed} receipts owed", end="")
        console.print(f"; numbers that never came: {', '.join(map(str, one.absent))}" if one.absent else "")


def _written(packed: Any, out: Path) -> dict[str, Any]:
    """Write a bundle durably under its own name; what lies there already stays, and nothing half written is left.

    Raises UnavailableError `courier:unwritten` where the medium does not take it.
    """
    from comity.exchange.courier import PartKind, file_name  # noqa: PLC0415

    manifest = packed.manifest
    place = out / file_name(manifest.id)
    unfinished = place.with_suffix(".part")
    if place.exists():
        raise ConflictError(f"{place} exists already; nothing was written.", code="courier:exists")
    try:
        with unfinished.open("xb") as file:
            for piece in packed.chunks():
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())
        unfinished.rename(place)
    except OSError as error:
        raise UnavailableError(
            f"Bundle {manifest.number} was not written to {out}: {error.strerror or error}. Its number is spent, and "
            "what was in it waits on.",
            code="courier:unwritten",
            next_step="Make room on the medium or take another, and pack again.",
        ) from error
    finally:
        packed.close()
        unfinished.unlink(missing_ok=True)
    return {
        "file": str(place),
        "number": manifest.number,
        "messages": manifest.count(PartKind.ENVELOPE),
        "receipts": manifest.count(PartKind.RECEIPT),
        "contents": manifest.count(PartKind.CONTENT),
        "size": packed.size,
        "left_messages": packed.left_messages,
    }


def _text(value: Any) -> str:
    return instant_text(value) if isinstance(value, datetime) else str(value)


def _first_authority() -> str:
    from comity.authorities.queries import local_authorities  # noqa: PLC0415

    return local_authorities()[0].code


def _only_authority() -> str:
    from comity.authorities.queries import local_authorities  # noqa: PLC0415

    codes = [row.code for row in local_authorities()]
    if len(codes) != 1:
        raise InvalidInputError(
            f"The node has several authorities: {', '.join(codes)}.", code="courier:as", next_step="Name one with --as."
        )
    return codes[0]
