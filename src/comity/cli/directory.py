"""`comity directory`: what founders do with a directory of authorities, on one file that goes from hand to hand.

No node is needed. `comity node directory` is what a node does with the result.
"""

import json
import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from comity.authorities.locked import lock, unlock
from comity.seals import canonical
from comity.seals.keys import SigningKey, VerifyingKey
from comity.values.errors import BrokenError, ConflictError, InvalidInputError

directory = typer.Typer(
    no_args_is_help=True, help="Found a directory of authorities, list them, sign it: by several founders together."
)
File = Annotated[Path, typer.Argument(help="The directory's file.")]
Passphrase = Annotated[Path, typer.Option(help="The file with the passphrase of the founder's key.")]
Json = Annotated[bool, typer.Option("--json", help="Only JSON on standard output.")]
says = Console(stderr=True)
MAGIC = b"comity-founder-1\n"


@directory.command()
def key(
    file: Annotated[Path, typer.Argument(help="Where to write the founder's private key; FILE.pub goes beside it.")],
    passphrase_file: Passphrase,
) -> None:
    """Make a founder's key: the private half locked under a passphrase, the public half to hand to the others."""
    from comity.authorities.directory.founder import public_file  # noqa: PLC0415 - the framework loads when needed

    if file.exists():
        raise ConflictError(f"{file} exists already; nothing was written.", code="directory:key", place=str(file))
    made = SigningKey.generate()
    seeds = canonical.encode([canonical.to_b64(seed) for seed in made.seeds()])
    file.touch(mode=0o600)
    file.write_bytes(lock(MAGIC, seeds, _passphrase(passphrase_file), os.urandom))
    file.with_name(file.name + ".pub").write_bytes(public_file(made.public))
    says.print(f"Wrote {file} and {file}.pub. Its fingerprint: [bold]{made.public.fingerprint}[/]", soft_wrap=True)


@directory.command()
def found(
    file: File,
    founder: Annotated[list[Path], typer.Option(help="A founder's public key; once for each.")],
    threshold: Annotated[int, typer.Option(help="How many founders must sign the list.")],
) -> None:
    """Begin a directory of these founders, with nobody listed yet; every founder in the threshold signs it."""
    from comity.authorities.directory import founding, trusting  # noqa: PLC0415

    if file.exists():
        raise ConflictError(f"{file} exists already; nothing was written.", code="directory:file", place=str(file))
    sheets = founding.found(_founders(founder), threshold, datetime.now(UTC))
    file.write_bytes(sheets.to_bytes())
    says.print("Tell everyone who shall rely on it, over another channel, the fingerprint of its founders:")
    says.print(f"[bold]{trusting.root_fingerprint(sheets.roots[0])}[/]", soft_wrap=True)
    _say_lacking(sheets)


@directory.command("list")
def list_cards(
    file: File,
    card: Annotated[list[Path] | None, typer.Option(help="A card to list, or in place of the one before.")] = None,
    withdraw: Annotated[list[str] | None, typer.Option(help="The code of an authority to withdraw.")] = None,
    ended: Annotated[
        list[str] | None,
        typer.Option(help="CODE=FINGERPRINT: a key of it that is not to be believed."),
    ] = None,
    since: Annotated[datetime | None, typer.Option(help="From when on it is not to be believed (UTC).")] = None,
    reason: Annotated[str, typer.Option(help="Why; everyone who relies on the key sees it.")] = "",
) -> None:
    """The next version of the list, to be signed: authorities listed or withdrawn, keys declared ended."""
    from comity.authorities.directory import founding  # noqa: PLC0415
    from comity.authorities.directory.listed import Ended  # noqa: PLC0415

    keys: dict[str, list[Ended]] = {}
    for pair in ended or ():
        code, given, fingerprint = pair.partition("=")
        if not given:
            raise InvalidInputError(f"'{pair}' names no key; write {pair}=FINGERPRINT.", place="--ended")
        revoked = (since or datetime.now(UTC)).replace(tzinfo=UTC)
        keys.setdefault(code, []).append(Ended(fingerprint, revoked, reason))
    if not (card or withdraw or keys):
        raise InvalidInputError("Say what changes: --card, --withdraw or --ended.", code="directory:change")

    def change(sheets: Any) -> Any:
        cards = [path.read_bytes() for path in card or ()]
        return founding.listed(sheets, cards, datetime.now(UTC), withdrawn=withdraw or (), ended=keys)

    _changed(file, change)


@directory.command()
def renew(file: File) -> None:
    """Say that the same list is still current: one founder signs it."""
    from comity.authorities.directory import founding  # noqa: PLC0415

    _changed(file, lambda sheets: founding.renewed(sheets, datetime.now(UTC)))


@directory.command()
def founders(
    file: File,
    founder: Annotated[list[Path], typer.Option(help="The public key of each founder from now on.")],
    threshold: Annotated[int, typer.Option(help="How many of them must sign the list.")],
) -> None:
    """Another circle of founders: signed by the threshold of those before and of the new ones."""
    from comity.authorities.directory import founding  # noqa: PLC0415

    _changed(file, lambda sheets: founding.refounded(sheets, _founders(founder), threshold, datetime.now(UTC)))


@directory.command()
def sign(
    file: File,
    key_file: Annotated[Path, typer.Option("--key", help="The founder's private key.")],
    passphrase_file: Passphrase,
) -> None:
    """Sign every part of the file where this founder's signature counts; show it first with `comity directory show`."""
    from comity.authorities.directory import founding  # noqa: PLC0415

    seeds = unlock(MAGIC, key_file.read_bytes(), _passphrase(passphrase_file))
    if seeds is None:
        raise BrokenError(
            f"{key_file} does not open: the passphrase is wrong or the file is damaged. Nothing was signed.",
            code="directory:passphrase",
        )
    signer = SigningKey.from_seeds(*(canonical.from_b64(seed) for seed in canonical.decode(seeds)))
    _changed(file, lambda sheets: founding.signed(sheets, signer))


@directory.command()
def show(file: File, as_json: Json = False) -> None:
    """What the file says and who has signed it; exit 1 while it lacks signatures or has ended."""
    from comity.authorities.directory import founding, trusting  # noqa: PLC0415
    from comity.authorities.directory.sheets import read_sheets  # noqa: PLC0415

    sheets = read_sheets(file.read_bytes())
    keys, threshold = founding.founders_of(sheets)
    lacking = founding.lacking(sheets)
    found: dict[str, Any] = {
        "fingerprint": trusting.root_fingerprint(sheets.roots[0]),
        "founders": [founder.fingerprint for founder in keys],
        "threshold": threshold,
        "lacking": [{"part": one.part, "signed": one.signed, "of": one.threshold} for one in lacking],
        "cards": sorted(sheets.cards),
    }
    if not lacking:
        opened = trusting.open_directory(sheets, held=None, fingerprint=found["fingerprint"], at=datetime.now(UTC))
        found |= directory_facts(opened)
    if as_json:
        typer.echo(json.dumps(found))
    else:
        _show(found, sheets)
    if lacking:
        raise typer.Exit(1)


def directory_facts(opened: Any) -> dict[str, Any]:
    """A signed directory as plain values."""
    return {
        "version": opened.version,
        "ends": opened.ends.isoformat(),
        "signed_by": list(opened.signed_by),
        "entries": [
            {
                "code": code,
                "fingerprint": entry.card.verifying_key.fingerprint,
                "endpoint": entry.card.endpoint,
                "ended": [one.to_json() for one in entry.ended],
            }
            for code, entry in sorted(opened.entries.items())
        ],
    }


def _show(found: dict[str, Any], sheets: Any) -> None:
    out = Console(emoji=False, highlight=False, soft_wrap=True)
    out.print(f"Founders' fingerprint  {found['fingerprint']}")
    out.print(f"{found['threshold']} of {len(found['founders'])} founders must sign.")
    if "entries" in found:
        out.print(f"Version {found['version']}, current until {found['ends']}, signed by {len(found['signed_by'])}.")
        table = Table("code", "key", "endpoint", box=None, pad_edge=False)
        for entry in found["entries"]:
            table.add_row(entry["code"], entry["fingerprint"][:16], entry["endpoint"])
        out.print(table)
    else:
        out.print(", ".join(found["cards"]) or "Nobody is listed yet.")
        _say_lacking(sheets)


def _changed(file: Path, change: Callable[[Any], Any]) -> None:
    """Write the changed directory in place of the one before, in one step."""
    from comity.authorities.directory.sheets import read_sheets  # noqa: PLC0415

    sheets = change(read_sheets(file.read_bytes()))
    beside = file.with_name(file.name + ".new")
    beside.write_bytes(sheets.to_bytes())
    beside.replace(file)
    _say_lacking(sheets)


def _say_lacking(sheets: Any) -> None:
    from comity.authorities.directory import founding  # noqa: PLC0415

    lacking = founding.lacking(sheets)
    for one in lacking:
        says.print(f"{one.part}: {one.signed} of {one.threshold} signatures")
    if not lacking:
        says.print("Signed by enough founders: hand it out, e.g. comity node directory take DIR FILE")


def _founders(files: list[Path]) -> list[VerifyingKey]:
    from comity.authorities.directory.founder import read_public_file  # noqa: PLC0415

    return [read_public_file(path.read_bytes()) for path in files]


def _passphrase(file: Path) -> str:
    said = file.read_text().strip()
    if len(said) < 12:
        raise InvalidInputError(
            "The passphrase has fewer than 12 characters.", code="directory:passphrase", place=str(file)
        )
    return said
