"""Markup and formulas in whatever can be written come back inert on every page and in every export.

The canary goes into every free text of every verb, by the table of verbs: a new field is covered as soon as it is
there. What a verb refuses with the canary it is given without.
"""

import csv
import io
import json
from contextlib import suppress
from html.parser import HTMLParser
from typing import Any

import pytest
from django.urls import get_resolver

from comity.api.urls import api
from comity.authorities.models import Authority, Officer
from comity.evidence.models import Item, Release
from comity.exchange.models import StoredMessage
from comity.requests.actions import VERBS
from comity.requests.models import Document, Dossier
from comity.safeguards.rules import TABLE
from comity.values.actor import Role
from comity.values.errors import ComityError
from comity.values.reference import Reference
from tests.api.conftest import caller  # noqa: F401 - a fixture
from tests.api.test_access import VALUES
from tests.requests.stages import in_execution
from tests.requests.world import World
from tests.web.test_addresses import patterns
from tests.web.test_gazette import ABOUT, GIVEN, digest_on

CANARY = (
    "=1+1;\"'><canary-bird onfocus=alert(1) autofocus>{{7*7}}{% now 'Y' %}${7*7}</script></textarea></title>#panic()"
)
SHORT = "=1+1\"'><canary-bird onfocus=alert(1) autofocus>"
PROSE = {"longtext", "localized"}
FREE = {*PROSE, "json", "text"}
ENDINGS = ("withdraw", "close", "decline", "postpone", "suspend", "return")
"""Verbs after which less is open: tried last."""


def poisoned(value: Any, kind: str) -> Any:
    """The value with the canary in every text of it; within JSON what is one word may be a code or a digest."""
    if isinstance(value, dict):
        return {key: poisoned(entry, kind) for key, entry in value.items()}
    if isinstance(value, list):
        return [poisoned(entry, kind) for entry in value]
    if not isinstance(value, str) or (kind == "json" and " " not in value):
        return value
    return f"{SHORT if kind == 'text' else CANARY} {value}"


class Aviary(World):
    """A world in which whoever writes a sentence writes the canary with it."""

    taken: set[str]

    def officer(self, name: str, authority: str, *roles: Role) -> str:
        self.taken = getattr(self, "taken", set())
        super().officer(name, authority, *roles)
        Officer.objects.filter(username=name).update(first_name="N", last_name=CANARY[:140], function=CANARY)
        self.officers[name] = Officer.objects.get(username=name)
        return name

    def open(self, name: str, **given: Any) -> Reference:
        return super().open(name, **{**given, "title": f"{CANARY} {given['title']}"})

    def do(self, who: str, verb: str, dossier: Reference, /, **given: Any) -> Dossier:
        """With the canary in all that is free; where that is refused in prose alone; else as it was given."""
        kinds = {one.name: one.type for one in VERBS[verb].fields if one.type in FREE and one.name in given}
        for taken in (FREE, PROSE | {"json"}):
            changed = {name: poisoned(given[name], kind) for name, kind in kinds.items() if kind in taken}
            try:
                row = super().do(who, verb, dossier, **{**given, **changed})
            except ComityError:
                continue
            self.taken |= {f"{verb}.{name}" for name in changed if changed[name] != given[name]}
            return row
        return super().do(who, verb, dossier, **given)

    def do_whatever_is_open(self, dossier: Reference) -> None:
        """Each verb by each person, with what its fields ask for by their type; what is refused is left."""
        for verb in sorted(VERBS.values(), key=lambda one: (one.name.startswith(ENDINGS), one.name)):
            given = {one.name: poisoned(VALUES[one.type], one.type) for one in verb.fields if one.type in FREE}
            given = {one.name: VALUES[one.type] for one in verb.fields} | given
            roles = TABLE[verb.permission].roles
            for who in [one for one, row in self.officers.items() if roles & set(row.roles) and one != "stranger"]:
                with suppress(ComityError):
                    super().do(who, verb.name, dossier, **given)
                    self.taken |= {f"{verb.name}.{one.name}" for one in verb.fields if one.type in FREE}
                    break


class Cage(HTMLParser):
    """Reads a page as a browser does and notes what of the canary became markup."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        names = {name for name, _value in attributes}
        if tag == "canary-bird" or names & {"onfocus", "autofocus"}:
            self.found.append(f"<{tag} {attributes}>"[:300])
        links = [str(value) for name, value in attributes if name in {"href", "src", "action"}]
        self.found += [link for link in links if link.lower().lstrip().startswith(("javascript:", "data:text", "=1+1"))]


@pytest.fixture
def world(tmp_path, db):
    grown = Aviary(tmp_path)
    for name, authority, roles in (
        ("prosecutor", "CH-OAG", (Role.DRAFTER, Role.SIGNATORY, Role.CUSTODIAN)),
        ("clerk", "CH-FOJ", (Role.REGISTRAR,)),
        ("head", "CH-FOJ", (Role.TRANSMITTER, Role.SIGNATORY, Role.CUSTODIAN, Role.AUDITOR, Role.ADMINISTRATOR)),
        ("registrar", "CO-FGN", (Role.REGISTRAR,)),
        ("chief", "CO-FGN", (Role.SIGNATORY, Role.TRANSMITTER, Role.AUDITOR)),
        ("fiscal", "CO-F14", (Role.EXECUTING_OFFICER, Role.CUSTODIAN)),
        ("stranger", "ES-J3", ()),
    ):
        grown.officer(name, authority, *roles)
    return grown


@pytest.fixture
def cast(node):
    return node


def addresses(names: dict[str, list[str]]) -> set[str]:
    """Every address that shows what somebody wrote, filled with what there is under it."""
    resolver, found = get_resolver("comity.web.urls"), set()
    for pattern in patterns():
        place, _parameters = resolver.reverse_dict.getlist(pattern.name)[0][0][0]
        if place.startswith(("sign-in", "sign-out", "law")) and not place.startswith("law/gazette"):
            continue
        choices: list[dict[str, str]] = [{}]
        for name in resolver.reverse_dict.getlist(pattern.name)[0][0][0][1]:
            own = names.get(f"{place.split('/')[0]}:{name}", names.get(name, ["x"]))
            choices = [{**one, name: value} for one in choices for value in own]
        found |= {"/" + resolver.reverse(pattern.name, **choice).lstrip("/") for choice in choices}
    return found


def seeded(node, desk):
    """One dossier in execution and a correction of the law, both full of canaries; what their addresses need."""
    dossier = in_execution(node)
    node.do_whatever_is_open(dossier)
    node.post()
    made = desk("clerk").client.post(f"/law/gazette/propose?{ABOUT}", {**GIVEN, "reason": CANARY, "source": CANARY})
    assert made.status_code == 302, made.content.decode()[-2000:]
    Authority.objects.filter(code="CO-FGN").update(names={"es": CANARY}, contact={"address": CANARY})
    head = desk("head").client
    digest = digest_on(head.get(made["Location"]).content.decode())
    assert head.post(made["Location"], {"digest": digest, "verb": "approve"}).status_code == 302
    documents = list(dict.fromkeys(Document.objects.values_list("digest", flat=True)))
    return {
        "dossiers:reference": [str(dossier)],
        "evidence:reference": [str(row.reference) for row in Item.objects.all()] or ["x"],
        "releases:reference": [str(row.reference) for row in Release.objects.all()] or ["x"],
        "law:reference": [made["Location"].rsplit("/", 1)[1]],
        "reference": [str(dossier)],
        "digest": [*documents[:2], StoredMessage.objects.values_list("digest", flat=True)[0]],
        "verb": ["remind", "decline_parts"],
        "language": ["es"],
        "officer_id": [node.id_of("clerk")],
        "code": ["CO-FGN"],
        "kind": ["csv", "json"],
    }


def checked(answer, where, shown):
    """Nothing of the canary is alive in this answer, whatever it is."""
    kind = answer.headers.get("Content-Type", "").partition(";")[0]
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    if kind == "text/html":
        page = content.decode()
        assert Cage(page).found == [], where
        assert "49" not in page.partition("{{7*7}}")[0][-20:], where
        if "canary-bird" in page:
            shown.add(where)
    elif kind == "application/json":
        json.loads(content)
    elif kind == "text/csv":
        cells = [cell for row in csv.reader(io.StringIO(content.decode("utf-8-sig"))) for cell in row]
        assert any("canary-bird" in cell for cell in cells), where
        assert not [cell for cell in cells if cell[:1] in set("=+-@\t\r")], where
    else:
        assert kind in {"", "application/pdf", "application/octet-stream", "application/zip", "application/x-tar"}, (
            where
        )
        assert answer.headers.get("X-Content-Type-Options") == "nosniff", where
    assert answer.status_code < 500, where


def test_a_canary_in_every_field_sings_on_no_page_and_in_no_export(node, desk, caller, settings):  # noqa: F811 - the fixture
    names = seeded(node, desk)
    assert len(node.taken) >= 8, node.taken
    shown: set[str] = set()
    for name, language, rooms in (("head", "en", "/"), ("chief", "ar", "/dossiers")):
        client = desk(name).client
        client.cookies["django_language"] = language
        for address in sorted(one for one in addresses(names) if one.startswith(rooms)):
            checked(client.get(address), f"{name} {address}", shown)
    assert len({place.split(" ", 1)[1] for place in shown}) >= 25, sorted(shown)
    settings.ROOT_URLCONF = "comity.site.urls"
    for calling in [caller("head")]:
        for path, methods in api.get_openapi_schema(path_prefix="/api/")["paths"].items():
            if "get" in methods:
                address = path.format_map(Anything({one: values[0] for one, values in names.items()}))
                checked(calling.get(address), f"{address}", shown)


class Anything(dict):
    def __missing__(self, _key: str) -> str:
        return "x"
