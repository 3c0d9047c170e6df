"""A provider takes evidence back or binds it more: proposed by one, approved by another, in force at once, answered."""

import io
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from comity.authorities.queries import partner
from comity.evidence.actions import admit, approve_recall, approve_release, export_bundle, propose_release, take_in
from comity.evidence.models import Item, Offer, Recall, RecalledItem, Transfer
from comity.evidence.queries import chain_of, item_content, item_view, recalls_of
from comity.exchange.actions.sending import opened_keys
from comity.exchange.envelope import seal_envelope
from comity.exchange.message import SignedMessage
from comity.exchange.models import Outbox, OutboxState
from comity.exchange.queries import messages_of
from comity.requests.queries import dossier_page, needs_me
from comity.seals.signing import Signature
from comity.store.queries import holds
from comity.values.errors import ConflictError, InvalidInputError, RefusedError
from comity.values.reference import Reference
from tests.evidence.both import verify_bundle
from tests.requests.stages import agree, in_execution
from tests.requests.test_returning import returned, taken_in
from tests.requests.world import World

WHY = {"es": "Se entregó por error.", "fr": "Remis par erreur."}


def countersigned(world: World) -> tuple[Reference, list[Item]]:
    dossier, items = returned(world)
    world.do("head", "countersign_evidence", dossier, items=[item.reference for item in items])
    world.post()
    return dossier, items


def proposed(world: World, dossier: Reference, *items: Item, verb: str = "propose_recall", **more: Any) -> Recall:
    asked = {"reason": WHY, "answer_by": (world.at + timedelta(days=10)).date().isoformat(), **more}
    if verb == "propose_recall":
        asked = {"demand": "delete", **asked}
    world.do("fiscal", verb, dossier, items=[item.reference for item in items], **asked)
    return Recall.objects.get(state="proposed")


def recalled(world: World, dossier: Reference, *items: Item, **more: Any) -> str:
    row = proposed(world, dossier, *items, **more)
    verb = "approve_recall" if row.kind == "recall" else "approve_narrowing"
    world.do("chief", verb, dossier, recall=row.recall, digest=row.digest)
    world.post()
    return row.recall


def ours(item: Item) -> Item:
    return Item.objects.get(holder="CH-FOJ", reference=item.reference)


def custody(holder: str, item: Item) -> list[str]:
    return [one.event.type.value for one in chain_of(Item.objects.get(holder=holder, reference=item.reference))]


def test_a_recall_needs_two_people_and_binds_what_was_proposed(cast: World) -> None:
    dossier, (item, other) = countersigned(cast)
    row = proposed(cast, dossier, item)
    cast.officer("second", "CO-FGN")
    with pytest.raises(RefusedError, match="is open"):
        cast.do(
            "chief",
            "propose_recall",
            dossier,
            items=[other.reference],
            demand="delete",
            reason=WHY,
            answer_by="2026-12-24",
        )
    with pytest.raises(ConflictError):
        cast.do("chief", "approve_recall", dossier, recall=row.recall, digest="0" * 64)
    Recall.objects.filter(pk=row.pk).update(proposed_by=cast.id_of("second"))
    with pytest.raises(RefusedError, match="yourself"):
        cast.do("second", "approve_recall", dossier, recall=row.recall, digest=row.digest)
    with pytest.raises(RefusedError, match="yourself"):  # the room of evidence asks for itself, whatever door is taken
        approve_recall(cast.act("second"), dossier=dossier, holder="CO-FGN", recall=row.recall, digest=row.digest)
    RecalledItem.objects.filter(recall=row).update(digest="0" * 64)
    with pytest.raises(ConflictError, match="not what would be sent"):
        cast.do("chief", "approve_recall", dossier, recall=row.recall, digest=row.digest)
    RecalledItem.objects.filter(recall=row).update(digest=item.digest)
    cast.do("chief", "refuse_recall", dossier, recall=row.recall, digest=row.digest, note="No hace falta.")
    assert not messages_of("CO-FGN", str(dossier))[-1].signed.message.type.startswith("evidence.recall")


def test_a_recall_under_the_id_of_another_dossiers_recall_is_refused_and_nothing_of_it_kept(cast: World) -> None:
    dossier, (item, _) = countersigned(cast)
    row = proposed(cast, dossier, item)
    elsewhere = {"holder": "CH-FOJ", "recall": row.recall, "dossier": str(dossier)[:-1] + "x", "own": False}
    told = {"kind": "recall", "reason": WHY, "answer_by": row.answer_by, "digest": "0" * 64, "state": "standing"}
    Recall.objects.create(**elsewhere, **told, since=cast.at)
    cast.do("chief", "approve_recall", dossier, recall=row.recall, digest=row.digest)
    cast.post()
    assert Outbox.objects.get(message__type="evidence.recalled").state == OutboxState.STOPPED
    assert "recalled" not in custody("CH-FOJ", item)


def test_a_recalled_item_is_locked_at_once_and_its_deletion_comes_back_signed(cast: World) -> None:
    dossier, (item, other) = countersigned(cast)
    recall = recalled(cast, dossier, item)
    assert custody("CH-FOJ", item)[-1] == "recalled"
    with pytest.raises(RefusedError, match="recalled it") as refused:
        item_content(cast.act("head"), item.reference, keys=cast.keys, vault=cast.vault)
    assert refused.value.next_step
    view = item_view(cast.actor("head"), item.reference, cast.at.date())
    assert view.recalled
    assert view.records == {}
    assert view.closed["print"][0]["code"] == "recalled"
    with pytest.raises(RefusedError, match="may not be released"):
        propose_release(cast.act("prosecutor"), dossier=dossier, items=[item.reference], audience="court", ground="x")
    assert item_view(cast.actor("head"), other.reference, cast.at.date()).records
    assert not Offer.objects.filter(digest=item.digest).exists()
    for who in ("clerk", "registrar"):
        (clock,) = [one for one in dossier_page(cast.actor(who), dossier).clocks if one.id.startswith("recall-")]
        assert (clock.side.value, clock.met_at) == ("requesting", "")
    assert "answer_recall" in {need.verb for need in needs_me(cast.actor("head"), cast.at.date())}

    cast.do("head", "answer_recall", dossier, recall=recall, items=[item.reference], outcome="complied", place="Berne")
    assert ours(item).state == "deleted"
    cast.post()
    assert custody("CH-FOJ", item) == custody("CO-FGN", item)
    assert custody("CO-FGN", item)[-2:] == ["recalled", "deleted"]
    (told,) = recalls_of(cast.actor("chief"), dossier)
    assert told.answered
    assert told.items[0].outcome == "complied"
    agree(cast, dossier)
    assert holds(item.digest)  # the provider's own copy, on the one node of this test


def test_the_content_of_a_deleted_item_goes_with_the_last_item_that_is_it(cast: World) -> None:
    dossier, (item, other) = countersigned(cast)
    recall = recalled(cast, dossier, item)
    Item.objects.filter(holder="CO-FGN", digest=item.digest).update(state="deleted")  # the provider is another node
    cast.do("head", "answer_recall", dossier, recall=recall, items=[item.reference], outcome="complied", place="Berne")
    assert not holds(item.digest)
    assert holds(other.digest)


def test_what_cannot_be_complied_with_says_why_and_accounts_for_what_was_given_on(cast: World, tmp_path: Path) -> None:
    dossier, (item, _) = countersigned(cast)
    release = propose_release(
        cast.act("prosecutor"), dossier=dossier, items=[item.reference], audience="court", ground="x"
    )
    approve_release(cast.act("head"), release.reference, digest=release.digest, keys=cast.keys)
    recall = recalled(cast, dossier, item)
    with pytest.raises(RefusedError, match="recalled it"):
        export_bundle(cast.act("prosecutor"), release.reference, tmp_path / "b", keys=cast.keys, vault=cast.vault)
    (view,) = recalls_of(cast.actor("head"), dossier, item.reference)
    assert view.items[0].onward == (f"court {release.reference}",)
    answer = {"recall": recall, "items": [item.reference], "outcome": "cannot-comply"}
    with pytest.raises(InvalidInputError, match="Say why"):
        cast.do("head", "answer_recall", dossier, **answer)
    with pytest.raises(InvalidInputError, match="say what was told"):
        cast.do("head", "answer_recall", dossier, **answer, reason={"fr": "Utilisé au procès."})
    told = {"reason": {"fr": "Utilisé au procès."}, "onward": {"fr": "Le tribunal est informé."}}
    cast.do("head", "answer_recall", dossier, **answer, **told)
    cast.post()
    (seen,) = recalls_of(cast.actor("chief"), dossier)
    assert (seen.items[0].outcome, seen.items[0].told) == ("cannot-comply", told)
    assert custody("CO-FGN", item)[-1] == "kept"
    with pytest.raises(RefusedError):
        item_content(cast.act("head"), item.reference, keys=cast.keys, vault=cast.vault)
    with pytest.raises(RefusedError, match="not waiting"):
        cast.do("head", "answer_recall", dossier, **answer, **told)
    agree(cast, dossier)


def test_no_answer_by_its_day_is_an_open_breach_on_both_sides(cast: World) -> None:
    dossier, (item, _) = countersigned(cast)
    recalled(cast, dossier, item)
    cast.later(days=12)
    for who in ("chief", "head"):
        (view,) = recalls_of(cast.actor(who), dossier)
        assert view.breached(cast.at.date())
    needs = {need.label for need in needs_me(cast.actor("chief"), cast.at.date())}
    assert "need.recall_breach" in needs


def test_a_recall_that_overtakes_what_it_recalls_locks_it_when_it_comes(cast: World) -> None:
    dossier = in_execution(cast)
    items = taken_in(cast, dossier)
    names = [item.reference for item in items]
    cast.do("chief", "check_results", dossier, items=names)
    cast.do("chief", "return_evidence", dossier, parts=["a"], items=names, cover_letter={"es": "Damos fe."})
    row = proposed(cast, dossier, items[0])
    cast.do("chief", "approve_recall", dossier, recall=row.recall, digest=row.digest)
    outbox = _envelopes(cast)
    assert len(outbox) > 1
    for envelope in reversed(outbox):
        cast.receive(envelope)
    cast.post()
    cast.post()
    assert custody("CH-FOJ", items[0])[-2:] == ["transferred", "recalled"]
    assert ours(items[0]).state == "awaited"
    assert Transfer.objects.get(holder="CH-FOJ", digest=items[0].digest).state == "broken"
    assert ours(items[1]).state == "received"
    cast.do("head", "countersign_evidence", dossier, items=[items[1].reference])
    cast.do("head", "answer_recall", dossier, recall=row.recall, items=[items[0].reference], outcome="complied")
    cast.post()
    agree(cast, dossier)


def _envelopes(world: World) -> list[bytes]:
    """What waits in the outbox, sealed as it would leave, in the order in which it was posted."""
    rows = Outbox.objects.filter(state=OutboxState.WAITING).select_related("message").order_by("message_id")
    return [
        seal_envelope(
            SignedMessage.read(bytes(row.message.content), Signature.from_json(row.message.signature)),
            opened_keys(row, world.keys),
            partner(row.recipient).sealing_key,
        )
        for row in rows
    ]


def test_a_narrowing_binds_at_once_never_less_and_both_verifiers_see_it(cast: World, tmp_path: Path) -> None:
    dossier, (item, _) = countersigned(cast)
    with pytest.raises(InvalidInputError, match="binds more"):
        proposed(cast, dossier, item, verb="propose_narrowing", handling="H0")
    more = [{"kind": "confidentiality", "text": "Not before trial.", "provision": "Art. 16", "until": None}]
    recall = recalled(cast, dossier, item, verb="propose_narrowing", handling="H2", conditions=more)
    assert (ours(item).handling, ours(item).conditions[-1]) == ("H2", more[0])
    assert custody("CH-FOJ", item)[-1] == "narrowed"
    with pytest.raises(RefusedError, match="H2"):
        propose_release(cast.act("prosecutor"), dossier=dossier, items=[item.reference], audience="court", ground="x")
    cast.do("head", "answer_recall", dossier, recall=recall, items=[item.reference], outcome="complied")
    cast.post()
    agree(cast, dossier)
    assert custody("CO-FGN", item) == custody("CH-FOJ", item)
    release = propose_release(
        cast.act("prosecutor"),
        dossier=dossier,
        items=[item.reference],
        audience="court",
        ground="x",
        permission="carta",
    )
    approve_release(cast.act("head"), release.reference, digest=release.digest, keys=cast.keys)
    export_bundle(cast.act("prosecutor"), release.reference, tmp_path / "b", keys=cast.keys, vault=cast.vault)
    report = verify_bundle(tmp_path / "b")
    assert report.holds, report.broken
    assert any("evidence.narrowed" in line.text for line in report.lines)


def test_what_is_made_from_an_item_carries_what_binds_it_and_falls_with_it(cast: World) -> None:
    dossier, (item, _) = countersigned(cast)
    recalled(cast, dossier, item, verb="propose_narrowing", handling="H2")
    elsewhere = Item.objects.filter(pk=ours(item).pk)
    record = {"on": "2026-11-02", "place": "Berne", "by": "Ministère public"}
    # The same authority answers another request with a translation of what it was given.
    other = Reference.parse("ES-J3:dossier:0192f3c4-0000-7000-8000-00000000000a")
    with transaction.atomic():
        admit(cast.act("head"), holder="CH-FOJ", dossier=other, relations={"CH-FOJ": ["requested"]})
    common: dict[str, Any] = {"dossier": other, "authority": "CH-FOJ", "keys": cast.keys, "vault": cast.vault}
    made = take_in(
        cast.act("head"),
        **common,
        file=io.BytesIO(b"traduction"),
        name="t.txt",
        title="Translation",
        seizure=record,
        sources=[item.reference],
    )
    assert made.handling == "H2"
    assert made.conditions == elsewhere.get().conditions
    recalled(cast, dossier, item)
    with pytest.raises(RefusedError, match="recalled it"):
        item_content(cast.act("head"), made.reference, keys=cast.keys, vault=cast.vault)
    with pytest.raises(RefusedError, match="recalled it"):
        take_in(
            cast.act("head"),
            **common,
            file=io.BytesIO(b"again"),
            name="t.txt",
            title="Extract",
            seizure=record,
            sources=[item.reference],
        )
