"""Opening a dossier and writing the request: autosave, gaps and legal basis as one writes."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from comity.authorities.competence import Competence
from comity.authorities.queries import authorities_of, authority, local_authority
from comity.evidence.actions import admit
from comity.forms.completeness import gaps
from comity.forms.content import parse_content
from comity.gazette.queries import register_here
from comity.law.register import Register
from comity.requests.actions.predicting import predict, reopen
from comity.requests.actions.shape import Opened, finish, opened
from comity.requests.lanes import form_name, way_of
from comity.requests.models import DomesticAct, Dossier, Draft
from comity.requests.phases import Phase, Side
from comity.requests.standing import relations_told
from comity.safeguards.actions import enter
from comity.safeguards.permissions import Permission
from comity.safeguards.policy import Relation, Target, authorise
from comity.seals.canonical import digest_of
from comity.values.actor import Act
from comity.values.errors import InvalidInputError, RefusedError
from comity.values.handling import Handling
from comity.values.reference import Kind


def open_dossier(
    act: Act,
    *,
    requested: str,
    title: str,
    number: str,
    instrument: str = "",
    requesting: str = "",
    language: str = "en",
    handling: str = "H0",
) -> Dossier:
    """Open a dossier with one partner under the office's own file number.

    Under an instrument that lets authorities write to each other the office is itself the dossier's party;
    otherwise the central authority of its State is, unless `requesting` names another of this node.
    """
    home, partner = local_authority(act.actor.authority), authority(requested)
    if partner.state == home.state:
        raise InvalidInputError("A request goes to another State.", code="requests:same-state", place="requested")
    if not title.strip() or not number.strip():
        place = "number" if title.strip() else "title"
        raise InvalidInputError("Give the dossier a title and your file number.", code="requests:opening", place=place)
    way = way_of(register_here(), instrument, home.state, partner.state)
    party = requesting or (home.code if way.direct else _central(home.state, home.code))
    if local_authority(party).state != home.state:
        raise InvalidInputError(f"{party} is an authority of another State.", place="requesting")
    return _open(
        act,
        Dossier(
            holder=party,
            side=Side.REQUESTING.value,
            requesting=party,
            requested=partner.code,
            originating=home.code,
            file_number=number.strip(),
            number=number.strip() if party == home.code else "",
            title=title.strip(),
            instrument=way.instrument,
            direct=way.direct,
            partner_has_node=partner.has_node,
            stage=Phase.DRAFTING.value,
            phase=Phase.DRAFTING.value,
            handling=Handling(handling).value,
            opened_at=act.at,
            changed_at=act.at,
        ),
        {"instrument": way.instrument, "language": language} if way.instrument else {"language": language},
    )


def _central(state: str, otherwise: str) -> str:
    """The State's central authority on this node; the office itself where the node has none."""
    found = [row.code for row in authorities_of(state) if row.local and row.may(Competence.CENTRAL)]
    return otherwise if otherwise in found or not found else found[0]


@transaction.atomic
def _open(act: Act, row: Dossier, content: Mapping[str, Any]) -> Dossier:
    reference = act.new_reference(row.holder, Kind.DOSSIER)
    authorise(act.actor, Permission.DOSSIER_OPEN, Target(reference, 0, frozenset({Relation.OWN})))
    row.reference = str(reference)
    row.save(force_insert=True)
    Draft.objects.create(dossier=row, content=dict(content), saved_at=act.at, saved_by=act.actor.id)
    entry = enter(
        act,
        "requests:dossier:opened",
        reference,
        authority=act.actor.authority,
        facts={"requested": row.requested, "party": row.holder},
    )
    DomesticAct.objects.create(
        dossier=row,
        verb="open_dossier",
        permission=Permission.DOSSIER_OPEN.value,
        officer=act.actor.id,
        name=act.actor.name,
        authority=act.actor.authority,
        at=act.at,
        entry=bytes(entry.leaf).hex(),
    )
    admit(act, holder=row.holder, dossier=row.reference, relations=relations_told(row))
    return row


def save_draft(
    act: Act, *, dossier: Any, version: int, content: Mapping[str, Any], answers: Mapping[str, bool] | None = None
) -> Dossier:
    """Save the request as it stands; gaps and legal basis are worked out anew.

    A change of the content voids signature, validation and check. Raises `InvalidInputError` with the place of a fault.
    """
    found = opened(act, "save_draft", dossier, version)
    register = register_here()
    draft = Draft.objects.get(dossier=found.row)
    given = dict(answers) if answers is not None else dict(draft.answers)
    content = parse_content(content)
    way = _same_way(register, found, content)
    missing = draft_gaps(register, content)
    changed = digest_of(dict(content)) != digest_of(draft.content)
    with transaction.atomic():
        changes: dict[str, Any] = {"instrument": way}
        if changed:
            changes |= _voided(found)
        Draft.objects.filter(dossier=found.row, version=draft.version).update(
            version=draft.version + 1,
            content=dict(content),
            answers=given,
            gaps=missing,
            release=None if changed else draft.release,
            saved_at=act.at,
            saved_by=act.actor.id,
        )
        row = finish(
            act,
            found,
            event="requests:draft:saved",
            facts={"content": digest_of(dict(content)), "gaps": len(missing)},
            changes=changes,
        )
        reopen(row, found.state)
        predict(row, found.state, act.at)
        return row


def _same_way(register: Register, found: Opened, content: Mapping[str, Any]) -> str:
    """The instrument's code, if it travels the way this dossier was opened for."""
    way = way_of(register, str(content.get("instrument") or ""), found.row.requesting[:2], found.row.requested[:2])
    if way.instrument and way.direct != found.row.direct:
        how = "directly between the authorities" if way.direct else "through the central authorities"
        raise RefusedError(
            f"Under {way.title} a request travels {how}; this dossier was opened for the other way. Nothing was saved.",
            code="requests:way",
            place="instrument",
            next_step="Open a new dossier under that instrument.",
        )
    return way.instrument


def draft_gaps(register: Register, content: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What is missing, each with its place and provision, as plain JSON."""
    name = form_name(register, str(content.get("instrument") or ""))
    if not name:
        return [
            {
                "form": "",
                "section": "",
                "field": "instrument",
                "place": "instrument",
                "provision": "",
                "text": "Choose the instrument on which the request rests.",
                "severity": "missing",
                "verified": True,
            }
        ]
    return [gap.to_json() for gap in gaps(name, content)]


def _voided(found: Opened) -> dict[str, Any]:
    """Take the ground from signature, validation and check; the row's fields that follow from it."""
    DomesticAct.objects.filter(
        dossier=found.row, verb__in=("sign_request", "validate_order", "check_form"), void=False
    ).update(void=True)
    return {"stage": Phase.DRAFTING.value, "signed_release": ""}
