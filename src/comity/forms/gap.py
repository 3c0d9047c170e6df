"""A gap: something a request should state and does not, with its place and the provision that asks for it."""

from dataclasses import asdict, dataclass
from typing import Any, Literal

Severity = Literal["missing", "recommended"]


@dataclass(frozen=True, slots=True)
class Gap:
    """`missing` stops the signature; `recommended` is what helps execution or another instrument would ask for."""

    form: str
    section: str
    field: str
    place: str
    """Dotted path in the content, e.g. `parts[1].account`; it need not exist there yet."""
    provision: str
    text: str
    """One English sentence saying what to state."""
    severity: Severity
    verified: bool
    """Whether the provision was read; an unverified one is shown as such."""

    def to_json(self) -> dict[str, Any]:
        return asdict(self)
