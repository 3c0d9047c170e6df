"""What must hold before assistance is declined or postponed: a ground of the instrument, and consultation first.

The grounds are the law's tables. An instrument whose grounds were not read is not held to any list.
"""

from collections.abc import Sequence
from typing import Any

from comity.law.instrument import Instrument
from comity.law.refusal import Ground, refusal_grounds
from comity.requests.state import DossierState
from comity.values.errors import RefusedError


def require_grounds(
    instrument: Instrument | None, state: DossierState, parts: Sequence[str], names: Sequence[str], *, postponing: bool
) -> None:
    """Refuse to decline or postpone parts on grounds the instrument does not have, or without consultation."""
    if instrument is None:
        return
    kinds = {"postponement"} if postponing else {"mandatory", "optional"}
    for name in names:
        for part in parts:
            _require_ground(instrument, name, part, state.parts[part].measure, kinds)
    _require_consultation(refusal_grounds(instrument), state, parts, names)


def ground_of(instrument: Instrument | None, name: str) -> Ground | None:
    """The law's row for a ground of that name."""
    rows = refusal_grounds(instrument) if instrument is not None else ()
    return next((row for row in rows if row.id == name), None)


def grounds_for(instrument: Instrument | None, measures: set[str], *, postponing: bool) -> list[dict[str, Any]]:
    """The grounds open against any of these measures, for a form to offer; the act asks again for each part."""
    if instrument is None:
        return []
    kinds = {"postponement"} if postponing else {"mandatory", "optional"}
    rows = [row for row in refusal_grounds(instrument) if row.kind in kinds]
    return [row.to_json() for row in rows if not measures or any(map(row.applies_to, measures))]


def _require_ground(instrument: Instrument, name: str, part: str, measure: str, kinds: set[str]) -> None:
    rows = refusal_grounds(instrument)
    if not rows:
        return
    row = next((one for one in rows if one.id == name), None)
    if row is None or row.kind not in kinds:
        known = ", ".join(one.id for one in rows if one.kind in kinds and one.applies_to(measure))
        never = row is not None and row.kind == "never"
        raise RefusedError(
            f"{row.provision} excludes this as a ground; nothing was sent."
            if row is not None and never
            else f"'{name[:60]}' is no ground of {instrument.title}; nothing was sent. Grounds: {known}.",
            code="requests:ground",
            place=row.provision if row else name[:60],
        )
    if row not in refusal_grounds(instrument, measure):
        raise RefusedError(
            f"{row.provision} cannot be raised against part {part} ({measure}): {row.cure or row.condition}. "
            "Nothing was sent.",
            code="requests:ground-measure",
            place=row.provision,
        )


def _require_consultation(
    rows: Sequence[Ground], state: DossierState, parts: Sequence[str], names: Sequence[str]
) -> None:
    """Refuse a ground before which the law's table wants the other side consulted, while nobody consulted it."""
    provision = next((row.consult for row in rows if row.id in names and row.consult), "")
    alone = [part for part in parts if not state.consulted_about(part)]
    if provision and alone:
        raise RefusedError(
            f"{provision}: the other side is consulted before this is decided. Nobody was consulted about part "
            f"{', '.join(alone)}; nothing was sent.",
            code="requests:consult-first",
            place=provision,
            next_step="Consult the other side about these parts first.",
        )
