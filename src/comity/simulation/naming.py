"""Names of messages that follow from the seed: a message's digest, but for what no seed can decide.

ML-DSA signs with randomness of its own. A message's digest leaves its own signature out, but evidence returns with
custody events whose signatures stand in its body. They are left out here, and so is what follows from them: the digests
of messages that such events and messages name are replaced by those messages' names.
"""

from collections.abc import Iterator, Mapping
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
    return _named(values)


def _named(values: Mapping[str, dict[str, Any]]) -> dict[str, str]:
    """Each message's name; those that it follows, or speaks of, have theirs before it."""
    before = {
        digest: [one for one in (*value["follows"], *_mentioned(value["body"])) if one in values]
        for digest, value in values.items()
    }
    names: dict[str, str] = {}
    stack = list(values)
    while stack:
        digest = stack[-1]
        missing = [one for one in before[digest] if one not in names]
        if missing:
            stack += missing
            continue
        stack.pop()
        names[digest] = _name(digest, values[digest], names)
    return names


def _name(digest: str, value: dict[str, Any], names: Mapping[str, str]) -> str:
    follows = [names.get(one, one) for one in value["follows"]]
    if follows != value["follows"]:
        follows.sort()  # what a message follows stands in the order of digests, which no seed decides
    body = _settled(value["body"], names)
    return (
        digest
        if (follows, body) == (value["follows"], value["body"])
        else digest_of(value | {"follows": follows, "body": body})
    )


def _mentioned(value: Any) -> Iterator[str]:
    """Every text within the value."""
    if isinstance(value, dict):
        for part in value.values():
            yield from _mentioned(part)
    elif isinstance(value, list):
        for part in value:
            yield from _mentioned(part)
    elif isinstance(value, str):
        yield value


def _settled(value: Any, names: Mapping[str, str]) -> Any:
    """The value without its signatures and links of custody, every message in it under its name."""
    if isinstance(value, dict):
        return {key: _settled(part, names) for key, part in value.items() if key not in {"signature", "previous"}}
    if isinstance(value, list):
        return [_settled(part, names) for part in value]
    return names.get(value, value) if isinstance(value, str) else value
