"""How content keys rest in the database: wrapped by the node's keyring, bound to the content they open."""

from typing import Protocol

from comity.seals.stream import ContentKey


class Wrapper(Protocol):
    """What the node's keyring can do for this room."""

    def wrap(self, context: str, secret: bytes) -> bytes: ...

    def unwrap(self, context: str, wrapped: bytes) -> bytes: ...


def _context(digest: str) -> str:
    return f"comity/store/content/{digest}"


def wrapped_key(keys: Wrapper, digest: str, key: ContentKey) -> bytes:
    return keys.wrap(_context(digest), key.to_bytes())


def unwrapped_key(keys: Wrapper, digest: str, wrapped: bytes) -> ContentKey:
    return ContentKey.from_bytes(keys.unwrap(_context(digest), wrapped))
