"""Pulling sealed content by ranges: resumed at any byte, each chunk opened before it counts, damaged ones refetched."""

from collections.abc import Callable
from dataclasses import dataclass

from comity.seals.stream import ContentKey, chunk_count, open_chunk, sealed_size
from comity.store.vault import SEALED_CHUNK, Vault
from comity.values.errors import BrokenError, UnavailableError

LARGEST_ASK = 8 * SEALED_CHUNK
SMALLEST_ASK = 1 << 16
FAILURES_IN_A_ROW = 5
DAMAGES_OF_ONE_CHUNK = 4

Fetch = Callable[[int, int], bytes]
"""Sealed bytes [start, end); fewer when the connection broke on the way; UnavailableError when nothing came."""


@dataclass(slots=True)
class Progress:
    """How far a pull is: verified sealed bytes, and chunks that came damaged and were fetched again."""

    held: int = 0
    mended: int = 0


class Pull:
    """One content on its way into the vault. The vault's partial is the truth; a new `Pull` takes it up."""

    def __init__(self, vault: Vault, partial: str, key: ContentKey, size: int) -> None:
        self._vault, self._partial, self._key, self._size = vault, partial, key, size
        self._total, self._last = sealed_size(size), chunk_count(size) - 1
        self._ask = LARGEST_ASK
        self._buffer = bytearray()
        self.progress = Progress(vault.begin(partial, size))

    @property
    def complete(self) -> bool:
        return self.progress.held == self._total

    def run(self, fetch: Fetch, watch: Callable[[Progress], None] = lambda _: None) -> None:
        """Fetch until complete. After a break less is asked for at a time, so that even a bad line gets on.

        Raises UnavailableError or BrokenError after several failures in a row: what is here stays, the next run goes
        on from there.
        """
        failures = damages = 0
        while not self.complete:
            start = self.progress.held + len(self._buffer)
            end = min(start + self._ask, self._total)
            try:
                data = _something(fetch(start, end))
            except (UnavailableError, BrokenError):
                failures += 1
                if failures >= FAILURES_IN_A_ROW:
                    raise
                self._ask = max(SMALLEST_ASK, self._ask // 8)
                continue
            failures = 0
            self._ask = min(LARGEST_ASK, self._ask * 2)
            self._buffer += data[: end - start]
            damaged = self._settle()
            damages = damages + 1 if damaged else 0
            if damaged is not None:
                if damages >= DAMAGES_OF_ONE_CHUNK:
                    raise damaged
                self._ask = SEALED_CHUNK
            watch(self.progress)

    def _settle(self) -> BrokenError | None:
        """Open what is whole in the buffer and keep it; at the first damaged chunk drop the rest and say so."""
        good, fault = bytearray(), None
        while True:
            at = self.progress.held + len(good)
            length = min(SEALED_CHUNK, self._total - at)
            if not length or len(self._buffer) < length:
                break
            chunk = bytes(self._buffer[:length])
            index = at // SEALED_CHUNK
            try:
                open_chunk(self._key, index, index == self._last, chunk)
            except BrokenError as error:
                fault = error
                self.progress.mended += 1
                self._buffer.clear()
                break
            good += chunk
            del self._buffer[:length]
        if good:
            self.progress.held = self._vault.append(self._partial, self.progress.held, bytes(good))
        return fault


def _something(data: bytes) -> bytes:
    if not data:
        raise UnavailableError("The partner sent nothing.", code="pull:nothing")
    return data
