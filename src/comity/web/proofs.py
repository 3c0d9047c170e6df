"""Signatures as marks: each is verified anew when the page is made, never taken from a column."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from comity.authorities.queries import verifying_key
from comity.evidence.custody import SignedEvent, check_signature
from comity.evidence.queries import SignerKey
from comity.exchange.message import SignedMessage
from comity.requests.queries.documents import DocumentView
from comity.seals.canonical import sha256_hex
from comity.seals.keys import VerifyingKey
from comity.seals.signature import Signature
from comity.seals.signing import verify_ed25519, verify_mldsa
from comity.values.errors import BrokenError, ComityError, MissingError
from comity.web.marks import SealMark, SealState

RECORDED = "request.recorded"
Words = str | Promise


def seal_of_message(signed: SignedMessage, *, href: str = "", name: str = "") -> SealMark:
    """The mark of a message: recorded by us, verified, unverified (no key held) or broken."""
    sender = name or signed.message.sender
    if signed.message.type == RECORDED:
        return SealMark(SealState.OURS, href=href)
    try:
        message = signed.message
        signed.verify(verifying_key(message.sender, signed.signature.key_id, message.at))
    except MissingError:
        return SealMark(SealState.UNVERIFIED, sender, href)
    except BrokenError:
        return SealMark(SealState.BROKEN, sender, href)
    return SealMark(SealState.VERIFIED, sender, href)


def seal_of_document(document: DocumentView) -> SealMark | None:
    """The mark of a document: verified only where a check of its seal found it so; the reason where it did not."""
    if not document.sealed_by:
        return None
    if document.seal_state == "valid":
        return SealMark(SealState.VERIFIED, document.sealed_by)
    state = SealState.BROKEN if document.seal_state == "broken" else SealState.UNVERIFIED
    return SealMark(state, f"{document.sealed_by} · {document.seal_detail}".rstrip(" ·"))


def seal_of_event(signed: SignedEvent, keys: Mapping[tuple[str, str], SignerKey]) -> SealMark:
    """The mark of a custody event, under the key of our directory or one that a partner we know vouched for."""
    authority = signed.event.authority
    known = keys.get((authority, signed.signature.key_id))
    if known is None:
        return SealMark(SealState.UNVERIFIED, authority)
    try:
        check_signature(signed, {authority: known.key})
    except BrokenError:
        return SealMark(SealState.BROKEN, authority)
    if not known.vouched_by:
        return SealMark(SealState.VERIFIED, authority)
    vouched = _("%(authority)s, vouched for by %(partner)s")
    return SealMark(SealState.VERIFIED, str(vouched) % {"authority": authority, "partner": known.vouched_by})


@dataclass(frozen=True, slots=True)
class Check:
    """One thing proved or broken, in a line."""

    words: Words
    holds: bool
    detail: str = ""


def checks_of(signed: SignedMessage, key: VerifyingKey | None) -> Iterator[Check]:
    """Digest, key and both halves of the signature, each on its own line."""
    digest = sha256_hex(signed.content)
    yield Check(_("The digest is that of these bytes"), holds=digest == signed.digest, detail=f"SHA-256 {digest}")
    if key is None:
        yield Check(_("This node holds no key of the sender"), holds=False)
        return
    signature = signed.signature
    known = key.key_id == signature.key_id
    yield Check(_("Signed with the key this node holds for the sender"), holds=known, detail=key.fingerprint)
    yield from _halves(signed, key, signature)


def _halves(signed: SignedMessage, key: VerifyingKey, signature: Signature) -> Iterator[Check]:
    context = f"comity/1/{signed.message.type}".encode()
    halves: tuple[tuple[str, Callable[[], None]], ...] = (
        ("Ed25519", lambda: verify_ed25519(key, context + b"\x00" + signed.content, signature.ed25519)),
        ("ML-DSA-65", lambda: verify_mldsa(key, context, signed.content, signature.mldsa)),
    )
    for words, half in halves:
        try:
            half()
        except ComityError as error:
            yield Check(words, holds=False, detail=error.message)
        else:
            yield Check(words, holds=True)
