"""What can be asked through which door: pages, the API and the command line, each address with the deed it is.

The deeds are those of the published policy; a test holds that every page and every operation is listed here or named
as one that decides nothing of a case.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from soak.access_oracle import VERB_DEEDS
from soak.access_world import RECORD, Thing

PAGE, API, DESK = "page", "api", "desk"
NAMING = re.compile(r"recall|narrowing|check_assurance|countersign|check_results|return|record_receipt|answer_")
"""Verbs that name something else within the dossier, an item or a question, which may not be there."""
OF_ITEMS = frozenset({"countersign_evidence", "check_results"})
"""Verbs that write in the custody of the items named, where what was done already, or recalled, is closed to them."""
OF_THE_LAW = frozenset(
    {"requests:law:record", "requests:dual:sign", "requests:rights:sign", "requests:assurance:record"}
)
"""Deeds of the party's law, of which an authority to whom the request was passed for execution sees nothing."""
SCANNED = frozenset({"record_letter", "record_return", "record_receipt"})


@dataclass(frozen=True)
class Door:
    """One way to ask for one deed on a kind of thing. In the path stand `{ref}`, `{digest}`, `{document}` and such."""

    name: str
    kind: str
    deed: str
    channel: str
    method: str
    path: str
    body: Any = None
    """JSON over the API, fields of a form on a page, words of a command at the desk."""
    form: bool = False
    """The body goes as parts of a form, with a file."""
    verb: str = ""
    room: bool = False
    """A list or a blank form: open to whoever has the role in any relation; what is in it is asked row by row."""
    everywhere: bool = False
    """It belongs to every house of the node: the law that all of them answer by."""
    asks: bool = False
    """It does the deed, so that the code is asked for where the policy says so; else it only shows."""
    entered: bool = True
    """What is let through is entered in the ledger."""
    closed: frozenset[str] = frozenset()
    """States of the thing in which it is not done."""
    also: frozenset[str] = frozenset()
    """Further answers that are as good as a refusal here."""

    def open_now(self, state: str) -> bool:
        return state not in self.closed


def _show(kind: str, deed: str, *ways: tuple[str, str], **more: Any) -> Iterator[Door]:
    for channel, path in ways:
        body = path.split() if channel == DESK else None
        name = f"{channel} {path}"
        yield Door(name, kind, deed, channel, "GET", "" if body else path, body, **more)


def _rooms() -> Iterator[Door]:
    room = {"room": True}
    yield from _show("house", "requests:needs:read", (PAGE, "/"), (API, "/needs"), (DESK, "needs --json"))
    yield from _show("house", "requests:inbox:read", (PAGE, "/inbox"), (API, "/inbox"), (DESK, "inbox --json"))
    lists = ((PAGE, "/dossiers"), (API, "/dossiers"), (DESK, "dossiers --json"))
    yield from _show("house", "requests:dossier:read", *lists, **room)
    yield from _show("house", "evidence:item:read", (PAGE, "/evidence"), **room)
    yield from _show("house", "requests:letter:record", (PAGE, "/post"), **room)
    blank = ((PAGE, "/post/letter"), (PAGE, "/post/request"))
    yield from _show("house", "requests:letter:record", *blank, entered=False, **room)
    yield from _show("house", "requests:dossier:open", (PAGE, "/dossiers/new"), entered=False)
    law = (
        *(
            f"/law{end}"
            for end in ("", "/clocks", "/gate", "/states", "/instruments", "/coverage", "/refusal", "/dual")
        ),
        "/law/states/CO",
        "/law/instruments/untoc",
    )
    yield from _show("house", "law:basis:ask", *((PAGE, path) for path in law), entered=False)
    asked = ("/law/states", "/law/coverage", "/law/states/CO", "/law/instruments/UNTOC", "/law/forms")
    yield from _show("house", "law:basis:ask", *((API, path) for path in asked), entered=False)
    yield from _show("house", "law:basis:ask", (API, "/law/questions?instrument=UNTOC"))
    yield Door("api POST /law/gate", "house", "law:basis:ask", API, "POST", "/law/gate", {}, asks=True)
    gazette = ((PAGE, "/law/gazette"), (PAGE, "/law/gazette/conflicts"), (PAGE, "/law/gazette/export.csv"))
    yield from _show("house", "gazette:correction:read", *gazette)
    basis = "/law/basis?requesting=CH&requested=CO&measure=bank-records&offence=organised-crime&on=2010-01-01"
    more = (basis, "/law/instruments", "/law/forms/cover_note")
    yield from _show("house", "law:basis:ask", *((API, path) for path in more), entered=False)
    for path, body in (
        ("/law/refusals", {"instrument": "UNTOC", "facts": {}}),
        ("/law/dual", {"facts": {}}),
        ("/law/clocks", {"instrument": "UNTOC"}),
    ):
        yield Door(f"api POST {path}", "house", "law:basis:ask", API, "POST", path, body, asks=True)
    told = ("/gazette", "/gazette/standing", "/gazette/export", "/gazette/conflicts?instrument=UNTOC")
    yield from _show("house", "gazette:correction:read", *((API, path) for path in told))
    blank = ((PAGE, "/law/gazette/propose?kind=participation&instrument=untoc&state=CO"), (PAGE, "/law/gazette/import"))
    yield from _show("house", "gazette:correction:propose", *blank, entered=False)
    partners = ((PAGE, "/partners"), (PAGE, "/partners/PY-MP"), (PAGE, "/partners/ours"), (PAGE, "/partners/ours/card"))
    told = ((API, "/partners"), (API, "/card"), (API, "/directory"), (DESK, "partners --json"), (DESK, "card --json"))
    yield from _show("house", "authorities:partners:read", *partners, *told, entered=False)
    yield from _show(
        "house", "authorities:partners:write", (PAGE, "/partners/connect"), (PAGE, "/partners/note"), entered=False
    )
    yield from _show("house", "safeguards:ledger:read", (PAGE, "/ledger"), (API, "/ledger"), (DESK, "ledger --json"))
    yield from _show("house", "safeguards:ledger:read", (API, "/ledger/openings"))
    yield from _show("house", "safeguards:assurance:read", (PAGE, "/assurance"))
    yield from _show("house", "safeguards:ledger:read", (API, "/ledger/check"), (DESK, "check-ledger"), entered=False)
    yield from _show("house", "store:vault:read", (PAGE, "/vault"), (API, "/vault"))
    status = ((PAGE, "/exchange"), (PAGE, "/exchange/courier"), (API, "/exchange"), (API, "/exchange/stopped"))
    status += ((API, "/courier"), (DESK, "exchange --json"), (DESK, "stopped --json"))
    yield from _show("house", "exchange:status:read", *status, entered=False)
    yield from _show("house", "exchange:bundle:pack", (PAGE, "/exchange/courier/pack"), entered=False)
    yield from _show("house", "exchange:bundle:take", (PAGE, "/exchange/courier/take"), entered=False)
    officers = ((PAGE, "/officers"), (API, "/officers"), (DESK, "officers --json"))
    yield from _show("house", "authorities:officers:read", *officers, entered=False)
    yield from _show("house", "authorities:officers:write", (PAGE, "/officers/new"), entered=False)
    own = ((PAGE, "/my-sign-in"),)
    yield from _show("house", "requests:needs:read", *own, entered=False)


def _house_deeds() -> Iterator[Door]:
    def deed(name: str, channel: str, path: str, body: Any, kind: str = "house", **more: Any) -> Door:
        return Door(f"{channel} POST {path}", kind, name, channel, "POST", path, body, asks=True, **more)

    opening = {"requested": "PY-MP", "title": "x", "number": "SV.9", "language": "es", "handling": "H0"}
    yield deed("requests:dossier:open", PAGE, "/dossiers/new", opening)
    yield deed("requests:dossier:open", API, "/dossiers", opening)
    words = ["open", "PY-MP", "x", "SV.9", "--json"]
    yield Door("desk open", "house", "requests:dossier:open", DESK, "POST", "", words, asks=True)
    fact = {
        "kind": "participation", "instrument": "UNTOC", "state": "JP", "status": "party",
        "entry_into_force": "2012-05-01", "source": "Invented register, 12", "address": "https://registro.example/12",
        "as_of": "2026-10-01", "verified": "yes", "reason": "The shipped day is that of deposit.",
    }  # fmt: skip
    yield deed("gazette:correction:propose", API, "/gazette", fact)
    page = {key: value for key, value in fact.items() if key not in {"kind", "instrument", "state"}} | {
        "verified": "on"
    }
    yield deed(
        "gazette:correction:propose", PAGE, "/law/gazette/propose?kind=participation&instrument=untoc&state=JP", page
    )  # fmt: skip
    note = {"code": "PE-MP", "names": {"es": "x"}, "languages": ["es"], "contact": {}}
    yield deed("authorities:partners:write", API, "/partners/without-node", note)
    paper = {"code": "PE-MP", "name": "x", "language": "es", "languages": ["es"], "address": "x"}
    yield deed("authorities:partners:write", PAGE, "/partners/note", paper)
    yield deed("authorities:partners:write", API, "/directory/PE-MP", {}, also=frozenset({"absent"}))
    listed = {"entered": False, "also": frozenset({"absent"})}
    yield from _show("house", "authorities:partners:write", (PAGE, "/partners/PE-MP/listed"), **listed)
    card = {"card": "eA", "fingerprint": "x"}
    yield deed("authorities:partners:write", API, "/partners", card)
    file = {"name": "x.csv", "content": "kind,instrument\n"}
    yield deed("gazette:correction:propose", API, "/gazette/import", file)
    person = {
        "office": "00000000-0000-7000-8000-000000000009", "username": "x", "first_name": "x", "last_name": "y",
        "password": "x" * 20, "roles": ["analyst"],
    }  # fmt: skip
    yield deed("authorities:officers:write", API, "/officers", person, also=frozenset({"absent"}))
    paper = {"values": {"requesting": "PY-MP", "title": "x", "their_number": "1", "letter_on": "2026-10-20",
                        "signed_by": "x", "content": {"x": "y"}}}  # fmt: skip
    yield deed("requests:letter:record", API, "/dossiers/received", paper, form=True, room=True)
    yield deed("exchange:bundle:pack", API, "/courier/pack", {"partner": "PY-MP"})
    yield deed("exchange:bundle:pack", PAGE, "/exchange/courier/pack", {"partner": "CO-FGN"})
    yield deed("exchange:bundle:take", API, "/courier/take", {}, form=True)
    yield deed("exchange:bundle:take", PAGE, "/exchange/courier/take", {}, form=True)
    yield from _show("officer", "authorities:officers:write", (PAGE, "/officers/{ref}"), entered=False)
    yield from _show("officer", "authorities:officers:write", (PAGE, "/officers/{ref}/sign-in"), entered=False)
    kept = {"roles": ["analyst", "auditor"], "active": "on"}
    yield deed("authorities:officers:write", PAGE, "/officers/{ref}", kept, "officer")
    yield deed("authorities:officers:write", PAGE, "/officers/{ref}/sign-in", {"end": "on"}, "officer")
    roles = {"roles": ["analyst", "auditor"], "active": True}
    yield deed("authorities:officers:write", API, "/officers/{ref}/roles", roles, "officer")
    yield deed("safeguards:glass:acknowledge", PAGE, "/ledger/openings/{ref}", {}, "opening")
    yield deed("safeguards:glass:acknowledge", API, "/ledger/openings/{ref}", {}, "opening")
    again = {"closed": frozenset({"delivered"})}
    yield deed("exchange:message:resend", PAGE, "/exchange/{ref}/again", {}, "message", **again)
    yield deed("exchange:message:resend", API, "/messages/{ref}/resend", {}, "message", **again)
    words = ["send-again", "{ref}"]
    yield Door("desk send-again", "message", "exchange:message:resend", DESK, "POST", "", words, asks=True, **again)


def _dossier_doors() -> Iterator[Door]:
    read, home = "requests:dossier:read", "/dossiers/{ref}"
    pages = ("", "/steps", "/request", "/evidence", "/law", "/seen", "/sign", "/do/remind", "/do/accept_request")
    yield from _show("dossier", read, *((PAGE, home + end) for end in pages))
    yield from _show("dossier", read, (API, home), (API, f"{home}/brief"), (DESK, "show {ref} --json"))
    only_parties = {
        "also": frozenset({"absent"})
    }  # to whom it was passed for execution sees nothing of the party's law
    yield from _show("dossier", read, (API, f"{home}/law"), **only_parties)
    message = tuple(
        (channel, f"{home}/messages/{{message}}{end}") for channel in (PAGE, API) for end in ("", "/delivery")
    )
    yield from _show("dossier", read, *message)
    document = ((PAGE, f"{home}/documents/{{document}}"), (API, f"{home}/documents/{{document}}"))
    yield from _show("dossier", "documents:document:read", *document, (DESK, "document {ref} {document} --out {out}"))
    yet = {"closed": frozenset({"drafting", "signed", "checked"}), "also": frozenset({"through"})}
    yield from _show("dossier", "documents:document:read", (PAGE, f"{home}/file"), (API, f"{home}/file"), **yet)
    items = (
        (API, f"{home}/items"),
        (API, f"{home}/recalls"),
        (DESK, "items {ref} --json"),
        (DESK, "recalls {ref} --json"),
    )
    yield from _show("dossier", "evidence:item:read", *items)
    yield from _show("dossier", "evidence:release:read", (API, f"{home}/releases"))
    draft = {"closed": frozenset(), "also": frozenset({"absent"})}
    yield Door(
        "page draft", "dossier", "requests:draft:write", PAGE, "GET", f"{home}/draft", verb="save_draft", **draft
    )
    yield Door(
        "page preview",
        "dossier",
        "requests:draft:write",
        PAGE,
        "GET",
        f"{home}/draft/fr.pdf",
        also=frozenset({"absent", "through"}),
    )
    for end in ("/draft", "/draft/save"):
        name = f"page POST {end}"
        yield Door(
            name,
            "dossier",
            "requests:draft:write",
            PAGE,
            "POST",
            home + end,
            {"version": "{version}"},
            verb="save_draft",
            asks=True,
            **draft,
        )
    sign = {"version": "{version}", "sign": "1", "digest": "0" * 64}
    yield Door(
        "page POST /sign",
        "dossier",
        "requests:request:sign",
        PAGE,
        "POST",
        f"{home}/sign",
        sign,
        verb="sign_request",
        asks=True,
    )
    thing = {"title": "x", "place": "y", "seizure": RECORD, "parts": []}
    yield Door("api things", "dossier", "evidence:item:take-in", API, "POST", f"{home}/things", thing, asks=True)
    taken = {"title": "x", "seizure": RECORD}
    yield Door(
        "api items", "dossier", "evidence:item:take-in", API, "POST", f"{home}/items", taken, form=True, asks=True
    )
    page = {"title": "x", "kind": "physical", "on": "2026-11-02", "place": "y", "by": "z", "handling": "H0"}
    yield Door(
        "page take-in", "dossier", "evidence:item:take-in", PAGE, "POST", f"{home}/evidence/take-in", page, asks=True
    )
    yield from _show("dossier", "evidence:item:take-in", (PAGE, f"{home}/evidence/take-in"), room=True)
    posted = {"title": "x", "on": "2026-11-02", "carrier": "stick", "place": "y"}
    by_post: dict[str, Any] = {"asks": True, "also": frozenset({"state"})}  # only who asked can have an answer by post
    record = "evidence:item:record"
    yield Door("api posted", "dossier", record, API, "POST", f"{home}/posted/things", posted, **by_post)
    yield Door("api posted items", "dossier", record, API, "POST", f"{home}/posted/items", posted, form=True, **by_post)
    page = posted | {"kind": "physical", "handling": "H0"}
    yield Door("page from-post", "dossier", record, PAGE, "POST", f"{home}/evidence/from-post", page, **by_post)
    yield from _show("dossier", "evidence:item:record", (PAGE, f"{home}/evidence/from-post"), room=True)
    proposal = {"items": ["{item}"], "audience": "court", "ground": "Art. 15"}
    with_items = {"also": frozenset({"absent", "form"}), "asks": True}
    yield Door(
        "api releases", "dossier", "evidence:release:propose", API, "POST", f"{home}/releases", proposal, **with_items
    )
    yield Door(
        "page release", "dossier", "evidence:release:propose", PAGE, "POST", f"{home}/release", proposal, **with_items
    )
    yield from _show("dossier", "evidence:release:propose", (PAGE, f"{home}/release"), room=True)
    words = ["propose", "{ref}", "{item}", "--audience", "court", "--ground", "Art. 15"]
    yield Door("desk propose", "dossier", "evidence:release:propose", DESK, "POST", "", words, **with_items)
    yield from _verb_doors(home)


def _verb_doors(home: str) -> Iterator[Door]:
    for verb, deed in VERB_DEEDS.items():
        also = {"absent"} if NAMING.search(verb) or deed in OF_THE_LAW else set()
        also |= {"state"} if verb in OF_ITEMS else set()
        act = {"verb": verb, "asks": True, "also": frozenset(also)}
        if verb in SCANNED:
            yield Door(
                f"api {verb}", "dossier", deed, API, "POST", f"{home}/letters?verb={verb}", "values", form=True, **act
            )
            words = ["letter", "{ref}", "{scan}", "--values", "{values}", "--verb", verb]
        else:
            yield Door(f"api {verb}", "dossier", deed, API, "POST", f"{home}/acts/{verb}", "values", **act)
            words = ["do", "{ref}", verb, "--values", "{values}"]
        yield Door(f"desk {verb}", "dossier", deed, DESK, "POST", "", words, **act)
        yield Door(f"page {verb}", "dossier", deed, PAGE, "POST", f"{home}/do/{verb}", "fields", **act)


def _evidence_doors() -> Iterator[Door]:
    read, home = "evidence:item:read", "/evidence/{ref}"
    yield from _show("item", read, (PAGE, home), (API, "/items/{ref}"))
    yield from _show("item", read, (PAGE, f"{home}/way"), entered=False)
    gone = {"closed": frozenset({"recalled", "ended"})}
    yield from _show("item", read, (PAGE, f"{home}/content"), (API, "/items/{ref}/content"), **gone)
    locked: dict[str, Any] = {"asks": True, "closed": frozenset({"recalled"})}
    yield Door("page verify", "item", read, PAGE, "POST", f"{home}/verify", {}, **locked)
    yield Door("api verify", "item", read, API, "POST", "/items/{ref}/verify", {}, **locked)
    yield Door("desk verify-item", "item", read, DESK, "POST", "", ["verify-item", "{ref}"], **locked)
    yield from _show("release", "evidence:release:read", (PAGE, "/releases/{ref}"))
    only_proposed = {"asks": True, "closed": frozenset({"approved", "refused", "exported"})}
    approve = "evidence:release:approve"
    decision = {"digest": "{digest}", "reason": "x"}
    yield Door("page approve", "release", approve, PAGE, "POST", "/releases/{ref}", decision, **only_proposed)
    for verb in ("approve", "refuse"):
        yield Door(
            f"api {verb}", "release", approve, API, "POST", f"/releases/{{ref}}/{verb}", decision, **only_proposed
        )
        words = [verb, "{ref}", "{digest}", *(["--reason", "x"] if verb == "refuse" else [])]
        yield Door(f"desk {verb}", "release", approve, DESK, "POST", "", words, **only_proposed)
    given = {"asks": True, "closed": frozenset({"proposed", "refused"})}
    export = "evidence:release:export"
    yield Door("page bundle", "release", export, PAGE, "POST", "/releases/{ref}/bundle", {}, **given)
    yield Door("api bundle", "release", export, API, "POST", "/releases/{ref}/bundle", {}, **given)
    yield Door("desk bundle", "release", export, DESK, "POST", "", ["bundle", "{ref}", "--out", "{out}"], **given)


def _law_doors() -> Iterator[Door]:
    read = "gazette:correction:read"
    yield from _show("correction", read, (PAGE, "/law/gazette/{ref}"), (API, "/gazette/{ref}"), everywhere=True)
    states = frozenset({"proposed", "refused", "approved", "ending", "withdrawn"})
    for verb, deed, state in (
        ("approve", "gazette:correction:approve", "proposed"),
        ("refuse", "gazette:correction:approve", "proposed"),
        ("withdraw", "gazette:withdrawal:propose", "approved"),
        ("approve-withdrawal", "gazette:withdrawal:approve", "ending"),
        ("refuse-withdrawal", "gazette:withdrawal:approve", "ending"),
    ):
        more = {"asks": True, "closed": states - {state}}
        body = {"digest": "{digest}", "reason": "x"}
        yield Door(
            f"page {verb}", "correction", deed, PAGE, "POST", "/law/gazette/{ref}", body | {"verb": verb}, **more
        )
        yield Door(f"api {verb}", "correction", deed, API, "POST", f"/gazette/{{ref}}/{verb}", body, **more)


def doors() -> list[Door]:
    return [*_rooms(), *_house_deeds(), *_dossier_doors(), *_evidence_doors(), *_law_doors()]


def filled(value: Any, known: dict[str, str]) -> Any:
    """The value with every name in braces replaced by what is known of the thing."""
    if isinstance(value, dict):
        return {key: filled(one, known) for key, one in value.items()}
    if isinstance(value, list):
        return [filled(one, known) for one in value]
    if isinstance(value, str) and "{" in value:
        for name, word in known.items():
            value = value.replace(f"{{{name}}}", word)
    return value


@dataclass(frozen=True)
class Known:
    """What stands in the braces of a door for one thing and asker, and for its twin that is not there."""

    there: dict[str, str]
    absent: dict[str, str] = field(default_factory=dict)


def known_of(thing: Thing, version: int) -> Known:
    """The names of the thing, and those of the one of its house and shape that names nothing."""
    reference, nothing, nobody = thing.reference, "0" * 64, f"{'0' * 8}-0000-7000-8000-{'0' * 12}"
    there = {
        "ref": reference,
        "digest": thing.digest or nothing,
        "document": thing.documents[0] if thing.documents else nothing,
        "message": thing.messages[0] if thing.messages else nothing,
        "item": thing.items[0] if thing.items else f"{reference.split(':')[0] or 'CH-FOJ'}:item:{nobody}",
        "version": str(version),
    }
    end = nothing if thing.kind in {"message", "opening"} else f"{reference[: -len(nobody)]}{nobody}"
    absent = {"ref": end, "document": nothing, "message": nothing, "digest": nothing, "version": "1"}
    return Known(there, there | absent)
