"""The drafting form as values: the table of fields filled from a content, with each gap at its field."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise

from comity.web import vocabulary
from comity.web.drafting.fields import ONLY_FOR, SECTIONS, STAGES, Asked, Kind, Section
from comity.web.drafting.places import slug, value_at

Words = str | Promise


@dataclass(frozen=True, slots=True)
class GapLine:
    """Something missing, with its provision; it stands beside its field."""

    place: str
    text: str
    provision: str = ""
    recommended: bool = False
    verified: bool = True

    @property
    def anchor(self) -> str:
        return f"field-{slug(self.place)}"


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

    @property
    def id(self) -> str:
        return slug(self.place)

    @property
    def wide(self) -> bool:
        """Whether it takes the whole width: prose, lists to tick, sentences to agree to."""
        return self.asked.kind in {Kind.TEXTS, Kind.TEXTS_LINE, Kind.LINES, Kind.CHOICES, Kind.YES}


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
    return [_section(section, content, languages, gaps) for section in SECTIONS]


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
        if section.repeats == "parts" and measure not in ONLY_FOR.get(asked.place, {measure}):
            continue
        place = f"{prefix}.{asked.place}" if prefix else asked.place
        found = value_at(content, place)
        mine = tuple(gap for gap in gaps if gap.place == place or gap.place.startswith((f"{place}.", f"{place}[")))
        yield FieldLine(asked, place, _values(asked, place, found, languages), _options(asked, found), mine)


def _values(asked: Asked, place: str, found: Any, languages: Sequence[str]) -> tuple[Value, ...]:
    if asked.kind in {Kind.TEXTS, Kind.TEXTS_LINE}:
        texts = found if isinstance(found, dict) else {}
        spoken = [*languages, *(language for language in texts if language not in languages)]
        return tuple(Value(f"{place}.{language}", str(texts.get(language, "")), language) for language in spoken)
    if asked.kind is Kind.LINES:
        lines = found if isinstance(found, list) else []
        return tuple(
            Value(f"{place}.{language}", "\n".join(str(line.get(language, "")) for line in lines), language)
            for language in languages
        )
    if asked.kind is Kind.LIST:
        return (Value(place, ", ".join(found) if isinstance(found, list) else ""),)
    if asked.kind is Kind.YES:
        return (Value(place, "yes" if found is True else ""),)
    return (Value(place, found if isinstance(found, str) else ""),)


def _options(asked: Asked, found: Any) -> tuple[tuple[str, Words, bool], ...]:
    if asked.kind not in {Kind.CHOICE, Kind.CHOICES}:
        return ()
    words = STAGES if asked.vocabulary == "stage" else vocabulary.KINDS[asked.vocabulary]
    chosen = found if isinstance(found, list) else [found]
    return tuple((code, label, code in chosen) for code, label in words.items())
