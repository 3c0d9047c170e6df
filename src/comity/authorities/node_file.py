"""`node.json`: what a node's folder says of the node, without any secret."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from comity.values.errors import InvalidInputError, MissingError

RESTORED = "restored"
"""A file in the folder of a node that came back from a backup, until its partners are being asked what it lacks."""


@dataclass(frozen=True)
class NodeFile:
    """What `node.json` says of the node."""

    node_id: str
    host: str
    web_port: int
    exchange_port: int
    exercise: bool
    database: str = ""
    """Empty: the embedded SQLite file in the folder; else a PostgreSQL address."""
    store: str = ""
    """Empty: evidence lies in `vault/` of the folder; else a bucket's address, `s3://BUCKET/PREFIX?endpoint=...`."""
    timestamps: str = ""
    """Empty, or the address of a timestamp authority (RFC 3161); its roots stand in `timestamps.pem` of the folder."""
    public_endpoint: str = ""
    """Where partners reach the exchange port, if not at the port itself: `https://host:port`."""
    public_origin: str = ""
    """Where officers' browsers reach the pages through the TLS proxy: `https://host`, no path."""
    sign_in: dict[str, Any] | None = None
    """The provider of single sign-on: `issuer`, `client_id`, `name`, and `acr` where it may stand for the code."""
    glass: dict[str, Any] | None = None
    """For when the ledger is down: `journal` and `packs`, folders on other storage, and the packs' `recipient` key."""

    def __post_init__(self) -> None:
        if self.sign_in is not None:
            _expect_provider(self.sign_in)
        if self.glass is not None:
            _expect_glass(self.glass)
        parts = urlsplit(self.public_origin)
        if self.public_origin and (parts.scheme != "https" or f"https://{parts.netloc}" != self.public_origin):
            raise InvalidInputError(
                f"public_origin is {self.public_origin!r}, which is not https:// and a host.",
                code="node:origin",
                place="public_origin",
                next_step="Write it as browsers do, e.g. https://mla.example, without a path.",
            )

    @property
    def origin(self) -> str:
        return self.public_origin or f"http://localhost:{self.web_port}"

    @property
    def hosts(self) -> list[str]:
        """The host names under which the listeners are asked, besides loopback."""
        found = (urlsplit(self.origin).hostname, urlsplit(self.endpoint).hostname, self.host)
        return [f"[{name}]" if ":" in name else name for name in dict.fromkeys(filter(None, found))]

    @property
    def endpoint(self) -> str:
        """Where partners reach the exchange port: the address in front of it, or the port itself."""
        return self.public_endpoint or f"https://{self.host}:{self.exchange_port}"

    @property
    def endpoint_host(self) -> str:
        """The host partners call: the name their TLS certificate of ours carries first."""
        return urlsplit(self.endpoint).hostname or self.host

    def write(self, folder: Path) -> None:
        (folder / "node.json").write_text(json.dumps(asdict(self), indent=1) + "\n")


def _expect_provider(said: dict[str, Any]) -> None:
    issuer, known = urlsplit(str(said.get("issuer", ""))), {"issuer", "client_id", "name", "acr"}
    secure = issuer.scheme == "https" or (issuer.scheme == "http" and issuer.hostname == "localhost")
    named = all(isinstance(said.get(one), str) and said[one] for one in ("issuer", "client_id", "name"))
    if not (secure and issuer.hostname and named and set(said) <= known and isinstance(said.get("acr", []), list)):
        raise InvalidInputError(
            "sign_in does not name a provider of single sign-on.",
            code="node:provider",
            place="sign_in",
            next_step="It has issuer (https), client_id and name, and acr (a list) where that stands for the code.",
        )


def _expect_glass(said: dict[str, Any]) -> None:
    folders = all(isinstance(said.get(one), str) and Path(said[one]).is_absolute() for one in ("journal", "packs"))
    if not (set(said) == {"journal", "packs", "recipient"} and folders and isinstance(said["recipient"], dict)):
        raise InvalidInputError(
            "glass does not name a journal's folder, a folder of packs and a recipient's key.",
            code="node:glass",
            place="glass",
            next_step="Let it be written: comity node continuity prepare DIR --help",
        )


def read_node_file(folder: Path) -> NodeFile:
    """Raises `MissingError` where there is no node, `InvalidInputError` where its file cannot be read."""
    path = folder / "node.json"
    if not path.is_file():
        raise MissingError(
            f"There is no node in {folder}.",
            code="node:missing",
            next_step="Make one: comity node init DIR --roster FILE",
        )
    try:
        value: dict[str, Any] = json.loads(path.read_text())
        return NodeFile(**value)
    except (ValueError, TypeError) as error:
        raise InvalidInputError(f"{path} cannot be read: {error}.", code="node:file", place=str(path)) from error
