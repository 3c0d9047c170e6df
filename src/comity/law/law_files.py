"""Law files: one YAML per instrument, read into `Instrument`; a fault names the file and the place in it.

Short forms keep the files readable for a lawyer:
- a provision is `Art. 18(3)(f)`, or a mapping with `at`, `text` and `read`;
- `read` names a key of `data/sources.yaml`; it is inherited from the section and the file. A key that is not the
  instrument's own text (recalled, or read only in a national act that transposes it) gives `verified: false`;
- an article without the instrument's name gets its `cite` in front, so that a reason stands alone.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from importlib.resources import files
from typing import Any

import yaml

from comity.law.instrument import (
    Asked,
    Caution,
    Channel,
    Condition,
    Coverage,
    DualCriminality,
    Force,
    Instrument,
    Membership,
    Provision,
    Relation,
    UseRule,
)
from comity.law.vocabulary import MEASURES, OFFENCES
from comity.values.errors import BrokenError
from comity.values.verdict import Finding

DATA = files("comity.law") / "data"
RECALLED = "MEM"


class LawLoader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]  # the C twin is built or not
    """The safe loader with `true` and `false` as the only truth words: `NO` is Norway and `on` is a day."""


LawLoader.yaml_implicit_resolvers = {
    letter: [(tag, form) for tag, form in resolvers if tag != "tag:yaml.org,2002:bool"]
    for letter, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
LawLoader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(?:true|false)$"), list("tf"))


def read_yaml(name: str) -> Any:
    """The value of one YAML file of the package's data; a file that does not parse is named with its line."""
    try:
        return yaml.load((DATA / name).read_bytes(), Loader=LawLoader)  # noqa: S506 - a safe loader
    except yaml.YAMLError as error:
        raise BrokenError(f"A law file cannot be read: {error}", code="law:file", place=name) from error


@dataclass(frozen=True, slots=True, eq=False)
class Sources:
    """Where facts were read: key to citation, and the keys that are not the instrument's own text."""

    texts: Mapping[str, str]
    not_the_text: frozenset[str]

    def read(self, key: str) -> bool:
        """Whether a fact with this key was read in the instrument itself, so that it counts as verified."""
        return key not in self.not_the_text


@lru_cache(maxsize=1)
def load_sources() -> Sources:
    value = read_yaml("sources.yaml")
    return Sources(value["sources"], frozenset(value["not_the_text"]))


class LawFile:
    """One file while it is read: its defaults, the sources it may name, and where a fault stands."""

    def __init__(self, name: str, value: Mapping[str, Any], sources: Sources) -> None:
        self.name = name
        self.value = value
        self.sources = sources
        self.cite = str(value.get("cite") or value.get("code", ""))
        self.read = str(value.get("read", RECALLED))

    def broken(self, why: str, place: str) -> BrokenError:
        return BrokenError(f"{self.name}, {place}: {why}", code="law:file", place=f"{self.name}:{place}")

    def provision(self, given: Any, place: str, read: str | None = None) -> Provision:
        value = {"at": given} if isinstance(given, str) else given
        if not isinstance(value, Mapping) or not value.get("at"):
            raise self.broken("a provision is an article, or a mapping with `at`", place)
        source = str(value.get("read", read or self.read))
        if source not in self.sources.texts:
            raise self.broken(f"'{source}' is not a key of sources.yaml", place)
        article = str(value["at"])
        if article.startswith(("Art", "Chapter", "Recital", "Title")):
            article = f"{self.cite} {article}"
        return Provision(article, str(value.get("text", "")), self.sources.read(source), self.sources.texts[source])

    def coverage(self, given: Any, place: str, read: str | None = None) -> Coverage:
        provision = self.provision(given, place, read)
        if not isinstance(given, Mapping):
            return Coverage(provision)
        asked = self.asked(given["ask"], place) if "ask" in given else None
        finding = Finding(given.get("finding", "UNSETTLED" if asked else "CLEAR"))
        return Coverage(provision, finding, asked, tuple(given.get("if", ())))

    def asked(self, given: Any, place: str) -> Asked:
        if not isinstance(given, Mapping) or not {"id", "text"} <= set(given):
            raise self.broken("a question has `id` and `text`", place)
        return Asked(str(given["id"]), str(given["text"]))

    def words(self, given: Any, known: Mapping[str, str], place: str) -> frozenset[str]:
        unknown = set(given or ()) - set(known)
        if unknown:
            raise self.broken(f"unknown: {', '.join(sorted(unknown))}", place)
        return frozenset(given or ())


def instrument_of(code: str, value: Mapping[str, Any], sources: Sources, classes: Mapping[str, Any]) -> Instrument:
    """The instrument a law file describes; every fault is refused with file, place and reason."""
    file = LawFile(f"instruments/{code}.yaml", {"code": code, **value}, sources)
    offences = value.get("offences", {})
    read_offences = offences.get("read")
    conditions = {
        name: Condition(
            Asked(str(given.get("id", f"{code}:{name}")), str(given["ask"])),
            file.provision(given, name),
            file.words(given.get("met_by"), OFFENCES, name),
        )
        for name, given in value.get("conditions", {}).items()
    }
    covered = {
        offence: file.coverage(given, f"offences.{offence}", read_offences)
        for offence, given in offences.get("covered", {}).items()
    }
    measures = {
        measure: file.coverage(given, f"measures.{measure}", value.get("measures_read"))
        for measure, given in value.get("measures", {}).items()
    }
    file.words(measures, MEASURES, "measures")
    file.words(covered, OFFENCES, "offences")
    otherwise = file.coverage(offences["otherwise"], "offences.otherwise", read_offences)
    for name, coverage in [*covered.items(), *measures.items(), ("otherwise", otherwise)]:
        if set(coverage.conditions) - set(conditions):
            raise file.broken("names a condition that is not in `conditions`", name)
    return Instrument(
        code=code,
        title=str(value["title"]),
        kind=str(value["kind"]),
        rank=int(value["rank"]),
        signed=value.get("signed"),
        force=_force(file, value["force"]),
        membership=membership_of(file, value["membership"], classes),
        measures=measures,
        offences=covered,
        otherwise=otherwise,
        conditions=conditions,
        cautions=tuple(_caution(file, code, given) for given in value.get("questions", ())),
        relations=tuple(_relation(file, given) for given in value.get("relations", ())),
        channel=_channel(file, value.get("channel")),
        dual_criminality=_dual(file, value.get("dual_criminality")),
        use=tuple(
            UseRule(
                given["id"],
                given.get("kind", "specialty"),
                file.provision(given, given["id"]),
                tuple(given.get("in", ())),
            )
            for given in value.get("use", ())
        ),
        sources=(sources.texts[file.read],),
        offence_ranks=value.get("offence_ranks", {}),
        states=tuple(value["states"]) if "states" in value else None,
        aliases=tuple(value.get("aliases", ())),
        parent=str(value.get("parent", "")),
    )


def _force(file: LawFile, value: Mapping[str, Any]) -> Force:
    since = value.get("since")
    if since is not None and not isinstance(since, date):
        raise file.broken("`since` is a day", "force")
    return Force(since, file.provision(value, "force"), value.get("not_before"), value.get("provisional"))


def membership_of(file: LawFile, value: Mapping[str, Any], classes: Mapping[str, Any]) -> Membership:
    """Open with its provision, or closed to a class of `classes.yaml`, with opt-outs and doubtful cases."""
    if "open" in value:
        return Membership(closed=False, provision=file.provision(value["open"], "membership"))
    members: dict[str, tuple[date, date | None]] = {}
    for name in value["classes"]:
        if name not in classes:
            raise file.broken(f"no class '{name}' in classes.yaml", "membership")
        members |= {state: (span[0], span[1]) for state, span in classes[name].items()}
    third = frozenset(str(state) for name in value.get("third", ()) for state in classes[name])
    for state in value.get("without", ()):
        members.pop(state, None)
    return Membership(
        closed=True,
        provision=file.provision(value["closed"], "membership"),
        members=members,
        opted_out={
            state: file.provision(given, f"opt_out.{state}") for state, given in value.get("opt_out", {}).items()
        },
        doubtful={
            state: file.provision(given, f"doubtful.{state}") for state, given in value.get("doubtful", {}).items()
        },
        third=third,
    )


def _caution(file: LawFile, code: str, given: Mapping[str, Any]) -> Caution:
    asked = Asked(str(given.get("id", "")), str(given["ask"]))
    if not asked.id.startswith(f"{code}:") and ":" not in asked.id:
        asked = Asked(f"{code}:{asked.id}", asked.text)
    return Caution(
        asked,
        file.provision(given, asked.id),
        file.words(given.get("measures"), MEASURES, asked.id),
        file.words(given.get("offences"), OFFENCES, asked.id),
    )


def _relation(file: LawFile, given: Mapping[str, Any]) -> Relation:
    return Relation(
        str(given["kind"]),
        tuple(given["to"]),
        file.provision(given, "relations"),
        file.words(given.get("measures"), MEASURES, "relations"),
        tuple(given.get("unless_title", ())),
    )


def _channel(file: LawFile, value: Mapping[str, Any] | None) -> Channel | None:
    if value is None:
        return None
    urgent, language = value.get("urgent"), value.get("language")
    return Channel(
        route=str(value["route"]),
        provision=file.provision(value, "channel"),
        transmitter=str(value.get("transmitter", "")),
        signer=str(value.get("signer", "")),
        form=str(value.get("form", "")),
        urgent=str(urgent["text"]) if urgent else "",
        urgent_provision=file.provision(urgent, "channel.urgent") if urgent else None,
        original_must_follow=str(value.get("original", "")),
        language_provision=file.provision(language, "channel.language") if language else None,
    )


def _dual(file: LawFile, value: Mapping[str, Any] | None) -> DualCriminality | None:
    if value is None:
        return None
    special = value.get("measures", {})
    file.words(special, MEASURES, "dual_criminality")
    return DualCriminality(
        rule=str(value["rule"]),
        provision=file.provision(value, "dual_criminality"),
        measures={measure: str(given["rule"]) for measure, given in special.items()},
        provisions={
            measure: file.provision(given, f"dual_criminality.{measure}") for measure, given in special.items()
        },
    )
