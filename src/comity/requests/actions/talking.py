"""Questions, consultations and reminders: what the two sides say to each other while a request is worked on."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction

from comity.authorities.keyring import Keyring
from comity.requests.actions.shape import finish, opened, say, texts
from comity.requests.messages import MessageType
from comity.requests.models import Dossier
from comity.requests.phases import Side
from comity.requests.state import Exchange
from comity.requests.workflow import STEPS, provision
from comity.values.actor import Act
from comity.values.errors import InvalidInputError, RefusedError


@transaction.atomic
def ask_question(act: Act, *, dossier: Any, version: int, text: Mapping[str, str], keys: Keyring) -> Dossier:
    """Ask the requesting side for additional information."""
    found = opened(act, "ask_question", dossier, version)
    body = {
        "question_id": f"q-{act.new_id()}",
        "text": texts(text),
        "provision": provision(found.step, found.row.instrument),
    }
    signed = say(act, found, MessageType.QUESTIONED, body, keys=keys)
    return finish(act, found, event="requests:question:asked", signed=signed)


@transaction.atomic
def answer_question(
    act: Act, *, dossier: Any, version: int, question_id: str, text: Mapping[str, str], keys: Keyring
) -> Dossier:
    """Answer an open question of the requested side."""
    found = opened(act, "answer_question", dossier, version)
    _require_open(found.state.questions.get(question_id), found.side, "question_id")
    body = {"question_id": question_id, "text": texts(text)}
    signed = say(act, found, MessageType.ANSWERED, body, keys=keys)
    return finish(act, found, event="requests:question:answered", signed=signed)


@transaction.atomic
def consult(
    act: Act, *, dossier: Any, version: int, parts: Sequence[str], text: Mapping[str, str], keys: Keyring
) -> Dossier:
    """Consult the other side, about some parts or (none named) about the whole request."""
    found = opened(act, "consult", dossier, version)
    unknown = [part for part in parts if part not in found.state.parts]
    if unknown:
        raise InvalidInputError(f"The request has no part '{unknown[0]}'.", place="parts")
    body = {
        "consultation_id": f"c-{act.new_id()}",
        "parts": list(parts),
        "text": texts(text),
        "provision": provision(STEPS["consult"], found.row.instrument),
    }
    signed = say(act, found, MessageType.CONSULTED, body, keys=keys)
    return finish(act, found, event="requests:consultation:opened", signed=signed)


@transaction.atomic
def answer_consultation(
    act: Act, *, dossier: Any, version: int, consultation_id: str, text: Mapping[str, str], keys: Keyring
) -> Dossier:
    """Answer the other side's consultation."""
    found = opened(act, "answer_consultation", dossier, version)
    _require_open(found.state.consultations.get(consultation_id), found.side, "consultation_id")
    body = {"consultation_id": consultation_id, "text": texts(text)}
    signed = say(act, found, MessageType.CONSULTATION_ANSWERED, body, keys=keys)
    return finish(act, found, event="requests:consultation:answered", signed=signed)


def _require_open(asked: Exchange | None, side: Side, place: str) -> None:
    """An answer needs an open question of the other side."""
    if asked is None:
        raise InvalidInputError("Nothing of that name was asked in this dossier.", place=place)
    if asked.asked_by is side:
        raise RefusedError("This was asked by your own side; the other one answers it.", code="requests:own-question")
    if asked.answer is not None:
        raise RefusedError("This was answered before.", code="requests:answered")


@transaction.atomic
def give_feedback(act: Act, *, dossier: Any, version: int, outcome: Mapping[str, str], keys: Keyring) -> Dossier:
    """Tell the requested side what came of its assistance."""
    found = opened(act, "give_feedback", dossier, version)
    signed = say(act, found, MessageType.FEEDBACK, {"outcome": texts(outcome)}, keys=keys)
    return finish(act, found, event="requests:feedback:given", signed=signed)


@transaction.atomic
def withdraw_request(act: Act, *, dossier: Any, version: int, reason: Mapping[str, str], keys: Keyring) -> Dossier:
    """Withdraw the request; what was not done stays undone, what was returned stays under its conditions."""
    found = opened(act, "withdraw_request", dossier, version)
    signed = say(act, found, MessageType.WITHDRAWN, {"reason": texts(reason)}, keys=keys)
    return finish(
        act, found, event="requests:request:withdrawn", signed=signed, changes={"stage": "", "remind_on": None}
    )


@transaction.atomic
def close_dossier(act: Act, *, dossier: Any, version: int, reason: Mapping[str, str], keys: Keyring) -> Dossier:
    """Close the matter."""
    found = opened(act, "close_dossier", dossier, version)
    signed = say(act, found, MessageType.CLOSED, {"reason": texts(reason)}, keys=keys)
    return finish(act, found, event="requests:dossier:closed", signed=signed, changes={"remind_on": None})
