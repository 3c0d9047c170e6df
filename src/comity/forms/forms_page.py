"""The reference page of the forms, made from their data: one table per form, and what each measure asks beyond it."""

from collections.abc import Iterator

from comity.forms.addons import FORM, PRESERVATION, SECTIONS_OF_MEASURE
from comity.forms.catalogue import Field, Form, form_ids, load_form
from comity.forms.contents import FORM_OF_INSTRUMENT, GENERAL
from comity.forms.labels import LANGUAGES, wording
from comity.values.language import language_name

STATUSES = (
    ("V", "read in the instrument's text, or in an act that reproduces it"),
    ("VT", "read only in a national act that transposes it"),
    ("V2", "read only in a secondary source"),
    ("R", "recalled or patterned, not read"),
    ("U", "not established"),
    ("O", "ours: no instrument prescribes the form"),
)

HEAD = """# Forms

Made from the data in `src/comity/forms/data`; a test compares it. Ids, types and labels are ours. The status covers
whether a field exists in the instrument, where, and with which choices; whatever is not V or O prints with the mark
*not verified*.

| status | meaning |
|---|---|
"""

ORDER_FILE = """
## The European Investigation Order as a file

`comity.documents.order_file.order_file(content, context)` gives the order as canonical JSON (RFC 8785), for an office
whose formal channel is the decentralised IT system of Regulation (EU) 2023/2844. It is a neutral machine form and not
the Union's schema, which was not read; the file says so itself under `statement`.

| key | what stands there |
|---|---|
| `format`, `version` | `comity-order-file`, 1; a key may be added within a version, none changes its meaning |
| `statement` | what the file is and is not, in a sentence a reader meets before the data |
| `exercise` | true when it was made on a training node |
| `form` | the form the fields belong to (`eio_annex_a`), its title, instrument and version |
| `language`, `languages`, `translations` | the original's language, those the values are given in, who translated |
| `reference`, `content_digest` | the issuing authority's number; SHA-256 of the order's canonical content |
| `documents` | for each signed PDF: language, name, SHA-256 |
| `sections` | A to L in the order of the annex: `id`, `title`, `applies`, `verified`, `fields`, in E also `persons` |
| a field | `id`, `label`, `status`, `verified`, `required`, `provision`, `values` by language, `code` if any |
| `verified` | whether every field of the file was read in an official text |

A `code` is a State (ISO 3166), a day (ISO 8601), a measure, a type of proceedings or a category of Annex D.
"""


def forms_page() -> str:
    """The whole page as Markdown; the same data give the same text."""
    return "".join(_lines())


def _lines() -> Iterator[str]:
    yield HEAD
    yield from (f"| {status} | {meaning} |\n" for status, meaning in STATUSES)
    yield from _words()
    yield from _instruments()
    yield from _measures()
    yield ORDER_FILE
    for form_id in form_ids():
        yield from _form(load_form(form_id))


def _words() -> Iterator[str]:
    spoken = ", ".join(language_name(language, "en") for language in LANGUAGES)
    ours = all(wording(form_id, language) == "ours" for form_id in form_ids() for language in LANGUAGES)
    yield f"\nEvery title, section, field and choice has its words in {spoken}. "
    yield (
        "All of them are ours, in the sense of the instrument.\n" if ours else "Some were read in an authentic text.\n"
    )


def _instruments() -> Iterator[str]:
    yield "\n## Which form a request is held against\n\n| instrument | form |\n|---|---|\n"
    yield from (f"| `{code}` | [`{form}`](#{form}) |\n" for code, form in FORM_OF_INSTRUMENT.items())
    yield f"| any other | [`{GENERAL}`](#{GENERAL}), a list of ours, never verified |\n"


def _measures() -> Iterator[str]:
    yield "\n## What a measure asks beyond the contents of every request\n\n"
    yield "An item is a gap that stops the signature only where its provision belongs to the instrument that governs;\n"
    yield "under any other instrument it is recommended.\n\n| measure | items | asked by |\n|---|---|---|\n"
    letters = {"bank-records": ("bank_accounts", "bank_transactions"), **SECTIONS_OF_MEASURE}
    checklist = load_form(FORM)
    for measure, names in sorted(letters.items()):
        fields = [field for name in names for field in checklist.section(name).fields]
        yield _measure(measure, fields)
    yield _measure("preservation", list(load_form(PRESERVATION).section("29.2").fields))


def _measure(measure: str, fields: list[Field]) -> str:
    labels = "; ".join(field.label for field in fields)
    asked = "; ".join(dict.fromkeys(field.provision for field in fields if field.provision))
    return f"| `{measure}` | {_cell(labels)} | {_cell(asked)} |\n"


def _form(form: Form) -> Iterator[str]:
    yield f'\n<a id="{form.id}"></a>\n\n## {form.title}\n\n`{form.id}`, version {form.version}. {form.instrument}.\n'
    if form.note:
        yield f"\n{form.note}\n"
    yield "\n| field | label | type | required | provision | status |\n|---|---|---|---|---|---|\n"
    for section in form.sections:
        condition = f" ({section.condition})" if section.condition else ""
        yield f"| **{_cell(section.letter)}** | **{_cell(section.title)}**{_cell(condition)} | | | | |\n"
        yield from _fields(section.letter, section.fields)
    yield "\n"
    yield from (f"- {name}: {source}\n" for name, source in form.sources.items())


def _fields(prefix: str, fields: tuple[Field, ...]) -> Iterator[str]:
    for field in fields:
        place = f"{prefix}.{field.id}"
        cells = (f"`{place}`", field.label, field.type, field.required, field.provision, field.status)
        yield f"| {' | '.join(_cell(cell) for cell in cells)} |\n"
        yield from _fields(place, field.fields)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
