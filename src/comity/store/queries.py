"""Reads of sealed content by the digest of its plaintext."""

from collections.abc import Iterator

from comity.seals.stream import ContentKey
from comity.store.models import SealedBlob
from comity.store.vault import Vault, name_of
from comity.store.wrapping import Wrapper, unwrapped_key
from comity.values.errors import BrokenError, MissingError


def blob(digest: str) -> SealedBlob:
    row = SealedBlob.objects.filter(digest=digest).first()
    if row is None:
        raise MissingError
    return row


def holds(digest: str) -> bool:
    return SealedBlob.objects.filter(digest=digest).exists()


def expect_key_free(key: ContentKey, digest: str) -> None:
    """The key seals this content here, or none: whoever gives a key that was used before is refused.

    Names in the vault follow from keys alone, and a partner knows every key that it sent us or that we sent it.
    Raises BrokenError `store:key`.
    """
    if SealedBlob.objects.filter(name=name_of(key)).exclude(digest=digest).exists():
        raise BrokenError(
            "The key of this content seals other content here already; nothing was taken in.",
            code="store:key",
            place=digest,
            next_step="The sender seals it under a new key and sends it again.",
        )


def content_key(digest: str, keys: Wrapper) -> ContentKey:
    """The key that opens this content: it leaves the node only inside a sealed envelope."""
    row = blob(digest)
    return unwrapped_key(keys, digest, bytes(row.wrapped_key))


def content_chunks(digest: str, *, keys: Wrapper, vault: Vault) -> Iterator[bytes]:
    """The plaintext, chunk by chunk, each authenticated before it is given out."""
    row = blob(digest)
    return vault.open_chunks(row.name, unwrapped_key(keys, digest, bytes(row.wrapped_key)))


def content_bytes(digest: str, *, keys: Wrapper, vault: Vault) -> bytes:
    """The whole plaintext in memory: for documents, not for evidence."""
    return b"".join(content_chunks(digest, keys=keys, vault=vault))


def sealed_range(digest: str, start: int, end: int, *, vault: Vault) -> bytes:
    """Sealed bytes [start, end) of a content as they travel: a plain read, since only the recipient has the key."""
    return vault.sealed_range(blob(digest).name, start, end)
