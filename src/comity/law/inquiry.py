"""What is asked of the register."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True, eq=False)
class Inquiry:
    """What is asked: who asks whom, for what measure, for what offence, on what day, with what answers known."""

    requesting: str
    requested: str
    measure: str
    offence: str
    on: date
    today: date
    answers: Mapping[str, bool]
