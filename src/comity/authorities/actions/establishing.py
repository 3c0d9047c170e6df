"""A node's own authorities, offices and officers; establishing them is the operator's, from the command line."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from allauth.mfa.totp.internal.auth import TOTP
from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import F

from comity.authorities.actions.operator import only_the_operator
from comity.authorities.competence import Competence
from comity.authorities.keyring import Keyring
from comity.authorities.models import Authority, Office, Officer
from comity.safeguards.actions import enter
from comity.safeguards.permissions import Permission
from comity.safeguards.policy import authorise_house
from comity.values.actor import Act, Role
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
    only_the_operator(act)
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
    only_the_operator(act)
    office = Office.objects.create(id=act.new_id(), authority_id=authority, names=dict(names))
    enter(act, "authorities:office:opened", Reference(authority, Kind.OFFICE, office.id), authority=authority)
    return office


@dataclass(frozen=True, slots=True)
class NewOfficer:
    """A person as she is appointed: her name, how she signs in the first time, what she may do."""

    username: str
    first_name: str
    last_name: str
    password: str = field(repr=False)
    roles: Sequence[Role]
    function: str = ""
    """Her function as it is printed under what she signs."""
    language: str = "en"
    one_time_secret: str = field(default="", repr=False)
    """With it (base32) her one-time codes work from the first sign-in; without, she enrols at the first."""


def appoint_first_officer(act: Act, *, office: Office, officer: NewOfficer) -> Officer:
    """Appoint an officer from the command line, before anyone can sign in. Operator only."""
    only_the_operator(act)
    return _appoint(act, office, officer)


def appoint_officer(act: Act, *, office: Office, officer: NewOfficer) -> Officer:
    """Appoint an officer of the administrator's own authority.

    Raises ConflictError for a user name that is taken, InvalidInputError for a first password that is easily guessed.
    """
    authorise_house(act.actor, Permission.OFFICERS_WRITE, Reference(office.authority_id, Kind.OFFICE, office.id))
    person = Officer(username=officer.username, first_name=officer.first_name, last_name=officer.last_name)
    try:
        validate_password(officer.password, person)
    except ValidationError as error:
        raise InvalidInputError(" ".join(error.messages), code="officer:password", place="password") from error
    return _appoint(act, office, officer)


@transaction.atomic
def _appoint(act: Act, office: Office, new: NewOfficer) -> Officer:
    officer = Officer(
        id=act.new_id(),
        username=new.username,
        first_name=new.first_name,
        last_name=new.last_name,
        password=make_password(new.password),
        office=office,
        roles=[role.value for role in new.roles],
        function=new.function,
        language=new.language,
        date_joined=act.at,
    )
    try:
        with transaction.atomic():
            officer.save(force_insert=True)
    except IntegrityError as error:
        raise ConflictError(
            f"There is already an officer '{new.username}'; nothing was changed.", place="username"
        ) from error
    if new.one_time_secret:
        TOTP.activate(officer, new.one_time_secret)
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


@transaction.atomic
def end_sessions(act: Act, *, officer: Officer) -> None:
    """End every session of an officer at once, on pages and over the API: her own, or as her administrator."""
    if officer.office is None:
        raise InvalidInputError("This officer belongs to no office.", place="office")
    reference = Reference(officer.office.authority_id, Kind.OFFICER, officer.id)
    own = str(officer.id) == act.actor.id
    authorise_house(act.actor, Permission.NEEDS_READ if own else Permission.OFFICERS_WRITE, reference)
    Officer.objects.filter(pk=officer.pk).update(session_round=F("session_round") + 1)
    facts = {"by": "own" if own else "administrator"}
    enter(act, "authorities:sessions:ended", reference, authority=reference.authority, facts=facts)
