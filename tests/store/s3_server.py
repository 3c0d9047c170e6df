"""An S3-compatible store on loopback, with and without object lock, for tests."""

import logging
import uuid

import boto3
import pytest
from moto.server import ThreadedMotoServer

from comity.store.s3 import S3Vault
from comity.store.s3_bucket import Bucket
from comity.store.s3_request import Credentials
from comity.store.suite import Bench

CREDENTIALS = Credentials("node", "a secret of nobody")
HEADERS = {"x-amz-sdk-checksum-algorithm": "SHA256"}
"""The stand-in asks for this header in a locked bucket, where the real store is content with the checksum itself."""


class Server:
    def __init__(self):
        logging.getLogger("werkzeug").setLevel(logging.ERROR)
        self._moto = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
        self._moto.start()
        host, port = self._moto.get_host_and_port()
        self.endpoint = f"http://{host}:{port}"
        self.client = boto3.client(
            "s3",
            endpoint_url=self.endpoint,
            region_name="us-east-1",
            aws_access_key_id=CREDENTIALS.access_key_id,
            aws_secret_access_key=CREDENTIALS.secret_access_key,
        )

    def bucket(self, *, locked):
        name = f"evidence-{uuid.uuid4().hex[:8]}"
        self.client.create_bucket(Bucket=name, ObjectLockEnabledForBucket=locked)
        if locked:
            rule = {"DefaultRetention": {"Mode": "COMPLIANCE", "Days": 30}}
            configuration = {"ObjectLockEnabled": "Enabled", "Rule": rule}
            self.client.put_object_lock_configuration(Bucket=name, ObjectLockConfiguration=configuration)
        return Bucket.from_address(f"s3://{name}/node?endpoint={self.endpoint}" + ("" if locked else "&lock=none"))

    def versions(self, bucket, key=""):
        found = self.client.list_object_versions(Bucket=bucket.name, Prefix=key)
        return found.get("Versions", [])

    def stop(self):
        self._moto.stop()


@pytest.fixture(scope="module")
def server():
    running = Server()
    yield running
    running.stop()


def vault_in(bucket, folder, *, free=1 << 40, prefix=""):
    store = bucket.store(CREDENTIALS, prefix=prefix, headers=HEADERS)
    return S3Vault(store, folder, free_space=lambda _: free, reserve=0)


def s3_bench(server, bucket, folder):
    def make(free):
        place = uuid.uuid4().hex
        return vault_in(bucket, folder / place, free=free, prefix=place)

    def replace(vault, name, data):
        key = f"{vault.store.prefix}/sealed/{name}"
        server.client.put_object(Bucket=bucket.name, Key=key, Body=data, ChecksumAlgorithm="SHA256")

    return Bench(make, replace)
