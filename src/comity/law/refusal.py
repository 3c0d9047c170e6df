"""Grounds on which a request may be refused, postponed or put under conditions, one table per instrument.

Kinds: `mandatory`, `optional`, `postponement`, `condition`, `duty` (what must be done before or with a refusal) and
`never` (what may not be a ground). A ground says in words when it applies and what removes it, and in `if` and
`cured_by` the same as conditions over typed facts (`facts.yaml`). Whether it applies in a case is for a person.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from comity.law.articles import ArticleMap, article_map
from comity.law.expression import NEVER, Comparison, Expression, ExpressionError, Not, all_of
from comity.law.facts import FactTable, load_facts
from comity.law.faults import LawText, Path
from comity.law.instrument import Instrument, Provision
from comity.law.law_files import DATA, LawFile, Sources, load_sources, read_text, read_yaml
from comity.law.vocabulary import MEASURES

KINDS = frozenset({"mandatory", "optional", "postponement", "condition", "duty", "never"})
WEIGHED = frozenset({"mandatory", "optional", "postponement", "condition"})
"""Kinds that have a condition to weigh; duties and exclusions hold always."""


@dataclass(frozen=True, slots=True)
class Ground:
    """One ground: provision, kind, the condition in plain words, what cures it; `measures` empty means all."""

    id: str
    provision: str
    kind: str
    condition: str
    cure: str
    verified: bool
    source: str
    measures: frozenset[str] = frozenset()
    not_for: frozenset[str] = frozenset()
    exhaustive: bool = False
    """For its measures only the grounds so marked may be raised (ETS 185 Art. 29(5))."""
    test: Expression = NEVER
    """When it applies, over typed facts."""
    cured_by: Expression = NEVER
    """What removes it, over typed facts."""
    consult: str = ""
    """The provision by which the other side is consulted before refusal on this ground."""
    closed_to: frozenset[str] = frozenset()
    """Measures for which an exhaustive list leaves this ground out."""

    def applies_to(self, measure: str) -> bool:
        return measure not in self.not_for and (not self.measures or measure in self.measures)

    @property
    def scope(self) -> Expression:
        """The measures it can be raised against, as a condition on the fact `measure`."""
        parts: list[Expression] = []
        if self.measures:
            parts.append(Comparison("measure", "in", tuple(sorted(self.measures))))
        left_out = self.not_for | self.closed_to
        if left_out:
            parts.append(Not(Comparison("measure", "in", tuple(sorted(left_out)))))
        return all_of(*parts)

    @property
    def weighed(self) -> Expression:
        """True: it stands against the request. False: it does not. Unknown: a fact is missing."""
        return all_of(self.scope, self.test, Not(self.cured_by))

    def to_json(self) -> dict[str, Any]:
        return {
            "ground": self.id,
            "provision": self.provision,
            "kind": self.kind,
            "condition": self.condition,
            "cure": self.cure,
            "verified": self.verified,
            "source": self.source,
        }


@lru_cache(maxsize=128)
def refusal_grounds(instrument: Instrument, measure: str = "") -> tuple[Ground, ...]:
    """The table of an instrument, for one measure or for all; empty when its grounds were not read.

    A table wholly recalled counts as not read: it binds nobody to its list. `known_grounds` has it too.
    """
    grounds = known_grounds(instrument.code)
    if not any(ground.verified for ground in grounds):
        return ()
    if not measure:
        return grounds
    found = tuple(ground for ground in grounds if ground.applies_to(measure))
    only = tuple(ground for ground in found if ground.exhaustive)
    return only or found


@lru_cache(maxsize=128)
def known_grounds(code: str) -> tuple[Ground, ...]:
    """Every row of an instrument's table, read or recalled (then `verified` is false); empty when there is none."""
    name = f"grounds/{code}.yaml"
    if not (DATA / name).is_file():
        return ()
    own = f"instruments/{code}.yaml"
    articles = article_map(read_yaml(own).get("articles")) if (DATA / own).is_file() else None
    return grounds_from_text(name, read_text(name), load_sources(), load_facts(), articles)


def grounds_read(instrument: Instrument) -> bool:
    """Whether the register holds a table for the instrument; no table is not "no grounds"."""
    return bool(refusal_grounds(instrument))


def grounds_from_text(
    name: str, text: str, sources: Sources, facts: FactTable, articles: ArticleMap | None = None
) -> tuple[Ground, ...]:
    """The table of a file; a fault names file, line and reason. `articles`: those of the instrument it belongs to."""
    file = LawFile(name, LawText(name, text).mapping(("cite",)), sources, text)
    file.articles = articles
    general = _consultation(file, file.value.get("consult"), ("consult",))
    found = _like(file, file.value)
    for index, given in enumerate(file.value.get("grounds", ())):
        path = ("grounds", index)
        ground = _ground(file, given, path, facts, general)
        if any(one.id == ground.id for one in found if not file.value.get("like")):
            raise file.broken(f"the ground '{ground.id}' stands twice", path)
        found = [one for one in found if one.id != ground.id]
        found.append(ground)
    closed = frozenset(measure for one in found if one.exhaustive for measure in one.measures)
    return tuple(
        replace(one, closed_to=frozenset(measure for measure in closed if one.applies_to(measure)))
        if not one.exhaustive
        else one
        for one in found
    )


def _like(file: LawFile, value: Mapping[str, Any]) -> list[Ground]:
    """The rows of another instrument that apply here too, cited through the article that says so."""
    like = value.get("like")
    if not like:
        return []
    rows = known_grounds(str(like["to"]))
    if not rows:
        raise file.broken(f"'{like['to']}' has no table of grounds", ("like",))
    via = file.provision(like, ("like",))
    without = set(like.get("without", ()))
    return [
        replace(row, provision=f"{via.article}; {row.provision}", verified=via.verified and row.verified)
        for row in rows
        if row.id not in without
    ]


def _consultation(file: LawFile, given: Any, path: Path) -> Provision | None:
    return file.provision(given, path) if given and given != "none" else None


def _ground(file: LawFile, given: Mapping[str, Any], path: Path, facts: FactTable, general: Provision | None) -> Ground:
    if not isinstance(given, Mapping) or not {"id", "kind", "when"} <= set(given):
        raise file.broken("a ground has `id`, `at`, `kind` and `when`", path)
    if given["kind"] not in KINDS:
        raise file.broken(f"'{given['kind']}' is not a kind of ground: {', '.join(sorted(KINDS))}", (*path, "kind"))
    provision = file.provision(given, path)
    weighed = given["kind"] in WEIGHED
    if weighed != ("if" in given):
        raise file.broken(
            "it needs `if`, the condition over facts" if weighed else "a duty or exclusion holds always: no `if`", path
        )
    consult = _consultation(file, given.get("consult"), (*path, "consult"))
    if "consult" not in given and given["kind"] in {"mandatory", "optional"}:
        consult = general
    return Ground(
        id=str(given["id"]),
        provision=provision.article,
        kind=given["kind"],
        condition=str(given["when"]),
        cure=str(given.get("cure", "")),
        verified=provision.verified,
        source=provision.source,
        measures=file.words(given.get("measures"), MEASURES, (*path, "measures")),
        not_for=file.words(given.get("not_for"), MEASURES, (*path, "not_for")),
        exhaustive=bool(given.get("only")),
        test=_expression(file, given, "if", path, facts),
        cured_by=_expression(file, given, "cured_by", path, facts),
        consult=consult.article if consult else "",
    )


def _expression(file: LawFile, given: Mapping[str, Any], key: str, path: Path, facts: FactTable) -> Expression:
    if key not in given:
        return NEVER
    try:
        return facts.expression(str(given[key]))
    except ExpressionError as error:
        raise file.broken(f"the condition {error}", (*path, key)) from error
