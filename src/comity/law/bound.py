"""Whether one State was bound by an instrument on a day: the first of the four things a basis answers."""

from datetime import date
from functools import lru_cache
from typing import NamedTuple

from comity.law.instrument import Instrument, Membership
from comity.law.participation import Participation
from comity.values.verdict import Finding, Question, Reason, Verdict

CLEAR, UNSETTLED, BARRED = Finding.CLEAR, Finding.UNSETTLED, Finding.BARRED
"""Bound once: an answer looks at them thousands of times."""


def sides_verdict(membership: Membership, first: str, second: str) -> Verdict:
    """An agreement between a class and a third State stands only between one side and the other."""
    if not membership.third or (first in membership.third) != (second in membership.third):
        return Verdict()
    return _barred(
        membership,
        f"It stands between {_words(membership.third)} and the other side, not between {first} and {second}.",
    )


@lru_cache(maxsize=1 << 16)
def class_verdict(code: str, membership: Membership, state: str, on: date, measure: str = "") -> Verdict:
    """Whether a closed class can bind this State on the day; no reason at all means that it can.

    A State outside it is BARRED by the provision that closes the class, one inside that opted out by its opt-out. Some
    articles only may have been extended to a State outside: for any other `measure` it is BARRED all the same.
    """
    if not membership.closed:
        return Verdict()
    if state in membership.opted_out:
        out = membership.opted_out[state]
        return Verdict((Reason(out.article, f"{state}: {out.text}", BARRED, out.verified),))
    if state in membership.doubtful:
        doubt = membership.doubtful[state]
        if measure and measure not in membership.extended.get(state, (measure,)):
            text = f"{state} is outside the closed class it binds, and this measure is not in what was extended to it."
            return Verdict((Reason(doubt.article, f"{text} {doubt.text}", BARRED, doubt.verified),))
        question = Question(f"bound:{code}:{state}", f"Do these provisions bind {state}? {doubt.text}", doubt.article)
        return Verdict((Reason(doubt.article, f"{state}: {doubt.text}", UNSETTLED, doubt.verified),), (question,))
    since, until = membership.members.get(state, (None, None))
    said = ""
    if since is None:
        said = f"{state} is outside the closed class it binds. {membership.provision.text}"
    elif on < since:
        said = f"{state} belongs to the class it binds only from {since.isoformat()}."
    elif until and on > until:
        said = f"{state} belongs to the class it binds only until {until.isoformat()}."
    return _barred(membership, said) if said else Verdict()


def _barred(membership: Membership, text: str) -> Verdict:
    rule = membership.provision
    return Verdict((Reason(rule.article, text.strip(), BARRED, rule.verified),))


class Standing(NamedTuple):
    """A verdict with the reasons in it that bar, so that nobody looks for them twice."""

    verdict: Verdict
    barred: tuple[Reason, ...]
    unsettled: bool
    verified: bool


def barring(verdict: Verdict) -> tuple[Reason, ...]:
    """The reasons of a verdict that bar; most have none."""
    for reason in verdict.reasons:
        if reason.finding is BARRED:
            return tuple(one for one in verdict.reasons if one.finding is BARRED)
    return ()


@lru_cache(maxsize=1 << 16)
def force_standing(instrument: Instrument, on: date) -> Standing:
    verdict = force_verdict(instrument, on)
    return Standing(
        verdict,
        barring(verdict),
        unsettled=any(reason.finding is UNSETTLED for reason in verdict.reasons),
        verified=all(reason.verified for reason in verdict.reasons),
    )


@lru_cache(maxsize=1 << 16)
def force_verdict(instrument: Instrument, on: date) -> Verdict:
    """Whether the instrument itself was in force on the day."""
    force = instrument.force
    rule = force.provision
    if force.since and on < force.since:
        text = f"It applies only from {force.since.isoformat()}."
        return Verdict((Reason(rule.article, text, BARRED, rule.verified),))
    if instrument.signed and on < instrument.signed:
        text = f"It was signed only on {instrument.signed.isoformat()}."
        return Verdict((Reason(rule.article, text, BARRED, rule.verified),))
    if not force.since and force.not_before:
        text = f"It had not entered into force by {force.not_before.isoformat()}. {rule.text}".strip()
        if on <= force.not_before:
            return Verdict((Reason(rule.article, text, BARRED, rule.verified),))
        question = Question(
            f"in-force:{instrument.code}", f"Has {instrument.code} entered into force since?", rule.article
        )
        return Verdict((Reason(rule.article, text, UNSETTLED, rule.verified),), (question,))
    return Verdict()


@lru_cache(maxsize=1 << 16)
def bound_verdict(
    instrument: Instrument, state: str, participation: Participation | None, on: date, today: date
) -> Verdict:
    """What the register's row says of one State on one day; no row is UNSETTLED with the question to ask."""
    if participation is None:
        text = f'The register lists nothing for {state}: that is unknown, not "not a party".'
        return _unsettled(
            instrument, state, text, f"Is {state} bound by {instrument.code}, and since when?", read=False
        )
    # Some rows are dated by the version of the file they were read from: of that only the day tells a reader anything.
    age = f" (as of {participation.as_of.removeprefix('repo commit ')})" if participation.as_of else " (undated row)"
    if participation.scope:
        age = f"{age}, for this territory: {participation.scope}"
    if participation.ended and on >= participation.ended:
        text = f"{state} withdrew with effect from {participation.ended.isoformat()}{age}."
        return Verdict((Reason(_article(instrument), text, BARRED, not participation.inferred),))
    if participation.status in {"party", "bound"} or participation.ended:
        return _party_verdict(instrument, participation, on, today, age)
    if participation.status == "not_bound":
        return _not_bound_verdict(instrument, participation, on, age)
    if participation.status == "withdrawn":
        text = f"{state} withdrew; the day is not in the source{age}."
        return _unsettled(instrument, state, text, f"On what day did the withdrawal of {state} take effect?")
    words = {
        "signatory": f"{state} signed{_on(participation.signed)}; no consent to be bound is recorded{age}.",
        "ratified_not_in_force": f"{state} ratified{_on(participation.consented)}; not in force for it{age}.",
        "action_recorded": f"{state} took some action; which one is not known{age}.",
    }
    return _unsettled(instrument, state, words[participation.status], f"Has {state} become a party, and since when?")


def _party_verdict(instrument: Instrument, row: Participation, on: date, today: date, age: str) -> Verdict:
    state, article = row.state, _article(instrument)
    sure = not row.inferred
    if row.force_from and on >= row.force_from:
        return Verdict((Reason(article, f"{state} is bound since {row.in_force}{age}.", CLEAR, sure),))
    provisional = instrument.force.provisional
    if provisional and on >= provisional:
        text = f"{state}: provisionally applied from {provisional.isoformat()}, in force from {row.in_force}{age}."
        return Verdict((Reason(article, text, CLEAR, sure),))
    if row.force_not_before and on < row.force_not_before:
        when = f"from {row.in_force}" if row.in_force else f"by its consent of {row.consented}"
        return Verdict((Reason(article, f"{state} is bound only {when}{age}.", BARRED, sure),))
    known_from = row.known_from or today
    if not row.force_from and on >= known_from:
        text = f"{state} is listed as {row.status} without the day of entry into force{age}."
        return Verdict((Reason(article, text, CLEAR, sure),))
    text = f"{state} is listed as {row.status}, but not since when{age}; {on.isoformat()} may be before."
    return _unsettled(instrument, state, text, f"Since when is {state} bound by {instrument.code}?")


def _not_bound_verdict(instrument: Instrument, row: Participation, on: date, age: str) -> Verdict:
    text = f"{row.state} is recorded as not bound{age}."
    if row.known_from and on.year >= row.known_from.year:
        return Verdict((Reason(_article(instrument), text, BARRED, not row.inferred),))
    question = f"Was {row.state} bound by {instrument.code} on {on.isoformat()}?"
    return _unsettled(instrument, row.state, text, question)


def _unsettled(instrument: Instrument, state: str, text: str, question: str, *, read: bool = True) -> Verdict:
    article = _article(instrument)
    return Verdict(
        (Reason(article, text, UNSETTLED, read),),
        (Question(f"bound:{instrument.code}:{state}", question, article),),
    )


def _article(instrument: Instrument) -> str:
    return instrument.force.provision.article


def _on(day: str) -> str:
    return f" on {day}" if day else ""


def _words(states: frozenset[str]) -> str:
    return " and ".join(sorted(states))
