"""Sending a stopped message again: a person's decision, after what stopped it was put right."""

from django.db import transaction

from comity.exchange.models import Direction, Outbox, OutboxState, StoredMessage
from comity.safeguards.actions import enter
from comity.safeguards.permissions import Permission
from comity.safeguards.policy import authorise_house
from comity.values.actor import Act
from comity.values.errors import MissingError, RefusedError
from comity.values.reference import Kind, Reference


@transaction.atomic
def resend(act: Act, digest: str) -> None:
    """Queue a stopped message of the actor's own authority again: the very same message, under the same id.

    Its partner refused it; if the partner's rules still say no, it stops again. Raises MissingError for a message that
    the authority did not send, RefusedError `exchange:not-stopped` for one that waits or was delivered.
    """
    holder = act.actor.authority
    row = StoredMessage.objects.filter(holder=holder, direction=Direction.OUT, digest=digest).first()
    if row is None:
        raise MissingError
    authorise_house(act.actor, Permission.MESSAGE_RESEND, Reference(holder, Kind.MESSAGE, row.message_id))
    queued = Outbox.objects.filter(message=row, state=OutboxState.STOPPED).update(
        state=OutboxState.WAITING,
        failures=0,
        next_attempt=act.at,
        failing_since=None,
        lease="",
        lease_until=None,
    )
    if not queued:
        raise RefusedError(
            "This message does not stand stopped; nothing was sent again.",
            code="exchange:not-stopped",
            next_step="Look where it stands: what waits is tried by itself.",
        )
    enter(act, "exchange:message:resent", Reference.parse(row.dossier), authority=holder, facts={"digest": digest})
