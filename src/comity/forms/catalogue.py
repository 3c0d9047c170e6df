"""The standard forms as versioned data: which fields a form has, whence each is known, what it is called.

One file per form under `data/`; `data/labels/` has its words in English, French, Spanish, Arabic, Russian
and Chinese.
A field is `verified` only when its existence, place and options were read in the instrument's own text or in an act
that reproduces it (status V); everything else prints with a visible mark.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache
from typing import Any

from comity.forms.labels import has_term, label, labelled_forms, term, wording
from comity.forms.schema import DATA, check_form, read_checked
from comity.values.errors import MissingError

__all__ = [
    "Field",
    "Form",
    "Section",
    "form_ids",
    "has_term",
    "label",
    "labelled_forms",
    "load_form",
    "term",
    "wording",
]

CATEGORIES = "offence_categories_32"
VERIFIED = frozenset({"V", "O"})
"""Read in the instrument, or ours where no instrument prescribes the form: nothing is left to check."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a form; ids, types and labels are ours, status covers existence, place and options."""

    id: str
    label: str
    type: str
    required: str
    """`yes`, `optional`, `if_applicable`, `conditional:…`: as the instrument qualifies it, not a rule of validity."""
    provision: str
    status: str
    source: str
    options: tuple[str, ...] = ()
    fields: tuple["Field", ...] = ()
    note: str = ""

    @property
    def verified(self) -> bool:
        return self.status in VERIFIED


@dataclass(frozen=True, slots=True)
class Section:
    letter: str
    title: str
    condition: str
    """When the section is filled in at all; empty means always."""
    fields: tuple[Field, ...]
    status: str

    @property
    def verified(self) -> bool:
        return self.status in VERIFIED


@dataclass(frozen=True, slots=True)
class Form:
    id: str
    title: str
    instrument: str
    version: str
    sections: tuple[Section, ...]
    note: str
    sources: Mapping[str, str]

    def section(self, letter: str) -> Section:
        for section in self.sections:
            if section.letter == letter:
                return section
        raise MissingError(f"The form '{self.id}' has no section '{letter}'.", code="forms:section", place=self.id)

    def walk(self) -> Iterator[tuple[str, Field]]:
        """Every field with its dotted id (`E.natural.surname`), in the order of the form."""
        for section in self.sections:
            yield from _walk(section.letter, section.fields)

    def field(self, dotted: str) -> Field:
        """A field by dotted id, or by its plain id where only one field of the form has it."""
        matches = [found for place, found in self.walk() if dotted in (place, place.rpartition(".")[2])]
        if len(matches) != 1:
            raise MissingError(
                f"The form '{self.id}' has {len(matches)} fields called '{dotted}'.",
                code="forms:field",
                place=f"{self.id}.{dotted}",
                next_step="Name the field with its section, as in 'K.name'.",
            )
        return matches[0]


def _walk(prefix: str, fields: tuple[Field, ...]) -> Iterator[tuple[str, Field]]:
    for field in fields:
        place = f"{prefix}.{field.id}"
        yield place, field
        yield from _walk(place, field.fields)


@lru_cache(maxsize=1)
def form_ids() -> tuple[str, ...]:
    names = (entry.name.removesuffix(".yaml") for entry in DATA.iterdir() if entry.name.endswith(".yaml"))
    return tuple(sorted(name for name in names if name != CATEGORIES))


@lru_cache(maxsize=64)
def load_form(form_id: str) -> Form:
    """Read one form from the package's data; `MissingError` names the nearest if there is none by that id."""
    if form_id not in form_ids():
        near = get_close_matches(form_id.casefold(), form_ids(), n=3, cutoff=0.3) or form_ids()
        raise MissingError(
            f"There is no form '{form_id[:60]}'. Nearest: {', '.join(near)}.",
            code="forms:form",
            place=form_id,
            next_step="List them with `comity law forms`.",
        )
    return form_from_text(f"{form_id}.yaml", (DATA / f"{form_id}.yaml").read_text(encoding="utf-8"))


def form_from_text(file: str, text: str) -> Form:
    """A form from the text of its file; faults name `file` and the line."""
    data = read_checked(file, text, check_form)
    status, source = str(data["status_default"]), str(data["source_default"])
    return Form(
        id=str(data["id"]),
        title=str(data["title"]),
        instrument=str(data["instrument"]),
        version=str(data["version"]),
        sections=tuple(_section(item, status, source) for item in data["sections"]),
        note=str(data.get("note", "")),
        sources={str(name): str(text) for name, text in data["sources"].items()},
    )


def _section(item: Mapping[str, Any], status: str, source: str) -> Section:
    status, source = str(item.get("status", status)), str(item.get("source", source))
    return Section(
        letter=str(item["letter"]),
        title=str(item["title"]),
        condition=str(item.get("condition") or item.get("required") or ""),
        fields=tuple(_field(field, status, source) for field in item["fields"]),
        status=status,
    )


def _field(item: Mapping[str, Any], status: str, source: str) -> Field:
    status, source = str(item.get("status", status)), str(item.get("source", source))
    options = item.get("options", [])
    if isinstance(options, Mapping):
        options = [option for group in options.values() for option in group]
    return Field(
        id=str(item["id"]),
        label=str(item["label"]),
        type=str(item["type"]),
        required=str(item["required"]),
        provision=str(item.get("provision", "")),
        status=status,
        source=source,
        options=tuple(str(option) for option in options),
        fields=tuple(_field(field, status, source) for field in item.get("fields", [])),
        note=str(item.get("note", "")),
    )
