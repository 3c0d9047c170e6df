"""Allowances: what a partner used is counted with each message; its limits are set by the node's operator.

What is over them costs a number.
"""

from contextlib import suppress
from datetime import datetime

from django.db import connection, transaction
from django.db.models import F, Q

from comity.authorities.queries import authority, local_authorities
from comity.exchange.allowance import ONE_BY_ONE, Limits, Surplus, hour_of
from comity.exchange.models import Allowance, TurnedAway
from comity.exchange.rejection import QuotaError
from comity.safeguards.actions import enter
from comity.safeguards.actions.durability import soon_durable
from comity.values.actor import Act, ActorKind
from comity.values.errors import RefusedError
from comity.values.instant import instant_text

_COUNT = (
    "UPDATE exchange_allowance SET messages = messages + 1, message_bytes = message_bytes + %s"
    " WHERE partner = %s AND hour = %s AND messages < messages_per_hour AND message_bytes + %s <= bytes_at_rest"
)


_FULL = (
    "SELECT messages_per_hour FROM exchange_allowance"
    " WHERE partner = %s AND hour = %s AND messages >= messages_per_hour"
)


def expect_room(partner: str, *, at: datetime) -> None:
    """Raise QuotaError where the partner used up its messages of this hour; nothing is counted."""
    with connection.cursor() as cursor:
        cursor.execute(_FULL, [partner, connection.ops.adapt_datetimefield_value(hour_of(at))])
        full = cursor.fetchone()
    if full is not None:
        raise QuotaError(_taken_already(full[0]))


_TURN_AWAY = (
    "INSERT INTO exchange_turnedaway (partner, hour, surplus, refused, entered) VALUES (%s, %s, %s, 1, 0)"
    " ON CONFLICT (partner, hour, surplus) DO UPDATE SET refused = exchange_turnedaway.refused + 1 RETURNING refused"
)


def turn_away(partner: str, surplus: Surplus, *, at: datetime) -> bool:
    """Count one refusal more of this hour; whether it is among those that are answered and entered one by one.

    It does not wait for the disk: a machine that loses its power forgets some of a number.
    """
    with soon_durable(), connection.cursor() as cursor:
        cursor.execute(_TURN_AWAY, [partner, connection.ops.adapt_datetimefield_value(hour_of(at)), surplus.value])
        [refused] = cursor.fetchone()
    return int(refused) <= ONE_BY_ONE[surplus]


def enter_turned_away(act: Act) -> int:
    """Enter how much was refused to each partner in an hour, where more was than has a line of its own.

    The number of the hour so far, again where it has grown; hours that are over and told go. Returns the lines made.
    """
    entered = 0
    few = Q()
    for surplus, most in ONE_BY_ONE.items():
        few |= Q(surplus=surplus, refused__lte=most)
    for row in TurnedAway.objects.filter(refused__gt=F("entered")).exclude(few):
        with transaction.atomic():
            told = TurnedAway.objects.filter(pk=row.pk, entered=row.entered).update(entered=row.refused)
            facts = {
                "hour": instant_text(row.hour),
                "surplus": row.surplus,
                "refused": row.refused,
                "one_by_one": ONE_BY_ONE[Surplus(row.surplus)],
            }
            for own in local_authorities() if told else ():
                enter(act, "exchange:envelopes:turned-away", row.partner, authority=own.code, facts=facts)
                entered += 1
    TurnedAway.objects.filter(few | Q(refused=F("entered")), hour__lt=hour_of(act.at)).delete()
    return entered


def spend(partner: str, size: int, *, at: datetime) -> None:
    """Count one message of so many bytes, inside the transaction that takes it in; raises QuotaError over a limit.

    One statement where the running hour is counted already: this stands in the path of every message.
    """
    if _counted(partner, size, hour_of(at)):
        return
    row, _ = Allowance.objects.get_or_create(partner=partner, defaults={"hour": hour_of(at)})
    Allowance.objects.filter(partner=partner).exclude(hour=hour_of(at)).update(hour=hour_of(at), messages=0)
    if _counted(partner, size, hour_of(at)):
        return
    if row.message_bytes + size > row.bytes_at_rest:
        raise QuotaError(f"Messages of this sender would fill more than {row.bytes_at_rest} bytes. Nothing was kept.")
    raise QuotaError(_taken_already(row.messages_per_hour))


def spend_refused(partner: str, *, at: datetime) -> None:
    """Count a message that its sender signed and our rules refused: it may not send without end what we refuse."""
    with suppress(QuotaError), transaction.atomic():
        spend(partner, 0, at=at)


def _taken_already(allowed: int) -> str:
    return f"{allowed} messages of this hour were taken in already. Nothing was kept."


def _counted(partner: str, size: int, hour: datetime) -> bool:
    """Whether the message fitted into what is allowed and was counted."""
    # Spelled out, since the ORM would compile it for every message.
    moment = connection.ops.adapt_datetimefield_value(hour)
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, [size, partner, moment, size])
        return bool(cursor.rowcount)


@transaction.atomic
def allow(act: Act, partner: str, limits: Limits) -> None:
    """Set what a partner may use of this node, effective with its next message. Operator only."""
    if act.actor.kind is not ActorKind.JOB or act.actor.id != "operator":
        raise RefusedError("Only the node's operator does this, from its command line.", code="operator:only")
    row = authority(partner)
    wanted = {
        "messages_per_hour": limits.messages_per_hour,
        "bytes_at_rest": limits.bytes_at_rest,
        "open_transfers": limits.open_transfers,
    }
    Allowance.objects.update_or_create(
        partner=row.code, defaults=wanted, create_defaults={**wanted, "hour": hour_of(act.at)}
    )
    for own in local_authorities():
        enter(act, "exchange:allowance:set", row.code, authority=own.code, facts=wanted)
