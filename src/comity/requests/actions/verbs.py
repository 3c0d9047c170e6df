"""The verbs of casework, one table: from it web, API and command line make their forms and routes.

A verb's function takes the act, the dossier's reference and version, its fields by name, and what it `needs` of
the node (`keys`, `vault`, `exercise`: whether papers are marked so). `perform` reads a face's values strictly by
their types and calls it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol

from comity.authorities.keyring import Keyring
from comity.evidence.recall import Answer, Asked, Demand, Outcome
from comity.requests import workflow
from comity.requests.actions import (
    answering,
    deciding,
    drafting,
    executing,
    law_printing,
    law_recording,
    law_signing,
    posted_evidence,
    posting,
    recalling,
    recording,
    registration,
    returning,
    signing,
    talking,
    transmission,
)
from comity.requests.gathering import Things, gathered
from comity.requests.models import Dossier
from comity.requests.results import OutgoingResults, Results
from comity.requests.scanned import ScannedLetter
from comity.safeguards.permissions import Permission
from comity.safeguards.rules import TABLE as POLICY
from comity.store.vault import Vault
from comity.values.actor import Act
from comity.values.errors import InvalidInputError
from comity.values.handling import Handling
from comity.values.instant import parse_instant
from comity.values.reference import Reference

LONGEST = {"text": 2_000, "longtext": 20_000}


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a verb's form.

    Types: `text`, `longtext`, `date`, `instant`, `flag`, `choice`, `parts` (ids of parts), `items` (item references),
    `localized` (text by language), `json` (an object, or `many` of them in a list), `file` (bytes).
    """

    name: str
    type: str
    required: bool = True
    choices: tuple[str, ...] = ()
    many: bool = False


@dataclass(frozen=True, slots=True)
class Verb:
    """One verb: its label's key in the catalogue, its permission, its function and its fields."""

    name: str
    label: str
    permission: Permission
    function: Callable[..., Dossier]
    fields: tuple[Field, ...] = ()
    needs: tuple[str, ...] = ("keys",)
    things: Things = ()
    """Arguments made of several fields, e.g. the scanned letter."""

    @property
    def step_up(self) -> bool:
        """The one-time code is asked for again before this verb."""
        return POLICY[self.permission].step_up

    @property
    def sides(self) -> tuple[str, ...]:
        return tuple(sorted(side.value for side in workflow.STEPS[self.name].sides))

    def arguments(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Values of its fields, read already, as its function takes them."""
        return gathered(values, self.things)


class Asking(Protocol):
    """Whatever is filled in field by field: a verb, or a way to begin a dossier."""

    @property
    def name(self) -> str: ...

    @property
    def fields(self) -> tuple[Field, ...]: ...


Choices = Mapping[str, tuple[str, ...]]


def _fields(text: str, choices: Choices | None = None) -> tuple[Field, ...]:
    """`name:type` separated by blanks; a question mark after it means that it may be left out, `[]` a list of them."""
    found = []
    for word in text.split():
        name, _, kind = word.partition(":")
        plain, known = kind.rstrip("?"), (choices or {}).get(name, ())
        many = plain.endswith("[]")
        found.append(Field(name, plain.removesuffix("[]"), not kind.endswith("?"), known, many))
    return tuple(found)


def _verb(
    name: str,
    function: Callable[..., Dossier],
    fields: str = "",
    needs: str = "keys",
    choices: Choices | None = None,
    things: Things = (),
) -> Verb:
    step = workflow.STEPS[name]
    given = _fields(fields, choices)
    return Verb(name, f"verb.{name}", step.permission, function, given, tuple(needs.split()), things)


_LETTERS = tuple(dict.fromkeys(kind.value for kinds in recording.LETTERS.values() for kind in kinds))
_SCAN = "letter_on:date scan:file name:text number:text? media_type:text?"


def _scanned(name: str, function: Callable[..., Dossier], *given: Field | str, things: Things = ()) -> Verb:
    """A verb about a letter on paper: beside its own fields it takes the scan and what stands on it."""
    step = workflow.STEPS[name]
    own = (field for one in (*given, _SCAN) for field in ((one,) if isinstance(one, Field) else _fields(one)))
    made = (*things, ("letter", ScannedLetter))
    return Verb(name, f"verb.{name}", step.permission, function, tuple(own), ("keys", "vault"), made)


VERBS: Mapping[str, Verb] = {
    verb.name: verb
    for verb in (
        _verb("save_draft", drafting.save_draft, "content:json answers:json?", ""),
        _verb("prepare_release", signing.prepare_release, "signatory:text?", "keys vault exercise"),
        _verb("sign_request", signing.sign_request, "digest:text despite:longtext?", ""),
        _verb("withdraw_signature", signing.withdraw_signature, "", ""),
        _verb("validate_order", signing.validate_order, "digest:text", ""),
        _verb("check_form", signing.check_form, "number:text cover_note:localized", ""),
        _verb("return_to_drafter", signing.return_to_drafter, "reason:longtext", ""),
        _verb("transmit_request", transmission.transmit_request, "digest:text", "keys vault exercise"),
        _verb("note_posting", posting.note_posting, "on:date number:text remind_on:date?", ""),
        _verb("answer_question", talking.answer_question, "question_id:text text:localized"),
        _verb("countersign_evidence", returning.countersign_evidence, "items:items"),
        _verb("give_feedback", talking.give_feedback, "outcome:localized"),
        _verb("withdraw_request", talking.withdraw_request, "reason:localized"),
        _verb("remind", posting.remind, "text:localized", "keys vault exercise"),
        _verb("close_dossier", talking.close_dossier, "reason:localized"),
        _verb(
            "register_request",
            registration.register_request,
            "number:text contact:text received_at:instant? annex_b:json?",
        ),
        _verb("confirm_receipt", registration.confirm_receipt, "annex_b:json"),
        _verb("assess_conformity", registration.assess_conformity, "conforms:flag note:longtext? answers:json?", ""),
        _verb("return_for_amendment", registration.return_for_amendment, "reasons:localized provision:text"),
        _verb("ask_question", talking.ask_question, "text:localized"),
        _verb("accept_request", deciding.accept_request, "parts:parts conditions:json[]? reasons:localized?"),
        _verb("decline_parts", deciding.decline_parts, "parts:parts grounds:json[] scope:localized? remedy:json?"),
        _verb("postpone", deciding.postpone, "parts:parts ground:json until:date?"),
        _verb("pass_on", deciding.pass_on, "executing:text parts:parts"),
        _verb("record_authorisation", executing.record_authorisation, "parts:parts order:json"),
        _verb("record_execution", executing.record_execution, "parts:parts record:json"),
        _verb("check_results", returning.check_results, "items:items note:longtext?"),
        _verb("suspend_transfer", executing.suspend_transfer, "parts:parts reason:localized remedy:json?"),
        _verb("resume_transfer", executing.resume_transfer, "parts:parts reason:localized"),
        _verb(
            "return_evidence",
            returning.return_evidence,
            "parts:parts items:items cover_letter:localized conditions:json[]? carrier:text? permission:text?",
            "keys vault exercise",
            things=(("results", OutgoingResults),),
        ),
        _verb(
            "propose_recall",
            recalling.propose_recall,
            "items:items demand:choice reason:localized answer_by:date provision:text?",
            "",
            {"demand": tuple(Demand)},
            (("asked", Asked),),
        ),
        _verb(
            "propose_narrowing",
            recalling.propose_narrowing,
            "items:items handling:choice? conditions:json[]? reason:localized answer_by:date provision:text?",
            "",
            {"handling": tuple(Handling)},
            (("asked", Asked),),
        ),
        _verb("approve_recall", recalling.approve_recall, "recall:text digest:text"),
        _verb("approve_narrowing", recalling.approve_narrowing, "recall:text digest:text"),
        _verb("refuse_recall", recalling.refuse_recall, "recall:text digest:text note:longtext", ""),
        _verb(
            "answer_recall",
            recalling.answer_recall,
            "recall:text items:items outcome:choice reason:localized? onward:localized? place:text?",
            "keys vault",
            {"outcome": tuple(Outcome)},
            (("answer", Answer),),
        ),
        _verb("consult", talking.consult, "parts:parts? text:localized"),
        _verb("answer_consultation", talking.answer_consultation, "consultation_id:text text:localized"),
        _verb("record_facts", law_recording.record_facts, "facts:json", ""),
        _verb("record_conduct", law_recording.record_conduct, "offence:text case:json?", ""),
        _verb("sign_dual", law_signing.sign_dual, "digest:text met:flag note:longtext?", ""),
        _verb("sign_rights_gate", law_signing.sign_rights_gate, "digest:text", ""),
        _verb(
            "record_assurance",
            law_recording.record_assurance,
            "subject:text given_by:text on:date text:longtext check_by:date?",
            "",
        ),
        _verb(
            "check_assurance",
            law_recording.check_assurance,
            "assurance:text kept:flag note:longtext? check_by:date?",
            "",
        ),
        _verb("print_check", law_printing.print_check, "", "keys vault exercise"),
        _verb("print_answer", answering.print_answer, "text:localized?", "keys vault exercise"),
        _scanned("record_letter", recording.record_letter, Field("what", "choice", choices=_LETTERS), "body:json"),
        _scanned(
            "record_return",
            posted_evidence.record_return,
            "parts:parts items:items cover_letter:localized conditions:json[]?",
            things=(("results", Results),),
        ),
        _scanned("record_receipt", posted_evidence.record_receipt, "items:items"),
    )
}


def perform(
    act: Act,
    verb: str,
    *,
    dossier: Reference,
    version: int,
    values: Mapping[str, Any],
    keys: Keyring,
    vault: Vault,
    exercise: bool,
) -> Dossier:
    """Do one verb with the values a face was given, each read strictly by its field's type.

    Raises `InvalidInputError` for an unknown verb or field and for a value of another type, with its place.
    """
    found = VERBS.get(verb)
    if found is None:
        raise InvalidInputError(f"There is no verb '{verb[:40]}'.", code="requests:verb", place="verb")
    given = read_values(found, values)
    tools = {"keys": keys, "vault": vault, "exercise": exercise}
    needed = {name: tools[name] for name in found.needs}
    if any(field.name == "parts" for field in found.fields):
        given.setdefault("parts", [])
    return found.function(act, dossier=dossier, version=version, **found.arguments(given), **needed)


def read_values(verb: Asking, values: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a verb's fields as its function takes them; blank ones that may be left out are left out."""
    known = {field.name: field for field in verb.fields}
    for name in values:
        if name not in known:
            raise InvalidInputError(
                f"'{name[:40]}' is no field of {verb.name}.", code="requests:field", place=name[:60]
            )
    read = {}
    for field in verb.fields:
        value = values.get(field.name)
        if value in (None, "", [], {}):
            if field.required:
                raise InvalidInputError("This is needed.", code="requests:field", place=field.name)
            continue
        read[field.name] = READERS[field.type](field, value)
    return read


def _wrong(field: Field, wanted: str) -> InvalidInputError:
    return InvalidInputError(f"{wanted} is expected.", code="requests:field", place=field.name)


def _text(field: Field, value: Any) -> str:
    if not isinstance(value, str) or len(value) > LONGEST.get(field.type, 2_000):
        raise _wrong(field, "A text")
    return value.strip()


def _choice(field: Field, value: Any) -> str:
    if value not in field.choices:
        raise _wrong(field, f"One of {', '.join(field.choices)}")
    return str(value)


def _date(field: Field, value: Any) -> date:
    try:
        return value if isinstance(value, date) else date.fromisoformat(str(value))
    except ValueError as error:
        raise _wrong(field, "A day, e.g. 2026-11-21,") from error


def _instant(field: Field, value: Any) -> datetime:
    return value if isinstance(value, datetime) else parse_instant(_text(field, value))


def _flag(field: Field, value: Any) -> bool:
    if not isinstance(value, bool):
        raise _wrong(field, "True or false")
    return value


def _names(field: Field, value: Any) -> list[str]:
    if not isinstance(value, list | tuple) or not all(isinstance(one, str) and len(one) <= 300 for one in value):
        raise _wrong(field, "A list of names")
    return list(value)


def _localized(field: Field, value: Any) -> dict[str, str]:
    if not isinstance(value, Mapping) or not all(isinstance(one, str) for pair in value.items() for one in pair):
        raise _wrong(field, 'A text by language, e.g. {"es": "..."},')
    kept = {code: words.strip() for code, words in value.items() if words.strip()}
    if field.required and not kept:
        raise _wrong(field, "A text in at least one language")
    return kept


def _json(field: Field, value: Any) -> Any:
    objects = value if field.many and isinstance(value, list) else [value]
    if not all(isinstance(one, Mapping) for one in objects) or isinstance(value, Mapping) is field.many:
        raise _wrong(field, "A list of objects" if field.many else "An object")
    return value


def _file(field: Field, value: Any) -> bytes:
    if not isinstance(value, bytes):
        raise _wrong(field, "A file")
    return value


READERS: Mapping[str, Callable[[Field, Any], Any]] = {
    "text": _text,
    "longtext": _text,
    "choice": _choice,
    "date": _date,
    "instant": _instant,
    "flag": _flag,
    "parts": _names,
    "items": _names,
    "localized": _localized,
    "json": _json,
    "file": _file,
}
