import hashlib
import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from comity.evidence.pull import FAILURES_IN_A_ROW, SMALLEST_ASK, Pull
from comity.seals.stream import CHUNK_BYTES, ContentKey, sealed_size
from comity.store.local import LocalVault
from comity.store.suite import sealed_bytes
from comity.store.vault import SEALED_CHUNK
from comity.values.errors import BrokenError, UnavailableError

KEY = ContentKey(bytes(32), bytes(7))
DATA = random.Random(4).randbytes(3 * CHUNK_BYTES + 4711)
SEALED = sealed_bytes(KEY, DATA)
WHOLE = len(DATA)
DIGEST = hashlib.sha256(DATA).hexdigest()
PARTIAL = "0192f3c4-0000"


class Line:
    """A connection that breaks, damages, shortens and lengthens as a seeded dice says; counts what fired."""

    def __init__(self, seed: int, bad: float, sealed: bytes = SEALED) -> None:
        self.dice, self.bad, self.sealed = random.Random(seed), bad, sealed
        self.fired = {"broke": 0, "short": 0, "damaged": 0, "long": 0, "empty": 0}
        self.sent = 0

    def fetch(self, start: int, end: int) -> bytes:
        data = self.sealed[start:end]
        self.sent += len(data)
        if self.dice.random() >= self.bad:
            return data
        fault = self.dice.choice(sorted(self.fired))
        self.fired[fault] += 1
        if fault == "broke":
            raise UnavailableError("The line broke.")
        if fault == "short":
            return data[: self.dice.randrange(len(data))]
        if fault == "damaged":
            at = self.dice.randrange(len(data))
            return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]
        return data + self.dice.randbytes(99) if fault == "long" else b""


def runs_until_whole(vault, line, *, size=WHOLE, limit=400):
    """As a node does it: a run that fails is taken up by a new one, from what the vault holds."""
    runs = mended = 0
    while runs < limit:
        runs += 1
        pull = Pull(vault, PARTIAL, KEY, size)
        try:
            pull.run(line.fetch)
        except (UnavailableError, BrokenError):
            mended += pull.progress.mended
            continue
        return runs, mended + pull.progress.mended
    raise AssertionError("the pull never became whole")


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 1 << 32), bad=st.sampled_from([0.05, 0.3, 0.6]))
def test_whatever_the_line_does_the_content_arrives_whole_and_true(tmp_path, seed, bad):
    vault = LocalVault(tmp_path / str(seed) / str(bad), reserve=0)
    line = Line(seed, bad)
    _, mended = runs_until_whole(vault, line)
    kept = vault.finish(PARTIAL, KEY, len(DATA), DIGEST)
    assert b"".join(vault.open_chunks(kept.name, KEY)) == DATA
    assert mended <= line.fired["damaged"]
    vault.discard(kept.name)


@pytest.mark.parametrize("size", [0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1])
def test_every_shape_of_content_arrives(tmp_path, size):
    vault, line = LocalVault(tmp_path, reserve=0), Line(1, 0.3, sealed_bytes(KEY, DATA[:size]))
    runs_until_whole(vault, line, size=size)
    kept = vault.finish(PARTIAL, KEY, size, hashlib.sha256(DATA[:size]).hexdigest())
    assert b"".join(vault.open_chunks(kept.name, KEY)) == DATA[:size]


@pytest.mark.parametrize("at", [0, 1, SEALED_CHUNK - 1, SEALED_CHUNK, SEALED_CHUNK + 1, len(SEALED) - 1])
def test_a_connection_that_breaks_at_any_byte_is_taken_up_and_nothing_whole_is_sent_twice(tmp_path, at):
    vault = LocalVault(tmp_path, reserve=0)

    class BreaksOnce(Line):
        def fetch(self, start, end):
            if not self.fired["short"] and end > at:
                self.fired["short"] = 1
                self.sent += max(at - start, 0)
                return self.sealed[start:at]
            return super().fetch(start, end)

    line = BreaksOnce(1, 0)
    runs_until_whole(vault, line)
    assert line.fired["short"] == 1
    assert line.sent == len(SEALED)


def test_a_new_run_goes_on_where_the_last_one_stopped(tmp_path):
    vault = LocalVault(tmp_path, reserve=0)
    asked = []

    def dies(start, end):
        asked.append((start, end))
        if start >= SEALED_CHUNK:
            raise UnavailableError("The partner is down.")
        return SEALED[start:SEALED_CHUNK]

    with pytest.raises(UnavailableError):
        Pull(vault, PARTIAL, KEY, len(DATA)).run(dies)
    assert len(asked) == 1 + FAILURES_IN_A_ROW
    assert asked[-1][1] - asked[-1][0] == SMALLEST_ASK
    again = Pull(vault, PARTIAL, KEY, len(DATA))
    assert again.progress.held == SEALED_CHUNK
    line = Line(1, 0)
    again.run(line.fetch)
    assert line.sent == len(SEALED) - SEALED_CHUNK


def test_a_damaged_chunk_is_fetched_again_and_the_others_are_kept(tmp_path):
    vault, bad = LocalVault(tmp_path, reserve=0), []

    def damages_chunk_two_once(start, end):
        data = bytearray(SEALED[start:end])
        spot = 2 * SEALED_CHUNK + 50
        if start <= spot < end and not bad:
            bad.append(spot)
            data[spot - start] ^= 1
        return bytes(data)

    pull = Pull(vault, PARTIAL, KEY, len(DATA))
    pull.run(damages_chunk_two_once)
    assert bad
    assert pull.progress.mended == 1
    assert vault.finish(PARTIAL, KEY, len(DATA), DIGEST)


def test_a_chunk_that_always_comes_damaged_ends_the_run_and_nothing_of_it_is_kept(tmp_path):
    vault = LocalVault(tmp_path, reserve=0)
    pull = Pull(vault, PARTIAL, KEY, len(DATA))
    with pytest.raises(BrokenError, match="Chunk 1"):
        pull.run(lambda start, end: SEALED[start : min(end, SEALED_CHUNK)] or bytes(end - start))
    assert vault.begin(PARTIAL, len(DATA)) == SEALED_CHUNK


def test_chunks_of_another_place_or_content_do_not_count(tmp_path):
    vault = LocalVault(tmp_path, reserve=0)
    swapped = SEALED[SEALED_CHUNK : 2 * SEALED_CHUNK] + SEALED[:SEALED_CHUNK] + SEALED[2 * SEALED_CHUNK :]
    for sealed in (swapped, sealed_bytes(ContentKey(bytes(32), bytes(6) + b"\x01"), DATA)):
        with pytest.raises(BrokenError, match="Chunk 0"):
            Pull(vault, PARTIAL, KEY, len(DATA)).run(lambda start, end, sealed=sealed: sealed[start:end])
        assert vault.begin(PARTIAL, len(DATA)) == 0


def test_what_the_disk_cannot_hold_is_refused_before_the_first_byte_is_asked_for(tmp_path):
    vault = LocalVault(tmp_path, free_space=lambda _: 1000, reserve=0)
    with pytest.raises(UnavailableError, match=f"needs {sealed_size(len(DATA))} bytes and the disk has 1000 "):
        Pull(vault, PARTIAL, KEY, len(DATA))
