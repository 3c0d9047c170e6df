"""Releasing evidence to a court or a defence: proposed by one person, approved by another, then exported."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from django.db import transaction

from comity.authorities.keyring import Keyring
from comity.evidence.actions.export import bundle_content
from comity.evidence.actions.record import append_event, expect_use
from comity.evidence.actions.returning import signers_of
from comity.evidence.bundle import write_bundle
from comity.evidence.custody import EventType
from comity.evidence.item_state import ItemState
from comity.evidence.models import Item, Release
from comity.evidence.queries import chain_of, dossier_target, item_of, release_of, release_target
from comity.evidence.use_rule import Audience, Use
from comity.safeguards.actions import enter
from comity.safeguards.permissions import Permission
from comity.safeguards.policy import authorise
from comity.seals.canonical import digest_of
from comity.store.vault import Vault
from comity.values.actor import Act
from comity.values.errors import ConflictError, InvalidInputError, RefusedError
from comity.values.reference import Kind, Reference


@transaction.atomic
def propose_release(
    act: Act,
    *,
    dossier: Reference | str,
    items: Sequence[Reference | str],
    audience: str,
    ground: str,
    permission: str = "",
    with_letters: bool = False,
) -> Release:
    """Propose countersigned items for a court or a defence, under a stated ground of the confidentiality rule.

    `permission` names where the provider permitted what a handling code or condition forbids. A cover letter goes along
    if all items it covers are selected, or if `with_letters` says so although it names others. Raises RefusedError
    `release:hindered` citing the provision, `release:state` for an item not countersigned.
    """
    rows = _selected(act, str(dossier), items)
    holder = rows[0].holder
    authorise(act.actor, Permission.RELEASE_PROPOSE, dossier_target(act.actor, holder=holder, dossier=str(dossier)))
    _expect_arrived(rows)
    if not ground.strip():
        raise InvalidInputError(
            "Say under which rule these items may be released.", code="release:ground", place="ground"
        )
    try:
        audience = Audience(audience).value
    except ValueError as error:
        raise InvalidInputError(
            "Release to 'court' or to 'defence'.", code="release:audience", place="audience"
        ) from error
    _expect_free(act, rows, permission)
    selection = [row.reference for row in rows]
    release = Release(
        reference=str(act.new_reference(act.actor.authority, Kind.RELEASE)),
        holder=holder,
        dossier=str(dossier),
        authority=act.actor.authority,
        audience=audience,
        ground=f"{ground} (permitted by {permission})" if permission else ground,
        permission=permission,
        selection=selection,
        with_letters=with_letters,
        state="proposed",
        proposed_by=act.actor.id,
        proposed_at=act.at,
    )
    release.digest = release_digest(release, rows)
    release.save(force_insert=True)
    enter(
        act,
        "evidence:release:proposed",
        release.reference,
        authority=release.authority,
        facts={"digest": release.digest, "items": len(selection), "audience": audience},
    )
    return release


def release_digest(release: Release, rows: Iterable[Item]) -> str:
    """What an approval binds: the selection with each item's content and conditions, the audience, the ground."""
    return digest_of(
        {
            "reference": release.reference,
            "dossier": release.dossier,
            "audience": release.audience,
            "ground": release.ground,
            "permission": release.permission,
            "with_letters": release.with_letters,
            "items": [
                {
                    "item": row.reference,
                    "digest": row.digest or None,
                    "handling": row.handling,
                    "conditions": row.conditions,
                }
                for row in rows
            ],
        }
    )


def _selected(act: Act, dossier: str, items: Sequence[Reference | str]) -> list[Item]:
    references = [str(item) for item in items]
    if not references or len(set(references)) != len(references):
        raise InvalidInputError("Select at least one item, each once.", code="release:selection", place="items")
    rows = [item_of(act.actor, reference) for reference in references]
    for row in rows:
        if row.dossier != dossier or row.holder != rows[0].holder:
            raise InvalidInputError("The item is of another dossier.", code="release:selection", place=row.reference)
    return rows


def _expect_arrived(rows: Iterable[Item]) -> None:
    for row in rows:
        by_post = not row.own and row.state == ItemState.CHECKED.value
        if row.state != ItemState.COUNTERSIGNED.value and not by_post:
            raise RefusedError(
                "Only what arrived and was countersigned is released.", code="release:state", place=row.reference
            )


def _expect_free(act: Act, rows: Iterable[Item], permission: str) -> None:
    for row in rows:
        expect_use(act, row, Use.EXPORT, permission=permission, code="release:hindered")


def _rows_of(release: Release) -> list[Item]:
    held = {row.reference: row for row in Item.objects.filter(holder=release.holder, reference__in=release.selection)}
    return [held[reference] for reference in release.selection]


def _decide(act: Act, reference: Reference | str, digest: str) -> Release:
    release = release_of(act.actor, reference)
    authorise(act.actor, Permission.RELEASE_APPROVE, release_target(release, act.actor))
    if release.state != "proposed":
        raise RefusedError("This release was decided already.", code="release:state", place=release.reference)
    if digest != release.digest:
        raise ConflictError("What you read is not what would be released now; read it again.", code="release:digest")
    _expect_unchanged(release, _rows_of(release))
    return release


def _expect_unchanged(release: Release, rows: list[Item]) -> None:
    if release_digest(release, rows) != release.digest:
        raise ConflictError(
            "What was proposed is not what would be released now. Nothing was released; propose it anew.",
            code="release:digest",
            place=release.reference,
        )


def _write(release: Release, **columns: Any) -> None:
    changed = Release.objects.filter(reference=release.reference, version=release.version).update(
        version=release.version + 1, **columns
    )
    if not changed:
        raise ConflictError("The release changed meanwhile; read it again.", place=release.reference)
    release.refresh_from_db()


@transaction.atomic
def approve_release(act: Act, release: Reference | str, *, digest: str, keys: Keyring) -> Release:
    """Approve exactly what was proposed, by another person; each item's custody then says to whom it goes.

    What stands against a release is asked again on this day: a condition's end may have come since the proposal.
    """
    row = _decide(act, release, digest)
    items = _rows_of(row)
    _expect_free(act, items, row.permission)
    for item in items:
        signers = {code: keys.signer(code).public for code in (item.holder, row.authority)}
        facts = {
            "release": row.reference,
            "audience": row.audience,
            "digest": row.digest,
            "signers": signers_of(chain_of(item), signers),
        }
        append_event(act, item, EventType.RELEASED, keys=keys, facts=facts)
    _write(row, state="approved", approved_by=act.actor.id, approved_at=act.at)
    enter(act, "evidence:release:approved", row.reference, authority=row.authority, facts={"digest": row.digest})
    return row


@transaction.atomic
def refuse_release(act: Act, release: Reference | str, *, digest: str, reason: str) -> Release:
    """Refuse what was proposed; the reason stays in the ledger's purpose, the release stays refused."""
    row = _decide(act, release, digest)
    if not reason.strip():
        raise InvalidInputError("Say why it is not released.", code="release:reason", place="reason")
    _write(row, state="refused", approved_by=act.actor.id, approved_at=act.at)
    enter(act, "evidence:release:refused", row.reference, authority=row.authority, facts={"digest": row.digest})
    return row


def export_bundle(
    act: Act, release: Reference | str, out_dir: Path, *, keys: Keyring, vault: Vault, with_case: bool = False
) -> Path:
    """Write the bundle of an approved release into a folder that is not there yet; returns the folder.

    With `with_case` items and custody stand in it in CASE/UCO too.

    What is left out gets its salts once and keeps them, so that a second export says the same and a thing left out
    can be opened later against its salted digest. Raises RefusedError `release:state` before approval, ConflictError
    `release:digest` when an item is no longer what was approved, RefusedError `release:hindered` when something stands
    against it on this day.
    """
    row = release_of(act.actor, release)
    authorise(act.actor, Permission.RELEASE_EXPORT, release_target(row, act.actor))
    if row.state not in {"approved", "exported"}:
        raise RefusedError("A release is exported once it was approved.", code="release:state", place=row.reference)
    items = _rows_of(row)
    _expect_unchanged(row, items)
    _expect_free(act, items, row.permission)
    content, left_out = bundle_content(act, row, items, keys=keys, vault=vault)
    content = replace(content, with_case=with_case)
    digest = write_bundle(Path(out_dir), content, keys.signer(row.authority))
    with transaction.atomic():
        _write(row, state="exported", left_out=left_out)
        enter(act, "evidence:release:exported", row.reference, authority=row.authority, facts={"bundle": digest})
    return Path(out_dir)
