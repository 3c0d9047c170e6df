"""Evidence of a message's way beyond the answer: what we state of our own, and that a person opened what came.

Nobody waits for these statements: a job makes them, many under one signature. A time that ran out is our word alone,
and says so by its kind; what the partner states later stands beside it.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from itertools import islice

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from comity.authorities.keyring import Keyring
from comity.authorities.queries import authority, local_authorities, verifying_key
from comity.exchange.actions.posting import post
from comity.exchange.message import MESSAGES_RETRIEVED, NOTICES, Message, SignedMessage
from comity.exchange.models import Direction, OutboxState, StoredMessage, StoredReceipt
from comity.exchange.receipt import Receipt, ReceiptKind
from comity.exchange.statement import open_statement, read_statement, sign_statements
from comity.safeguards.actions import enter
from comity.safeguards.queries import opened_by_officers
from comity.seals.canonical import from_b64, to_b64
from comity.values.actor import Act
from comity.values.errors import BrokenError, InvalidInputError, RefusedError
from comity.values.reference import Kind, Reference

RELAY_FAILS_AFTER = timedelta(days=1)
"""For how long every try must have failed until we state that the message could not be relayed."""
UNDELIVERED_AFTER = timedelta(days=7)
UNRETRIEVED_AFTER = timedelta(days=30)
LOOK_BACK = timedelta(days=7)
"""How far back openings are looked for; the job runs every minute."""
MOST_AT_ONCE = 200
"""How many of our own statements stand under one signature; the next are made in the same turn."""
MOST_IN_A_TURN = 10_000
"""How many messages a turn looks up for statements of each kind; the job runs every minute."""
MOST_IN_A_NOTICE = 100
OPENINGS = frozenset({"requests:dossier:read", "requests:message:read"})
"""Lines of the ledger that show that a person had the dossier before her."""

_Stated = tuple[StoredMessage, Receipt]


def attest_due(act: Act, *, keys: Keyring) -> int:
    """State what is to be stated of every authority of ours; returns how many statements were made.

    Submission when a message was posted; relay failure and non-delivery when their time ran out, non-retrieval too;
    retrieval of what came, once an officer opened its dossier, told to the sender by a notice.
    """
    return sum(_attest(act, own.code, keys) for own in local_authorities())


def _attest(act: Act, holder: str, keys: Keyring) -> int:
    made, due = 0, _own_statements(act.at, holder)
    while ours := list(islice(due, MOST_AT_ONCE)):
        made += _keep(act, holder, ours, keys)
    theirs = list(islice(_retrievals(act.at, holder), MOST_IN_A_NOTICE))
    for partner in sorted({row.sender for row, _ in theirs}):
        made += _keep(act, holder, [one for one in theirs if one[0].sender == partner], keys, tell=partner)
    return made


def _own_statements(at: datetime, holder: str) -> Iterator[_Stated]:
    sent = StoredMessage.objects.filter(holder=holder, direction=Direction.OUT, outbox__isnull=False)
    sent = sent.exclude(type__in=NOTICES)
    waiting = sent.filter(outbox__state=OutboxState.WAITING)
    failing = waiting.filter(outbox__failing_since__lte=at - RELAY_FAILS_AFTER)
    late = waiting.filter(stored_at__lte=at - UNDELIVERED_AFTER)
    delivered = StoredReceipt.objects.filter(
        message=OuterRef("pk"), kind=ReceiptKind.DELIVERY, at__lte=at - UNRETRIEVED_AFTER
    )
    unseen = _without(sent.filter(Exists(delivered)), ReceiptKind.RETRIEVAL)
    for row in _in_turn(_without(sent, ReceiptKind.SUBMISSION_ACCEPTANCE)):
        yield row, _statement(row, ReceiptKind.SUBMISSION_ACCEPTANCE, row.stored_at)
    for row in _in_turn(_without(failing, ReceiptKind.RELAY_FAILURE)):
        yield row, _statement(row, ReceiptKind.RELAY_FAILURE, at, row.outbox.last_reason)
    for row in _in_turn(_without(late, ReceiptKind.NON_DELIVERY)):
        yield row, _statement(row, ReceiptKind.NON_DELIVERY, at, f"No receipt within {UNDELIVERED_AFTER.days} days.")
    for row in _in_turn(_without(unseen, ReceiptKind.NON_RETRIEVAL)):
        reason = f"No word of a retrieval within {UNRETRIEVED_AFTER.days} days."
        yield row, _statement(row, ReceiptKind.NON_RETRIEVAL, at, reason)


def _in_turn(rows: QuerySet[StoredMessage]) -> Iterator[StoredMessage]:
    """Messages in their order, each once in a turn: found in one look, read some at a time."""
    places = list(rows.order_by("position").values_list("position", flat=True)[:MOST_IN_A_TURN])
    for start in range(0, len(places), MOST_AT_ONCE):
        some = StoredMessage.objects.filter(position__in=places[start : start + MOST_AT_ONCE])
        yield from some.select_related("outbox").order_by("position")


def _without(rows: QuerySet[StoredMessage], kind: ReceiptKind) -> QuerySet[StoredMessage]:
    return rows.filter(~Exists(StoredReceipt.objects.filter(message=OuterRef("pk"), kind=kind)))


def _retrievals(at: datetime, holder: str) -> Iterator[_Stated]:
    """What came and was opened since, by the ledger: with each message the first opening of its dossier after it."""
    openings = opened_by_officers(holder, OPENINGS, since=at - LOOK_BACK)
    came = StoredMessage.objects.filter(holder=holder, direction=Direction.IN).exclude(type__in=NOTICES)
    for dossier, moments in openings.items():
        rows = came.filter(dossier=dossier, stored_at__lte=moments[-1])
        for row in _without(rows, ReceiptKind.RETRIEVAL).order_by("position"):
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


def _keep(act: Act, holder: str, stated: list[_Stated], keys: Keyring, *, tell: str = "") -> int:
    """Sign what is stated, keep it with its messages, tell the partner whose messages they were; all or nothing."""
    if not stated:
        return 0
    signed = sign_statements([receipt for _, receipt in stated], keys.signer(holder))
    with transaction.atomic():
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
