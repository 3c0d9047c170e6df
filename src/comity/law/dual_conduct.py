"""Dual criminality by conduct: the facts, element by element, against the laws of both States.

CLEAR: not needed, waived, or the conduct is an offence in both. BARRED: it is needed and no offence of a law said to be
complete fits. UNSETTLED: the missing element, statute or maximum is named. It proposes; a person signs it off.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from comity.law.conduct import ConductTable, load_conduct
from comity.law.dual_case import DualCase, LawOffence, read_case
from comity.law.dual_criminality import rule_for
from comity.law.expression import Expression, Value, facts_of, open_facts
from comity.law.instrument import Instrument
from comity.law.register import Register
from comity.values.verdict import Finding, Question, Reason, gravest

SIGN_OFF = "A person compares the laws and signs this off, for this request only."
_OF = {True: Finding.CLEAR, False: Finding.BARRED, None: Finding.UNSETTLED}


@dataclass(frozen=True, slots=True)
class LawFinding:
    """What one State's law makes of the conduct, and the offence that comes nearest."""

    state: str
    finding: Finding
    nearest: LawOffence | None
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DualAnswer:
    case: DualCase
    instrument: str
    finding: Finding
    needed: str
    reasons: tuple[Reason, ...]
    questions: tuple[Question, ...]
    matrix: tuple[dict[str, Any], ...]
    laws: tuple[LawFinding, ...]

    def to_json(self) -> dict[str, Any]:
        case = self.case
        return {
            "instrument": self.instrument,
            "measure": case.measure,
            "requesting": case.requesting,
            "requested": case.requested,
            "offence": case.offence,
            "finding": self.finding.value,
            "needed": self.needed,
            "reasons": [
                {"provision": r.provision, "text": r.text, "finding": r.finding.value, "verified": r.verified}
                for r in self.reasons
            ],
            "questions": [{"id": q.id, "text": q.text, "provision": q.provision} for q in self.questions],
            "matrix": list(self.matrix),
            "laws": [
                {
                    "state": law.state,
                    "finding": law.finding.value,
                    "statute": law.nearest.statute if law.nearest else "",
                    "maximum_months": law.nearest.maximum if law.nearest else None,
                    "source": law.nearest.source if law.nearest else "",
                    "as_of": law.nearest.as_of if law.nearest else "",
                    "verified": bool(law.nearest and law.nearest.verified),
                    "missing": list(law.missing),
                }
                for law in self.laws
            ],
            "missing": [name for law in self.laws for name in law.missing],
            "sign_off": SIGN_OFF,
        }


def dual_criminality(register: Register, given: Mapping[str, Any], table: ConductTable | None = None) -> DualAnswer:
    """The whole answer for a case; wrong facts raise InvalidInputError with the meaning and an example."""
    table = table or load_conduct()
    case = read_case(given, table)
    instrument = register.instrument(case.instrument)
    facts = _with_taxes(case, instrument, table)
    laws = tuple(_law(case, state, facts, table) for state in (case.requesting, case.requested))
    reasons, questions = _of_laws(case, laws, table)
    needed, rule = _needed(case, instrument)
    waived = _waived(case, instrument, table, facts)
    thresholds = _thresholds(case, instrument, table, facts)
    conduct = gravest(law.finding for law in laws)
    lifted = needed == "not needed" or (waived is not None and waived.lifts is True)
    if lifted:
        conduct, reasons, questions = Finding.CLEAR, (), ()
    elif conduct is not Finding.CLEAR and waived is not None and waived.lifts is None:
        conduct = Finding.UNSETTLED
        questions = (*questions, Question("category", waived.reason.text, waived.reason.provision))
    found = gravest([conduct, *(reason.finding for reason in thresholds)])
    shown = (rule, *((waived.reason,) if waived is not None and conduct is not Finding.BARRED else ()))
    fiscal = table.fiscal.get(instrument.code)
    if fiscal is not None and case.flags.get("only-taxes-differ"):
        shown = (*shown, Reason(fiscal.article, fiscal.text, Finding.CLEAR, fiscal.verified))
    asked = tuple(Question("maximum", r.text, r.provision) for r in thresholds if r.finding is Finding.UNSETTLED)
    return DualAnswer(
        case=case,
        instrument=instrument.code,
        finding=found,
        needed=needed,
        reasons=(*shown, *reasons, *thresholds),
        questions=(*questions, *asked),
        matrix=_matrix(case, laws, facts, table),
        laws=laws,
    )


def _with_taxes(case: DualCase, instrument: Instrument, table: ConductTable) -> dict[str, Value]:
    """Where the instrument says that a different kind of tax is no ground, that element counts as met."""
    facts = dict(case.conduct)
    if case.flags.get("only-taxes-differ") and instrument.code in table.fiscal:
        facts["tax-kind-known"] = True
    return facts


def _needed(case: DualCase, instrument: Instrument) -> tuple[str, Reason]:
    found = rule_for(instrument, case.measure)
    if found is None:
        article = f"{instrument.code}, dual criminality"
        text = "What the instrument says of dual criminality has not been read; it is compared as if it were needed."
        return "not read", Reason(article, text, Finding.CLEAR, verified=False)
    rule, provision = found
    declared = case.flags.get("dual-criminality-declared")
    if rule == "never" or (rule == "declared" and declared is False):
        text = f"Dual criminality is not needed for this measure. {provision.text}".strip()
        return "not needed", Reason(provision.article, text, Finding.CLEAR, provision.verified)
    words = {"may-refuse": "may be refused without it", "declared": "needed if the requested State declared so"}
    word = words.get(rule, "needed")
    return word, Reason(
        provision.article, f"Dual criminality: {word}. {provision.text}".strip(), Finding.CLEAR, provision.verified
    )


@dataclass(frozen=True, slots=True)
class Waiver:
    """Whether the list of 32 categories lifts dual criminality; None: a fact is missing, the reason says which."""

    lifts: bool | None
    reason: Reason


def _waived(case: DualCase, instrument: Instrument, table: ConductTable, facts: Mapping[str, Value]) -> Waiver | None:
    rule = table.waivers.get(instrument.code)
    found = rule_for(instrument, case.measure)
    if rule is None or found is None or found[0] != "unless-listed":
        return None
    maximum, limit = _maximum(case, case.requesting, facts), table.waiver_months
    lifts: bool | None
    if not case.category:
        lifts = None
        text = "Is the offence in one of the 32 categories, punishable by at least three years in the issuing State?"
    elif maximum is not None and maximum < limit:
        lifts = False
        text = f"{case.category}, but the maximum is {maximum} months, under {limit}: the list lifts nothing."
    elif maximum is None and case.flags.get("certified") is not True:
        lifts = None
        text = f"{case.category}: what is the maximum in {case.requesting}, and is the category certified?"
    else:
        lifts, text = True, f"{case.category}: {rule.text}"
    return Waiver(lifts, Reason(rule.article, text, _OF[None if lifts is None else True], rule.verified))


def _law(case: DualCase, state: str, facts: Mapping[str, Value], table: ConductTable) -> LawFinding:
    law = case.laws.get(state)
    if law is None or not law.offences:
        if law is not None and law.complete:
            return LawFinding(state, Finding.BARRED, None, ())
        return LawFinding(state, Finding.UNSETTLED, None, (f"{state}: the statute and its elements",))
    weighed = [(one, _offence(case, one, facts)) for one in law.offences]
    fits = next((one for one, value in weighed if value is True), None)
    if fits is not None:
        return LawFinding(state, Finding.CLEAR, fits, ())
    half = next((one for one, value in weighed if value is None), None)
    if half is not None:
        return LawFinding(state, Finding.UNSETTLED, half, _missing(case, state, half, facts, table))
    nearest = max(law.offences, key=lambda one: sum(line.value(facts) is True for line in one.lines))
    if law.complete:
        return LawFinding(state, Finding.BARRED, nearest, ())
    return LawFinding(state, Finding.UNSETTLED, nearest, (f"{state}: another offence of its law that fits",))


def _offence(case: DualCase, offence: LawOffence, facts: Mapping[str, Value]) -> bool | None:
    held = [line.value(facts) for line in offence.lines]
    if case.stage == "attempt":
        held.append(offence.attempt)
    if case.role == "accessory":
        held.append(offence.participation)
    if False in held:
        return False
    return None if None in held else True


def _missing(
    case: DualCase, state: str, offence: LawOffence, facts: Mapping[str, Value], table: ConductTable
) -> tuple[str, ...]:
    found = [f"{state}: {name} ({table.elements[name]})" for line in offence.lines for name in open_facts(line, facts)]
    if case.stage == "attempt" and offence.attempt is None:
        found.append(f"{state}: whether {offence.statute} punishes the attempt")
    if case.role == "accessory" and offence.participation is None:
        found.append(f"{state}: whether {offence.statute} punishes participation")
    return tuple(dict.fromkeys(found))


def _of_laws(
    case: DualCase, laws: tuple[LawFinding, ...], table: ConductTable
) -> tuple[tuple[Reason, ...], tuple[Question, ...]]:
    reasons, questions = [], []
    for law in laws:
        statute = law.nearest.statute if law.nearest else f"law of {law.state}"
        read = law.nearest.verified if law.nearest else False
        if law.finding is Finding.CLEAR:
            text = f"{law.state}: the conduct has every element of {statute}."
        elif law.finding is Finding.BARRED:
            text = f"{law.state}: no offence of its law fits, and the law given is said to be complete."
            if case.stage == "attempt" or case.role == "accessory":
                text += f" {table.attempt.text}"
        else:
            text = f"Not known: {'; '.join(law.missing)}."
            questions += [
                Question(f"dual:{law.state}:{index}", f"Not known: {one}.", statute)
                for index, one in enumerate(law.missing)
            ]
        reasons.append(Reason(statute, text, law.finding, verified=read))
    return tuple(reasons), tuple(questions)


def _thresholds(
    case: DualCase, instrument: Instrument, table: ConductTable, facts: Mapping[str, Value]
) -> tuple[Reason, ...]:
    """Minimum penalties: under the requesting law, under the requested one, or of the sentence imposed."""
    found = []
    for rule in table.thresholds:
        if rule.instrument != instrument.code or (rule.measure and rule.measure != case.measure):
            continue
        if case.offence in rule.not_for:
            continue
        if case.sentence is not None and rule.sentence is not None:
            found.append(_limit(rule.provision, "the sentence imposed", case.sentence, rule.sentence))
            continue
        for state, least in ((case.requesting, rule.requesting), (case.requested, rule.requested)):
            if least is not None:
                found.append(_limit(rule.provision, f"the maximum in {state}", _maximum(case, state, facts), least))
    return tuple(found)


def _maximum(case: DualCase, state: str, facts: Mapping[str, Value]) -> int | None:
    """The highest maximum among the offences of a State's law that the facts do not rule out."""
    law = case.laws.get(state)
    open_ones = [one for one in law.offences if _offence(case, one, facts) is not False] if law else []
    return max((one.maximum for one in open_ones if one.maximum is not None), default=None)


def _limit(provision: Any, what: str, months: int | None, least: int) -> Reason:
    if months is None:
        return Reason(
            provision.article,
            f"What is {what}? It must be at least {least} months.",
            Finding.UNSETTLED,
            provision.verified,
        )
    met = months >= least
    text = f"{what[0].upper()}{what[1:]} is {months} months, {'at least' if met else 'under'} {least}."
    return Reason(provision.article, text, _OF[met], provision.verified)


def _matrix(
    case: DualCase, laws: tuple[LawFinding, ...], facts: Mapping[str, Value], table: ConductTable
) -> tuple[dict[str, Any], ...]:
    """One row per element that the conduct, either law, or the treaty's definition speaks of."""
    definition = table.definitions.get(case.offence)
    treaty = definition.lines if definition else ()
    columns = {law.state: law.nearest.lines if law.nearest else None for law in laws}
    names = dict.fromkeys(
        [
            *(name for line in treaty for name in facts_of(line)),
            *(name for lines in columns.values() for line in lines or () for name in facts_of(line)),
            *facts,
        ]
    )
    return tuple(
        {
            "element": name,
            "meaning": table.elements[name],
            "fact": facts.get(name),
            "treaty": _asks(name, treaty),
            "requesting": _cell(name, columns[case.requesting], facts),
            "requested": _cell(name, columns[case.requested], facts),
        }
        for name in names
    )


def _asks(name: str, lines: tuple[Expression, ...]) -> str:
    for line in lines:
        if name in facts_of(line):
            return "asked" if len(facts_of(line)) == 1 else "one of several"
    return "not asked"


def _cell(name: str, lines: tuple[Expression, ...] | None, facts: Mapping[str, Value]) -> dict[str, str]:
    """What one law asks of one element, and how the facts stand to it."""
    if lines is None:
        return {"asks": "unknown", "finding": Finding.UNSETTLED.value}
    line = next((one for one in lines if name in facts_of(one)), None)
    if line is None:
        return {"asks": "not asked", "finding": Finding.CLEAR.value}
    return {"asks": _asks(name, lines), "finding": _OF[line.value(facts)].value}
