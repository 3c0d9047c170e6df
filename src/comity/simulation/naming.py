"""Names of messages that follow from the seed: a message's digest, but for what no seed can decide.

ML-DSA signs with randomness of its own. A message's digest leaves its own signature out, but evidence returns with
custody events whose signatures stand in its body; they, and the digests of such predecessors, are left out here.
"""

from collections.abc import Mapping
from typing import Any

from django.db import connection

from comity.seals.canonical import decode, digest_of
from comity.simulation.node import SimulatedNode


def names_of(nodes: Mapping[str, SimulatedNode]) -> dict[str, str]:
    """Digest to name, for every message any node holds."""
    contents: dict[str, bytes] = {}
    for node in nodes.values():
        with node.acting(), connection.cursor() as cursor:
            cursor.execute("SELECT digest, content FROM exchange_storedmessage")
            contents |= {digest: bytes(content) for digest, content in cursor.fetchall()}
    values = {digest: decode(content) for digest, content in contents.items()}
    names: dict[str, str] = {}
    stack = list(values)
    while stack:
        digest = stack[-1]
        missing = [one for one in values[digest]["follows"] if one in values and one not in names]
        if missing:
            stack += missing
            continue
        stack.pop()
        names[digest] = _name(digest, values[digest], names)
    return names


def _name(digest: str, value: dict[str, Any], names: Mapping[str, str]) -> str:
    follows = [names.get(one, one) for one in value["follows"]]
    body = _unsigned(value["body"])
    return (
        digest
        if (follows, body) == (value["follows"], value["body"])
        else digest_of(value | {"follows": follows, "body": body})
    )


def _unsigned(value: Any) -> Any:
    """The value without the signatures in it."""
    if isinstance(value, dict):
        return {key: _unsigned(part) for key, part in value.items() if key != "signature"}
    return [_unsigned(part) for part in value] if isinstance(value, list) else value
