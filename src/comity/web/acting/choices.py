"""What a verb's form offers to choose from: parts, items, grounds, questions, authorities, as the dossier has them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString

from comity.authorities.competence import Competence
from comity.authorities.queries import authorities_of, officers
from comity.evidence.queries import RecallView, recalls_of
from comity.evidence.recall import Demand, Outcome
from comity.gazette.queries import register_here
from comity.law.refusal import Ground, refusal_grounds
from comity.requests.phases import Side
from comity.requests.queries import DossierView, LawCaseView, law_case
from comity.requests.workflow import EIO
from comity.values.actor import Actor, Role
from comity.values.reference import Reference
from comity.web.acting.law import OF_LAW, named_choices
from comity.web.entrance import now
from comity.web.marks import handling_choices
from comity.web.templatetags.marks import initial_language, law_text
from comity.web.timeline import said
from comity.web.vocabulary import word

Pairs = list[tuple[str, Any]]
LETTERS: Mapping[Side, tuple[str, ...]] = {
    Side.REQUESTED: (
        "request.acknowledged",
        "request.returned",
        "request.questioned",
        "request.consulted",
        "request.consulted-answered",
        "request.accepted",
        "request.declined",
        "request.postponed",
        "request.executed",
    ),
    Side.REQUESTING: (
        "request.answered",
        "request.consulted",
        "request.consulted-answered",
        "request.reminded",
        "request.withdrawn",
        "request.feedback",
        "request.closed",
    ),
}
"""Letters of a partner without a node that the form has controls for, by the side on which the partner stands."""


@dataclass(frozen=True)
class Choices:
    parts: Pairs
    items: Pairs
    grounds: Pairs
    provisions: dict[str, str]
    """Ground to the provision that states it."""
    named: dict[str, Pairs] = field(default_factory=dict)
    """Other fields of one choice, by name."""
    left_out: frozenset[str] = frozenset()
    """Fields of the verb that this dossier's instrument has no use for."""
    law: LawCaseView | None = None
    """The law of the dossier, for the verbs that record or sign it."""
    states: tuple[str, str] = ("", "")
    recalls: tuple[RecallView, ...] = ()
    """The recalls the verb is about: proposed here, or waiting for our answer."""


def choices_of(view: DossierView, verb: str, actor: Actor) -> Choices:
    step = next((one for one in view.steps if one.verb == verb), None)
    open_parts = set(step.parts) if step else set()
    parts = [
        (part["id"], f"{part['id']} · {word('measure', part['measure'])} · {word('part', part['state'])}")
        for part in view.parts
        if not open_parts or part["id"] in open_parts
    ]
    grounds = list(_grounds(view, postponing=verb == "postpone"))
    mine = view.side
    named: dict[str, Pairs] = {
        "question_id": _asked([one for one in view.open_questions if one["asked_by"] != mine]),
        "consultation_id": _asked([one for one in view.open_consultations if one["asked_by"] != mine]),
        "what": [(code, word("message", code)) for code in LETTERS[Side(mine).other]],
        "asked": [("", "–"), *_asked([one for one in _ours_open(view) if one["asked_by"] == mine])],
    }
    if verb == "pass_on":
        named["executing"] = [
            (row.code, f"{initial_language(row.names) or row.code} ({row.code})")
            for row in authorities_of(view.requested.state)
            if row.local and row.may(Competence.EXECUTING)
        ]
    if verb == "prepare_release":
        named["signatory"] = signatories(actor)
    recalls = _recalls(view, verb, actor)
    named |= recall_choices(recalls)
    law = law_case(actor, Reference.parse(view.reference), now()) if verb in OF_LAW else None
    named |= named_choices(law) if law is not None else {}
    return Choices(
        parts,
        _items(view, verb),
        [(one.id, _ground_words(one, view)) for one in grounds],
        {one.id: one.provision for one in grounds},
        named,
        _without_use(view),
        law,
        (view.requesting.state, view.requested.state),
        recalls,
    )


def _ours_open(view: DossierView) -> list[Any]:
    return [*view.open_questions, *view.open_consultations]


def _without_use(view: DossierView) -> frozenset[str]:
    """Fields that this dossier's instrument or partner has no use for."""
    unused = set() if view.instrument == EIO else {"annex_b"}
    return frozenset(unused | ({"carrier"} if view.partner_has_node else set()))


RECALLING = {"approve_recall": "recall", "approve_narrowing": "narrow", "refuse_recall": "", "answer_recall": ""}


def _recalls(view: DossierView, verb: str, actor: Actor) -> tuple[RecallView, ...]:
    """The recalls a verb decides on or answers."""
    if verb not in RECALLING:
        return ()
    answering = verb == "answer_recall"
    return tuple(
        one
        for one in recalls_of(actor, view.reference)
        if (one.own, one.state) == ((False, "standing") if answering else (True, "proposed"))
        and not (answering and one.answered)
        and RECALLING[verb] in {"", one.kind}
    )


def recall_choices(recalls: tuple[RecallView, ...]) -> dict[str, Pairs]:
    """The fields of a recall that are one of several."""
    return {
        "recall": [
            (
                one.recall,
                f"{word('recall', one.kind)} · {date_format(one.since, 'j M Y')} · {said(one.reason)[0][:120]}",
            )
            for one in recalls
        ],
        "demand": [(code.value, word("recall", code.value)) for code in Demand],
        "outcome": [(code.value, word("recall", code.value)) for code in Outcome],
        "handling": handling_choices(),
    }


def _grounds(view: DossierView, *, postponing: bool) -> Iterator[Ground]:
    """The instrument's grounds that can be raised against any of the measures; which, stands beside each."""
    law = register_here().instrument(view.instrument) if view.instrument else None
    kinds = {"postponement"} if postponing else {"mandatory", "optional"}
    for ground in refusal_grounds(law) if law else ():
        if ground.kind in kinds and _open_to(ground, view):
            yield ground


def _open_to(ground: Ground, view: DossierView) -> list[str]:
    return [part["id"] for part in view.parts if ground.applies_to(part["measure"])]


def _ground_words(ground: Ground, view: DossierView) -> SafeString:
    marks = _open_to(ground, view)
    only = f" ({', '.join(marks)})" if len(marks) < len(view.parts) else ""
    return format_html("<b>{}</b> {}{}", ground.provision, law_text(ground.condition), only)


def signatories(actor: Actor) -> Pairs:
    """Officers of the actor's authority who may sign; the actor first."""
    rows = [row for row in officers(actor.authority) if Role.SIGNATORY.value in row.roles and row.is_active]
    return [
        (str(row.id), f"{row.get_full_name() or row.username}{', ' if row.function else ''}{row.function}")
        for row in sorted(rows, key=lambda row: str(row.id) != actor.id)
    ]


def _asked(asked: list[Any]) -> Pairs:
    return [(one["id"], said(one["text"])[0][:200]) for one in asked]


def _items(view: DossierView, verb: str) -> Pairs:
    """Items that stand where the verb begins."""
    if verb in {"propose_recall", "propose_narrowing", "answer_recall"}:
        return [
            (item.reference, f"{item.title} · {word('item', item.kind)}")
            for item in view.items
            if (item.own and item.state in {"offered", "countersigned"})
            or (verb == "answer_recall" and not item.own and item.state not in {"deleted", "handed-back"})
        ]
    wanted = {
        "check_results": (True, "taken-in"),
        "return_evidence": (True, "checked"),
        "countersign_evidence": (False, "received"),
        "record_return": (False, "taken-in"),
        "record_receipt": (True, "offered"),
    }
    own, state = wanted.get(verb, (False, ""))
    return [
        (item.reference, f"{item.title} · {word('item', item.kind)}")
        for item in view.items
        if item.own is own and (item.state == state or not state)
    ]
