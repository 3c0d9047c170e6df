"""Passkeys: kept by their officer once she was confirmed, removed by her or revoked by an administrator.

What is kept is public: a passkey's private half never leaves the authenticator.
"""

from collections.abc import Mapping
from typing import Any

from allauth.mfa.models import Authenticator
from django.db import transaction
from django.db.models import F

from comity.authorities.models import Officer
from comity.safeguards.actions import enter
from comity.safeguards.permissions import Permission
from comity.safeguards.policy import authorise_house
from comity.values.actor import Act
from comity.values.errors import BrokenError, InvalidInputError, MissingError, RefusedError
from comity.values.reference import Kind, Reference

MOST = 10
"""Passkeys an officer may hold: a phone, a token in the safe, a laptop, and room."""


@transaction.atomic
def keep_passkey(act: Act, *, officer: Officer, name: str, credential: Mapping[str, Any]) -> Authenticator:
    """Keep a passkey of the officer who acts; its answer to our challenge was verified before."""
    reference = _reference(officer)
    authorise_house(act.actor, Permission.OWN_SIGN_IN, reference)
    if str(officer.id) != act.actor.id:
        raise RefusedError("Nobody keeps a passkey for another officer.", code="passkey:other")
    held = _held(officer).count()
    if held >= MOST:
        raise RefusedError(
            f"You hold {held} passkeys already; nothing was kept.",
            code="passkey:many",
            next_step="Remove one that you no longer use.",
        )
    if not 0 < len(name.strip()) <= 60:
        raise InvalidInputError("A passkey is named with one to sixty characters.", code="input:name", place="name")
    row = Authenticator.objects.create(
        user=officer,
        type=Authenticator.Type.WEBAUTHN,
        data={"name": name.strip(), "credential": credential, "counter": 0},
        created_at=act.at,
    )
    enter(act, "authorities:passkey:kept", reference, authority=reference.authority, facts={"passkey": row.pk})
    return row


@transaction.atomic
def revoke_passkey(act: Act, *, officer: Officer, passkey: int) -> None:
    """Remove a passkey: one's own, or as an administrator that of an officer of one's authority.

    What an administrator revokes is feared to be in other hands: every session of the officer ends with it.
    """
    reference, own = _reference(officer), str(officer.id) == act.actor.id
    authorise_house(act.actor, Permission.OWN_SIGN_IN if own else Permission.OFFICERS_WRITE, reference)
    row = _held(officer).filter(pk=passkey).first()
    if row is None:
        raise MissingError
    row.delete()
    if not own:
        Officer.objects.filter(pk=officer.pk).update(session_round=F("session_round") + 1)
    facts = {"passkey": passkey, "by": "own" if own else "administrator"}
    enter(act, "authorities:passkey:revoked", reference, authority=reference.authority, facts=facts)


def count_use(act: Act, passkey: Authenticator, counter: int) -> None:
    """Note the authenticator's own count of uses; BrokenError where it does not go on: then two hold this passkey.

    That is entered in the ledger of the officer's authority. An authenticator that does not count says 0 each time.
    """
    with transaction.atomic():
        row = Authenticator.objects.select_for_update().get(pk=passkey.pk)
        before = int(row.data.get("counter", 0))
        copied = bool(counter or before) and counter <= before
        if copied:
            reference = _reference(row.user)
            facts = {"passkey": row.pk}
            enter(act, "authorities:passkey:copied", reference, authority=reference.authority, facts=facts)
        else:
            row.data = {**row.data, "counter": counter}
            row.save(update_fields=["data"])
    if copied:
        raise BrokenError(
            "This passkey was used by another device in the meantime: it may have been copied.",
            code="passkey:copied",
            next_step="Sign in with password and code, and remove it.",
        )
    passkey.data = row.data


def _held(officer: Officer) -> Any:
    return Authenticator.objects.filter(user=officer, type=Authenticator.Type.WEBAUTHN)


def _reference(officer: Officer) -> Reference:
    if officer.office is None:
        raise InvalidInputError("This officer belongs to no office.", place="office")
    return Reference(officer.office.authority_id, Kind.OFFICER, officer.id)
