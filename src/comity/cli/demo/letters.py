"""The letters of the stories, from their files."""

from pathlib import Path
from typing import Any

import yaml

_PLACE = Path(__file__).parent / "letters"


def letter(name: str) -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load((_PLACE / f"{name}.yaml").read_text())
    return content
