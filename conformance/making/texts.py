"""Vectors for how values are spelled: canonical JSON, base64url, instants and references."""

import hashlib
from collections.abc import Iterator

from comity.seals.canonical import to_b64
from conformance.making.page import Page

_ROUND = [
    ("the empty object", b"{}"),
    ("the empty array", b"[]"),
    ("null", b"null"),
    ("true", b"true"),
    ("an empty text", b'""'),
    ("zero", b"0"),
    ("a negative integer", b"-17"),
    ("the largest integer", b"9007199254740991"),
    ("the smallest integer", b"-9007199254740991"),
    ("keys in order", b'{"a":1,"b":[true,null]}'),
    ("an upper-case letter before a lower-case one", b'{"B":1,"a":2}'),
    ("letters of several scripts, unescaped", '{"é":"ñ","ж":"中","ع":"x"}'.encode()),
    ("a key beyond the basic plane before U+FB33, as UTF-16 orders them", '{"😀":1,"\ufb33":2}'.encode()),
    ("the short escapes", b'"\\b\\t\\n\\f\\r\\"\\\\"'),
    ("other control characters as lower-case \\u00xx", b'"\\u0001\\u001f"'),
    ("a solidus unescaped", b'"a/b"'),
    ("U+2028 unescaped", '"\u2028"'.encode()),
    ("DEL unescaped", b'"\x7f"'),
    ("32 levels of nesting", b"[" * 32 + b"]" * 32),
    ("brackets inside a text do not nest", b'"' + b"[" * 40 + b'"'),
]
_NOT_CANONICAL = [
    ("a space after a colon", b'{"a": 1}', "canonical:spelling"),
    ("a line feed at the end", b"{}\n", "canonical:spelling"),
    ("a space before", b" {}", "canonical:spelling"),
    ("keys out of order", b'{"b":1,"a":2}', "canonical:spelling"),
    ("keys in code point order where UTF-16 order differs", '{"\ufb33":2,"😀":1}'.encode(), "canonical:spelling"),
    ("an escaped solidus", b'"a\\/b"', "canonical:spelling"),
    ("an escaped letter", b'"\\u0061"', "canonical:spelling"),
    ("an upper-case escape", b'"\\u001F"', "canonical:spelling"),
    ("a long escape where a short one exists", b'"\\u000a"', "canonical:spelling"),
    ("an escaped character beyond ASCII", b'"\\u00e9"', "canonical:spelling"),
    ("an escaped surrogate pair", b'"\\ud83d\\ude00"', "canonical:spelling"),
    ("minus zero", b"-0", "canonical:spelling"),
    ("a key named twice", b'{"a":1,"a":2}', "canonical:duplicate-key"),
    ("a key named twice with the same value", b'{"a":1,"a":1}', "canonical:duplicate-key"),
    ("a key named twice, deep inside", b'{"x":[{"a":1,"a":1}]}', "canonical:duplicate-key"),
    ("a fraction", b"1.5", "canonical:float"),
    ("a whole number written as a fraction", b"1.0", "canonical:float"),
    ("an exponent", b"1e3", "canonical:float"),
    ("NaN", b"NaN", "canonical:float"),
    ("Infinity", b"Infinity", "canonical:float"),
    ("minus Infinity", b"-Infinity", "canonical:float"),
    ("an integer beyond 2^53-1", b"9007199254740992", "canonical:integer"),
    ("a negative integer beyond 2^53-1", b"-9007199254740992", "canonical:integer"),
    ("an integer of a hundred digits", b"9" * 100, "canonical:integer"),
    ("a lone high surrogate", b'"\\ud800"', "canonical:surrogate"),
    ("a lone low surrogate", b'"\\udc00"', "canonical:surrogate"),
    ("a lone surrogate as a key", b'{"\\ud800":1}', "canonical:surrogate"),
    ("a byte order mark", b"\xef\xbb\xbf{}", "canonical:bom"),
    ("a byte that is not UTF-8", b'"\xff"', "canonical:utf8"),
    ("an overlong UTF-8 spelling", b'"\xc0\xaf"', "canonical:utf8"),
    ("a surrogate spelled in UTF-8", b'"\xed\xa0\x80"', "canonical:utf8"),
    ("UTF-16", '{"a":1}'.encode("utf-16-le"), "canonical:json"),
    ("nothing at all", b"", "canonical:json"),
    ("a trailing comma", b"[1,]", "canonical:json"),
    ("a comment", b"{}//", "canonical:json"),
    ("two values", b"{}{}", "canonical:json"),
    ("a text that does not end", b'"abc', "canonical:json"),
    ("an object that does not end", b'{"a":1', "canonical:json"),
    ("single quotes", b"{'a':1}", "canonical:json"),
    ("a raw control character in a text", b'"\x01"', "canonical:json"),
    ("a leading zero", b"01", "canonical:json"),
    ("a plus sign", b"+1", "canonical:json"),
    ("33 levels of nesting", b"[" * 33 + b"]" * 33, "canonical:depth"),
    ("a hundred thousand open brackets", b"[" * 100_000, "canonical:depth"),
]


def pages() -> Iterator[Page]:
    yield _decoding()
    yield _encoding()
    yield _base64()
    yield _instants()
    yield _references()


def _decoding() -> Page:
    page = Page("canonical-decode", "Bytes that are canonical JSON, and bytes that are not (protocol, 1.1).")
    for says, data in _ROUND:
        page.accept(says, {"bytes": to_b64(data)}, {"sha256": hashlib.sha256(data).hexdigest()})
    for says, data, code in _NOT_CANONICAL:
        page.reject(says, {"bytes": to_b64(data)}, code)
    return page


def _encoding() -> Page:
    page = Page("canonical-encode", "A JSON text read by any parser, and its one canonical spelling (protocol, 1.1).")
    for says, text, data in (
        ("keys are sorted and spaces go", '{ "b" : 1, "a" : [ 2 ] }', b'{"a":[2],"b":1}'),
        ("escapes are undone", '"\\u00e9\\/\\u0061"', '"é/a"'.encode()),
        ("control characters get their short escapes", '"\\u000a\\u0009"', b'"\\n\\t"'),
        ("keys sort by UTF-16 unit", '{"\\ufb33":1,"\\ud83d\\ude00":2}', '{"😀":2,"\ufb33":1}'.encode()),
        ("nested objects are sorted too", '{"z":{"b":1,"a":2}}', b'{"z":{"a":2,"b":1}}'),
        ("a prefix of a key comes first", '{"ab":1,"a":2}', b'{"a":2,"ab":1}'),
        ("an empty key comes first", '{"a":1,"":2}', b'{"":2,"a":1}'),
    ):
        page.accept(says, {"json": text}, {"bytes": to_b64(data)})
    for says, text, code in (
        ("a fraction has no spelling", "1.5", "canonical:float"),
        ("a fraction deep inside", '{"a":[{"b":0.1}]}', "canonical:float"),
        ("an integer beyond 2^53-1", "9007199254740992", "canonical:integer"),
        ("a lone surrogate", '"\\ud800"', "canonical:surrogate"),
        ("a lone surrogate in a key", '{"\\udfff":1}', "canonical:surrogate"),
        ("33 levels", "[" * 33 + "]" * 33, "canonical:depth"),
    ):
        page.reject(says, {"json": text}, code)
    return page


def _base64() -> Page:
    page = Page("base64", "Bytes as base64url without padding, in its one spelling (protocol, 1.2).")
    for says, text, found in (
        ("nothing", "", ""),
        ("one byte", "AA", "00"),
        ("two bytes", "AAE", "0001"),
        ("three bytes", "AAEC", "000102"),
        ("the two letters of the URL alphabet", "-_8", "fbff"),
    ):
        page.accept(says, {"text": text}, {"hex": found})
    for says, text in (
        ("padding", "AA=="),
        ("the standard alphabet", "+/8"),
        ("a space", "AA EC"),
        ("a line feed", "AAEC\n"),
        ("a length no bytes have", "A"),
        ("left-over bits that are not zero, one byte", "AB"),
        ("left-over bits that are not zero, two bytes", "AAF"),
        ("a letter of no alphabet", "AA*C"),
        ("a letter beyond ASCII", "AAé"),
    ):
        page.reject(says, {"text": text}, "canonical:base64")
    return page


def _instants() -> Page:
    page = Page("instant", "Instants in UTC to the millisecond (protocol, 1.3).")
    for says, text, milliseconds in (
        ("an instant", "2026-11-21T18:28:44.120Z", 1795285724120),
        ("the epoch", "1970-01-01T00:00:00.000Z", 0),
        ("a leap day", "2028-02-29T23:59:59.999Z", 1835481599999),
    ):
        page.accept(says, {"text": text}, {"milliseconds": milliseconds})
    for says, text in (
        ("no milliseconds", "2026-11-21T18:28:44Z"),
        ("microseconds", "2026-11-21T18:28:44.120000Z"),
        ("an offset", "2026-11-21T18:28:44.120+00:00"),
        ("no zone", "2026-11-21T18:28:44.120"),
        ("a lower-case z", "2026-11-21T18:28:44.120z"),
        ("a space for the T", "2026-11-21 18:28:44.120Z"),
        ("a day that does not exist", "2026-02-29T00:00:00.000Z"),
        ("the month 13", "2026-13-01T00:00:00.000Z"),
        ("hour 24", "2026-11-21T24:00:00.000Z"),
        ("a leap second", "2016-12-31T23:59:60.000Z"),
        ("digits of another script", "٢٠٢٦-11-21T18:28:44.120Z"),
        ("a line feed at the end", "2026-11-21T18:28:44.120Z\n"),
        ("nothing", ""),
    ):
        page.reject(says, {"text": text}, "input:instant")
    return page


def _references() -> Page:
    page = Page("reference", "References: authority, kind and id (protocol, 1.4).")
    number = "01a1fd70-f1c0-7000-8000-000000000000"
    for says, code, kind in (
        ("a dossier", "CH-FOJ", "dossier"),
        ("an item", "CO-FGN", "item"),
        ("an office code with digits", "DE-F14", "message"),
    ):
        page.accept(says, {"text": f"{code}:{kind}:{number}"}, {"authority": code, "kind": kind, "id": number})
    for says, text in (
        ("a lower-case authority", f"ch-foj:dossier:{number}"),
        ("an authority without its office", f"CH:dossier:{number}"),
        ("an office code of thirteen letters", f"CH-ABCDEFGHIJKLM:dossier:{number}"),
        ("a kind that is none", f"CH-FOJ:request:{number}"),
        ("an upper-case kind", f"CH-FOJ:Dossier:{number}"),
        ("an upper-case id", f"CH-FOJ:dossier:{number.upper()}"),
        ("an id without dashes", f"CH-FOJ:dossier:{number.replace('-', '')}"),
        ("an id in braces", f"CH-FOJ:dossier:{{{number}}}"),
        ("an id that is none", "CH-FOJ:dossier:12"),
        ("two parts", f"CH-FOJ:{number}"),
        ("four parts", f"CH-FOJ:dossier:{number}:x"),
        ("a space at the end", f"CH-FOJ:dossier:{number} "),
        ("nothing", ""),
    ):
        page.reject(says, {"text": text}, "input:reference")
    return page
