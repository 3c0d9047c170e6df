"""Letters that come in: recorded as ours and not signed by them, each with its scan, in the post book."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from io import BytesIO
from typing import Any

from django.db import transaction

from comity.authorities.keyring import Keyring
from comity.exchange.message import SignedMessage
from comity.requests.actions.shape import Opened, finish, opened, say
from comity.requests.messages import KINDS, MessageType, check_body
from comity.requests.models import Document, Dossier, PostEntry
from comity.requests.phases import Side
from comity.requests.queries.access import partner_of
from comity.requests.scanned import ScannedLetter
from comity.store.actions import Sealed, enter_content, sealed_content
from comity.store.vault import Vault
from comity.values.actor import Act
from comity.values.errors import InvalidInputError, RefusedError

WITH_EVIDENCE = frozenset(
    {
        MessageType.EVIDENCE_RETURNED,
        MessageType.EVIDENCE_COUNTERSIGNED,
        MessageType.EVIDENCE_RECALLED,
        MessageType.EVIDENCE_NARROWED,
        MessageType.RECALL_ANSWERED,
    }
)
"""Letters about evidence: they are recorded together with its custody (`posted_evidence`); a recall by post is not."""
LETTERS: Mapping[Side, Sequence[MessageType]] = {
    side: tuple(
        kind
        for kind, told in KINDS.items()
        if side in told.sides and kind not in {*WITH_EVIDENCE, MessageType.TRANSMITTED, MessageType.RECORDED}
    )
    for side in Side
}
"""What a partner's letter may be, by the side on which the partner stands."""


def record_letter(
    act: Act,
    *,
    dossier: Any,
    version: int,
    what: str,
    body: Mapping[str, Any],
    letter: ScannedLetter,
    keys: Keyring,
    vault: Vault,
) -> Dossier:
    """Record a partner's letter: its scan, what it says as a message of that kind, signed by us and not by them."""
    found = opened_for_letter(act, "record_letter", dossier, version, letter)
    kind = MessageType(what)
    if kind not in LETTERS[found.side.other]:
        raise InvalidInputError(
            "The partner does not write such a letter: it stands on the other side.",
            code="requests:letter-side",
            place="what",
        )
    check_body(kind, body, place="body")
    with scan_in_vault(act, letter, vault=vault) as sealed, transaction.atomic():
        signed = say_recorded(act, found, kind, body, letter, sealed, keys)
        changes = {"remind_on": None} if kind is not MessageType.ACKNOWLEDGED else {}
        facts = {"scan": sealed.kept.digest}
        return finish(act, found, event="requests:letter:recorded", signed=signed, facts=facts, changes=changes)


def opened_for_letter(act: Act, verb: str, dossier: Any, version: int, letter: ScannedLetter) -> Opened:
    """The dossier opened for a step that records a letter; refused where the partner signs for itself."""
    found = opened(act, verb, dossier, version)
    if found.row.partner_has_node:
        raise RefusedError("This partner signs for itself; wait for its message.", code="requests:has-node")
    letter.expect_readable(act.at.date())
    return found


def scan_in_vault(act: Act, letter: ScannedLetter, *, vault: Vault) -> AbstractContextManager[Sealed]:
    """The scan in the vault for the length of the act; what is not entered is removed again."""
    return sealed_content(BytesIO(letter.scan), vault=vault, chance=act.chance, expected_size=len(letter.scan))


def say_recorded(
    act: Act,
    found: Opened,
    kind: MessageType,
    body: Mapping[str, Any],
    letter: ScannedLetter,
    sealed: Sealed,
    keys: Keyring,
) -> SignedMessage:
    """Sign the letter as our record of it, and keep its scan and its line in the post book."""
    recorded = {
        "what": kind.value,
        "body": dict(body),
        "letter_on": letter.letter_on.isoformat(),
        "source": sealed.kept.digest,
        "note": "not-signed-by-them",
    }
    signed = say(act, found, MessageType.RECORDED, recorded, keys=keys)
    enter_letter(act, found.row, letter, sealed, keys=keys, what=kind, message=signed.digest)
    return signed


def enter_letter(
    act: Act, row: Dossier, letter: ScannedLetter, sealed: Sealed, *, keys: Keyring, what: MessageType, message: str
) -> None:
    """Enter the scan as a document of the dossier and the letter in the post book, in the act's transaction."""
    digest = sealed.kept.digest
    enter_content(sealed, keys=keys, at=act.at)
    Document.objects.get_or_create(
        dossier=row,
        digest=digest,
        defaults={
            "kind": "scan",
            "name": letter.name[:400],
            "media_type": letter.media_type,
            "size": len(letter.scan),
            "message": message,
            "own": False,
            "at": act.at,
        },
    )
    PostEntry.objects.create(
        dossier=row,
        direction="in",
        on=letter.letter_on,
        number=letter.number.strip()[:120],
        correspondent=partner_of(row),
        what=what.value,
        scan=digest,
        message=message,
        at=act.at,
        by=act.actor.id,
    )
