"""A vault in an S3-compatible store: proved on the node's own disk first, then kept there once and never replaced.

Below the prefix: `sealed/<name>` is content; `claims/<name>` says which staged file is on its way to that name. A claim
can only be created, so that of two who would keep under one name one is refused, also where the upload takes hours.
Retention is the bucket's own (object lock with a default period): what it locks no key of this node can remove.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError
from obstore.store import S3Store

from comity.seals.stream import ContentKey, open_chunk, sealed_size
from comity.store.landing import RESERVE_BYTES, LandingVault, free_bytes
from comity.store.vault import SEALED_CHUNK, expect_name, plain_size
from comity.values.errors import InvalidInputError, MissingError, UnavailableError

PART_BYTES = 16 << 20
"""A part of a larger upload; at most this times `PARTS_AT_ONCE` is in memory. 10,000 parts reach 160 GB."""
PARTS_AT_ONCE = 4
LARGEST_PART_COUNT = 9_000
READ_CHUNKS = 8
"""How many sealed chunks one request reads."""


class S3Vault(LandingVault):
    """Sealed objects under one prefix of one bucket; `landing` is the folder where content is sealed and proved."""

    def __init__(
        self,
        store: S3Store,
        landing: Path,
        *,
        free_space: Callable[[Path], int] = free_bytes,
        reserve: int = RESERVE_BYTES,
    ) -> None:
        super().__init__(landing, free_space=free_space, reserve=reserve)
        self.store = store

    def _publish(self, staged: Path, name: str) -> bool:
        with _store_faults():
            claimed = self._claim(name, staged.name)
            if not claimed or self.exists(name):
                if claimed:
                    obstore.delete(self.store, _claim(name))
                return False
            size = staged.stat().st_size
            part = max(PART_BYTES, -(-size // LARGEST_PART_COUNT))
            obstore.put(self.store, _sealed(name), staged, chunk_size=part, max_concurrency=PARTS_AT_ONCE)
            kept = obstore.head(self.store, _sealed(name))["size"]
            if kept != size:
                raise UnavailableError(
                    f"The store says it keeps {kept} bytes of {size}. Nothing was entered.",
                    code="store:upload",
                    next_step="Ask the store's operator; then take the file in again.",
                )
            obstore.delete(self.store, _claim(name))
            return True

    def _claim(self, name: str, staged: str) -> bool:
        """Whether this staged file may take the name: nobody claimed it, or itself before a crash."""
        try:
            obstore.put(self.store, _claim(name), staged.encode(), mode="create", use_multipart=False)
        except AlreadyExistsError:
            with suppress(FileNotFoundError):
                return bytes(obstore.get(self.store, _claim(name)).bytes()) == staged.encode()
            return False
        return True

    # -- reading

    def exists(self, name: str) -> bool:
        try:
            return self.sealed_size(name) >= 0
        except MissingError:
            return False

    def sealed_size(self, name: str) -> int:
        with _store_faults():
            return obstore.head(self.store, _sealed(name))["size"]

    def sealed_range(self, name: str, start: int, end: int) -> bytes:
        if not 0 <= start <= end:
            raise InvalidInputError(f"[{start}, {end}) is not a range of bytes.", code="store:range")
        end = min(end, self.sealed_size(name))
        return self._range(name, start, end) if start < end else b""

    def _range(self, name: str, start: int, end: int) -> bytes:
        with _store_faults():
            return bytes(obstore.get_range(self.store, _sealed(name), start=start, end=end))

    def open_chunks(self, name: str, key: ContentKey) -> Iterator[bytes]:
        """One request is under way while the chunks of the one before it are opened and used."""
        end = sealed_size(plain_size(self.sealed_size(name)))
        step = READ_CHUNKS * SEALED_CHUNK
        spans = [(start, min(start + step, end)) for start in range(0, end, step)]
        with ThreadPoolExecutor(1) as ahead:
            coming = ahead.submit(self._range, name, *spans[0])
            for number, (start, stop) in enumerate(spans):
                sealed = coming.result()
                if number + 1 < len(spans):
                    coming = ahead.submit(self._range, name, *spans[number + 1])
                for place in range(0, stop - start, SEALED_CHUNK):
                    index = (start + place) // SEALED_CHUNK
                    last = start + place + SEALED_CHUNK >= end
                    yield open_chunk(key, index, last, sealed[place : place + SEALED_CHUNK])

    def names(self) -> Iterator[str]:
        with _store_faults():
            for batch in obstore.list(self.store, "sealed"):
                for one in batch:
                    yield one["path"].rpartition("/")[2]

    def discard(self, name: str) -> None:
        """The name is gone from the vault; in a bucket with object lock its bytes stay below it until their day."""
        with _store_faults():
            obstore.delete(self.store, _sealed(name))

    def kept_since(self, name: str) -> datetime:
        with _store_faults():
            return obstore.head(self.store, _sealed(name))["last_modified"]

    def tidy(self, older_than: datetime) -> int:
        """Also the claims that a crash left: nothing is on its way to their names any more."""
        with _store_faults():
            claims = [one for batch in obstore.list(self.store, "claims") for one in batch]
            stale = [one["path"] for one in claims if one["last_modified"] < older_than]
            for path in stale:
                obstore.delete(self.store, path)
        return super().tidy(older_than) + len(stale)


def _sealed(name: str) -> str:
    return f"sealed/{expect_name(name)}"


def _claim(name: str) -> str:
    return f"claims/{expect_name(name)}"


@contextmanager
def _store_faults() -> Iterator[None]:
    """What is not there is missing; a store that does not answer passes, and says what it said."""
    try:
        yield
    except FileNotFoundError as error:
        raise MissingError from error
    except BaseError as error:
        said = str(error).partition("\n")[0][:300]
        raise UnavailableError(
            f"The store does not do what it was asked: {said} Nothing was entered.",
            code="store:unreachable",
            next_step="Check it: comity node store check DIR",
        ) from error
