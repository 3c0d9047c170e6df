"""Offences of national law, as far as the register holds them: statute, elements, maximum penalty.

One file per State (`data/national/CO.yaml`), each offence with where it was read and how old that is. The elements are
a reading of the statute by the table of elements; they are compared, and a person checks and signs off. The register
holds the whole law of no State: an offence that is not listed is unknown, never "no offence".
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from comity.law.conduct import ConductTable, load_conduct
from comity.law.expression import Expression, ExpressionError
from comity.law.faults import LawText, Path
from comity.law.law_files import DATA, Sources, load_sources, read_text
from comity.law.vocabulary import OFFENCES

NATIONAL_SILENCE = 'The register holds the whole law of no State: what is not listed is unknown, not "no offence".'


@dataclass(frozen=True, slots=True)
class NationalOffence:
    """One offence of one State's law. None: the text read does not say, or that part was not read."""

    state: str
    offence: str
    statute: str
    written: tuple[str, ...]
    lines: tuple[Expression, ...]
    maximum: int | None
    attempt: bool | None
    participation: bool | None
    verified: bool
    source: str
    as_of: str

    def to_json(self) -> dict[str, Any]:
        return {
            "state": self.state,
            "offence": self.offence,
            "statute": self.statute,
            "elements": list(self.written),
            "maximum_months": self.maximum,
            "attempt": self.attempt,
            "participation": self.participation,
            "verified": self.verified,
            "source": self.source,
            "as_of": self.as_of,
        }


@lru_cache(maxsize=1)
def national_offences() -> Mapping[str, tuple[NationalOffence, ...]]:
    """The offences held, by State."""
    names = sorted(entry.name for entry in (DATA / "national").iterdir() if entry.name.endswith(".yaml"))
    return {
        name.removesuffix(".yaml"): national_from_text(
            f"national/{name}", read_text(f"national/{name}"), load_sources(), load_conduct()
        )
        for name in names
    }


def national_from_text(name: str, text: str, sources: Sources, table: ConductTable) -> tuple[NationalOffence, ...]:
    """The offences of a file named for its State; a fault names file, line and reason."""
    file = LawText(name, text)
    value = file.mapping(("read", "as_of", "offences"))
    state = name.rsplit("/", maxsplit=1)[-1].removesuffix(".yaml")
    return tuple(
        _offence(file, state, given, ("offences", index), sources, table)
        for index, given in enumerate(value["offences"])
    )


def _offence(
    file: LawText, state: str, given: Mapping[str, Any], path: Path, sources: Sources, table: ConductTable
) -> NationalOffence:
    for key in ("offence", "statute", "elements"):
        if not given.get(key):
            raise file.broken(f"an offence of national law has `{key}`", path)
    if given["offence"] not in OFFENCES:
        raise file.broken(f"'{given['offence']}' is not an offence of the vocabulary", (*path, "offence"))
    key = str(given.get("read", file.value["read"]))
    if key not in sources.texts:
        raise file.broken(f"'{key}' is not a key of sources.yaml", path)
    maximum = given.get("maximum_months")
    if maximum is not None and (not isinstance(maximum, int) or isinstance(maximum, bool) or maximum < 0):
        raise file.broken("`maximum_months` is a whole number of months", (*path, "maximum_months"))
    try:
        lines = tuple(table.line(str(line)) for line in given["elements"])
    except ExpressionError as error:
        raise file.broken(str(error), (*path, "elements")) from error
    return NationalOffence(
        state=state,
        offence=str(given["offence"]),
        statute=str(given["statute"]),
        written=tuple(str(line) for line in given["elements"]),
        lines=lines,
        maximum=maximum,
        attempt=given.get("attempt"),
        participation=given.get("participation"),
        verified=sources.read(key),
        source=sources.texts[key],
        as_of=str(given.get("as_of", file.value["as_of"])),
    )
