"""A workload of whole dossiers: the real verbs and receivers of casework on every node, equal folds on both sides.

Only the paper is left out: a request is transmitted without its letter, because a PDF's seal is random and a trace
must not be. A share of the dossiers goes straight to its results (`results`).
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.db import transaction

from comity.authorities.keyring import Keyring
from comity.exchange.actions import Receiver, post
from comity.exchange.message import Message
from comity.forms.content import parse_content
from comity.requests.actions import VERBS, open_dossier
from comity.requests.actions.shape import write
from comity.requests.messages import MessageType
from comity.requests.phases import Phase, Side
from comity.requests.queries.access import rows_of, state_of
from comity.requests.queries.steps import NextStep, steps_of
from comity.requests.state import DossierState, Exchange
from comity.seals.canonical import digest_of
from comity.simulation import gates, recalls, results
from comity.simulation.chance import Chance
from comity.simulation.forbidden import Forbidden
from comity.simulation.node import SimulatedNode
from comity.values.actor import Act, Actor, ActorKind, Role
from comity.values.errors import ComityError, ConflictError, InvalidInputError, MissingError, RefusedError
from comity.values.instant import instant_text
from comity.values.reference import Reference
from comity.wiring.receivers import RECEIVERS

WORDS = {"en": "Words of an exercise.", "fr": "Paroles d'un exercice."}
REFUSAL = {"ground": "sovereignty_security_ordre_public", "reason": WORDS}
DELAY = {"ground": "postpone:ongoing_proceeding", "reason": WORDS}
MEASURES = ("bank-records", "hearing-witness", "search-seizure", "subscriber-data")
HOUSE_ERRORS = (RefusedError, ConflictError, InvalidInputError, MissingError)
"""What an officer may be answered; anything else that an act raises is a violation."""

Values = Callable[[DossierState, NextStep, Chance], dict[str, Any] | None]


def _parts(step: NextStep, chance: Chance) -> list[str]:
    chosen = [part for part in step.parts if chance.hits(0.7)]
    return chosen or list(step.parts[:1])


def _about_parts(**fixed: Any) -> Values:
    return lambda _state, step, chance: {"parts": _parts(step, chance), **fixed}


def _plain(**fixed: Any) -> Values:
    return lambda _state, _step, _chance: dict(fixed)


def _open_one(found: list[Exchange], chance: Chance) -> str | None:
    return chance.pick(found).id if found else None


def _answer(state: DossierState, _step: NextStep, chance: Chance) -> dict[str, Any] | None:
    question = _open_one(state.open_questions(), chance)
    return {"question_id": question, "text": WORDS} if question else None


def _consultation_answer(state: DossierState, _step: NextStep, chance: Chance) -> dict[str, Any] | None:
    consultation = _open_one(state.open_consultations(), chance)
    return {"consultation_id": consultation, "text": WORDS} if consultation else None


def _pass_on(_state: DossierState, step: NextStep, chance: Chance) -> dict[str, Any]:
    return {"executing": "", "parts": _parts(step, chance)}


VALUES: Mapping[str, Values] = {
    "register_request": _plain(number="R-1", contact="Registry"),
    "assess_conformity": _plain(conforms=True),
    "return_for_amendment": _plain(reasons=WORDS, provision="Art. 28(1)"),
    "ask_question": _plain(text=WORDS),
    "answer_question": _answer,
    "accept_request": _about_parts(),
    "decline_parts": _about_parts(grounds=[REFUSAL]),
    "postpone": _about_parts(ground=DELAY),
    "pass_on": _pass_on,
    "record_authorisation": _about_parts(
        order={"court": "Court", "number": "1", "on": "2027-01-04", "text": WORDS},
    ),
    "record_execution": _about_parts(record={"on": "2027-01-05", "place": "Here", "by": "Office"}),
    "suspend_transfer": _about_parts(reason=WORDS),
    "resume_transfer": _about_parts(reason=WORDS),
    "consult": _about_parts(text=WORDS),
    "answer_consultation": _consultation_answer,
    "give_feedback": _plain(outcome=WORDS),
    "withdraw_request": _plain(reason=WORDS),
    "close_dossier": _plain(reason=WORDS),
}
"""What an officer fills in for each verb; verbs that need paper or a vault are not here."""

OF_LAW = frozenset(
    {"record_facts", "record_conduct", "sign_rights_gate", "sign_dual", "record_assurance", "check_assurance"}
)
"""Verbs of law: what is filled in follows from what is recorded (`gates`)."""

BEFORE_WORK = frozenset({Phase.REGISTERED.value, Phase.UNDER_EXAMINATION.value, Phase.IN_EXECUTION.value})
"""Phases in which an unsigned gate holds everything up, so that officers turn to it first."""

RARE = frozenset({"withdraw_request", "close_dossier", "return_for_amendment", "decline_parts"})
"""Verbs that end a dossier or set it back: done seldom, so that most dossiers grow old."""
SELDOM = RARE | OF_LAW


class Casework:
    """Officers of every node open dossiers, transmit, and do whatever their next step may be."""

    receivers: Mapping[str, Receiver] = RECEIVERS
    sample_type = MessageType.REMINDED.value

    def __init__(self) -> None:
        self.answers: dict[str, int] = {}
        self.forbidden = Forbidden()

    def sample_body(self, words: str) -> dict[str, Any]:
        return {"text": {"en": words}}

    @property
    def tried(self) -> Counter[str]:
        return self.forbidden.tried

    def act(self, sender: str, recipient: str, act: Act, node: SimulatedNode, chance: Chance) -> None:
        """One deed: open and transmit a dossier to the recipient, or go on with one that is under way."""
        keys = node.keys
        act = act.by(officer(sender))
        rows = [
            row
            for row in rows_of(sender).order_by("id")
            if recipient in {row.requesting, row.requested} and row.holder == sender
        ]
        if not rows or chance.hits(0.12):
            self._transmit(self._open(act, recipient, chance), act, keys, chance)
            return
        row = chance.pick(rows)
        if row.side == Side.REQUESTING and row.stage:
            self._transmit(row, act, keys, chance)
        elif results.ends_in_results(row):
            self._to_results(row, act, node, chance)
        else:
            self._go_on(row, act, keys, chance)

    def settle(self, act: Act, node: SimulatedNode, chance: Chance) -> int:
        """Bring the dossiers that end in results as far as this side can; returns how many deeds that took."""
        act = act.by(officer(node.code))
        deeds = 0
        for row in rows_of(node.code).order_by("id"):
            if results.ends_in_results(row) and not (row.side == Side.REQUESTING and row.stage):
                while self._to_results(rows_of(node.code).get(pk=row.pk), act, node, chance):
                    deeds += 1
        return deeds

    def _to_results(self, row: Any, act: Act, node: SimulatedNode, chance: Chance) -> bool:
        second = act.by(officer(node.code, "second officer"))
        recalls.try_forbidden(self.forbidden, row, act, second, node.keys)
        return results.go_on(row, act, second, (node.keys, node.vault, chance))

    def violations(self, nodes: Mapping[str, SimulatedNode]) -> Iterator[str]:
        """Both sides of every dossier hold equal states, nothing waits, and each row is the fold of its messages.

        What was returned arrived whole, under the same custody chain on both sides.
        """
        yield from self.forbidden.let
        yield from results.violations(nodes, officer)
        held: dict[tuple[str, str], dict[str, Any]] = {}
        for code, node in nodes.items():
            with node.acting():
                for row in rows_of(code):
                    state = state_of(row).to_json()
                    if state["timeline"] and state != row.state:
                        yield f"{code}: {row.reference[:24]}: the row is not the fold of its messages"
                    held[code, row.reference] = state
        for (code, reference), state in held.items():
            owner = Reference.parse(reference).authority
            if state["waiting"] and owner in nodes:
                yield f"{code}: {reference[:24]}: {len(state['waiting'])} messages still wait for others"
            if code != owner and owner in nodes and held.get((owner, reference)) != state:
                yield f"{code} and {owner} see {reference[:24]} differently"

    def _open(self, act: Act, recipient: str, chance: Chance) -> Any:
        title = results.TITLE if chance.hits(0.3) else "Exercise"
        return open_dossier(act, requested=recipient, title=title, number=f"E-{chance.below(10**6)}")

    @transaction.atomic
    def _transmit(self, row: Any, act: Act, keys: Keyring, chance: Chance) -> None:
        """What transmitting does at the border: the message and the row; the letter is left out (see above)."""
        count = 1 if results.ends_in_results(row) else 1 + chance.below(4)
        content = parse_content(
            {
                "language": "en",
                "instrument": "UNTOC",
                "offences": ["organised-crime"],
                "matter": {"en": f"{row.title} {chance.below(10**6)}"},
                "parts": [{"id": "abcdef"[n], "measure": chance.pick(MEASURES)} for n in range(count)],
            }
        )
        state = state_of(row)
        body = {
            "number": "B-1",
            "route": "central",
            "content": content,
            "release": {"digest": digest_of(content), "documents": [], "attachments": []},
            "signed_by": {
                "name": act.actor.name,
                "function": "officer in training",
                "authority": act.actor.authority,
                "at": instant_text(act.at),
                "entry": digest_of(row.reference),
            },
        }
        message = Message(
            type=MessageType.TRANSMITTED.value,
            id=act.new_id(),
            sender=row.requesting,
            recipient=row.requested,
            dossier=Reference.parse(row.reference),
            at=act.at,
            body=body,
            follows=tuple(state.heads),
            purpose=act.purpose,
        )
        post(act, message, keys=keys)
        write(row, state_of(row), act.at, version=row.version, changes={"stage": "", "number": "B-1"})

    def _go_on(self, row: Any, act: Act, keys: Keyring, chance: Chance) -> None:
        state = state_of(row)
        if (
            row.phase in BEFORE_WORK
            and row.side == Side.REQUESTED
            and not gates.signed(row, state)
            and chance.hits(0.9)
        ):
            gates.try_forbidden(self.forbidden, row, state, act)
            gates.go_on(row, state, act)
            return
        steps = [step for step in steps_of(act.actor, row, state) if step.allowed and step.verb in {*VALUES, *OF_LAW}]
        steps = [step for step in steps if step.verb not in SELDOM or chance.hits(0.15)]
        if not steps:
            return
        step = chance.pick(steps)
        values = (
            gates.values_for(step.verb, row, state, act, chance)
            if step.verb in OF_LAW
            else VALUES[step.verb](state, step, chance)
        )
        if values is None:
            return
        if "executing" in values:
            values["executing"] = row.holder
        try:
            VERBS[step.verb].function(
                act,
                dossier=Reference.parse(row.reference),
                version=row.version,
                **values,
                **({"keys": keys} if "keys" in VERBS[step.verb].needs else {}),
            )
        except HOUSE_ERRORS as error:
            self.declined(step.verb, error)

    def declined(self, verb: str, error: ComityError) -> None:
        """An officer was told why not: a decision like any other, kept for who watches."""
        self.answers[f"{verb}: {error.code}"] = self.answers.get(f"{verb}: {error.code}", 0) + 1


def officer(authority: str, who: str = "officer") -> Actor:
    """A person with every role; who may not do what is the access matrix's test, not this one's."""
    name = f"{who} of {authority}"
    known_as = str(UUID(bytes=sha256(name.encode()).digest()[:16]))
    return Actor(ActorKind.OFFICER, known_as, authority, frozenset(Role), name, stepped_up=True)
