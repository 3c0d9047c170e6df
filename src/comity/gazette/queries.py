"""Reads of the gazette: the law as it stands in this node, and the corrections that make it so.

The register with the corrections laid over it is remembered by what they say, never by which node asked: two nodes
in one process that hold the same corrections share it, and one that changes asks for another.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from django.db.models import Case, Q, QuerySet, Value, When

from comity.authorities.queries import officer_name
from comity.gazette.models import Correction
from comity.law.correction import Fact, fact_of
from comity.law.overlays import Overlay, displaced_by, with_overlays
from comity.law.register import Register, load_register
from comity.safeguards.permissions import Permission
from comity.safeguards.policy import Code, Relation, Target, decide
from comity.seals.canonical import digest_of
from comity.values.actor import Actor
from comity.values.errors import BrokenError, MissingError
from comity.values.reference import Reference

Key = tuple[tuple[str, str, str, str], ...]
"""Of each correction its reference, its digest, the day of its approval and that of its withdrawal."""


def register_here(at: datetime | None = None) -> Register:
    """The register by which this node answers: the shipped law, with the node's own approved corrections.

    With `at` the register as it stood at that moment, so that an answer given then can be given again. A question
    about a day is answered by the corrections whose period holds that day; see `comity.law.overlays`.
    """
    key = _key(at)
    return _register(key) if key else load_register()


def standing(at: datetime | None = None) -> tuple[Overlay, ...]:
    """The corrections that stand now, or stood at a moment, the oldest first."""
    return tuple(one for one in _overlays(_key(at)) if not one.withdrawn_on)


def digest_of_fact(reference: str, authority: str, fact: Fact) -> str:
    """What every approval binds: this fact under this reference, of this authority."""
    return digest_of({"reference": reference, "authority": authority, "fact": fact.to_json()})


def withdrawal_digest(row: Correction) -> str:
    """What the approval of a withdrawal binds: this correction, and why it is to go."""
    return digest_of({"correction": row.digest, "withdrawal": row.ending_reason})


def overlay_of(row: Correction) -> Overlay:
    """The row as the law takes it. Raises `BrokenError` `gazette:digest` where it is not what was approved."""
    fact = fact_of(row.fact)
    if digest_of_fact(row.reference, row.authority, fact) != row.digest:
        raise BrokenError(
            f"The correction {row.reference} is not what two people approved: it was changed outside the gazette. "
            "The node answers nothing of law until this is put right.",
            code="gazette:digest",
            place=row.reference,
            next_step="Restore the row from a backup; its digest stands in the ledger.",
        )
    return Overlay(
        row.reference,
        fact,
        row.decided_at.date().isoformat() if row.decided_at else "",
        row.withdrawn_at.date().isoformat() if row.withdrawn_at else "",
    )


_STANDING = "state = 'approved' OR (state = 'withdrawn' AND kind = 'treaty')"


def _key(at: datetime | None) -> Key:
    """Those that stand, and treaties that once stood: what rests on one must still find it.

    What stands now is asked with every message, so that question is spelled out.
    """
    found: Iterable[Correction]
    if at is None:
        found = Correction.where(_STANDING)
    else:
        rows = _approved().filter(decided_at__lte=at)
        found = rows.filter(Q(withdrawn_at=None) | Q(withdrawn_at__gt=at) | Q(kind="treaty")).order_by("id")
    return tuple(
        (row.reference, row.digest, row.decided_at.date().isoformat(), _day_by(row.withdrawn_at, at))
        for row in found
        if row.decided_at is not None
    )


def _day_by(withdrawn: datetime | None, at: datetime | None) -> str:
    return withdrawn.date().isoformat() if withdrawn and (at is None or withdrawn <= at) else ""


def _approved() -> QuerySet[Correction]:
    return Correction.objects.filter(state__in=["approved", "withdrawn"])


@lru_cache(maxsize=16)
def _register(key: Key) -> Register:
    """Its value follows from the key alone: the digest binds what the row says, and a row that differs is refused."""
    return with_overlays(load_register(), _overlays(key))


def _overlays(key: Key) -> tuple[Overlay, ...]:
    if not key:
        return ()
    rows = {row.reference: row for row in Correction.objects.filter(reference__in=[one[0] for one in key])}
    return tuple(
        Overlay(reference, overlay_of(rows[reference]).fact, approved_on, withdrawn_on)
        for reference, _digest, approved_on, withdrawn_on in key
    )


def correction_of(actor: Actor, reference: Reference | str) -> Correction:
    """The row, for those who may know of it: its own authority, and everyone here once it was approved."""
    row = Correction.objects.filter(reference=str(reference)).first()
    if row is None or (row.authority != actor.authority and row.state in {"proposed", "refused"}):
        raise MissingError
    return row


def target_of(row: Correction, actor: Actor) -> Target:
    """The row as a decision sees it: whose it is, and whose hands it saw."""
    own = frozenset({Relation.OWN}) if row.authority == actor.authority else frozenset[Relation]()
    hands = {
        Permission.GAZETTE_PROPOSE: frozenset({row.proposed_by}),
        Permission.GAZETTE_WITHDRAW: frozenset(filter(None, (row.ending_by,))),
    }
    return Target(Reference.parse(row.reference), row.version, own, hands)


@dataclass(frozen=True, slots=True)
class CorrectionView:
    """One correction as its readers see it, with the shipped facts that it displaces."""

    reference: str
    authority: str
    state: str
    ending: bool
    """Its withdrawal waits for a second person."""
    fact: Fact
    displaced: tuple[Fact, ...]
    digest: str
    """What a decision on it names: the digest of the fact, or of its proposed withdrawal."""
    proposed_by: str
    proposed_at: datetime
    decided_by: str
    decided_at: datetime | None
    decision: str
    ending_by: str
    ending_at: datetime | None
    ending_reason: str
    withdrawn_by: str
    withdrawn_at: datetime | None
    may: Mapping[str, str]
    """Verb to an empty text where this officer may do it now, else to the reason why not."""


VERBS: Mapping[str, Permission] = {
    "approve": Permission.GAZETTE_APPROVE,
    "refuse": Permission.GAZETTE_APPROVE,
    "withdraw": Permission.GAZETTE_WITHDRAW,
    "approve-withdrawal": Permission.GAZETTE_END,
    "refuse-withdrawal": Permission.GAZETTE_END,
}
"""What can be done with a correction, and by which permission."""


def open_verbs(row: Correction) -> tuple[str, ...]:
    """The verbs that the state of the row allows, whoever asks."""
    if row.state == "proposed":
        return ("approve", "refuse")
    if row.state != "approved":
        return ()
    return ("approve-withdrawal", "refuse-withdrawal") if row.ending_by else ("withdraw",)


def view_of(actor: Actor, row: Correction) -> CorrectionView:
    fact = overlay_of(row).fact
    target = target_of(row, actor)
    may = {}
    for verb in open_verbs(row) if row.authority == actor.authority else ():
        decision = decide(actor, VERBS[verb], target)
        may[verb] = "" if decision.code in {Code.ALLOWED, Code.STEP_UP} else decision.reason
    return CorrectionView(
        reference=row.reference,
        authority=row.authority,
        state=row.state,
        ending=bool(row.ending_by) and row.state == "approved",
        fact=fact,
        displaced=displaced_by(load_register(), fact),
        digest=withdrawal_digest(row) if row.state == "approved" and row.ending_by else row.digest,
        proposed_by=officer_name(row.proposed_by),
        proposed_at=row.proposed_at,
        decided_by=officer_name(row.decided_by) if row.decided_by else "",
        decided_at=row.decided_at,
        decision=row.decision,
        ending_by=officer_name(row.ending_by) if row.ending_by else "",
        ending_at=row.ending_at,
        ending_reason=row.ending_reason,
        withdrawn_by=officer_name(row.withdrawn_by) if row.withdrawn_by else "",
        withdrawn_at=row.withdrawn_at,
        may=may,
    )


def corrections(actor: Actor, states: tuple[str, ...] = ()) -> list[CorrectionView]:
    """What a reader may see of this node's gazette: her own authority's whole, of others what was approved."""
    return [view_of(actor, row) for row in seen_by(actor, states)]


def seen_by(actor: Actor, states: tuple[str, ...] = ()) -> QuerySet[Correction]:
    """The rows a reader may know of, the oldest first."""
    rows = Correction.objects.filter(Q(authority=actor.authority) | Q(state__in=["approved", "withdrawn"]))
    return (rows.filter(state__in=states) if states else rows).order_by("id")


def as_read(actor: Actor, state: str = "", text: str = "") -> QuerySet[Correction]:
    """The same as a person reads them: what waits first, then what stands, then the rest; the newest of each first.

    `text` is part of an instrument's code, or the two letters of a State.
    """
    rows = seen_by(actor, (state,) if state else ())
    if text:
        rows = rows.filter(
            Q(instrument__icontains=text) | Q(fact__state=text.upper()) | Q(fact__other_state=text.upper())
        )
    waiting = Case(
        When(state="proposed", then=Value(0)),
        When(Q(state="approved") & ~Q(ending_by=""), then=Value(1)),
        When(state="approved", then=Value(2)),
        default=Value(3),
    )
    return rows.order_by(waiting, "-id")


def waiting_for(actor: Actor) -> list[Correction]:
    """What waits for this very officer as the second person, the oldest first."""
    rows = Correction.objects.filter(authority=actor.authority).filter(
        Q(state="proposed") | (Q(state="approved") & ~Q(ending_by=""))
    )
    found = []
    for row in rows.order_by("id"):
        permission = Permission.GAZETTE_APPROVE if row.state == "proposed" else Permission.GAZETTE_END
        if decide(actor, permission, target_of(row, actor)).code in {Code.ALLOWED, Code.STEP_UP}:
            found.append(row)
    return found


def facts_of(actor: Actor, states: tuple[str, ...] = ("approved",)) -> list[Fact]:
    """The facts for an export, in the order in which they were proposed."""
    return [overlay_of(row).fact for row in seen_by(actor, states)]
