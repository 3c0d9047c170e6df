"""How a request travels, read from the register: directly or through the central authorities, in what language.

Who signs and who transmits is the instrument's rule (`law`, channel data); nothing here names an instrument.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from comity.forms.contents import FORM_OF_INSTRUMENT
from comity.law.channels import Lane, channel_for
from comity.law.register import Register
from comity.values.errors import InvalidInputError

ISSUING_TRANSMITS = "issuing authority"
"""The register's word where the authority that issues the order also transmits it."""


@dataclass(frozen=True, slots=True)
class Way:
    """The lane of one instrument between two States, and whether the issuing authority transmits itself."""

    instrument: str
    title: str
    direct: bool
    lane: Lane | None

    @property
    def languages(self) -> tuple[str, ...]:
        return self.lane.languages if self.lane else ()

    @property
    def route(self) -> str:
        return "direct" if self.direct else "central"


def way_of(register: Register, instrument: str, requesting: str, requested: str, *, urgent: bool = False) -> Way:
    """The way under one instrument between two States; through central authorities where nothing was read."""
    if not instrument:
        return Way("", "", direct=False, lane=None)
    found = register.instrument(instrument)
    lane = channel_for(register, found, requesting, requested, urgent=urgent)
    direct = found.channel is not None and found.channel.transmitter == ISSUING_TRANSMITS
    return Way(found.code, found.title, direct, lane)


def canonical_code(register: Register, instrument: str) -> str:
    """The register's own code of an instrument given by code or alias; the text itself where the register has none."""
    try:
        return register.instrument(instrument).code if instrument else ""
    except InvalidInputError:
        return instrument


def form_name(register: Register, instrument: str) -> str:
    """The name under which the standard forms know an instrument: its code or one of its other names."""
    if not instrument:
        return ""
    found = register.instrument(instrument)
    names = (found.code, *found.aliases)
    return next((name for name in names if name in FORM_OF_INSTRUMENT), found.code)


def is_urgent(content: Mapping[str, Any]) -> bool:
    return bool(content.get("urgency"))


def language_gap(way: Way, content: Mapping[str, Any]) -> str:
    """What is missing when the request is in no language the requested State takes; else empty."""
    written = set(content.get("facts") or {}) | {content.get("language")}
    if not way.languages or written & set(way.languages):
        return ""
    wanted = ", ".join(way.languages)
    place = way.lane.provision if way.lane else ""
    return f"the facts in a language that the requested State takes ({wanted}): {place}"
