"""An instrument as the register holds it: what it covers, by which provision, read where.

Everything here is data read from `data/instruments/CODE.yaml`; nothing decides. `verified` is False where a fact was
recalled or inferred and not read in a text. Values are compared by identity: each stands once in the register, and the
rules remember what they derived from it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from comity.law.articles import ArticleMap
from comity.values.verdict import Finding


@dataclass(frozen=True, slots=True, eq=False)
class Provision:
    """One fact of an instrument: the article, what it says in our words, whether it was read, and where."""

    article: str
    text: str = ""
    verified: bool = False
    source: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """A question that belongs to a rule: `id` is the key of its answer."""

    id: str
    text: str


@dataclass(frozen=True, slots=True, eq=False)
class Coverage:
    """How an instrument stands to one measure or one offence.

    CLEAR: its text names it. BARRED: its text leaves it out. UNSETTLED: it depends on a fact (then `asked` is the
    question, a yes makes it CLEAR and a no BARRED) or the text was not read.
    """

    provision: Provision
    finding: Finding = Finding.CLEAR
    asked: Asked | None = None
    conditions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Condition:
    """A condition of application that leaves the finding UNSETTLED until answered (e.g. UNTOC Art. 3)."""

    asked: Asked
    provision: Provision
    met_by: frozenset[str] = frozenset()
    """Offences that meet it by their nature."""


@dataclass(frozen=True, slots=True, eq=False)
class Caution:
    """A question that does not change the finding: a threshold, dual criminality, a duty before refusal.

    `measures` and `offences` empty mean all.
    """

    asked: Asked
    provision: Provision
    measures: frozenset[str] = frozenset()
    offences: frozenset[str] = frozenset()

    def applies(self, measure: str, offence: str) -> bool:
        return (not self.measures or measure in self.measures) and (not self.offences or offence in self.offences)


@dataclass(frozen=True, slots=True, eq=False)
class Relation:
    """What the instrument says of its place beside another: it yields, replaces or supplements.

    `to` holds codes or the words `bilateral` and `mla-treaty`.
    """

    kind: str
    to: tuple[str, ...]
    provision: Provision
    measures: frozenset[str] = frozenset()
    unless_title: tuple[str, ...] = ()
    """Words in the title of the other instrument that take it out (agreements that supplement this one)."""


@dataclass(frozen=True, slots=True, eq=False)
class Membership:
    """Who can be bound at all: an open instrument, or a closed class of States with the provision that closes it.

    `members` maps a State to the days between which it belongs to the class (None: no end recorded).
    `sides` names classes of which each party must be in another (an agreement of the Union with a third State).
    """

    closed: bool
    provision: Provision
    members: Mapping[str, tuple[date, date | None]] = field(default_factory=dict)
    opted_out: Mapping[str, Provision] = field(default_factory=dict)
    doubtful: Mapping[str, Provision] = field(default_factory=dict)
    third: frozenset[str] = frozenset()
    extended: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """A State outside the class to which some articles only were extended: the measures these reach."""


@dataclass(frozen=True, slots=True, eq=False)
class Force:
    """When the instrument itself entered into force; `since` None with `silent_after` set: not yet, as last known."""

    since: date | None
    provision: Provision
    not_before: date | None = None
    """Known not to be in force up to this day."""
    provisional: date | None = None
    """Provisionally applied from this day, before the entry into force that the rows print."""


@dataclass(frozen=True, slots=True, eq=False)
class Channel:
    """How a request travels: the route, who transmits, in urgency, whether the original must follow."""

    route: str
    provision: Provision
    transmitter: str = ""
    signer: str = ""
    form: str = ""
    urgent: str = ""
    urgent_provision: Provision | None = None
    original_must_follow: str = ""
    language_provision: Provision | None = None


@dataclass(frozen=True, slots=True, eq=False)
class DualCriminality:
    """Whether the act must be an offence in both States: `always`, `coercive`, `may-refuse`, `never`, `unknown`."""

    rule: str
    provision: Provision
    measures: Mapping[str, str] = field(default_factory=dict)
    provisions: Mapping[str, Provision] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class UseRule:
    """One limit of use the instrument binds to what is handed over."""

    id: str
    kind: str
    provision: Provision
    proceedings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Instrument:
    """One treaty or act. `rank` orders instruments by specificity: the lower, the more specific."""

    code: str
    title: str
    kind: str
    rank: int
    signed: date | None
    force: Force
    membership: Membership
    measures: Mapping[str, Coverage]
    offences: Mapping[str, Coverage]
    otherwise: Coverage
    conditions: Mapping[str, Condition]
    cautions: tuple[Caution, ...]
    relations: tuple[Relation, ...]
    channel: Channel | None
    dual_criminality: DualCriminality | None
    use: tuple[UseRule, ...]
    sources: tuple[str, ...]
    offence_ranks: Mapping[str, int] = field(default_factory=dict)
    states: tuple[str, str] | None = None
    """The two States of a bilateral instrument, in alphabetical order."""
    aliases: tuple[str, ...] = ()
    parent: str = ""
    """The instrument this one supplements or amends: both must bind."""
    articles: ArticleMap | None = None
    text_read: bool = True
    """False where the file as a whole rests on memory: then no answer on it counts as verified."""

    def rank_for(self, offence: str) -> int:
        return self.offence_ranks.get(offence, self.rank)

    def offence(self, code: str) -> Coverage:
        return self.offences.get(code, self.otherwise)
