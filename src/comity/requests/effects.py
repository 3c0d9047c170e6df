"""What each message type does to the state of a dossier: one table of small functions."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from comity.requests.messages import MessageType as M
from comity.requests.messages import part_ids
from comity.requests.phases import OPEN_PARTS, WORKED_PARTS, PartState, Side
from comity.requests.state import DossierState, Exchange, Part
from comity.requests.workflow import BY_MESSAGE
from comity.values.instant import instant_text


@dataclass(frozen=True)
class Deed:
    """One message as the fold reads it: whose act, what, when. For a recorded letter the act of the letter's writer."""

    digest: str
    type: M | str
    """A message type; a plain word only where there is a fault."""
    side: Side
    at: datetime
    body: Mapping[str, Any]
    follows: tuple[str, ...]
    recorded: bool = False
    fault: str = ""
    """Why nobody can read the message (unknown type, malformed body); it then has its place in the order, no effect."""

    @property
    def writer(self) -> Side:
        """The side that signed the message: of a recorded letter not the one whose act it is."""
        return self.side.other if self.recorded else self.side


def _transmitted(state: DossierState, deed: Deed) -> None:
    body = deed.body
    state.content = dict(body["content"])
    state.release, state.route = body["release"]["digest"], body["route"]
    state.originating = body.get("originating", "")
    state.numbers[Side.REQUESTING.value] = body["number"]
    state.amendment = None
    measures = {part["id"]: part["measure"] for part in body["content"]["parts"]}
    kept = {key: part for key, part in state.parts.items() if part.state not in OPEN_PARTS or key in measures}
    state.parts = {
        key: kept[key] if key in kept else Part(key, measures[key])
        for key in [*part_ids(body["content"]), *(old for old in kept if old not in measures)]
    }


def _acknowledged(state: DossierState, deed: Deed) -> None:
    state.numbers.setdefault(Side.REQUESTED.value, deed.body["number"])
    state.received_at = state.received_at or deed.body["received_at"]
    state.contact = deed.body["contact"]
    if deed.body.get("annex_b") is not None and state.annex_b is None:
        state.annex_b, state.annex_b_at = dict(deed.body["annex_b"]), instant_text(deed.at)


def _amendment_asked(state: DossierState, deed: Deed) -> None:
    state.amendment = {**deed.body, "message": deed.digest, "at": instant_text(deed.at)}


def _questioned(state: DossierState, deed: Deed) -> None:
    body = deed.body
    state.questions.setdefault(
        body["question_id"],
        Exchange(body["question_id"], deed.side, dict(body["text"]), body["provision"], instant_text(deed.at)),
    )


def _answered(state: DossierState, deed: Deed) -> None:
    _answer(state.questions.get(deed.body["question_id"]), deed)


def _consulted(state: DossierState, deed: Deed) -> None:
    body = deed.body
    state.consultations.setdefault(
        body["consultation_id"],
        Exchange(
            body["consultation_id"],
            deed.side,
            dict(body["text"]),
            body["provision"],
            instant_text(deed.at),
            list(body["parts"]),
        ),
    )


def _consultation_answered(state: DossierState, deed: Deed) -> None:
    _answer(state.consultations.get(deed.body["consultation_id"]), deed)


def _answer(asked: Exchange | None, deed: Deed) -> None:
    if asked is not None and asked.answer is None:
        asked.answer, asked.answered_at = dict(deed.body["text"]), instant_text(deed.at)


def _moved(state: DossierState, deed: Deed) -> None:
    """Move the named parts as the workflow's table says, keeping the decision with its message."""
    to = BY_MESSAGE[M(deed.type)].part_to
    decision = {**{key: value for key, value in deed.body.items() if key not in _LEFT_OUT}, "message": deed.digest}
    for name in deed.body["parts"]:
        part = state.parts[name]
        part.decisions.append({"type": str(deed.type), "at": instant_text(deed.at), **decision})
        part.until = deed.body.get("until", "") if to is PartState.POSTPONED else ""
        if to is not None and not (deed.type is M.DECLINED and deed.body["partial"]):
            part.state = to
    if deed.type in {M.ACCEPTED, M.DECLINED}:
        state.decided_at = state.decided_at or instant_text(deed.at)


_LEFT_OUT = frozenset({"parts", "items", "custody"})


def _accepted(state: DossierState, deed: Deed) -> None:
    _moved(state, deed)
    state.conditions += [dict(one) for one in deed.body["conditions"] if one not in state.conditions]


def _passed_on(state: DossierState, deed: Deed) -> None:
    body = deed.body
    state.executing = {"authority": body["authority"], "names": dict(body["names"]), "parts": list(body["parts"])}


def _returned(state: DossierState, deed: Deed) -> None:
    _moved(state, deed)
    for item in deed.body["items"]:
        state.items[str(item["item"])] = {**item, "message": deed.digest, "countersigned": False}
    state.conditions += [dict(one) for one in deed.body["conditions"] if one not in state.conditions]
    state.cover_letters.append({**deed.body["cover_letter"], "message": deed.digest})


def _countersigned(state: DossierState, deed: Deed) -> None:
    for entry in deed.body["items"]:
        item = state.items.get(entry["item"])
        if item is not None and item.get("digest") == entry["digest"]:
            item["countersigned"] = True


def _recalled(state: DossierState, deed: Deed) -> None:
    """A recall locks its items for the fold too: none of them is waited for any more."""
    body = deed.body
    state.recalls[body["recall_id"]] = {
        **{key: body[key] for key in _ASKED if key in body},
        "items": {entry["item"]: entry["digest"] for entry in body["items"]},
        "at": instant_text(deed.at),
        "message": deed.digest,
        "answers": {},
        "answered_at": "",
    }
    if deed.type is M.EVIDENCE_RECALLED:
        for entry in body["items"]:
            state.items[entry["item"]]["recalled"] = body["recall_id"]


_ASKED = ("demand", "handling", "conditions", "reason", "provision", "by")


def _recall_answered(state: DossierState, deed: Deed) -> None:
    asked = state.recalls[deed.body["recall_id"]]
    told = {key: deed.body[key] for key in ("outcome", "reason", "onward") if key in deed.body}
    for entry in deed.body["items"]:
        asked["answers"][entry["item"]] = {**told, "message": deed.digest, "at": instant_text(deed.at)}
    if set(asked["answers"]) == set(asked["items"]):
        asked["answered_at"] = instant_text(deed.at)


def _feedback(state: DossierState, deed: Deed) -> None:
    state.feedback.append({**deed.body, "at": instant_text(deed.at), "message": deed.digest})


def _reminded(state: DossierState, deed: Deed) -> None:
    state.reminders.append(instant_text(deed.at))


def _closed(state: DossierState, deed: Deed) -> None:
    state.closed = {**deed.body, "at": instant_text(deed.at)}


def _withdrawn(state: DossierState, deed: Deed) -> None:
    state.withdrawn = {**deed.body, "at": instant_text(deed.at)}
    for part in state.parts.values():
        if part.state in OPEN_PARTS | WORKED_PARTS:
            part.state = PartState.WITHDRAWN


EFFECTS: Mapping[M, Callable[[DossierState, Deed], None]] = {
    M.TRANSMITTED: _transmitted,
    M.ACKNOWLEDGED: _acknowledged,
    M.AMENDMENT_ASKED: _amendment_asked,
    M.QUESTIONED: _questioned,
    M.ANSWERED: _answered,
    M.ACCEPTED: _accepted,
    M.CONSULTED: _consulted,
    M.CONSULTATION_ANSWERED: _consultation_answered,
    M.DECLINED: _moved,
    M.POSTPONED: _moved,
    M.PASSED_ON: _passed_on,
    M.AUTHORISED: _moved,
    M.EXECUTED: _moved,
    M.TRANSFER_SUSPENDED: _moved,
    M.TRANSFER_RESUMED: _moved,
    M.EVIDENCE_RETURNED: _returned,
    M.EVIDENCE_COUNTERSIGNED: _countersigned,
    M.EVIDENCE_RECALLED: _recalled,
    M.EVIDENCE_NARROWED: _recalled,
    M.RECALL_ANSWERED: _recall_answered,
    M.FEEDBACK: _feedback,
    M.CLOSED: _closed,
    M.WITHDRAWN: _withdrawn,
    M.REMINDED: _reminded,
}
