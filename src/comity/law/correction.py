"""One fact of the register as a row: what a node may correct, what a file may carry, and what a row must hold.

A row is flat text, so that a lawyer can write it in any table program. The same row is exported from the shipped
register, imported as a proposal, and kept as an approved correction.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, fields
from datetime import date

from comity.law.bilateral import BilateralTreaty
from comity.law.instrument import Instrument
from comity.law.participation import STATUSES
from comity.law.register import Register
from comity.law.register_dates import earliest_day
from comity.law.vocabulary import MEASURES, nearest
from comity.values.country import parse_country
from comity.values.errors import InvalidInputError
from comity.values.language import parse_language

KINDS: Mapping[str, str] = {
    "participation": "How a State stands to an instrument: signature, consent, entry into force, withdrawal, scope",
    "treaty": "A bilateral treaty: signature, entry into force, end",
    "languages": "The languages a State accepts under an instrument",
    "authority": "An authority a State named under an instrument; `article` is the role",
    "channel": "A way of transmission a State declared; `article` is the fact",
    "declaration": "A declaration or reservation of a State to an article; `measures` are those it takes out",
}
TREATY_STATUSES = frozenset({"in_force", "listed", "signed", "suspended", "terminated"})
DECLARED_STATUSES = frozenset({"", "withdrawn"})
FINDINGS = frozenset({"", "BARRED", "UNSETTLED"})
LONGEST = 1000
_WRITTEN_DAY = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?")
_SOURCED = frozenset(
    {"instrument", "state", "source", "as_of", "verified", "reason", "kind", "since", "until", "address"}
)
_USED: Mapping[str, frozenset[str]] = {
    "participation": frozenset(
        {"status", "date_signature", "action", "date_consent", "entry_into_force", "withdrawal", "scope"}
    ),
    "treaty": frozenset(
        {"other_state", "treaty_kind", "status", "date_signature", "entry_into_force", "withdrawal", "title"}
    ),
    "languages": frozenset({"status", "languages", "urgency_languages", "text"}),
    "authority": frozenset({"status", "article", "text"}),
    "channel": frozenset({"status", "article", "text"}),
    "declaration": frozenset({"status", "article", "text", "measures", "finding"}),
}
"""Columns of each kind beside those that every row has."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One row. All columns are text, empty where the kind does not use them; the field names are the file's columns.

    `since` and `until` are the days for which the row answers, both included (empty: always, without end). Days within
    the fact may be as short as the source prints them: 2003, 2003-08, 2003-08-01.
    """

    kind: str
    instrument: str = ""
    state: str = ""
    other_state: str = ""
    treaty_kind: str = ""
    article: str = ""
    since: str = ""
    until: str = ""
    status: str = ""
    date_signature: str = ""
    action: str = ""
    date_consent: str = ""
    entry_into_force: str = ""
    withdrawal: str = ""
    scope: str = ""
    title: str = ""
    text: str = ""
    languages: str = ""
    urgency_languages: str = ""
    measures: str = ""
    finding: str = ""
    source: str = ""
    address: str = ""
    as_of: str = ""
    verified: str = "no"
    reason: str = ""

    def to_json(self) -> dict[str, str]:
        return asdict(self)

    @property
    def subject(self) -> tuple[str, ...]:
        """What the row is about: two rows of one subject answer the same question."""
        if self.kind == "treaty":
            return (self.kind, self.instrument)
        return (self.kind, self.instrument, self.state, self.article)

    @property
    def states(self) -> frozenset[str]:
        return frozenset(filter(None, (self.state, self.other_state)))

    def holds_on(self, on: date) -> bool:
        """Whether the row answers for the day."""
        day = on.isoformat()
        return (not self.since or self.since <= day) and (not self.until or day <= self.until)

    def meets(self, other: "Fact") -> bool:
        """Whether the two answer for a day in common."""
        return (not self.until or not other.since or other.since <= self.until) and (
            not other.until or not self.since or self.since <= other.until
        )

    def says_the_same(self, other: "Fact") -> bool:
        """Whether nothing but who vouches for it, where and why differs."""
        return all(getattr(self, name) == getattr(other, name) for name in _SAID)

    def words(self) -> str:
        """The fact in one line of plain words, as an answer shows it."""
        said = [f"{name.replace('_', ' ')} {getattr(self, name)}" for name in _WORDED if getattr(self, name)]
        return "; ".join([*filter(None, (self.status.replace("_", " "),)), *said, *filter(None, (self.text,))])


COLUMNS = tuple(field.name for field in fields(Fact))
_VOUCHED = frozenset({"address", "verified", "reason", "since", "until"})
_SAID = tuple(name for name in COLUMNS if name not in _VOUCHED)
_WORDED = (
    "date_signature",
    "date_consent",
    "entry_into_force",
    "withdrawal",
    "scope",
    "languages",
    "urgency_languages",
    "measures",
)


def used_columns(kind: str) -> tuple[str, ...]:
    """The columns that a row of this kind may fill, in the order of the file."""
    return tuple(name for name in COLUMNS if name in _SOURCED | _USED[kind])


def fact_of(given: Mapping[str, str]) -> Fact:
    """A row by its column names; an unknown column is answered with the nearest."""
    for name, value in given.items():
        if name not in COLUMNS:
            near = ", ".join(nearest(str(name), COLUMNS))
            raise _fault("column", str(name)[:60], f"'{str(name)[:60]}' is no column. Nearest: {near}.")
        if not isinstance(value, str):
            raise _fault("text", name, f"'{name}' must be text; leave it empty where nothing is known.")
    if "kind" not in given:
        raise _fault("kind", "kind", f"Every row names its kind: {', '.join(KINDS)}.")
    return Fact(**{name: value.strip() for name, value in given.items()})


def checked(register: Register, fact: Fact) -> Fact:
    """The fact in its canonical spelling. Raises `InvalidInputError` naming the column and what would be right."""
    if fact.kind not in KINDS:
        near = ", ".join(nearest(fact.kind, tuple(KINDS)))
        raise _fault("kind", "kind", f"'{fact.kind[:60]}' is no kind of fact. Nearest: {near}.")
    _check_texts(fact)
    for name in ("source", "address", "as_of", "reason"):
        if not getattr(fact, name):
            raise _fault("source", name, _WANTED[name])
    if fact.verified not in {"yes", "no"}:
        raise _fault("verified", "verified", "'verified' is yes where the source was read, else no.")
    if not earliest_day(fact.as_of):
        raise _fault("date", "as_of", "'as_of' begins with the day the source speaks of, e.g. 2026-11-21.")
    _check_days(fact)
    spelled = _with(fact, state=_state(fact.state, "state"))
    return _checked_treaty(register, spelled) if fact.kind == "treaty" else _checked_of_state(register, spelled)


def _checked_of_state(register: Register, fact: Fact) -> Fact:
    instrument = register.instrument(fact.instrument)
    if instrument.states and fact.kind == "participation":
        text = f"{instrument.code} is a bilateral treaty: correct it as a fact of kind 'treaty'."
        raise _fault("kind", "kind", text)
    if instrument.states and fact.state not in instrument.states:
        text = f"{fact.state} is not one of the two States of {instrument.code}: {' and '.join(instrument.states)}."
        raise _fault("state", "state", text)
    spelled = _with(fact, instrument=instrument.code)
    if fact.kind == "participation":
        _one_of("status", fact.status, STATUSES)
        return spelled
    _one_of("status", fact.status, DECLARED_STATUSES)
    if fact.kind == "languages":
        if not fact.status and not fact.languages:
            raise _fault("languages", "languages", "Name the languages accepted, e.g. 'es en'.")
        tags = {name: _languages(getattr(fact, name), name) for name in ("languages", "urgency_languages")}
        return _with(spelled, **tags)
    if not fact.article or (not fact.status and not fact.text):
        what = {"authority": "role", "channel": "fact"}.get(fact.kind, "article")
        raise _fault("article", "article", f"Name the {what} in 'article' and say what was declared in 'text'.")
    return _checked_declaration(instrument, spelled) if fact.kind == "declaration" else spelled


def _checked_declaration(instrument: Instrument, fact: Fact) -> Fact:
    unknown = instrument.articles.unknown(fact.article) if instrument.articles else ""
    if instrument.articles and unknown:
        number = int(re.sub(r"\D", "", unknown) or 0)
        closest = min(max(number, instrument.articles.first), instrument.articles.last)
        text = f"{instrument.code} has no Article {unknown}: it has {instrument.articles.words}. Nearest: {closest}."
        raise _fault("article", "article", text)
    _one_of("finding", fact.finding, FINDINGS)
    for measure in fact.measures.split():
        if measure not in MEASURES:
            near = ", ".join(nearest(measure, MEASURES))
            raise _fault("measure", "measures", f"'{measure[:60]}' is no measure. Nearest: {near}.")
    if bool(fact.measures) != bool(fact.finding):
        text = "'measures' and 'finding' go together: which measures it takes out, and whether surely (BARRED)."
        raise _fault("finding", "finding", text)
    return _with(fact, measures=" ".join(fact.measures.split()))


def _checked_treaty(register: Register, fact: Fact) -> Fact:
    """Its pair in order, its code that of the treaty it corrects or the one a new treaty gets."""
    other = _state(fact.other_state, "other_state")
    if other == fact.state:
        raise _fault("state", "other_state", "A bilateral treaty has two different States.")
    _one_of("treaty_kind", fact.treaty_kind, register.kinds)
    _one_of("status", fact.status, TREATY_STATUSES)
    low, high = sorted((fact.state, other))
    spelled = _with(fact, state=low, other_state=high)
    code = _named_treaty(register, spelled) or treaty_code(register, spelled)
    return _with(spelled, instrument=code)


def _named_treaty(register: Register, fact: Fact) -> str:
    """The code of the treaty that `instrument` names: one of that pair and kind, or the code a new one will get."""
    if not fact.instrument:
        return ""
    named = fact.instrument.strip().upper()
    known = register.names.get(named, named)
    held = [one.code for one in _held(register, fact)]
    if known in held:
        return known
    new = treaty_code(register, fact)
    if known != new:
        near = ", ".join(nearest(known, (new, *held)))
        text = f"'{fact.instrument[:60]}' is no treaty of that pair and kind. Nearest: {near}."
        raise _fault("instrument", "instrument", text)
    return new


def treaty_code(register: Register, fact: Fact) -> str:
    """The code of the treaty that pair, kind and day of signature mean; a new one where the register has none."""
    held = _held(register, fact)
    signed = fact.date_signature
    stem = f"BILATERAL-{fact.state}-{fact.other_state}-{fact.treaty_kind}"
    same = [one for one in held if one.signed and signed and _agree(one.signed, signed)]
    if not signed:
        same = [one for one in held if not one.signed] or list(held)
    if len(same) == 1:
        return same[0].code
    if same:
        days = ", ".join(f"{one.code} ({one.signed or 'no day'})" for one in same)
        raise _fault("treaty", "date_signature", f"Say which treaty is meant, by its day of signature: {days}.")
    dated = f"{stem}-{signed[:4]}"
    for code in (dated,) if held else (stem, dated):
        if code not in register.names:
            return code
    return f"{stem}-{signed}"


def _held(register: Register, fact: Fact) -> tuple[BilateralTreaty, ...]:
    pair = register.treaties_by_pair.get((fact.state, fact.other_state), ())
    return tuple(one for one in pair if one.kind == fact.treaty_kind)


def _agree(one: str, other: str) -> bool:
    return one.startswith(other) or other.startswith(one)


_WANTED = {
    "source": "A correction names its source: the document cited, e.g. 'Official Journal 2026, No 12'.",
    "address": "Say where the source can be read: its address on the web, or the document's file number.",
    "as_of": "Say as of which day the source speaks, e.g. 2026-11-21.",
    "reason": "Say why the register is corrected here.",
}


def _check_texts(fact: Fact) -> None:
    used = set(used_columns(fact.kind))
    for name in COLUMNS:
        value = getattr(fact, name)
        if value and name not in used and not (name == "instrument"):
            raise _fault("column", name, f"'{name}' says nothing of a fact of kind '{fact.kind}'; leave it empty.")
        if len(value) > LONGEST or not value.isprintable():
            raise _fault("text", name, f"'{name}' is one line of at most {LONGEST} characters.")


def _check_days(fact: Fact) -> None:
    for name in ("since", "until"):
        value = getattr(fact, name)
        if value and (len(value) != 10 or not _is_day(value)):
            raise _fault("date", name, f"'{name}' is a whole day, e.g. 2026-11-21, or empty.")
    if fact.since and fact.until and fact.until < fact.since:
        raise _fault("period", "until", f"The period ends on {fact.until}, before it begins on {fact.since}.")
    for name in ("date_signature", "date_consent", "entry_into_force", "withdrawal"):
        value = getattr(fact, name)
        if value and not _is_day(value):
            raise _fault(
                "date", name, f"'{value[:40]}' is not a day; write 2026-11-21, or as much as the source prints."
            )
    order = [("date_signature", "entry_into_force"), ("date_consent", "entry_into_force")]
    order += [("entry_into_force", "withdrawal"), ("date_consent", "withdrawal")]
    for first, then in order:
        early, late = getattr(fact, first), getattr(fact, then)
        if early and late and late[: len(early)] < early[: len(late)]:
            text = f"'{then}' ({late}) lies before '{first}' ({early}): facts that contradict each other."
            raise _fault("contradiction", then, text)
    if fact.withdrawal and fact.kind == "participation" and fact.status != "withdrawn":
        text = (
            f"'withdrawal' gives a day, but 'status' says {fact.status or 'nothing'}: facts that contradict each other."
        )
        raise _fault("contradiction", "status", text)


def _is_day(value: str) -> bool:
    if not _WRITTEN_DAY.fullmatch(value):
        return False
    try:
        date.fromisoformat((value + "-01-01")[:10])
    except ValueError:
        return False
    return True


def _state(text: str, column: str) -> str:
    try:
        return parse_country(text)
    except InvalidInputError as error:
        raise _fault("state", column, error.message) from error


def _languages(text: str, column: str) -> str:
    try:
        return " ".join(parse_language(tag) for tag in text.split())
    except InvalidInputError as error:
        raise _fault("language", column, error.message) from error


def _one_of(column: str, value: str, known: Collection[str]) -> None:
    codes = tuple(sorted(known))
    if value not in codes:
        near = ", ".join(nearest(value, tuple(code for code in codes if code)))
        raise _fault(column, column, f"'{value[:60]}' is not a value of '{column}'. Nearest: {near}.")


def _with(fact: Fact, **columns: str) -> Fact:
    return Fact(**{**fact.to_json(), **columns})


def _fault(what: str, column: str, text: str) -> InvalidInputError:
    return InvalidInputError(text, code=f"law:{what}", place=column)
