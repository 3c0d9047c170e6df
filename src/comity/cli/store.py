"""`comity node store`: whether the place where evidence is kept keeps its promises."""

import json
import shutil
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Protocol

import typer
from rich.console import Console
from rich.table import Table

from comity.cli.framework import load_framework
from comity.values.errors import BrokenError

if TYPE_CHECKING:
    from comity.authorities.node_file import NodeFile
    from comity.store.s3_request import Credentials
    from comity.store.vault import Vault

store = typer.Typer(no_args_is_help=True, help="The place where evidence is kept.")


class Keeper(Protocol):
    """What a node's folder knows of its store."""

    folder: Path

    @property
    def file(self) -> "NodeFile": ...

    def store_key(self) -> "Credentials": ...

    def vault_below(self, place: str, *, free: int | None = None) -> "Vault": ...


@store.command()
def check(
    folder: Annotated[Path, typer.Argument(help="The node's folder.")],
    as_json: Annotated[bool, typer.Option("--json", help="Only JSON on standard output.")] = False,
) -> None:
    """Try every promise on the node's own store, beside its evidence, and whether it locks what is put there.

    Ends with 1 where one is not kept. In a bucket with object lock about 30 MB of probes stay until their day.
    """
    load_framework(folder)
    from django.conf import settings  # noqa: PLC0415

    found = checked(settings.COMITY, datetime.now(UTC))
    if as_json:
        typer.echo(json.dumps(found))
    else:
        table = Table("promise", "kept", title=f"{found['store']} · {found['lock']}")
        for one in found["checks"]:
            table.add_row(one["promise"], one["fault"] or "yes")
        Console(emoji=False, highlight=False).print(table)
    if not found["holds"]:
        raise typer.Exit(1)


@store.command()
def status(
    folder: Annotated[Path, typer.Argument(help="The node's folder.")],
    as_json: Annotated[bool, typer.Option("--json", help="Only JSON on standard output.")] = False,
) -> None:
    """What the vault holds, how far it was read back, and what is broken. Ends with 1 where something is."""
    load_framework(folder)
    from comity.store.queries import faulty, holdings  # noqa: PLC0415 - the framework is set up by now

    held = holdings()
    broken = [
        {"digest": row.digest, "name": row.name, "fault": row.fault, "since": _text(row.fault_since)}
        for row in faulty()
    ]
    if as_json:
        told = {**asdict(held), "oldest": _text(held.oldest), "latest": _text(held.latest), "broken": broken}
        typer.echo(json.dumps(told))
    else:
        table = Table("held", "bytes", "never read back", "last reading", "longest not read, since", "broken")
        read = (_text(held.latest) or "–", _text(held.oldest) or "–")
        table.add_row(f"{held.contents:,}", f"{held.bytes:,}", f"{held.never_read:,}", *read, f"{held.faulty:,}")
        page = Console(emoji=False, highlight=False)
        page.print(table)
        for one in broken:
            page.print(f"{one['fault']}: {one['digest']}, kept as {one['name']}, since {one['since']}", soft_wrap=True)
    if broken:
        raise typer.Exit(1)


def _text(at: datetime | None) -> str | None:
    return at.isoformat(timespec="seconds") if at else None


def checked(node: Keeper, at: datetime) -> dict[str, Any]:
    """The outcome of the suite on a node's store; what it wrote is removed again as far as the store lets go."""
    from comity.store.suite import Bench, Outcome, run_suite  # noqa: PLC0415 - loaded only where it is asked for
    from comity.store.vault import Vault  # noqa: PLC0415

    place, made = f"check-{at:%Y%m%dT%H%M%S}", list[Vault]()

    def make(free: int) -> Vault:
        made.append(node.vault_below(f"{place}/{len(made)}", free=free))
        return made[-1]

    lock = "on the node's own disk, without a lock"
    try:
        outcomes = list(run_suite(Bench(make)))
        if node.file.store:
            lock, fault = _lock(node, place, at)
            outcomes.append(Outcome("lock", "What is put cannot be removed before its day", fault))
    finally:
        for vault in made:
            for name in list(vault.names()):
                vault.discard(name)
        shutil.rmtree(node.folder / place, ignore_errors=True)
    return {
        "store": node.file.store or str(node.folder / "vault"),
        "lock": lock,
        "holds": not any(one.fault for one in outcomes),
        "checks": [asdict(one) for one in outcomes],
    }


def _lock(node: Keeper, place: str, at: datetime) -> tuple[str, str]:
    """How the bucket locks, in words, and what is wrong with that."""
    from comity.store.s3_bucket import Bucket  # noqa: PLC0415 - loaded only where it is asked for

    bucket, key = Bucket.from_address(node.file.store), node.store_key()
    try:
        held = bucket.lock(bucket.store(key, prefix=place), key, at)
    except BrokenError as error:
        return "object lock that lets go", error.message
    if held:
        return f"object lock, {held.mode}, {held.period}", ""
    return "NO object lock", "The bucket locks nothing: what is put can be removed." if bucket.lock_wanted else ""
