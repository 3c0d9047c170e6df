"""The European Investigation Order (Annex A) and the confirmation of its receipt (Annex B), section by section.

The sections and fields come from the forms' data, with their status: nobody read the annexes in an official text, so
every field of theirs prints with the mark *not verified*. Besides the request's content, the context may hold

    issuing, validating, received_by, forwarded_to
        {"kind", "name", "contact_person", "post", "file_no", "address", "tel", "fax", "email", "languages",
         "practical_contact", "signed_by", "signed_post", "signed_on"}, texts plain or keyed by language
"""

from collections.abc import Iterable, Mapping
from typing import Any

from comity.documents.blocks import Block, part, parts, row, rows, section, text
from comity.documents.order_offices import ANNEX_A, ANNEX_B, OFFICE_OF_SECTION, office_of, office_value
from comity.documents.order_values import PERSON_VALUES, STATED_BY_ISSUER, VALUES, applies, people
from comity.documents.sheet import Telling, sheet
from comity.documents.wording import phrase
from comity.forms.catalogue import Field, Section, label, load_form


def compose_order(telling: Telling) -> dict[str, Any]:
    """Annex A in full: every section stands, those the order does not need as *not applicable*."""
    sections = [_order_section(telling, item) for item in load_form(ANNEX_A).sections]
    return sheet(
        telling,
        "eio-annex-a",
        label(ANNEX_A, "title", telling.language),
        sections,
        subtitle=telling.phrase("eio_annex_a"),
        notes=[telling.phrase("eio_channel")],
    )


def compose_receipt(telling: Telling) -> dict[str, Any]:
    """Annex B: `content` is {"authority", "ref", "issued", "received", "info"}; Art. 16(1) gives one week."""
    sections = [_receipt_section(telling, item) for item in load_form(ANNEX_B).sections]
    return sheet(
        telling,
        "eio-annex-b",
        label(ANNEX_B, "title", telling.language),
        sections,
        subtitle=telling.phrase("eio_annex_b"),
    )


def _order_section(telling: Telling, item: Section) -> Block | None:
    if item.letter == "E":
        blocks = [_persons(telling, item), *_entries(telling, ANNEX_A, item, item.fields)]
    elif item.letter in ("K", "L"):
        blocks = _office(telling, ANNEX_A, item)
    elif item.letter.startswith("H") and not applies(item.letter, telling.content):
        blocks = []
    else:
        blocks = _entries(telling, ANNEX_A, item, item.fields)
    return _titled(telling, ANNEX_A, item, blocks)


def _titled(telling: Telling, form: str, item: Section, blocks: Iterable[Block | None]) -> Block | None:
    kept = [block for block in blocks if block]
    return section(
        label(form, item.letter, telling.language),
        kept or [text(telling.phrase("not_applicable"), quiet=True)],
        verified=item.verified or bool(kept),
        mark=item.letter,
    )


def _entries(telling: Telling, form: str, item: Section, fields: Iterable[Field]) -> list[Block | None]:
    """The rows of a section; a field the form requires and nobody stated says so, others are left out."""
    stated = {field.id: _value(telling, form, item.letter, field) for field in fields}
    if not any(stated.values()):
        return []
    missing = phrase("not_stated", telling.language)
    entries = [
        row(
            label(form, f"{item.letter}.{field.id}", telling.language),
            stated[field.id] or (missing if field.required == "yes" else ""),
            verified=field.verified,
        )
        for field in fields
        if field.type != "group"
    ]
    order = telling.content.get("eio") or {}
    entries += [
        row(label(form, f"{item.letter}.{key}", telling.language), telling.text(order.get(key)), verified=False)
        for key in STATED_BY_ISSUER.get(item.letter, ())
    ]
    return [rows(entries)]


def _value(telling: Telling, form: str, letter: str, field: Field) -> str:
    if form == ANNEX_A and (found := VALUES.get(f"{letter}.{field.id}")):
        return found(telling)
    return ""


def _persons(telling: Telling, item: Section) -> Block | None:
    natural = next(field for field in item.fields if field.id == "natural")
    legal = next(field for field in item.fields if field.id == "legal")
    items = []
    for person in people(telling.content):
        group = legal if person.get("role") == "legal-person" else natural
        items.append(_person(telling, group, person))
    return parts(items)


def _person(telling: Telling, group: Field, person: Mapping[str, Any]) -> Block:
    entries = [
        row(label(ANNEX_A, f"E.{group.id}.name", telling.language), telling.name(person.get("name")), verified=False)
    ]
    entries += [
        row(
            label(ANNEX_A, f"E.{group.id}.{field.id}", telling.language),
            PERSON_VALUES[field.id](telling, person),
            verified=field.verified,
        )
        for field in group.fields
        if field.id in PERSON_VALUES
    ]
    note = telling.phrase("confidential_mark") if person.get("confidential") else ""
    return part(str(person.get("id", "")), telling.name(person.get("name")), [rows(entries)], note=note)


def _office(telling: Telling, form: str, item: Section) -> list[Block | None]:
    """An authority with its contact and signature: sections K and L of Annex A, B and C of Annex B."""
    office = office_of(telling, OFFICE_OF_SECTION[form, item.letter])
    if not office:
        return []
    missing = phrase("not_stated", telling.language)
    entries = []
    for field in item.fields:
        for place, inner in ((field.id, field), *((f"{field.id}.{each.id}", each) for each in field.fields)):
            if inner.type == "signature" or place == "signature.stamp":
                continue
            value = office_value(telling, office, place)
            shown = value or (missing if inner.required == "yes" else "")
            name = label(form, f"{item.letter}.{place}", telling.language)
            if place.startswith("signature."):
                whole = label(form, f"{item.letter}.signature", telling.language)
                name = telling.phrase("label_of", whole=whole, part=name)
            entries.append(row(name, shown, verified=inner.verified))
    return [rows(entries)]


def _receipt_section(telling: Telling, item: Section) -> Block | None:
    content = telling.content
    if item.letter in ("B", "C"):
        blocks = _office(telling, ANNEX_B, item)
    elif item.letter == "E":
        person = telling.context.get("signatory") or {}
        pieces = (
            telling.name(person.get("name")),
            telling.text(person.get("function")),
            telling.day(person.get("signed_on")),
        )
        value = ", ".join(piece for piece in pieces if piece)
        blocks = [rows([row(label(ANNEX_B, "E.signature", telling.language), value, verified=item.verified)])]
    else:
        days = ("issued", "received")
        entries = [
            row(
                label(ANNEX_B, f"{item.letter}.{field.id}", telling.language),
                telling.day(content.get(field.id)) if field.id in days else telling.name(content.get(field.id)),
                verified=field.verified,
            )
            for field in item.fields
        ]
        blocks = [rows(entries)]
    return _titled(telling, ANNEX_B, item, blocks)
