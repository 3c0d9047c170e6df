"""Cases that a lawyer writes: sentence-named YAML under `tests/cases`, each asked of the law as shipped."""

from typing import Any

import pytest

from tests.law.case_runner import Law, all_cases, run_case, shipped


@pytest.fixture(scope="module")
def law() -> Law:
    return shipped()


@pytest.mark.parametrize("case", [pytest.param(case, id=f"{file}: {case['name']}") for file, case in all_cases()])
def test_case(case: dict[str, Any], law: Law) -> None:
    run_case(case, law)


def test_every_case_is_named_by_a_sentence_and_only_once() -> None:
    names = [case["name"] for _, case in all_cases()]
    assert len(names) == len(set(names))
    assert all(" " in name and name[0].isupper() for name in names)
