"""Cases that a lawyer writes, asked of a body of law: the one shipped, or one with something taken away."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from comity.law.answer import Basis
from comity.law.basis import find_bases
from comity.law.channels import channel_for
from comity.law.clock_files import ClockRow
from comity.law.clock_pairs import StartingEvent, clocks_between
from comity.law.clocks import clock_table, clocks_for
from comity.law.conditions import use_conditions
from comity.law.conduct import ConductTable, load_conduct
from comity.law.dual_conduct import dual_criminality
from comity.law.dual_criminality import dual_criminality_needed
from comity.law.facts import FactTable, load_facts, read_facts
from comity.law.law_files import LawLoader
from comity.law.refusal import Ground, known_grounds, refusal_grounds
from comity.law.refusal_check import RefusalAnswer, check_refusal
from comity.law.register import Register, load_register
from comity.law.rights_gate import Subject, gate_subjects, read_assurances, review
from comity.values.errors import InvalidInputError

Expectation = Callable[[dict[str, Basis], Any], None]
CASES = Path(__file__).parents[1] / "cases"


@dataclass(frozen=True)
class Law:
    """A body of law to be asked: the register and the tables beside it."""

    register: Register
    grounds: Mapping[str, Sequence[Ground]]
    clocks: Sequence[ClockRow]
    facts: FactTable
    conduct: ConductTable
    subjects: Sequence[Subject]

    def refusal(self, of: str, facts: Mapping[str, Any]) -> RefusalAnswer:
        instrument = self.register.instrument(of)
        rows = self.grounds.get(instrument.code)
        return check_refusal(instrument, facts, grounds=rows, table=self.facts)


def shipped() -> Law:
    register = load_register()
    codes = [*register.multilateral, *register.deep]
    return Law(
        register,
        {code: known_grounds(code) for code in codes if known_grounds(code)},
        clock_table(),
        load_facts(),
        load_conduct(),
        gate_subjects(),
    )


def all_cases() -> list[tuple[str, dict[str, Any]]]:
    """Every case with the file it stands in."""
    return [
        (path.stem, case)
        for path in sorted(CASES.glob("*.yaml"))
        for case in yaml.load(path.read_bytes(), Loader=LawLoader)  # noqa: S506 - a safe loader
    ]


def run_case(case: dict[str, Any], law: Law) -> None:
    """Ask one case; an AssertionError where the law answers otherwise."""
    kind = next(name for name in KINDS if name in case)
    assert set(case) <= {"name", "expect", kind}, "a case has a name, one question and what is expected"
    KINDS[kind](case[kind], case["expect"], law)


def check_basis(ask: dict[str, Any], expect: dict[str, Any], law: Law) -> None:
    for requested in listed(ask["to"]):
        check_pair({**ask, "to": requested}, expect, law)


def check_pair(ask: dict[str, Any], expect: dict[str, Any], law: Law) -> None:
    answer = find_bases(
        law.register,
        ask["from"],
        ask["to"],
        measure=ask["measure"],
        offence=ask["offence"],
        on=ask["on"],
        answers=ask.get("answers", {}),
        today=ask.get("today", date(2026, 11, 21)),
    )
    bases = {basis.instrument: basis for basis in answer.bases}
    assert [basis.rank for basis in answer.bases] == list(range(1, len(bases) + 1))
    for what, value in expect.items():
        EXPECTATIONS[what](bases, value)


def expect_finding(finding: str) -> Expectation:
    def check(bases: dict[str, Basis], codes: list[str]) -> None:
        for code in codes:
            assert code in bases, f"{code} does not appear"
            assert bases[code].finding.value == finding, (code, bases[code].finding, bases[code].reasons)

    return check


def expect_order(bases: dict[str, Basis], codes: list[str]) -> None:
    order = list(bases)
    assert [code for code in order if code in codes] == codes


def expect_words(bases: dict[str, Basis], words: dict[str, Any]) -> None:
    for code, wanted in words.items():
        said = " | ".join(f"{reason.provision}: {reason.text}" for reason in bases[code].reasons)
        for word in listed(wanted):
            assert word in said, said


def expect_questions(bases: dict[str, Basis], questions: dict[str, Any]) -> None:
    for code, wanted in questions.items():
        asked = {question.id for question in bases[code].questions}
        assert set(listed(wanted)) <= asked, asked


def expect_no_questions(bases: dict[str, Basis], questions: dict[str, Any]) -> None:
    for code, unwanted in questions.items():
        asked = {question.id for question in bases[code].questions}
        assert not set(listed(unwanted)) & asked, asked


def expect_first(bases: dict[str, Basis], code: str) -> None:
    assert next(iter(bases)) == code


def expect_absent(bases: dict[str, Basis], codes: list[str]) -> None:
    assert not set(codes) & set(bases)


def expect_languages(bases: dict[str, Basis], languages: dict[str, list[str]]) -> None:
    assert {code: list(bases[code].languages) for code in languages} == languages


def expect_unverified(bases: dict[str, Basis], codes: list[str]) -> None:
    assert not any(bases[code].verified for code in codes)


def expect_verified(bases: dict[str, Basis], codes: list[str]) -> None:
    for code in codes:
        assert bases[code].verified, [reason for reason in bases[code].reasons if not reason.verified]


def expect_age(bases: dict[str, Basis], ages: dict[str, Any]) -> None:
    """How old the answer is, and what that dates: `{UNTOC: 2017-09-19, by: rows}`."""
    for code, day in ages.items():
        if code != "by":
            assert (bases[code].as_of, bases[code].dated_by) == (day.isoformat(), ages["by"]), bases[code]


def listed(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value)


EXPECTATIONS: dict[str, Expectation] = {
    "first": expect_first,
    "order": expect_order,
    "CLEAR": expect_finding("CLEAR"),
    "UNSETTLED": expect_finding("UNSETTLED"),
    "BARRED": expect_finding("BARRED"),
    "absent": expect_absent,
    "says": expect_words,
    "asks": expect_questions,
    "asks_not": expect_no_questions,
    "languages": expect_languages,
    "unverified": expect_unverified,
    "verified": expect_verified,
    "as_of": expect_age,
}


def check_grounds(ask: dict[str, Any], expect: dict[str, Any], law: Law) -> None:
    instrument = law.register.instrument(ask["of"])
    kept = {row.id for row in law.grounds.get(instrument.code, ())}
    grounds = {g.id: g for g in refusal_grounds(instrument, ask.get("measure", "")) if g.id in kept}
    for identifier, provision in expect.get("has", {}).items():
        assert identifier in grounds, list(grounds)
        assert grounds[identifier].provision.endswith(provision), grounds[identifier].provision
    for identifier in expect.get("lacks", ()):
        assert identifier not in grounds
    for identifier, kind in expect.get("kind", {}).items():
        assert grounds[identifier].kind == kind
    for identifier, words in expect.get("cure", {}).items():
        assert words in grounds[identifier].cure
    if "only" in expect:
        assert sorted(grounds) == sorted(expect["only"])
    if "verified" in expect:
        assert {g.verified for g in grounds.values()} == {expect["verified"]}


def check_clock(ask: dict[str, Any], expect: dict[str, Any], law: Law) -> None:
    instrument = law.register.instrument(ask["of"])
    clocks = {
        c.id: c
        for c in clocks_for(
            instrument, ask["event"], ask["at"], ask.get("place", "UTC"), ask.get("measure", ""), table=law.clocks
        )
    }
    assert expect["id"] in clocks, list(clocks)
    clock = clocks[expect["id"]]
    shown = clock.to_json()
    for name, value in expect.items():
        assert shown[name] == value, shown


def check_dual(ask: dict[str, Any], expect: dict[str, Any], law: Law) -> None:
    verdict = dual_criminality_needed(law.register.instrument(ask["of"]), ask["measure"])
    assert verdict.finding.value == expect["finding"], verdict
    assert expect["provision"] in verdict.reasons[0].provision
    assert bool(verdict.questions) is (expect["finding"] == "UNSETTLED")


def check_use(ask: dict[str, Any], expect: dict[str, Any], law: Law) -> None:
    limits = use_conditions(law.register.instrument(ask["of"]), ask.get("proceedings", ""))
    assert [limit.provision for limit in limits] == expect["provisions"]
    for words in expect.get("says", ()):
        assert any(words in limit.text for limit in limits)


def check_channel(ask: dict[str, Any], expect: dict[str, Any], law: Law) -> None:
    register = law.register
    lane = channel_for(
        register, register.instrument(ask["of"]), ask["from"], ask["to"], urgent=ask.get("urgent", False)
    )
    for name, value in expect.items():
        shown = getattr(lane, name)
        assert (
            value in shown if isinstance(value, str) else (list(shown) if isinstance(shown, tuple) else shown) == value
        ), lane


def check_ground(ask: dict[str, Any], expect: dict[str, Any], law: Law) -> None:
    """One ground three ways: it stands on these facts, falls on those, and is unsettled where nothing is known."""
    known = {"measure": ask["measure"]} if "measure" in ask else {}
    findings = {}
    for name in ("stands", "falls", "cured"):
        if name in expect:
            answer = law.refusal(ask["of"], {**known, **expect[name]})
            rows = [*answer.grounds, *answer.conditions, *answer.postponements]
            found = {row.ground.id: row for row in rows}
            assert ask["id"] in found, list(found)
            findings[name] = found[ask["id"]]
    assert findings["stands"].finding.value == "BARRED", findings["stands"]
    assert findings["stands"].ground.kind == expect["kind"]
    assert findings["stands"].ground.provision.endswith(expect["at"]), findings["stands"].ground.provision
    if findings["stands"].ground.kind in {"mandatory", "optional", "condition"}:
        assert law.refusal(ask["of"], {**known, **expect["stands"]}).finding.value == "BARRED"
    if "consult" in expect:
        assert findings["stands"].ground.consult.endswith(expect["consult"])
    assert findings["falls"].finding.value == "CLEAR", findings["falls"]
    if "cured" in expect:
        assert findings["cured"].finding.value == "CLEAR"
        assert "what removes it is recorded" in findings["cured"].reason
    silent = law.refusal(ask["of"], known)
    rows = [*silent.grounds, *silent.conditions, *silent.postponements]
    open_one = next(row for row in rows if row.ground.id == ask["id"])
    assert open_one.finding.value == "UNSETTLED"
    assert open_one.question is not None
    for measure in expect.get("not_for", ()):
        other = law.refusal(ask["of"], {**expect["stands"], "measure": measure})
        rows = [*other.grounds, *other.conditions, *other.postponements]
        assert ask["id"] not in {row.ground.id for row in rows}, f"it is no ground against {measure}"


def check_refuse(ask: dict[str, Any], expect: dict[str, Any], law: Law) -> None:
    """A whole request against an instrument."""
    answer = law.refusal(ask["of"], ask.get("facts", {}))
    found = {row.ground.id: row for row in (*answer.grounds, *answer.conditions, *answer.postponements)}
    for finding in ("BARRED", "CLEAR", "UNSETTLED"):
        for identifier in expect.get(finding, ()):
            assert found[identifier].finding.value == finding, found[identifier]
    if "finding" in expect:
        assert answer.finding.value == expect["finding"], answer
    for identifier in expect.get("absent", ()):
        assert identifier not in found
    for kind in ("duties", "never"):
        if kind in expect:
            assert sorted(row.id for row in getattr(answer, kind)) == sorted(expect[kind])
    for words in listed(expect.get("says", [])):
        said = " | ".join([*answer.notes, *(row.reason for row in found.values())])
        assert words in said, said
    asked = [question.id for question in answer.questions]
    if "asks_first" in expect:
        assert asked[:1] == [expect["asks_first"]], asked
    assert set(expect.get("asks", ())) <= set(asked), asked


def check_contradiction(ask: dict[str, Any], expect: dict[str, Any], law: Law) -> None:
    """Facts that exclude each other are refused and named together."""
    refused: InvalidInputError | None = None
    try:
        read_facts(ask, law.facts)
    except InvalidInputError as error:
        refused = error
    assert refused is not None, "these facts were taken together"
    assert refused.code == "law:contradiction"
    assert all(name in refused.message for name in expect["names"]), refused.message
    assert expect.get("because", "") in refused.message


def check_force(ask: dict[str, Any], expect: dict[str, Any], law: Law) -> None:
    """An instrument the day before it applied at all, and on its first day."""
    for on, name in ((ask["first_day"].toordinal() - 1, "before"), (ask["first_day"].toordinal(), "from")):
        answer = find_bases(
            law.register,
            ask["between"][0],
            ask["between"][1],
            measure=ask["measure"],
            offence=ask["offence"],
            on=date.fromordinal(on),
            today=date(2026, 11, 21),
        )
        basis = next(one for one in answer.bases if one.instrument == ask["of"])
        said = " | ".join(reason.text for reason in basis.reasons)
        assert ("applies only from" in said) is (name == "before"), said
        assert (basis.finding.value == "BARRED") is (expect[name] == "BARRED"), (name, said)


def check_compare(ask: dict[str, Any], expect: dict[str, Any], law: Law) -> None:
    """Dual criminality of a case by its conduct."""
    answer = dual_criminality(law.register, ask, law.conduct)
    assert answer.finding.value == expect["finding"], answer
    shown = answer.to_json()
    for words in listed(expect.get("missing", [])):
        assert any(words in one for one in shown["missing"]), shown["missing"]
    for words in listed(expect.get("says", [])):
        said = " | ".join(f"{r['provision']}: {r['text']}" for r in shown["reasons"])
        assert words in said, said
    if "needed" in expect:
        assert answer.needed == expect["needed"]
    for element, cells in expect.get("matrix", {}).items():
        row = next(one for one in shown["matrix"] if one["element"] == element)
        for side, asks in cells.items():
            assert row[side]["asks"] == asks, row
    if expect["finding"] == "UNSETTLED":
        assert shown["questions"], "a doubt names the question that would settle it"


def check_gate(ask: dict[str, Any], expect: dict[str, Any], law: Law) -> None:
    """The rights gate; it has no word for clear."""
    assurances = read_assurances(ask.get("assurances", []))
    answer = review(ask.get("facts", {}), assurances, subjects=law.subjects, table=law.facts)
    standing = {line.subject.id: line.standing.value for line in answer.lines}
    assert not {"CLEAR"} & set(standing.values())
    for subject, wanted in expect.get("standing", {}).items():
        assert standing.get(subject) == wanted, standing
    if "may_sign" in expect:
        assert answer.may_sign is expect["may_sign"]


def check_clocks(ask: dict[str, Any], expect: dict[str, Any], law: Law) -> None:
    """All clocks of an event between two States."""
    event = StartingEvent(
        ask["event"], ask["at"], measure=ask.get("measure", ""), holidays=frozenset(ask.get("holidays", ()))
    )
    pair = tuple(ask["pair"]) if "pair" in ask else None
    running = clocks_between(law.register, law.register.instrument(ask["of"]), pair, event, table=law.clocks)
    shown = {one.clock.id: one.to_json() for one in running}
    if "ids" in expect:
        assert sorted(shown) == sorted(expect["ids"])
    for identifier, fields in expect.get("clocks", {}).items():
        for name, value in fields.items():
            assert shown[identifier][name] == value, shown[identifier]
    for identifier, words in expect.get("declared", {}).items():
        assert any(words in text for text in shown[identifier]["declared"]), shown[identifier]


KINDS: dict[str, Callable[[Any, Any, Law], None]] = {
    "ask": check_basis,
    "grounds": check_grounds,
    "ground": check_ground,
    "refuse": check_refuse,
    "contradiction": check_contradiction,
    "force": check_force,
    "clock": check_clock,
    "clocks": check_clocks,
    "dual": check_dual,
    "compare": check_compare,
    "gate": check_gate,
    "use": check_use,
    "channel": check_channel,
}
"""What a case may ask, by the key under which it asks it."""
