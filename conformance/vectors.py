"""Reading the vectors: each file asks one check, and may name values once that several of its vectors use."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "vectors"


@dataclass(frozen=True)
class Vector:
    """One question with the answer the protocol asks for."""

    id: str
    check: str
    says: str
    input: Mapping[str, Any]
    expect: Mapping[str, Any]

    @property
    def negative(self) -> bool:
        return bool(self.expect["result"] == "reject")


def load_vectors(folder: Path = FOLDER) -> Iterator[Vector]:
    """All vectors, by file and by number; `{"given": NAME}` in an input stands for the file's value of that name."""
    for path in sorted(folder.glob("*.json")):
        page = json.loads(path.read_text(encoding="utf-8"))
        for entry in page["vectors"]:
            question = _resolved(entry["input"], page["given"])
            yield Vector(entry["id"], page["check"], entry["says"], question, entry["expect"])


def _resolved(value: Any, given: Mapping[str, Any]) -> Any:
    if isinstance(value, dict):
        if set(value) == {"given"}:
            return given[value["given"]]
        return {name: _resolved(part, given) for name, part in value.items()}
    if isinstance(value, list):
        return [_resolved(part, given) for part in value]
    return value
