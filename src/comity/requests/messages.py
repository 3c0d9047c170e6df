"""The message types of a request, who may send each, and the shape of its body.

Compatibility: a type's fields are only ever added as optional ones; a body with a field its reader does not know is
refused, so a new field needs a new protocol version between the two.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from comity.requests.phases import Side
from comity.requests.shapes import (
    Shape,
    answers,
    anything,
    authority,
    choice,
    day,
    digest,
    fault,
    flag,
    having,
    identifier,
    instant,
    many,
    record,
    storable,
    text,
    texts,
    whole,
)
from comity.values.handling import Handling


class MessageType(StrEnum):
    """Types of message; the value is also the domain of its signature."""

    TRANSMITTED = "request.transmitted"
    ACKNOWLEDGED = "request.acknowledged"
    AMENDMENT_ASKED = "request.returned"
    QUESTIONED = "request.questioned"
    ANSWERED = "request.answered"
    ACCEPTED = "request.accepted"
    CONSULTED = "request.consulted"
    CONSULTATION_ANSWERED = "request.consulted-answered"
    DECLINED = "request.declined"
    POSTPONED = "request.postponed"
    PASSED_ON = "request.passed-on"
    AUTHORISED = "request.authorised"
    EXECUTED = "request.executed"
    TRANSFER_SUSPENDED = "request.transfer-suspended"
    TRANSFER_RESUMED = "request.transfer-resumed"
    EVIDENCE_RETURNED = "evidence.returned"
    EVIDENCE_COUNTERSIGNED = "evidence.countersigned"
    EVIDENCE_RECALLED = "evidence.recalled"
    EVIDENCE_NARROWED = "evidence.narrowed"
    RECALL_ANSWERED = "evidence.recall-answered"
    FEEDBACK = "request.feedback"
    CLOSED = "request.closed"
    WITHDRAWN = "request.withdrawn"
    REMINDED = "request.reminded"
    RECORDED = "request.recorded"


_PARTS = many(identifier, most=100, unique=True)
_SHORT = text(300)
_MAYBE = text(300, empty=True)
_SIGNATORY = record(name=_SHORT, function=_MAYBE, authority=authority, at=instant, optional={"entry": digest})
"""`entry` is the leaf of the signature's ledger entry; a signature on paper has none."""
_DOCUMENT = record(kind=identifier, language=identifier, digest=digest)
_RELEASE = record(digest=digest, documents=many(_DOCUMENT, least=0, most=50), attachments=many(digest, least=0))
_GROUND = record(ground=identifier, provision=_SHORT, reason=texts())
_ORDER = record(court=_SHORT, number=_SHORT, on=day, text=texts())
_EXECUTION = record(
    on=day,
    place=_SHORT,
    by=_SHORT,
    optional={"persons_present": many(_SHORT, least=0), "signed_by": many(_SHORT, least=0), "text": texts()},
)
_REMEDY = record(text=texts(), optional={"provision": _SHORT, "until": day})


def _until(value: Any, place: str) -> None:
    """A use condition names its last day or says null (`UseCondition.to_json`)."""
    if value is not None:
        day(value, place)


def _content_digest(value: Any, place: str) -> None:
    """An item's SHA-256, or null for a thing on a shelf."""
    if value is not None:
        digest(value, place)


CONDITION = record(kind=identifier, text=text(), provision=_MAYBE, until=_until)
_RECALLED = many(record(item=_SHORT, digest=_content_digest), most=100)
_WORD = text(4_000, empty=True)
_FINDING = choice("CLEAR", "BARRED", "UNSETTLED")
_REASON = record(provision=_WORD, text=_WORD, finding=_FINDING, verified=flag)
_BASIS = record(
    instrument=_SHORT,
    title=_WORD,
    rank=whole,
    finding=_FINDING,
    reasons=many(_REASON, least=0),
    questions=many(record(id=_SHORT, text=_WORD, provision=_WORD), least=0),
    as_of=_WORD,
    channel=_WORD,
    languages=many(_WORD, least=0),
    verified=flag,
    sources=many(_WORD, least=0),
)
_GROUND_FOUND = record(
    ground=_SHORT,
    provision=_WORD,
    kind=_SHORT,
    condition=_WORD,
    finding=_FINDING,
    reason=_WORD,
    question=_WORD,
    fact=_MAYBE,
    cure=_WORD,
    consult=_WORD,
    verified=flag,
    source=_WORD,
)
GROUNDS_CHECK = record(
    version=whole,
    on=day,
    instrument=_MAYBE,
    finding=_FINDING,
    checks=many(
        record(
            measure=_MAYBE,
            parts=many(_MAYBE, least=0, most=100),
            finding=_FINDING,
            grounds=many(_GROUND_FOUND, least=0, most=100),
            notes=many(_WORD, least=0, most=10),
        ),
        least=0,
        most=100,
    ),
)
"""The requested side's grounds of refusal as the sender weighed them (`grounds_check.check_json`)."""
PREDICTION = record(
    on=day,
    instrument=_MAYBE,
    lines=many(
        record(
            part=_MAYBE,
            measure=_MAYBE,
            offence=_MAYBE,
            finding=choice("", "CLEAR", "BARRED", "UNSETTLED"),
            bases=many(_BASIS, least=0, most=20),
            optional={"fault": _WORD},
        ),
        least=0,
        most=2_000,
    ),
    optional={"grounds": GROUNDS_CHECK},
)
"""What the sender's own engine said (`predictions.prediction_of`); the receiver runs its own and compares. A prediction
without `grounds` is of a node that did not weigh them yet."""
_NUMBER = text(120)
_COVER_LETTER = record(text=texts(), optional={"document": digest, "language": identifier})


@dataclass(frozen=True, slots=True)
class Kind:
    """One message type: the side that may send it, its body, what it is in a sentence."""

    sides: frozenset[Side]
    body: Shape
    meaning: str


_Q = frozenset({Side.REQUESTING})
_R = frozenset({Side.REQUESTED})
_BOTH = _Q | _R

KINDS: Mapping[MessageType, Kind] = {
    MessageType.TRANSMITTED: Kind(
        _Q,
        record(
            number=_NUMBER,
            route=identifier,
            content=anything,
            release=_RELEASE,
            signed_by=_SIGNATORY,
            optional={
                "validated_by": _SIGNATORY,
                "transmitted_by": record(name=_SHORT, function=_MAYBE, authority=authority),
                "originating": authority,
                "cover_note": texts(),
                "prediction": PREDICTION,
                "amends": digest,
            },
        ),
        "The signed request, transmitted with its release digest.",
    ),
    MessageType.ACKNOWLEDGED: Kind(
        _R,
        record(number=_NUMBER, received_at=instant, contact=text(), optional={"annex_b": answers}),
        "A person registered the request under the requested side's number.",
    ),
    MessageType.AMENDMENT_ASKED: Kind(
        _R,
        record(reasons=texts(), provision=_SHORT, optional={"places": many(_SHORT, least=0)}),
        "The request does not conform; the requesting side is asked to amend it.",
    ),
    MessageType.QUESTIONED: Kind(
        _R, record(question_id=identifier, text=texts(), provision=_MAYBE), "Additional information is asked for."
    ),
    MessageType.ANSWERED: Kind(_Q, record(question_id=identifier, text=texts()), "Additional information is given."),
    MessageType.ACCEPTED: Kind(
        _R,
        record(parts=_PARTS, conditions=many(CONDITION, least=0, most=50), optional={"reasons": texts()}),
        "Parts of the request will be executed, under the conditions stated.",
    ),
    MessageType.CONSULTED: Kind(
        _BOTH,
        record(consultation_id=identifier, parts=many(identifier, least=0, most=100), text=texts(), provision=_MAYBE),
        "One side consults the other before it decides.",
    ),
    MessageType.CONSULTATION_ANSWERED: Kind(
        _BOTH, record(consultation_id=identifier, text=texts()), "The consulted side answers."
    ),
    MessageType.DECLINED: Kind(
        _R,
        record(
            parts=_PARTS,
            grounds=many(_GROUND, most=30),
            partial=flag,
            optional={"scope": texts(), "remedy": _REMEDY},
        ),
        "Assistance is refused, wholly or in part, with grounds and reasons.",
    ),
    MessageType.POSTPONED: Kind(
        _R, record(parts=_PARTS, ground=_GROUND, optional={"until": day}), "Execution is put off, with the ground."
    ),
    MessageType.PASSED_ON: Kind(
        _R,
        record(authority=authority, names=texts(300), parts=_PARTS),
        "The request was passed to an executing authority.",
    ),
    MessageType.AUTHORISED: Kind(_R, record(parts=_PARTS, order=_ORDER), "A domestic order allows the measure."),
    MessageType.EXECUTED: Kind(
        _R, record(parts=_PARTS, record=_EXECUTION), "Parts were executed, with the record of it."
    ),
    MessageType.TRANSFER_SUSPENDED: Kind(
        _R,
        record(parts=_PARTS, reason=texts(), optional={"remedy": _REMEDY}),
        "The transfer of results waits for a legal remedy.",
    ),
    MessageType.TRANSFER_RESUMED: Kind(_R, record(parts=_PARTS, reason=texts()), "The transfer of results goes on."),
    MessageType.EVIDENCE_RETURNED: Kind(
        _R,
        record(
            parts=_PARTS,
            items=many(having(item=_SHORT, digest=_content_digest), most=1_000),
            cover_letter=_COVER_LETTER,
            conditions=many(CONDITION, least=0, most=50),
            custody=many(anything, least=0, most=1_000),
        ),
        "Results are returned under the cover letter that vouches for them.",
    ),
    MessageType.EVIDENCE_COUNTERSIGNED: Kind(
        _Q,
        record(items=many(record(item=_SHORT, digest=_content_digest, countersignature=anything), most=1_000)),
        "The custody of returned items was verified and countersigned.",
    ),
    MessageType.EVIDENCE_RECALLED: Kind(
        _R,
        record(
            recall_id=identifier,
            items=_RECALLED,
            demand=choice("delete", "return"),
            reason=texts(),
            provision=_MAYBE,
            by=day,
            notice=digest,
            approved_by=_SIGNATORY,
        ),
        "Returned items are recalled by who provided them: locked at once, to be deleted or given back.",
    ),
    MessageType.EVIDENCE_NARROWED: Kind(
        _R,
        record(
            recall_id=identifier,
            items=_RECALLED,
            handling=choice(*(code.value for code in Handling)),
            conditions=many(CONDITION, least=0, most=50),
            reason=texts(),
            provision=_MAYBE,
            by=day,
            notice=digest,
            approved_by=_SIGNATORY,
        ),
        "More is bound to returned items from now on, beside what is bound already.",
    ),
    MessageType.RECALL_ANSWERED: Kind(
        _Q,
        record(
            recall_id=identifier,
            items=many(record(item=_SHORT, digest=_content_digest, custody=anything), most=100),
            outcome=choice("complied", "cannot-comply"),
            optional={"reason": texts(), "onward": texts()},
        ),
        "What became of recalled or narrowed items: complied with, or why not, with the custody record.",
    ),
    MessageType.FEEDBACK: Kind(_Q, record(outcome=texts()), "What came of the assistance."),
    MessageType.CLOSED: Kind(_Q, record(reason=texts()), "The requesting side closes the matter."),
    MessageType.WITHDRAWN: Kind(_Q, record(reason=texts()), "The requesting side withdraws the request."),
    MessageType.REMINDED: Kind(_Q, record(text=texts()), "The requesting side reminds."),
    MessageType.RECORDED: Kind(
        _BOTH,
        record(
            what=choice(*(kind.value for kind in MessageType if kind is not MessageType.RECORDED)),
            body=anything,
            letter_on=day,
            source=digest,
            note=choice("not-signed-by-them"),
        ),
        "A letter of a partner without a node, recorded by us and not signed by them.",
    ),
}


def parse_type(word: str) -> MessageType:
    """The message type of that name. Raises `InvalidInputError` for a type this version does not know."""
    try:
        return MessageType(word)
    except ValueError as error:
        raise fault("type", f"'{word[:60]}' is not a message type of a request") from error


def check_body(kind: MessageType, body: Mapping[str, Any], *, place: str = "") -> None:
    """Refuse a body that does not have exactly its type's shape; the error names the place of the fault."""
    KINDS[kind].body(body, place)
    storable(body, place)
    if kind is MessageType.TRANSMITTED:
        part_ids(body["content"], place=f"{place}.content" if place else "content")
    if kind is MessageType.RECALL_ANSWERED and body["outcome"] == "cannot-comply" and "reason" not in body:
        raise fault(f"{place}.reason" if place else "reason", "this field is missing")
    if kind is MessageType.RECORDED:
        check_body(MessageType(body["what"]), body["body"], place=f"{place}.body" if place else "body")


def part_ids(content: Mapping[str, Any], *, place: str = "content") -> list[str]:
    """The ids of a request's parts in their order; each part needs an id of its own and a measure."""
    parts = content.get("parts")
    many(anything, most=100)(parts, f"{place}.parts")
    found: list[str] = []
    for index, part in enumerate(parts or []):
        here = f"{place}.parts[{index}]"
        identifier(part.get("id"), f"{here}.id")
        identifier(part.get("measure"), f"{here}.measure")
        if part["id"] in found:
            raise fault(f"{here}.id", f"the part '{part['id']}' is given twice")
        found.append(part["id"])
    return found
