"""Reading content back from its vault and saying what is wrong with it; nothing is mended or removed here."""

import hashlib
from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from enum import StrEnum

from comity.seals.stream import ContentKey
from comity.store.vault import Vault
from comity.values.errors import BrokenError, MissingError

AHEAD = 4
"""How many opened chunks may wait for the hash: memory stays flat."""


class Fault(StrEnum):
    """What reading back can find."""

    MISSING = "missing"
    """There is nothing under its name."""
    DAMAGED = "damaged"
    """A chunk does not open at its place, or the whole is cut."""
    OTHER = "other"
    """Every chunk opens and the whole is not the content of that digest."""
    KEY = "key"
    """Its key no longer unwraps."""


def fault_in(
    vault: Vault,
    name: str,
    key: Callable[[], ContentKey],
    *,
    size: int,
    digest: str,
    watch: Callable[[], None] = lambda: None,
) -> Fault | None:
    """What is wrong with one content, None where it is whole; `watch` is called after each chunk.

    A store that does not answer is no fault of the content: UnavailableError.
    """
    try:
        opening = key()
    except BrokenError:
        return Fault.KEY
    try:
        found = size_and_digest(vault.open_chunks(name, opening), watch)
    except MissingError:
        return Fault.MISSING
    except BrokenError:
        return Fault.DAMAGED
    return None if found == (size, digest) else Fault.OTHER


def size_and_digest(chunks: Iterable[bytes], watch: Callable[[], None] = lambda: None) -> tuple[int, str]:
    """Size and SHA-256 of chunks as they come, hashed in a thread of its own while the next ones are opened."""
    content, size, waiting = hashlib.sha256(), 0, deque[Future[None]]()
    with ThreadPoolExecutor(1) as beside:
        for chunk in chunks:
            size += len(chunk)
            waiting.append(beside.submit(content.update, chunk))
            if len(waiting) > AHEAD:
                waiting.popleft().result()
            watch()
    return size, content.hexdigest()
