"""Whether a bilateral treaty was in force on a day, from the rows that speak of it.

`in_force` counts from the printed entry into force, else from the `as_of` of the row that says so. `listed` proves
signature or publication, not force. A printed end bars from that day on.
"""

from datetime import date

from comity.law.bilateral import BilateralTreaty
from comity.law.register_dates import earliest_day, latest_date
from comity.values.verdict import Finding, Question, Reason, Verdict

_AMENDING = (
    "protocol",
    "supplement",
    "amend",
    "exchange of notes",
    "extension",
    "extending",
    "declaration",
    "notenaus",
)
_KEEPS_SUPERSEDED = "18 U.S.C. 3181"


def treaty_verdict(treaty: BilateralTreaty, siblings: tuple[BilateralTreaty, ...], on: date, today: date) -> Verdict:
    """In force between the two on the day; `siblings` are all treaties of the pair (a later one may have replaced it)."""
    article = f"{treaty.code}, entry into force"
    verdict = _conflicts(treaty, article)
    ended, first = treaty.ended, treaty.force_not_before
    if ended and on >= ended:
        return verdict + _reason(article, f"It ended on {ended.isoformat()}.", Finding.BARRED)
    if first and on < first:
        return verdict + _reason(article, f"It cannot have been in force before {first.isoformat()}.", Finding.BARRED)
    if "suspended" in treaty.statuses:
        return verdict + _suspended(treaty, article, on)
    days = treaty.force_days
    if days and on >= max(days):
        text = f"In force since {max(days).isoformat()}{_age(treaty)}."
        return verdict + _reason(article, text, Finding.CLEAR, read=True) + _superseded(treaty, siblings, on, article)
    if days:
        text = f"Its sources put its entry into force between {first} and {max(days).isoformat()}."
        return verdict + _asked(treaty, article, text, "On what day did it enter into force?")
    if "in_force" in treaty.statuses and (on >= (treaty.known_from or today)):
        text = f"Recorded as in force{_age(treaty)}; the day of entry into force is not printed."
        return (
            verdict
            + _reason(article, text, Finding.CLEAR, read=not treaty.inferred)
            + _superseded(treaty, siblings, on, article)
        )
    if "in_force" in treaty.statuses:
        text = f"Recorded as in force{_age(treaty)}, but not since when."
        return verdict + _asked(treaty, article, text, "Since when is it in force?")
    printed = "signed" if "signed" in treaty.statuses else "listed"
    signed = f" on {treaty.signed}" if treaty.signed else ""
    text = f"The sources show it {printed}{signed}{_age(treaty)}; that proves signature or publication, not force."
    return verdict + _asked(treaty, article, text, "Is it in force, and since when?")


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
    """A later treaty of extradition may have replaced it: the tables that list both do not say."""
    if treaty.kind != "EXTRADITION" or any(
        row.status == "in_force" and _KEEPS_SUPERSEDED not in row.source for row in treaty.rows
    ):
        return Verdict()
    for later in siblings:
        amends = any(word in later.title.casefold() for word in _AMENDING)
        begun = [day for day in later.force_days if day <= on]
        if later.kind == treaty.kind and later.signed > treaty.signed and begun and not amends:
            text = f"A later treaty of extradition ({later.signed}) is in force; the table keeps superseded treaties."
            return _asked(
                treaty, article, text, f"Does the treaty of {treaty.signed} still stand beside that of {later.signed}?"
            )
    return Verdict()


def _conflicts(treaty: BilateralTreaty, article: str) -> Verdict:
    found = Verdict()
    for conflict in treaty.conflicts:
        printed = "; ".join(
            f"{value} ({source[:80]})" for value, source in zip(conflict.values, conflict.sources, strict=True)
        )
        what = "entry into force" if conflict.field == "in_force" else "end"
        found += _reason(article, f"The sources differ on its {what}: {printed}.", Finding.CLEAR, read=False)
    return found


def _reason(article: str, text: str, finding: Finding, *, read: bool = True) -> Verdict:
    return Verdict((Reason(article, text, finding, read),))


def _asked(treaty: BilateralTreaty, article: str, text: str, question: str) -> Verdict:
    asked = Question(f"in-force:{treaty.code}", f"{treaty.title[:160]}: {question}", article)
    return Verdict((Reason(article, text, Finding.UNSETTLED, verified=True),), (asked,))


def age_of(treaty: BilateralTreaty) -> str:
    """The oldest day among the `as_of` of its rows, as ISO text; empty when all are undated."""
    days = [day for row in treaty.rows if (day := latest_date(row.as_of))]
    return min(days).isoformat() if days else ""


def signed_on(treaty: BilateralTreaty) -> date | None:
    return earliest_day(treaty.signed)
