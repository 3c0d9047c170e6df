"""One page of vectors: a check, what it is about, values named once, and questions with the answers asked for."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from conformance.answers import answer
from conformance.runner import judge
from conformance.vectors import Vector


@dataclass
class Page:
    """A file of vectors under way. An answer is stated by hand; our own code must agree, or the page is not written."""

    check: str
    about: str
    given: dict[str, Any] = field(default_factory=dict)
    entries: list[dict[str, Any]] = field(default_factory=list)

    def accept(self, says: str, question: Mapping[str, Any], output: Mapping[str, Any]) -> None:
        self._add(says, question, {"result": "accept", "output": dict(output)})

    def reject(self, says: str, question: Mapping[str, Any], code: str, *, place: str = "") -> None:
        """What must be refused; `place` is one of those that the answer must name, where it names any."""
        self._add(says, question, {"result": "reject", "code": code, **({"place": place} if place else {})})

    def _add(self, says: str, question: Mapping[str, Any], expect: dict[str, Any]) -> None:
        number = f"{self.check}-{len(self.entries) + 1:03d}"
        found = answer({"id": number, "check": self.check, "input": self._full(question)})
        verdict = judge(Vector(number, self.check, says, {}, expect), found, codes=True)
        if verdict.state != "passed":
            raise AssertionError(f"{number} ({says}): {verdict.why}; our code says {found}")
        self.entries.append({"id": number, "says": says, "input": dict(question), "expect": expect})

    def _full(self, question: Mapping[str, Any]) -> dict[str, Any]:
        return {
            name: self.given[part["given"]] if isinstance(part, dict) and set(part) == {"given"} else part
            for name, part in question.items()
        }

    def write(self, folder: Path) -> int:
        page = {"check": self.check, "about": self.about, "given": self.given, "vectors": self.entries}
        text = json.dumps(page, ensure_ascii=True, indent=1, sort_keys=True)
        (folder / f"{self.check}.json").write_text(text + "\n", encoding="utf-8")
        return len(self.entries)


def given(name: str) -> dict[str, str]:
    """A question's way of naming a value that stands once on its page."""
    return {"given": name}
