"""The letter of request: a request's content under numbered headings, each with the provision that asks for it.

Contents after UNTOC Art. 18(15) and the instrument that governs; what nobody read prints with the mark *not verified*.
"""

from collections.abc import Mapping
from typing import Any

from comity.documents.blocks import Block, numbered, part, parts, row, rows, section, table, text
from comity.documents.sheet import Telling, sheet
from comity.documents.wording import period
from comity.forms.catalogue import label, term
from comity.forms.contents import asked
from comity.values.country import country_name
from comity.values.language import language_name

FORM = "letter_of_request"


def compose_letter_of_request(telling: Telling) -> dict[str, Any]:
    """The letter in one language: the original where it is the content's own language, else marked as a translation."""
    sections = [
        _authority(telling),
        _basis(telling),
        _matter(telling),
        _plain(telling, "facts", "facts"),
        _law(telling),
        _persons(telling),
        _assistance(telling),
        _plain(telling, "purpose", "purpose"),
        _procedure(telling),
        _section(
            telling,
            "dual_criminality",
            [text(telling.text((telling.content.get("dual_criminality") or {}).get("statement")))],
        ),
        _plain(telling, "transnational", "transnational_grounds"),
        _urgency(telling),
        _confidentiality(telling),
        _use(telling),
        _translations(telling),
    ]
    return sheet(
        telling,
        "letter-of-request",
        label(FORM, "title", telling.language),
        sections,
        subtitle=_subtitle(telling),
        opening=[telling.phrase("lor_opening")],
        closing=[telling.phrase("lor_closing")],
    )


def _subtitle(telling: Telling) -> str:
    if telling.language == telling.original:
        return ""
    return telling.phrase(
        "translated",
        language=language_name(telling.language, telling.language),
        original=language_name(telling.original, telling.language),
    )


def _word(telling: Telling, field: str) -> str:
    return label(FORM, field, telling.language)


def _section(telling: Telling, letter: str, blocks: list[Block | None], *, element: str = "") -> Block | None:
    found = asked(str(telling.content.get("instrument", "")), element or letter)
    return section(
        _word(telling, letter),
        blocks,
        provision=telling.provision(found.field.provision) if found else "",
        verified=found.field.verified if found else True,
    )


def _text(telling: Telling, key: str) -> Block | None:
    return text(telling.text(telling.content.get(key)))


def _plain(telling: Telling, letter: str, key: str) -> Block | None:
    return _section(telling, letter, [_text(telling, key)])


def _authority(telling: Telling) -> Block | None:
    authority = telling.content.get("authority") or {}
    entries = [
        row(
            _word(telling, f"authority.{key}"),
            telling.text(authority.get(key)) if key == "functions" else telling.name(authority.get(key)),
        )
        for key in ("name", "functions", "contact")
    ]
    return _section(telling, "authority", [rows(entries)])


def _basis(telling: Telling) -> Block | None:
    entries = []
    for basis in telling.context.get("legal_basis", []):
        key = "basis.subsidiary" if basis.get("subsidiary") else "basis.instrument"
        title = telling.instrument(basis.get("instrument"), telling.name(basis.get("title")))
        named = (title, telling.provision(str(basis.get("provision") or "")))
        said = ", ".join(value for value in named if value)
        entries.append(row(_word(telling, key), said, verified=bool(basis.get("verified", False))))
    return section(_word(telling, "basis"), [rows(entries)])


def _matter(telling: Telling) -> Block | None:
    content = telling.content
    offences = ", ".join(term("offence", code, telling.language) for code in content.get("offences", []))
    stage = content.get("stage")
    facts = rows(
        [
            row(_word(telling, "matter.offences"), offences),
            row(_word(telling, "matter.stage"), term("stage", stage, telling.language) if stage else ""),
        ]
    )
    return _section(telling, "matter", [_text(telling, "matter"), facts])


def _law(telling: Telling) -> Block | None:
    statutes = telling.content.get("statutes", [])
    head = [_word(telling, f"law.{key}") for key in ("statute", "text", "penalty")]
    body = [
        [telling.name(item.get("citation")), telling.text(item.get("text")), telling.name(item.get("maximum_penalty"))]
        for item in statutes
    ]
    return _section(telling, "law", [_text(telling, "legal_classification"), table(head, body)])


def _persons(telling: Telling) -> Block | None:
    items = [_person(telling, item) for item in telling.content.get("persons", [])]
    return _section(telling, "persons", [parts(items)])


def _person(telling: Telling, person: Mapping[str, Any]) -> Block:
    language = telling.language
    entries = [
        row(_word(telling, "persons.role"), term("role", person.get("role", ""), language)),
        row(_word(telling, "persons.other_names"), ", ".join(person.get("other_names", []))),
        row(_word(telling, "persons.date_of_birth"), telling.day(person.get("date_of_birth"))),
        row(_word(telling, "persons.place_of_birth"), telling.name(person.get("place_of_birth"))),
        row(_word(telling, "persons.sex"), term("sex", str(person.get("sex", "")), language)),
        row(
            _word(telling, "persons.nationality"),
            ", ".join(country_name(code, language) for code in person.get("nationality", [])),
        ),
        row(_word(telling, "persons.identity_documents"), ", ".join(person.get("identity_documents", []))),
        row(_word(telling, "persons.legal_form"), telling.name(person.get("legal_form"))),
        row(_word(telling, "persons.registration_number"), str(person.get("registration_number", ""))),
        row(_word(telling, "persons.address"), telling.name(person.get("address"))),
        row(
            _word(telling, "persons.languages"),
            ", ".join(language_name(code, language) for code in person.get("languages", [])),
        ),
    ]
    note = telling.phrase("confidential_mark") if person.get("confidential") else ""
    return part(str(person.get("id", "")), telling.name(person.get("name")), [rows(entries)], note=note)


def _assistance(telling: Telling) -> Block | None:
    names = {item.get("id"): telling.name(item.get("name")) for item in telling.content.get("persons", [])}
    items = [_part(telling, item, names) for item in telling.content.get("parts", [])]
    return _section(telling, "assistance", [parts(items)])


LINES_OF_PART = ("bank", "account", "holder", "person", "target", "place", "hearing_authority", "document")
"""What is named in a line, in the order of the letter; the person of an id is named in full."""

PROSE_OF_PART = (
    "relevance",
    "why_here",
    "belief",
    "available_at_home",
    "necessity",
    "intent",
    "why_not_in_person",
    "presence",
    "manner",
    "formalities",
    "rights",
    "consent",
    "technical",
    "arrangements",
    "composition",
    "finality",
    "third_parties",
    "costs",
)
"""What is told in sentences, in the order of the letter."""

FIXED_WIDTH = frozenset({"account", "target"})


def _part(telling: Telling, item: Mapping[str, Any], names: Mapping[str, str]) -> Block:
    """A measure with all that was stated for it; nothing a draft holds is left out of the letter."""
    entries = [_part_row(telling, key, _part_line(telling, item, key, names)) for key in LINES_OF_PART]
    entries += [
        _part_row(telling, "period", period(item.get("period") or {}, telling.language)),
        _part_row(telling, "amount", _amount(item.get("amount") or {})),
        _part_row(telling, "variant", term("variant", str(item.get("variant", "")), telling.language)),
        _part_row(telling, "direction", term("direction", str(item.get("direction", "")), telling.language)),
        _part_row(telling, "oath", _answer(telling, item.get("oath"))),
    ]
    entries += [_part_row(telling, key, telling.text(item.get(key))) for key in PROSE_OF_PART]
    questions = [telling.text(question) for question in item.get("questions", [])]
    blocks = [
        text(telling.text(item.get("description"))),
        rows(entries),
        numbered(_word(telling, "assistance.questions"), questions),
    ]
    return part(f"{item.get('id', '')})", term("measure", item.get("measure", ""), telling.language), blocks)


def _part_row(telling: Telling, key: str, value: str) -> Block:
    return row(_word(telling, f"assistance.{key}"), value, mono=key in FIXED_WIDTH)


def _part_line(telling: Telling, item: Mapping[str, Any], key: str, names: Mapping[str, str]) -> str:
    if key in ("holder", "person"):
        reference = item.get(key)
        return f"{names.get(reference, '')} ({reference})".strip() if reference else ""
    return telling.name(item.get(key))


def _amount(amount: Mapping[str, str]) -> str:
    return f"{amount.get('currency', '')} {amount.get('amount', '')}".strip()


def _answer(telling: Telling, value: bool | None) -> str:
    return "" if value is None else term("answer", "yes" if value else "no", telling.language)


def _procedure(telling: Telling) -> Block | None:
    present = [_present(telling, item) for item in telling.content.get("presence", [])]
    entries = [
        row(_word(telling, "procedure.law"), telling.text(telling.content.get("procedure_law"))),
        row(_word(telling, "procedure.presence"), "\n".join(line for line in present if line)),
    ]
    return _section(telling, "procedure", [_text(telling, "procedure"), _text(telling, "formalities"), rows(entries)])


def _present(telling: Telling, item: Mapping[str, Any]) -> str:
    """Who is to be present at the execution, in one line: name, function, reason."""
    named = (telling.name(item.get("name")), telling.name(item.get("function")), telling.text(item.get("reason")))
    return ", ".join(said for said in named if said)


def _urgency(telling: Telling) -> Block | None:
    urgency = telling.content.get("urgency") or {}
    deadline = rows([row(_word(telling, "urgency.deadline"), telling.day(urgency.get("deadline")))])
    return _section(telling, "urgency", [text(telling.text(urgency.get("reason"))), deadline])


def _confidentiality(telling: Telling) -> Block | None:
    asked_for = telling.content.get("confidentiality") or {}
    if not asked_for.get("requested"):
        return None
    places = ", ".join(_place_name(telling, place) for place in asked_for.get("fields", []))
    blocks = [
        text(telling.phrase("confidential_asked")),
        text(telling.text(asked_for.get("reason"))),
        text(telling.phrase("confidential_places", places=places)) if places else None,
    ]
    return _section(telling, "confidentiality", blocks)


def _place_name(telling: Telling, place: str) -> str:
    """A place in the content (`persons[1]`) in the words of the letter: the person's id, the measure's letter."""
    head, _, rest = place.partition("[")
    index = rest.partition("]")[0]
    items = telling.content.get(head)
    if not isinstance(items, list) or not index.isdigit() or int(index) >= len(items):
        return _word(telling, head) if head in ("facts", "purpose", "matter", "persons") else place
    item = items[int(index)]
    if head == "persons":
        return telling.name(item.get("name"))
    return telling.phrase("part", part=str(item.get("id", ""))) if head == "parts" else place


def _use(telling: Telling) -> Block | None:
    use = telling.content.get("use") or {}
    proceedings = telling.text(use.get("proceedings"))
    return _section(
        telling, "use", [text(telling.phrase("use_limit", proceedings=proceedings)) if proceedings else None]
    )


def _translations(telling: Telling) -> Block | None:
    language = telling.language
    lines = [telling.phrase("original_in", language=language_name(telling.original, language))]
    for item in telling.content.get("translations", []):
        pieces = [
            term("translation", item.get("kind", ""), language),
            telling.name(item.get("by")),
            telling.day(item.get("on")),
        ]
        lines.append(
            telling.phrase(
                "translation_in",
                language=language_name(item.get("language", ""), language),
                kind=", ".join(piece for piece in pieces if piece),
            )
        )
    return _section(telling, "translations", [text("\n\n".join(lines))], element="language")
