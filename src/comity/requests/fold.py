"""The fold: from a set of messages, in whatever order they came, to one state that both sides share.

Order is topological by predecessors, ties by digest; a message whose predecessor is missing waits, and all that follow
it; of acts that exclude each other and crossed on the way one stands (`exclusions`). A message that the workflow does
not allow where it lands has no effect and stays in the timeline with the reason.
"""

import heapq
import json
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any, Protocol

from comity.exchange.message import Message
from comity.requests.effects import EFFECTS, Deed
from comity.requests.exclusions import EXCLUSIONS
from comity.requests.messages import MessageType, check_body, parse_type
from comity.requests.phases import Effect, Side
from comity.requests.state import DossierState, TimelineEntry
from comity.requests.workflow import BY_MESSAGE, lands, parts_refusal
from comity.values.errors import InvalidInputError
from comity.values.instant import parse_instant
from comity.values.reference import Reference


class Folded(Protocol):
    """What the fold reads of a message; the exchange's messages have it."""

    @property
    def digest(self) -> str: ...
    @property
    def type(self) -> str: ...
    @property
    def sender(self) -> str: ...
    @property
    def dossier(self) -> Reference: ...
    @property
    def follows(self) -> tuple[str, ...]: ...
    @property
    def at(self) -> datetime: ...
    @property
    def body(self) -> Mapping[str, Any]: ...


def side_of(sender: str, dossier: Reference) -> Side:
    """The side follows from who sent it, since the dossier bears the requesting side's code."""
    return Side.REQUESTING if sender == dossier.authority else Side.REQUESTED


def read(message: Folded) -> Deed:
    """A message as a deed."""
    try:
        check_body(parse_type(message.type), message.body)
        fault = ""
    except InvalidInputError as error:
        fault = error.message
    side = side_of(message.sender, message.dossier)
    return _deed(message.digest, message.type, side, message.at, message.body, message.follows, fault)


_FOUND: dict[bytes, str] = {}
"""By the SHA-256 of a message's bytes what their strict reading found: the fault of its body, or nothing.

It follows from the bytes alone, whoever holds them: what was read strictly once is not checked again.
"""
MOST_FOUND = 1 << 16


def checked(content: bytes) -> None:
    """Note that these bytes were read strictly as a message and that its body has its type's shape."""
    _note(sha256(content).digest(), "")


def deed_of(content: bytes) -> Deed:
    """The deed of a message that is held; its bytes are read strictly the first time they are met here."""
    mark = sha256(content)
    fault = _FOUND.get(mark.digest())
    if fault is None:
        deed = read(Message.from_content(content))
        _note(mark.digest(), deed.fault)
        return deed
    told = json.loads(content)
    side = side_of(told["sender"], Reference.parse(told["dossier"]))
    at, follows = parse_instant(told["at"]), tuple(told["follows"])
    return _deed(mark.hexdigest(), told["type"], side, at, told["body"], follows, fault)


def _note(mark: bytes, fault: str) -> None:
    if len(_FOUND) >= MOST_FOUND:
        _FOUND.clear()
    _FOUND[mark] = fault


def _deed(
    digest: str, word: str, side: Side, at: datetime, body: Mapping[str, Any], follows: tuple[str, ...], fault: str
) -> Deed:
    if fault:
        return Deed(digest, word, side, at, {}, follows, fault=fault)
    kind = MessageType(word)
    if kind is not MessageType.RECORDED:
        return Deed(digest, kind, side, at, body, follows)
    return Deed(digest, MessageType(body["what"]), side.other, at, body["body"], follows, recorded=True)


def fold(messages: Iterable[Folded]) -> DossierState:
    """The state of one dossier from all its messages; repeated ones count once."""
    return fold_deeds(read(message) for message in messages)


def fold_deeds(all_deeds: Iterable[Deed]) -> DossierState:
    """The same from the messages as they were read."""
    deeds = {deed.digest: deed for deed in all_deeds}
    order, waiting = _ordered(deeds)
    state, _ = _run(order, _exclusions(order, _ancestors(order)))
    for digest, gaps in sorted(waiting.items()):
        one = deeds[digest]
        state.timeline.append(
            TimelineEntry(digest, str(one.type), one.side, one.at, Effect.WAITING, _missing(gaps), one.recorded)
        )
    state.waiting = dict(sorted(waiting.items()))
    followed = {digest for deed in deeds.values() for digest in deed.follows}
    state.heads = sorted(deed.digest for deed in order if deed.digest not in followed)
    return state


def _missing(gaps: list[str]) -> str:
    return f"waits for {len(gaps)} earlier message{'s' if len(gaps) > 1 else ''}"


def _ordered(deeds: Mapping[str, Deed]) -> tuple[list[Deed], dict[str, list[str]]]:
    """Topological by `follows`, ties by digest; and what waits, with the predecessors it lacks."""
    left = {digest: set(deed.follows) for digest, deed in deeds.items()}
    followers: dict[str, list[str]] = {}
    for digest, gaps in left.items():
        for gap in gaps:
            followers.setdefault(gap, []).append(digest)
    ready = [digest for digest, gaps in left.items() if not gaps]
    heapq.heapify(ready)
    order: list[Deed] = []
    while ready:
        digest = heapq.heappop(ready)
        order.append(deeds[digest])
        for follower in followers.get(digest, ()):
            left[follower].discard(digest)
            if not left[follower]:
                heapq.heappush(ready, follower)
    done = {deed.digest for deed in order}
    return order, {digest: sorted(gaps) for digest, gaps in left.items() if digest not in done}


def _ancestors(order: list[Deed]) -> dict[str, int]:
    """For each message the bit set of its own place and of all messages before it."""
    place = {deed.digest: index for index, deed in enumerate(order)}
    before: dict[str, int] = {}
    for deed in order:
        bits = 1 << place[deed.digest]
        for earlier in deed.follows:
            bits |= before.get(earlier, 0)
        before[deed.digest] = bits
    return before


def _exclusions(order: list[Deed], before: Mapping[str, int]) -> dict[str, str]:
    """Which messages yield to one that crossed them, with the reason; strongest first, only to one that has effect."""
    place = {deed.digest: index for index, deed in enumerate(order)}
    excluded: dict[str, str] = {}
    for row in EXCLUSIONS:
        for strong in order:
            if strong.type is not row.stands or strong.digest in excluded:
                continue
            losers = {
                weak.digest: row.why
                for weak in order
                if weak.type in row.yields
                and weak.digest not in excluded
                and not before[strong.digest] >> place[weak.digest] & 1
                and not before[weak.digest] >> place[strong.digest] & 1
            }
            if losers and strong.digest in _run(order, {**excluded, **losers})[1]:
                excluded.update(losers)
    return excluded


def _run(order: list[Deed], excluded: Mapping[str, str]) -> tuple[DossierState, set[str]]:
    state = DossierState()
    in_effect: set[str] = set()
    for deed in order:
        reason = excluded.get(deed.digest) or _no_effect(state, deed)
        if not reason:
            EFFECTS[MessageType(deed.type)](state, deed)
            in_effect.add(deed.digest)
        effect = Effect.WITHOUT_EFFECT if reason else Effect.IN_EFFECT
        state.timeline.append(
            TimelineEntry(deed.digest, str(deed.type), deed.side, deed.at, effect, reason, deed.recorded)
        )
    return state, in_effect


def _no_effect(state: DossierState, deed: Deed) -> str:
    """Why the deed has no effect where it lands; empty when it has."""
    if deed.fault:
        return deed.fault
    step = BY_MESSAGE[MessageType(deed.type)]
    reason = lands(step, deed.side, state.phase, recorded=deed.recorded)
    if reason:
        return reason
    matched = _MATCHED.get(MessageType(deed.type))
    if matched is not None:
        return matched(state, deed)
    parts = deed.body.get("parts", []) if step.parts_from or deed.type is MessageType.CONSULTED else []
    return parts_refusal(step, state.part_states(), parts, recorded=deed.recorded)


def _other_number(state: DossierState, deed: Deed) -> str:
    known = state.numbers.get(Side.REQUESTED.value)
    return "" if known in {None, deed.body["number"]} else f"the request was registered as {known} before"


def _no_recall(state: DossierState, deed: Deed) -> str:
    """Only what was returned is recalled or narrowed, by its content, and each notice has an id of its own."""
    if deed.body["recall_id"] in state.recalls:
        return "a recall of that name was sent before"
    for entry in deed.body["items"]:
        item = state.items.get(entry["item"])
        if item is None or item.get("digest") != entry["digest"]:
            return "it names an item that was not returned"
    return ""


def _no_recall_answer(state: DossierState, deed: Deed) -> str:
    asked = state.recalls.get(deed.body["recall_id"])
    if asked is None:
        return "nothing of that name was recalled"
    for entry in deed.body["items"]:
        if asked["items"].get(entry["item"], "") != entry["digest"]:
            return "it names an item that was not recalled"
        if entry["item"] in asked["answers"]:
            return "it was answered before"
    return ""


def _no_answer(state: DossierState, deed: Deed) -> str:
    """An answer needs its question, asked by the other side and not answered yet."""
    if deed.type is MessageType.ANSWERED:
        asked = state.questions.get(deed.body["question_id"])
    else:
        asked = state.consultations.get(deed.body["consultation_id"])
    if asked is None:
        return "nothing of that name was asked"
    if asked.asked_by is deed.side:
        return "nobody answers the own question"
    return "it was answered before" if asked.answer is not None else ""


_MATCHED: Mapping[MessageType, Callable[[DossierState, Deed], str]] = {
    MessageType.ACKNOWLEDGED: _other_number,
    MessageType.ANSWERED: _no_answer,
    MessageType.CONSULTATION_ANSWERED: _no_answer,
    MessageType.EVIDENCE_RECALLED: _no_recall,
    MessageType.EVIDENCE_NARROWED: _no_recall,
    MessageType.RECALL_ANSWERED: _no_recall_answer,
}
"""Messages that must match what was said before: why one does not; empty when it does."""
