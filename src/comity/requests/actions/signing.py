"""From draft to signature: the release is made, signed by one person, checked by another; any change voids it."""

from collections.abc import Sequence
from contextlib import ExitStack
from io import BytesIO
from typing import Any

from django.db import transaction

from comity.authorities.keyring import Keyring
from comity.authorities.models import Officer
from comity.gazette.queries import register_here
from comity.requests.actions.drafting import draft_gaps
from comity.requests.actions.predicting import likely_refusals, predict, reopen
from comity.requests.actions.shape import Opened, finish, opened
from comity.requests.lanes import language_gap, way_of
from comity.requests.models import DomesticAct, Dossier, Draft
from comity.requests.papers import release_papers
from comity.requests.phases import Phase
from comity.requests.queries.paper_context import letter_context
from comity.requests.release import release_digest
from comity.requests.workflow import EIO
from comity.store.actions import enter_content, sealed_content
from comity.store.vault import Vault
from comity.values.actor import Act, Role
from comity.values.errors import InvalidInputError, RefusedError
from comity.values.instant import instant_text

SIGNATURES = ("sign_request", "validate_order", "check_form")
MAY_ISSUE = frozenset({"judge", "court", "investigating-judge", "public-prosecutor"})
"""Issuing authorities of Art. 2(c)(i) of Directive 2014/41/EU; any other needs validation under (c)(ii)."""


def prepare_release(
    act: Act, *, dossier: Any, version: int, keys: Keyring, vault: Vault, signatory: str = "", exercise: bool = False
) -> Dossier:
    """Make the letter in every language in which the request is written, and the digest that will be signed today.

    `signatory` is the id of the officer who will sign (default: the actor). Raises `RefusedError`
    `requests:incomplete` with each gap and its provision when the request is not complete.
    """
    found = opened(act, "prepare_release", dossier, version)
    draft = Draft.objects.get(dossier=found.row)
    refuse_incomplete(found, draft.content)
    person = _signatory(found, signatory or act.actor.id)
    context = letter_context(found.row, act.at, person=person, exercise=exercise)
    papers = release_papers(draft.content, context, at=act.at)
    with ExitStack() as stack:
        sealed = [
            stack.enter_context(
                sealed_content(BytesIO(one.pdf), vault=vault, chance=act.chance, expected_size=len(one.pdf))
            )
            for one in papers
        ]
        documents: list[dict[str, Any]] = [
            {
                "kind": one.kind,
                "language": one.language,
                "digest": kept.kept.digest,
                "name": one.name,
                "size": kept.kept.size,
            }
            for one, kept in zip(papers, sealed, strict=True)
        ]
        release: dict[str, Any] = {
            "digest": release_digest(draft.content, documents, []),
            "documents": documents,
            "attachments": [],
            "at": instant_text(act.at),
            "signatory": str(person.id),
        }
        with transaction.atomic():
            for one in sealed:
                enter_content(one, keys=keys, at=act.at)
            Draft.objects.filter(dossier=found.row).update(release=release)
            row = finish(
                act,
                found,
                event="requests:release:prepared",
                digest=release["digest"],
                facts={"digest": release["digest"]},
            )
            reopen(row, found.state)
            return row


def refuse_incomplete(found: Opened, content: dict[str, Any]) -> None:
    """Stop an incomplete request before signature, each gap named with its provision."""
    register = register_here()
    missing = [gap for gap in draft_gaps(register, content) if gap["severity"] == "missing"]
    lines = [f"{gap['text']} ({gap['provision'] or 'no provision read'})" for gap in missing]
    way = way_of(register, str(content.get("instrument") or ""), found.row.requesting[:2], found.row.requested[:2])
    tongue = language_gap(way, content)
    lines += [f"Missing: {tongue}."] if tongue else []
    if lines:
        raise RefusedError(
            f"The request is not complete; it was not put up for signature. {' '.join(lines)}",
            code="requests:incomplete",
            place=missing[0]["place"] if missing else "facts",
            next_step="Complete the places named and prepare the letter again.",
        )


def _signatory(found: Opened, officer: str) -> Officer:
    row = Officer.objects.filter(id=officer, is_active=True, office__authority_id=found.row.originating).first()
    if row is None or Role.SIGNATORY.value not in row.roles:
        raise InvalidInputError(
            "Name a signatory of the authority that asks.", code="requests:signatory", place="signatory"
        )
    return row


@transaction.atomic
def sign_request(act: Act, *, dossier: Any, version: int, digest: str, despite: str = "") -> Dossier:
    """Sign exactly the release whose digest is given; a step-up act bound to that digest in the ledger.

    Where a ground on which the requested State must refuse stands against the request, the signatory says in `despite`
    why she signs all the same; it stays in our file.
    """
    found = opened(act, "sign_request", dossier, version)
    draft = Draft.objects.get(dossier=found.row)
    release = current_release(draft)
    refuse_incomplete(found, draft.content)
    if digest != release["digest"]:
        raise RefusedError(
            "This is not the digest of the letter as it now stands; nothing was signed. Read the letter again.",
            code="requests:digest",
            place="digest",
        )
    if release["signatory"] != act.actor.id or release["at"][:10] != act.at.date().isoformat():
        raise RefusedError(
            "The letter was made out for another signatory or another day; nothing was signed.",
            code="requests:signatory",
            next_step="Prepare the letter again in your name.",
        )
    against = _likely_refused(found, act, despite.strip())
    return finish(
        act,
        found,
        event="requests:request:signed",
        digest=digest,
        facts={"digest": digest, **({"against": against} if against else {})},
        notes={"despite": despite.strip()[:4000]} if against else {},
        changes={"stage": Phase.SIGNED.value, "signed_release": digest},
    )


def _likely_refused(found: Opened, act: Act, despite: str) -> list[str]:
    """The mandatory grounds that stand against the request; refused without the signatory's reason."""
    against = likely_refusals(predict(found.row, found.state, act.at))
    if against and not despite:
        told = " ".join(f"{one['provision']}: {one['reason']}" for one in against)
        raise RefusedError(
            f"The requested State must refuse this request as far as is known; it was not signed. {told}",
            code="requests:likely-refused",
            place="despite",
            next_step="Remove what stands against it, or sign with your reason.",
        )
    return [str(one["ground"]) for one in against]


def current_release(draft: Draft) -> dict[str, Any]:
    """The release, if it still is what content and documents add up to; a changed letter has none."""
    release = draft.release
    if release is None:
        raise RefusedError(
            "The letter was not made, or was changed since; make it anew before it is signed.",
            code="requests:no-release",
            next_step="Prepare the letter for signature.",
        )
    found = release_digest(draft.content, release["documents"], release["attachments"])
    if found != release["digest"]:
        raise RefusedError(
            "The letter was changed after it was made; the signature does not cover it.", code="requests:changed-letter"
        )
    return dict(release)


@transaction.atomic
def withdraw_signature(act: Act, *, dossier: Any, version: int) -> Dossier:
    """Take a signature back before transmission; only who gave it may."""
    found = opened(act, "withdraw_signature", dossier, version)
    given = DomesticAct.objects.filter(dossier=found.row, verb="sign_request", void=False).first()
    if given is None or given.officer != act.actor.id:
        raise RefusedError("Only the person who signed takes her signature back.", code="requests:not-yours")
    return finish(
        act,
        found,
        event="requests:signature:withdrawn",
        digest=found.row.signed_release,
        facts={"digest": found.row.signed_release},
        changes=void_signatures(found),
    )


@transaction.atomic
def return_to_drafter(act: Act, *, dossier: Any, version: int, reason: str) -> Dossier:
    """Send the request back to its drafter with the reason; signature, validation and check are void."""
    found = opened(act, "return_to_drafter", dossier, version)
    if not reason.strip():
        raise InvalidInputError("Say what the drafter is to change.", place="reason")
    return finish(
        act,
        found,
        event="requests:request:sent-back",
        notes={"reason": reason.strip()[:2000]},
        changes=void_signatures(found),
    )


def void_signatures(found: Opened, verbs: Sequence[str] = SIGNATURES) -> dict[str, Any]:
    """Void the signatures of a dossier; returns the row's fields that follow from it."""
    DomesticAct.objects.filter(dossier=found.row, verb__in=verbs, void=False).update(void=True)
    return {"stage": Phase.DRAFTING.value, "signed_release": ""}


@transaction.atomic
def validate_order(act: Act, *, dossier: Any, version: int, digest: str) -> Dossier:
    """Validate an order issued by neither judge, court nor prosecutor (Directive 2014/41/EU Art. 2(c)(ii))."""
    found = opened(act, "validate_order", dossier, version)
    draft = Draft.objects.get(dossier=found.row)
    if found.row.instrument != EIO or not needs_validation(draft.content):
        raise RefusedError("This request needs no validation.", code="requests:no-validation")
    if digest != found.row.signed_release or digest != current_release(draft)["digest"]:
        raise RefusedError("This is not the digest that was signed; nothing was validated.", code="requests:digest")
    return finish(act, found, event="requests:request:validated", digest=digest, facts={"digest": digest})


def needs_validation(content: dict[str, Any]) -> bool:
    """True when the issuing authority named in the order may not issue it alone (Dir. 2014/41/EU Art. 2(c))."""
    return (content.get("eio") or {}).get("issuer_kind") not in MAY_ISSUE


@transaction.atomic
def check_form(act: Act, *, dossier: Any, version: int, number: str, cover_note: dict[str, str]) -> Dossier:
    """The central authority checks the form, gives its own number and adds the cover note."""
    found = opened(act, "check_form", dossier, version)
    if not number.strip():
        raise InvalidInputError("Give the request your authority's number.", place="number")
    return finish(
        act,
        found,
        event="requests:request:checked",
        digest=found.row.signed_release,
        facts={"digest": found.row.signed_release, "number": number.strip()},
        changes={"stage": Phase.CHECKED.value, "number": number.strip()[:120], "cover_note": dict(cover_note)},
    )
