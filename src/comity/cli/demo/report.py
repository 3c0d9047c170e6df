"""What the demo proved: each check by name, with what was seen; the last word is the exit code."""

import json
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape


@dataclass
class Check:
    name: str
    passed: bool
    detail: str


@dataclass
class Report:
    """Collects checks, says them as they come or, held back, when their turn is, and writes `report.json`."""

    says: Console
    checks: list[Check] = field(default_factory=list)
    started: float = field(default_factory=time.monotonic)
    story_seconds: float = 0.0
    _story: float = 0.0
    held: list[str] | None = None

    def chapter(self, title: str) -> None:
        self._say(f"\n[bold]{title}[/]")

    def step(self, text: str) -> None:
        self._say(f"  {text}")

    def _say(self, line: str) -> None:
        if self.held is None:
            self.says.print(line, highlight=False)
        else:
            self.held.append(line)

    def aside(self) -> "Report":
        """A report of what is played meanwhile: nothing of it is said before it is told."""
        return Report(self.says, held=[])

    def tell(self, aside: "Report") -> None:
        """Say what was held back, and take its checks over."""
        for line in aside.held or ():
            self._say(line)
        self.checks += aside.checks

    def check(self, name: str, passed: bool, detail: Any = "") -> None:
        self.checks.append(Check(name, bool(passed), str(detail)))
        mark = "[green]●[/]" if passed else "[red]■ NOT[/]"
        self._say(f"  {mark} {name}" + (f"  [dim]{escape(str(detail))}[/]" if detail != "" else ""))

    def begin_story(self) -> None:
        self._story = time.monotonic()

    def end_story(self) -> None:
        self.story_seconds = time.monotonic() - self._story

    @property
    def failed(self) -> list[Check]:
        return [check for check in self.checks if not check.passed]

    def write(self, path: Path, bundle: Path) -> None:
        path.write_text(
            json.dumps(
                {
                    "checks": [vars(check) for check in self.checks],
                    "bundle": str(bundle),
                    "seconds": round(time.monotonic() - self.started, 1),
                },
                indent=1,
                ensure_ascii=False,
            )
            + "\n"
        )
