"""Reads of sealed content by the digest of its plaintext."""

from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import F, Max, Min, Q, QuerySet, Sum

from comity.seals.stream import ContentKey, sealed_size
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


def held_of(digests: Collection[str]) -> set[str]:
    """Those of the digests whose content is here."""
    return set(SealedBlob.objects.filter(digest__in=digests).values_list("digest", flat=True))


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


def content_faults(vault: Vault) -> Iterator[tuple[str, str]]:
    """Digest and fault of every content whose sealed bytes are not in the vault, or not as long as they must be."""
    for row in SealedBlob.objects.order_by("digest").iterator():
        try:
            size = vault.sealed_size(row.name)
        except MissingError:
            yield row.digest, "its sealed bytes are not in the vault"
            continue
        if size != sealed_size(row.size):
            yield row.digest, f"its sealed bytes are {size} where {sealed_size(row.size)} belong"


def keys_not_opened(keys: Wrapper) -> Iterator[str]:
    """Digests of content whose key the keyring does not unwrap."""
    for row in SealedBlob.objects.order_by("digest").iterator():
        try:
            unwrapped_key(keys, row.digest, bytes(row.wrapped_key))
        except BrokenError:
            yield row.digest


def orphans(vault: Vault, older_than: datetime) -> list[str]:
    """Names in the vault that no row points to, written before that time: younger ones may still be entered."""
    held = set(SealedBlob.objects.values_list("name", flat=True))
    found = []
    for name in vault.names():
        if name not in held:
            with suppress(MissingError):  # swept at this moment
                found += [name] if vault.kept_since(name) < older_than else []
    return found


def due_for_check(at: datetime, *, every: timedelta, again: timedelta) -> QuerySet[SealedBlob]:
    """Contents to be read back, never read first, then the longest not read; a faulty one is read again sooner.

    One that was read in the future was read under a clock since set back: it is due too.
    """
    broken = ~Q(fault="") & Q(checked__lt=at - again)
    due = Q(checked__isnull=True) | Q(checked__lt=at - every) | Q(checked__gt=at) | broken
    return SealedBlob.objects.filter(due).order_by(F("checked").asc(nulls_first=True), "created", "digest")


@dataclass(frozen=True, slots=True)
class Holdings:
    """What the vault holds, and how far it has been read back."""

    contents: int
    bytes: int
    never_read: int
    oldest: datetime | None
    """When the content that has waited longest was read; those never read aside."""
    latest: datetime | None
    faulty: int


def holdings() -> Holdings:
    rows = SealedBlob.objects.all()
    found = rows.aggregate(bytes=Sum("size"), oldest=Min("checked"), latest=Max("checked"))
    return Holdings(
        rows.count(),
        found["bytes"] or 0,
        rows.filter(checked__isnull=True).count(),
        found["oldest"],
        found["latest"],
        rows.exclude(fault="").count(),
    )


def faulty() -> list[SealedBlob]:
    """Contents of which the last reading found a fault, the longest known first."""
    return list(SealedBlob.objects.exclude(fault="").order_by("fault_since", "digest"))
