"""`comity verify`: verify a bundle of evidence, or of a message's way, offline; needs no node and no network."""

import json
from importlib.resources import files
from pathlib import Path
from typing import Annotated

import typer
from cryptography.x509 import Certificate, load_pem_x509_certificates
from rich.console import Console
from rich.text import Text

from comity.evidence.check_delivery import verify_delivery
from comity.evidence.report import Line, Report, State
from comity.evidence.verification import case_file_of, verify_bundle
from comity.exchange.delivery_file import LARGEST
from comity.values.errors import ConflictError, InvalidInputError, MissingError

_STYLE = {State.PROVED: "green", State.BROKEN: "bold red", State.ABSENT: "yellow", State.NOTE: "cyan"}


def verify(
    path: Annotated[
        Path | None, typer.Argument(metavar="PATH", help="The bundle's folder, or a file of a message's evidence.")
    ] = None,
    trust: Annotated[
        list[str] | None,
        typer.Option("--trust", metavar="FINGERPRINT", help="Fingerprint of an authority's key; may be repeated."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Only JSON on standard output.")] = False,
    write_verifier: Annotated[
        Path | None, typer.Option(help="Write the one-file verifier there, for someone without Comity, and end.")
    ] = None,
    write_case: Annotated[
        Path | None, typer.Option(help="Write items and custody in CASE/UCO (JSON-LD) there, if the bundle holds.")
    ] = None,
    timestamp_roots: Annotated[
        Path | None, typer.Option(help="PEM file of the timestamp authorities' roots that you trust.")
    ] = None,
) -> None:
    """Verify a bundle, or the evidence of a message's way, offline: one line per thing proved or broken.

    Exit 0: all holds. 1: something is broken, and named. 2: there is no bundle at PATH.
    """
    if write_verifier is not None:
        _write_verifier(write_verifier)
        return
    if path is None:
        raise InvalidInputError("Name the bundle's folder.", code="bundle:path", next_step="comity verify FOLDER")
    if write_case is not None:
        if path.is_file():
            raise InvalidInputError(
                "Items and custody are told of a bundle's folder; nothing was written.",
                code="verify:case",
                place="--write-case",
                next_step="comity verify FOLDER --write-case PATH",
            )
        _expect_room(write_case)
    try:
        if path.is_file():
            report = verify_delivery(_bounded(path), trust)
        else:
            report = verify_bundle(path, trust, timestamp_roots=_roots(timestamp_roots))
    except MissingError as error:
        if as_json:
            typer.echo(json.dumps({"path": str(path), "holds": False, "error": error.diagnostics()}))
        else:
            typer.echo(f"{error.message} {error.next_step}", err=True)
        raise typer.Exit(2) from error
    if as_json:
        typer.echo(
            json.dumps(
                {"path": str(path), "trust": list(trust or ()), **report.to_json()}, ensure_ascii=False, indent=2
            )
        )
    else:
        _print(report)
    if write_case is not None:
        _write_case(write_case, path, trust)
    raise typer.Exit(0 if report.holds else 1)


def _bounded(path: Path) -> bytes:
    """One byte more than may be read: what is larger is refused by the reader."""
    with path.open("rb") as file:
        return file.read(LARGEST + 1)


def _roots(path: Path | None) -> list[Certificate]:
    try:
        return load_pem_x509_certificates(path.read_bytes()) if path else []
    except (OSError, ValueError) as error:
        raise InvalidInputError(f"{path} holds no certificates.", code="verify:roots", place=str(path)) from error


def _write_verifier(path: Path) -> None:
    """The verifier that shares no code with this one, as a file of its own; what is there already stays."""
    place = path / "verify_bundle.py" if path.is_dir() else path
    _expect_room(place)
    place.write_bytes(files("comity.cli").joinpath("verify_bundle.txt").read_bytes())
    place.chmod(0o755)
    typer.echo(f"Wrote {place}. It needs Python 3.11 and cryptography 50: python3 {place.name} FOLDER", err=True)


def _write_case(place: Path, bundle: Path, trust: list[str] | None) -> None:
    data, _ = case_file_of(bundle, trust)
    if data is None:
        typer.echo("Nothing was told in CASE/UCO, since the bundle does not hold.", err=True)
        return
    place.write_bytes(data)
    typer.echo(f"Wrote {place}.", err=True)


def _expect_room(place: Path) -> None:
    if place.exists():
        raise ConflictError(f"{place} exists already; nothing was written.", code="verify:exists", place=str(place))


app = typer.Typer(rich_markup_mode=None, add_completion=False)
app.command()(verify)


def _print(report: Report) -> None:
    console = Console(highlight=False, soft_wrap=True)
    for line in report.lines:
        console.print(_row(line))
    broken = report.broken
    if broken:
        console.print(
            Text(f"BROKEN: {len(broken)} of {len(report.lines)} lines. First: {broken[0].place}.", "bold red")
        )
    else:
        console.print(Text(f"All holds: {len(report.lines)} lines, none broken.", "bold green"))


def _row(line: Line) -> Text:
    """One line as plain text: nothing of a bundle is read as markup or as control characters."""
    words = f"{line.place}: {line.text}"
    inert = "".join(letter if letter.isprintable() else "�" for letter in words)
    return Text.assemble((f"{line.state.value:<7}", _STYLE[line.state]), " ", inert)
