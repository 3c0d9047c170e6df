"""A bucket of an S3-compatible store: its address in `node.json`, and whether it really locks what is put there.

The address is `s3://BUCKET/PREFIX?endpoint=URL&region=REGION&lock=none`: without `endpoint` it is AWS itself;
`lock=none` says that the operator does without object lock, and is told so at every check.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit

import obstore
from obstore.store import S3Store

from comity.store.s3_request import Credentials, query_text, signed_headers
from comity.values.errors import BrokenError, InvalidInputError, UnavailableError

SECONDS = 30
LARGEST_ANSWER = 64 << 10
_RULE = re.compile(rb"<(Mode|Days|Years)>([A-Z0-9]{1,12})<")
_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")


@dataclass(frozen=True)
class Lock:
    """What a bucket does with what is put there: `mode` COMPLIANCE or GOVERNANCE, and for how long."""

    mode: str
    period: str


@dataclass(frozen=True)
class Bucket:
    """Where a node keeps its evidence."""

    name: str
    prefix: str
    endpoint: str
    region: str
    lock_wanted: bool

    @classmethod
    def from_address(cls, address: str) -> "Bucket":
        """Raises InvalidInputError `node:store`, saying how an address is written."""
        parts = urlsplit(address)
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        endpoint = query.get("endpoint", "")
        wrong = (
            parts.scheme != "s3"
            or not _BUCKET.fullmatch(parts.netloc)
            or set(query) - {"endpoint", "region", "lock"}
            or query.get("lock", "none") != "none"
            or (endpoint and urlsplit(endpoint).scheme not in ("https", "http"))
        )
        if wrong:
            raise InvalidInputError(
                f"'{address[:120]}' is not the address of a store.",
                code="node:store",
                place="store",
                next_step="Write s3://BUCKET/PREFIX?endpoint=https://HOST&region=REGION, or leave it empty.",
            )
        region = query.get("region", "us-east-1")
        return cls(parts.netloc, parts.path.strip("/"), endpoint, region, query.get("lock") != "none")

    def store(self, credentials: Credentials, *, prefix: str = "", headers: Mapping[str, str] | None = None) -> S3Store:
        """The library's store below the prefix; each upload carries the SHA-256 of its parts."""
        return S3Store(
            self.name,
            prefix="/".join(filter(None, (self.prefix, prefix))) or None,
            endpoint=self.endpoint or None,
            region=self.region,
            access_key_id=credentials.access_key_id,
            secret_access_key=credentials.secret_access_key,
            virtual_hosted_style_request=False,
            checksum_algorithm="sha256",
            client_options=_client(self.endpoint, headers or {}),
            retry_config={"max_retries": 4},
        )

    def lock(self, store: S3Store, credentials: Credentials, at: datetime) -> Lock | None:
        """How the bucket locks, proved by trying to remove what was just put; None where it does not lock.

        Raises BrokenError `store:lock` where the bucket says that it locks and yet lets go.
        """
        status, answer = self._ask(credentials, "GET", "", {"object-lock": ""}, at)
        if status == 404 or b"DefaultRetention" not in answer:
            return None
        if status != 200:
            raise _unexpected("tells nothing of its object lock", status)
        said = {name.decode(): text.decode() for name, text in _RULE.findall(answer)}
        period = " ".join(f"{said[unit]} {unit.lower()}" for unit in ("Years", "Days") if int(said.get(unit) or 0))
        probe = f"probe-{at:%Y%m%dT%H%M%S%f}"
        version = obstore.put(store, probe, b"May this be removed?", use_multipart=False)["version"]
        key = "/".join(filter(None, (str(store.prefix or ""), probe)))
        status, _ = self._ask(credentials, "DELETE", key, {"versionId": version or "null"}, at)
        if status != 403:
            raise BrokenError(
                f"The bucket says that it locks for {period}, and let a version be removed at once (HTTP {status}).",
                code="store:lock",
                next_step="Enable versioning and object lock with a default retention on the bucket.",
            )
        return Lock(said.get("Mode", ""), period)

    def _ask(
        self, credentials: Credentials, method: str, key: str, query: dict[str, str], at: datetime
    ) -> tuple[int, bytes]:
        parts = urlsplit(self.endpoint or f"https://s3.{self.region}.amazonaws.com")
        path = f"{parts.path.rstrip('/')}/{self.name}" + (f"/{key}" if key else "")
        headers = signed_headers(credentials, method, parts.netloc, path, query, region=self.region, at=at)
        kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
        connection = kind(parts.netloc, timeout=SECONDS)
        try:
            connection.request(method, f"{quote(path)}?{query_text(query)}", headers=headers)
            response = connection.getresponse()
            return response.status, response.read(LARGEST_ANSWER)
        except (OSError, HTTPException) as error:
            raise UnavailableError(
                f"The store at {parts.netloc} does not answer: {error}.",
                code="store:unreachable",
                next_step="See whether the store runs and the address in node.json is right.",
            ) from error
        finally:
            connection.close()


def _client(endpoint: str, headers: Mapping[str, str]) -> Any:
    return {
        "allow_http": endpoint.startswith("http://"),
        "timeout": f"{SECONDS * 10}s",
        "connect_timeout": f"{SECONDS}s",
        "default_headers": dict(headers),
    }


def _unexpected(what: str, status: int) -> UnavailableError:
    return UnavailableError(
        f"The bucket {what} (HTTP {status}).",
        code="store:refused",
        next_step="Let the node's key read and write objects and read the bucket's object lock.",
    )
