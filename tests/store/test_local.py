import errno
import hashlib
import io
import os
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from comity.seals.stream import CHUNK_BYTES, TAG_BYTES, sealed_size
from comity.store.local import LocalVault
from comity.store.suite import AMPLE, SUITE, Bench, key_of, pattern, run_suite, sealed_bytes
from comity.store.vault import SEALED_CHUNK, plain_size
from comity.values.errors import BrokenError, UnavailableError


def bench(folder):
    made = iter(range(100))

    def replace(vault, name, data):
        (vault.root / name[:2] / name[2:4] / name).write_bytes(data)

    return Bench(lambda free: LocalVault(folder / str(next(made)), free_space=lambda _: free, reserve=0), replace)


@pytest.mark.parametrize("check", SUITE, ids=lambda check: check.name)
def test_the_local_disk_keeps_every_promise(check, tmp_path):
    check.run(bench(tmp_path))


class Forgetful(LocalVault):
    """A store that replaces what is there, gives out what does not open, and calls a torn chunk held."""

    def _publish(self, staged, name):
        path = self._path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(staged.read_bytes())
        return True

    def exists(self, name):
        return super().exists(name) and False

    def open_chunks(self, name, _key):
        yield self.sealed_range(name, 0, AMPLE)

    def begin(self, partial, size):
        super().begin(partial, size)
        return self._partial(partial).stat().st_size if self._partial(partial).exists() else 0


def test_a_store_that_breaks_a_promise_is_told_which(tmp_path):
    made = iter(range(100))
    honest = bench(tmp_path)
    forgetful = Bench(lambda free: Forgetful(tmp_path / f"f{next(made)}", free_space=lambda _: free), honest.replace)
    told = {one.name for one in run_suite(forgetful) if one.fault}
    assert told >= {"create-only", "comes-back", "other-key", "at-rest", "used-key"}
    assert not [one for one in run_suite(honest) if one.fault]


class TestLocalVault:
    @pytest.fixture(autouse=True)
    def _folder(self, tmp_path):
        self.folder = tmp_path / "vault"

    @pytest.fixture
    def vault(self):
        return LocalVault(self.folder, free_space=lambda _: 1 << 40, reserve=0)

    def files(self):
        return sorted(str(path.relative_to(self.folder)) for path in self.folder.rglob("*") if path.is_file())

    def test_nothing_but_the_sealed_file_stays_on_the_disk(self, vault):
        kept = vault.put_sealed(io.BytesIO(b"evidence"), key_of(1))
        assert self.files() == [f"{kept.name[:2]}/{kept.name[2:4]}/{kept.name}"]

    @pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT])
    def test_a_disk_that_fills_on_the_way_is_a_thing_that_passes(self, vault, monkeypatch, code):
        def full(descriptor):
            raise OSError(code, "No space left on device")

        monkeypatch.setattr(os, "fdatasync", full)
        with pytest.raises(UnavailableError) as raised:
            vault.put_sealed(io.BytesIO(pattern(CHUNK_BYTES + 5)), key_of(2))
        assert raised.value.code == "store:full"
        assert self.files() == []

    def test_a_transfer_on_a_disk_that_fills_keeps_what_it_had(self, vault, monkeypatch):
        data = pattern(CHUNK_BYTES + 90)
        sealed = sealed_bytes(key_of(3), data)
        vault.begin("0192f3c4-aaaa", len(data))
        vault.append("0192f3c4-aaaa", 0, sealed[:SEALED_CHUNK])
        with monkeypatch.context() as patch:
            patch.setattr(os, "fdatasync", lambda _: (_ for _ in ()).throw(OSError(errno.ENOSPC, "full")))
            with pytest.raises(UnavailableError):
                vault.append("0192f3c4-aaaa", SEALED_CHUNK, sealed[SEALED_CHUNK:])
        assert vault.begin("0192f3c4-aaaa", len(data)) == SEALED_CHUNK
        vault.append("0192f3c4-aaaa", SEALED_CHUNK, sealed[SEALED_CHUNK:])
        vault.finish("0192f3c4-aaaa", key_of(3), len(data), hashlib.sha256(data).hexdigest())

    def test_another_fault_of_the_disk_is_not_taken_for_a_full_one(self, vault, monkeypatch):
        monkeypatch.setattr(os, "fdatasync", lambda _: (_ for _ in ()).throw(OSError(errno.EIO, "I/O error")))
        with pytest.raises(OSError, match="I/O error"):
            vault.put_sealed(io.BytesIO(b"x"), key_of(4))
        assert self.files() == []

    def test_the_file_is_durable_before_it_has_its_name(self, vault, monkeypatch):
        order = []
        sync, link = os.fdatasync, os.link
        monkeypatch.setattr(os, "fdatasync", lambda fd: (order.append("durable"), sync(fd))[1])
        monkeypatch.setattr(os, "link", lambda *a: (order.append("named"), link(*a))[1])
        folders = []
        fsync = os.fsync
        monkeypatch.setattr(os, "fsync", lambda fd: (folders.append(order[-1]), fsync(fd))[1])
        vault.put_sealed(io.BytesIO(b"x"), key_of(5))
        assert order == ["durable", "named"]
        assert folders == ["named"] * 3

    def test_what_a_crash_left_half_written_is_tidied_away(self, vault):
        left = self.folder / "staging" / ("ab" * 32)
        left.write_bytes(b"half")
        assert vault.tidy(datetime.now(UTC) - timedelta(hours=1)) == 0
        assert vault.tidy(datetime.now(UTC) + timedelta(hours=1)) == 1
        assert self.files() == []

    def test_a_crash_after_naming_a_finished_transfer_is_made_good(self, vault):
        data, key = pattern(70), key_of(6)
        digest = hashlib.sha256(data).hexdigest()
        for _ in range(2):
            vault.begin("0192f3c4-ffff", 70)
            vault.append("0192f3c4-ffff", 0, sealed_bytes(key, data))
            kept = vault.finish("0192f3c4-ffff", key, 70, digest)
        assert b"".join(vault.open_chunks(kept.name, key)) == data

    @pytest.mark.parametrize(
        "cut", [0, 1, TAG_BYTES, CHUNK_BYTES, CHUNK_BYTES + TAG_BYTES, CHUNK_BYTES + TAG_BYTES + 3]
    )
    def test_a_file_cut_at_rest_is_found(self, vault, cut):
        kept = vault.put_sealed(io.BytesIO(pattern(CHUNK_BYTES + 50)), key_of(7))
        os.truncate(self.folder / kept.name[:2] / kept.name[2:4] / kept.name, cut)
        with pytest.raises(BrokenError):
            list(vault.open_chunks(kept.name, key_of(7)))

    def test_swapped_chunks_at_rest_are_found(self, vault):
        kept = vault.put_sealed(io.BytesIO(pattern(2 * CHUNK_BYTES)), key_of(8))
        path = self.folder / kept.name[:2] / kept.name[2:4] / kept.name
        data = path.read_bytes()
        half = len(data) // 2
        path.write_bytes(data[half:] + data[:half])
        with pytest.raises(BrokenError, match="Chunk 0"):
            list(vault.open_chunks(kept.name, key_of(8)))

    @settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
    @given(at=st.integers(0, 5015), bit=st.integers(0, 7))
    def test_any_bit_changed_at_rest_is_found(self, vault, at, bit):
        name = vault.put_sealed(io.BytesIO(pattern(5000)), key_of(9)).name
        path = self.folder / name[:2] / name[2:4] / name
        data = bytearray(path.read_bytes())
        data[at] ^= 1 << bit
        path.write_bytes(data)
        with pytest.raises(BrokenError):
            list(vault.open_chunks(name, key_of(9)))
        vault.discard(name)

    def test_the_reserve_of_the_database_is_never_given_away(self):
        vault = LocalVault(self.folder, free_space=lambda _: 1000, reserve=900)
        with pytest.raises(UnavailableError, match="has 100 to give"):
            vault.put_sealed(io.BytesIO(pattern(200)), key_of(10))
        vault.put_sealed(io.BytesIO(pattern(50)), key_of(10))


@given(st.integers(0, 1 << 45))
def test_the_size_of_content_follows_from_its_sealed_size(size):
    assert plain_size(sealed_size(size)) == size


@pytest.mark.parametrize("size", [0, 15, CHUNK_BYTES + TAG_BYTES + 1, CHUNK_BYTES + 2 * TAG_BYTES])
def test_a_size_no_content_seals_to_is_found(size):
    with pytest.raises(BrokenError):
        plain_size(size)
