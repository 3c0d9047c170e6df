"""A European Investigation Order as a file: what Annex A says, field by field, as canonical JSON.

Between Member States the formal channel is becoming the decentralised IT system of Regulation (EU) 2023/2844. Its
schemas were not read, so the file does not claim to be one of them: it is a neutral machine form from which an
office can fill in whatever its access point asks for. Each field carries its id, its status in the form's data, its
values as printed in every language of the order, and the code behind them where there is one.

Compatibility: `version` changes when a key changes its meaning or goes; a key may be added within a version.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from comity.documents.order_offices import ANNEX_A, OFFICE_OF_SECTION, office_of, office_value
from comity.documents.order_values import PERSON_VALUES, STATED_BY_ISSUER, VALUES, applies, people
from comity.documents.sheet import Telling
from comity.documents.wording import LANGUAGES
from comity.forms.catalogue import Field, Section, label, load_form
from comity.seals.canonical import digest_of, encode
from comity.values.errors import InvalidInputError

FORMAT, VERSION = "comity-order-file", 1

STATEMENT = (
    "A neutral machine form of the order. It is not the schema of the Union's decentralised IT system "
    "(Regulation (EU) 2023/2844), which was not read. A field with verified false was not read in an official text "
    "of Annex A. The signed document is the PDF named under documents; where the two differ, the PDF counts."
)

Codes = Callable[[Telling], Any]

CODES: Mapping[str, Codes] = {
    "A.issuing_state": lambda telling: (telling.context.get("sender") or {}).get("state"),
    "A.executing_state": lambda telling: (telling.context.get("addressee") or {}).get("state"),
    "B.shorter_deadline": lambda telling: (telling.content.get("urgency") or {}).get("deadline"),
    "C.measure_type": lambda telling: [
        part["measure"] for part in telling.content.get("parts", []) if "measure" in part
    ],
    "D.issue_date": lambda telling: _earlier(telling).get("issue_date"),
    "D.transmitted_on": lambda telling: _earlier(telling).get("transmitted_on"),
    "D.other_states": lambda telling: _earlier(telling).get("other_states"),
    "F.type": lambda telling: (telling.content.get("eio") or {}).get("proceedings_type"),
    "G.categories": lambda telling: (telling.content.get("eio") or {}).get("categories"),
}
"""The code behind a printed value: States by ISO 3166, days by ISO 8601, measures and categories by their codes."""

PERSON_CODES = ("role", "nationality", "date_of_birth", "languages", "confidential")


def order_file(content: Mapping[str, Any], context: Mapping[str, Any]) -> bytes:
    """The order as canonical JSON; the same content and context give the same bytes.

    `content` is the request's content of an order; `context` is the one its document was composed with, and may hold
    `documents`: [{"language": "es", "digest": SHA-256 of the signed PDF, "name": …}]. Refuses a content that is no
    European Investigation Order (`document:order`).
    """
    if content.get("instrument") != "EU-EIO-2014-41":
        raise InvalidInputError(
            f"This request rests on {content.get('instrument') or 'no instrument'}; only a European Investigation "
            "Order is offered as a file. Nothing was made.",
            code="document:order",
            place="instrument",
        )
    tellings = [Telling(content, context, language) for language in _languages(content)]
    form = load_form(ANNEX_A)
    sections = [_section(tellings, item) for item in form.sections]
    return encode(
        {
            "format": FORMAT,
            "version": VERSION,
            "statement": STATEMENT,
            "exercise": bool(context.get("exercise")),
            "form": {"id": form.id, "title": form.title, "instrument": form.instrument, "version": form.version},
            "language": tellings[0].original,
            "languages": [telling.language for telling in tellings],
            "translations": list(content.get("translations", [])),
            "reference": str(context.get("our_reference") or ""),
            "content_digest": str(context.get("digest") or digest_of(dict(content))),
            "documents": [_document(item) for item in context.get("documents", [])],
            "sections": sections,
            "verified": all(entry["verified"] for item in sections for entry in item["fields"]),
        }
    )


def _languages(content: Mapping[str, Any]) -> list[str]:
    """The original's language first, then those of the translations, as far as documents are made in them."""
    original = str(content.get("language") or "en")
    others = sorted({str(item.get("language")) for item in content.get("translations", [])} - {original})
    return [language for language in (original, *others) if language in LANGUAGES]


def _document(item: Mapping[str, Any]) -> dict[str, str]:
    return {key: str(item[key]) for key in ("language", "digest", "name") if item.get(key)}


def _section(tellings: list[Telling], item: Section) -> dict[str, Any]:
    content = tellings[0].content
    applicable = not item.letter.startswith("H") or applies(item.letter, content)
    told: dict[str, Any] = {
        "id": item.letter,
        "title": {telling.language: label(ANNEX_A, item.letter, telling.language) for telling in tellings},
        "applies": applicable,
        "verified": item.verified,
        "fields": [],
    }
    if item.letter == "E":
        told["persons"] = [_person(tellings, item, person) for person in people(content)]
    if (ANNEX_A, item.letter) in OFFICE_OF_SECTION:
        told["fields"] = list(_office(tellings, item))
    elif applicable:
        told["fields"] = list(_fields(tellings, item))
    told["applies"] = applicable and bool(told["fields"] or told.get("persons"))
    return told


def _fields(tellings: list[Telling], item: Section) -> Iterator[dict[str, Any]]:
    for field in item.fields:
        place = f"{item.letter}.{field.id}"
        if field.type != "group" and place in VALUES:
            yield from _entry(tellings, place, field, {at.language: VALUES[place](at) for at in tellings})
    for key in STATED_BY_ISSUER.get(item.letter, ()):
        place = f"{item.letter}.{key}"
        values = {at.language: at.text((at.content.get("eio") or {}).get(key)) for at in tellings}
        yield from _entry(tellings, place, None, values)


def _office(tellings: list[Telling], item: Section) -> Iterator[dict[str, Any]]:
    role = OFFICE_OF_SECTION[ANNEX_A, item.letter]
    for field in item.fields:
        for place, inner in ((field.id, field), *((f"{field.id}.{each.id}", each) for each in field.fields)):
            if inner.type in ("signature", "group"):
                continue
            values = {at.language: office_value(at, office_of(at, role), place) for at in tellings}
            yield from _entry(tellings, f"{item.letter}.{place}", inner, values)


def _person(tellings: list[Telling], item: Section, person: Mapping[str, Any]) -> dict[str, Any]:
    kind = "legal" if person.get("role") == "legal-person" else "natural"
    group = next(field for field in item.fields if field.id == kind)
    names = {at.language: at.name(person.get("name")) for at in tellings}
    fields = list(_entry(tellings, f"E.{kind}.name", None, names))
    for field in group.fields:
        if field.id in PERSON_VALUES:
            values = {at.language: PERSON_VALUES[field.id](at, person) for at in tellings}
            fields += _entry(tellings, f"E.{kind}.{field.id}", field, values)
    codes = {key: person[key] for key in PERSON_CODES if key in person}
    return {"id": str(person.get("id", "")), "kind": kind, "codes": codes, "fields": fields}


def _entry(
    tellings: list[Telling], place: str, field: Field | None, values: Mapping[str, str]
) -> Iterator[dict[str, Any]]:
    """One field, left out where nobody stated a value; `field` is None for what the annex's data does not list."""
    if not any(values.values()):
        return
    entry: dict[str, Any] = {
        "id": place,
        "label": {at.language: label(ANNEX_A, place, at.language) for at in tellings},
        "status": field.status if field else "U",
        "verified": field.verified if field else False,
        "required": field.required if field else "",
        "provision": field.provision if field else "",
        "values": {language: value for language, value in values.items() if value},
    }
    if (codes := CODES.get(place)) and (code := codes(tellings[0])):
        entry["code"] = code
    yield entry


def _earlier(telling: Telling) -> Mapping[str, Any]:
    found: Mapping[str, Any] = (telling.content.get("eio") or {}).get("earlier") or {}
    return found
