"""Limits of use that an instrument binds to what is handed over under it."""

from comity.law.instrument import Instrument
from comity.values.handling import UseCondition


def use_conditions(instrument: Instrument, proceedings: str = "") -> tuple[UseCondition, ...]:
    """The limits of use of an instrument, each with its provision; `proceedings` names those the request stated.

    Empty when the instrument's rules on use were not read (`use_read` tells the two apart).
    """
    stated = f" Stated proceedings: {proceedings}." if proceedings else ""
    return tuple(
        UseCondition(
            rule.kind, rule.provision.text + (stated if rule.kind == "specialty" else ""), rule.provision.article
        )
        for rule in instrument.use
    )


def use_read(instrument: Instrument) -> bool:
    """Whether the register holds the instrument's rules on use; none held is not "no limit"."""
    return bool(instrument.use)
