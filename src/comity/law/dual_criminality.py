"""Whether a measure needs the act to be an offence in both States, by the instrument's own rule.

The rule words: `always` (needed for every measure), `coercive` (needed only where coercion is used), `may-refuse`
(assistance may be declined without it), `declared` (only if the requested State declared it), `never`.
"""

from collections.abc import Mapping

from comity.law.instrument import Instrument, Provision
from comity.values.verdict import Finding, Question, Reason, Verdict

COERCIVE = frozenset(
    {"bank-records", "search-seizure", "interception", "content-data", "traffic-data", "freezing", "confiscation"}
)
"""Measures that need coercion or the disclosure of protected secrets under most laws; the requested law decides."""

_WORDS: Mapping[str, str] = {
    "always": "needed",
    "may-refuse": "its absence may be a ground for refusal",
    "declared": "needed if the requested State declared so",
    "unless-listed": "needed unless the offence is in the list of 32 categories and punishable by three years or more",
}


def rule_for(instrument: Instrument, measure: str) -> tuple[str, Provision] | None:
    """The rule word and provision for one measure; None when the instrument's rule was not read."""
    dual = instrument.dual_criminality
    if dual is None:
        return None
    if measure in dual.measures:
        return dual.measures[measure], dual.provisions[measure]
    if dual.rule == "coercive":
        return ("always" if measure in COERCIVE else "never"), dual.provision
    return dual.rule, dual.provision


def dual_criminality_needed(instrument: Instrument, measure: str) -> Verdict:
    """CLEAR: not needed. UNSETTLED: needed, and whether it is there must be asked. Never BARRED: facts decide that."""
    question = dual_criminality_question(instrument, measure)
    found = rule_for(instrument, measure)
    if found is None:
        article = f"{instrument.code}, dual criminality"
        text = "What the instrument says of dual criminality has not been read."
        return Verdict((Reason(article, text, Finding.UNSETTLED, verified=False),), (question,) if question else ())
    rule, provision = found
    if question is None:
        text = f"Dual criminality is not needed for this measure. {provision.text}".strip()
        return Verdict((Reason(provision.article, text, Finding.CLEAR, provision.verified),))
    text = f"Dual criminality: {_WORDS[rule]}. {provision.text}".strip()
    return Verdict((Reason(provision.article, text, Finding.UNSETTLED, provision.verified),), (question,))


def dual_criminality_question(instrument: Instrument, measure: str) -> Question | None:
    """The question to ask, or None when the instrument does not need it for the measure."""
    found = rule_for(instrument, measure)
    identifier = f"{instrument.code}:dual-criminality"
    if found is None:
        text = "Is the conduct an offence in both States? (What the instrument asks has not been read.)"
        return Question(identifier, text, f"{instrument.code}, dual criminality")
    rule, provision = found
    if rule == "never":
        return None
    return Question(identifier, f"Is the conduct an offence in both States? Here: {_WORDS[rule]}.", provision.article)
