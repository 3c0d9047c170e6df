"""Cases that a lawyer writes: sentence-named YAML under `tests/cases`, each asked of the register as shipped."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from comity.law.answer import Basis
from comity.law.basis import find_bases
from comity.law.channels import channel_for
from comity.law.clocks import clocks_for
from comity.law.conditions import use_conditions
from comity.law.dual_criminality import dual_criminality_needed
from comity.law.law_files import LawLoader
from comity.law.refusal import refusal_grounds
from comity.law.register import load_register

Expectation = Callable[[dict[str, Basis], Any], None]
CASES = Path(__file__).parents[1] / "cases"


def cases() -> list[Any]:
    found = []
    for path in sorted(CASES.glob("*.yaml")):
        for case in yaml.load(path.read_bytes(), Loader=LawLoader):  # noqa: S506 - a safe loader
            found.append(pytest.param(case, id=f"{path.stem}: {case['name']}"))
    return found


@pytest.mark.parametrize("case", cases())
def test_case(case: dict[str, Any]) -> None:
    kinds = {
        "ask": check_basis,
        "grounds": check_grounds,
        "clock": check_clock,
        "dual": check_dual,
        "use": check_use,
        "channel": check_channel,
    }
    kind = next(name for name in kinds if name in case)
    assert set(case) <= {"name", "expect", kind}, "a case has a name, one question and what is expected"
    kinds[kind](case[kind], case["expect"])


def check_basis(ask: dict[str, Any], expect: dict[str, Any]) -> None:
    answer = find_bases(
        load_register(),
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
}


def check_grounds(ask: dict[str, Any], expect: dict[str, Any]) -> None:
    grounds = {g.id: g for g in refusal_grounds(load_register().instrument(ask["of"]), ask.get("measure", ""))}
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


def check_clock(ask: dict[str, Any], expect: dict[str, Any]) -> None:
    instrument = load_register().instrument(ask["of"])
    clocks = {
        c.id: c
        for c in clocks_for(instrument, ask["event"], ask["at"], ask.get("place", "UTC"), ask.get("measure", ""))
    }
    clock = clocks[expect["id"]]
    shown = clock.to_json()
    for name, value in expect.items():
        assert shown[name] == value, shown


def check_dual(ask: dict[str, Any], expect: dict[str, Any]) -> None:
    verdict = dual_criminality_needed(load_register().instrument(ask["of"]), ask["measure"])
    assert verdict.finding.value == expect["finding"], verdict
    assert expect["provision"] in verdict.reasons[0].provision
    assert bool(verdict.questions) is (expect["finding"] == "UNSETTLED")


def check_use(ask: dict[str, Any], expect: dict[str, Any]) -> None:
    limits = use_conditions(load_register().instrument(ask["of"]), ask.get("proceedings", ""))
    assert [limit.provision for limit in limits] == expect["provisions"]
    for words in expect.get("says", ()):
        assert any(words in limit.text for limit in limits)


def check_channel(ask: dict[str, Any], expect: dict[str, Any]) -> None:
    register = load_register()
    lane = channel_for(
        register, register.instrument(ask["of"]), ask["from"], ask["to"], urgent=ask.get("urgent", False)
    )
    for name, value in expect.items():
        shown = getattr(lane, name)
        assert (
            value in shown if isinstance(value, str) else (list(shown) if isinstance(shown, tuple) else shown) == value
        ), lane
