"""`comity ledger`: is a ledger whole, who witnessed it, and the ledger as files that others can check."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from comity.cli.framework import load_framework, operator_act
from comity.exchange.ledger_export import (
    CHECKPOINT,
    ENTRIES,
    KEYS,
    WITNESSED,
    Finding,
    broken,
    check_export,
    holds,
)
from comity.values.errors import ConflictError

ledger = typer.Typer(no_args_is_help=True, rich_markup_mode=None, add_completion=False, help=__doc__)
Json = Annotated[bool, typer.Option("--json", help="Only JSON on standard output.")]
Folder = Annotated[Path, typer.Argument(metavar="NODE", help="The node's folder.")]


@ledger.command("verify")
def verify(
    place: Annotated[Path, typer.Argument(metavar="DIR", help="A node's folder, or a ledger that was exported.")],
    as_json: Json = False,
) -> None:
    """Prove a ledger: every entry, the root, the signatures, and that it continues what its witnesses cosigned.

    Exit 0: all holds. 1: something is broken, and named. 2: there is no ledger at DIR.
    """
    found = list(_of_export(place) if (place / ENTRIES).exists() else _of_node(place))
    faults = [one for one in found if not one.holds]
    if as_json:
        typer.echo(json.dumps({"holds": not faults, "findings": [one.to_json() for one in found]}, ensure_ascii=False))
    else:
        says = Console(highlight=False, soft_wrap=True)
        for one in found:
            word, style = ("holds ", "green") if one.holds else ("BROKEN", "bold red")
            says.print(Text.assemble((word, style), f" {one.place}: {one.text}"))
    raise typer.Exit(1 if faults else 0)


def _of_export(place: Path) -> Iterator[Finding]:
    texts = {name: (place / name).read_text() if (place / name).exists() else "" for name in (CHECKPOINT, WITNESSED)}
    keys = place / KEYS
    with (place / ENTRIES).open("rb") as lines:
        yield from check_export(lines, texts[CHECKPOINT], texts[WITNESSED], keys.read_bytes() if keys.exists() else b"")


def _of_node(place: Path) -> Iterator[Finding]:
    load_framework(place)
    from comity.authorities.queries import local_authorities  # noqa: PLC0415 - the framework is set up by now
    from comity.exchange.queries import departures, standings  # noqa: PLC0415
    from comity.safeguards.queries import broken_places, ledger_size  # noqa: PLC0415

    for own in local_authorities():
        faults = list(broken_places(own.code))
        yield from (broken(own.code, fault) for fault in faults)
        if not faults:
            yield holds(own.code, f"{ledger_size(own.code)} entries, whole.")
        left = departures(own.code)
        yield from (broken(own.code, fault) for fault in left.values())
        for one in standings(own.code):
            if one.alarming:
                yield broken(own.code, one.reason)
            elif one.size and one.witness not in left:
                yield holds(own.code, f"It continues the {one.size} entries that {one.witness} cosigned.")


@ledger.command("export")
def export(
    folder: Folder,
    authority: Annotated[str, typer.Argument(metavar="AUTHORITY", help="Whose ledger, e.g. CH-FOJ.")],
    out: Annotated[Path, typer.Argument(metavar="OUT", help="A folder to make.")],
    leaves_only: Annotated[bool, typer.Option(help="Without what the entries say: only the leaves.")] = False,
    as_json: Json = False,
) -> None:
    """Write a ledger as files that `comity ledger verify OUT`, or anyone with the format, can check offline.

    It says who read and did what: treat it as the most confidential thing of the house, or give leaves only.
    """
    load_framework(folder)
    from django.conf import settings  # noqa: PLC0415 - the framework is set up by now

    from comity.exchange.queries import exported  # noqa: PLC0415

    if out.exists():
        raise ConflictError(f"{out} exists already; nothing was written.", code="ledger:exists")
    notes, keys, lines = exported(authority, settings.COMITY.keys(), entries=not leaves_only)
    out.mkdir(parents=True)
    (out / KEYS).write_bytes(keys)
    for name, note in notes.items():
        (out / name).write_text(note)
    count = 0
    with (out / ENTRIES).open("wb") as file:
        for line in lines:
            file.write(line)
            count += 1
    if as_json:
        typer.echo(json.dumps({"authority": authority, "entries": count, "folder": str(out), "files": sorted(notes)}))
    else:
        typer.echo(f"{count} entries of {authority} in {out}. Check them anywhere: comity ledger verify {out}")


@ledger.command("witnesses")
def witnesses(folder: Folder, as_json: Json = False) -> None:
    """Who witnessed our ledgers and when, what we witnessed of others, and every ledger caught with two histories."""
    load_framework(folder)
    _tell_witnesses(as_json=as_json)


@ledger.command("ask")
def ask(folder: Folder, as_json: Json = False) -> None:
    """Show our ledgers to every witness now, instead of waiting for the node to do it by itself."""
    load_framework(folder)
    from datetime import timedelta  # noqa: PLC0415 - the framework is set up by now

    from django.conf import settings  # noqa: PLC0415

    from comity.exchange.actions import submit_checkpoints  # noqa: PLC0415

    node = settings.COMITY
    act = operator_act("have the ledgers witnessed")
    submit_checkpoints(act, keys=node.keys(), transport=node.transport(), every=timedelta(0))
    _tell_witnesses(as_json=as_json)


def _tell_witnesses(*, as_json: bool) -> None:
    from comity.cli.witnessing import witness_page, witness_state  # noqa: PLC0415 - the framework is set up by now

    found = witness_state()
    if as_json:
        typer.echo(json.dumps(found, ensure_ascii=False))
        return
    for part in witness_page(found):
        Console(highlight=False, soft_wrap=True).print(part)


@ledger.command("begin-anew")
def begin_anew(
    folder: Folder,
    holder: Annotated[str, typer.Argument(metavar="OURS", help="Our authority, as the witness.")],
    log: Annotated[str, typer.Argument(metavar="PARTNER", help="The partner whose ledger begins anew.")],
) -> None:
    """Witness a partner's ledger from its beginning again, after it told you on another way how it lost it.

    The proofs stay; our own ledger says when this was done.
    """
    load_framework(folder)
    from comity.exchange.actions import begin_anew as begin  # noqa: PLC0415 - the framework is set up by now

    known = begin(operator_act("a partner's ledger begins anew"), holder=holder, log=log)
    typer.echo(f"{holder} forgot the {known} entries that it knew of {log}; the next checkpoint counts as a first one.")
