"""The content of a request: the one canonical shape that the draft, the form and the message body share.

A field that is absent is not stated. A text is either plain or keyed by language (`{"fr": …, "es": …}`), of which the
content's `language` is the original and the others are its translations. Reading is strict: an unknown field, a wrong
kind of value or a reference to a person who is not there is refused with its place. Blank texts are dropped and outer
spaces trimmed, so that reading what was read changes nothing.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from comity.values.country import country_names
from comity.values.errors import InvalidInputError
from comity.values.language import parse_language

MAX_TEXT = 20_000
MAX_LINE = 1_000
MAX_ITEMS = 200

Reader = Callable[[Any, str], Any]
"""Takes a value and its place; gives the value as it is kept, None when nothing is stated, or refuses."""

_CODE = re.compile(r"[a-z0-9][a-z0-9_-]{0,59}")
_CATEGORY = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,59}")
_INSTRUMENT = re.compile(r"[A-Z0-9][A-Z0-9-]{1,59}")
_CURRENCY = re.compile(r"[A-Z]{3}")
_AMOUNT = re.compile(r"\d{1,18}(\.\d{1,4})?")
_LANGUAGE = re.compile(r"[a-z]{2,3}")
_PLACE = re.compile(r"(?P<head>[a-z_]+)(\[(?P<index>\d{1,3})\])?(\.[a-z_]+)?")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069\ufeff]")
"""Control characters, and the signs that turn the direction of the text that follows: none belongs in a letter."""


def refuse(what: str, place: str, sentence: str, next_step: str = "") -> InvalidInputError:
    return InvalidInputError(sentence, code=f"content:{what}", place=place, next_step=next_step)


def text(limit: int = MAX_TEXT) -> Reader:
    def read(value: Any, place: str) -> str | None:
        if not isinstance(value, str):
            raise refuse("text", place, f"A text must stand at {place}.")
        kept = value.replace("\r\n", "\n").strip()
        if len(kept) > limit:
            raise refuse("length", place, f"The text at {place} has {len(kept)} characters; at most {limit} are taken.")
        if found := _CONTROL.search(kept):
            sign = f"U+{ord(found[0]):04X}"
            raise refuse("character", place, f"The text at {place} holds the invisible character {sign}.", "Remove it.")
        return kept or None

    return read


def said(limit: int = MAX_TEXT) -> Reader:
    """A plain text, or one keyed by language."""
    plain = text(limit)

    def read(value: Any, place: str) -> Any:
        if not isinstance(value, Mapping):
            return plain(value, place)
        kept = {}
        for code, given in value.items():
            if not _LANGUAGE.fullmatch(str(code)):
                raise refuse("language", f"{place}.{code}", f"'{str(code)[:20]}' at {place} is not a language code.")
            kept[parse_language(code)] = plain(given, f"{place}.{code}")
        return {code: given for code, given in kept.items() if given} or None

    return read


def matching(pattern: re.Pattern[str], what: str) -> Reader:
    def read(value: Any, place: str) -> str | None:
        if value == "":
            return None
        if not isinstance(value, str) or not pattern.fullmatch(value):
            raise refuse("code", place, f"'{str(value)[:40]}' at {place} is not {what}.")
        return value

    return read


def flag(value: Any, place: str) -> bool:
    if not isinstance(value, bool):
        raise refuse("flag", place, f"true or false must stand at {place}.")
    return value


def day(value: Any, place: str) -> str | None:
    if value == "":
        return None
    try:
        if isinstance(value, str) and len(value) == 10:
            return date.fromisoformat(value).isoformat()
    except ValueError as error:
        raise refuse("day", place, f"'{value}' at {place} is not a day that exists.", "Write 2026-11-02.") from error
    raise refuse("day", place, f"A day must stand at {place}.", "Write 2026-11-02.")


def state(value: Any, place: str) -> str:
    if not isinstance(value, str) or value not in country_names("en"):
        raise refuse("state", place, f"'{str(value)[:40]}' at {place} is not a State's two-letter code.")
    return value


def listed(item: Reader) -> Reader:
    def read(value: Any, place: str) -> list[Any] | None:
        if not isinstance(value, list):
            raise refuse("list", place, f"A list must stand at {place}.")
        if len(value) > MAX_ITEMS:
            raise refuse(
                "length", place, f"The list at {place} has {len(value)} entries; at most {MAX_ITEMS} are taken."
            )
        kept = [item(given, f"{place}[{index}]") for index, given in enumerate(value)]
        return [given for given in kept if given is not None] or None

    return read


def record(fields: Mapping[str, Reader], *, always: bool = False) -> Reader:
    """A mapping of exactly these names; `always` keeps it though nothing is stated in it (an entry of a list)."""

    def read(value: Any, place: str) -> dict[str, Any] | None:
        if value is None and not always:
            return None
        if not isinstance(value, Mapping):
            raise refuse("record", place, f"A record must stand at {place or 'the top'}.")
        kept: dict[str, Any] = {}
        for name, given in value.items():
            where = f"{place}.{name}".lstrip(".")
            if name not in fields:
                raise refuse("field", where, f"'{str(name)[:40]}' at {where[:80]} is not a field of a request.")
            if given is not None and (found := fields[name](given, where)) is not None:
                kept[name] = found
        return kept if kept or always else None

    return read


CODE = matching(_CODE, "a code")
LINE = text(MAX_LINE)
SAID_LINE = said(MAX_LINE)
SAID = said()
PERIOD = record({"from": day, "to": day})
MONEY = record(
    {"amount": matching(_AMOUNT, "an amount such as 1200.50"), "currency": matching(_CURRENCY, "a currency")}
)
OFFICE = record({"name": SAID_LINE, "functions": SAID, "contact": SAID_LINE, "address": SAID_LINE})

PERSON_FIELDS: Mapping[str, Reader] = {
    "id": CODE,
    "role": CODE,
    "name": SAID_LINE,
    "other_names": listed(LINE),
    "date_of_birth": day,
    "place_of_birth": SAID_LINE,
    "sex": CODE,
    "nationality": listed(state),
    "address": SAID_LINE,
    "languages": listed(matching(_LANGUAGE, "a language code")),
    "identity_documents": listed(LINE),
    "legal_form": SAID_LINE,
    "registration_number": LINE,
    "confidential": flag,
}
PERSON = record(PERSON_FIELDS, always=True)

PART_FIELDS: Mapping[str, Reader] = {
    "id": CODE,
    "measure": CODE,
    "description": SAID,
    "bank": SAID_LINE,
    "account": LINE,
    "holder": CODE,
    "person": CODE,
    "place": SAID_LINE,
    "target": LINE,
    "period": PERIOD,
    "relevance": SAID,
    "why_here": SAID,
    "belief": SAID,
    "available_at_home": SAID,
    "questions": listed(SAID),
    "oath": flag,
    "presence": SAID,
    "formalities": SAID,
    "rights": SAID,
    "consent": SAID,
    "hearing_authority": SAID_LINE,
    "why_not_in_person": SAID,
    "manner": SAID,
    "document": SAID_LINE,
    "variant": CODE,
    "amount": MONEY,
    "finality": SAID,
    "third_parties": SAID,
    "direction": CODE,
    "technical": SAID,
    "arrangements": SAID,
    "composition": SAID,
    "necessity": SAID,
    "intent": SAID,
    "costs": SAID,
}
PART = record(PART_FIELDS, always=True)

ORDER = record(
    {
        "issuer_kind": CODE,
        "validated_by": record(
            {"kind": CODE, "name": SAID_LINE, "authority": SAID_LINE, "function": SAID_LINE, "date": day}
        ),
        "necessity": SAID,
        "proportionality": SAID,
        "available_at_home": SAID,
        "remedies": SAID,
        "remedies_authority": SAID_LINE,
        "categories": listed(matching(_CATEGORY, "a category of Annex D")),
        "proceedings_type": CODE,
        "earlier": record(
            {
                "issue_date": day,
                "transmitted_to": SAID_LINE,
                "transmitted_on": day,
                "refs": listed(LINE),
                "other_states": listed(state),
            }
        ),
        "officials": SAID,
    }
)
"""What only the European Investigation Order states (Directive 2014/41/EU)."""

CONTENT = record(
    {
        "instrument": matching(_INSTRUMENT, "an instrument's code"),
        "language": matching(_LANGUAGE, "a language code"),
        "offences": listed(CODE),
        "authority": OFFICE,
        "matter": SAID,
        "stage": CODE,
        "facts": SAID,
        "legal_classification": SAID,
        "statutes": listed(record({"citation": SAID_LINE, "text": SAID, "maximum_penalty": SAID_LINE}, always=True)),
        "purpose": SAID,
        "persons": listed(PERSON),
        "parts": listed(PART),
        "procedure": SAID,
        "procedure_law": SAID,
        "formalities": SAID,
        "presence": listed(record({"name": SAID_LINE, "function": SAID_LINE, "reason": SAID}, always=True)),
        "transnational_grounds": SAID,
        "urgency": record({"reason": SAID, "deadline": day}),
        "confidentiality": record({"requested": flag, "fields": listed(LINE), "reason": SAID}),
        "dual_criminality": record({"statement": SAID}),
        "use": record({"proceedings": SAID}),
        "eio": ORDER,
        "translations": listed(
            record(
                {"language": matching(_LANGUAGE, "a language code"), "kind": CODE, "by": SAID_LINE, "on": day},
                always=True,
            )
        ),
    },
    always=True,
)


def parse_content(value: Any) -> dict[str, Any]:
    """Read the content of a request; `InvalidInputError` (`content:*`) names the place of the first fault.

    What is incomplete is taken (a draft is incomplete until it is not); `comity.forms.completeness` names the gaps.
    """
    content: dict[str, Any] = CONTENT(value, "")
    for name in ("persons", "parts"):
        _check_ids(content.get(name, []), name)
    people = {person.get("id") for person in content.get("persons", [])}
    for index, part in enumerate(content.get("parts", [])):
        for key in ("holder", "person"):
            if part.get(key) is not None and part[key] not in people:
                place = f"parts[{index}].{key}"
                raise refuse("person", place, f"{place} names '{part[key]}', who is not among the persons.")
        start, end = (part.get("period", {}).get(key) for key in ("from", "to"))
        if start and end and start > end:
            raise refuse("period", f"parts[{index}].period", f"The period at parts[{index}] ends before it begins.")
    for index, place in enumerate(content.get("confidentiality", {}).get("fields", [])):
        _check_place(place, content, f"confidentiality.fields[{index}]")
    return content


def _check_ids(items: list[dict[str, Any]], name: str) -> None:
    seen: set[str] = set()
    for index, item in enumerate(items):
        given = item.get("id")
        if given is None:
            raise refuse(
                "id", f"{name}[{index}].id", f"The entry {name}[{index}] has no id.", "Give it a short one: p1, a."
            )
        if given in seen:
            raise refuse("id", f"{name}[{index}].id", f"The id '{given}' stands twice in {name}.")
        seen.add(given)


def _check_place(place: str, content: Mapping[str, Any], where: str) -> None:
    found = _PLACE.fullmatch(place)
    items = content.get(found["head"]) if found else None
    index = found["index"] if found else None
    if items is None or (index is not None and (not isinstance(items, list) or int(index) >= len(items))):
        raise refuse("place", where, f"{where} names '{place[:40]}', which is not in this request.")
