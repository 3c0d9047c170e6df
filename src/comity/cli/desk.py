"""`comity desk`: casework from the command line, over the node's public API, signed in as an officer.

The session lies in a file only this user may read, and ends like any other session.
"""

import getpass
import json
import os
from pathlib import Path
from typing import Annotated, Any

import httpx
import typer
from rich.console import Console
from rich.table import Table

from comity.seals.canonical import from_b64
from comity.values.errors import ComityError, InvalidInputError, MissingError, SignInError

desk = typer.Typer(no_args_is_help=True, add_completion=False, help="Casework over a node's API, as an officer.")
Json = Annotated[bool, typer.Option("--json", help="Only JSON on standard output.")]
Reference = Annotated[str, typer.Argument(help="The dossier's reference.")]
says = Console(emoji=False, soft_wrap=True)
SESSION = Path.home() / ".config" / "comity" / "session.json"


@desk.command("sign-in")
def sign_in(
    address: Annotated[str, typer.Argument(help="The node's pages, e.g. http://localhost:8410")],
    username: str,
    purpose: Annotated[str, typer.Option(help="For what you work in this session; it stands in the ledger.")],
) -> None:
    """Sign in with password and one-time code; both are asked for and not kept."""
    body = {"username": username, "password": getpass.getpass("Password: "), "code": getpass.getpass("Code: ")}
    answer = httpx.post(f"{address}/api/sign-in", json=body, timeout=30)
    _expect(answer)
    SESSION.parent.mkdir(parents=True, exist_ok=True)
    SESSION.unlink(missing_ok=True)
    with os.fdopen(os.open(SESSION, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as sink:
        json.dump({"address": address, "token": answer.json()["token"], "purpose": purpose}, sink)
    says.print(f"Signed in at {address} as {username}.")


@desk.command("sign-out")
def sign_out() -> None:
    """End the session here and at the node."""
    ask_node("POST", "/sign-out")
    SESSION.unlink()


@desk.command("confirm")
def confirm() -> None:
    """Give the one-time code again before an act that binds the authority."""
    ask_node("POST", "/step-up", json={"code": getpass.getpass("Code: ")})


@desk.command()
def needs(as_json: Json = False) -> None:
    """What needs me."""
    show_list(ask_node("GET", "/needs"), ("due", "label", "partner", "number", "title", "reference"), as_json=as_json)


@desk.command()
def inbox(as_json: Json = False) -> None:
    """What arrived and waits for a decision."""
    show_list(ask_node("GET", "/inbox"), ("phase", "partner", "number", "title", "reference"), as_json=as_json)


@desk.command()
def dossiers(
    text: Annotated[str, typer.Option(help="Words of the title, a number or a partner.")] = "", as_json: Json = False
) -> None:
    """The dossiers of my authority."""
    found = ask_node("GET", "/dossiers", params={"text": text})
    show_list(found, ("phase", "side", "partner", "number", "their_number", "title", "reference"), as_json=as_json)


@desk.command()
def show(reference: Reference, as_json: Json = False) -> None:
    """One dossier: where it stands, what was said, and which verbs are open to me."""
    view = ask_node("GET", f"/dossiers/{reference}")
    if as_json:
        typer.echo(json.dumps(view, ensure_ascii=False))
        return
    numbers = view["numbers"]
    says.print(f"[bold]{view['title']}[/]  {view['phase']}  ours {numbers['ours']}  theirs {numbers['theirs']}")
    show_list(view["parts"], ("id", "measure", "state"))
    show_list(view["timeline"], ("at", "side", "name", "effect", "author"))
    show_list([step for step in view["steps"] if step["allowed"]], ("verb", "parts", "step_up"))


@desk.command("open")
def open_one(
    requested: Annotated[str, typer.Argument(help="The partner's code, e.g. CO-FGN.")],
    title: str,
    number: Annotated[str, typer.Argument(help="Your own file number.")],
    instrument: Annotated[str, typer.Option(help="The instrument, where it decides the way.")] = "",
    as_json: Json = False,
) -> None:
    """Open a dossier."""
    body = {"requested": requested, "title": title, "number": number, "instrument": instrument}
    made = ask_node("POST", "/dossiers", json=body)
    typer.echo(json.dumps(made) if as_json else made["reference"])


@desk.command()
def do(
    reference: Reference,
    verb: str,
    values: Annotated[
        Path | None, typer.Option(help="A JSON file with the verb's fields; see: comity desk verbs")
    ] = None,
    as_json: Json = False,
) -> None:
    """Do one verb on one dossier, at the version it has now."""
    version = ask_node("GET", f"/dossiers/{reference}/brief")["version"]
    body = {"version": version, "values": _values(values)}
    done = ask_node("POST", f"/dossiers/{reference}/acts/{verb}", json=body)
    typer.echo(json.dumps(done) if as_json else f"{verb}: the dossier is {done['phase']}.")


@desk.command()
def recalls(reference: Reference, as_json: Json = False) -> None:
    """The recalls and narrowings of a dossier: what was asked, by when, and what came back."""
    found = ask_node("GET", f"/dossiers/{reference}/recalls")
    if as_json:
        typer.echo(json.dumps(found))
        return
    for one in found:
        state = "BREACH" if one["breached"] else "answered" if one["answered"] else one["state"]
        typer.echo(
            f"{one['kind']} {one['recall']}: {state}, to be answered by {one['answer_by']}, digest {one['digest']}"
        )
        for line in one["items"]:
            typer.echo(f"  {line['item']} {line['title']}: {line['outcome'] or 'no answer yet'}")


@desk.command()
def verbs(as_json: Json = False) -> None:
    """Every verb of casework with its fields."""
    found = ask_node("GET", "/verbs")
    if as_json:
        typer.echo(json.dumps(found))
        return
    rows = [
        {
            **verb,
            "fields": " ".join(
                f"{one['name']}:{one['type']}{'' if one['required'] else '?'}" for one in verb["fields"]
            ),
        }
        for verb in found
    ]
    show_list(rows, ("name", "sides", "step_up", "fields"))


@desk.command()
def items(reference: Reference, as_json: Json = False) -> None:
    """The items of a dossier, each with where it stands."""
    found = ask_node("GET", f"/dossiers/{reference}/items")
    show_list(found, ("state", "kind", "title", "size", "digest", "reference"), as_json=as_json)


@desk.command("take-in")
def take_in(
    reference: Reference,
    file: Annotated[Path, typer.Argument(help="The file to take in.")],
    record: Annotated[
        Path, typer.Option(help="A JSON file: title, kind, seizure {on, place, by}, parts, formalities.")
    ],
    as_json: Json = False,
) -> None:
    """Take a file in, with the record of how it came into our hands."""
    with file.open("rb") as source:
        made = ask_node(
            "POST",
            f"/dossiers/{reference}/items",
            files={"file": (file.name, source)},
            data={"record": json.dumps(_values(record))},
        )
    typer.echo(json.dumps(made, ensure_ascii=False) if as_json else f"{made['reference']}  sha256 {made['digest']}")


@desk.command("take-in-posted")
def take_in_posted(
    reference: Reference,
    record: Annotated[Path, typer.Option(help="A JSON file: title, on, carrier, place, handling.")],
    file: Annotated[Path | None, typer.Argument(help="The file from the carrier; none for a thing.")] = None,
    as_json: Json = False,
) -> None:
    """Take in, as it came, what a partner without a node sent by post."""
    path, told = f"/dossiers/{reference}/posted", _values(record)
    if file is None:
        made = ask_node("POST", f"{path}/things", json=told)
    else:
        with file.open("rb") as source:
            sent = {"file": (file.name, source)}
            made = ask_node("POST", f"{path}/items", files=sent, data={"record": json.dumps(told)})
    typer.echo(json.dumps(made, ensure_ascii=False) if as_json else f"{made['reference']}  sha256 {made['digest']}")


@desk.command()
def letter(
    reference: Reference,
    scan: Annotated[Path, typer.Argument(help="The scan: PDF, TIFF, PNG or JPEG.")],
    values: Annotated[Path, typer.Option(help="A JSON file with the verb's fields; see: comity desk verbs")],
    verb: Annotated[str, typer.Option(help="record_letter, record_return or record_receipt")] = "record_letter",
    as_json: Json = False,
) -> None:
    """Record a letter that came by post, with its scan: ours, and not signed by them."""
    version = ask_node("GET", f"/dossiers/{reference}/brief")["version"]
    done = ask_node(
        "POST",
        f"/dossiers/{reference}/letters",
        params={"verb": verb},
        files={"scan": (scan.name, scan.read_bytes())},
        data={"record": json.dumps({"version": version, "values": _values(values)})},
    )
    typer.echo(json.dumps(done) if as_json else f"{verb}: the dossier is {done['phase']}.")


@desk.command()
def document(
    reference: Reference,
    digest: str,
    out: Annotated[Path, typer.Option(help="The file to write.")],
) -> None:
    """Write a document of the dossier to a file."""
    out.write_bytes(fetch_from_node("GET", f"/dossiers/{reference}/documents/{digest}"))


@desk.command()
def propose(
    reference: Reference,
    items: Annotated[list[str], typer.Argument(help="References of the items.")],
    audience: Annotated[str, typer.Option(help="court or defence")],
    ground: Annotated[str, typer.Option(help="The rule under which they may be released.")],
    as_json: Json = False,
) -> None:
    """Propose items for a court or a defence; another person approves."""
    body = {"items": items, "audience": audience, "ground": ground}
    made = ask_node("POST", f"/dossiers/{reference}/releases", json=body)
    typer.echo(json.dumps(made) if as_json else f"{made['reference']}  {made['digest']}")


@desk.command()
def approve(release: str, digest: str, as_json: Json = False) -> None:
    """Approve exactly the release whose digest is given."""
    made = ask_node("POST", f"/releases/{release}/approve", json={"digest": digest})
    typer.echo(json.dumps(made) if as_json else f"The release is {made['state']}.")


@desk.command()
def bundle(
    release: str,
    out: Annotated[Path, typer.Option(help="The ZIP file to write.")],
    case: Annotated[bool, typer.Option("--case", help="With items and custody in CASE/UCO, for other tools.")] = False,
) -> None:
    """Write the bundle of an approved release; anyone verifies it: comity verify."""
    out.write_bytes(fetch_from_node("POST", f"/releases/{release}/bundle", params={"case": case}))


@desk.command()
def ledger(
    about: Annotated[str, typer.Option(help="Only what was done with this subject.")] = "", as_json: Json = False
) -> None:
    """The newest entries of my authority's ledger."""
    found = ask_node("GET", "/ledger", params={"about": about})
    show_list(found, ("seq", "at", "actor", "event", "subject", "purpose"), as_json=as_json)


@desk.command("check-ledger")
def check_ledger(as_json: Json = False) -> None:
    """Whether my authority's ledger follows from itself."""
    found = ask_node("GET", "/ledger/check")["broken"]
    typer.echo(json.dumps(found) if as_json else ("\n".join(found) or "The ledger is whole."))


@desk.command("verify-item")
def verify_item(item: str, as_json: Json = False) -> None:
    """Read an item's content back and compare its SHA-256."""
    made = ask_node("POST", f"/items/{item}/verify")
    typer.echo(json.dumps(made, ensure_ascii=False) if as_json else f"{made['digest']} holds.")


@desk.command()
def refuse(
    release: str,
    digest: str,
    reason: Annotated[str, typer.Option(help="Why it is not released.")],
    as_json: Json = False,
) -> None:
    """Refuse a proposed release."""
    made = ask_node("POST", f"/releases/{release}/refuse", json={"digest": digest, "reason": reason})
    typer.echo(json.dumps(made) if as_json else f"The release is {made['state']}.")


@desk.command()
def officers(as_json: Json = False) -> None:
    """The officers of my authority."""
    show_list(ask_node("GET", "/officers"), ("username", "name", "function", "roles", "active"), as_json=as_json)


@desk.command()
def exchange(as_json: Json = False) -> None:
    """How the line to each partner stands."""
    columns = ("partner", "waiting", "stopped", "down_since", "next_attempt", "last_reason")
    show_list(ask_node("GET", "/exchange"), columns, as_json=as_json)


@desk.command()
def stopped(as_json: Json = False) -> None:
    """The messages a partner refused for good; each waits for a person."""
    columns = ("sent_at", "partner", "type", "last_reason", "digest")
    show_list(ask_node("GET", "/exchange/stopped"), columns, as_json=as_json)


@desk.command("send-again")
def send_again(digest: str, as_json: Json = False) -> None:
    """Send a stopped message again, once what stopped it was put right."""
    made = ask_node("POST", f"/messages/{digest}/resend")
    typer.echo(json.dumps(made) if as_json else f"The message is {made['state']}.")


@desk.command("card")
def own_card(
    out: Annotated[Path | None, typer.Option(help="The file to write our card into, for a partner.")] = None,
    as_json: Json = False,
) -> None:
    """Our own card, and the fingerprint to read out to a partner over another channel."""
    made = ask_node("GET", "/card")
    if out is not None:
        out.write_bytes(from_b64(made["card"]))
    typer.echo(json.dumps(made) if as_json else f"{made['code']}  {made['fingerprint']}")


@desk.command()
def partners(as_json: Json = False) -> None:
    """The partners of this node."""
    show_list(ask_node("GET", "/partners"), ("code", "state", "has_node", "languages"), as_json=as_json)


def _values(path: Path | None) -> Any:
    if path is None:
        return {}
    try:
        return json.loads(path.read_text())
    except (OSError, ValueError) as error:
        raise InvalidInputError(f"{path} is no JSON file of fields: {error}.", place=str(path)) from error


def ask_node(method: str, path: str, **options: Any) -> Any:
    return json.loads(fetch_from_node(method, path, **options))


def fetch_from_node(method: str, path: str, **options: Any) -> bytes:
    if not SESSION.is_file():
        raise SignInError(
            "You are not signed in.", next_step="comity desk sign-in http://localhost:8410 USERNAME --purpose WHY"
        )
    session = json.loads(SESSION.read_text())
    headers = {"Authorization": f"Bearer {session['token']}", "X-Purpose": session["purpose"]}
    try:
        answer = httpx.request(method, f"{session['address']}/api{path}", headers=headers, timeout=120, **options)
    except httpx.HTTPError as error:
        raise MissingError(f"The node at {session['address']} does not answer: {error}.", code="desk:node") from error
    _expect(answer)
    return answer.content


def _expect(answer: httpx.Response) -> None:
    if answer.status_code < 400:
        return
    try:
        said = answer.json()["error"]
    except (ValueError, KeyError):
        said = {"message": f"The node answered {answer.status_code}."}
    raise ComityError(said["message"], code=said.get("code", "desk:answer"), next_step=said.get("next_step", ""))


def show_list(rows: list[dict[str, Any]], columns: tuple[str, ...], *, as_json: bool = False) -> None:
    if as_json:
        typer.echo(json.dumps(rows, ensure_ascii=False))
        return
    table = Table(*columns)
    for row in rows:
        table.add_row(*(_cell(row.get(column)) for column in columns))
    says.print(table)


def _cell(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else ""
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return "" if value is None else str(value)
