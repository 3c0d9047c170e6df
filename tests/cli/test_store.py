"""`comity node store check`: the shipped suite on the node's own store, beside its evidence."""

import io
import json
import shutil

import pytest

from comity.authorities.node_file import NodeFile
from comity.cli.store import checked
from comity.site.node import Node
from comity.store.s3 import S3Vault
from comity.store.s3_bucket import Bucket
from comity.store.suite import SUITE, key_of
from comity.values.errors import MissingError
from tests.conftest import MOMENT
from tests.store.s3_server import CREDENTIALS, HEADERS, server

__all__ = ["server"]


def node_on(folder, store=""):
    folder.mkdir()
    NodeFile("xx", "localhost", 8991, 8992, exercise=True, store=store).write(folder)
    if store:
        key = {"access_key_id": CREDENTIALS.access_key_id, "secret_access_key": CREDENTIALS.secret_access_key}
        (folder / "store.key").write_text(json.dumps(key))
    return Node(folder)


def address(bucket):
    return f"s3://{bucket.name}/{bucket.prefix}?endpoint={bucket.endpoint}"


@pytest.fixture
def headers(monkeypatch):
    made = Bucket.store
    monkeypatch.setattr(Bucket, "store", lambda self, key, **rest: made(self, key, headers=HEADERS, **rest))


def test_the_own_disk_is_checked_beside_its_evidence_and_nothing_stays(tmp_path):
    node = node_on(tmp_path / "xx")
    kept = node.vault().put_sealed(io.BytesIO(b"evidence"), key_of(1))
    found = checked(node, MOMENT)
    assert found["holds"], found
    assert len(found["checks"]) == len(SUITE)
    assert list(node.vault().names()) == [kept.name]
    assert sorted(path.name for path in node.folder.iterdir()) == ["node.json", "vault"]


def test_a_bucket_that_locks_passes_and_one_that_does_not_is_told(tmp_path, server, headers, monkeypatch):
    monkeypatch.setattr("comity.store.suite.SUITE", [check for check in SUITE if check.name == "create-only"])
    locked = checked(node_on(tmp_path / "one", address(server.bucket(locked=True))), MOMENT)
    assert (locked["holds"], locked["lock"]) == (True, "object lock, COMPLIANCE, 30 days")
    unlocked = address(server.bucket(locked=False))
    told = checked(node_on(tmp_path / "two", unlocked), MOMENT)
    assert (told["holds"], told["lock"]) == (False, "NO object lock")
    assert checked(node_on(tmp_path / "three", f"{unlocked}&lock=none"), MOMENT)["holds"]


def test_a_node_keeps_its_evidence_in_the_bucket_its_file_names(tmp_path, server, headers):
    bucket = server.bucket(locked=True)
    vault = node_on(tmp_path / "xx", address(bucket)).vault()
    assert isinstance(vault, S3Vault)
    kept = vault.put_sealed(io.BytesIO(b"evidence"), key_of(1))
    assert [one["Key"] for one in server.versions(bucket, "node/sealed")] == [f"node/sealed/{kept.name}"]


def test_without_a_key_it_is_said_where_to_write_it(tmp_path, monkeypatch):
    monkeypatch.delenv("AWS_ACCESS_KEY_ID", raising=False)
    node = node_on(tmp_path / "xx", "s3://evidence/node")
    (node.folder / "store.key").unlink()
    with pytest.raises(MissingError) as raised:
        node.vault()
    assert "secret_access_key" in raised.value.next_step
    shutil.rmtree(node.folder)
