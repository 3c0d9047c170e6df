"""What changes the gazette: proposing, approving, refusing, withdrawing; it takes two people for an effect."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from comity.gazette.models import Correction
from comity.gazette.queries import (
    correction_of,
    digest_of_fact,
    overlay_of,
    standing,
    target_of,
    withdrawal_digest,
)
from comity.law.correction import Fact, checked
from comity.law.fact_files import Row, at_place
from comity.law.overlays import Overlay, displaced_by, expect_apart
from comity.law.register import load_register
from comity.safeguards.actions import enter
from comity.safeguards.permissions import Permission
from comity.safeguards.policy import Relation, Target, authorise, expect_role
from comity.values.actor import Act
from comity.values.errors import ConflictError, InvalidInputError, RefusedError
from comity.values.reference import Kind, Reference

MOST_AT_ONCE = 2000
LONGEST = 1000


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did: the proposals that now wait, and how many rows say what the shipped register says already."""

    proposed: tuple[Correction, ...]
    unchanged: int


@transaction.atomic
def propose_correction(act: Act, fact: Fact) -> Correction:
    """Propose one correction; it has no effect until another person approves it.

    Raises `InvalidInputError` naming the column, and `law:overlap` where a correction that stands or waits answers for
    the same days; `RefusedError` `gazette:unchanged` where the shipped register says the same.
    """
    return _propose(act, fact, _others())


@transaction.atomic
def import_corrections(act: Act, rows: Sequence[Row]) -> Imported:
    """Propose every row of a file, all or none; rows that say what the shipped register says are passed over.

    Raises `InvalidInputError` with file, line and reason for the first row that cannot be used.
    """
    expect_role(act.actor, Permission.GAZETTE_PROPOSE)  # also where no row of the file is proposed
    register, others, unchanged = load_register(), _others(), 0
    made: list[Correction] = []
    for row in rows:
        if any(shipped.says_the_same(row.fact) for shipped in displaced_by(register, row.fact)):
            unchanged += 1
            continue
        if len(made) == MOST_AT_ONCE:
            raise InvalidInputError(
                f"More than {MOST_AT_ONCE} rows differ from the shipped register. Nothing was taken.",
                code="gazette:many",
                place=row.place,
                next_step="Import them in several files, so that a second person can read each.",
            )
        try:
            proposed = _propose(act, row.fact, others)
        except InvalidInputError as error:
            raise at_place(error, row.place) from error
        others.append(overlay_of(proposed))
        made.append(proposed)
    return Imported(tuple(made), unchanged)


def _others() -> list[Overlay]:
    """What stands or waits in this node, whosever it is: all of it is the law here, or may become it."""
    rows = Correction.objects.filter(state="proposed").order_by("id")
    return [*standing(), *(overlay_of(row) for row in rows)]


def _propose(act: Act, given: Fact, others: Sequence[Overlay]) -> Correction:
    reference = act.new_reference(act.actor.authority, Kind.CORRECTION)
    authorise(act.actor, Permission.GAZETTE_PROPOSE, Target(reference, 0, frozenset({Relation.OWN})))
    fact = checked(load_register(), given)
    if any(shipped.says_the_same(fact) for shipped in displaced_by(load_register(), fact)):
        raise RefusedError(
            "The shipped register says the same of this; there is nothing to correct.", code="gazette:unchanged"
        )
    for other in others:
        expect_apart(Overlay(str(reference), fact, ""), other)
    row = Correction(
        reference=str(reference),
        authority=act.actor.authority,
        state="proposed",
        fact=fact.to_json(),
        digest=digest_of_fact(str(reference), act.actor.authority, fact),
        kind=fact.kind,
        instrument=fact.instrument,
        proposed_by=act.actor.id,
        proposed_at=act.at,
    )
    row.save(force_insert=True)
    _enter(act, "gazette:correction:proposed", row)
    return row


def _enter(act: Act, event: str, row: Correction, **facts: Any) -> None:
    told = {"digest": row.digest, "kind": row.kind, "instrument": row.instrument, **facts}
    enter(act, event, row.reference, authority=row.authority, facts=told)


def _open(act: Act, reference: Reference | str, permission: Permission) -> Correction:
    """The row, for a decision of this officer on exactly this version; its neighbours are held until it is taken.

    Whoever decides on a correction of the same instrument waits: two that contradict each other cannot both pass.
    """
    row = correction_of(act.actor, reference)
    list(Correction.objects.select_for_update().filter(kind=row.kind, instrument=row.instrument).order_by("id"))
    row.refresh_from_db()
    authorise(act.actor, permission, target_of(row, act.actor))
    overlay_of(row)
    return row


def _expect(row: Correction, *, state: str, ending: bool) -> None:
    if row.state != state or bool(row.ending_by) != ending:
        raise RefusedError("This was decided already.", code="gazette:state", place=row.reference)


def _expect_read(given: str, digest: str) -> None:
    if given != digest:
        raise ConflictError(
            "What you read is not what would be decided now. Nothing was changed; read it again.",
            code="gazette:digest",
            place="digest",
        )


def _said(reason: str, question: str) -> str:
    said = reason.strip()
    if not said or len(said) > LONGEST:
        raise InvalidInputError(f"{question} In at most {LONGEST} characters.", code="gazette:reason", place="reason")
    return said


def _write(row: Correction, **columns: Any) -> None:
    changed = Correction.objects.filter(reference=row.reference, version=row.version).update(
        version=row.version + 1, **columns
    )
    if not changed:
        raise ConflictError("The correction changed meanwhile; read it again.", place=row.reference)
    row.refresh_from_db()


@transaction.atomic
def approve_correction(act: Act, reference: Reference | str, *, digest: str) -> Correction:
    """Approve exactly what was proposed, by another person: from now on this node answers by it."""
    row = _open(act, reference, Permission.GAZETTE_APPROVE)
    _expect(row, state="proposed", ending=False)
    _expect_read(digest, row.digest)
    new = overlay_of(row)
    if checked(load_register(), new.fact) != new.fact:
        raise ConflictError(
            "The register changed since this was proposed, and the row now means something else. Propose it anew.",
            code="gazette:register",
            place=row.reference,
        )
    for other in standing():
        expect_apart(new, other)
    _write(row, state="approved", decided_by=act.actor.id, decided_at=act.at)
    _enter(act, "gazette:correction:approved", row)
    return row


@transaction.atomic
def refuse_correction(act: Act, reference: Reference | str, *, digest: str, reason: str) -> Correction:
    """Refuse what was proposed, with the reason; it never had an effect and has none."""
    row = _open(act, reference, Permission.GAZETTE_APPROVE)
    _expect(row, state="proposed", ending=False)
    _expect_read(digest, row.digest)
    said = _said(reason, "Say why it is refused.")
    _write(row, state="refused", decided_by=act.actor.id, decided_at=act.at, decision=said)
    _enter(act, "gazette:correction:refused", row)
    return row


@transaction.atomic
def propose_withdrawal(act: Act, reference: Reference | str, *, reason: str) -> Correction:
    """Propose that a correction no longer stands; until another person approves that, it does."""
    row = _open(act, reference, Permission.GAZETTE_WITHDRAW)
    _expect(row, state="approved", ending=False)
    said = _said(reason, "Say why it should no longer stand.")
    _write(row, ending_by=act.actor.id, ending_at=act.at, ending_reason=said)
    _enter(act, "gazette:withdrawal:proposed", row)
    return row


@transaction.atomic
def approve_withdrawal(act: Act, reference: Reference | str, *, digest: str) -> Correction:
    """Withdraw a correction, by another person than proposed it: from now on the shipped register answers again."""
    row = _open(act, reference, Permission.GAZETTE_END)
    _expect(row, state="approved", ending=True)
    _expect_read(digest, withdrawal_digest(row))
    _write(row, state="withdrawn", withdrawn_by=act.actor.id, withdrawn_at=act.at)
    _enter(act, "gazette:withdrawal:approved", row, withdrawal=digest)
    return row


@transaction.atomic
def refuse_withdrawal(act: Act, reference: Reference | str, *, digest: str) -> Correction:
    """Let a correction stand whose withdrawal was proposed."""
    row = _open(act, reference, Permission.GAZETTE_END)
    _expect(row, state="approved", ending=True)
    _expect_read(digest, withdrawal_digest(row))
    _write(row, ending_by="", ending_at=None, ending_reason="")
    _enter(act, "gazette:withdrawal:refused", row, withdrawal=digest)
    return row
