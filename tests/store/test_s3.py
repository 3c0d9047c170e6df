"""The shipped suite on an S3-compatible store with object lock, and what only such a store can do."""

import io
from datetime import UTC, datetime, timedelta

import obstore
import pytest
from botocore.exceptions import ClientError

from comity.seals.stream import CHUNK_BYTES
from comity.store import s3
from comity.store.s3_bucket import Bucket, Lock
from comity.store.s3_request import Credentials, query_text, signed_headers
from comity.store.suite import SUITE, key_of, pattern, sealed_bytes, sha256
from comity.store.vault import name_of
from comity.values.errors import BrokenError, ConflictError, InvalidInputError, MissingError, UnavailableError
from tests.conftest import MOMENT
from tests.store.s3_server import CREDENTIALS, HEADERS, s3_bench, server, vault_in

__all__ = ["server"]


@pytest.fixture(scope="module")
def locked(server):
    return server.bucket(locked=True)


@pytest.fixture
def vault(server, tmp_path):
    return vault_in(server.bucket(locked=True), tmp_path)


@pytest.mark.parametrize("check", SUITE, ids=lambda check: check.name)
def test_a_store_with_object_lock_keeps_every_promise(check, server, locked, tmp_path):
    check.run(s3_bench(server, locked, tmp_path / check.name))


def test_what_is_locked_cannot_be_removed_and_stays_below_a_discarded_name(server, tmp_path):
    bucket = server.bucket(locked=True)
    vault = vault_in(bucket, tmp_path)
    name = vault.put_sealed(io.BytesIO(b"evidence"), key_of(1)).name
    vault.discard(name)
    assert not vault.exists(name)
    [version] = server.versions(bucket, f"node/sealed/{name}")
    with pytest.raises(ClientError, match="Access Denied"):
        server.client.delete_object(Bucket=bucket.name, Key=version["Key"], VersionId=version["VersionId"])
    assert server.versions(bucket, f"node/sealed/{name}")


def test_the_lock_is_proved_by_trying_to_remove(server, locked):
    store = locked.store(CREDENTIALS, headers=HEADERS)
    assert locked.lock(store, CREDENTIALS, MOMENT) == Lock("COMPLIANCE", "30 days")


def test_a_bucket_without_lock_is_told(server):
    bucket = server.bucket(locked=False)
    assert bucket.lock(bucket.store(CREDENTIALS), CREDENTIALS, MOMENT) is None


def test_a_bucket_that_says_it_locks_and_lets_go_is_found(server, locked, monkeypatch):
    asked = Bucket._ask
    monkeypatch.setattr(Bucket, "_ask", lambda *a: (204, b"") if a[2] == "DELETE" else asked(*a))
    with pytest.raises(BrokenError) as raised:
        locked.lock(locked.store(CREDENTIALS, headers=HEADERS), CREDENTIALS, MOMENT)
    assert raised.value.code == "store:lock"


def test_nothing_but_the_sealed_object_stays(vault, server):
    name = vault.put_sealed(io.BytesIO(pattern(3000)), key_of(2)).name
    assert [one["path"] for batch in obstore.list(vault.store) for one in batch] == [f"sealed/{name}"]
    assert [path for path in vault.root.rglob("*") if path.is_file()] == []


@pytest.fixture
def small_parts(monkeypatch):
    """Uploads in parts of the least size a store takes, so that three chunks are several parts."""
    monkeypatch.setattr(s3, "PART_BYTES", 5 << 20)


def test_large_content_goes_up_in_parts_and_comes_back_across_requests(vault, small_parts):
    data, key = pattern(9 * CHUNK_BYTES + 7), key_of(3)
    name = vault.put_sealed(io.BytesIO(data), key).name
    assert obstore.head(vault.store, f"sealed/{name}")["e_tag"].endswith('-2"')
    assert b"".join(vault.open_chunks(name, key)) == data


def test_an_upload_torn_on_the_way_leaves_nothing_and_a_transfer_is_taken_up(vault, small_parts, monkeypatch):
    data, key = pattern(6 * CHUNK_BYTES), key_of(4)
    vault.begin("0192f3c4-aaaa", len(data))
    vault.append("0192f3c4-aaaa", 0, sealed_bytes(key, data))
    whole = obstore.put

    def torn(store, path, file, **rest):
        if not path.startswith("sealed/"):
            return whole(store, path, file, **rest)

        def parts():
            yield file.read_bytes()[: 6 << 20]
            raise OSError("the line broke")

        return whole(store, path, parts(), **rest)

    with monkeypatch.context() as patch:
        patch.setattr(obstore, "put", torn)
        with pytest.raises(OSError, match="line broke"):
            vault.finish("0192f3c4-aaaa", key, len(data), sha256(data))
    assert list(vault.names()) == []
    kept = vault.finish("0192f3c4-aaaa", key, len(data), sha256(data))
    assert b"".join(vault.open_chunks(kept.name, key)) == data


def test_a_name_claimed_by_another_upload_is_refused_and_its_claim_is_tidied_later(vault):
    name = name_of(key_of(5))
    obstore.put(vault.store, f"claims/{name}", b"an upload elsewhere")
    with pytest.raises(ConflictError):
        vault.put_sealed(io.BytesIO(b"x"), key_of(5))
    assert vault.tidy(datetime.now(UTC) - timedelta(days=1)) == 0
    assert vault.tidy(datetime.now(UTC) + timedelta(days=1)) == 1
    vault.put_sealed(io.BytesIO(b"x"), key_of(5))


def test_a_claim_never_replaces_what_was_finished_meanwhile(vault):
    name = vault.put_sealed(io.BytesIO(b"first"), key_of(6)).name
    staged = vault.root / "staging" / "other"
    staged.write_bytes(sealed_bytes(key_of(6), b"other"))
    assert vault._publish(staged, name) is False
    assert b"".join(vault.open_chunks(name, key_of(6))) == b"first"


def test_a_store_that_keeps_less_than_was_sent_is_not_believed(vault, monkeypatch):
    whole = obstore.put

    def short(store, path, file, **rest):
        return whole(store, path, file.read_bytes()[:-1] if path.startswith("sealed/") else file, **rest)

    monkeypatch.setattr(obstore, "put", short)
    with pytest.raises(UnavailableError, match=r"keeps 24 bytes of 25"):
        vault.put_sealed(io.BytesIO(b"a letter!"), key_of(7))


def test_a_store_that_does_not_answer_is_told_plainly(tmp_path):
    bucket = Bucket.from_address("s3://evidence/node?endpoint=http://127.0.0.1:9")
    vault = vault_in(bucket, tmp_path)
    vault.store = bucket.store(CREDENTIALS)
    with pytest.raises(UnavailableError) as raised:
        bucket.lock(vault.store, CREDENTIALS, MOMENT)
    assert raised.value.code == "store:unreachable"


def test_what_is_missing_is_missing_and_no_fault_of_the_store(vault):
    with pytest.raises(MissingError):
        vault.sealed_size("0" * 64)


@pytest.mark.parametrize(
    "address",
    [
        "s3://UPPER/x",
        "https://bucket/x",
        "s3://b/x",
        "s3://bucket?lock=perhaps",
        "s3://bucket?secret=1",
        "s3://bucket?endpoint=ftp://x",
    ],
)
def test_an_address_that_is_none_is_refused_with_how_to_write_it(address):
    with pytest.raises(InvalidInputError) as raised:
        Bucket.from_address(address)
    assert "s3://BUCKET/PREFIX" in raised.value.next_step


def test_requests_are_signed_as_the_published_example_says():
    """S3 API reference, "Signature Calculations for the Authorization Header", GET Bucket Lifecycle."""
    key = Credentials("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
    at = datetime(2013, 5, 24, tzinfo=UTC)
    host = "examplebucket.s3.amazonaws.com"
    headers = signed_headers(key, "GET", host, "/", {"lifecycle": ""}, region="us-east-1", at=at)
    assert headers["authorization"].endswith("fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543")
    assert query_text({"versionId": "a/b", "a": ""}) == "a=&versionId=a%2Fb"
    assert "wJalr" not in repr(key)
