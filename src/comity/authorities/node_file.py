"""`node.json`: what a node's folder says of the node, without any secret."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from comity.values.errors import InvalidInputError, MissingError


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
    public_endpoint: str = ""

    @property
    def origin(self) -> str:
        return f"http://localhost:{self.web_port}"

    @property
    def endpoint(self) -> str:
        """Where partners reach the exchange port: the address in front of it, or the port itself."""
        return self.public_endpoint or f"https://{self.host}:{self.exchange_port}"

    def write(self, folder: Path) -> None:
        (folder / "node.json").write_text(json.dumps(asdict(self), indent=1) + "\n")


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
