"""What a provider's recall does where the item is, how it is answered there, and what comes back to the provider."""

from datetime import date
from typing import Any

from comity.authorities.keyring import Keyring
from comity.authorities.queries import verifying_key
from comity.evidence.actions.record import append_event, granted_item, move_on, store_event
from comity.evidence.custody import (
    EventType,
    SignedEvent,
    check_order,
    check_signature,
    last_of,
    may_follow,
    recalled_in,
)
from comity.evidence.item_state import GONE, ItemState
from comity.evidence.models import Item, Recall, RecalledItem, Transfer
from comity.evidence.queries import chain_of, onward_of, recalled_rows
from comity.evidence.recall import Answer, Demand, Outcome, RecallKind, answer_fault
from comity.exchange.message import SignedMessage
from comity.safeguards.actions import enter
from comity.safeguards.permissions import Permission
from comity.store.actions import forget
from comity.store.vault import Vault
from comity.values.actor import Act, job
from comity.values.binding import binding_of, joined
from comity.values.errors import BrokenError, InvalidInputError, MissingError, RefusedError
from comity.values.reference import Kind, Reference


def receive_recall(act: Act, signed: SignedMessage, keys: Keyring) -> None:
    """Let a recall or narrowing take effect at once: the items it names are locked or bound, those to come too.

    Inside the receiving transaction, whatever the order of arrival: an item that is still on its way is locked when it
    comes. Raises InvalidInputError `evidence:form` for an item that is not of the sender's State, BrokenError
    `recall:digest` for one that is here with other content, RefusedError `recall:id` for the id of a recall of another
    dossier; then the whole message is refused.
    """
    message = signed.message
    body, holder = message.body, message.recipient
    kind = RecallKind.NARROW if "conditions" in body else RecallKind.RECALL
    for number, entry in enumerate(body["items"]):
        reference = Reference.parse(entry["item"])
        if reference.kind is not Kind.ITEM or reference.authority[:2] != message.sender[:2]:
            raise InvalidInputError(
                "The item is not one of the sender's State.", code="evidence:form", place=f"body.items[{number}]"
            )
    known = Recall.objects.filter(holder=holder, recall=body["recall_id"]).first()
    if known is not None and (known.own or known.dossier != str(message.dossier)):
        raise RefusedError("Another recall bears this id.", code="recall:id", place="body.recall_id")
    if known is not None:
        return
    row = Recall.objects.create(
        holder=holder,
        recall=body["recall_id"],
        dossier=str(message.dossier),
        own=False,
        kind=kind.value,
        demand=body.get("demand", ""),
        reason=body["reason"],
        provision=body["provision"],
        answer_by=date.fromisoformat(body["by"]),
        handling=body.get("handling", ""),
        conditions=body.get("conditions", []),
        digest=body["notice"],
        state="standing",
        message=signed.digest,
        since=act.at,
    )
    RecalledItem.objects.bulk_create(
        RecalledItem(recall=row, item=entry["item"], digest=entry["digest"] or "") for entry in body["items"]
    )
    facts = {"recall": row.recall, "message": signed.digest}
    event = "evidence:recall:received" if kind is RecallKind.RECALL else "evidence:narrowing:received"
    enter(act, event, row.dossier, authority=holder, facts=facts)
    for entry in body["items"]:
        item = Item.objects.filter(holder=holder, reference=entry["item"], own=False).first()
        if item is None:
            continue
        if item.digest != (entry["digest"] or "") or item.dossier != row.dossier:
            raise BrokenError("We hold that item with other content.", code="recall:digest", place=item.reference)
        settle_notices(act, item, keys)


def settle_notices(act: Act, item: Item, keys: Keyring) -> None:
    """Write on an item what its provider asked of it and is not written yet: bound at once, locked at once."""
    own = act.by(job("exchange", item.holder))
    for line in _standing(item):
        row = line.recall
        chain = chain_of(item)
        noted = {signed.event.facts.get("recall") for signed in chain}
        facts = {"recall": row.recall, "message": row.message, "digest": item.digest or None}
        if row.kind == RecallKind.RECALL.value:
            _stop_transfer(item)
            if row.recall not in noted and may_follow(chain, EventType.RECALLED):
                append_event(own, item, EventType.RECALLED, keys=keys, facts={**facts, "demand": row.demand})
            continue
        bound = joined([binding_of(item.handling, item.conditions), binding_of(row.handling, row.conditions)]).to_json()
        if bound != {"handling": item.handling, "conditions": item.conditions}:
            move_on(item, None, **bound)
        if row.recall not in noted and may_follow(chain, EventType.NARROWED):
            append_event(own, item, EventType.NARROWED, keys=keys, facts={**facts, **bound})


def _standing(item: Item) -> list[RecalledItem]:
    rows = RecalledItem.objects.filter(
        item=item.reference,
        digest=item.digest,
        recall__holder=item.holder,
        recall__own=False,
        recall__dossier=item.dossier,
        recall__state="standing",
    )
    # Narrowings first: once an item is recalled nothing more is written on it but what becomes of it.
    return list(rows.select_related("recall").order_by("recall__kind", "recall__since", "pk"))


def _stop_transfer(item: Item) -> None:
    """What was recalled is not fetched any more, unless another item that is not recalled has the same content."""
    awaiting = Item.objects.filter(holder=item.holder, digest=item.digest, state=ItemState.AWAITED.value)
    if item.digest and not awaiting.exclude(pk__in=recalled_rows(awaiting).values("pk")).exists():
        Transfer.objects.filter(holder=item.holder, digest=item.digest, state="waiting").update(
            state="broken",
            last_error="evidence:recalled",
            last_reason="Its provider recalled it.",
            lease="",
            lease_until=None,
        )


def answer_recall(
    act: Act,
    *,
    dossier: Reference | str,
    holder: str,
    answer: Answer,
    keys: Keyring,
    vault: Vault,
) -> list[dict[str, Any]]:
    """Answer a recall for some of its items, with the signed custody event of what became of each.

    Complied with, content is deleted here at once (handed back: the thing, or the content deleted after it). What was
    given on must be accounted for in its `onward`. Returns the entries for `evidence.recall-answered`. Raises
    RefusedError `recall:state` for what was answered, InvalidInputError `recall:answer` for one that says too little.
    """
    row = Recall.objects.filter(holder=holder, recall=answer.recall, dossier=str(dossier), own=False).first()
    if row is None:
        raise MissingError("No such recall stands in this dossier.", place="recall")
    if not answer.items or answer.outcome not in set(Outcome):
        raise InvalidInputError("Name the items and what became of them.", code="recall:answer", place="items")
    entries = []
    for reference in answer.items:
        item = granted_item(act, reference, Permission.RECALL_ANSWER)
        line = row.items.filter(item=item.reference, digest=item.digest).first()
        if line is None or item.holder != holder or line.outcome:
            raise RefusedError("The item is not waiting for this answer.", code="recall:state", place=item.reference)
        fault = answer_fault(RecallKind(row.kind), answer, onward_of(item))
        if fault:
            raise InvalidInputError(fault, code="recall:answer", place="reason" if not answer.reason else "onward")
        facts = {"recall": row.recall, "digest": item.digest or None, "reason": dict(answer.reason)}
        for type_ in _events(row, answer.outcome):
            append_event(act, item, type_, keys=keys, place=answer.place, facts=facts)
        if not _says_so(chain_of(item), row, answer.outcome):
            raise RefusedError("The item is still on its way.", code="recall:state", place=item.reference)
        if item.state in {state.value for state in GONE}:
            _forget(item, vault)
        RecalledItem.objects.filter(pk=line.pk).update(outcome=answer.outcome, told=answer.told, answered_at=act.at)
        entries.append({"item": item.reference, "digest": item.digest or None, "custody": {"events": _tail(item)}})
    return entries


def _events(row: Recall, outcome: str) -> list[EventType]:
    if outcome == Outcome.CANNOT_COMPLY:
        return [EventType.KEPT]
    if row.kind == RecallKind.NARROW.value:
        return []
    return [EventType.DELETED if row.demand == Demand.DELETE else EventType.HANDED_BACK]


def _tail(item: Item) -> list[dict[str, Any]]:
    """All our events since the partner's transfer."""
    chain = chain_of(item)
    transfer = last_of(chain, EventType.TRANSFERRED)
    after = transfer.event.sequence if transfer else -1
    return [signed.to_json() for signed in chain if signed.event.sequence > after]


def _forget(item: Item, vault: Vault) -> None:
    """The content goes with the last item here that is it; until then it stays for the others."""
    others = Item.objects.filter(digest=item.digest).exclude(state__in=[state.value for state in GONE])
    if item.digest and not others.exists():
        forget(item.digest, vault=vault)


def recall_answered(holder: str, answer: Answer, message: str) -> None:
    """Note the message that carried our answer."""
    lines = RecalledItem.objects.filter(recall__holder=holder, recall__recall=answer.recall, item__in=answer.items)
    lines.update(answer=message)


def receive_answer(act: Act, signed: SignedMessage) -> None:
    """Take in what became of recalled items: the partner's signed events join the custody record, its answer is noted.

    The effect of `evidence.recall-answered`, inside the receiving transaction. Raises BrokenError or InvalidInputError,
    and then the whole message is refused.
    """
    message = signed.message
    body = message.body
    row = Recall.objects.filter(holder=message.recipient, recall=body["recall_id"], own=True).first()
    if row is None or row.dossier != str(message.dossier) or row.state != "standing":
        raise MissingError("We recalled nothing under that id.", code="recall:unknown", place="body.recall_id")
    for number, entry in enumerate(body["items"]):
        place = f"body.items[{number}]"
        line = row.items.filter(item=entry["item"], digest=entry["digest"] or "").first()
        item = Item.objects.filter(holder=message.recipient, reference=entry["item"], own=True).first()
        if line is None or item is None:
            raise MissingError("That item was not recalled.", code="recall:unknown", place=place)
        events = entry["custody"].get("events")
        if not isinstance(events, list):
            raise InvalidInputError("This is not a custody record.", code="evidence:form", place=place)
        told_events = [SignedEvent.from_json(event) for event in events]
        continue_chain(item, told_events, message.sender, place)
        if not _says_so(told_events, row, body["outcome"]):
            raise BrokenError("The custody record says otherwise than the answer.", code="recall:custody", place=place)
        if not line.outcome:
            told = {key: dict(body[key]) for key in ("reason", "onward") if key in body}
            RecalledItem.objects.filter(pk=line.pk).update(
                outcome=body["outcome"], told=told, answer=signed.digest, answered_at=act.at
            )
        facts = {"recall": row.recall, "message": signed.digest, "outcome": body["outcome"], "by": message.sender}
        enter(act, "evidence:recall:answered", item.reference, authority=item.holder, facts=facts)


def continue_chain(item: Item, events: list[SignedEvent], sender: str, place: str) -> None:
    """Append the partner's events that follow our transfer and are not held yet.

    They may overlap what came before: an answer carries all, so that it stands alone. Where our own record went on
    after the transfer (we moved or verified our copy) theirs is verified, and stays in the message that brought it.
    BrokenError `custody:*` where they are another story than the one held.
    """
    before = chain_of(item)
    transfer = last_of(before, EventType.TRANSFERRED)
    start = transfer.event.sequence + 1 if transfer else 0
    held = [signed.event.digest for signed in before[start:]]
    common = next(
        (n for n, (one, other) in enumerate(zip(held, events, strict=False)) if one != other.event.digest),
        min(len(held), len(events)),
    )
    if common == len(events):
        return  # what it tells is held already: a later message of the partner's came before this one
    ours = before[start + common :]
    if ours and any(signed.event.authority[:2] != item.holder[:2] for signed in ours):
        raise BrokenError("The events are another story than the one held.", code="custody:chain", place=place)
    check_order([*before[: start + common], *events[common:]], item.reference)
    for event in events[common:]:
        check_signature(event, {sender: verifying_key(sender, event.signature.key_id, event.event.at)})
        if not ours:
            store_event(item, event)
        if event.event.type is EventType.COUNTERSIGNED and item.state == ItemState.OFFERED.value:
            move_on(item, ItemState.COUNTERSIGNED)
        if event.event.type is EventType.NARROWED:
            told = binding_of(event.event.facts["handling"], event.event.facts["conditions"])
            move_on(item, None, **joined([binding_of(item.handling, item.conditions), told]).to_json())


def _says_so(events: list[SignedEvent], row: Recall, outcome: str) -> bool:
    """Whether the custody record says what the answer says; nothing more is bound to what was recalled meanwhile."""
    said = {signed.event.type for signed in events if signed.event.facts.get("recall") == row.recall}
    wanted = set(_events(row, outcome))
    return wanted <= said if wanted else EventType.NARROWED in said or recalled_in(events) is not None
