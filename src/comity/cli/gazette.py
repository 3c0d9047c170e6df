"""`comity gazette`: the node's own corrections to the law, over its API, signed in as an officer like `comity desk`."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from comity.cli.desk import Json, ask_node, fetch_from_node, says, show_list
from comity.law.correction import COLUMNS, KINDS, used_columns
from comity.law.vocabulary import nearest
from comity.values.errors import InvalidInputError

gazette = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help="Corrections of the law of a node: proposed by one officer, approved by another. Sign in: comity desk sign-in",
)
Reference = Annotated[str, typer.Argument(help="The correction's reference; see comity gazette list.")]
Digest = Annotated[str, typer.Option(help="The digest of what you read; comity gazette show prints it.")]


@gazette.command("list")
def list_all(
    state: Annotated[str, typer.Option(help="proposed, approved, refused or withdrawn; all if not given.")] = "",
    as_json: Json = False,
) -> None:
    """What stands, what waits for a second person, and what was refused or withdrawn."""
    found = ask_node("GET", "/gazette", params={"state": state} if state else {})
    if as_json:
        typer.echo(json.dumps(found, ensure_ascii=False))
        return
    for one in map(_line, found):
        _show_line(one["state"], one)


@gazette.command()
def show(reference: Reference, as_json: Json = False) -> None:
    """One correction: every column, what the shipped register says, and the digest a decision names."""
    found = ask_node("GET", f"/gazette/{reference}")
    if as_json:
        typer.echo(json.dumps(found, ensure_ascii=False))
        return
    says.print(f"[bold]{found['state']}[/]  {found['reference']}", highlight=False)
    for name in COLUMNS:
        before = " / ".join(dict.fromkeys(one[name] for one in found["displaced"] if one[name]))
        value = found["fact"][name]
        if value or before:
            says.print(f"  {name}: {value or '(empty)'}", markup=False, highlight=False)
            if before and before != value:
                says.print(f"      shipped: {before}", markup=False, highlight=False)
    says.print(f"digest {found['digest']}", highlight=False)


@gazette.command()
def propose(
    columns: Annotated[list[str], typer.Argument(help="Columns as name=value, e.g. kind=participation state=CO.")],
    as_json: Json = False,
) -> None:
    """Propose one correction; it has no effect until another person approves it."""
    given = {}
    for one in columns:
        name, said, value = one.partition("=")
        if not said or name not in COLUMNS:
            near = ", ".join(nearest(name, COLUMNS))
            text = f"'{one[:60]}' is not a column of a fact, written name=value. Nearest: {near}."
            raise InvalidInputError(text, code="law:column", place=name[:60], next_step="comity gazette columns")
        given[name] = value
    made = ask_node("POST", "/gazette", json=given)
    typer.echo(json.dumps(made, ensure_ascii=False) if as_json else f"{made['reference']}  {made['digest']}")


@gazette.command()
def columns(as_json: Json = False) -> None:
    """The kinds of facts, and the columns that each may fill."""
    if as_json:
        typer.echo(json.dumps({kind: used_columns(kind) for kind in KINDS}))
        return
    show_list(
        [{"kind": kind, "what": KINDS[kind], "columns": " ".join(used_columns(kind))} for kind in KINDS],
        ("kind", "what", "columns"),
    )


@gazette.command("import")
def take(
    file: Annotated[Path, typer.Argument(help="A file of facts, .csv or .json; see comity law export.")],
    as_json: Json = False,
) -> None:
    """Propose every row of a file that differs from the shipped register, all or none."""
    try:
        content = file.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidInputError(f"{file} is not UTF-8 text. Nothing was taken.", place=str(file)) from error
    done = ask_node("POST", "/gazette/import", json={"name": file.name, "content": content})
    said = f"{len(done['proposed'])} proposed; {done['unchanged']} rows say what the shipped register says."
    typer.echo(json.dumps(done) if as_json else said)


@gazette.command()
def export(
    out: Annotated[Path, typer.Option(help="The file to write, .csv or .json.")],
    format_: Annotated[str, typer.Option("--format", help="csv or json; by the file's name if not given.")] = "",
    state: Annotated[str, typer.Option(help="Which: approved, proposed, refused or withdrawn.")] = "approved",
) -> None:
    """The corrections as a file of facts, which another node takes as proposals."""
    kind = format_ or ("json" if out.suffix == ".json" else "csv")
    out.write_bytes(fetch_from_node("GET", "/gazette/export", params={"format": kind, "state": state}))


@gazette.command()
def conflicts(
    instrument: Annotated[str, typer.Argument(help="One instrument; all if not given.")] = "", as_json: Json = False
) -> None:
    """Where sources disagree: within the shipped register, and between it and what this node corrected."""
    found = ask_node("GET", "/gazette/conflicts", params={"instrument": instrument})
    rows = [{**one, "values": " / ".join(one["values"])} for one in found]
    show_list(found if as_json else rows, ("kind", "instrument", "states", "field", "values", "taken"), as_json=as_json)


@gazette.command()
def standing(
    at: Annotated[str, typer.Option(help="A moment, e.g. 2026-11-21T09:30:00Z; now if not given.")] = "",
    as_json: Json = False,
) -> None:
    """The corrections that stand now, or stood at a moment."""
    found = ask_node("GET", "/gazette/standing", params={"at": at} if at else {})
    if as_json:
        typer.echo(json.dumps(found, ensure_ascii=False))
        return
    for one in found:
        _show_line(f"since {one['approved_on']}", {**one, **_what(one["fact"])})


@gazette.command()
def approve(reference: Reference, digest: Digest, as_json: Json = False) -> None:
    """Approve exactly what was proposed by another person, or the withdrawal that was."""
    _decide(reference, "approve", {"digest": digest}, as_json=as_json)


@gazette.command()
def refuse(
    reference: Reference,
    digest: Digest,
    reason: Annotated[str, typer.Option(help="Why it is refused.")] = "",
    as_json: Json = False,
) -> None:
    """Refuse what was proposed by another person, or its withdrawal."""
    _decide(reference, "refuse", {"digest": digest, "reason": reason}, as_json=as_json)


@gazette.command()
def withdraw(
    reference: Reference, reason: Annotated[str, typer.Option(help="Why it should go.")], as_json: Json = False
) -> None:
    """Propose that a correction no longer stands; another person approves that."""
    made = ask_node("POST", f"/gazette/{reference}/withdraw", json={"reason": reason})
    typer.echo(json.dumps(made, ensure_ascii=False) if as_json else f"{made['reference']}  {made['digest']}")


def _decide(reference: str, verb: str, body: dict[str, str], *, as_json: bool) -> None:
    ending = ask_node("GET", f"/gazette/{reference}")["ending"]
    made = ask_node("POST", f"/gazette/{reference}/{verb}{'-withdrawal' if ending else ''}", json=body)
    typer.echo(json.dumps(made, ensure_ascii=False) if as_json else f"The correction is {made['state']}.")


def _show_line(state: str, one: dict[str, Any]) -> None:
    for line in (f"{state}  {one['what']}", f"    {one['said']}", f"    {one['reference']}"):
        says.print(line, markup=False, highlight=False)


def _line(one: dict[str, Any]) -> dict[str, Any]:
    state = "withdrawal proposed" if one["ending"] else one["state"]
    return {**one, **_what(one["fact"]), "state": state}


def _what(fact: dict[str, str]) -> dict[str, str]:
    """What a fact is about, and what it says, in a cell each."""
    about = ("kind", "instrument", "state", "other_state", "article")
    said = ("status", "entry_into_force", "withdrawal", "languages", "text")
    return {
        "what": " ".join(fact[name] for name in about if fact[name]),
        "said": "; ".join(fact[name] for name in said if fact[name])[:120],
    }
