"""The sheet every letter is set on: ribbon, sender, addressee, references, signature, footer.

The context a face hands in (every key optional, every text plain or keyed by language):

    exercise            true when the node is a training node: each page is marked
    handling            "H1", or {"code": "H1", "text": …}
    sender, addressee   {"state": "CH", "name": …, "lines": [address, contact, …]}
    our_reference, their_reference, place, date ("2026-11-02")
    channel             how it travels: central, direct, diplomatic, interpol, or in words
    legal_basis         [{"instrument": code, "title": …, "provision": …, "verified": bool, "subsidiary": bool}]
    signatory           {"name": …, "function": …, "signed_on": "2026-11-02" or null}
    digest              SHA-256 of what the document shows; the content's own is taken where none is given
    sealed              false leaves out the sentence about the office's seal
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from comity.documents.blocks import Block, unverified
from comity.documents.wording import day, phrase, said, said_or_original
from comity.forms.catalogue import has_term, term
from comity.seals.canonical import digest_of
from comity.values.country import country_name
from comity.values.errors import InvalidInputError
from comity.values.handling import Handling
from comity.values.language import direction

MAX_RIBBON = 240


@dataclass(frozen=True)
class Telling:
    """What a document is composed from: the content, the context and the language it is set in."""

    content: Mapping[str, Any]
    context: Mapping[str, Any]
    language: str

    @property
    def original(self) -> str:
        return str(self.content.get("language") or self.language)

    def phrase(self, key: str, /, **values: str) -> str:
        return phrase(key, self.language, **values)

    def text(self, value: Any) -> str:
        return said_or_original(value, self.language, self.original)

    def name(self, value: Any) -> str:
        """A name, an address or a citation: untranslated it stands as in the original, without remark."""
        return self.text(value) if said(value, self.language) else said(value, self.original) or _any(value)

    def instrument(self, code: Any, otherwise: str = "") -> str:
        """An instrument's title in the document's language by its code; else the title given, else the code."""
        known = has_term("instrument", str(code))
        return term("instrument", str(code), self.language) if known else otherwise or str(code or "")

    def provision(self, provision: str) -> str:
        """A provision as it is cited in the document's language: the data cite articles in the plural as `Arts`."""
        plural = {"en": "Arts ", "es": "Arts. "}.get(self.language, "Art. ")
        return provision.replace("Arts ", plural)

    def day(self, value: Any) -> str:
        return day(str(value), self.language) if value else ""


def side(telling: Telling, role: str) -> Block:
    found = telling.context.get(role) or {}
    state = found.get("state")
    return {
        "state": country_name(state, telling.language) if state else "",
        "name": telling.name(found.get("name")),
        "lines": [line for line in (telling.name(value) for value in found.get("lines", [])) if line],
    }


def ribbon(telling: Telling) -> Block:
    given = telling.context.get("handling") or Handling.H0.value
    code = given["code"] if isinstance(given, Mapping) else str(given)
    if code not in set(Handling):
        raise InvalidInputError(
            f"'{str(code)[:20]}' is not a handling code. Nothing was made.",
            code="document:handling",
            place="handling",
            next_step="Write H0, H1, H2 or H3.",
        )
    stated = telling.text(given.get("text")) if isinstance(given, Mapping) else ""
    if len(stated) > MAX_RIBBON:
        raise InvalidInputError(
            f"The restriction on the ribbon has {len(stated)} characters; {MAX_RIBBON} fit at the head of a page.",
            code="document:ribbon",
            place="handling.text",
            next_step="Name it in short there and state it in full under the conditions of use.",
        )
    return {
        "code": code,
        "label": telling.phrase("handling"),
        "text": stated or term("handling", code, telling.language),
        "exercise": telling.phrase("exercise_note") if telling.context.get("exercise") else "",
        "watermark": telling.phrase("exercise") if telling.context.get("exercise") else "",
    }


def references(telling: Telling) -> list[Block]:
    context = telling.context
    found = [
        ("our_reference", str(context.get("our_reference") or "")),
        ("their_reference", str(context.get("their_reference") or "")),
        ("by_way_of", term("channel", telling.name(context.get("channel")), telling.language)),
    ]
    return [{"label": telling.phrase(key), "value": value} for key, value in found if value]


def place_and_date(telling: Telling) -> str:
    place, on = telling.name(telling.context.get("place")), telling.day(telling.context.get("date"))
    return telling.phrase("dated_at", place=place, date=on) if place and on else on or place


def signature(telling: Telling) -> Block:
    person = telling.context.get("signatory") or {}
    on = person.get("signed_on")
    return {
        "name": telling.name(person.get("name")),
        "function": telling.name(person.get("function")),
        "state": telling.phrase("signed", date=telling.day(on)) if on else telling.phrase("unsigned"),
        "signed": bool(on),
        "seal": telling.phrase("office_seal") if telling.context.get("sealed", True) else "",
    }


def sheet(
    telling: Telling,
    kind: str,
    title: str,
    sections: Sequence[Block | None],
    *,
    subtitle: str = "",
    opening: Sequence[str] = (),
    closing: Sequence[str] = (),
    notes: Sequence[str] = (),
) -> dict[str, Any]:
    """Everything a template needs, as plain JSON data: texts only, no markup, in one language."""
    language = telling.language
    kept = [item for item in sections if item]
    remarks = [note for note in notes if note]
    if unverified(kept):
        remarks.append(phrase("not_verified_note", language))
    return {
        "kind": kind,
        "language": language,
        "direction": direction(language),
        "ribbon": ribbon(telling),
        "sender": side(telling, "sender"),
        "addressee": side(telling, "addressee"),
        "references": references(telling),
        "place_date": place_and_date(telling),
        "title": title,
        "subtitle": subtitle,
        "opening": [text for text in opening if text],
        "sections": kept,
        "closing": [text for text in closing if text],
        "signature": signature(telling),
        "notes": remarks,
        "footer": {
            "reference": str(telling.context.get("our_reference") or ""),
            "digest": str(telling.context.get("digest") or digest_of(dict(telling.content))),
        },
        "words": {
            key: phrase(key, language)
            for key in ("not_verified", "page", "of", "digest", "to", "confidential_mark", "not_stated")
        },
    }


def _any(value: Any) -> str:
    """The first text of a keyed one, for a name given in neither language."""
    return next((str(text) for text in value.values() if text), "") if isinstance(value, Mapping) else ""
