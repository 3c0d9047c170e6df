"""The sentences of the law told in the reader's language.

A sentence of the engine is a pattern of the catalogue with its parts: `%(state)s is bound since %(day)s%(age)s.` Parts
are told in turn. What the catalogue does not have (a rule in our words, a printed source) stands in English and is
marked as English. The law's own answers, on the command line and in the API, stay as they are.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache

from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext

from comity.law.vocabulary import MEASURES, OFFENCES
from comity.values.country import country_names
from comity.values.language import direction
from comity.web import gazette_words, vocabulary
from comity.web.law_names import party_name, treaty_title
from comity.web.law_sentence_table import AGES, AROUND, LEADING, WHOLE

_PARTS: Mapping[str, str] = {
    "state": r"[A-Z]{2}",
    "other": r"[A-Z]{2}",
    "day": r"\d{4}(?:-\d\d){0,2}",
    "code": r"[A-Z][A-Z0-9]*(?:-[A-Z0-9]+)*",
    "measure": r"[a-z-]+",
    "age": r"(?: \(as of .+\)| \(undated row\))?(?:, for this territory: .+)?",
    "mark": r"this node's correction of [^;()]+?",
}
"""What a part may look like; a part that is not named here is any words. A figure behind a name tells two apart."""

_AGE = re.compile(
    r"(?: \(as of (?P<asof>.+?)\)| \((?P<undated>undated row)\))?(?:, for this territory: (?P<scope>.+))?"
)


@lru_cache(maxsize=1)
def _patterns() -> tuple[tuple[re.Pattern[str], str], ...]:
    """Each sentence as a pattern, those that leave least open first."""
    whole = [(_pattern(text), text) for text in (*WHOLE, *AGES, *AROUND)]
    return (*whole[: len(WHOLE)], *((_pattern(text, rest=True), text) for text in LEADING), *whole[len(WHOLE) :])


def _pattern(text: str, *, rest: bool = False) -> re.Pattern[str]:
    pieces = re.split(r"%\((\w+)\)s", text)
    written = "".join(
        f"(?P<{piece}>{_PARTS.get(piece.rstrip('2'), '.+?')})" if index % 2 else re.escape(piece)
        for index, piece in enumerate(pieces)
    )
    return re.compile(f"{written}{'(?: (?P<rest>.+))?' if rest else ''}", re.DOTALL)


def told(text: str) -> SafeString:
    """A sentence of the law for a page, in the reader's language as far as the catalogue has it."""
    return _told(text, get_language() or "en") if text else SafeString("")


@lru_cache(maxsize=4096)
def _told(text: str, language: str) -> SafeString:
    spoken = gettext(text)
    if spoken != text:
        return conditional_escape(spoken)
    for pattern, template in _patterns():
        found = pattern.fullmatch(text)
        if found:
            if language[:2] != "en" and _needs_words(template) and gettext(template) == template:
                return _english(text, language)
            return _filled(template, found.groupdict(default=""))
    return _one_by_one(text) or _english(text, language)


def _needs_words(template: str) -> bool:
    return bool(re.search(r"[a-z]", re.sub(r"%\(\w+\)s", "", template)))


def _one_by_one(text: str) -> SafeString:
    """Several sentences or questions in a row, each told by itself; empty where none of them is the engine's own."""
    pieces = re.split(r"(?<=[.?])(;? )(?=[A-Z])", text)
    if len(pieces) == 1 or all(_is_strange(piece) for piece in pieces[::2]):
        return SafeString("")
    return format_html_join(
        "", "{}", ((told(piece) if index % 2 == 0 else piece,) for index, piece in enumerate(pieces))
    )


def _is_strange(text: str) -> bool:
    return gettext(text) == text and not any(pattern.fullmatch(text) for pattern, _text in _patterns())


def _english(text: str, language: str) -> SafeString:
    if language[:2] == "en":
        return conditional_escape(text)
    return format_html('<span lang="en" dir="ltr">{}</span>', text)


def _filled(template: str, parts: Mapping[str, str]) -> SafeString:
    """The pattern in the reader's language with its parts told; what follows it behind it."""
    said = {name: _TOLD.get(name.rstrip("2"), told)(part) for name, part in parts.items() if name != "rest"}
    sentence = mark_safe(conditional_escape(gettext(template)) % said)  # noqa: S308 - every part is told, so escaped
    rest = parts.get("rest", "")
    return format_html("{} {}", sentence, told(rest)) if rest else sentence


def _state(code: str) -> SafeString:
    return conditional_escape(party_name(code))


def _apart(text: str) -> SafeString:
    """A day or a code keeps its order among Arabic words (U+2068, U+2069)."""
    return conditional_escape(f"\u2068{text}\u2069" if direction(get_language() or "en") == "rtl" else text)


def _what(label: str) -> SafeString:
    """A measure or an offence, by the word that the pages have for it."""
    for kind, labels in (("measure", MEASURES), ("offence", OFFENCES)):
        code = next((code for code, words in labels.items() if words == label), "")
        if code:
            return conditional_escape(vocabulary.word(kind, code))
    return told(label)


def _place(name: str) -> SafeString:
    """A State named in English, or words for a place."""
    code = next((code for code, known in country_names("en").items() if known == name), "")
    return _state(code) if code else told(name)


def _title(title: str) -> SafeString:
    named = treaty_title(title)
    return told(title) if named == title else conditional_escape(named)


def _measure(code: str) -> SafeString:
    return conditional_escape(vocabulary.word("measure", code))


def _asof(text: str) -> SafeString:
    """The age as the source prints it: a day alone needs no words."""
    return _apart(text) if re.fullmatch(_PARTS["day"], text) else told(text)


def _age(text: str) -> SafeString:
    """What stands behind a row: how old it is, and for which territory."""
    found = re.fullmatch(
        r"(?: \(as of (?P<asof>.+?)\)| \((?P<undated>undated row)\))?(?:, for this territory: (?P<scope>.+))?", text
    )
    if found is None or not text:
        return conditional_escape(text)
    said: list[SafeString] = []
    if found["asof"]:
        said.append(format_html(" ({})", _with(gettext("as of %(asof)s"), asof=_asof(found["asof"]))))
    if found["undated"]:
        said.append(format_html(" ({})", gettext("undated row")))
    if found["scope"]:
        said.append(_with(gettext(", for this territory: %(scope)s"), scope=told(found["scope"])))
    return mark_safe("".join(said))  # noqa: S308 - each piece is escaped above


def _with(template: str, **parts: SafeString) -> SafeString:
    return mark_safe(conditional_escape(template) % parts)  # noqa: S308 - every part is told, so escaped


def _was(text: str) -> SafeString:
    """What a correction displaced: columns and their values, as `Fact.words` writes them."""
    return mark_safe("; ".join(_columns(text)))  # noqa: S308 - each piece is escaped below


def _columns(text: str) -> Iterator[SafeString]:
    for piece in text.split("; "):
        other, said = piece.startswith("or: "), piece.removeprefix("or: ")
        column = next(
            (one for one in gazette_words.COLUMNS if said.startswith(f"{one.replace('_', ' ')} ")),
            "",
        )
        status = gazette_words.STATUSES.get(said.replace(" ", "_"))
        if column:
            value = gazette_words.shown(column, said[len(column) + 1 :])
            words = format_html("{} {}", gazette_words.COLUMNS[column], _apart(value))
        else:
            words = conditional_escape(str(status)) if status else told(said)
        yield format_html("{} {}", gettext("or:"), words) if other else words


_TOLD: Mapping[str, Callable[[str], SafeString]] = {
    "state": _state,
    "other": _state,
    "day": _apart,
    "code": _apart,
    "what": _what,
    "place": _place,
    "title": _title,
    "measure": _measure,
    "asof": _asof,
    "age": _age,
    "was": _was,
}
"""How each part is told; any other is a sentence of its own."""
