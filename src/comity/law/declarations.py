"""What States declared under instruments: languages, authorities, channels, reservations.

A blank means *not read*, never *no declaration*.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Declared:
    """One declared fact: `what` is the article, role or fact; `text` in our words; source and age as printed."""

    what: str
    text: str
    source: str
    as_of: str
    urgent: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()

    def to_json(self) -> dict[str, object]:
        shown: dict[str, object] = {"what": self.what, "text": self.text, "source": self.source, "as_of": self.as_of}
        if self.languages:
            shown |= {"languages": list(self.languages), "urgency_languages": list(self.urgent)}
        return shown


@dataclass(frozen=True)
class Declarations:
    """All that one State declared under one instrument, as far as read."""

    languages: tuple[Declared, ...] = ()
    authorities: tuple[Declared, ...] = ()
    channels: tuple[Declared, ...] = ()
    reservations: tuple[Declared, ...] = ()

    @property
    def accepted_languages(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(tag for row in self.languages for tag in row.languages))

    @property
    def urgency_languages(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(tag for row in self.languages for tag in (*row.languages, *row.urgent)))

    def authority(self, *roles: str) -> str:
        """The authority declared for the first of these roles that has one; empty when none was read."""
        for role in roles:
            for row in self.authorities:
                if row.what.endswith(role):
                    return row.text
        return ""

    def channel(self, fact: str) -> Declared | None:
        return next((row for row in self.channels if row.what == fact), None)


@dataclass
class _Sheet:
    languages: list[Declared] = field(default_factory=list)
    authorities: list[Declared] = field(default_factory=list)
    channels: list[Declared] = field(default_factory=list)
    reservations: list[Declared] = field(default_factory=list)


def read_declarations(
    tables: Mapping[str, Sequence[Mapping[str, str]]], names: Mapping[str, str | list[str]]
) -> dict[tuple[str, str], Declarations]:
    """Declarations by State and canonical code; `names` maps the spellings of the tables to codes."""
    sheets: dict[tuple[str, str], _Sheet] = {}
    for kind, rows in tables.items():
        for row in rows:
            codes = names.get(row["instrument"], row["instrument"])
            for code in [codes] if isinstance(codes, str) else codes:
                sheet = sheets.setdefault((row["state"], code), _Sheet())
                target = "reservations" if kind == "read" else kind
                getattr(sheet, target).append(_declared(kind, row))
    return {
        key: Declarations(
            *(tuple(getattr(sheet, name)) for name in ("languages", "authorities", "channels", "reservations"))
        )
        for key, sheet in sheets.items()
    }


def _declared(kind: str, row: Mapping[str, str]) -> Declared:
    source, as_of = row["source"], row["as_of"]
    if kind == "languages":
        tags, urgent = tuple(row["languages"].split()), tuple(row["urgency_languages"].split())
        return Declared("languages", row["condition"], source, as_of, urgent, tags)
    if kind == "authorities":
        return Declared(row["role"], row["authority"], source, as_of)
    if kind == "channels":
        return Declared(row["fact"], row["value"], source, as_of)
    return Declared(row["article"], row["effect_in_our_words"], source, as_of)
