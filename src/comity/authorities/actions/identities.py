"""Who an officer is at the provider of single sign-on: bound once, by the e-mail her administrator confirmed."""

from allauth.socialaccount.models import SocialAccount
from django.db import transaction

from comity.authorities.models import Officer
from comity.safeguards.actions import enter
from comity.safeguards.permissions import Permission
from comity.safeguards.policy import authorise_house
from comity.values.actor import Act
from comity.values.errors import InvalidInputError, MissingError, RefusedError
from comity.values.reference import Kind, Reference


@transaction.atomic
def confirm_email(act: Act, *, officer: Officer, email: str) -> None:
    """Write down the e-mail by which the provider knows an officer; whoever was bound before is bound no more."""
    if officer.office is None:
        raise InvalidInputError("This officer belongs to no office.", place="office")
    reference = Reference(officer.office.authority_id, Kind.OFFICER, officer.id)
    authorise_house(act.actor, Permission.OFFICERS_WRITE, reference)
    if str(officer.id) == act.actor.id:
        raise RefusedError("Nobody confirms her own e-mail; another administrator must.", code="officer:self")
    if email and Officer.objects.filter(email__iexact=email).exclude(pk=officer.pk).exists():
        raise RefusedError("Another officer has this e-mail; nothing was changed.", code="officer:email")
    bound = SocialAccount.objects.filter(user=officer).delete()[0]
    Officer.objects.filter(pk=officer.pk).update(email=email)
    facts = {"set": bool(email), "unbound": bound}
    enter(act, "authorities:identity:confirmed", reference, authority=reference.authority, facts=facts)


@transaction.atomic
def bind_identity(act: Act, *, provider: str, subject: str, email: str) -> Officer:
    """Bind the one active officer whose confirmed e-mail this is; the provider vouched for it, signed.

    Raises `MissingError` where there is none or more than one, `RefusedError` where she is bound to another subject:
    an e-mail that passed to somebody else at the provider opens nothing here.
    """
    found = list(Officer.objects.filter(email__iexact=email, is_active=True, office__isnull=False)[:2]) if email else []
    if len(found) != 1:
        raise MissingError
    [officer] = found
    if SocialAccount.objects.filter(user=officer, provider=provider).exists():
        raise RefusedError("This officer is bound to another subject of the provider.", code="identity:other")
    SocialAccount.objects.create(user=officer, provider=provider, uid=subject, extra_data={})
    reference = Reference(officer.office.authority_id, Kind.OFFICER, officer.id)  # type: ignore[union-attr]  # asked for above
    enter(act, "authorities:identity:bound", reference, authority=reference.authority, facts={"provider": provider})
    return officer
