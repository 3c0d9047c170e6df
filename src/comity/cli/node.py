"""`comity node`: the operator's commands. Each names the node's folder; the embedded default needs nothing else."""

import json
import os
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from comity.cli.break_glass import break_glass
from comity.cli.continuity import continuity
from comity.cli.courier import courier
from comity.cli.framework import load_framework, operator_act
from comity.cli.node_directory import directory
from comity.cli.store import store as store_commands
from comity.values.errors import InvalidInputError

node = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help="Set up, serve, back up and restore a node; its partners and officers.",
)
peer = typer.Typer(no_args_is_help=True, help="Partners of this node.")
node.add_typer(peer, name="peer")
node.add_typer(store_commands, name="store")
node.add_typer(courier, name="courier")
node.add_typer(continuity, name="continuity")
node.add_typer(break_glass, name="break-glass")
node.add_typer(directory, name="directory")

Folder = Annotated[Path, typer.Argument(help="The node's folder.")]
Json = Annotated[bool, typer.Option("--json", help="Only JSON on standard output.")]
says = Console(stderr=True)


@node.command()
def init(
    folder: Folder,
    roster: Annotated[Path, typer.Option(help="The YAML file of authorities, offices and first officers.")],
    database: Annotated[str, typer.Option(help="PostgreSQL address; empty for the embedded SQLite.")] = "",
    store: Annotated[str, typer.Option(help="s3://BUCKET/PREFIX?endpoint=URL; empty for the folder's own vault.")] = "",
    as_json: Json = False,
) -> None:
    """Make a node: keyring, database, authorities, offices, first officers. Prints their first passwords once."""
    from comity.cli.roster import read_roster  # noqa: PLC0415 - the framework loads after the folder is known
    from comity.cli.setup import prepare_folder  # noqa: PLC0415

    plan = read_roster(roster)
    prepare_folder(folder, plan, database, datetime.now(UTC), store=store)
    load_framework(folder)
    from comity.cli.setup import establish  # noqa: PLC0415

    first = establish(plan, datetime.now(UTC))
    if as_json:
        typer.echo(json.dumps({"folder": str(folder), "officers": first}))
        return
    table = Table(
        "user name", "password", "one-time code secret", title="First sign-ins: shown once, hand over in person"
    )
    for row in first:
        table.add_row(row["username"], row["password"], row["totp_secret"])
    Console().print(table)


@node.command()
def roster() -> None:
    """Print a roster to begin with; write your authorities, offices and officers into it."""
    from comity.cli.roster import SAMPLE  # noqa: PLC0415

    typer.echo(SAMPLE, nl=False)


@node.command()
def serve(
    folder: Folder,
    threads: Annotated[int, typer.Option(help="Threads of each listener.")] = 8,
    watch: Annotated[int, typer.Option(help="A loopback port for health and metrics; none if 0.")] = 0,
) -> None:
    """Serve the node: pages and API, the exchange port, and the worker, until interrupted."""
    from comity.cli.serving import serve_node  # noqa: PLC0415

    serve_node(folder, threads=threads, watch=watch)


@node.command()
def card(
    folder: Folder,
    authorities: Annotated[list[str], typer.Argument(help="Codes of our authorities.")],
    out: Annotated[Path, typer.Option(help="The folder to write CODE.card into.")],
    as_json: Json = False,
) -> None:
    """Write the signed cards of our authorities, to hand to a partner; says the fingerprint of each."""
    load_framework(folder)
    from comity.cli.setup import card_and_fingerprint  # noqa: PLC0415

    written = {}
    for code in authorities:
        data, written[code] = card_and_fingerprint(code)
        (out / f"{code}.card").write_bytes(data)
    if as_json:
        typer.echo(json.dumps(written))
        return
    says.print("Tell the partner each fingerprint over another channel:")
    for code, fingerprint in written.items():
        says.print(f"{out / code}.card  [bold]{fingerprint}[/]", soft_wrap=True)


@peer.command("add")
def add(
    folder: Folder,
    cards: Annotated[list[str], typer.Argument(help="FILE=FINGERPRINT, the fingerprint as the partner told you.")],
) -> None:
    """Accept partners' cards once their fingerprints were compared over another channel."""
    load_framework(folder)
    from comity.authorities.actions import add_partner  # noqa: PLC0415
    from comity.authorities.card import open_card  # noqa: PLC0415

    for pair in cards:
        path, given, fingerprint = pair.rpartition("=")
        if not given:
            raise typer.BadParameter(f"'{pair}' names no fingerprint; write {pair}=FINGERPRINT.")
        act = operator_act("connect a partner")
        row = add_partner(act, card=open_card(Path(path).read_bytes()), fingerprint=fingerprint)
        says.print(f"{row.code} is a partner of this node.")


@peer.command("list")
def list_peers(folder: Folder, as_json: Json = False) -> None:
    """The partners this node knows."""
    load_framework(folder)
    from comity.authorities.queries import partners  # noqa: PLC0415

    rows = [
        {"code": row.code, "state": row.state, "node": row.has_node, "endpoint": row.endpoint} for row in partners()
    ]
    if as_json:
        typer.echo(json.dumps(rows))
        return
    table = Table("code", "State", "node", "endpoint")
    for row in rows:
        table.add_row(str(row["code"]), str(row["state"]), "yes" if row["node"] else "by post", str(row["endpoint"]))
    Console().print(table)


@peer.command("quota")
def quota(
    folder: Folder,
    code: Annotated[str, typer.Argument(help="The partner's code.")],
    messages_per_hour: Annotated[int | None, typer.Option(help="Messages it may send us in an hour.")] = None,
    bytes_at_rest: Annotated[int | None, typer.Option(help="Bytes of messages and content we keep for it.")] = None,
    open_transfers: Annotated[int | None, typer.Option(help="Transfers from it that may be open at once.")] = None,
) -> None:
    """What a partner may use of this node; a limit that is not named stays. What goes over is refused for now."""
    load_framework(folder)
    from comity.exchange.actions import allow  # noqa: PLC0415
    from comity.exchange.queries import allowance_of  # noqa: PLC0415

    named = {
        "messages_per_hour": messages_per_hour,
        "bytes_at_rest": bytes_at_rest,
        "open_transfers": open_transfers,
    }
    held = allowance_of(code, datetime.now(UTC)).limits
    limits = replace(held, **{name: value for name, value in named.items() if value is not None})
    allow(operator_act("set a partner's quota"), code, limits)
    says.print(f"{code}: {limits.messages_per_hour:,} messages an hour, {limits.bytes_at_rest:,} bytes at rest, ")
    says.print(f"{limits.open_transfers:,} open transfers.")


@node.command()
def status(folder: Folder, as_json: Json = False) -> None:
    """What waits, since when, which certificates end within 60 days, and whether the ledgers are whole."""
    load_framework(folder)
    from django.conf import settings  # noqa: PLC0415

    from comity.cli.status import node_status, status_page  # noqa: PLC0415

    found: dict[str, Any] = node_status(settings.COMITY.keys(), datetime.now(UTC))
    if as_json:
        typer.echo(json.dumps(found))
    else:
        Console(emoji=False, highlight=False).print(status_page(found))
    if found["broken"]:
        raise typer.Exit(1)


@node.command()
def doctor(folder: Folder, as_json: Json = False) -> None:
    """Prove what the node holds: states, ledgers, custody, content, keys, certificates, disk, migrations, clock."""
    load_framework(folder)
    from django.conf import settings  # noqa: PLC0415

    from comity.cli.doctor import examine, findings_page  # noqa: PLC0415

    found = examine(settings.COMITY, datetime.now(UTC))
    if as_json:
        typer.echo(json.dumps(found))
    else:
        Console(emoji=False, highlight=False, soft_wrap=True).print(findings_page(found))
    if not found["sound"]:
        raise typer.Exit(1)


@node.command()
def upgrade(folder: Folder, as_json: Json = False) -> None:
    """Make the changes that this release needs in the node's database; what it holds stays. Make a backup before."""
    load_framework(folder)
    from comity.cli.upgrading import upgrade_database  # noqa: PLC0415

    made = upgrade_database()
    if as_json:
        typer.echo(json.dumps({"made": made}))
        return
    says.print(f"{len(made)} changes were made." if made else "The database is of this release already.")


@node.command()
def rotate(
    folder: Folder,
    code: Annotated[str, typer.Argument(help="The code of our authority whose keys change.")],
    reason: Annotated[str, typer.Option(help="Why; partners are told.")] = "",
    revoked_since: Annotated[
        datetime | None, typer.Option(help="The old key is not to be believed from this moment on (UTC).")
    ] = None,
    lost: Annotated[
        bool, typer.Option(help="The old key is not to sign the notice: partners accept the card.")
    ] = False,
    as_json: Json = False,
) -> None:
    """New keys for one of our authorities, told to every partner by a notice that the old key signs.

    Run it again if it was interrupted: it goes on with the keys it had made.
    """
    load_framework(folder)
    from django.conf import settings  # noqa: PLC0415

    from comity.cli.rotation import rotate_keys  # noqa: PLC0415

    since = revoked_since.replace(tzinfo=UTC) if revoked_since else None
    if since is not None and not reason:
        raise InvalidInputError("Say why the key is revoked: --reason.", code="rotate:reason", place="reason")
    told = rotate_keys(settings.COMITY, code, datetime.now(UTC), reason=reason, revoked_since=since, lost=lost)
    if as_json:
        typer.echo(json.dumps({"authority": code, "fingerprint": told}))
        return
    says.print(f"{code} signs from now on with [bold]{told}[/]", soft_wrap=True)
    if lost:
        says.print("No partner was told. Send each the new card (comity node card) and the fingerprint over another")
        says.print("channel; two people there must accept it.")
    else:
        says.print("Each partner gets a notice that the old key signed. See who has it: comity node status")


@node.command("rotate-tls")
def rotate_tls(
    folder: Folder,
    finish: Annotated[bool, typer.Option(help="Use the prepared certificate, now that partners know it.")] = False,
    anyway: Annotated[bool, typer.Option(help="Even if a partner was not told.")] = False,
) -> None:
    """A new TLS certificate for the exchange port, in two steps: partners pin both until the second is done."""
    load_framework(folder)
    from django.conf import settings  # noqa: PLC0415

    from comity.cli.rotation import finish_tls, prepare_tls  # noqa: PLC0415

    if finish:
        finish_tls(settings.COMITY, datetime.now(UTC), anyway=anyway)
        says.print("The new certificate is in use once the node is served anew: comity node serve")
    else:
        prepare_tls(settings.COMITY, settings.COMITY.file.endpoint_host, datetime.now(UTC))
        says.print("Every partner is being told. When none waits any more: comity node rotate-tls DIR --finish")


@peer.command("keys")
def keys(
    folder: Folder, code: Annotated[str, typer.Argument(help="The authority's code.")], as_json: Json = False
) -> None:
    """The key of an authority and those it had before: until when, why it changed, and what makes the change safe."""
    load_framework(folder)
    from comity.cli.key_history import key_history, key_page  # noqa: PLC0415

    found = key_history(code)
    if as_json:
        typer.echo(json.dumps(found))
    else:
        Console(emoji=False, highlight=False, soft_wrap=True).print(key_page(found))


@node.command()
def schedule(
    folder: Folder,
    job: Annotated[str, typer.Option(help="The job of the schedule to run.")],
    at: Annotated[datetime, typer.Option(help="As if it were this moment (UTC).")],
) -> None:
    """Run one job of the schedule as if it were another day: in an exercise only."""
    load_framework(folder)
    from comity.cli.rehearsal import rehearse  # noqa: PLC0415

    says.print(f"{job}: {rehearse(job, at.replace(tzinfo=UTC), os.urandom)} done")


@node.command()
def backup(folder: Folder, out: Annotated[Path, typer.Argument(help="The backup file to write.")]) -> None:
    """Write database, keyring and vault into one file, encrypted under the node's passphrase."""
    from comity.cli.backups import write_backup  # noqa: PLC0415

    size = write_backup(folder, out, os.urandom)
    says.print(f"Wrote {out}, {size:,} bytes. It opens only with the node's passphrase: keep the two apart.")


@node.command()
def restore(
    backup_file: Annotated[Path, typer.Argument(help="The backup to restore.")],
    folder: Folder,
    passphrase_file: Annotated[Path, typer.Option(help="The file with the node's passphrase.")],
) -> None:
    """Bring a node back from its backup into an empty folder."""
    from comity.cli.backups import read_backup  # noqa: PLC0415

    count = read_backup(backup_file, folder, passphrase_file.read_text().strip())
    load_framework(folder)
    from comity.cli.reconciling import take_up  # noqa: PLC0415 - the framework loads once the folder is there

    take_up(folder, datetime.now(UTC))
    says.print(f"Restored {count} files into {folder}. Check it: comity node doctor {folder}")
    says.print("Served, it asks its partners what it lacks; until then it sends nothing: comity node reconcile DIR")


@node.command()
def reconcile(
    folder: Folder,
    begin: Annotated[bool, typer.Option(help="This is an older copy: ask every partner what it lacks.")] = False,
    finish: Annotated[str, typer.Option(help="Go on with this partner although not everything came back.")] = "",
    as_json: Json = False,
) -> None:
    """After a restore: how far it is with each partner. The worker asks; this shows, begins, or gives the rest up."""
    load_framework(folder)
    from django.conf import settings  # noqa: PLC0415

    from comity.cli import reconciling  # noqa: PLC0415
    from comity.exchange.actions import end_reconciling  # noqa: PLC0415

    at = datetime.now(UTC)
    if not reconciling.take_up(folder, at) and begin:
        reconciling.begin(at)
    if finish:
        given_up = end_reconciling(operator_act("go on without the rest"), finish, keys=settings.COMITY.keys())
        says.print(f"{finish}: {given_up} messages are given up.")
    found = reconciling.reconciliation()
    if as_json:
        typer.echo(json.dumps({"reconciling": found}))
    else:
        Console(emoji=False, highlight=False, soft_wrap=True).print(reconciling.reconciliation_page(found))
