"""The letters that accompany and answer a request: cover note, acknowledgement, reminder, refusal, cover letter.

Each reads a small content of its own, every key optional, every text plain or keyed by language:

    all             {"language", "text": what the officer wrote, "request": {"title", "reference"}}
    cover-note      {"request": {…, "authority", "signed_by", "signed_on", "basis": an instrument's code, "digest"},
                     "enclosures": [text]}
    acknowledgement {"received_on", "handled_by", "next": text, "request": {…, "digest"}}
    reminder        {"sent_on", "last_word", "number", "reply_by", "outstanding": [text]}
    refusal         {"authority", "decided_on", "scope": "whole" or "part", "consultation", "granted": [text],
                     "remedies", "grounds": [{"part", "title", "provision", "kind": "mandatory" or "optional",
                     "reasons", "verified"}]}
    cover-letter    {"executed_by", "executed_on", "items": [{"title", "size": bytes, "digest"}], "originals",
                     "authenticity": {"provision", "verified"}, "conditions": [{"text", "provision", "verified"}]}
"""

from collections.abc import Mapping
from typing import Any

from babel.numbers import format_decimal

from comity.documents.blocks import Block, part, parts, row, rows, section, table, text
from comity.documents.sheet import Telling, sheet
from comity.documents.wording import paragraphs
from comity.forms.catalogue import label


def compose_cover_note(telling: Telling) -> dict[str, Any]:
    """The central authority's note with which a request is transmitted: names it and says what is asked."""
    request = _request(telling)
    word = _words(telling, "cover_note")
    named = [
        row(word("transmittal.request"), _named_request(telling)),
        row(word("transmittal.authority"), telling.name(request.get("authority"))),
        row(word("transmittal.signed_by"), telling.name(request.get("signed_by"))),
        row(word("transmittal.signed_on"), telling.day(request.get("signed_on"))),
        row(word("transmittal.basis"), telling.instrument(telling.name(request.get("basis")))),
        row(word("transmittal.digest"), str(request.get("digest") or ""), mono=True),
    ]
    wishes = "\n\n".join(telling.phrase(key) for key in ("cover_wish_acknowledge", "cover_wish_consult"))
    sections = [
        section(word("transmittal"), [rows(named)]),
        section(word("enclosures"), [_list(telling, "enclosures")]),
        section(word("wishes"), [text(wishes)]),
    ]
    return _letter(telling, "cover-note", "cover_note", "cover_opening", sections)


def compose_acknowledgement(telling: Telling) -> dict[str, Any]:
    """Receipt of a request: arrival only, with both references; no clock of the law starts from it."""
    content, word = telling.content, _words(telling, "acknowledgement")
    context = telling.context
    named = [
        row(word("receipt.request"), _named_request(telling)),
        row(word("receipt.received_on"), telling.day(content.get("received_on"))),
        row(word("receipt.their_reference"), str(context.get("their_reference") or "")),
        row(word("receipt.our_reference"), str(context.get("our_reference") or "")),
        row(word("receipt.handled_by"), telling.name(content.get("handled_by"))),
        row(word("receipt.digest"), str(_request(telling).get("digest") or ""), mono=True),
    ]
    sections = [
        section(word("receipt"), [rows(named)]),
        section(word("next"), [text(telling.text(content.get("next")))]),
    ]
    return _letter(telling, "acknowledgement", "acknowledgement", "acknowledgement_opening", sections)


def compose_reminder(telling: Telling) -> dict[str, Any]:
    content, word = telling.content, _words(telling, "reminder")
    named = [
        row(word("request.request"), _named_request(telling)),
        row(word("request.sent_on"), telling.day(content.get("sent_on"))),
        row(word("request.last_word"), telling.day(content.get("last_word"))),
        row(word("request.reminder_number"), str(content.get("number") or "")),
        row(word("request.reply_by"), telling.day(content.get("reply_by"))),
    ]
    sections = [
        section(word("request"), [rows(named)]),
        section(word("outstanding"), [_list(telling, "outstanding")]),
    ]
    return _letter(telling, "reminder", "reminder", "reminder_opening", sections)


def compose_refusal(telling: Telling) -> dict[str, Any]:
    """A refusal, whole or in part, with its grounds, reasons, the consultation held and the remedies it states."""
    content, word = telling.content, _words(telling, "refusal")
    scope = content.get("scope")
    named = [
        row(word("request.request"), _named_request(telling)),
        row(word("request.authority"), telling.name(content.get("authority"))),
        row(word("request.decided_on"), telling.day(content.get("decided_on"))),
        row(word("request.scope"), telling.phrase(f"refusal_{scope}") if scope in ("whole", "part") else ""),
    ]
    grounds = [_ground(telling, index, ground) for index, ground in enumerate(content.get("grounds", []))]
    remedies = telling.text(content.get("remedies")) or telling.phrase("no_remedy_stated")
    sections = [
        section(word("request"), [rows(named)]),
        section(word("grounds"), [parts(grounds)]),
        section(word("consultation"), [text(telling.text(content.get("consultation")))]),
        section(word("granted"), [_list(telling, "granted")]),
        section(word("remedies"), [text(remedies)]),
    ]
    return _letter(telling, "refusal", "refusal", "refusal_opening", sections)


def _ground(telling: Telling, index: int, ground: Mapping[str, Any]) -> Block:
    word = _words(telling, "refusal")
    kind = ground.get("kind")
    entries = [
        row(
            telling.phrase(kind) if kind in ("mandatory", "optional") else word("grounds"),
            telling.provision(str(ground.get("provision") or "")),
            verified=bool(ground.get("verified", False)),
        ),
        row(word("grounds.part"), telling.name(ground.get("part"))),
    ]
    return part(
        f"{index + 1}.", telling.name(ground.get("title")), [rows(entries), text(telling.text(ground.get("reasons")))]
    )


def compose_cover_letter(telling: Telling) -> dict[str, Any]:
    """The letter that returns the results and vouches for their authenticity in place of any legalisation."""
    content, word = telling.content, _words(telling, "authenticity_letter")
    named = [
        row(word("execution.request"), _named_request(telling)),
        row(word("execution.executed_by"), telling.name(content.get("executed_by"))),
        row(word("execution.executed_on"), telling.day(content.get("executed_on"))),
    ]
    head = [word("items.title"), word("items.digest"), word("items.size")]
    items = [
        [telling.name(item.get("title")), str(item.get("digest") or ""), _size(telling, item.get("size"))]
        for item in content.get("items", [])
    ]
    count = telling.phrase("items_count", count=str(len(items)))
    vouched = content.get("authenticity") or {}
    conditions = [_condition(telling, index, found) for index, found in enumerate(content.get("conditions", []))]
    originals = telling.text(content.get("originals")) or telling.phrase("originals_none")
    sections = [
        section(word("execution"), [rows(named)]),
        section(word("items"), [table(head, items, mono=[1]), text(count)] if items else []),
        section(
            word("authenticity"),
            [text(telling.phrase("authenticity_vouched"))],
            provision=telling.provision(str(vouched.get("provision") or "")),
            verified=bool(vouched.get("verified", False)) or not vouched.get("provision"),
        ),
        section(word("conditions"), [parts(conditions)]),
        section(word("originals"), [text(originals)]),
    ]
    return _letter(telling, "cover-letter", "authenticity_letter", "authenticity_opening", sections)


def _condition(telling: Telling, index: int, condition: Mapping[str, Any]) -> Block:
    provision = telling.provision(str(condition.get("provision") or ""))
    note = "" if condition.get("verified", False) else telling.phrase("not_verified")
    return part(f"{chr(97 + index % 26)})", provision, [text(telling.text(condition.get("text")))], note=note)


def _request(telling: Telling) -> Mapping[str, Any]:
    found: Mapping[str, Any] = telling.content.get("request") or {}
    return found


def _named_request(telling: Telling) -> str:
    request = _request(telling)
    pieces = (telling.name(request.get("title")), str(request.get("reference") or ""))
    return ", ".join(piece for piece in pieces if piece)


def _words(telling: Telling, form: str) -> Any:
    return lambda field: label(form, field, telling.language)


def _list(telling: Telling, key: str) -> Block | None:
    items = [telling.text(item) for item in telling.content.get(key, [])]
    kept = [item for item in items if item]
    return {"kind": "list", "label": "", "items": kept} if kept else None


def _size(telling: Telling, size: Any) -> str:
    return telling.phrase("bytes", count=format_decimal(int(size), locale=telling.language)) if size is not None else ""


def _letter(telling: Telling, kind: str, form: str, opening: str, sections: list[Block | None]) -> dict[str, Any]:
    return sheet(
        telling,
        kind,
        label(form, "title", telling.language),
        sections,
        opening=[telling.phrase(opening), *paragraphs(telling.text(telling.content.get("text")))],
        closing=[telling.phrase("closing")],
    )
