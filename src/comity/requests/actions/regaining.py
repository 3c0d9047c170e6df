"""What a message of our own does when a partner gives it back: the dossier stands again where it stood."""

from collections.abc import Mapping

from comity.authorities.keyring import Keyring
from comity.authorities.queries import authority
from comity.evidence.actions import admit, receive_attachments, regain_items
from comity.exchange.message import Message, SignedMessage
from comity.gazette.queries import register_here
from comity.requests.actions.receiving import TITLE
from comity.requests.actions.shape import write
from comity.requests.lanes import canonical_code
from comity.requests.messages import MessageType
from comity.requests.models import Document, Dossier
from comity.requests.papers import told_by
from comity.requests.phases import Side
from comity.requests.queries.access import state_of
from comity.requests.standing import relations_told
from comity.values.actor import Act
from comity.values.errors import ConflictError


def regain_message(
    act: Act, own: SignedMessage, brought: SignedMessage, content_keys: Mapping[str, bytes], keys: Keyring
) -> None:
    """Bring the dossier's row to the fold that holds this message of ours, and ask for what travelled with it.

    What was only ours (drafts, notes, whose hand it was) does not come back: no partner ever had it.
    """
    message = own.message
    if message.type not in set(MessageType):
        return
    row = Dossier.objects.select_for_update().filter(holder=message.sender, reference=str(message.dossier)).first()
    if row is None:
        row = _row(act, message)
    for attached in message.attachments:
        if not attached.item:
            kind, language = told_by(attached.name)
            told = {"kind": kind[:40], "language": language[:8], "name": attached.name[:400], "size": attached.size}
            told |= {"media_type": attached.media_type[:120], "sealed_by": message.sender, "message": own.digest}
            Document.objects.get_or_create(dossier=row, digest=attached.digest, defaults={**told, "at": message.at})
    regain_items(act, own)
    receive_attachments(act, brought, content_keys, keys)
    state = state_of(row)
    changes = {"stage": "", "number": str(message.body["number"])} if message.type == MessageType.TRANSMITTED else {}
    row = write(row, state, act.at, version=row.version, changes=changes)
    admit(act, holder=row.holder, dossier=row.reference, relations=relations_told(row))


def _row(act: Act, message: Message) -> Dossier:
    """The row of a dossier that was opened since the copy was made; only the request itself tells what it is."""
    if message.type != MessageType.TRANSMITTED:
        raise ConflictError("The request itself has not come back yet.", code="regain:changed")
    body, content = message.body, message.body["content"]
    title = content.get("matter") or ""
    words = next(iter(title.values()), "") if isinstance(title, Mapping) else str(title)
    return Dossier.objects.create(
        holder=message.sender,
        reference=str(message.dossier),
        side=Side.REQUESTING.value,
        requesting=message.sender,
        requested=message.recipient,
        originating=str(body.get("originating") or body["signed_by"]["authority"]),
        number=str(body["number"]),
        title=(words or str(message.dossier))[:TITLE],
        instrument=canonical_code(register_here(), str(content.get("instrument") or "")),
        direct=body["route"] == "direct",
        phase="",
        partner_has_node=authority(message.recipient).has_node,
        signed_release=body["release"]["digest"],
        handling=message.handling.value,
        opened_at=message.at,
        changed_at=act.at,
    )
