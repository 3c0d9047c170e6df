"""Tries and calls are counted in the database, before they are looked at; an administrator lifts a lock."""

from collections.abc import Iterable
from datetime import datetime

from django.db import connection, transaction

from comity.authorities.limits import TRIES, TRIES_FROM, Counted, Limit, address_key, instant, milliseconds, name_key
from comity.authorities.models import Officer, Tally
from comity.safeguards.actions import enter
from comity.safeguards.permissions import Permission
from comity.safeguards.policy import authorise_house
from comity.values.actor import Act
from comity.values.errors import InvalidInputError, UnavailableError
from comity.values.instant import instant_text
from comity.values.reference import Kind, Reference

_COUNT = """
INSERT INTO authorities_tally (key, since, count) VALUES (%s, %s, 1)
ON CONFLICT (key) DO UPDATE SET
  count = CASE WHEN authorities_tally.since BETWEEN %s AND %s THEN authorities_tally.count + 1 ELSE 1 END,
  since = CASE WHEN authorities_tally.since BETWEEN %s AND %s THEN authorities_tally.since ELSE excluded.since END
RETURNING count, since
"""
"""One statement, so that two at a time are two. A window that seems to begin in the future begins anew."""


def count(key: str, limit: Limit, at: datetime) -> Counted:
    """Count one more under the key, in its window or in a new one."""
    here, oldest = milliseconds(at), milliseconds(at - limit.window) + 1
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, [key, here, oldest, here, oldest, here])
        counted, since = cursor.fetchone()
    return Counted(counted, instant(since))


def count_or_refuse(keys: Iterable[tuple[str, Limit]], at: datetime) -> list[Counted]:
    """Count one more under each key; raises `UnavailableError` `session:too-many` where one is over its limit."""
    found = [(count(key, limit, at), limit) for key, limit in keys]
    until = [counted.until(limit) for counted, limit in found if counted.over(limit, at)]
    if until:
        raise UnavailableError(
            f"Too many tries: locked until {instant_text(max(until))}. Nothing else was changed.",
            code="session:too-many",
            place=instant_text(max(until)),
            next_step="Wait, or ask your administrator to unlock it; a passkey still signs in.",
        )
    return [counted for counted, _limit in found]


def forget(key: str) -> None:
    """What was counted under the key is gone: the right password and code were given, or a lock was lifted."""
    Tally.objects.filter(key=key).delete()


def take_back(key: str) -> None:
    """One less under the key: what was counted before it was looked at turned out right."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE authorities_tally SET count = count - 1 WHERE key = %s AND count > 0", [key])


def count_try(act: Act, *, username: str, address: str) -> None:
    """Count one more try of a password or code, before it is looked at. Raises `UnavailableError` over a limit.

    The try that fills the measure of an officer's user name is entered in the ledger of her authority.
    """
    [by_name, _address] = count_or_refuse([(name_key(username), TRIES), (address_key(address), TRIES_FROM)], act.at)
    if by_name.count == TRIES.most:
        _note_lock(act, username)


def count_passkey(act: Act, *, address: str) -> None:
    """A passkey has no secret that could be guessed: only the address is counted."""
    count_or_refuse([(address_key(address), TRIES_FROM)], act.at)


def was_right(*, address: str, username: str = "", whole: bool = False) -> None:
    """The try was right. Only the last factor, the code, clears what was wrong before it (`whole`)."""
    take_back(address_key(address))
    if username and whole:
        forget(name_key(username))
    elif username:
        take_back(name_key(username))


@transaction.atomic
def _note_lock(act: Act, username: str) -> None:
    """Enter in the ledger of her authority that an officer's user name was locked; nothing for a name nobody has."""
    officer = Officer.objects.filter(username__iexact=username, office__isnull=False).first()
    if officer is not None and officer.office is not None:
        reference = Reference(officer.office.authority_id, Kind.OFFICER, officer.id)
        enter(act, "authorities:sign-in:locked", reference, authority=reference.authority)


@transaction.atomic
def unlock(act: Act, *, officer: Officer) -> None:
    """Lift the lock on an officer's user name before its time."""
    if officer.office is None:
        raise InvalidInputError("This officer belongs to no office.", place="office")
    reference = Reference(officer.office.authority_id, Kind.OFFICER, officer.id)
    authorise_house(act.actor, Permission.OFFICERS_WRITE, reference)
    forget(name_key(officer.username))
    enter(act, "authorities:sign-in:unlocked", reference, authority=reference.authority)


def clear_tallies(at: datetime, *, older: int = 86_400_000) -> int:
    """Remove what was counted more than a day ago; returns how many."""
    return Tally.objects.filter(since__lt=milliseconds(at) - older).delete()[0]
