"""Canonical JSON (RFC 8785), strict both ways: one value has one spelling in bytes.

Beyond RFC 8785, floats are refused (money is a decimal string) and so is whatever a peer could use to make two readers
see two values: duplicate keys, lone surrogates, a byte order mark, and any bytes that are not their own re-encoding.
"""

import base64
import binascii
import hashlib
import json
import re
from typing import Any, NoReturn

import rfc8785

from comity.values.errors import InvalidInputError

MAX_INTEGER = (1 << 53) - 1
MAX_DEPTH = 32
MAX_BYTES = 4 << 20

_STRING = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)', re.DOTALL)
_NOT_BRACKETS = bytes(byte for byte in range(256) if byte not in b"[]{}")
_LEAVES = frozenset({str, bool, type(None)})
_LONGEST_INTEGER = len(str(-MAX_INTEGER))
_dumps = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), check_circular=False).encode


def encode(value: Any) -> bytes:
    """The RFC 8785 bytes of a JSON value made of dict, list, tuple, str, int, bool and None.

    Raises InvalidInputError `canonical:float`, `canonical:integer` (beyond 2^53-1), `canonical:key` (not a string),
    `canonical:type`, `canonical:depth` (over 32) or `canonical:surrogate`, with the place of the fault.
    """
    fault = _fault(value, MAX_DEPTH)
    if fault is not None:
        code, place, sentence = fault
        raise InvalidInputError(sentence, code=code, place=place.removeprefix("."))
    return _spell(value)


def decode(data: bytes, *, max_bytes: int = MAX_BYTES, max_depth: int = MAX_DEPTH) -> Any:
    """The JSON value of canonical bytes; size and depth are bounded before any value is built.

    Raises InvalidInputError `canonical:size`, `canonical:depth`, `canonical:utf8`, `canonical:bom`, `canonical:float`,
    `canonical:integer`, `canonical:surrogate`, `canonical:json`, `canonical:duplicate-key` or `canonical:spelling`.
    """
    if len(data) > max_bytes:
        raise InvalidInputError(
            f"The message has {len(data)} bytes; at most {max_bytes} are read. Nothing of it was read.",
            code="canonical:size",
        )
    _refuse_deep(data, max_depth)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise InvalidInputError(
            "The bytes are not UTF-8.", code="canonical:utf8", place=f"byte {error.start}"
        ) from error
    if text.startswith("\ufeff"):
        raise InvalidInputError("The bytes begin with a byte order mark; send them without.", code="canonical:bom")
    value = _parse(text)
    if _spell(value) != data:
        _parse(text, object_pairs_hook=_refuse_duplicates)
        raise InvalidInputError(
            "The bytes are not canonical JSON (RFC 8785): encoded again they differ.", code="canonical:spelling"
        )
    return value


def digest_of(value: Any) -> str:
    """SHA-256 of the canonical bytes, as 64 lowercase hex characters."""
    return hashlib.sha256(encode(value)).hexdigest()


def sha256_hex(data: bytes) -> str:
    """SHA-256 of the bytes, as 64 lowercase hex characters."""
    return hashlib.sha256(data).hexdigest()


def to_b64(data: bytes) -> str:
    """Base64url without padding (RFC 4648, 5): how bytes stand in canonical JSON."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def from_b64(text: str) -> bytes:
    """The bytes of unpadded base64url; a second spelling of the same bytes is refused (`canonical:base64`)."""
    try:
        data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise InvalidInputError("This is not unpadded base64url.", code="canonical:base64") from error
    if to_b64(data) != text:
        raise InvalidInputError("These bytes have another, canonical base64url spelling.", code="canonical:base64")
    return data


def _spell(value: Any) -> bytes:
    """RFC 8785 bytes of a value already known to hold no float, foreign type or non-string key.

    The standard encoder sorts keys by code point, RFC 8785 (3.2.3) by UTF-16 unit. The two differ only when a
    character beyond the basic plane occurs, so only then does the slower library that knows the difference spell.
    """
    text = _dumps(value)
    try:
        if not text.isascii() and len(text.encode("utf-16-le")) != 2 * len(text):
            return rfc8785.dumps(value)
        return text.encode("utf-8")
    except (UnicodeEncodeError, rfc8785.CanonicalizationError) as error:
        raise InvalidInputError(
            "A text holds half of a surrogate pair, which no UTF-8 can spell.", code="canonical:surrogate"
        ) from error


_Fault = tuple[str, str, str]
"""Code, place and sentence of something that has no canonical spelling."""


def _fault(value: Any, depth_left: int) -> _Fault | None:
    """The first fault in a value, if any; at most `depth_left` containers may stand inside one another."""
    if value is None or isinstance(value, (str, bool)):
        return None
    if isinstance(value, (dict, list, tuple)):
        return _fault_inside(value, depth_left)
    if isinstance(value, int):
        if -MAX_INTEGER <= value <= MAX_INTEGER:
            return None
        return "canonical:integer", "", "An integer lies beyond 2^53-1; write it as text."
    if isinstance(value, float):
        return "canonical:float", "", "A float has no one spelling; write a decimal as text."
    return "canonical:type", "", f"A {type(value).__name__} has no canonical JSON spelling."


def _fault_inside(container: dict[Any, Any] | list[Any] | tuple[Any, ...], depth_left: int) -> _Fault | None:
    if depth_left == 0:
        return "canonical:depth", "", f"The value is nested deeper than {MAX_DEPTH}."
    named = isinstance(container, dict)
    for name, part in container.items() if isinstance(container, dict) else enumerate(container):
        if named and not isinstance(name, str):
            return "canonical:key", f"[{name!r}]", "An object's keys must be texts."
        if type(part) in _LEAVES:
            continue
        fault = _fault(part, depth_left - 1)
        if fault is not None:
            code, place, sentence = fault
            return code, (f".{name}{place}" if named else f"[{name}]{place}"), sentence
    return None


def _refuse_deep(data: bytes, max_depth: int) -> None:
    """Refuse nesting over `max_depth` by brackets outside strings, in linear time, before anything is parsed."""
    if data.count(b"[") + data.count(b"{") <= max_depth:
        return
    depth = 0
    for bracket in _STRING.sub(b"", data).translate(None, _NOT_BRACKETS):
        if bracket in b"[{":
            depth += 1
            if depth > max_depth:
                raise InvalidInputError(f"The JSON is nested deeper than {max_depth}.", code="canonical:depth")
        else:
            depth -= 1


def _parse(text: str, **hooks: Any) -> Any:
    try:
        return json.loads(text, parse_float=_refuse_float, parse_constant=_refuse_float, parse_int=_integer, **hooks)
    except json.JSONDecodeError as error:
        raise InvalidInputError(
            f"This is not JSON: {error.msg}.", code="canonical:json", place=f"character {error.pos}"
        ) from error


def _integer(digits: str) -> int:
    if len(digits) <= _LONGEST_INTEGER and -MAX_INTEGER <= (number := int(digits)) <= MAX_INTEGER:
        return number
    raise InvalidInputError("An integer lies beyond 2^53-1.", code="canonical:integer", place=digits[:20])


def _refuse_float(text: str) -> NoReturn:
    raise InvalidInputError("A number is not an integer.", code="canonical:float", place=text[:20])


def _refuse_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, part in pairs:
        if key in found:
            raise InvalidInputError("An object names a key twice.", code="canonical:duplicate-key", place=key[:80])
        found[key] = part
    return found
