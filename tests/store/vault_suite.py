"""The suite every vault must pass: a new kind of vault subclasses `VaultSuite` and says how it is made."""

import hashlib
import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from comity.seals.stream import CHUNK_BYTES, ContentKey, chunk_count, seal_chunk, sealed_size, sealed_span
from comity.store.vault import SEALED_CHUNK, Vault, name_of
from comity.values.errors import BrokenError, ConflictError, InvalidInputError, MissingError, UnavailableError

SIZES = (0, 1, 100, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 2 * CHUNK_BYTES + 77)


def pattern(size: int) -> bytes:
    return (b"Acta de embargo n. 4711 \x00\xff" * (size // 20 + 1))[:size]


def key_of(seed: int) -> ContentKey:
    return ContentKey(hashlib.sha256(bytes([seed])).digest(), bytes([seed]) * 7)


def sealed_bytes(key: ContentKey, data: bytes) -> bytes:
    last = chunk_count(len(data)) - 1
    return b"".join(
        seal_chunk(key, n, n == last, data[n * CHUNK_BYTES : (n + 1) * CHUNK_BYTES]) for n in range(last + 1)
    )


class VaultSuite:
    """`make(free)` gives an empty vault on a disk with `free()` bytes to give."""

    def make(self, free: Callable[[], int]) -> Vault:
        raise NotImplementedError

    @pytest.fixture
    def vault(self) -> Vault:
        return self.make(lambda: 1 << 40)

    @pytest.mark.parametrize("size", SIZES)
    def test_what_was_put_comes_back_and_is_named_by_its_digest(self, vault, size):
        data, key = pattern(size), key_of(1)
        kept = vault.put_sealed(io.BytesIO(data), key)
        assert kept.digest == hashlib.sha256(data).hexdigest()
        assert kept.size == size
        assert b"".join(vault.open_chunks(kept.name, key)) == data
        assert vault.sealed_size(kept.name) == sealed_size(size)
        assert list(vault.names()) == [kept.name]

    def test_a_source_that_can_only_be_read_is_taken_too(self, vault):
        class Upload:
            def __init__(self):
                self.left = io.BytesIO(pattern(CHUNK_BYTES + 3))

            def read(self, size=-1):
                return self.left.read(min(size, 1000))

            def seekable(self):
                return False

        kept = vault.put_sealed(Upload(), key_of(1))
        assert b"".join(vault.open_chunks(kept.name, key_of(1))) == pattern(CHUNK_BYTES + 3)

    def test_only_sealed_bytes_are_kept(self, vault):
        key = key_of(2)
        kept = vault.put_sealed(io.BytesIO(pattern(5000)), key)
        stored = vault.sealed_range(kept.name, 0, 1 << 30)
        assert stored == sealed_bytes(key, pattern(5000))
        assert b"Acta" not in stored

    def test_a_range_is_exactly_the_chunk_that_travels(self, vault):
        data, key = pattern(2 * CHUNK_BYTES + 9), key_of(3)
        kept = vault.put_sealed(io.BytesIO(data), key)
        whole = sealed_bytes(key, data)
        for index in range(chunk_count(len(data))):
            start, end = sealed_span(index, len(data))
            assert vault.sealed_range(kept.name, start, end) == whole[start:end]
        with pytest.raises(InvalidInputError):
            vault.sealed_range(kept.name, 5, 4)

    def test_one_content_sealed_twice_stands_under_two_names(self, vault):
        first = vault.put_sealed(io.BytesIO(b"same"), key_of(4))
        second = vault.put_sealed(io.BytesIO(b"same"), key_of(5))
        assert first.digest == second.digest
        assert first.name != second.name

    def test_a_key_is_never_used_twice_and_what_is_there_is_never_replaced(self, vault):
        kept = vault.put_sealed(io.BytesIO(b"first"), key_of(6))
        with pytest.raises(ConflictError, match="one content only"):
            vault.put_sealed(io.BytesIO(b"other"), key_of(6))
        assert b"".join(vault.open_chunks(kept.name, key_of(6))) == b"first"

    def test_another_key_opens_nothing(self, vault):
        kept = vault.put_sealed(io.BytesIO(b"secret"), key_of(7))
        with pytest.raises(BrokenError):
            list(vault.open_chunks(kept.name, key_of(8)))

    def test_what_is_not_there_is_missing_and_discarding_it_is_no_error(self, vault):
        kept = vault.put_sealed(io.BytesIO(b"gone"), key_of(9))
        vault.discard(kept.name)
        vault.discard(kept.name)
        assert not vault.exists(kept.name)
        for read in (vault.sealed_size, lambda name: vault.sealed_range(name, 0, 1)):
            with pytest.raises(MissingError):
                read(kept.name)
        with pytest.raises(MissingError):
            list(vault.open_chunks(kept.name, key_of(9)))

    @pytest.mark.parametrize("name", ["../../etc/passwd", "", "A" * 64, "z" * 63, "0" * 64 + "\n", "/" * 64])
    def test_no_text_from_outside_becomes_a_place(self, vault, name):
        with pytest.raises(InvalidInputError):
            vault.exists(name)
        with pytest.raises(InvalidInputError):
            vault.append(name, 0, b"x")

    def test_a_file_too_large_is_refused_before_the_first_byte_with_both_figures(self):
        vault = self.make(lambda: 1000)
        source = io.BytesIO(pattern(5000))
        with pytest.raises(UnavailableError, match=r"needs 5016 bytes .* has 1000 ") as raised:
            vault.put_sealed(source, key_of(10))
        assert raised.value.code == "store:full"
        assert source.tell() == 0
        assert list(vault.names()) == []

    def test_a_source_of_another_length_than_promised_leaves_nothing(self, vault):
        with pytest.raises(InvalidInputError, match="gave 5 bytes where 9"):
            vault.put_sealed(io.BytesIO(b"short"), key_of(11), expected_size=9)
        assert list(vault.names()) == []
        vault.put_sealed(io.BytesIO(b"now right"), key_of(11), expected_size=9)

    def test_a_source_that_breaks_leaves_nothing(self, vault):
        class Breaking(io.BytesIO):
            def readinto(self, buffer):
                if self.tell() >= CHUNK_BYTES:
                    raise OSError("the reader was unplugged")
                return super().readinto(buffer)

        with pytest.raises(OSError, match="unplugged"):
            vault.put_sealed(Breaking(pattern(3 * CHUNK_BYTES)), key_of(12))
        assert list(vault.names()) == []
        vault.put_sealed(io.BytesIO(b"again"), key_of(12))

    def test_tidying_leaves_whole_content_and_transfers(self, vault):
        kept = vault.put_sealed(io.BytesIO(b"whole"), key_of(16))
        vault.begin("0192f3c4-abcd", 50)
        vault.append("0192f3c4-abcd", 0, bytes(66))
        tomorrow = datetime.now(UTC) + timedelta(days=1)
        assert vault.tidy(tomorrow) == 0
        assert vault.begin("0192f3c4-abcd", 50) == 66
        assert vault.exists(kept.name)
        assert vault.kept_since(kept.name) < tomorrow
        with pytest.raises(MissingError):
            vault.kept_since("0" * 64)

    def test_a_transfer_is_taken_up_where_it_stopped(self, vault):
        data, key = pattern(2 * CHUNK_BYTES + 5), key_of(13)
        whole = sealed_bytes(key, data)
        assert vault.begin("0192f3c4-aaaa", len(data)) == 0
        vault.append("0192f3c4-aaaa", 0, whole[: SEALED_CHUNK + 999])
        assert vault.begin("0192f3c4-aaaa", len(data)) == SEALED_CHUNK
        with pytest.raises(ConflictError):
            vault.append("0192f3c4-aaaa", 0, whole[:10])
        vault.append("0192f3c4-aaaa", SEALED_CHUNK, whole[SEALED_CHUNK:])
        assert vault.begin("0192f3c4-aaaa", len(data)) == len(whole)
        kept = vault.finish("0192f3c4-aaaa", key, len(data), hashlib.sha256(data).hexdigest())
        assert kept.name == name_of(key)
        assert b"".join(vault.open_chunks(kept.name, key)) == data
        assert vault.begin("0192f3c4-aaaa", len(data)) == 0

    def test_reading_back_says_at_each_chunk_that_it_gets_on(self, vault):
        key, data, heard = key_of(21), pattern(2 * CHUNK_BYTES + 5), []
        vault.begin("0192f3c4-dddd", len(data))
        vault.append("0192f3c4-dddd", 0, sealed_bytes(key, data))
        digest = hashlib.sha256(data).hexdigest()
        vault.finish("0192f3c4-dddd", key, len(data), digest, watch=lambda: heard.append(1))
        assert len(heard) == 3

    def test_a_transfer_that_is_not_complete_cannot_be_finished(self, vault):
        data, key = pattern(50), key_of(14)
        vault.begin("0192f3c4-bbbb", 50)
        vault.append("0192f3c4-bbbb", 0, sealed_bytes(key, data)[:-1])
        with pytest.raises(ConflictError):
            vault.finish("0192f3c4-bbbb", key, 50, hashlib.sha256(data).hexdigest())
        assert vault.begin("0192f3c4-bbbb", 50) == 0

    @pytest.mark.parametrize("fault", ["bytes", "digest"])
    def test_a_transfer_that_is_not_what_was_promised_is_dropped(self, vault, fault):
        data, key = pattern(50), key_of(15)
        sealed = bytearray(sealed_bytes(key, data))
        digest = hashlib.sha256(data).hexdigest()
        if fault == "bytes":
            sealed[3] ^= 1
        else:
            digest = hashlib.sha256(b"else").hexdigest()
        vault.begin("0192f3c4-cccc", 50)
        vault.append("0192f3c4-cccc", 0, bytes(sealed))
        with pytest.raises(BrokenError):
            vault.finish("0192f3c4-cccc", key, 50, digest)
        assert list(vault.names()) == []
        assert vault.begin("0192f3c4-cccc", 50) == 0

    def test_a_transfer_under_a_used_key_is_dropped_and_what_lies_there_stays(self, vault):
        key, data, other = key_of(10), pattern(3000), pattern(3000)[::-1]
        name = vault.put_sealed(io.BytesIO(data), key).name
        vault.begin("abcdef01", len(other))
        vault.append("abcdef01", 0, sealed_bytes(key, other))
        with pytest.raises(BrokenError) as caught:
            vault.finish("abcdef01", key, len(other), hashlib.sha256(other).hexdigest())
        assert caught.value.code == "store:key"
        assert vault.begin("abcdef01", len(other)) == 0
        assert b"".join(vault.open_chunks(name, key)) == data

    def test_a_transfer_the_disk_cannot_hold_is_refused_before_the_first_byte(self):
        vault = self.make(lambda: 1000)
        with pytest.raises(UnavailableError, match="needs 2016 bytes"):
            vault.begin("0192f3c4-dddd", 2000)

    def test_an_abandoned_transfer_begins_anew(self, vault):
        vault.begin("0192f3c4-eeee", 50)
        vault.append("0192f3c4-eeee", 0, b"some")
        vault.abandon("0192f3c4-eeee")
        assert vault.begin("0192f3c4-eeee", 50) == 0
