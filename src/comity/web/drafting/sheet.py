"""The drafting form as values: the table of fields filled from a content, with each gap at its field."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise

from comity.web import vocabulary
from comity.web.drafting.fields import CHOICES, ONLY_FOR, SECTIONS, Asked, Kind, Section
from comity.web.drafting.places import slug, value_at

Words = str | Promise
_ENTRY = re.compile(r"(parts|persons|statutes|translations)\[(\d+)\]")


@dataclass(frozen=True, slots=True)
class GapLine:
    """Something missing, with its provision; it stands beside its field."""

    place: str
    text: str
    provision: str = ""
    recommended: bool = False
    verified: bool = True
    mark: str = ""
    """The mark of the entry it stands in (`a`, `p1`), where entries repeat."""

    @property
    def anchor(self) -> str:
        return f"field-{slug(self.place)}"


def gap_lines(gaps: Sequence[Mapping[str, Any]], content: Mapping[str, Any]) -> list[GapLine]:
    """Gaps as casework names them, as lines; entries are called by the marks a person sees."""

    def mark(found: re.Match[str]) -> str:
        entries, index = content.get(found[1]) or [], int(found[2])
        return str((entries[index] if index < len(entries) else {}).get("id") or index + 1)

    lines = []
    for gap in gaps:
        place, text = str(gap["place"]), _ENTRY.sub(mark, str(gap["text"]))
        entry = _ENTRY.match(place)
        named = mark(entry) if entry else ""
        lines.append(GapLine(place, text, gap["provision"], gap["severity"] != "missing", gap["verified"], named))
    return lines


@dataclass(frozen=True, slots=True)
class Value:
    """One control: its name (the place of the value), its language if it is a text, and what stands in it."""

    name: str
    value: str
    language: str = ""

    @property
    def id(self) -> str:
        return slug(self.name)


@dataclass(frozen=True, slots=True)
class FieldLine:
    asked: Asked
    place: str
    values: tuple[Value, ...]
    options: tuple[tuple[str, Words, bool], ...] = ()
    gaps: tuple[GapLine, ...] = ()
    kind: Kind = Kind.LINE

    @property
    def id(self) -> str:
        return slug(self.place)

    @property
    def wide(self) -> bool:
        """Whether it takes the whole width: prose, lists to tick, sentences to agree to."""
        return self.kind in {Kind.TEXTS, Kind.TEXTS_LINE, Kind.LINES, Kind.CHOICES, Kind.YES}


@dataclass(frozen=True, slots=True)
class Group:
    """The fields of a section, or of one entry of a repeated section."""

    section: Section
    index: int | None
    mark: str
    fields: tuple[FieldLine, ...]
    gaps: tuple[GapLine, ...] = ()

    @property
    def place(self) -> str:
        return self.section.id if self.index is None else f"{self.section.repeats}[{self.index}]"

    @property
    def id(self) -> str:
        return slug(self.place)


@dataclass(frozen=True, slots=True)
class SectionLines:
    section: Section
    groups: tuple[Group, ...] = ()
    gaps: tuple[GapLine, ...] = field(default=())


def sheet_of(content: Mapping[str, Any], languages: Sequence[str], gaps: Sequence[GapLine]) -> list[SectionLines]:
    """The whole form. A gap stands at the field with its place, else at the nearest group or section that holds it."""
    wanted = [one for one in SECTIONS if one.only_under in {"", content.get("instrument")} or _holds(one, content)]
    return [_section(section, content, languages, gaps) for section in wanted]


def _holds(section: Section, content: Mapping[str, Any]) -> bool:
    """Whether a section that is not asked for still has words in it: they are never hidden."""
    return any(value_at(content, asked.place) for asked in section.fields)


def kind_of(asked: Asked, found: Any) -> Kind:
    """The kind of control that loses nothing: a line that is said in several languages is shown in all of them."""
    return Kind.TEXTS_LINE if asked.kind is Kind.LINE and isinstance(found, dict) else asked.kind


def _section(
    section: Section, content: Mapping[str, Any], languages: Sequence[str], gaps: Sequence[GapLine]
) -> SectionLines:
    if not section.repeats:
        return SectionLines(section, (_group(section, None, content, languages, gaps),))
    entries = content.get(section.repeats) or []
    groups = tuple(_group(section, index, content, languages, gaps) for index in range(len(entries)))
    return SectionLines(section, groups, tuple(gap for gap in gaps if gap.place == section.repeats))


def _group(
    section: Section, index: int | None, content: Mapping[str, Any], languages: Sequence[str], gaps: Sequence[GapLine]
) -> Group:
    prefix = "" if index is None else f"{section.repeats}[{index}]"
    entry = value_at(content, prefix) if prefix else {}
    measure = str((entry or {}).get("measure", "")) if section.repeats == "parts" else ""
    fields = tuple(_fields(section, prefix, measure, content, languages, gaps))
    shown = {gap for line in fields for gap in line.gaps}
    rest = tuple(gap for gap in gaps if prefix and gap not in shown and gap.place.startswith(prefix))
    return Group(section, index, str((entry or {}).get("id", "")), fields, rest)


def _fields(
    section: Section,
    prefix: str,
    measure: str,
    content: Mapping[str, Any],
    languages: Sequence[str],
    gaps: Sequence[GapLine],
) -> Iterator[FieldLine]:
    for asked in section.fields:
        place = f"{prefix}.{asked.place}" if prefix else asked.place
        found = value_at(content, place)
        if section.repeats == "parts" and not found and measure not in ONLY_FOR.get(asked.place, {measure}):
            continue
        mine = tuple(gap for gap in gaps if gap.place == place or gap.place.startswith((f"{place}.", f"{place}[")))
        kind = kind_of(asked, found)
        options = _options(asked, found, content)
        yield FieldLine(asked, place, _values(kind, place, found, languages), options, mine, kind)


def _values(kind: Kind, place: str, found: Any, languages: Sequence[str]) -> tuple[Value, ...]:
    match kind:
        case Kind.TEXTS | Kind.TEXTS_LINE:
            texts = {languages[0]: found} if isinstance(found, str) else found or {}
            spoken = [*languages, *(language for language in texts if language not in languages)]
            return tuple(Value(f"{place}.{language}", str(texts.get(language, "")), language) for language in spoken)
        case Kind.LINES:
            lines = [{languages[0]: one} if isinstance(one, str) else one for one in found or []]
            return tuple(
                Value(f"{place}.{language}", "\n".join(str(line.get(language, "")) for line in lines), language)
                for language in languages
            )
        case Kind.LIST:
            return (Value(place, ", ".join(found) if isinstance(found, list) else ""),)
        case Kind.YES:
            return (Value(place, "yes" if found is True else ""),)
        case _:
            return (Value(place, found if isinstance(found, str) else ""),)


def _options(asked: Asked, found: Any, content: Mapping[str, Any]) -> tuple[tuple[str, Words, bool], ...]:
    """What can be chosen; what stands there and is not among it is offered too, so that it is not lost."""
    if asked.kind is Kind.PERSON:
        words: Mapping[str, Words] = {
            str(person.get("id")): f"{person.get('id')} · {_one(person.get('name'))}"
            for person in content.get("persons") or []
        }
    elif asked.kind in {Kind.CHOICE, Kind.CHOICES}:
        words = CHOICES.get(asked.vocabulary) or vocabulary.KINDS[asked.vocabulary]
    else:
        return ()
    chosen = found if isinstance(found, list) else [found] if found else []
    known = {**words, **{code: code for code in chosen if code not in words}}
    return tuple((code, label, code in chosen) for code, label in known.items())


def _one(texts: Any) -> str:
    return str(next(iter(texts.values()), "")) if isinstance(texts, dict) else str(texts or "")
