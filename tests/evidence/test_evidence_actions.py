import hashlib
import io
import json
from datetime import timedelta

import bagit
import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from comity.authorities.models import Authority
from comity.evidence import actions
from comity.evidence.actions.record import append_event
from comity.evidence.custody import EventType
from comity.evidence.models import Custody, Item, Offer, Release, Transfer
from comity.evidence.queries import chain_of, item_content, item_view, items_of, offered_range, release_of, releases_of
from comity.evidence.report import State
from comity.evidence.verification import case_file_of, verify_bundle
from comity.exchange.ticket import issue_ticket
from comity.safeguards.models import LedgerEntry, LedgerRead
from comity.safeguards.queries import broken_places
from comity.seals.canonical import encode
from comity.store.models import SealedBlob
from comity.values.actor import Role
from comity.values.errors import (
    BrokenError,
    ConflictError,
    InvalidInputError,
    MissingError,
    RefusedError,
    UnavailableError,
)
from comity.values.handling import UseCondition

from .specimen import CONDITION, DOSSIER, HOSTILE_NAME, key


def types(item):
    return [signed.event.type.value for signed in chain_of(item)]


class TestTakingIn:
    def test_bytes_come_in_with_hash_seizure_record_and_formalities(self, world):
        item = world.take_in(
            b"records", formalities={"seal": "kept"}, execution={"on": "2026-11-02"}, parts=["a"], place="Vault 1"
        )
        assert item.digest == hashlib.sha256(b"records").hexdigest()
        assert item.description["records"]["seizure"]["by"] == "Fiscal 14"
        assert item.description["formalities"] == {"seal": "kept"}
        assert types(item) == ["seized", "taken-in", "sealed"]
        assert {signed.event.authority for signed in chain_of(item)} == {"CO-F14"}
        assert LedgerEntry.objects.filter(authority="CO-F14", subject=item.reference).count() == 3
        assert not list(broken_places("CO-F14"))

    def test_a_thing_comes_in_by_description_and_testimony_by_its_record(self, world):
        thing = world.take_in(kind="thing", title="A telephone")
        assert (thing.kind, thing.digest) == ("physical", "")
        assert types(thing) == ["seized", "taken-in"]
        record = world.take_in(b"PDF", kind="record", title="Hearing of a witness")
        assert record.kind == "testimony"
        moved = actions.move_item(world.act("CO-F14"), thing.reference, to="Room 5", keys=world.keys)
        assert types(moved)[-1] == "moved"

    def test_a_hostile_name_is_kept_as_text_and_touches_no_path(self, world, tmp_path):
        before = sorted(tmp_path.rglob("*"))
        item = world.take_in(b"x", name=HOSTILE_NAME + "\udcff")
        assert item.description["name"] == HOSTILE_NAME.replace("\x00", "\ufffd") + "?"
        new = [path.name for path in sorted(tmp_path.rglob("*")) if path not in before and path.is_file()]
        assert new == [SealedBlob.objects.get(digest=item.digest).name]
        offered = world.offer([item])
        assert offered.attachments[0].name == "item-0001.csv"

    @pytest.mark.parametrize("member", ["on", "place", "by"])
    def test_a_seizure_record_says_when_where_and_by_whom(self, world, member):
        seizure = {"on": "2026-11-02", "place": "Bogotá", "by": "Fiscal 14"} | {member: " "}
        with pytest.raises(InvalidInputError) as raised:
            world.take_in(seizure=seizure)
        assert raised.value.place == f"seizure.{member}"
        assert not SealedBlob.objects.exists()

    @pytest.mark.parametrize(
        ("more", "code"),
        [
            ({"media_type": "x" * 121}, "evidence:media-type"),
            ({"media_type": "text/\x00"}, "evidence:media-type"),
            ({"handling": "x"}, "evidence:handling"),
        ],
    )
    def test_a_media_type_or_handling_code_that_is_none_is_refused_with_its_place(self, world, more, code):
        with pytest.raises(InvalidInputError) as raised:
            world.take_in(**more)
        assert (raised.value.code, raised.value.place) == (code, next(iter(more)))
        assert list(world.sending.names()) == []

    @pytest.mark.parametrize("more", [{"title": "a\x00b"}, {"formalities": {"oath": ["\x00"]}}])
    def test_a_text_that_not_every_database_can_keep_is_refused(self, world, more):
        with pytest.raises(InvalidInputError, match=r"U\+0000"):
            world.take_in(**more)

    def test_who_may_not_take_in_is_refused_before_a_byte_is_read(self, world):
        source = io.BytesIO(b"bytes")
        with pytest.raises(RefusedError):
            world.take_in(act=world.act("CO-F14", Role.DRAFTER), file=source)
        with pytest.raises(MissingError):
            world.take_in(act=world.act("CH-FOJ"), file=source)
        assert source.tell() == 0
        assert not Item.objects.exists()

    def test_a_file_too_large_is_refused_with_both_figures_and_leaves_nothing(self, world):
        world.sending._free_space = lambda _: 100
        with pytest.raises(UnavailableError, match="needs 1016 bytes and the disk has 100 "):
            world.take_in(bytes(1000))
        assert not Item.objects.exists()
        assert list(world.sending.names()) == []

    def test_an_intake_that_fails_at_the_end_leaves_no_sealed_file(self, world, monkeypatch):
        def fail(*args, **kwargs):
            raise ConflictError("somebody else was faster")

        monkeypatch.setattr("comity.evidence.actions.intake.append_event", fail)
        with pytest.raises(ConflictError):
            world.take_in(b"records")
        assert not SealedBlob.objects.exists()
        assert list(world.sending.names()) == []

    def test_the_same_content_twice_is_two_items_and_one_sealed_file(self, world):
        first, second = world.take_in(b"same"), world.take_in(b"same")
        assert first.reference != second.reference
        assert SealedBlob.objects.count() == 1
        assert len(list(world.sending.names())) == 1


class TestTwoHands:
    def test_an_event_written_on_an_item_that_changed_meanwhile_is_refused_and_not_stored(self, world):
        item = world.take_in()
        stale = Item.objects.get(pk=item.pk)
        actions.check_item(world.act("CO-FGN"), item.reference, keys=world.keys)
        with pytest.raises(ConflictError), transaction.atomic():
            append_event(world.act("CO-FGN"), stale, EventType.CHECKED, keys=world.keys)
        assert types(item).count("checked") == 1

    def test_custody_is_written_only_in_the_transaction_of_an_act(self, world, monkeypatch):
        item = world.take_in()
        with monkeypatch.context() as patch, pytest.raises(RefusedError, match="only in the transaction"):
            patch.setattr(transaction.get_connection(), "in_atomic_block", False)
            append_event(world.act("CO-FGN"), item, EventType.CHECKED, keys=world.keys)


class TestWalls:
    def test_what_another_authority_holds_is_not_there(self, world):
        item = world.take_in()
        for read in (item_view, lambda actor, _reference, _on: items_of(actor, DOSSIER)[0]):
            with pytest.raises((MissingError, IndexError)):
                read(world.act("CH-FOJ").actor, item.reference, world.at.date())
        with pytest.raises(MissingError):
            actions.check_item(world.act("CH-OAG"), item.reference, keys=world.keys)

    def test_each_side_finds_its_own_copy_of_an_item_under_the_one_reference(self, world):
        (item,) = world.returned(b"records")
        assert item_view(world.act("CH-OAG").actor, item.reference, world.at.date()).state == "countersigned"
        assert item_view(world.act("CO-F14").actor, item.reference, world.at.date()).state == "offered"

    def test_a_read_of_content_is_in_the_ledger_before_a_byte_is_given(self, world):
        item = world.take_in(b"content")
        act = world.act("CO-FGN")
        view, chunks = item_content(act, item.reference, keys=world.keys, vault=world.sending)
        assert LedgerRead.objects.get().subject == item.reference
        assert b"".join(chunks) == b"content"
        assert view.size == 7

    def test_the_hand_that_took_in_stays_on_record_and_out_of_exports(self, world):
        item = world.take_in()
        row = Custody.objects.filter(item=item).first()
        assert row.officer == "Ana@CO-F14"
        assert b"Ana@CO-F14" not in bytes(row.content)


class TestReturning:
    def test_only_what_was_checked_is_offered(self, world):
        item = world.take_in()
        with pytest.raises(RefusedError, match="cannot be 'transferred' after 'sealed'"):
            actions.offer_items(
                world.act("CO-FGN"), [item.reference], recipient="CH-FOJ", conditions=(), keys=world.keys
            )

    def test_conditions_and_keys_are_bound_to_each_item_by_signature(self, world):
        item = world.take_in()
        offered = world.offer([item])
        facts = offered.custody[0]["events"][-1]["event"]["facts"]
        assert facts["conditions"] == [CONDITION.to_json()]
        assert set(facts["signers"]) == {"CO-F14", "CO-FGN", "CH-FOJ"}
        assert Offer.objects.get().recipient == "CH-FOJ"
        assert set(offered.content_keys) == {item.digest}

    def test_the_other_side_gets_items_and_transfers_and_nothing_is_fetched_yet(self, world):
        item = world.take_in()
        world.send(world.offer([item]))
        received = world.received(item)
        assert (received.state, received.own) == ("awaited", False)
        assert received.conditions == [CONDITION.to_json()]
        assert Transfer.objects.filter(state="waiting").count() == 2

    def test_two_items_of_one_content_travel_once(self, world):
        items = [world.take_in(b"same"), world.take_in(b"same")]
        offered = world.offer(items)
        assert len(offered.attachments) == 1
        world.send(offered)
        world.fetch()
        assert {world.received(item).state for item in items} == {"received"}

    @pytest.mark.parametrize(
        ("change", "error"),
        [
            (lambda e: e["events"].pop(1), BrokenError),
            (lambda e: e["events"].pop(2), BrokenError),
            (lambda e: e["events"][0].update(signature=e["events"][1]["signature"]), BrokenError),
            (lambda e: e["events"].pop(), BrokenError),
            (lambda e: e["events"][0]["event"].update(place="elsewhere"), BrokenError),
            (lambda e: e["item"].update(title="Another"), BrokenError),
            (lambda e: e.update(conditions=[]), BrokenError),
            (lambda e: e.update(handling="H3"), BrokenError),
            (lambda e: e.update(handling="H9"), InvalidInputError),
            (lambda e: e["item"]["records"].update({"note\x00": "x"}), InvalidInputError),
            (lambda e: e["item"].update(name="x\x00y"), InvalidInputError),
            (lambda e: e.update(conditions=[{"kind": "specialty"}]), InvalidInputError),
            (lambda e: e["keys"].pop("CO-F14"), BrokenError),
            (lambda e: e["keys"].update({"CO-F14": e["keys"]["CO-FGN"]}), BrokenError),
            (lambda e: e["item"].update(digest="0" * 64), InvalidInputError),
            (lambda e: e["item"].update(kind="rumour"), InvalidInputError),
            (
                lambda e: e["item"].update(reference="GB-UKCA:item:0192f3c4-0000-7000-8000-000000000001"),
                InvalidInputError,
            ),
            (lambda e: e.update(more=1), InvalidInputError),
            (lambda e: e.pop("events"), InvalidInputError),
        ],
    )
    def test_a_custody_record_that_does_not_hold_refuses_the_whole_message(self, world, change, error):
        offered = world.offer([world.take_in()])
        change(offered.custody[0])
        with pytest.raises(error):
            world.send(offered)
        assert not Item.objects.filter(holder="CH-FOJ").exists()
        assert not Transfer.objects.exists()

    def test_a_handling_code_is_never_lowered_on_the_way(self, world):
        item = world.take_in(handling="H2")
        Item.objects.filter(pk=item.pk).update(handling="H0")
        offered = world.offer([item])
        with pytest.raises(BrokenError, match="below the item's own"):
            world.send(offered)

    def test_a_key_our_directory_knows_otherwise_is_refused(self, world):
        offered = world.offer([world.take_in()])
        Authority.objects.filter(code="CO-F14").update(verifying_key=key("another").public.to_json())
        with pytest.raises(BrokenError, match="Our directory names another key of CO-F14"):
            world.send(offered)

    def test_events_signed_by_a_key_the_sender_does_not_vouch_for_are_refused(self, world):
        """Content and order are true, the signatures hold for the key that came along: it is just not CO-F14's."""
        offered = world.offer([world.take_in()])
        Authority.objects.filter(code="CO-F14").delete()
        forger = key("forger")
        offered.custody[0]["keys"]["CO-F14"] = forger.public.to_json()
        for event in offered.custody[0]["events"][:3]:
            event["signature"] = forger.sign("custody", encode(event["event"])).to_json()
        with pytest.raises(BrokenError, match="does not vouch for the key of CO-F14"):
            world.send(offered)

    def test_an_authority_our_directory_does_not_know_counts_as_the_sender_vouches_for_it(self, world):
        item = world.take_in()
        offered = world.offer([item])
        Authority.objects.filter(code="CO-F14").delete()
        world.send(offered)
        world.fetch()
        world.countersign(item.reference)
        signers = chain_of(world.received(item))[-1].event.facts["signers"]
        assert signers["CO-F14"] == key("CO-F14").public.fingerprint

    def test_an_item_comes_only_once(self, world):
        offered = world.offer([world.take_in()])
        world.send(offered)
        with pytest.raises(ConflictError):
            world.send(offered, letters=[])

    def test_a_ticket_opens_what_was_offered_to_its_sender_and_nothing_else(self, world):
        item, other = world.take_in(b"offered"), world.take_in(b"not offered")
        world.offer([item])

        def ask(digest, sender, recipient="CO-FGN"):
            ticket = issue_ticket(
                world.keys.signer(sender),
                digest=digest,
                sender=sender,
                recipient=recipient,
                at=world.at,
                chance=world.chance,
            )
            return offered_range(digest, 0, 10, ticket=ticket, vault=world.sending, at=world.at)

        data, size = ask(item.digest, "CH-FOJ")
        assert (len(data), size) == (10, 7 + 16)
        for digest, sender, recipient in (
            (other.digest, "CH-FOJ", "CO-FGN"),
            (item.digest, "CH-OAG", "CO-FGN"),
            (item.digest, "CH-FOJ", "CO-F14"),
            ("0" * 64, "CH-FOJ", "CO-FGN"),
        ):
            with pytest.raises(MissingError):
                ask(digest, sender, recipient)


class TestCountersigning:
    def test_both_sides_hold_the_same_chain_with_both_states_signatures(self, world):
        item = world.take_in()
        world.send(world.offer([item]))
        world.fetch()
        signed = world.countersign(item.reference)
        with transaction.atomic():
            actions.receive_countersignature(world.job("CO-FGN"), signed)
        item.refresh_from_db()
        ours, theirs = chain_of(item), chain_of(world.received(item))
        assert [one.event.digest for one in ours] == [one.event.digest for one in theirs]
        assert [one.event.authority[:2] for one in ours] == ["CO"] * 5 + ["CH"] * 2
        assert theirs[-1].event.facts["covers"] == theirs[4].event.digest
        assert item.state == world.received(item).state == "countersigned"

    def test_what_has_not_arrived_is_not_countersigned(self, world):
        item = world.take_in()
        world.send(world.offer([item]))
        with pytest.raises(RefusedError, match="cannot be 'countersigned' after 'transferred'"):
            actions.countersign(world.act("CH-FOJ"), item.reference, keys=world.keys)

    def test_a_thing_is_received_by_hand_and_then_countersigned(self, world):
        thing = world.take_in(kind="thing")
        world.send(world.offer([thing]), letters=[])
        with pytest.raises(RefusedError):
            actions.countersign(world.act("CH-FOJ"), thing.reference, keys=world.keys)
        actions.record_arrival(world.act("CH-FOJ"), thing.reference, place="Bern", keys=world.keys)
        world.countersign(thing.reference)
        assert world.received(thing).state == "countersigned"

    @pytest.mark.parametrize(
        "change",
        [
            lambda events: events.pop(0),
            lambda events: events.pop(),
            lambda events: events.clear(),
            lambda events: events[-1]["event"].update(hand="somebody"),
            lambda events: events[-1]["event"]["facts"].update(covers="0" * 64),
        ],
    )
    def test_a_countersignature_that_does_not_cover_our_transfer_is_refused(self, world, change):
        item = world.take_in()
        world.send(world.offer([item]))
        world.fetch()
        body = dict(world.countersign(item.reference).message.body)
        change(body["items"][0]["countersignature"]["events"])
        signed = world.message("evidence.countersigned", "CH-FOJ", "CO-FGN", body)
        with pytest.raises((BrokenError, InvalidInputError)), transaction.atomic():
            actions.receive_countersignature(world.job("CO-FGN"), signed)
        item.refresh_from_db()
        assert (item.state, len(chain_of(item))) == ("offered", 5)

    def test_a_countersignature_signed_over_another_event_than_our_transfer_is_refused(self, world):
        item = world.take_in()
        world.send(world.offer([item]))
        world.fetch()
        body = dict(world.countersign(item.reference).message.body)
        last = body["items"][0]["countersignature"]["events"][-1]
        last["event"]["facts"]["covers"] = chain_of(item)[3].event.digest
        last["signature"] = key("CH-FOJ").sign("custody", encode(last["event"])).to_json()
        signed = world.message("evidence.countersigned", "CH-FOJ", "CO-FGN", body)
        with pytest.raises(BrokenError, match="covers another event"), transaction.atomic():
            actions.receive_countersignature(world.job("CO-FGN"), signed)

    def test_content_at_rest_can_be_read_back_and_verified(self, world):
        (item,) = world.returned(b"content")
        actions.verify_item(world.act("CH-FOJ"), item.reference, keys=world.keys, vault=world.receiving)
        assert types(item)[-1] == "verified"
        name = SealedBlob.objects.get(digest=item.digest).name
        path = world.receiving._path(name)
        path.write_bytes(bytes([path.read_bytes()[0] ^ 1]) + path.read_bytes()[1:])
        with pytest.raises(BrokenError):
            actions.verify_item(world.act("CH-FOJ"), item.reference, keys=world.keys, vault=world.receiving)
        assert types(item).count("verified") == 1


class TestReleasing:
    def propose(self, world, items, **more):
        details = {"dossier": DOSSIER, "audience": "court", "ground": "Art. 15 CH-CO"} | more
        act = details.pop("act", None) or world.act("CH-OAG", name="Eva")
        return actions.propose_release(act, items=[item.reference for item in items], **details)

    def approve(self, world, release, **more):
        act = more.pop("act", None) or world.act("CH-OAG", name="Frank")
        return actions.approve_release(
            act, release.reference, digest=more.get("digest", release.digest), keys=world.keys
        )

    def export(self, world, release, folder, **more):
        act = world.act("CH-OAG", name="Eva")
        return actions.export_bundle(act, release.reference, folder, keys=world.keys, vault=world.receiving, **more)

    def test_the_whole_way_ends_in_a_bundle_that_verifies_offline(self, world, tmp_path):
        items = world.returned(b"records of two accounts", b"hearing record")
        release = self.approve(world, self.propose(world, items))
        folder = self.export(world, release, tmp_path / "bundle")
        bagit.Bag(str(folder)).validate()
        report = verify_bundle(folder, [world.keys.signer("CH-FOJ").public.fingerprint])
        assert report.broken == []
        text = "\n".join(line.text for line in report.lines)
        assert text.count("Both States signed") == 2
        assert "evidence.returned, signed by CO-FGN for CH-FOJ." in text
        assert "vouches for what it sent" in text
        assert "The ledger of CH-FOJ" in text
        assert not [line for line in report.lines if line.place.startswith("key of") and line.state is State.ABSENT]
        assert Release.objects.get().state == "exported"
        assert not (folder / "data/case.jsonld").exists()
        told = self.export(world, release, tmp_path / "told", with_case=True)
        assert verify_bundle(told).broken == []
        assert (told / "data/case.jsonld").read_bytes() == case_file_of(folder)[0]

    def test_an_item_not_selected_stays_out_and_the_rest_verifies(self, world, tmp_path):
        kept, given = world.returned(b"kept back", b"released")
        world.message("request.transmitted", "CH-FOJ", "CO-FGN", {"secret": "of the request"})
        release = self.approve(world, self.propose(world, [given]))
        folder = self.export(world, release, tmp_path / "bundle")
        report = verify_bundle(folder)
        assert report.broken == []
        notes = [line.text for line in report.lines if line.text.startswith("Left out")]
        assert len(notes) == 4
        assert "Left out: item, because not selected for this release." in notes
        held = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
        for secret in (kept.digest, kept.reference, kept.title, "kept back", "Ana@CO-F14"):
            assert secret.encode() not in held

    @pytest.mark.parametrize("with_letters", [False, True])
    def test_a_cover_letter_that_names_other_items_goes_along_only_if_released(self, world, tmp_path, with_letters):
        _, given = world.returned(b"kept back", b"released")
        release = self.approve(world, self.propose(world, [given], with_letters=with_letters))
        folder = self.export(world, release, tmp_path / "bundle")
        report = verify_bundle(folder)
        assert report.broken == []
        assert (folder / "data/letters/0001.pdf").exists() == with_letters
        said = "Left out: letter, because it names items that are not released."
        assert any(line.text == said for line in report.lines) != with_letters

    def test_an_item_under_its_own_cover_letter_is_released_with_it(self, world, tmp_path):
        items = [world.take_in(b"kept back"), world.take_in(b"released")]
        letters = [world.letter(f"a letter for item {n}".encode()) for n in range(2)]
        named = {item.reference: attached.digest for item, (attached, _) in zip(items, letters, strict=True)}
        world.send(world.offer(items, letter=named), letters=letters)
        world.fetch()
        world.countersign(*(item.reference for item in items))
        release = self.approve(world, self.propose(world, items[1:]))
        folder = self.export(world, release, tmp_path / "bundle")
        assert verify_bundle(folder).broken == []
        assert [path.read_bytes() for path in (folder / "data/letters").iterdir()] == [b"a letter for item 1"]

    def test_a_predecessor_that_never_came_is_stated_so_that_the_chain_is_whole(self, world, tmp_path):
        item = world.take_in()
        world.send(world.offer([item]), follows=("ab" * 32,))
        world.fetch()
        world.countersign(item.reference)
        folder = self.export(world, self.approve(world, self.propose(world, [item])), tmp_path / "bundle")
        report = verify_bundle(folder)
        assert report.broken == []
        assert any("abababababababab…, because it never reached" in line.text for line in report.lines)

    def test_a_second_export_says_the_same_of_what_is_left_out(self, world, tmp_path):
        _, given = world.returned(b"kept back", b"released")
        release = self.approve(world, self.propose(world, [given]))
        left = [
            json.loads((self.export(world, release, tmp_path / name) / "comity.json").read_bytes())["left_out"]
            for name in ("one", "two")
        ]
        assert left[0] == left[1]

    def test_two_people_release_and_the_second_is_not_the_first(self, world):
        items = world.returned(b"records")
        release = self.propose(world, items)
        with pytest.raises(RefusedError, match="another person"):
            self.approve(world, release, act=world.act("CH-OAG", name="Eva"))
        with pytest.raises(RefusedError, match="one-time code"):
            self.approve(world, release, act=world.act("CH-OAG", name="Frank", stepped_up=False))
        with pytest.raises(MissingError):
            self.approve(world, release, act=world.act("CO-FGN", name="Carlos"))
        assert types(items[0])[-1] == "countersigned"
        assert self.approve(world, release).state == "approved"
        assert types(items[0])[-1] == "released"

    def test_an_approval_binds_exactly_what_was_proposed(self, world):
        items = world.returned(b"records")
        release = self.propose(world, items)
        with pytest.raises(ConflictError):
            self.approve(world, release, digest="0" * 64)
        Item.objects.filter(pk=items[0].pk).update(conditions=[])
        with pytest.raises(ConflictError):
            self.approve(world, release)
        Item.objects.filter(pk=items[0].pk).update(conditions=[CONDITION.to_json()])
        for change in ({"audience": "defence"}, {"with_letters": True}, {"ground": "another"}):
            fresh = self.propose(world, items)
            Release.objects.filter(reference=fresh.reference).update(**change)
            with pytest.raises(ConflictError):
                self.approve(world, fresh)

    def test_nothing_is_exported_before_approval_or_after_refusal(self, world, tmp_path):
        items = world.returned(b"records")
        release = self.propose(world, items)
        with pytest.raises(RefusedError, match="once it was approved"):
            self.export(world, release, tmp_path / "b")
        act = world.act("CH-OAG", name="Frank")
        actions.refuse_release(act, release.reference, digest=release.digest, reason="not relevant")
        with pytest.raises(RefusedError, match="once it was approved"):
            self.export(world, release, tmp_path / "b")
        with pytest.raises(RefusedError, match="decided already"):
            self.approve(world, release)
        assert releases_of(world.act("CO-FGN").actor, DOSSIER) == []

    def test_a_release_is_read_by_those_who_release_and_by_the_auditor(self, world):
        release = self.propose(world, world.returned(b"records"))
        for role in Role:
            actor = world.act("CH-OAG", role, name="Gina").actor
            may = role in {Role.DRAFTER, Role.SIGNATORY, Role.CUSTODIAN, Role.AUDITOR}
            assert [row.reference for row in releases_of(actor, DOSSIER)] == ([release.reference] if may else [])
            if may:
                assert release_of(actor, release.reference).reference == release.reference
            else:
                with pytest.raises(RefusedError):
                    release_of(actor, release.reference)
        with pytest.raises(MissingError):
            release_of(world.act("CO-FGN").actor, release.reference)

    def test_what_was_not_countersigned_is_not_released(self, world):
        item = world.take_in()
        world.send(world.offer([item]))
        world.fetch()
        with pytest.raises(RefusedError, match="countersigned"):
            self.propose(world, [item])

    @pytest.mark.parametrize(
        ("condition", "handling", "permission", "free"),
        [
            (CONDITION, "H0", "", True),
            (CONDITION, "H1", "", False),
            (CONDITION, "H1", "letter of 3 November", True),
            (UseCondition("confidentiality", "Not before trial.", "Art. 18(20) UNTOC"), "H0", "", False),
            (UseCondition("confidentiality", "Not before trial.", "Art. 18(20) UNTOC"), "H0", "their letter", True),
        ],
    )
    def test_handling_code_and_confidentiality_stand_against_a_release(
        self, world, condition, handling, permission, free
    ):
        item = world.take_in(handling=handling)
        world.send(world.offer([item], conditions=(condition,)))
        world.fetch()
        world.countersign(item.reference)
        if free:
            assert self.propose(world, [item], permission=permission).state == "proposed"
            return
        with pytest.raises(RefusedError) as raised:
            self.propose(world, [item], permission=permission)
        assert raised.value.code == "release:hindered"

    def test_a_use_that_has_ended_since_stands_against_approval_and_export(self, world, tmp_path):
        item = world.take_in()
        until = UseCondition("expiry", "To be used this week.", "Art. 15 CH-CO", (world.at + timedelta(days=7)).date())
        world.send(world.offer([item], conditions=(until,)))
        world.fetch()
        world.countersign(item.reference)
        proposed, approved = (self.propose(world, [item]) for _ in range(2))
        approved = self.approve(world, approved)
        world.at += timedelta(days=8)
        with pytest.raises(RefusedError) as raised:
            self.approve(world, proposed)
        assert raised.value.code == "release:hindered"
        with pytest.raises(RefusedError) as raised:
            self.export(world, approved, tmp_path / "b")
        assert raised.value.code == "release:hindered"
        assert not (tmp_path / "b").exists()

    def test_what_the_provider_permitted_is_still_permitted_at_approval_and_export(self, world, tmp_path):
        item = world.take_in(handling="H1")
        world.send(world.offer([item]))
        world.fetch()
        world.countersign(item.reference)
        release = self.approve(world, self.propose(world, [item], permission="letter of 3 November"))
        assert self.export(world, release, tmp_path / "b").is_dir()

    @pytest.mark.parametrize("change", [{"conditions": []}, {"handling": "H3"}, {"digest": "0" * 64}])
    def test_an_item_that_changed_since_the_approval_is_not_exported(self, world, tmp_path, change):
        items = world.returned(b"records")
        release = self.approve(world, self.propose(world, items))
        Item.objects.filter(pk=items[0].pk).update(**change)
        with pytest.raises(ConflictError) as raised:
            self.export(world, release, tmp_path / "b")
        assert raised.value.code == "release:digest"

    @pytest.mark.parametrize("change", [{"ground": " "}, {"audience": "press"}, {"items": []}])
    def test_a_proposal_says_what_for_whom_and_why(self, world, change):
        items = world.returned(b"records")
        if "items" in change:
            items, change = [], {}
        with pytest.raises(InvalidInputError):
            self.propose(world, items, **change)


def test_every_custody_event_is_ledgered_by_the_authority_that_signed_it(world):
    item = world.take_in()
    world.send(world.offer([item]))
    world.fetch()
    world.countersign(item.reference)
    for signed in chain_of(world.received(item)):
        event = signed.event
        entries = LedgerEntry.objects.filter(
            authority=event.authority, subject=item.reference, event=f"evidence:custody:{event.type.value}"
        )
        assert any(event.digest.encode() in bytes(entry.entry) for entry in entries), event.type
    assert EventType.COUNTERSIGNED.value in types(world.received(item))


def test_a_dossier_s_items_are_read_together_however_many_they_are(world, django_assert_num_queries):
    first = world.returned(b"one")[0]
    reader = world.act("CH-FOJ").actor
    with CaptureQueriesContext(connection) as asked:
        assert len(items_of(reader, first.dossier)) == 1
    world.returned(b"two", b"three", b"four")
    with django_assert_num_queries(len(asked)):
        assert len(items_of(reader, first.dossier)) == 4
