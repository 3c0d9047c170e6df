"""The timeline of a dossier: the shared messages on their author's side, and our own acts on ours."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from comity.authorities.queries import verifying_key
from comity.exchange.message import SignedMessage
from comity.exchange.queries import Delivery, MessageView, deliveries_of, messages_of
from comity.requests.models import DomesticAct, Dossier
from comity.requests.phases import Effect, Side
from comity.requests.queries.sight import acts_seen
from comity.requests.state import DossierState
from comity.values.errors import BrokenError, MissingError

_LONG = frozenset({"content", "custody", "prediction", "annex_b"})
_WORDS = ("text", "reason", "reasons", "outcome", "scope", "cover_note")


@dataclass(frozen=True, slots=True)
class Seal:
    """What our own check of a message's signature found: both algorithms, or why not."""

    state: str
    """`verified`, `broken`, or `unknown` for a signer without a key in our directory."""
    signer: str
    key_id: str
    suite: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class TimelineView:
    """One line of the timeline."""

    at: datetime
    side: Side
    ours: bool
    kind: str
    """`message` for what crossed the border, `act` for what one of our officers did at home."""
    name: str
    """The message type or the verb."""
    digest: str
    effect: str
    reason: str
    recorded: bool
    author: str
    """Authority, and for our own acts the officer's name."""
    words: Mapping[str, str] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)
    seal: Seal | None = None
    delivery: Delivery | None = None
    sent_by: str = ""
    """The officer of ours who sent the message; empty for theirs, and where she is not for this reader to know."""


def timeline_of(row: Dossier, state: DossierState, authority: str) -> tuple[TimelineView, ...]:
    """Messages in the order of the fold, our own acts between them by their time; the waiting ones last.

    `authority` is whose officer looks: it sees of our own acts what `sight` says.
    """
    views = {view.signed.digest: view for view in messages_of(row.holder, row.reference)}
    found = acts_seen(row, authority).order_by("at", "id")
    senders = {act.facts["message"]: act.name for act in found if act.facts.get("message") in views}
    sent = deliveries_of(row.holder, [digest for digest, view in views.items() if view.direction == "out"])
    lines = [
        _of_message(row, entry, views[entry.digest], sent.get(entry.digest), senders.get(entry.digest, ""))
        for entry in state.timeline
        if entry.digest in views
    ]
    acts = [act for act in found if act.facts.get("message") not in views]
    settled = [line for line in lines if line.effect != Effect.WAITING]
    waiting = [line for line in lines if line.effect == Effect.WAITING]
    merged: list[TimelineView] = []
    for act in acts:
        while settled and settled[0].at <= act.at:
            merged.append(settled.pop(0))
        merged.append(_of_act(row, act))
    return (*merged, *settled, *waiting)


def _of_message(row: Dossier, entry: Any, view: MessageView, delivery: Delivery | None, sent_by: str) -> TimelineView:
    body = view.signed.message.body
    if entry.recorded:
        body = body["body"]
    words: Mapping[str, str] = next((body[key] for key in _WORDS if isinstance(body.get(key), Mapping)), {})
    return TimelineView(
        entry.at,
        entry.side,
        entry.side.value == row.side,
        "message",
        entry.type,
        entry.digest,
        entry.effect.value,
        entry.reason,
        entry.recorded,
        row.requesting if entry.side is Side.REQUESTING else row.requested,
        words,
        {key: value for key, value in body.items() if key not in _LONG},
        seal_of(view.signed),
        delivery,
        sent_by,
    )


def _of_act(row: Dossier, act: DomesticAct) -> TimelineView:
    hidden = {"engine", "signed_content"}
    return TimelineView(
        at=act.at,
        side=Side(row.side),
        ours=True,
        kind="act",
        name=act.verb,
        digest=act.digest,
        effect=Effect.WITHOUT_EFFECT.value if act.void else Effect.IN_EFFECT.value,
        reason="void: a later change took its ground" if act.void else "",
        recorded=False,
        author=act.name or act.authority,
        facts={key: value for key, value in act.facts.items() if key not in hidden},
    )


def seal_of(signed: SignedMessage) -> Seal:
    """Check a stored message's signature against the key our directory holds of its sender."""
    message, signature = signed.message, signed.signature
    try:
        signed.verify(verifying_key(message.sender, signature.key_id, message.at))
    except MissingError as error:
        return Seal("unknown", message.sender, signature.key_id, signature.suite, error.message)
    except BrokenError as error:
        return Seal("broken", message.sender, signature.key_id, signature.suite, error.message)
    return Seal("verified", message.sender, signature.key_id, signature.suite)
