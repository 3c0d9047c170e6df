"""What changes who there is. Establishing a node's own authorities is done by its operator from the command line."""

from collections.abc import Mapping, Sequence

from allauth.mfa.totp.internal.auth import TOTP
from django.contrib.auth.hashers import make_password
from django.db import transaction

from comity.authorities.card import Card
from comity.authorities.competence import Competence
from comity.authorities.keyring import Keyring
from comity.authorities.models import Authority, Office, Officer
from comity.safeguards.actions import enter
from comity.safeguards.permissions import Permission
from comity.safeguards.policy import authorise_house
from comity.values.actor import Act, ActorKind, Role
from comity.values.country import parse_country
from comity.values.errors import ConflictError, InvalidInputError, RefusedError
from comity.values.reference import AUTHORITY_CODE, Kind, Reference


@transaction.atomic
def establish_authority(
    act: Act,
    *,
    code: str,
    names: Mapping[str, str],
    competences: Sequence[Competence],
    languages: Sequence[str],
    endpoint: str,
    contact: Mapping[str, str],
    keys: Keyring,
) -> Authority:
    """Establish one of this node's own authorities; its keys are already in the keyring. Operator only."""
    _only_the_operator(act)
    if not AUTHORITY_CODE.fullmatch(code):
        raise InvalidInputError(
            f"'{code}' is not an authority code; write the State and the office, e.g. CH-FOJ.", place="code"
        )
    if Authority.objects.filter(code=code).exists():
        raise ConflictError(f"{code} is already known to this node; nothing was changed.", place=code)
    held = keys.of(code)
    row = Authority.objects.create(
        code=code,
        state=parse_country(code[:2]),
        names=dict(names),
        competences=[competence.value for competence in competences],
        languages=list(languages),
        local=True,
        endpoint=endpoint,
        verifying_key=held.signing.public.to_json(),
        sealing_key=held.opening.public.to_json(),
        tls_certificate=keys.tls_certificate.decode(),
        seal_certificate=held.office_seal_certificate.decode(),
        contact=dict(contact),
        since=act.at,
    )
    enter(
        act,
        "authorities:authority:established",
        code,
        authority=code,
        facts={"fingerprint": held.signing.public.fingerprint, "competences": row.competences},
    )
    return row


@transaction.atomic
def open_office(act: Act, *, authority: str, names: Mapping[str, str]) -> Office:
    """Open a desk in one of our authorities. Operator only."""
    _only_the_operator(act)
    office = Office.objects.create(id=act.new_id(), authority_id=authority, names=dict(names))
    enter(act, "authorities:office:opened", Reference(authority, Kind.OFFICE, office.id), authority=authority)
    return office


def appoint_first_officer(act: Act, **details: object) -> Officer:
    """Appoint an officer from the command line, before anyone can sign in. Operator only."""
    _only_the_operator(act)
    return _appoint(act, **details)  # type: ignore[arg-type]


def appoint_officer(act: Act, *, office: Office, **details: object) -> Officer:
    """Appoint an officer of the administrator's own authority."""
    authorise_house(act.actor, Permission.OFFICERS_WRITE, Reference(office.authority_id, Kind.OFFICE, office.id))
    return _appoint(act, office=office, **details)  # type: ignore[arg-type]


@transaction.atomic
def _appoint(
    act: Act,
    *,
    office: Office,
    username: str,
    first_name: str,
    last_name: str,
    password: str,
    roles: Sequence[Role],
    function: str = "",
    language: str = "en",
    one_time_secret: str = "",
) -> Officer:
    """With `one_time_secret` her one-time codes work from the first sign-in; without, she enrols at the first."""
    if Officer.objects.filter(username=username).exists():
        raise ConflictError(f"There is already an officer '{username}'; nothing was changed.", place="username")
    officer = Officer.objects.create(
        id=act.new_id(),
        username=username,
        first_name=first_name,
        last_name=last_name,
        password=make_password(password),
        office=office,
        roles=[role.value for role in roles],
        function=function,
        language=language,
        date_joined=act.at,
    )
    if one_time_secret:
        TOTP.activate(officer, one_time_secret)
    enter(
        act,
        "authorities:officer:appointed",
        Reference(office.authority_id, Kind.OFFICER, officer.id),
        authority=office.authority_id,
        facts={"roles": officer.roles},
    )
    return officer


@transaction.atomic
def assign_roles(act: Act, *, officer: Officer, roles: Sequence[Role], active: bool = True) -> Officer:
    """Change what an officer may do; effective at her next request."""
    if officer.office is None:
        raise InvalidInputError("This officer belongs to no office.", place="office")
    reference = Reference(officer.office.authority_id, Kind.OFFICER, officer.id)
    authorise_house(act.actor, Permission.OFFICERS_WRITE, reference)
    if str(officer.id) == act.actor.id:
        raise RefusedError("Nobody changes her own roles; another administrator must.", code="officer:self")
    officer.roles, officer.is_active = [role.value for role in roles], active
    officer.save(update_fields=["roles", "is_active"])
    enter(
        act,
        "authorities:officer:assigned",
        reference,
        authority=reference.authority,
        facts={"roles": officer.roles, "active": active},
    )
    return officer


def add_partner(act: Act, *, card: Card, fingerprint: str) -> Authority:
    """Accept a partner's card after its fingerprint was compared over another channel.

    Raises `RefusedError` when the fingerprint given is not the card's, `ConflictError` when the partner is known
    with other keys: a key change is a decision of its own.
    """
    if act.actor.kind is ActorKind.OFFICER:
        authorise_house(act.actor, Permission.PARTNERS_WRITE, Reference(act.actor.authority, Kind.PEER, act.new_id()))
    else:
        _only_the_operator(act)
    if fingerprint != card.verifying_key.fingerprint:
        raise RefusedError(
            "The fingerprint given is not the card's: do not rely on this card. Nothing was changed.",
            code="partner:fingerprint",
            place=card.code,
        )
    return _write_partner(act, card)


@transaction.atomic
def _write_partner(act: Act, card: Card) -> Authority:
    known = Authority.objects.filter(code=card.code).first()
    if known is not None and known.has_node and known.verifying_key != card.verifying_key.to_json():
        raise ConflictError(
            f"{card.code} is known with other keys; a change of keys is decided on its own. Nothing was changed.",
            code="partner:keys",
            place=card.code,
        )
    row, _ = Authority.objects.update_or_create(
        code=card.code,
        defaults={
            "state": card.state,
            "names": card.names,
            "competences": list(card.competences),
            "languages": list(card.languages),
            "local": known.local if known else False,
            "has_node": True,
            "endpoint": card.endpoint,
            "verifying_key": card.verifying_key.to_json(),
            "sealing_key": card.sealing_key.to_json(),
            "tls_certificate": card.tls_certificate,
            "seal_certificate": card.seal_certificate,
            "contact": card.contact,
            "since": known.since if known else act.at,
            "active": True,
        },
    )
    for own in Authority.objects.filter(local=True):
        enter(
            act,
            "authorities:partner:added",
            card.code,
            authority=own.code,
            facts={"fingerprint": card.verifying_key.fingerprint, "endpoint": card.endpoint},
        )
    return row


@transaction.atomic
def note_partner_without_node(
    act: Act, *, code: str, names: Mapping[str, str], languages: Sequence[str], contact: Mapping[str, str]
) -> Authority:
    """Note a partner that has no node: letters go by post, its entries are recorded by us and not signed by it."""
    if act.actor.kind is ActorKind.OFFICER:
        authorise_house(act.actor, Permission.PARTNERS_WRITE, Reference(act.actor.authority, Kind.PEER, act.new_id()))
    else:
        _only_the_operator(act)
    if not AUTHORITY_CODE.fullmatch(code):
        raise InvalidInputError(f"'{code}' is not an authority code, e.g. PE-MPFN.", place="code")
    if Authority.objects.filter(code=code).exists():
        raise ConflictError(f"{code} is already known; nothing was changed.", place=code)
    row = Authority.objects.create(
        code=code,
        state=parse_country(code[:2]),
        names=dict(names),
        competences=[Competence.CENTRAL.value, Competence.RECEIVING.value],
        languages=list(languages),
        has_node=False,
        contact=dict(contact),
        since=act.at,
    )
    for own in Authority.objects.filter(local=True):
        enter(act, "authorities:partner:noted", code, authority=own.code, facts={"node": False})
    return row


def _only_the_operator(act: Act) -> None:
    if act.actor.kind is not ActorKind.JOB or act.actor.id != "operator":
        raise RefusedError("Only the node's operator does this, from its command line.", code="operator:only")
