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
    """Collects checks, says them as they come, and writes `report.json`."""

    says: Console
    checks: list[Check] = field(default_factory=list)
    started: float = field(default_factory=time.monotonic)
    story_seconds: float = 0.0
    _story: float = 0.0

    def chapter(self, title: str) -> None:
        self.says.print(f"\n[bold]{title}[/]")

    def step(self, text: str) -> None:
        self.says.print(f"  {text}", highlight=False)

    def check(self, name: str, passed: bool, detail: Any = "") -> None:
        self.checks.append(Check(name, bool(passed), str(detail)))
        mark = "[green]●[/]" if passed else "[red]■ NOT[/]"
        self.says.print(
            f"  {mark} {name}" + (f"  [dim]{escape(str(detail))}[/]" if detail != "" else ""), highlight=False
        )

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
