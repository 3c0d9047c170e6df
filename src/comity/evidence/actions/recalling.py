"""Recalls and narrowings by who provided an item: proposed by one person, approved by another."""

from collections.abc import Iterable, Sequence

from comity.evidence.actions.record import granted_item
from comity.evidence.item_state import ItemState
from comity.evidence.models import Item, Offer, Recall, RecalledItem
from comity.evidence.queries import dossier_target
from comity.evidence.recall import Asked, Notice, RecallKind, fault_of
from comity.safeguards.actions import enter
from comity.safeguards.permissions import Permission
from comity.safeguards.policy import Target, authorise
from comity.values.actor import Act, Actor
from comity.values.binding import Binding, binding_of
from comity.values.errors import ConflictError, InvalidInputError, MissingError, RefusedError
from comity.values.reference import Reference

GIVEN = frozenset({ItemState.OFFERED.value, ItemState.COUNTERSIGNED.value})


def propose_recall(
    act: Act, *, dossier: Reference | str, holder: str, kind: RecallKind, items: Sequence[str], asked: Asked
) -> Recall:
    """Propose to recall or narrow items that we returned, bound to their content; nothing leaves yet.

    One proposal at a time stands open in a dossier. Raises RefusedError `recall:state` for an item that was not
    returned or is recalled already, InvalidInputError `recall:notice` for a notice that asks nothing.
    """
    if Recall.objects.filter(holder=holder, dossier=str(dossier), state="proposed").exists():
        raise RefusedError("A proposal is open in this dossier; decide on it first.", code="recall:open")
    if not items or len(set(items)) != len(items):
        raise InvalidInputError("Name the items, each once.", code="recall:notice", place="items")
    rows = [granted_item(act, reference, Permission.RECALL_PROPOSE) for reference in items]
    for row in rows:
        _expect_given(row, holder, str(dossier), kind)
    binding = binding_of(asked.handling, asked.conditions)
    notice = Notice(
        kind,
        str(dossier),
        tuple((row.reference, row.digest) for row in rows),
        asked.reason,
        asked.provision,
        asked.answer_by,
        asked.demand,
        binding,
    )
    fault = fault_of(notice, {row.reference: binding_of(row.handling, row.conditions) for row in rows}, act.at.date())
    if fault:
        raise InvalidInputError(fault, code="recall:notice")
    made = Recall.objects.create(
        holder=holder,
        recall=f"r-{act.new_id()}",
        dossier=str(dossier),
        own=True,
        kind=kind.value,
        demand=notice.demand,
        reason=dict(notice.reason),
        provision=notice.provision,
        answer_by=notice.by,
        handling=binding.handling.value if kind is RecallKind.NARROW else "",
        conditions=[one.to_json() for one in binding.conditions],
        digest=notice.digest,
        state="proposed",
        since=act.at,
        proposed_by=act.actor.id,
    )
    RecalledItem.objects.bulk_create(RecalledItem(recall=made, item=row.reference, digest=row.digest) for row in rows)
    facts = {"recall": made.recall, "digest": made.digest}
    enter(act, "evidence:recall:proposed", str(dossier), authority=act.actor.authority, facts=facts)
    return made


def _expect_given(row: Item, holder: str, dossier: str, kind: RecallKind) -> None:
    if row.holder != holder or row.dossier != dossier or not row.own or row.state not in GIVEN:
        raise RefusedError("Only what was returned is recalled or narrowed.", code="recall:state", place=row.reference)
    standing = RecalledItem.objects.filter(
        item=row.reference, recall__holder=holder, recall__own=True, recall__kind="recall", recall__state="standing"
    )
    if standing.exists():
        again = kind is RecallKind.RECALL
        words = "It is recalled already." if again else "It is recalled; nothing more is bound to it."
        raise RefusedError(words, code="recall:state", place=row.reference)


def approve_recall(act: Act, *, dossier: Reference | str, holder: str, recall: str, digest: str) -> Recall:
    """Approve exactly what was proposed, by another person: from now on it stands, and its content is not offered."""
    row = _decided(act, dossier, holder, recall, digest)
    named = {one.item: one.digest for one in row.items.all()}
    held = {one.reference: one.digest for one in Item.objects.filter(holder=holder, reference__in=named)}
    if notice_of(row).digest != row.digest or held != named:
        raise ConflictError("What was proposed is not what would be sent now; propose it anew.", code="recall:digest")
    _decide(act, row, "standing")
    if row.kind == RecallKind.RECALL.value:
        _withdraw_offers(row, named.values())
    return row


def refuse_recall(act: Act, *, dossier: Reference | str, holder: str, recall: str, digest: str) -> Recall:
    """Refuse what was proposed; nothing leaves."""
    row = _decided(act, dossier, holder, recall, digest)
    _decide(act, row, "refused")
    return row


def recall_sent(row: Recall, message: str) -> None:
    """Note the message with which an approved recall crosses the border."""
    Recall.objects.filter(pk=row.pk).update(message=message)
    row.message = message


def notice_of(row: Recall) -> Notice:
    """The notice as the row holds it: what its digest is made of."""
    items = tuple(row.items.order_by("pk").values_list("item", "digest"))
    binding = binding_of(row.handling or "H0", row.conditions) if row.kind == "narrow" else Binding()
    return Notice(
        RecallKind(row.kind), row.dossier, items, row.reason, row.provision, row.answer_by, row.demand, binding
    )


def recall_target(row: Recall, actor: Actor) -> Target:
    """The proposal as the policy sees it: who proposed it does not decide on it."""
    target = dossier_target(actor, holder=row.holder, dossier=row.dossier)
    hands = {Permission.RECALL_PROPOSE: frozenset({row.proposed_by})}
    return Target(target.reference, target.version, target.relations, hands)


def _decided(act: Act, dossier: Reference | str, holder: str, recall: str, digest: str) -> Recall:
    row = Recall.objects.filter(holder=holder, recall=recall, dossier=str(dossier), own=True).first()
    if row is None:
        raise MissingError("No such recall was proposed in this dossier.", place="recall")
    authorise(act.actor, Permission.RECALL_APPROVE, recall_target(row, act.actor))
    if row.state != "proposed":
        raise RefusedError("This proposal was decided already.", code="recall:state", place="recall")
    if digest != row.digest:
        raise ConflictError("What you read is not what would be sent now; read it again.", code="recall:digest")
    return row


def _decide(act: Act, row: Recall, state: str) -> None:
    changed = Recall.objects.filter(pk=row.pk, state="proposed").update(
        state=state, decided_by=act.actor.id, decided_at=act.at
    )
    if not changed:
        raise ConflictError("The proposal was decided meanwhile; read it again.", place="recall")
    row.refresh_from_db()
    facts = {"recall": row.recall, "digest": row.digest}
    event = "evidence:recall:approved" if state == "standing" else "evidence:recall:refused"
    enter(act, event, row.dossier, authority=act.actor.authority, facts=facts)


def _withdraw_offers(row: Recall, digests: Iterable[str]) -> None:
    """What is recalled is served no more, unless another item of the same content is still given to that partner."""
    for digest in {one for one in digests if one}:
        named = row.items.values("item")
        others = Item.objects.filter(holder=row.holder, digest=digest, own=True, state__in=GIVEN).exclude(
            reference__in=named
        )
        if not others.exists():
            Offer.objects.filter(holder=row.holder, digest=digest, dossier=row.dossier).delete()
