"""Transmission: exactly the digest that was signed leaves, by another hand than the signatory's."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from comity.authorities.keyring import Keyring
from comity.authorities.queries import name_of
from comity.requests.actions.law_signing import require_gate
from comity.requests.actions.papering import Shelved, cargo_of, enter_papers, sealed_papers, travelled
from comity.requests.actions.shape import Opened, finish, opened, say
from comity.requests.actions.signing import current_release, needs_validation
from comity.requests.messages import MessageType
from comity.requests.models import DomesticAct, Dossier, Draft
from comity.requests.papers import PRINTED, Paper, first_printed, paper
from comity.requests.phases import Phase
from comity.requests.queries.paper_context import letter_context
from comity.requests.workflow import EIO
from comity.store.queries import content_bytes
from comity.store.vault import Vault
from comity.values.actor import Act
from comity.values.errors import RefusedError
from comity.values.instant import instant_text


def transmit_request(
    act: Act, *, dossier: Any, version: int, digest: str, keys: Keyring, vault: Vault, exercise: bool = False
) -> Dossier:
    """Seal the signed documents with the offices' seals and send the request under its release digest.

    Refused: a digest other than the signed one, a letter changed after signature, a request whose human-rights gate
    nobody signed, an order that needed validation and has none, a request through central authorities that was not
    checked. That the transmitter is not the signatory is
    the policy's rule.
    """
    found = opened(act, "transmit_request", dossier, version)
    draft = Draft.objects.get(dossier=found.row)
    release = _signed_release(found, draft, digest)
    papers = [
        (
            Paper(
                one["kind"],
                one["language"],
                one["name"],
                content_bytes(one["digest"], keys=keys, vault=vault),
            ),
            one["digest"],
        )
        for one in release["documents"]
    ]
    reason = f"{found.row.number or found.row.file_number}: {digest}"
    office = found.row.originating
    with sealed_papers(act, papers, office=office, keys=keys, vault=vault, reason=reason) as letters:
        notes = _cover_notes(act, found, draft, exercise=exercise)
        with sealed_papers(act, notes, office=found.row.holder, keys=keys, vault=vault, reason=reason) as covers:
            return _send(act, found, draft, release, [*letters, *covers], keys)


def _signed_release(found: Opened, draft: Draft, digest: str) -> dict[str, Any]:
    release = current_release(draft)
    require_gate(found)
    if not digest == release["digest"] == found.row.signed_release:
        raise RefusedError(
            "This is not the digest that was signed; nothing was sent. A letter changed after signature must be signed "
            "again.",
            code="requests:digest",
            place="digest",
        )
    if not found.row.direct and found.row.stage != Phase.CHECKED:
        raise RefusedError(
            "The central authority has not checked the form yet; nothing was sent.", code="requests:not-checked"
        )
    if found.row.instrument == EIO and needs_validation(draft.content) and _hand(found, "validate_order") is None:
        raise RefusedError(
            "The order was issued by an authority that is no judge, court, investigating judge or prosecutor "
            "and has not been validated by one (Directive 2014/41/EU Art. 2(c)(ii)); nothing was sent.",
            code="requests:not-validated",
            next_step="Have a judge or prosecutor validate it.",
        )
    return release


def _hand(found: Opened, verb: str) -> DomesticAct | None:
    """The standing act of that verb, bound to the digest that is signed now."""
    acts = DomesticAct.objects.filter(dossier=found.row, verb=verb, void=False, digest=found.row.signed_release)
    return acts.order_by("-at").first()


def _cover_notes(act: Act, found: Opened, draft: Draft, *, exercise: bool) -> list[tuple[Paper, str]]:
    """The central authority's cover note in each language in which its words are written; none goes directly."""
    words, row = found.row.cover_note, found.row
    if not words:
        return []
    languages = [language for language in words if language in PRINTED]
    signature = _hand(found, "sign_request")
    made = []
    for language in languages or [first_printed([str(draft.content.get("language"))])]:
        told = {
            "language": language if language in words else next(iter(words)),
            "text": words,
            "request": {
                "title": draft.content.get("matter") or row.title,
                "reference": row.file_number,
                "authority": name_of(row.originating, language),
                "signed_by": signature.name if signature else "",
                "signed_on": signature.at.date().isoformat() if signature else "",
                "basis": row.instrument,
                "digest": row.signed_release,
            },
            "enclosures": [one["name"] for one in (draft.release or {}).get("documents", [])],
        }
        context = letter_context(row, act.at, exercise=exercise)
        made.append((paper("cover-note", told, context, language, at=act.at), ""))
    return made


@transaction.atomic
def _send(
    act: Act, found: Opened, draft: Draft, release: Mapping[str, Any], shelf: list[Shelved], keys: Keyring
) -> Dossier:
    enter_papers(act, found.row, shelf, keys=keys)
    signature = _hand(found, "sign_request")
    if signature is None:
        raise RefusedError("Nobody has signed this digest; nothing was sent.", code="requests:not-signed")
    body: dict[str, Any] = {
        "number": found.row.number or found.row.file_number,
        "route": "direct" if found.row.direct else "central",
        "content": draft.content,
        "release": {
            "digest": release["digest"],
            "documents": [{key: one[key] for key in ("kind", "language", "digest")} for one in release["documents"]],
            "attachments": release["attachments"],
        },
        "signed_by": _signatory(signature),
        "originating": found.row.originating,
        "transmitted_by": {"name": act.actor.name, "function": "", "authority": act.actor.authority},
        "prediction": draft.prediction,
    }
    validation = _hand(found, "validate_order")
    if validation is not None:
        body["validated_by"] = _signatory(validation)
    if found.row.cover_note:
        body["cover_note"] = found.row.cover_note
    if found.state.content is not None:
        body["amends"] = found.state.release
    signed = say(act, found, MessageType.TRANSMITTED, body, keys=keys, cargo=cargo_of(act, found, shelf, keys=keys))
    travelled(found.row, shelf, signed.digest)
    return finish(
        act,
        found,
        event="requests:request:transmitted",
        signed=signed,
        digest=release["digest"],
        facts={"digest": release["digest"], "signatory": signature.officer},
        changes={"stage": ""},
    )


def _signatory(hand: DomesticAct) -> dict[str, Any]:
    return {
        "name": hand.name or hand.officer,
        "function": hand.function,
        "authority": hand.authority,
        "at": instant_text(hand.at),
        "entry": hand.entry,
    }
