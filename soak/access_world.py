"""The world of the access cells: people in every role and standing at six authorities, things in every state.

Of each thing the scene says by itself what the oracle must know: who stands in which relation to it, in which phase
each side sees it, and whose hands were on it.
"""

import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from soak.access_oracle import ROLES

HOUSES = ("CH-FOJ", "CH-OAG", "CO-FGN", "CO-F14", "ES-J3", "LU-CI")
RECORD = {"on": "2026-11-02", "place": "Bogotá", "by": "Fiscalía 14"}
WHY = {"es": "Se entregó por error.", "fr": "Remis par erreur."}


@dataclass(frozen=True)
class Asker:
    """Somebody at the doors; `standing` is normal, unconfirmed, locked or nobody."""

    name: str
    authority: str
    roles: frozenset[str]
    standing: str = "normal"
    id: str = ""


@dataclass(frozen=True)
class Thing:
    """Something that can be asked for; `relations` and `phases` by authority."""

    kind: str
    label: str
    reference: str
    dossier: str = ""
    relations: Mapping[str, frozenset[str]] = field(default_factory=dict)
    phases: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    versions: Mapping[str, int] = field(default_factory=dict)
    parts: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """How the parts of the request stand, by authority."""
    hands: Mapping[str, frozenset[str]] = field(default_factory=dict)
    state: str = ""
    digest: str = ""
    documents: tuple[str, ...] = ()
    messages: tuple[str, ...] = ()
    items: tuple[str, ...] = ()


def askers(world: Any, houses: tuple[str, ...] = HOUSES) -> list[Asker]:
    """Each role alone, all, none, all without the code, all but locked out, at each authority; the story's; nobody."""
    from comity.authorities.models import Officer
    from comity.values.actor import Role

    found = []
    story = dict(world.officers)
    for house in houses:
        kinds = [(role, (role,), "normal") for role in ROLES]
        kinds += [("all", ROLES, "normal"), ("no-role", (), "normal")]
        kinds += [("unconfirmed", ROLES, "unconfirmed"), ("locked", ROLES, "locked")]
        for label, roles, standing in kinds:
            name = world.officer(f"{label}@{house}", house, *map(Role, roles))
            row = world.officers[name]
            row.roles, row.is_active = list(roles), standing != "locked"
            row.save()
            found.append(Asker(name, house, frozenset(roles), standing, str(row.pk)))
    for name, row in story.items():
        house = row.office.authority_id
        if house in houses:
            Officer.objects.filter(pk=row.pk).update(roles=list(ROLES))
            world.officers[name] = Officer.objects.get(pk=row.pk)
            found.append(Asker(name, house, frozenset(ROLES), "normal", str(row.pk)))
    return [*found, Asker("nobody", "", frozenset(), "nobody")]


def _relations(dossier: Any) -> dict[str, frozenset[str]]:
    """By the parties that the dossier's own papers name, read from its rows as plain columns."""
    from comity.requests.models import Dossier

    found: dict[str, set[str]] = {}
    for row in Dossier.objects.filter(reference=str(dossier)):
        sides = {"requesting": ("originating", "requesting"), "requested": ("requested", "executing")}
        for relation in sides[row.side]:
            if code := getattr(row, relation):
                found.setdefault(code, set()).add(relation)
    return {code: frozenset(known) for code, known in found.items()}


def on_each_side(held: list[set[str]]) -> list[str]:
    """What every side of the dossier holds."""
    return sorted(set.intersection(*held))


def dossier_thing(world: Any, label: str, dossier: Any, **hands: str) -> Thing:
    from comity.evidence.models import Item
    from comity.exchange.models import StoredMessage
    from comity.requests.models import Document, Dossier

    relations, phases, versions, parts = _relations(dossier), {}, {}, {}
    rows = list(Dossier.objects.filter(reference=str(dossier)))
    for row in rows:
        for code in (row.originating, row.requesting) if row.side == "requesting" else (row.requested, row.executing):
            if code:
                phases[code], versions[code] = (row.side, row.phase), row.version
                parts[code] = frozenset(one["state"] for one in row.state.get("parts", ()))
    sent = StoredMessage.objects.filter(dossier=str(dossier))
    known = {
        "sign": "requests:request:sign",
        "execute": "requests:execution:record",
        "recall": "evidence:recall:propose",
    }
    return Thing(
        "dossier",
        label,
        str(dossier),
        str(dossier),
        relations,
        phases,
        versions,
        parts,
        {known[deed]: frozenset({world.id_of(who)}) for deed, who in hands.items()},
        documents=tuple(
            on_each_side([set(Document.objects.filter(dossier=row).values_list("digest", flat=True)) for row in rows])[
                :1
            ]
        ),
        messages=tuple(
            on_each_side([set(sent.filter(holder=row.holder).values_list("digest", flat=True)) for row in rows])[:1]
        ),
        items=tuple(Item.objects.filter(dossier=str(dossier)).values_list("reference", flat=True).distinct()[:1]),
    )


def item_things(label: str, dossier: Any) -> list[Thing]:
    """Each item of a dossier, as each side holds it; where both do, each authority sees its own side's."""
    from comity.evidence.models import Item

    found = []
    relations = _relations(dossier)
    for reference in Item.objects.filter(dossier=str(dossier)).values_list("reference", flat=True).distinct():
        rows = Item.objects.filter(reference=reference)
        held = {row.holder: (_stands(row), row.own, row.handling) for row in rows}
        seen = {code: known for code, known in relations.items() if _holder(code, known, relations) in held}
        states = {code: held[_holder(code, known, relations)] for code, known in seen.items()}
        found.append(
            Thing(
                "item",
                f"{label} item {rows[0].title}",
                reference,
                str(dossier),
                seen,
                {code: ("own" if own else "theirs", state) for code, (state, own, _) in states.items()},
                digest=rows[0].digest,
            )
        )
    return found


def _stands(row: Any) -> str:
    """The item's own state, but where its provider's recall stands against it or the last day of its use is over."""
    from comity.evidence.models import RecalledItem

    asked = RecalledItem.objects.filter(item=row.reference, recall__holder=row.holder, recall__kind="recall")
    if not row.own and asked.filter(recall__state="standing").exists():
        return "recalled"
    return "ended" if any((one.get("until") or "9") < "2026-11-20" for one in row.conditions) else str(row.state)


def _holder(code: str, known: frozenset[str], relations: Mapping[str, frozenset[str]]) -> str:
    """The party on this authority's side, which holds the evidence."""
    party = "requesting" if known & {"originating", "requesting"} else "requested"
    return next((one for one, held in relations.items() if party in held), code)


def release_thing(world: Any, row: Any, by: str) -> Thing:
    known = _relations(row.dossier)
    asking = {code: held for code, held in known.items() if held & {"originating", "requesting"}}
    hands = {"evidence:release:propose": frozenset({world.id_of(by)})}
    return Thing(
        "release", f"release {row.state}", row.reference, row.dossier, asking, hands=hands, state=row.state,
        digest=row.digest,
    )  # fmt: skip


def corrections(world: Any) -> list[Thing]:
    """Corrections of the law in each state: proposed, approved, refused, to be withdrawn, withdrawn."""
    from comity.gazette.actions import (
        approve_correction,
        approve_withdrawal,
        propose_correction,
        propose_withdrawal,
        refuse_correction,
    )
    from comity.gazette.queries import withdrawal_digest
    from comity.law.correction import fact_of

    columns = {
        "kind": "participation",
        "instrument": "UNTOC",
        "state": "CO",
        "status": "party",
        "source": "Invented register, 12",
        "address": "https://registro.example/12",
        "as_of": "2026-10-01",
        "verified": "yes",
        "reason": "The shipped day is that of deposit.",
    }
    found, clerk, head = [], world.act("clerk"), world.act("head")
    for number, state in enumerate(("proposed", "refused", "approved", "ending", "withdrawn")):
        given = columns | {
            "entry_into_force": f"2012-0{number + 1}-01",
            "state": ("CO", "ES", "CH", "LU", "PY")[number],
        }
        row = propose_correction(clerk, fact_of(given))
        if state == "refused":
            refuse_correction(head, row.reference, digest=row.digest, reason="No.")
        elif state != "proposed":
            approve_correction(head, row.reference, digest=row.digest)
        if state in {"ending", "withdrawn"}:
            row = propose_withdrawal(clerk, row.reference, reason="It was right before.")
        if state == "withdrawn":
            approve_withdrawal(head, row.reference, digest=withdrawal_digest(row))
        row.refresh_from_db()
        digest = withdrawal_digest(row) if state == "ending" else row.digest
        hands = {"gazette:correction:propose": frozenset({world.id_of("clerk")})}
        hands["gazette:withdrawal:propose"] = frozenset()
        if state in {"ending", "withdrawn"}:
            hands["gazette:withdrawal:propose"] = hands["gazette:correction:propose"]
        own = {"CH-FOJ": frozenset({"own"})}
        found.append(
            Thing("correction", f"correction {state}", row.reference, "", own, hands=hands, state=state, digest=digest)
        )
    return found


def opening(world: Any) -> Thing:
    """An opening while the ledger was down, by two officers of the house, that nobody has acknowledged yet."""
    from comity.safeguards.models import GlassLine

    link, officers = "ab" * 32, [world.id_of("clerk"), world.id_of("head")]
    known = {"subject": "CH-FOJ:dossier", "officers": officers, "ground": "life", "text": "exercise", "kind": "opened"}
    GlassLine.objects.create(authority="CH-FOJ", link=link, seq=1, at=world.at, **known)
    hands = {"safeguards:glass:break": frozenset(officers)}
    return Thing("opening", "opening", link, "", {"CH-FOJ": frozenset({"own"})}, hands=hands)


def house_things(world: Any) -> list[Thing]:
    """What belongs to a house: each authority's own, an officer of each, a message that one of them sent."""
    from comity.exchange.models import StoredMessage

    found = [Thing("house", "house", "", "", {code: frozenset({"own"}) for code in HOUSES}), opening(world)]
    for code in (one for one in ("CH-FOJ", "CO-FGN") if f"analyst@{one}" in world.officers):
        own = {code: frozenset({"own"})}
        found.append(Thing("officer", f"officer of {code}", world.id_of(f"analyst@{code}"), "", own))
        sent = StoredMessage.objects.filter(holder=code, direction="out").values_list("digest", flat=True).first()
        if sent:
            found.append(Thing("message", f"message of {code}", sent, "", own, state="delivered"))
    return found


def evidence_scene(world: Any) -> list[Thing]:
    """One dossier whose evidence was returned and countersigned, with releases in each state and recalls."""
    from comity.evidence.actions import approve_release, propose_release, refuse_release
    from comity.evidence.models import Recall
    from tests.requests.test_returning import returned

    dossier, items = returned(world)
    references = [item.reference for item in items]
    world.do("head", "countersign_evidence", dossier, items=references)
    world.post()
    releases = []
    for state in ("proposed", "approved", "refused"):
        row = propose_release(
            world.act("prosecutor"), dossier=dossier, items=references[:1], audience="court", ground="Art. 15"
        )
        if state == "approved":
            approve_release(world.act("head"), row.reference, digest=row.digest, keys=world.keys)
            row.refresh_from_db()
        elif state == "refused":
            refuse_release(world.act("head"), row.reference, digest=row.digest, reason="No.")
            row.refresh_from_db()
        releases.append(release_thing(world, row, "prosecutor"))
    day = (world.at + timedelta(days=90)).date().isoformat()
    asked = {"items": references[1:], "demand": "delete", "reason": WHY, "answer_by": day}
    world.do("chief", "propose_recall", dossier, **asked)
    row = Recall.objects.get(state="proposed", dossier=str(dossier))
    world.officer("second", "CO-FGN")
    world.do("second", "approve_recall", dossier, recall=row.recall, digest=row.digest)
    world.post()
    world.do("chief", "propose_recall", dossier, **asked | {"items": references[:1]})
    thing = dossier_thing(world, "countersigned", dossier, sign="prosecutor", recall="chief")
    return [thing, *item_things("countersigned", dossier), *releases]


def share_scene(world: Any) -> list[Thing]:
    """One dossier that crossed the border, and the corrections: what the tests ask of."""
    from tests.requests.stages import people, transmitted

    people(world)
    return [dossier_thing(world, "transmitted", transmitted(world), sign="prosecutor"), *corrections(world)]


def small_scene(world: Any) -> list[Thing]:
    from tests.requests.stages import people

    people(world)
    return [*evidence_scene(world), *corrections(world)]


def whole_scene(world: Any) -> list[Thing]:
    """Dossiers in every stage of three stories, beside what the small scene has."""
    from comity.evidence.actions import take_in
    from comity.evidence.models import Item
    from comity.values.actor import Role
    from tests.requests import stages
    from tests.requests.test_story_order import sent as order_sent
    from tests.requests.test_story_order import signed as order_signed
    from tests.requests.test_story_post import posted, received

    found = small_scene(world)
    for name, house, roles in (
        ("judge", "ES-J3", (Role.DRAFTER, Role.SIGNATORY)),
        ("secretary", "ES-J3", (Role.TRANSMITTER, Role.REGISTRAR)),
        ("greffier", "LU-CI", (Role.REGISTRAR,)),
        ("juge", "LU-CI", (Role.SIGNATORY, Role.EXECUTING_OFFICER)),
        ("officer", "CH-FOJ", (Role.EXECUTING_OFFICER, Role.CUSTODIAN)),
    ):
        world.officer(name, house, *roles)
    plain = [(stage.__name__, stage(world)) for stage in (stages.drafted, stages.signed, stages.transmitted)]
    checked = stages.signed(world)
    world.do("clerk", "check_form", checked, number="B-26-81", cover_note={"fr": "Transmis."})
    plain += [
        ("checked", checked),
        ("registered", stages.registered(world)),
        ("in-execution", stages.in_execution(world)),
    ]
    withdrawn = stages.registered(world)
    world.do("prosecutor", "withdraw_request", withdrawn, reason={"fr": "Retrait."})
    world.post()
    closed = stages.registered(world)
    world.do("prosecutor", "withdraw_request", closed, reason={"fr": "Retrait."})
    world.do("head", "close_dossier", closed, reason={"fr": "Clos."})
    world.post()
    amendment = stages.registered(world)
    world.do("chief", "return_for_amendment", amendment, reasons={"es": "Falta."}, provision="Art. 28(1)")
    world.post()
    plain += [("withdrawn", withdrawn), ("closed", closed), ("amendment", amendment)]
    found += [
        dossier_thing(world, label, one, **({} if label in {"drafted", "amendment"} else {"sign": "prosecutor"}))
        for label, one in plain
    ]
    kept = stages.in_execution(world)
    world.do("fiscal", "record_execution", kept, parts=["a"], record=RECORD)
    known = {"dossier": kept, "authority": "CO-FGN", "keys": world.keys, "vault": world.vault, "seizure": RECORD}
    for number, code in enumerate(("H0", "H1", "H2", "H3")):
        take_in(
            world.act("fiscal"), file=io.BytesIO(b"x" * 10), name=f"{number}.csv", title=f"{code}", parts=["a"],
            handling=code, **known,
        )  # fmt: skip
    found += [
        dossier_thing(world, "taken in", kept, sign="prosecutor", execute="fiscal"),
        *item_things("taken in", kept),
    ]
    lasting, items = _ended(world)
    Item.objects.filter(reference__in=items, own=False).update(
        conditions=[{"kind": "other", "text": "Until then.", "provision": "", "until": "2026-11-10"}]
    )
    found += [
        dossier_thing(world, "ended", lasting, sign="prosecutor", execute="fiscal"),
        *item_things("ended", lasting),
    ]
    for label, order in (("order signed", order_signed(world)), ("order sent", order_sent(world))):
        found.append(dossier_thing(world, label, order, sign="judge"))
    found.append(dossier_thing(world, "by post", posted(world), sign="prosecutor"))
    paper = received(world)
    stages.executed_here(world, paper, "officer")
    found.append(dossier_thing(world, "on paper", paper, execute="officer"))
    found += item_things("on paper", paper)
    return found


def _ended(world: Any) -> tuple[Any, list[str]]:
    """A second dossier with evidence returned, whose last day is over."""
    from tests.requests.test_returning import returned

    dossier, items = returned(world)
    world.do("head", "countersign_evidence", dossier, items=[one.reference for one in items])
    world.post()
    return dossier, [one.reference for one in items]
