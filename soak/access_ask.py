"""Asking one cell at the real door and reading what was decided: the views, the API and the command line themselves."""

import io
import json
import re
import tempfile
from collections import ChainMap
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from soak.access_doors import API, DESK, PAGE, Door, Known, filled, known_of
from soak.access_world import Asker, Thing

VALUES: dict[str, Any] = {
    "text": "x",
    "longtext": "x",
    "date": "2026-11-21",
    "instant": "2026-11-21T10:00:00.000Z",
    "flag": True,
    "choice": "x",
    "parts": ["a"],
    "localized": {"en": "x"},
    "json": {"x": "y"},
}
POLICY = {"step-up": "code-again", "same-hand": "same-hand", "not-visible": "absent"}
BY_STATE = re.compile(
    r"workflow:|evidence:hindered|custody:order|release:state|gazette:state|exchange:not-stopped|requests:not-transmitted|draft:closed"
)
FORM = re.compile(
    r"input:|requests:field|requests:verb|requests:changed|evidence:record|gazette:verb|law:|subject:changed|desk:answer"
)
_WRITES = re.compile(r'^\s*(?:INSERT(?: OR IGNORE)? INTO|UPDATE|DELETE FROM)\s+"?(\w+)', re.IGNORECASE)
LEDGER = {"safeguards_ledgerread", "safeguards_ledgerentry", "safeguards_ledgerhead"}
HARMLESS = LEDGER | {"django_session", "authorities_tally", "safeguards_ledgertile", "authorities_officer_sessions"}
"""Tables that a refused cell may touch: the ledger, the session that asked, and the limits of calling."""
_MASKS = re.compile(rb'(name="csrfmiddlewaretoken" value=")[^"]+|(&quot;X-CSRFToken&quot;: &quot;)[^&]+')
PDF = b"%PDF-1.7 exercise"


@dataclass
class Told:
    """What a cell was answered: its decision, the bytes of the answer, and the tables that were written."""

    decision: str
    code: str = ""
    status: int = 0
    answer: Any = None
    wrote: set[str] = field(default_factory=set)


def of_code(code: str) -> str:
    """The decision that the code of an error tells."""
    family, _, word = code.partition(":")
    if family == "policy":
        return POLICY.get(word, "refused")
    if family == "draft":
        return POLICY.get(word, "refused" if word in {"missing-role", "wrong-relation", "no-rule"} else "state")
    if code == "subject:missing":
        return "absent"
    if code in {"session:sign-in", "session:wrong"}:
        return "sign-in"
    if BY_STATE.match(code):
        return "state"
    return "form" if FORM.match(code) else "through"


class Asking:
    """Sends cells as each asker, on pages by cookie, over the API and at the desk by token."""

    def __init__(self, world: Any, folder: Path) -> None:
        from typer.main import get_command

        from comity.cli.desk import desk
        from comity.requests.actions import VERBS

        self.world, self.folder, self.verbs, self.command = world, folder, VERBS, get_command(desk)
        self._pages: dict[str, Any] = {}
        self._tokens: dict[str, str] = {}
        self._fields: dict[tuple[str, str, str], dict[str, Any]] = {}
        self._handlers: dict[bool, Any] = {}
        self._twins: dict[tuple[str, str, str, bytes], bytes] = {}
        self.look: Callable[[], dict[str, Any]] | None = None
        """Called after a cell, before what it did is taken back."""
        self.left: dict[str, Any] = {}
        (folder / "scan.pdf").write_bytes(PDF)

    # who asks

    def client(self, *, strict: bool = False) -> Any:
        """A browser of its own before the node, which sets up its middleware once, as a server does."""
        from django.test import Client

        client = Client(enforce_csrf_checks=strict, raise_request_exception=False)
        client.handler = self._handlers.setdefault(strict, client.handler)
        return client

    def page_client(self, asker: Asker, *, strict: bool = False) -> Any:
        from allauth.mfa.models import Authenticator
        from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

        from comity.authorities.step_up import confirm
        from comity.web.entrance import now

        if asker.name not in self._pages:
            client = self.client()
            if asker.standing != "nobody":
                officer = self.world.officers[asker.name]
                if not Authenticator.objects.filter(user=officer).exists():
                    TOTP.activate(officer, generate_totp_secret())
                client.force_login(officer, backend="allauth.account.auth_backends.AuthenticationBackend")
                if asker.standing != "unconfirmed":
                    session = client.session
                    confirm(session, now())
                    session.save()
            self._pages[asker.name] = client
        client = self.client(strict=strict)
        for name, cookie in self._pages[asker.name].cookies.items():
            client.cookies[name] = cookie.value  # nothing that an earlier cell left in the browser
        return client

    def token(self, asker: Asker) -> str:
        from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
        from django.contrib.sessions.backends.db import SessionStore

        from comity.api.sessions import API_SESSION, now
        from comity.authorities.step_up import confirm

        if asker.standing == "nobody":
            return "no-such-token"
        if asker.name not in self._tokens:
            officer, session = self.world.officers[asker.name], SessionStore()
            session[SESSION_KEY], session[API_SESSION] = str(officer.pk), True
            session[BACKEND_SESSION_KEY] = "allauth.account.auth_backends.AuthenticationBackend"
            session[HASH_SESSION_KEY] = officer.get_session_auth_hash()
            if asker.standing != "unconfirmed":
                confirm(session, now())
            session.create()
            self._tokens[asker.name] = str(session.session_key)
        return self._tokens[asker.name]

    # what is sent

    def known(self, thing: Thing, asker: Asker) -> Known:
        versions = thing.versions
        return known_of(thing, versions.get(asker.authority, next(iter(versions.values()), 0)))

    def values(self, thing: Thing, door: Door) -> dict[str, Any]:
        """Values for the fields of a verb, by their type; enough to come to the question of access."""
        found: dict[str, Any] = {}
        for one in self.verbs[door.verb].fields:
            if one.type == "file" or not one.required:
                continue
            value = VALUES.get(one.type, "x")
            if one.type == "items":
                value = list(thing.items) or ["CH-FOJ:item:00000000-0000-7000-8000-000000000009"]
            if one.choices:
                value = one.choices[0]
            found[one.name] = [value] if one.many else value
        if door.form:
            found.pop("name", None)
        return found

    def fields(self, thing: Thing, door: Door, version: str) -> dict[str, Any]:
        """The form of a verb filled in: its controls as the page shows them to somebody with every role."""
        side = next((known[0] for known in thing.phases.values()), "")
        key = (thing.reference, door.verb, side)
        if key not in self._fields:
            self._fields[key] = self._read_form(thing, door)
        for value in self._fields[key].values():
            if hasattr(value, "seek"):
                value.seek(0)  # an earlier cell sent it
        return {"version": version, **self._fields[key]}

    def _read_form(self, thing: Thing, door: Door) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for house in thing.relations:
            if f"all@{house}" not in self.world.officers:
                continue
            seen = self.page_client(Asker(f"all@{house}", house, frozenset())).get(
                f"/dossiers/{thing.reference}/do/{door.verb}"
            )
            context = _shown(seen)
            if seen.status_code != 200 or "form" not in context:
                continue
            for name, control in context["form"].fields.items():
                found[name] = found.get(name) or _filled_in(control)
            if all(found.values()):
                break
        return found

    # asking

    def ask(self, door: Door, thing: Thing, asker: Asker, variant: str = "", *, absent: bool = False) -> Told:
        """Ask one cell and take back whatever it changed."""
        from django.db import connection, transaction

        known = self.known(thing, asker)
        names = known.absent if absent else known.there
        names = names | {"out": str(self.folder / "out.bin"), "scan": str(self.folder / "scan.pdf")}
        wrote: set[str] = set()

        def note(execute: Any, sql: Any, params: Any, many: Any, context: Any) -> Any:
            if found := _WRITES.match(str(sql)):
                wrote.add(found[1].lower())
            return execute(sql, params, many, context)

        self.page_client(asker)  # its sessions are made outside of what is taken back
        self.token(asker)
        prepared = self._body(door, thing, names)
        with transaction.atomic():
            with connection.execute_wrapper(note):
                told = self._desk(asker, prepared) if door.channel == DESK else None
                told = told or self._call(door, asker, filled(door.path, names), prepared, variant)
            if self.look is not None:
                self.left = self.look()
            transaction.set_rollback(True)
        told.wrote = wrote
        return told

    def like_twin(self, seen: tuple[Any, ...], door: Door, thing: Thing, asker: Asker, variant: str) -> bool:
        """Whether an answer is that to the same question of what is not there, asked once of each request sent.

        Whatever a cell changes is taken back, so the same request by the same asker finds the same node. Unlike what
        is remembered is a doubt only: the question is then to be asked anew.
        """
        names = self.known(thing, asker).absent
        values = self.values(thing, door) if door.verb else {}
        sent = json.dumps([filled(door.path, names), self._body(door, thing, names), values], default=_content)
        key = (door.name, asker.name, variant, sha256(sent.encode()).digest())
        if key not in self._twins:
            told = self.ask(door, thing, asker, variant, absent=True)
            self._twins[key] = _mark(bytes_of(told, *sorted(value for value in names.values() if len(value) > 20)))
        return self._twins[key] == _mark(seen)

    def _body(self, door: Door, thing: Thing, names: dict[str, str]) -> Any:
        if door.channel == DESK:
            if "{values}" in (door.body or ()):
                place = self.folder / "values.json"
                place.write_text(json.dumps(self.values(thing, door)))
                names = names | {"values": str(place)}
            return filled(list(door.body), names)
        if door.body == "values":
            said = {"version": int(names["version"]), "values": self.values(thing, door)}
            return {"record": json.dumps(said)} if door.form else said
        if door.body == "fields":
            return self.fields(thing, door, names["version"])
        body = filled(door.body, names)
        return {"record": json.dumps(body)} if door.form and door.channel == API and body else body

    def _call(self, door: Door, asker: Asker, path: str, body: Any, variant: str) -> Told:
        from django.core.files.uploadedfile import SimpleUploadedFile

        method = variant if variant.isupper() else door.method
        other = variant == "other-session"
        by_token = (door.channel == API) != other
        address = f"/api{path}" if door.channel == API else path
        headers = {}
        if by_token:
            client = self.client()
            headers["Authorization"] = f"Bearer {self.token(asker)}"
            if door.channel == PAGE:
                client.cookies["sessionid"] = self.token(asker)
        else:
            client = self.page_client(asker, strict=variant == "no-token")
        more: dict[str, Any] = {"headers": headers}
        if method in {"GET", "HEAD"}:
            answer = client.generic(method, address, **more)
        elif door.form:
            name = "scan" if "scan" in path or "letters" in path else "file"
            file = SimpleUploadedFile("scan.pdf", PDF, content_type="application/pdf")
            answer = (
                client.post(address, {**(body or {}), name: file}, **more)
                if method == "POST"
                else client.generic(method, address, **more)
            )
        elif door.channel == PAGE and variant != "as-json" and method == "POST":
            answer = client.post(
                address, {key: value for key, value in (body or {}).items() if value not in (None, {})}, **more
            )
        else:
            kind = "text/plain" if variant == "as-text" else "application/json"
            answer = client.generic(method, address, json.dumps(body or {}, default=str), content_type=kind, **more)
        return _read(door, answer)

    def _desk(self, asker: Asker, words: list[str]) -> Told:
        from comity.cli import desk
        from comity.values.errors import ComityError

        desk.SESSION = self.folder / "session.json"
        if asker.standing == "nobody":
            desk.SESSION.unlink(missing_ok=True)
        else:
            said = {"address": "http://testserver", "token": self.token(asker), "purpose": "exercise"}
            desk.SESSION.write_text(json.dumps(said))
        output, done = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True), True
        try:
            with redirect_stdout(output), redirect_stderr(output):
                self.command.main(args=words, prog_name="desk")
        except ComityError as error:
            return Told(of_code(error.code), error.code, 0, f"{error.code} {error.message} {error.next_step}")
        except SystemExit as end:
            done = not end.code
        except Exception as error:  # noqa: BLE001 - whatever else a command lets out is what this looks for
            return Told("fault", repr(error)[:200])
        return Told("through" if done else "form", "", 200 if done else 0, output.buffer.getvalue().decode())


def _filled_in(control: Any) -> Any:
    """A value that the control of a form takes."""
    from django import forms
    from django.core.files.uploadedfile import SimpleUploadedFile

    choices = [str(code) for code, _ in getattr(control, "choices", ()) if code]
    kinds: tuple[tuple[Any, Callable[[], Any]], ...] = (
        (forms.MultipleChoiceField, lambda: choices[:1]),
        (forms.ChoiceField, lambda: next(iter(choices), "")),
        (forms.FileField, lambda: SimpleUploadedFile("scan.pdf", PDF, content_type="application/pdf")),
        (forms.DateTimeField, lambda: "2026-11-21T10:00"),
        (forms.DateField, lambda: "2026-11-21"),
    )
    return next((value() for kind, value in kinds if isinstance(control, kind)), str(control.initial or "x"))


def _read(door: Door, answer: Any) -> Told:
    status = answer.status_code
    if status == 405 or (status >= 500 and status != 503):
        return Told("method" if status == 405 else "fault", str(status), status, answer)
    if status >= 400:
        code = _code_of_call(answer) if door.channel == API else _code_on_page(answer)
        return Told(code if code in {"no-token", "code-again", "form"} else of_code(code), code, status, answer)
    if door.channel == PAGE and status == 302:
        return Told(_after_redirect(answer), answer["Location"], status, answer)
    return Told("through", "", status, answer)


def _code_of_call(answer: Any) -> str:
    try:
        return str(json.loads(answer.content)["error"]["code"])
    except (ValueError, KeyError, TypeError):
        return "subject:missing" if answer.status_code == 404 else f"status:{answer.status_code}"


def _code_on_page(answer: Any) -> str:
    """The code of the error a page tells; else that its form asks for the code, or for something else, once more."""
    context = _shown(answer)
    if (wrong := context.get("wrong")) is not None:
        return str(wrong["code"]).split(" ")[0]
    if answer.status_code == 403:
        return "no-token"
    if (problem := context.get("problem")) is not None:
        return str(getattr(problem, "code", ""))
    asks_code = context.get("code_form") is not None and (not context.get("form") or context["form"].is_valid())
    return "code-again" if asks_code else "form"


def _shown(answer: Any) -> Mapping[str, Any]:
    """What the views handed to the pages of this answer, the first page first."""
    return ChainMap(*getattr(answer.wsgi_request, "shown", ()))


def _after_redirect(answer: Any) -> str:
    from django.contrib.messages import get_messages

    if answer["Location"].startswith(("/sign-in?", "/sign-in/")):
        return "sign-in"
    return "not-done" if any("wrong" in (one.tags or "") for one in get_messages(answer.wsgi_request)) else "through"


def _content(file: Any) -> str:
    """A file in a form, by what it holds."""
    return sha256(file.read()).hexdigest()


def _mark(answer: tuple[Any, ...]) -> bytes:
    return sha256(repr(answer).encode()).digest()


def bytes_of(told: Told, *names: str) -> tuple[Any, ...]:
    """The whole answer but for what differs from one request to the next, and the name that was asked for."""
    answer = told.answer
    if not hasattr(answer, "status_code"):
        body, head = str(answer).encode(), ()
    else:
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        body = _MASKS.sub(rb"\1\2", body)
        head = tuple(
            sorted((key, value) for key, value in answer.items() if key.lower() not in {"date", "x-request-id"})
        )
    for name in names:
        for word in (name, name.replace(":", "%3A")):
            body = body.replace(word.encode(), b"NAME")
            head = tuple((key, value.replace(word, "NAME")) for key, value in head)
    return told.status, head, body


def _within(application: Any) -> Any:
    """The application without its habit of closing the connection at the end of a request: ours is in a transaction."""
    from django.core.signals import request_finished, request_started
    from django.db import close_old_connections

    def answer(environ: Any, start_response: Any) -> Any:
        for signal in (request_started, request_finished):
            signal.disconnect(close_old_connections)
        return application(environ, start_response)

    return answer


@contextmanager
def _pages_noted() -> Iterator[None]:
    """Each request remembers what its views handed to their pages, and no more: parts within a page cost nothing."""
    from django.template.backends.django import Template

    render = Template.render

    def noting(page: Any, context: Any = None, request: Any = None) -> Any:
        if request is not None:
            request.shown = [*getattr(request, "shown", ()), context or {}]
        return render(page, context, request)

    Template.render = noting  # type: ignore[method-assign,assignment]
    try:
        yield
    finally:
        Template.render = render  # type: ignore[method-assign]


@contextmanager
def doors_open(world: Any, folder: Path, settings: Any) -> Iterator[Asking]:
    """The node of the world behind its real listeners; the desk's calls go to the same application in this process."""
    import httpx
    from django.core.handlers.wsgi import WSGIHandler

    from comity.cli import desk

    settings.COMITY = SimpleNamespace(
        exercise=True,
        folder=folder,
        keys=lambda: world.keys,
        vault=lambda: world.vault,
        transport=lambda: world.line,
        glass=lambda: None,  # this node's file names no journal
    )
    settings.ROOT_URLCONF, settings.API_CALLS_PER_MINUTE = "comity.site.urls", 1_000_000_000
    settings.STEP_UP_SECONDS, settings.SESSION_COOKIE_SECURE = 10_000_000, False
    settings.ALLOWED_HOSTS = ["*"]
    held, session = desk.httpx, desk.SESSION
    with tempfile.TemporaryDirectory(prefix="comity-cells-") as place:
        line = httpx.Client(transport=httpx.WSGITransport(app=_within(WSGIHandler())))
        desk.httpx = SimpleNamespace(  # type: ignore[assignment]
            request=line.request, post=line.post, HTTPError=httpx.HTTPError, Response=httpx.Response
        )
        try:
            with _pages_noted():
                yield Asking(world, Path(place))
        finally:
            desk.httpx, desk.SESSION = held, session
