"""The suite every store must pass: the tests run it on each kind, and an operator on the store of the own node.

A check is a promise in words and a function that takes a `Bench` and raises BrokenError `store:suite` where the promise
is not kept. Each check begins with an empty vault; what it leaves there is the bench's to remove.
"""

import hashlib
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from comity.seals.stream import CHUNK_BYTES, ContentKey, chunk_count, seal_chunk, sealed_size, sealed_span
from comity.store.vault import SEALED_CHUNK, Vault, name_of
from comity.values.errors import (
    BrokenError,
    ComityError,
    ConflictError,
    InvalidInputError,
    MissingError,
    UnavailableError,
)

SIZES = (0, 1, 100, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 2 * CHUNK_BYTES + 77)
AMPLE = 1 << 40
TRANSFER = "0192f3c4-aaaa"


@dataclass(frozen=True)
class Bench:
    """How the suite gets at a kind of store.

    `make(free)` gives an empty vault whose landing disk has `free` bytes to give. `replace(vault, name, data)` puts
    other bytes under a name beneath the vault's feet; None where the store forbids it (then nothing can be falsified).
    """

    make: Callable[[int], Vault]
    replace: Callable[[Vault, str, bytes], None] | None = None


@dataclass(frozen=True)
class Check:
    """One promise: its name, the sentence of it, and what tries it."""

    name: str
    promise: str
    run: Callable[[Bench], None]


@dataclass(frozen=True)
class Outcome:
    """Whether a store keeps a promise; `fault` says what happened instead."""

    name: str
    promise: str
    fault: str = ""


def run_suite(bench: Bench) -> Iterator[Outcome]:
    """Every check of the suite, one after the other."""
    for check in SUITE:
        try:
            check.run(bench)
        except (ComityError, OSError) as error:
            yield Outcome(check.name, check.promise, str(error))
        else:
            yield Outcome(check.name, check.promise)


# -- what the checks are made of


def pattern(size: int) -> bytes:
    return (b"Acta de embargo n. 4711 \x00\xff" * (size // 20 + 1))[:size]


def key_of(seed: int) -> ContentKey:
    return ContentKey(hashlib.sha256(bytes([seed])).digest(), bytes([seed]) * 7)


def sealed_bytes(key: ContentKey, data: bytes) -> bytes:
    last = chunk_count(len(data)) - 1
    return b"".join(
        seal_chunk(key, n, n == last, data[n * CHUNK_BYTES : (n + 1) * CHUNK_BYTES]) for n in range(last + 1)
    )


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _expect(holds: bool, fault: str) -> None:
    if not holds:
        raise BrokenError(fault, code="store:suite")


def _refuses(kind: type[ComityError], act: Callable[[], object], what: str, code: str = "") -> ComityError:
    try:
        act()
    except kind as error:
        _expect(not code or error.code == code, f"{what}: refused as {error.code}, not as {code}.")
        return error
    except ComityError as error:
        raise BrokenError(f"{what}: {type(error).__name__} {error.code}.", code="store:suite") from error
    raise BrokenError(f"{what}: it was done.", code="store:suite")


def _content(vault: Vault, name: str, key: ContentKey) -> bytes:
    return b"".join(vault.open_chunks(name, key))


def _put(vault: Vault, data: bytes, seed: int) -> str:
    return vault.put_sealed(io.BytesIO(data), key_of(seed)).name


def _send(vault: Vault, sealed: bytes, size: int, partial: str = TRANSFER) -> None:
    vault.begin(partial, size)
    vault.append(partial, 0, sealed)


# -- content


def _comes_back(bench: Bench) -> None:
    vault = bench.make(AMPLE)
    for seed, size in enumerate(SIZES, 1):
        data, key = pattern(size), key_of(seed)
        kept = vault.put_sealed(io.BytesIO(data), key)
        _expect((kept.size, kept.digest) == (size, sha256(data)), f"{size} bytes were kept under another digest.")
        _expect(_content(vault, kept.name, key) == data, f"{size} bytes came back changed.")
        _expect(vault.sealed_size(kept.name) == sealed_size(size), f"{size} bytes have another sealed size.")
    names = sorted(name_of(key_of(seed)) for seed, _ in enumerate(SIZES, 1))
    _expect(list(vault.names()) == names, "The names held are not those that were put, in order.")


def _by_read(bench: Bench) -> None:
    class ReadOnly:
        left = io.BytesIO(pattern(CHUNK_BYTES + 3))

        def read(self, size: int) -> bytes:
            return self.left.read(min(size, 1000))

        def seekable(self) -> bool:
            return False

    vault = bench.make(AMPLE)
    kept = vault.put_sealed(ReadOnly(), key_of(1))  # type: ignore[arg-type]
    _expect(_content(vault, kept.name, key_of(1)) == pattern(CHUNK_BYTES + 3), "It came back changed.")


def _only_sealed(bench: Bench) -> None:
    vault, key = bench.make(AMPLE), key_of(2)
    stored = vault.sealed_range(_put(vault, pattern(5000), 2), 0, 1 << 30)
    _expect(stored == sealed_bytes(key, pattern(5000)), "What is kept is not what was sealed.")
    _expect(b"Acta" not in stored, "Plain text lies in the store.")


def _ranges(bench: Bench) -> None:
    vault, data = bench.make(AMPLE), pattern(2 * CHUNK_BYTES + 9)
    name, whole = _put(vault, data, 3), sealed_bytes(key_of(3), data)
    for index in range(chunk_count(len(data))):
        start, end = sealed_span(index, len(data))
        _expect(vault.sealed_range(name, start, end) == whole[start:end], f"Chunk {index} is given out otherwise.")
    _expect(vault.sealed_range(name, len(whole) - 3, len(whole) + 9) == whole[-3:], "A range past the end differs.")
    _expect(vault.sealed_range(name, len(whole) + 5, len(whole) + 9) == b"", "There is something after the end.")
    _refuses(InvalidInputError, lambda: vault.sealed_range(name, 5, 4), "A range that ends before it begins")


def _two_seals(bench: Bench) -> None:
    vault = bench.make(AMPLE)
    first, second = (vault.put_sealed(io.BytesIO(b"same"), key_of(seed)) for seed in (4, 5))
    _expect(first.digest == second.digest and first.name != second.name, "Two seals of one content share a name.")


def _create_only(bench: Bench) -> None:
    vault = bench.make(AMPLE)
    for seed, size in ((6, 100), (16, 2 * CHUNK_BYTES)):
        name = _put(vault, pattern(size), seed)
        for other in (b"other", pattern(size)[::-1]):
            _refuses(ConflictError, lambda o=other, s=seed: _put(vault, o, s), "A second content", "store:key")  # type: ignore[misc]
        _expect(_content(vault, name, key_of(seed)) == pattern(size), "What was there was replaced.")


def _other_key(bench: Bench) -> None:
    vault = bench.make(AMPLE)
    name = _put(vault, b"secret", 7)
    _refuses(BrokenError, lambda: _content(vault, name, key_of(8)), "Another key")


def _missing(bench: Bench) -> None:
    vault = bench.make(AMPLE)
    name = _put(vault, b"gone", 9)
    vault.discard(name)
    vault.discard(name)
    _expect(not vault.exists(name) and name not in set(vault.names()), "It is still there after it was removed.")
    reads: tuple[Callable[[], object], ...] = (
        lambda: vault.sealed_size(name),
        lambda: vault.sealed_range(name, 0, 1),
        lambda: vault.kept_since(name),
        lambda: _content(vault, name, key_of(9)),
    )
    for read in reads:
        _refuses(MissingError, read, "A read of what is not there")


def _no_places(bench: Bench) -> None:
    vault = bench.make(AMPLE)
    for name in ("../../etc/passwd", "", "A" * 64, "z" * 63, "0" * 64 + "\n", "/" * 64):
        _refuses(InvalidInputError, lambda n=name: vault.exists(n), f"The name {name[:20]!r}")  # type: ignore[misc]
        _refuses(InvalidInputError, lambda n=name: vault.append(n, 0, b"x"), f"The transfer {name[:20]!r}")  # type: ignore[misc]


# -- what goes wrong on the way in


def _too_large(bench: Bench) -> None:
    vault, source = bench.make(1000), io.BytesIO(pattern(5000))
    error = _refuses(UnavailableError, lambda: vault.put_sealed(source, key_of(10)), "Too large a file", "store:full")
    _expect("needs 5016 bytes" in error.message and "has 1000 " in error.message, f"No figures: {error.message}")
    _expect(source.tell() == 0 and not list(vault.names()), "Something of it was read or kept.")
    error = _refuses(UnavailableError, lambda: vault.begin(TRANSFER, 2000), "Too large a transfer", "store:full")
    _expect("needs 2016 bytes" in error.message, f"No figures: {error.message}")


def _other_length(bench: Bench) -> None:
    vault = bench.make(AMPLE)
    _refuses(
        InvalidInputError,
        lambda: vault.put_sealed(io.BytesIO(b"short"), key_of(11), expected_size=9),
        "A source of another length than promised",
        "store:size",
    )
    _expect(not list(vault.names()), "Something of it was kept.")
    vault.put_sealed(io.BytesIO(b"now right"), key_of(11), expected_size=9)


def _breaking_source(bench: Bench) -> None:
    class Breaking(io.BytesIO):
        def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
            if self.tell() >= CHUNK_BYTES:
                raise UnavailableError("the reader was unplugged")
            return super().readinto(buffer)

    vault = bench.make(AMPLE)
    source = Breaking(pattern(3 * CHUNK_BYTES))
    _refuses(UnavailableError, lambda: vault.put_sealed(source, key_of(12)), "A source that breaks")
    _expect(not list(vault.names()), "Something of it was kept.")
    _put(vault, b"again", 12)


def _tidying(bench: Bench) -> None:
    vault = bench.make(AMPLE)
    name = _put(vault, b"whole", 16)
    _send(vault, bytes(66), 50)
    later = datetime.max.replace(tzinfo=UTC) - timedelta(days=2)
    _expect(vault.tidy(later) == 0, "Tidying removed something that was whole.")
    _expect(vault.begin(TRANSFER, 50) == 66 and vault.exists(name), "Tidying touched what is kept or under way.")
    _expect(vault.kept_since(name) < later, "It is not known since when it is kept.")


# -- transfers


def _taken_up(bench: Bench) -> None:
    vault, data, key = bench.make(AMPLE), pattern(2 * CHUNK_BYTES + 5), key_of(13)
    whole = sealed_bytes(key, data)
    _send(vault, whole[: SEALED_CHUNK + 999], len(data))
    _expect(vault.begin(TRANSFER, len(data)) == SEALED_CHUNK, "A torn chunk counts as held.")
    _refuses(ConflictError, lambda: vault.append(TRANSFER, 0, whole[:10]), "Bytes at another place", "store:offset")
    vault.append(TRANSFER, SEALED_CHUNK, whole[SEALED_CHUNK:])
    _expect(vault.begin(TRANSFER, len(data)) == len(whole), "The whole does not count as whole.")
    kept = vault.finish(TRANSFER, key, len(data), sha256(data))
    _expect(kept.name == name_of(key) and _content(vault, kept.name, key) == data, "It came back changed.")
    _expect(vault.begin(TRANSFER, len(data)) == 0, "A finished transfer is still there.")


def _gets_on(bench: Bench) -> None:
    vault, key, data, heard = bench.make(AMPLE), key_of(21), pattern(2 * CHUNK_BYTES + 5), list[int]()
    _send(vault, sealed_bytes(key, data), len(data))
    vault.finish(TRANSFER, key, len(data), sha256(data), watch=lambda: heard.append(1))
    _expect(len(heard) == 3, f"It was said {len(heard)} times that it gets on, for 3 chunks.")


def _incomplete(bench: Bench) -> None:
    vault, data, key = bench.make(AMPLE), pattern(50), key_of(14)
    _send(vault, sealed_bytes(key, data)[:-1], 50)
    _refuses(ConflictError, lambda: vault.finish(TRANSFER, key, 50, sha256(data)), "A torn transfer", "store:offset")
    _expect(not list(vault.names()) and vault.begin(TRANSFER, 50) == 0, "Something of it was kept.")


def _not_as_promised(bench: Bench) -> None:
    vault, data, key = bench.make(AMPLE), pattern(50), key_of(15)
    flipped = bytearray(sealed_bytes(key, data))
    flipped[3] ^= 1
    for sealed, digest in ((bytes(flipped), sha256(data)), (sealed_bytes(key, data), sha256(b"else"))):
        _send(vault, sealed, 50)
        _refuses(BrokenError, lambda d=digest: vault.finish(TRANSFER, key, 50, d), "Other content")  # type: ignore[misc]
        _expect(not list(vault.names()) and vault.begin(TRANSFER, 50) == 0, "Something of it was kept.")


def _used_key(bench: Bench) -> None:
    vault, key, data, other = bench.make(AMPLE), key_of(10), pattern(3000), pattern(3000)[::-1]
    name = _put(vault, data, 10)
    _send(vault, sealed_bytes(key, other), 3000)
    _refuses(BrokenError, lambda: vault.finish(TRANSFER, key, 3000, sha256(other)), "A used key", "store:key")
    _expect(vault.begin(TRANSFER, 3000) == 0, "What was fetched was not dropped.")
    _expect(_content(vault, name, key) == data, "What was there was replaced.")


def _finished_twice(bench: Bench) -> None:
    vault, data, key = bench.make(AMPLE), pattern(70), key_of(6)
    for _ in range(2):
        _send(vault, sealed_bytes(key, data), 70)
        kept = vault.finish(TRANSFER, key, 70, sha256(data))
    _expect(_content(vault, kept.name, key) == data, "It came back changed.")


def _abandoned(bench: Bench) -> None:
    vault = bench.make(AMPLE)
    _send(vault, b"some", 50)
    vault.abandon(TRANSFER)
    vault.abandon(TRANSFER)
    _expect(vault.begin(TRANSFER, 50) == 0, "An abandoned transfer is still there.")


# -- what happens at rest


def _at_rest(bench: Bench) -> None:
    if bench.replace is None:
        return
    data, key = pattern(2 * CHUNK_BYTES + 50), key_of(7)
    whole = sealed_bytes(key, data)
    step = SEALED_CHUNK
    falsified = {
        f"bit {at * 8} changed": whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :]
        for at in (0, step - 1, step, len(whole) - 1)
    }
    falsified |= {f"cut to {cut} bytes": whole[:cut] for cut in (0, 1, 16, step, step + 3, 2 * step, len(whole) - 1)}
    falsified |= {
        "chunks swapped": whole[step : 2 * step] + whole[:step] + whole[2 * step :],
        "a chunk repeated": whole[:step] + whole,
        "bytes added": whole + b"\0",
    }
    vault = bench.make(AMPLE)
    name = _put(vault, data, 7)
    for what, sealed in falsified.items():
        bench.replace(vault, name, sealed)
        _refuses(BrokenError, lambda: _content(vault, name, key), f"Content with {what}")
    bench.replace(vault, name, whole)
    _expect(_content(vault, name, key) == data, "The bench put back other bytes.")


SUITE: tuple[Check, ...] = (
    Check("comes-back", "What was put comes back, is named by its key and known by its digest", _comes_back),
    Check("by-read", "A source that can only be read is taken too", _by_read),
    Check("only-sealed", "Only sealed bytes are kept", _only_sealed),
    Check("ranges", "A range is exactly the bytes asked for, fewer only at the end", _ranges),
    Check("two-seals", "One content sealed twice stands under two names", _two_seals),
    Check("create-only", "A key seals one content; what is there is never replaced", _create_only),
    Check("other-key", "Another key opens nothing", _other_key),
    Check("missing", "What is not there is said to be missing; removing it again is no error", _missing),
    Check("no-places", "No text from outside becomes a place", _no_places),
    Check("too-large", "What the disk cannot hold is refused before the first byte, with both figures", _too_large),
    Check("other-length", "A source of another length than promised leaves nothing", _other_length),
    Check("breaking-source", "A source that breaks leaves nothing", _breaking_source),
    Check("tidying", "Tidying leaves what is whole and what is under way", _tidying),
    Check("taken-up", "A transfer is taken up where it stopped; a torn chunk does not count", _taken_up),
    Check("gets-on", "Reading back says at each chunk that it gets on", _gets_on),
    Check("incomplete", "A transfer that is not complete cannot be finished", _incomplete),
    Check("not-as-promised", "A transfer that is not what was promised is dropped", _not_as_promised),
    Check("used-key", "A transfer under a used key is dropped and what lies there stays", _used_key),
    Check("finished-twice", "A crash after naming a finished transfer is made good", _finished_twice),
    Check("abandoned", "An abandoned transfer begins anew", _abandoned),
    Check("at-rest", "A bit flipped, a cut, chunks swapped, repeated or added at rest: each is found", _at_rest),
)
