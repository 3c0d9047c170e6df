"""The words of the forms in six languages: titles, sections, fields, choices and coded values.

One file per form under `data/labels/`, keyed `title`, `section` or `section.field`, and `terms.yaml` for codes that
several forms print. Each file has its words in English, French, Spanish, Arabic, Russian and Chinese, and says under
`wording` whence they come: `ours`, or `read` in an authentic text of the instrument.
"""

from collections.abc import Mapping
from functools import lru_cache

from yaml.nodes import Node

from comity.forms.schema import DATA, fault, members, read_checked, scalar
from comity.values.errors import InvalidInputError, MissingError

LANGUAGES = ("en", "fr", "es", "ar", "ru", "zh")
WORDING = "wording"
ORIGINS = frozenset({"ours", "read"})


def labelled_forms() -> tuple[str, ...]:
    """The forms that have words: every form of the catalogue, or its tests fail."""
    folder = DATA / "labels"
    names = (entry.name.removesuffix(".yaml") for entry in folder.iterdir())
    return tuple(sorted(name for name in names if name != "terms"))


def wording(form_id: str, language: str) -> str:
    """Whence the words of a form are in one language: `ours` or `read`."""
    return _in(_form_words(form_id)[WORDING], language, f"{form_id}.{WORDING}")


def label(form_id: str, field_id: str, language: str) -> str:
    """The printed word for `title`, a section or a field (`section.field`) of a form, in one language."""
    words = _form_words(form_id).get(field_id)
    if words is None or field_id == WORDING:
        raise MissingError(
            f"The form '{form_id}' has no printed word for '{field_id}'.", code="forms:label", place=form_id
        )
    return _in(words, language, f"{form_id}.{field_id}")


def term(group: str, code: str, language: str) -> str:
    """A coded value as printed: `term("measure", "bank-records", "fr")`; a code without a word prints as itself."""
    words = _terms().get(group, {}).get(code)
    return _in(words, language, f"{group}.{code}") if words else code


def has_term(group: str, code: str) -> bool:
    return code in _terms().get(group, {})


def _in(words: Mapping[str, str], language: str, place: str) -> str:
    if language not in words:
        raise InvalidInputError(
            f"'{place}' has no word in the language '{language}'.",
            code="forms:language",
            place=place,
            next_step=f"Languages it has: {', '.join(words)}.",
        )
    return words[language]


@lru_cache(maxsize=64)
def _form_words(form_id: str) -> Mapping[str, Mapping[str, str]]:
    if form_id not in labelled_forms():
        raise MissingError(f"The form '{form_id}' has no words to be printed with.", code="forms:label", place=form_id)
    name = f"labels/{form_id}.yaml"
    found: Mapping[str, Mapping[str, str]] = read_checked(
        name, (DATA / name).read_text(encoding="utf-8"), _check_form_words
    )
    return found


@lru_cache(maxsize=1)
def _terms() -> Mapping[str, Mapping[str, Mapping[str, str]]]:
    name = "labels/terms.yaml"
    found: Mapping[str, Mapping[str, Mapping[str, str]]] = read_checked(
        name, (DATA / name).read_text(encoding="utf-8"), _check_terms
    )
    return found


def _check_terms(file: str, root: Node) -> None:
    for group in members(file, root).values():
        _check_words(file, members(file, group))


def _check_form_words(file: str, root: Node) -> None:
    entries = members(file, root)
    if WORDING not in entries:
        raise fault(file, root, f"'{WORDING}' is missing: say whence the words of each language come.")
    for origin in members(file, entries[WORDING]).values():
        if scalar(origin) not in ORIGINS:
            raise fault(file, origin, f"'{scalar(origin)}' is not an origin of words; write ours or read.")
    _check_words(file, entries)


def _check_words(file: str, entries: Mapping[str, Node]) -> None:
    for key, node in entries.items():
        words = members(file, node)
        for language in LANGUAGES:
            if language not in words or not scalar(words[language]):
                raise fault(file, node, f"'{key}' has no word in '{language}'.")
        for language, word in words.items():
            if language not in LANGUAGES:
                raise fault(file, word, f"'{language}' is not a language of the forms.")
