"""Whether a bilateral treaty was in force on a day, from the rows that speak of it.

`in_force` counts from the printed entry into force, else from the `as_of` of the row that says so. `listed` proves
signature or publication, not force. A printed end bars from that day on.
"""

from dataclasses import replace
from datetime import date
from functools import lru_cache

from comity.law.bilateral import BilateralTreaty
from comity.law.register_dates import latest_date
from comity.values.verdict import Finding, Question, Reason, Verdict

_KEEPS_SUPERSEDED = "18 U.S.C. 3181"
_IMPLEMENTING = frozenset({date(2010, 2, 1)})
"""The day on which the instruments implementing the EU-US agreements of 2003 entered into force: they amend."""


@lru_cache(maxsize=1 << 14)
def treaty_verdict(treaty: BilateralTreaty, siblings: tuple[BilateralTreaty, ...], on: date, today: date) -> Verdict:
    """In force between the two on the day; `siblings` are all treaties of the pair, of which a later may replace it."""
    article = f"{treaty.code}, entry into force"
    ended, first = treaty.ended, treaty.force_not_before
    if ended and on >= ended:
        said = _reason(article, f"It ended on {ended.isoformat()}.", Finding.BARRED)
    elif first and on < first:
        said = _reason(article, f"It cannot have been in force before {first.isoformat()}.", Finding.BARRED)
    elif "suspended" in treaty.statuses:
        said = _suspended(treaty, article, on)
    elif treaty.force_days:
        said = _dated(treaty, siblings, article, on)
    else:
        said = _undated(treaty, siblings, article, on, today)
    return _conflicts(treaty, article) + said


def noted(verdict: Verdict, note: str) -> Verdict:
    """The verdict whose reasons say whose correction they rest on, where there is one."""
    if not note:
        return verdict
    return Verdict(tuple(replace(one, text=f"{one.text} ({note})") for one in verdict.reasons), verdict.questions)


def _dated(treaty: BilateralTreaty, siblings: tuple[BilateralTreaty, ...], article: str, on: date) -> Verdict:
    """The sources print when it entered into force."""
    last = max(treaty.force_days)
    if on >= last:
        text = f"In force since {last.isoformat()}{_age(treaty)}."
        return _reason(article, text, Finding.CLEAR) + _superseded(treaty, siblings, on, article)
    text = f"Its sources put its entry into force between {treaty.force_not_before} and {last.isoformat()}."
    return _asked(treaty, article, text, "On what day did it enter into force?")


def _undated(
    treaty: BilateralTreaty, siblings: tuple[BilateralTreaty, ...], article: str, on: date, today: date
) -> Verdict:
    """No source prints when it entered into force: a row that says so counts from its own age, a listing not at all."""
    if "in_force" not in treaty.statuses:
        printed = "signed" if "signed" in treaty.statuses else "listed"
        signed = f" on {treaty.signed}" if treaty.signed else ""
        text = f"The sources show it {printed}{signed}{_age(treaty)}; that proves signature or publication, not force."
        return _asked(treaty, article, text, "Is it in force, and since when?")
    if on >= (treaty.known_from or today):
        text = f"Recorded as in force{_age(treaty)}; the day of entry into force is not printed."
        said = _reason(article, text, Finding.CLEAR, read=not treaty.inferred)
        return said + _superseded(treaty, siblings, on, article)
    text = f"Recorded as in force{_age(treaty)}, but not since when."
    return _asked(treaty, article, text, "Since when is it in force?")


def _age(treaty: BilateralTreaty) -> str:
    ages = [row.as_of for row in treaty.rows if row.as_of and (row.status == "in_force" or len(treaty.rows) == 1)]
    return f" (as of {'; '.join(dict.fromkeys(ages))})" if ages else ""


def _suspended(treaty: BilateralTreaty, article: str, on: date) -> Verdict:
    row = next(row for row in treaty.rows if row.status == "suspended")
    since = latest_date(row.as_of)
    text = f"Its operation is recorded as suspended (as of {row.as_of})."
    if since and on >= since:
        return _reason(article, text, Finding.BARRED)
    return _asked(treaty, article, text, "On what day did the suspension take effect?")


def _superseded(treaty: BilateralTreaty, siblings: tuple[BilateralTreaty, ...], on: date, article: str) -> Verdict:
    """A later treaty of extradition may have replaced it: the tables that list both do not say.

    A source that says "in force" after the later treaty began settles it. A protocol or exchange of notes shares the
    fate of the treaty it amends.
    """
    if treaty.kind != "EXTRADITION":
        return Verdict()
    known = [
        latest_date(row.as_of)
        for row in treaty.rows
        if row.status == "in_force" and _KEEPS_SUPERSEDED not in row.source
    ]
    vouched = max((day for day in known if day), default=date.min)
    for later in siblings:
        begun = [day for day in later.force_days if vouched < day <= on and day not in _IMPLEMENTING]
        if later.kind == treaty.kind and later.signed > treaty.signed and begun and not later.amending:
            text = f"A later treaty of extradition ({later.signed}) is in force; the table keeps superseded treaties."
            return _asked(
                treaty, article, text, f"Does the treaty of {treaty.signed} still stand beside that of {later.signed}?"
            )
    ended = [one for one in siblings if one.kind == treaty.kind and one.ended and one.ended <= on]
    if treaty.amending and ended and vouched < max(one.ended for one in ended if one.ended):
        text = f"It amends or extends another treaty; one of these States ended on {ended[-1].ended}."
        return _asked(treaty, article, text, "Does the treaty it amends or extends still stand?")
    return Verdict()


def _conflicts(treaty: BilateralTreaty, article: str) -> Verdict:
    found = Verdict()
    for conflict in treaty.conflicts:
        printed = "; ".join(
            f"{value} ({source[:80]})" for value, source in zip(conflict.values, conflict.sources, strict=True)
        )
        what = {"signed": "day of signature", "in_force": "entry into force"}.get(conflict.field, "end")
        found += _reason(article, f"The sources differ on its {what}: {printed}.", Finding.CLEAR, read=False)
    return found


def _reason(article: str, text: str, finding: Finding, *, read: bool = True) -> Verdict:
    return Verdict((Reason(article, text, finding, read),))


def _asked(treaty: BilateralTreaty, article: str, text: str, question: str) -> Verdict:
    asked = Question(f"in-force:{treaty.code}", f"{treaty.title[:160]}: {question}", article)
    return Verdict((Reason(article, text, Finding.UNSETTLED, verified=True),), (asked,))


@lru_cache(maxsize=1 << 12)
def age_of(treaty: BilateralTreaty) -> str:
    """How late a source attests the treaty, as ISO text: the newest row that says in force, else the newest of all.

    Several registers print the same treaty, and each attests it alone. Empty when all are undated.
    """
    said = [row for row in treaty.rows if row.status == "in_force" and latest_date(row.as_of)]
    days = [day for row in said or treaty.rows if (day := latest_date(row.as_of))]
    return max(days).isoformat() if days else ""
