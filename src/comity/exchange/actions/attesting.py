"""Evidence of a message's way beyond the answer: what we state of our own, and that a person opened what came.

Nobody waits for these statements: a job makes them, many under one signature. Each message has the time at which it is
looked at next, and of the ledger only what is new is read: what a turn costs does not grow with what is held.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from itertools import islice

from django.db import connection, transaction
from django.db.models import Q

from comity.authorities.keyring import Keyring
from comity.authorities.queries import authority, local_authorities, verifying_key
from comity.exchange.actions.posting import post
from comity.exchange.attestation import UNRETRIEVED_AFTER, Way, due_statements
from comity.exchange.message import MESSAGES_RETRIEVED, NOTICES, Message, SignedMessage
from comity.exchange.models import Direction, Looked, Outbox, OutboxState, StoredMessage, StoredReceipt
from comity.exchange.receipt import Receipt, ReceiptKind
from comity.exchange.statement import open_statement, read_statement, sign_statements
from comity.safeguards.actions import enter
from comity.safeguards.queries import opened_by_officers
from comity.seals.canonical import from_b64, to_b64
from comity.values.actor import Act
from comity.values.errors import BrokenError, InvalidInputError, RefusedError
from comity.values.reference import Kind, Reference

MOST_AT_ONCE = 200
"""How many of our own statements stand under one signature; the next are made in the same turn."""
MOST_IN_A_TURN = 10_000
"""How many messages, and lines of each ledger, a turn looks at; the job runs every few seconds."""
MOST_IN_A_NOTICE = 100
OPENINGS = frozenset({"requests:dossier:read", "requests:message:read"})
"""Lines of the ledger that show that a person had the dossier before her."""

_Stated = tuple[StoredMessage, Receipt]
_Next = tuple[int, datetime | None]
"""A message's position, and when it is looked at next."""


def attest_due(act: Act, *, keys: Keyring) -> int:
    """State what is to be stated of every authority of ours; returns how many statements were made.

    Submission when a message was posted; relay failure and non-delivery when their time ran out, non-retrieval too;
    retrieval of what came, once an officer opened its dossier, told to the sender by a notice.
    """
    made, looked_at = 0, 0
    while looked_at < MOST_IN_A_TURN and (positions := _to_look_at(act.at)):
        looked_at += len(positions)
        made += _state(act, positions, keys)
    return made + sum(_attest_retrievals(act, own.code, keys) for own in local_authorities())


def _to_look_at(at: datetime) -> list[int]:
    """Positions of messages whose time has come, the longest due first; a time further ahead than any wait has come."""
    adapt = connection.ops.adapt_datetimefield_value
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT message_id FROM exchange_statementdue WHERE at <= %s OR at > %s ORDER BY at, message_id LIMIT %s",
            [adapt(at), adapt(at + UNRETRIEVED_AFTER), MOST_AT_ONCE],
        )
        return [position for (position,) in cursor.fetchall()]


def _state(act: Act, positions: list[int], keys: Keyring) -> int:
    """Look at these messages, state what is due of each authority's, and note when each is looked at next."""
    ways = {row.message_id: row for row in Outbox.all_held(among=("message_id", positions))}
    held: dict[int, dict[ReceiptKind, datetime]] = {position: {} for position in positions}
    for position, kind, moment in StoredReceipt.told("message", "kind", "at", among=("message", positions)):
        held[position][ReceiptKind(kind)] = moment
    stated: dict[str, list[_Stated]] = {}
    following: dict[str, list[_Next]] = {}
    for row in StoredMessage.all_held(among=("position", positions)):
        queued = ways[row.position]
        way = Way(
            row.stored_at,
            queued.state == OutboxState.WAITING,
            queued.failing_since,
            queued.last_reason,
            held[row.position],
        )
        due, after = due_statements(way, act.at)
        stated.setdefault(row.holder, []).extend((row, _statement(row, one.kind, one.at, one.reason)) for one in due)
        following.setdefault(row.holder, []).append((row.position, after))
    return sum(_keep(act, holder, stated[holder], keys, after=after) for holder, after in following.items())


def _attest_retrievals(act: Act, holder: str, keys: Keyring) -> int:
    """State of what came that it was opened, by the lines of the ledger that were not looked at yet."""
    looked = Looked.objects.filter(holder=holder).first() or Looked(holder=holder, lines=0)
    openings, lines = opened_by_officers(holder, OPENINGS, first=looked.lines, most=MOST_IN_A_TURN)
    if lines == looked.lines:
        return 0
    made, theirs = 0, _retrievals(holder, openings)
    while some := list(islice(theirs, MOST_IN_A_NOTICE)):
        for partner in sorted({row.sender for row, _ in some}):
            made += _keep(act, holder, [one for one in some if one[0].sender == partner], keys, tell=partner)
    looked.lines = lines
    looked.save()
    return made


def _retrievals(holder: str, openings: Mapping[str, list[datetime]]) -> Iterator[_Stated]:
    """What came and was opened since, by the ledger: with each message the first opening of its dossier after it."""
    came = StoredMessage.objects.filter(holder=holder, direction=Direction.IN).exclude(type__in=NOTICES)
    for dossier, moments in openings.items():
        rows = came.filter(dossier=dossier, stored_at__lte=moments[-1])
        for row in rows.exclude(receipts__kind=ReceiptKind.RETRIEVAL).order_by("position"):
            yield row, _statement(row, ReceiptKind.RETRIEVAL, next(one for one in moments if one >= row.stored_at))


def _statement(row: StoredMessage, kind: ReceiptKind, at: datetime, reason: str = "") -> Receipt:
    return Receipt(
        kind=kind,
        message_id=row.message_id,
        digest=row.digest,
        sender=row.sender,
        recipient=row.recipient,
        at=at,
        reason=reason[:2000],
    )


def _keep(
    act: Act, holder: str, stated: list[_Stated], keys: Keyring, *, tell: str = "", after: Iterable[_Next] = ()
) -> int:
    """Sign what is stated, keep it with its messages, tell the partner whose messages they were; all or nothing.

    With it is noted when each message is looked at next.
    """
    signed = sign_statements([receipt for _, receipt in stated], keys.signer(holder)) if stated else []
    with transaction.atomic():
        _look_again(after)
        told = StoredReceipt.objects.filter(message__in=[row.pk for row, _ in stated])
        held = set(told.values_list("message_id", "kind"))
        new = [
            (row.pk, receipt.kind.value, receipt.at, data)
            for (row, receipt), data in zip(stated, signed, strict=True)
            if (row.pk, receipt.kind.value) not in held
        ]
        if not new:
            return 0
        StoredReceipt.insert_many(new)
        kinds = dict(Counter(kind for _, kind, _, _ in new))
        if tell and authority(tell).has_node:
            _tell(act, holder, tell, [data for *_, data in new], keys)
        enter(act, "exchange:evidence:stated", f"{holder}:messages", authority=holder, facts=kinds)
    return len(new)


def _look_again(after: Iterable[_Next]) -> None:
    adapt = connection.ops.adapt_datetimefield_value
    later = [(adapt(at), position) for position, at in after if at is not None]
    never = [(position,) for position, at in after if at is None]
    with connection.cursor() as cursor:
        if later:
            cursor.executemany("UPDATE exchange_statementdue SET at = %s WHERE message_id = %s", later)
        if never:
            cursor.executemany("DELETE FROM exchange_statementdue WHERE message_id = %s", never)


def _tell(act: Act, holder: str, partner: str, statements: Iterable[bytes], keys: Keyring) -> None:
    number = act.new_id()
    notice = Message(
        type=MESSAGES_RETRIEVED,
        id=number,
        sender=holder,
        recipient=partner,
        dossier=Reference(holder, Kind.AUTHORITY, number),
        at=act.at,
        body={"statements": [to_b64(one) for one in statements]},
        purpose="evidence of delivery",
    )
    post(act, notice, keys=keys)


def messages_retrieved(act: Act, signed: SignedMessage, _content_keys: Mapping[str, bytes], _keys: Keyring) -> None:
    """The effect of a notice: the partner's word that it opened messages of ours, each verified and kept with its own.

    One that is about no message of ours to this partner, or of another kind, refuses the whole notice.
    """
    message = signed.message
    statements = message.body.get("statements")
    if set(message.body) != {"statements"} or not isinstance(statements, list):
        raise InvalidInputError("This is not a notice of retrieval.", code="statement:form", place="body")
    if not 0 < len(statements) <= MOST_IN_A_NOTICE or message.attachments:
        raise InvalidInputError(
            f"A notice has 1 to {MOST_IN_A_NOTICE} statements and nothing else.", code="statement:form"
        )
    for number, text in enumerate(statements):
        place = f"body.statements[{number}]"
        data = from_b64(text) if isinstance(text, str) else b""
        receipt, key_id = read_statement(data)
        open_statement(data, verifying_key(message.sender, key_id, receipt.at))
        sent = StoredMessage.objects.filter(
            Q(digest=receipt.digest, message_id=receipt.message_id),
            holder=message.recipient,
            direction=Direction.OUT,
            recipient=message.sender,
        ).first()
        if receipt.kind is not ReceiptKind.RETRIEVAL or sent is None:
            raise RefusedError("We sent no such message.", code="statement:other", place=place)
        if (receipt.sender, receipt.recipient) != (sent.sender, sent.recipient):
            raise BrokenError("The statement names other parties.", code="statement:other", place=place)
        StoredReceipt.objects.get_or_create(message=sent, kind=receipt.kind, defaults={"at": receipt.at, "data": data})
    enter(
        act,
        "exchange:evidence:received",
        f"{message.recipient}:messages",
        authority=message.recipient,
        facts={"retrieval": len(statements), "partner": message.sender},
    )
