"""Keeping content: sealed to the vault first, outside any transaction; then entered in the caller's transaction."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO

from django.db import transaction

from comity.seals.stream import ContentKey
from comity.store.models import SealedBlob
from comity.store.vault import Kept, Vault
from comity.store.wrapping import Wrapper, wrapped_key
from comity.values.errors import RefusedError


@dataclass(frozen=True, slots=True)
class Sealed:
    """Content that lies in the vault and is not entered yet: what `enter_content` needs."""

    kept: Kept
    key: ContentKey


@contextmanager
def sealed_content(
    source: BinaryIO, *, vault: Vault, chance: Callable[[int], bytes], expected_size: int | None = None
) -> Iterator[Sealed]:
    """Seal a source into the vault for the length of a block in which `enter_content` is called and committed.

    Whatever the block leaves unentered is removed from the vault again: nothing half-done stays. Use it round the
    transaction, never inside one: sealing is slow.
    """
    key = ContentKey.new(chance)
    kept = vault.put_sealed(source, key, expected_size=expected_size)
    try:
        yield Sealed(kept, key)
    finally:
        if not SealedBlob.objects.filter(name=kept.name).exists():
            vault.discard(kept.name)


def enter_content(sealed: Sealed, *, keys: Wrapper, at: datetime) -> SealedBlob:
    """Enter sealed content by its digest, in the caller's transaction; content held already keeps its first seal."""
    if not transaction.get_connection().in_atomic_block:
        raise RefusedError("Content is entered only in the transaction of the act.", code="store:no-transaction")
    blob, _ = SealedBlob.objects.get_or_create(
        digest=sealed.kept.digest,
        defaults={
            "size": sealed.kept.size,
            "name": sealed.kept.name,
            "wrapped_key": wrapped_key(keys, sealed.kept.digest, sealed.key),
            "created": at,
        },
    )
    return blob


def keep(
    source: BinaryIO,
    *,
    keys: Wrapper,
    vault: Vault,
    at: datetime,
    chance: Callable[[int], bytes],
    expected_size: int | None = None,
) -> SealedBlob:
    """Seal and enter content in one go, for documents that have no act of their own; returns its row."""
    sealing = sealed_content(source, vault=vault, chance=chance, expected_size=expected_size)
    with sealing as sealed, transaction.atomic():
        return enter_content(sealed, keys=keys, at=at)


def forget(digest: str, *, vault: Vault) -> None:
    """Give content up, in the caller's transaction: its key is gone with the commit, its sealed bytes right after it.

    Whoever calls knows that nothing here needs it any more; a crash in between leaves bytes that no key opens and
    that `sweep` removes.
    """
    name = SealedBlob.objects.filter(digest=digest).values_list("name", flat=True).first()
    if name is None:
        return
    SealedBlob.objects.filter(digest=digest).delete()
    transaction.on_commit(lambda: _discard(name, vault))


def _discard(name: str, vault: Vault) -> None:
    if not SealedBlob.objects.filter(name=name).exists():
        vault.discard(name)


def sweep(vault: Vault, *, older_than: datetime) -> int:
    """Remove what a crash between sealing and entering left in the vault; returns how many files.

    Only files written before `older_than` are touched, so that nothing is removed while it is being entered.
    """
    removed = vault.tidy(older_than)
    for name in vault.names():
        if vault.kept_since(name) < older_than and not SealedBlob.objects.filter(name=name).exists():
            vault.discard(name)
            removed += 1
    return removed


def note_check(digest: str, fault: str, at: datetime) -> bool:
    """Write down what reading a content back found, in the caller's transaction; True where that is news."""
    if not transaction.get_connection().in_atomic_block:
        raise RefusedError("A check is noted only in the transaction of the act.", code="store:no-transaction")
    row = SealedBlob.objects.select_for_update().get(digest=digest)
    news = row.fault != fault
    row.checked = at
    if news:
        row.fault, row.fault_since = fault, at if fault else None
    row.save(update_fields=["checked", "fault", "fault_since"])
    return news
