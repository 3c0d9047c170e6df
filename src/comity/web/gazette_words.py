"""The words of the gazette: kinds of facts, columns, statuses, and a fact as lines a person reads."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from comity.law.correction import Fact, used_columns
from comity.values.language import language_name
from comity.web import vocabulary

Words = str | Promise

KINDS: Mapping[str, Words] = {
    "participation": _("Participation of a State"),
    "treaty": _("Bilateral treaty"),
    "languages": _("Languages accepted"),
    "authority": _("Authority named"),
    "channel": _("Way of transmission"),
    "declaration": _("Declaration or reservation"),
}
COLUMNS: Mapping[str, Words] = {
    "instrument": _("Instrument"),
    "state": _("State"),
    "other_state": _("Other State"),
    "treaty_kind": _("Kind of treaty"),
    "article": _("Article, role or fact"),
    "since": _("Answers from"),
    "until": _("Answers until"),
    "status": _("Status"),
    "date_signature": _("Signed"),
    "action": _("Kind of consent"),
    "date_consent": _("Consent"),
    "entry_into_force": _("In force for it"),
    "withdrawal": _("Ends"),
    "scope": _("Territory"),
    "title": _("Title"),
    "text": _("What was declared"),
    "languages": _("Languages"),
    "urgency_languages": _("In urgent cases also"),
    "measures": _("Measures it takes out"),
    "finding": _("How surely"),
    "source": _("Source"),
    "address": _("Where it can be read"),
    "as_of": _("As of"),
    "verified": _("Read in the source"),
    "reason": _("Why it is corrected"),
}
STATUSES: Mapping[str, Words] = {
    "party": _("party"),
    "signatory": _("signed, no consent recorded"),
    "bound": _("bound"),
    "not_bound": _("not bound"),
    "withdrawn": _("withdrawn"),
    "ratified_not_in_force": _("consented, not in force for it"),
    "action_recorded": _("some action recorded"),
    "in_force": _("in force"),
    "listed": _("listed"),
    "signed": _("signed"),
    "suspended": _("suspended"),
    "terminated": _("ended"),
}
FINDINGS: Mapping[str, Words] = {"BARRED": _("surely"), "UNSETTLED": _("it must be asked")}
TREATY_KINDS: Mapping[str, Words] = {
    "MLA": _("Mutual legal assistance"),
    "EXTRADITION": _("Extradition"),
    "TRANSFER": _("Transfer of sentenced persons"),
    "CONFISCATION": _("Confiscation"),
    "DRUGS": _("Drugs"),
}
STANDS: Mapping[str, Words] = {
    "proposed": _("waits for a second person"),
    "approved": _("stands"),
    "ending": _("stands; its withdrawal waits"),
    "refused": _("refused"),
    "withdrawn": _("withdrawn"),
}
_ABOUT = frozenset({"kind", "instrument", "state", "other_state", "treaty_kind"})
_VOUCHED = frozenset({"source", "address", "as_of", "verified", "reason"})


def shown(column: str, value: str) -> str:
    """The value of a column in words."""
    if not value:
        return ""
    if column in {"languages", "urgency_languages"}:
        return ", ".join(language_name(tag, (get_language() or "en")[:2]) for tag in value.split())
    if column == "measures":
        return ", ".join(vocabulary.word("measure", one) for one in value.split())
    tables = {"status": STATUSES, "finding": FINDINGS, "treaty_kind": TREATY_KINDS}
    if column == "verified":
        return str(_("yes") if value == "yes" else _("no"))
    return str(tables.get(column, {}).get(value, value))


def said(fact: Fact) -> list[dict[str, Any]]:
    """What a fact says, without what it is about and who vouches for it; only what is filled."""
    return [
        {"column": name, "label": COLUMNS[name], "value": shown(name, getattr(fact, name))}
        for name in used_columns(fact.kind)
        if name not in _ABOUT | _VOUCHED and getattr(fact, name)
    ]


def compared(fact: Fact, before: Iterable[Fact]) -> Iterator[dict[str, Any]]:
    """Each column that either of them fills: what the shipped register says, what the correction says."""
    shipped = tuple(before)
    for name in used_columns(fact.kind):
        if name in _ABOUT or name == "reason":
            continue
        ours = getattr(fact, name)
        theirs = tuple(dict.fromkeys(getattr(one, name) for one in shipped if getattr(one, name)))
        if ours or theirs:
            yield {
                "label": COLUMNS[name],
                "ours": shown(name, ours),
                "theirs": [shown(name, one) for one in theirs],
                "differs": name not in _VOUCHED and theirs != ((ours,) if ours else ()),
            }
