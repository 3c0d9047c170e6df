"""How a request travels under an instrument between two States: who signs, who transmits, in which languages."""

from dataclasses import dataclass
from functools import lru_cache

from comity.law.instrument import Instrument
from comity.law.register import Register
from comity.values.language import language_name

_CENTRAL_ROLES = (
    "central",
    "art18_13_central",
    "art46_13_central",
    "art7_8_central",
    "art27_central",
    "art15_1_central",
    "art4_central",
    "receiving_authority",
    "executing_authority",
    "central_authority",
)


@dataclass(frozen=True, slots=True)
class Lane:
    """The channel for one request. Empty text means that nothing on the point was read."""

    route: str
    transmitter: str
    receiver: str
    signer: str
    form: str
    original_must_follow: str
    languages: tuple[str, ...]
    language_note: str
    provision: str
    verified: bool


def channel_for(register: Register, instrument: Instrument, requesting: str, requested: str, *, urgent: bool) -> Lane:
    """The route, who transmits and receives, and the languages the requested State accepts, as far as read."""
    theirs = register.declarations(requested, instrument.code)
    ours = register.declarations(requesting, instrument.code)
    channel = instrument.channel
    languages = theirs.urgency_languages if urgent else theirs.accepted_languages
    notes = "; ".join(row.text for row in theirs.languages if row.text)
    transmitter, receiver = ours.authority(*_CENTRAL_ROLES), theirs.authority(*_CENTRAL_ROLES)
    if channel is None:
        declared = theirs.channel("channel")
        route = declared.text if declared else "not read: ask the central authority of the requested State"
        form = next((row.text for row in theirs.channels if row.what == "form"), "")
        original = theirs.channel("original_must_follow")
        return Lane(
            route=route,
            transmitter=transmitter,
            receiver=receiver,
            signer="",
            form=form,
            original_must_follow=original.text if original else "",
            languages=languages,
            language_note=notes,
            provision=f"{instrument.code}, channel",
            verified=declared is not None,
        )
    rule = channel.urgent_provision if urgent and channel.urgent_provision else channel.provision
    return Lane(
        route=channel.urgent if urgent and channel.urgent else channel.route,
        transmitter=transmitter or channel.transmitter,
        receiver=receiver,
        signer=channel.signer,
        form=channel.form,
        original_must_follow=channel.original_must_follow if urgent else "",
        languages=languages,
        language_note=notes or (channel.language_provision.text if channel.language_provision else ""),
        provision=rule.article,
        verified=rule.verified,
    )


@lru_cache(maxsize=1 << 14)
def route_for(register: Register, instrument: Instrument, requested: str) -> tuple[str, tuple[str, ...]]:
    """The ordinary route and the languages the requested State accepts: what every answer shows."""
    lane = channel_for(register, instrument, requested, requested, urgent=False)
    return lane.route, lane.languages


def language_words(lane: Lane) -> str:
    """The languages in words, e.g. `Spanish`; says plainly when none was read."""
    if not lane.languages:
        return "languages not read"
    return ", ".join(language_name(tag) for tag in lane.languages)
