"""Law files: one YAML per instrument, read into `Instrument`; a fault names the file and the place in it.

Short forms keep the files readable for a lawyer:
- a provision is `Art. 18(3)(f)`, or a mapping with `at`, `text` and `read`;
- `read` names a key of `data/sources.yaml`; it is inherited from the section and the file. A key that is not the
  instrument's own text (recalled, or read only in a national act that transposes it) gives `verified: false`;
- an article without the instrument's name gets its `cite` in front, so that a reason stands alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from importlib.resources import files
from typing import Any

from comity.law.articles import ArticleMap, article_map
from comity.law.faults import LawLoader, LawText, Path, parse_yaml
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
from comity.values.verdict import Finding

__all__ = [
    "DATA",
    "LawFile",
    "LawLoader",
    "Sources",
    "instrument_of",
    "load_sources",
    "membership_of",
    "read_text",
    "read_yaml",
]

RELATIONS = frozenset({"yields", "replaces", "supplements", "beside"})
DUAL_RULES = ("always", "coercive", "may-refuse", "declared", "never", "unless-listed")
DATA = files("comity.law") / "data"


def read_text(name: str) -> str:
    """The text of one file of the package's data."""
    return (DATA / name).read_text(encoding="utf-8")


def read_yaml(name: str) -> Any:
    """The value of one YAML file of the package's data; a file that does not parse is named with its line."""
    return parse_yaml(name, read_text(name))


@dataclass(frozen=True, slots=True, eq=False)
class Sources:
    """Where facts were read: key to citation, and the keys that are not the instrument's own text."""

    texts: Mapping[str, str]
    not_the_text: frozenset[str]
    collected: date = date.max
    """When the register was put together: the age of what no row dates."""

    def read(self, key: str) -> bool:
        """Whether a fact with this key was read in the instrument itself, so that it counts as verified."""
        return key not in self.not_the_text


@lru_cache(maxsize=1)
def load_sources() -> Sources:
    value = read_yaml("sources.yaml")
    return Sources(value["sources"], frozenset(value["not_the_text"]), value["collected"])


class LawFile(LawText):
    """One file while it is read: its defaults, the sources it may name, its article map, and where a fault stands."""

    def __init__(self, name: str, value: Mapping[str, Any], sources: Sources, text: str = "") -> None:
        super().__init__(name, text, value)
        self.sources = sources
        self.cite = str(value.get("cite") or value.get("code", ""))
        if not value.get("read"):
            raise self.broken("a source is missing: say under `read` where it was read (a key of sources.yaml)", ())
        self.read = str(value["read"])
        self.articles: ArticleMap | None = article_map(value.get("articles"))

    def provision(self, given: Any, path: Path, read: str | None = None) -> Provision:
        value = {"at": given} if isinstance(given, str) else given
        if not isinstance(value, Mapping) or not value.get("at"):
            raise self.broken("a provision is an article, or a mapping with `at`", path)
        source = str(value.get("read", read or self.read))
        if source not in self.sources.texts:
            raise self.broken(f"'{source}' is not a key of sources.yaml", path)
        article = str(value["at"])
        if article.startswith("Art") and self.articles is not None:
            unknown = self.articles.unknown(article)
            if unknown:
                raise self.broken(f"unknown article {unknown}: {self.cite} has {self.articles.words}", path)
        if article.startswith(("Art", "Chapter", "Recital", "Title")):
            article = f"{self.cite} {article}"
        return Provision(article, str(value.get("text", "")), self.sources.read(source), self.sources.texts[source])

    def coverage(self, given: Any, path: Path, read: str | None = None) -> Coverage:
        provision = self.provision(given, path, read)
        if not isinstance(given, Mapping):
            return Coverage(provision)
        asked = self.asked(given["ask"], path) if "ask" in given else None
        word = given.get("finding", "UNSETTLED" if asked else "CLEAR")
        if word not in Finding.__members__:
            raise self.broken(f"'{word}' is no finding: CLEAR, UNSETTLED or BARRED", path)
        return Coverage(provision, Finding(word), asked, tuple(given.get("if", ())))

    def asked(self, given: Any, path: Path) -> Asked:
        if not isinstance(given, Mapping) or not {"id", "text"} <= set(given):
            raise self.broken("a question has `id` and `text`", path)
        return Asked(str(given["id"]), str(given["text"]))

    def words(self, given: Any, known: Mapping[str, str], path: Path) -> frozenset[str]:
        unknown = set(given or ()) - set(known)
        if unknown:
            raise self.broken(f"unknown: {', '.join(sorted(unknown))}", path)
        return frozenset(given or ())


def instrument_of(
    code: str, value: Mapping[str, Any], sources: Sources, classes: Mapping[str, Any], text: str = ""
) -> Instrument:
    """The instrument a law file describes; every fault is refused with file, line (of `text`) and reason."""
    name = f"instruments/{code}.yaml"
    if not isinstance(value, Mapping):
        raise LawText(name, text, value or {}).broken("it is a mapping of names to values", ())
    for key in ("title", "kind", "rank", "force", "membership", "offences"):
        if key not in value:
            raise LawText(name, text, value).broken(f"`{key}` is missing", ())
    file = LawFile(name, {"code": code, **value}, sources, text)
    offences = value.get("offences", {})
    read_offences = offences.get("read")
    conditions = {
        name: Condition(
            Asked(str(given.get("id", f"{code}:{name}")), str(given["ask"])),
            file.provision(given, ("conditions", name)),
            file.words(given.get("met_by"), OFFENCES, ("conditions", name)),
        )
        for name, given in value.get("conditions", {}).items()
    }
    covered = {
        offence: file.coverage(given, ("offences", "covered", offence), read_offences)
        for offence, given in offences.get("covered", {}).items()
    }
    measures = {
        measure: file.coverage(given, ("measures", measure), value.get("measures_read"))
        for measure, given in value.get("measures", {}).items()
    }
    for measure in measures:
        file.words([measure], MEASURES, ("measures", measure))
    for offence in covered:
        file.words([offence], OFFENCES, ("offences", "covered", offence))
    if "otherwise" not in offences:
        raise file.broken("`otherwise` is missing: say what holds for every other offence", ("offences",))
    otherwise = file.coverage(offences["otherwise"], ("offences", "otherwise"), read_offences)
    named: list[tuple[Path, Coverage]] = [(("offences", "covered", name), one) for name, one in covered.items()]
    named += [(("measures", name), one) for name, one in measures.items()]
    for path, coverage in [*named, (("offences", "otherwise"), otherwise)]:
        if set(coverage.conditions) - set(conditions):
            raise file.broken("names a condition that is not in `conditions`", path)
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
        cautions=tuple(_caution(file, code, given, place) for place, given in enumerate(value.get("questions", ()))),
        relations=tuple(_relation(file, given, place) for place, given in enumerate(value.get("relations", ()))),
        channel=_channel(file, value.get("channel")),
        dual_criminality=_dual(file, value.get("dual_criminality")),
        use=tuple(
            UseRule(
                given["id"],
                given.get("kind", "specialty"),
                file.provision(given, ("use", place)),
                tuple(given.get("in", ())),
            )
            for place, given in enumerate(value.get("use", ()))
        ),
        sources=(sources.texts[file.read],),
        offence_ranks=value.get("offence_ranks", {}),
        states=tuple(value["states"]) if "states" in value else None,
        aliases=tuple(value.get("aliases", ())),
        parent=str(value.get("parent", "")),
        articles=file.articles,
        text_read=sources.read(file.read),
    )


def _force(file: LawFile, value: Mapping[str, Any]) -> Force:
    since = value.get("since")
    if since is not None and not isinstance(since, date):
        raise file.broken("`since` is a day", ("force", "since"))
    provisional = value.get("provisional")
    if since and provisional and provisional > since:
        raise file.broken("it cannot be provisionally applied after it is in force", ("force", "provisional"))
    return Force(since, file.provision(value, ("force",)), value.get("not_before"), provisional)


def membership_of(file: LawFile, value: Mapping[str, Any], classes: Mapping[str, Any]) -> Membership:
    """Open with its provision, or closed to a class of `classes.yaml`, with opt-outs and doubtful cases."""
    path = ("membership",)
    if "open" in value:
        return Membership(closed=False, provision=file.provision(value["open"], (*path, "open")))
    if not {"closed", "classes"} <= set(value):
        raise file.broken("it is `open`, or `closed` with its `classes`", path)
    members: dict[str, tuple[date, date | None]] = {}
    for name in value["classes"]:
        if name not in classes:
            raise file.broken(f"no class '{name}' in classes.yaml", (*path, "classes"))
        for state, span in classes[name].items():
            if state in members and _overlap(members[state], (span[0], span[1])):
                raise file.broken(
                    f"{state} stands in two of its classes with an overlapping period", (*path, "classes")
                )
            members[state] = (span[0], span[1])
    third = frozenset(str(state) for name in value.get("third", ()) for state in classes[name])
    for state in value.get("without", ()):
        members.pop(state, None)
    return Membership(
        closed=True,
        provision=file.provision(value["closed"], (*path, "closed")),
        members=members,
        opted_out=_states(file, value, "opt_out"),
        doubtful=_states(file, value, "doubtful"),
        third=third,
        extended={
            state: file.words(given["measures"], MEASURES, (*path, "doubtful", state))
            for state, given in value.get("doubtful", {}).items()
            if "measures" in given
        },
    )


def _states(file: LawFile, value: Mapping[str, Any], key: str) -> dict[str, Provision]:
    return {state: file.provision(given, ("membership", key, state)) for state, given in value.get(key, {}).items()}


def _overlap(first: tuple[date, date | None], second: tuple[date, date | None]) -> bool:
    earlier, later = sorted((first, second), key=lambda span: span[0])
    return earlier[1] is None or earlier[1] >= later[0]


def check_classes(file: LawText) -> Mapping[str, Any]:
    """The closed classes of States; a period that ends before it begins is refused with its line."""
    for name, members in file.value.items():
        for state, span in members.items():
            if not isinstance(span, list) or len(span) != 2 or not isinstance(span[0], date):
                raise file.broken("a State's period is [from, until], until null while it lasts", (name, state))
            if span[1] is not None and span[1] < span[0]:
                raise file.broken("the period ends before it begins", (name, state))
    found: Mapping[str, Any] = file.value
    return found


def _caution(file: LawFile, code: str, given: Mapping[str, Any], place: int) -> Caution:
    path = ("questions", place)
    if "ask" not in given:
        raise file.broken("a question has `id`, `ask` and `at`", path)
    asked = Asked(str(given.get("id", "")), str(given["ask"]))
    if not asked.id.startswith(f"{code}:") and ":" not in asked.id:
        asked = Asked(f"{code}:{asked.id}", asked.text)
    return Caution(
        asked,
        file.provision(given, path),
        file.words(given.get("measures"), MEASURES, path),
        file.words(given.get("offences"), OFFENCES, path),
    )


def _relation(file: LawFile, given: Mapping[str, Any], place: int) -> Relation:
    path = ("relations", place)
    if given.get("kind") not in RELATIONS:
        raise file.broken(f"'{given.get('kind')}' is no relation: {', '.join(sorted(RELATIONS))}", path)
    return Relation(
        str(given["kind"]),
        tuple(given["to"]),
        file.provision(given, path),
        file.words(given.get("measures"), MEASURES, path),
        tuple(given.get("unless_title", ())),
    )


def _channel(file: LawFile, value: Mapping[str, Any] | None) -> Channel | None:
    if value is None:
        return None
    urgent, language = value.get("urgent"), value.get("language")
    return Channel(
        route=str(value["route"]),
        provision=file.provision(value, ("channel",)),
        transmitter=str(value.get("transmitter", "")),
        signer=str(value.get("signer", "")),
        form=str(value.get("form", "")),
        urgent=str(urgent["text"]) if urgent else "",
        urgent_provision=file.provision(urgent, ("channel", "urgent")) if urgent else None,
        original_must_follow=str(value.get("original", "")),
        language_provision=file.provision(language, ("channel", "language")) if language else None,
    )


def _dual(file: LawFile, value: Mapping[str, Any] | None) -> DualCriminality | None:
    if value is None:
        return None
    special = value.get("measures", {})
    path = ("dual_criminality",)
    for measure, given in special.items():
        file.words([measure], MEASURES, (*path, "measures", measure))
        if given.get("rule") not in DUAL_RULES:
            raise file.broken(
                f"'{given.get('rule')}' is no rule: {', '.join(DUAL_RULES)}", (*path, "measures", measure)
            )
    if value.get("rule") not in DUAL_RULES:
        raise file.broken(f"'{value.get('rule')}' is no rule: {', '.join(DUAL_RULES)}", path)
    return DualCriminality(
        rule=str(value["rule"]),
        provision=file.provision(value, path),
        measures={measure: str(given["rule"]) for measure, given in special.items()},
        provisions={measure: file.provision(given, (*path, "measures", measure)) for measure, given in special.items()},
    )
