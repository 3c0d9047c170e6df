"""Chunks open at their own place only; whatever was moved, cut, repeated or added is refused before it is released."""

import hashlib
import io
import itertools
import threading
import time
import tracemalloc
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.seals.stream import (
    BUFFERS,
    CHUNK_BYTES,
    TAG_BYTES,
    ContentKey,
    chunk_count,
    open_chunk,
    open_stream,
    seal_chunk,
    seal_stream,
    sealed_size,
    sealed_span,
    whole_chunks,
)
from comity.values.errors import BrokenError, InvalidInputError, UnavailableError

KEY = ContentKey(bytes(range(32)), b"prefix7")
EDGES = [0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 2 * CHUNK_BYTES, 3 * CHUNK_BYTES + 7]


def content(size: int) -> bytes:
    """Bytes that differ from chunk to chunk."""
    return hashlib.shake_128(b"content").digest(size)


def sealed(data: bytes, key: ContentKey = KEY) -> bytes:
    sink = io.BytesIO()
    seal_stream(key, io.BytesIO(data), sink)
    return sink.getvalue()


def refused(data: bytes, key: ContentKey = KEY) -> bytes:
    """What stood in the sink when opening was refused."""
    sink = io.BytesIO()
    with pytest.raises(BrokenError) as caught:
        open_stream(key, io.BytesIO(data), sink)
    assert caught.value.code == "seal:chunk"
    return sink.getvalue()


THREE = content(2 * CHUNK_BYTES + 100)
SEALED_THREE = sealed(THREE)
PARTS = [SEALED_THREE[slice(*sealed_span(index, len(THREE)))] for index in range(3)]


@pytest.mark.parametrize("size", EDGES)
def test_a_stream_opens_to_what_was_sealed_with_every_digest_right(size):
    data, sink, back = content(size), io.BytesIO(), io.BytesIO()
    summary = seal_stream(KEY, io.BytesIO(data), sink)
    assert summary.size == size
    assert summary.digest == hashlib.sha256(data).hexdigest()
    assert summary.sealed_digest == hashlib.sha256(sink.getvalue()).hexdigest()
    assert len(sink.getvalue()) == sealed_size(size)
    opened = open_stream(KEY, io.BytesIO(sink.getvalue()), back, sealed_digest=True)
    assert back.getvalue() == data
    assert opened == summary


@pytest.mark.parametrize("size", EDGES)
def test_the_stream_is_its_chunks_and_each_opens_alone_from_its_span(size):
    data, stream = content(size), sealed(content(size))
    opened = []
    for index in range(chunk_count(size)):
        start, end = sealed_span(index, size)
        last = index == chunk_count(size) - 1
        assert stream[start:end] == seal_chunk(KEY, index, last, data[index * CHUNK_BYTES : (index + 1) * CHUNK_BYTES])
        opened.append(open_chunk(KEY, index, last, stream[start:end]))
    assert b"".join(opened) == data


@given(st.integers(0, 1 << 45))
def test_spans_cover_the_sealed_bytes_without_gap_or_overlap(size):
    count = chunk_count(size)
    for index in {0, count // 2, count - 1}:
        start, end = sealed_span(index, size)
        assert 0 < end - start <= CHUNK_BYTES + TAG_BYTES
        assert end == (sealed_span(index + 1, size)[0] if index + 1 < count else sealed_size(size))
        assert whole_chunks(start) == index
    assert sealed_span(0, size)[0] == 0


@pytest.mark.parametrize(("index", "size"), [(-1, 5), (1, 5), (1, CHUNK_BYTES), (0, -1), (0, (1 << 52) + 1)])
def test_a_chunk_that_cannot_be_has_no_span(index, size):
    with pytest.raises(InvalidInputError) as caught:
        sealed_span(index, size)
    assert caught.value.code == "seal:size"


def test_every_single_bit_of_a_small_sealed_stream_counts():
    small = sealed(b"Fictional bank record of Mr Example.")
    for bit in range(len(small) * 8):
        changed = bytearray(small)
        changed[bit // 8] ^= 1 << bit % 8
        assert refused(bytes(changed)) == b""
        with pytest.raises(BrokenError):
            open_chunk(KEY, 0, True, bytes(changed))


def test_every_truncation_of_a_small_stream_is_refused():
    small = sealed(b"Fictional bank record of Mr Example.")
    for length in range(len(small)):
        assert refused(small[:length]) == b""
    refused(small + b"\x00")


@pytest.mark.parametrize(
    "cut", [1, TAG_BYTES, len(PARTS[2]) - 1, len(PARTS[2]), len(PARTS[2]) + 1, len(PARTS[2]) + len(PARTS[1])]
)
def test_a_long_stream_cut_anywhere_is_refused_also_between_chunks(cut):
    refused(SEALED_THREE[:-cut])


@pytest.mark.parametrize(
    "order",
    [order for count in range(1, 5) for order in itertools.product(range(3), repeat=count) if order != (0, 1, 2)],
)
def test_every_swap_repetition_omission_and_addition_of_chunks_is_refused(order):
    released = refused(b"".join(PARTS[index] for index in order))
    assert THREE.startswith(released), "only chunks authenticated at their place may have been released"
    in_place = next((place for place, index in enumerate(order) if index != place), len(order))
    assert len(released) <= in_place * CHUNK_BYTES


def test_a_chunk_of_another_content_under_the_same_key_bytes_but_another_prefix_is_refused():
    other = sealed(THREE, ContentKey(KEY.key, b"other77"))
    start, end = sealed_span(1, len(THREE))
    refused(SEALED_THREE[:start] + other[start:end] + SEALED_THREE[end:])


def test_another_key_opens_nothing():
    assert refused(SEALED_THREE, ContentKey(bytes(32), KEY.prefix)) == b""


@pytest.mark.parametrize(("index", "last"), [(0, True), (1, False), (2, False), (256, False)])
def test_a_chunk_opens_at_no_other_place(index, last):
    with pytest.raises(BrokenError):
        open_chunk(KEY, index, last, PARTS[0])


@pytest.mark.parametrize("index", [-1, 1 << 32])
def test_an_index_outside_the_counter_is_refused(index):
    with pytest.raises(InvalidInputError):
        seal_chunk(KEY, index, True, b"x")
    with pytest.raises(BrokenError):
        open_chunk(KEY, index, True, bytes(17))


@pytest.mark.parametrize(
    ("index", "last", "size"), [(0, False, 5), (0, False, 0), (1, True, 0), (0, True, CHUNK_BYTES + 1)]
)
def test_a_chunk_that_breaks_the_layout_is_neither_sealed_nor_opened(index, last, size):
    with pytest.raises(InvalidInputError) as caught:
        seal_chunk(KEY, index, last, bytes(size))
    assert caught.value.code == "seal:size"
    authentic = KEY.cipher.encrypt(KEY.nonce(index, last), bytes(size), None)
    with pytest.raises(BrokenError):
        open_chunk(KEY, index, last, authentic)
    if index == 0:
        refused(authentic)


def test_no_plaintext_of_a_damaged_chunk_is_released():
    _start, end = sealed_span(1, len(THREE))
    damaged = bytearray(SEALED_THREE)
    damaged[end - 1] ^= 1
    assert len(refused(bytes(damaged))) <= CHUNK_BYTES
    damaged = bytearray(SEALED_THREE)
    damaged[0] ^= 1
    assert refused(bytes(damaged)) == b""


def test_nonces_of_one_content_never_repeat():
    seen = {KEY.nonce(index, last) for index in [*range(300), 1 << 16, (1 << 32) - 1] for last in (False, True)}
    assert len(seen) == 2 * 302
    assert {len(nonce) for nonce in seen} == {12}


def test_a_content_key_crosses_as_39_bytes_and_does_not_print_itself():
    stream = iter([b"k" * 32, b"p" * 7])
    key = ContentKey.new(lambda count: next(stream)[:count])
    assert key.to_bytes() == b"k" * 32 + b"p" * 7
    assert ContentKey.from_bytes(key.to_bytes()) == key
    assert "k" * 8 not in repr(key)
    for size in (0, 38, 40):
        with pytest.raises(InvalidInputError):
            ContentKey.from_bytes(bytes(size))


class Trickle(io.RawIOBase):
    """A source that gives a few bytes at a time, as pipes and sockets do."""

    def __init__(self, data: bytes, step: int) -> None:
        super().__init__()
        self._data, self._step = io.BytesIO(data), step

    def readinto(self, buffer, /):
        return self._data.readinto(memoryview(buffer)[: self._step])


class Narrow(io.BytesIO):
    """A sink that takes a part of what it is given, as unbuffered files may."""

    def write(self, data, /):
        return super().write(bytes(data[:70000]))


@settings(max_examples=5)
@given(st.integers(30_000, CHUNK_BYTES))
def test_short_reads_and_short_writes_lose_nothing(step):
    data, sink, back = THREE[: CHUNK_BYTES + 50], Narrow(), Narrow()
    seal_stream(KEY, Trickle(data, step), sink)
    assert sink.getvalue() == sealed(data)
    open_stream(KEY, Trickle(sink.getvalue(), step), back)
    assert back.getvalue() == data


class Slow(io.BytesIO):
    """A sink slower than everything before it."""

    def write(self, data, /):
        time.sleep(0.01)
        return super().write(data)


def test_a_slow_disk_holds_the_rest_back_and_no_buffer_is_overwritten_before_it_is_written():
    data, sink, back = content((2 * BUFFERS + 3) * CHUNK_BYTES + 9), Slow(), Slow()
    summary = seal_stream(KEY, io.BytesIO(data), sink)
    assert sink.getvalue() == sealed(data)
    assert open_stream(KEY, io.BytesIO(sink.getvalue()), back) == replace(summary, sealed_digest="")
    assert back.getvalue() == data


class Full(io.BytesIO):
    """A sink on a disk that fills up after some bytes."""

    def __init__(self, room: int, error: OSError | None) -> None:
        super().__init__()
        self._room, self._error = room, error

    def write(self, data, /):
        if self.tell() + len(data) > self._room:
            if self._error:
                raise self._error
            return 0
        return super().write(data)


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), None])
def test_a_full_disk_is_an_error_not_a_short_file(error):
    with pytest.raises(OSError if error else UnavailableError):
        seal_stream(KEY, io.BytesIO(THREE), Full(CHUNK_BYTES * 2, error))


def test_a_source_that_fails_ends_the_stream():
    class Torn(Trickle):
        def readinto(self, buffer, /):
            if self._data.tell() > CHUNK_BYTES:
                raise ConnectionResetError
            return super().readinto(buffer)

    with pytest.raises(ConnectionResetError):
        seal_stream(KEY, Torn(THREE, 1 << 19), io.BytesIO())


def test_settling_comes_last_and_its_failure_is_the_callers():
    sink, sizes = io.BytesIO(), []
    seal_stream(KEY, io.BytesIO(THREE), sink, settle=lambda: sizes.append(len(sink.getvalue())))
    assert sizes[-1] == len(SEALED_THREE)

    def fails() -> None:
        raise OSError(5, "Input/output error")

    with pytest.raises(OSError, match="Input/output"):
        seal_stream(KEY, io.BytesIO(THREE), io.BytesIO(), settle=fails)


def test_the_disk_settles_on_the_way_of_a_long_stream():
    calls = []
    seal_stream(KEY, Zeros(70 * CHUNK_BYTES), Nowhere(), settle=lambda: calls.append(threading.get_ident()))
    assert len(calls) >= 2


def test_the_sealed_digest_may_be_left_out():
    summary = seal_stream(KEY, io.BytesIO(THREE), io.BytesIO(), sealed_digest=False)
    assert summary.sealed_digest == ""
    assert summary.digest == hashlib.sha256(THREE).hexdigest()


class Zeros(io.RawIOBase):
    """So many zero bytes, without holding them."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self._left = size

    def readinto(self, buffer, /):
        count = min(self._left, len(buffer))
        buffer[:count] = bytes(count)
        self._left -= count
        return count


class Nowhere(io.RawIOBase):
    def write(self, data, /):
        return len(data)


def test_memory_stays_flat_and_no_thread_stays_behind():
    before = threading.active_count()
    tracemalloc.start()
    try:
        seal_stream(KEY, Zeros(100 * CHUNK_BYTES), Nowhere())
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < (2 * BUFFERS + 4) * CHUNK_BYTES
    assert threading.active_count() == before
