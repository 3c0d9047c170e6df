import contextlib
import json
import os
import random
from pathlib import Path

import pytest

from comity.evidence.bundle import BundleMessage, LeftOut, write_bundle
from comity.evidence.custody import EventType, sign_event
from comity.evidence.report import State
from comity.seals.canonical import encode
from comity.values.errors import MissingError

from .both import verify_bundle
from .specimen import KEYS, REQUEST_DIGEST, Specimen, key
from .tampering import altered, at, copied, edit, files, leaves, rebuild_bag, relist, sign_anew, with_altered


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    return Specimen().write(tmp_path_factory.mktemp("specimen") / "bundle")


@pytest.fixture
def bundle(whole, tmp_path):
    return copied(whole, tmp_path / "bundle")


def places(report):
    return [line.place for line in report.broken]


ALL_FILES = [
    "bag-info.txt",
    "bagit.txt",
    "comity.json",
    "manifest-sha256.txt",
    "signature.json",
    "tagmanifest-sha256.txt",
    "data/README.txt",
    "data/conditions.json",
    "data/items/0001.csv",
    "data/letters/0001.pdf",
    "data/records/0001.json",
    "data/records/0002.json",
    "data/custody/0001.json",
    "data/custody/0002.json",
    "data/messages/0001.json",
    "data/messages/0002.json",
    "data/keys/CH-FOJ.json",
    "data/keys/CO-F14.json",
    "data/keys/CO-FGN.json",
    "data/ledger/CH-FOJ.checkpoint.txt",
    "data/ledger/CH-FOJ.entries.json",
]


def test_the_list_of_files_below_is_the_bundle(whole):
    assert sorted(ALL_FILES) == files(whole)


@pytest.mark.parametrize("path", ALL_FILES)
def test_any_byte_changed_in_any_file_is_found_and_the_file_named(bundle, path):
    original = (bundle / path).read_bytes()
    chance = random.Random(path)
    spots = {0, len(original) - 1, *(chance.randrange(len(original)) for _ in range(5))}
    for spot in sorted(spots):
        changed = bytearray(original)
        changed[spot] ^= 1 << chance.randrange(8)
        (bundle / path).write_bytes(changed)
        report = verify_bundle(bundle)
        assert not report.holds, (path, spot)
        assert any(place.startswith(path) for place in places(report)), (path, spot, places(report))
        (bundle / path).write_bytes(original)
    assert verify_bundle(bundle).holds


def test_a_checkpoint_that_its_own_ledger_did_not_sign_is_not_called_cosigned(bundle):
    path = "data/ledger/CH-FOJ.checkpoint.txt"
    text = (bundle / path).read_text()
    (bundle / path).write_text(text.replace("— comity/ledger/", "— commty/ledger/", 1))
    report = verify_bundle(bundle)
    assert path in places(report)
    assert State.PROVED not in {line.state for line in report.lines if line.place == path}


@pytest.mark.parametrize("path", ALL_FILES)
def test_a_file_cut_lengthened_or_gone_is_found_and_named(bundle, path):
    original = (bundle / path).read_bytes()
    for changed in (original[:-1], original[: len(original) // 2], b"", original + b"\n"):
        (bundle / path).write_bytes(changed)
        assert any(place.startswith(path) for place in places(verify_bundle(bundle))), changed[:20]
    (bundle / path).unlink()
    assert any(place.startswith(path) for place in places(verify_bundle(bundle)))


@pytest.mark.parametrize("path", [path for path in ALL_FILES if path.startswith("data/") and "letters" not in path])
def test_nobody_without_the_key_can_make_the_bag_fit_a_changed_file(bundle, path):
    changed = bytearray((bundle / path).read_bytes())
    changed[len(changed) // 2] ^= 1
    (bundle / path).write_bytes(changed)
    relist(bundle)
    rebuild_bag(bundle)
    assert "signature.json" in places(verify_bundle(bundle))


@pytest.mark.parametrize("path", [path for path in ALL_FILES if path.startswith("data/") and path.endswith(".json")])
def test_even_who_signs_the_manifest_anew_can_change_no_field_of_what_others_signed(bundle, path):
    """Every kind of member and value of every JSON file, one at a time, by the authority that released the bundle."""
    original = json.loads((bundle / path).read_bytes())
    for place in each_kind(original):
        (bundle / path).write_bytes(encode(with_altered(original, place)))
        relist(bundle)
        sign_anew(bundle, KEYS["CH-FOJ"])
        rebuild_bag(bundle)
        report = verify_bundle(bundle)
        assert not report.holds, (path, place, altered(at(original, place)))


def each_kind(original):
    """One place of each kind, and some further ones: the events of one custody record have the same members."""
    places = list(leaves(original))
    kinds = {tuple(step for step in place if not isinstance(step, int)): place for place in places}
    further = random.Random(len(places)).sample(places, min(6, len(places)))
    return sorted({*kinds.values(), *further}, key=str)


OWN_WORD = {
    ("release", "at"),
    ("release", "ground"),
    ("left_out", "reason"),
    ("left_out", "salted"),
    ("letters", "kind"),
}
"""What the releasing authority says of its own: nobody else signed it, so signing anew changes it."""


def test_even_who_signs_the_manifest_anew_can_change_only_its_own_word(bundle):
    original = json.loads((bundle / "comity.json").read_bytes())
    for place in each_kind(original):
        if (place[0], place[-1]) in OWN_WORD or place[0] == "left_out":
            continue
        (bundle / "comity.json").write_bytes(encode(with_altered(original, place)))
        sign_anew(bundle, KEYS["CH-FOJ"])
        with contextlib.suppress(TypeError, KeyError):  # no bag follows from it: the verification says so
            rebuild_bag(bundle)
        assert not verify_bundle(bundle).holds, place


def test_the_releasing_authority_can_put_no_words_of_its_own_beside_the_evidence(bundle):
    (bundle / "data/README.txt").write_bytes(b"All of this is certified true by the court.")
    relist(bundle)
    sign_anew(bundle, KEYS["CH-FOJ"])
    rebuild_bag(bundle)
    assert places(verify_bundle(bundle)) == ["data/README.txt"]


def test_what_is_left_out_cannot_be_hidden_where_a_message_follows_it(bundle):
    edit(bundle / "comity.json", lambda value: value["left_out"].pop(0) and None)
    sign_anew(bundle, KEYS["CH-FOJ"])
    rebuild_bag(bundle)
    (line,) = verify_bundle(bundle).broken
    assert line.place == "data/messages/0001.json, follows"
    assert REQUEST_DIGEST in line.text


@pytest.mark.parametrize(
    ("member", "value"), [("salt", None), ("digest", None), ("digest", "0" * 64), ("reason", " "), ("kind", "nothing")]
)
def test_a_thing_left_out_opens_to_what_it_says(bundle, member, value):
    edit(bundle / "comity.json", lambda manifest: manifest["left_out"][0].update({member: value}))
    sign_anew(bundle, KEYS["CH-FOJ"])
    rebuild_bag(bundle)
    assert any(place.startswith("comity.json, left_out[0]") for place in places(verify_bundle(bundle)))


def test_the_contents_of_two_items_swapped_are_found(tmp_path):
    specimen = Specimen()
    items = [specimen.item("First", b"one;two\n"), specimen.item("Second", b"two;one\n")]
    folder = specimen.write(tmp_path / "b", items=items, messages=[], ledgers=[], left_out=[])
    assert verify_bundle(folder).holds
    one, two = folder / "data/items/0001.csv", folder / "data/items/0002.csv"
    first, second = one.read_bytes(), two.read_bytes()
    one.write_bytes(second)
    two.write_bytes(first)
    relist(folder)
    sign_anew(folder, KEYS["CH-FOJ"])
    rebuild_bag(folder)
    assert places(verify_bundle(folder)) == ["data/items/0001.csv", "data/items/0002.csv"]


@pytest.mark.parametrize("group", ["custody", "records"])
def test_custody_or_record_of_another_item_is_found(bundle, group):
    one, two = bundle / f"data/{group}/0001.json", bundle / f"data/{group}/0002.json"
    first, second = one.read_bytes(), two.read_bytes()
    one.write_bytes(second)
    two.write_bytes(first)
    relist(bundle)
    sign_anew(bundle, KEYS["CH-FOJ"])
    rebuild_bag(bundle)
    found = places(verify_bundle(bundle))
    assert any("0001" in place for place in found)
    assert any("0002" in place for place in found)


@pytest.mark.parametrize("number", range(7))
def test_a_custody_event_taken_out_is_found(bundle, number):
    edit(bundle / "data/custody/0001.json", lambda events: events.pop(number) and None)
    relist(bundle)
    sign_anew(bundle, KEYS["CH-FOJ"])
    rebuild_bag(bundle)
    assert any("data/custody/0001.json" in place for place in places(verify_bundle(bundle)))


def test_which_event_and_field_broke_is_named(bundle):
    edit(bundle / "data/custody/0002.json", lambda events: events[3]["event"].update({"place": "elsewhere"}))
    found = places(verify_bundle(bundle))
    assert "data/custody/0002.json, event 3" in found
    assert "data/custody/0002.json, event 4, previous" in found


def test_the_receiving_state_cannot_loosen_the_conditions(tmp_path):
    """It may sign its own countersignature and manifest, and drop the message: the sender's event still says it."""
    folder = Specimen().write(tmp_path / "b", messages=[])
    edit(folder / "data/conditions.json", lambda entries: entries[0].update({"conditions": []}))
    relist(folder)
    sign_anew(folder, KEYS["CH-FOJ"])
    rebuild_bag(folder)
    (line,) = verify_bundle(folder).broken
    assert line.place == "data/conditions.json, item 1, conditions"
    assert line.text.startswith("CO-FGN signed others (event 3)")


@pytest.mark.parametrize("member", ["title", "name", "media_type", "formalities", "records", "handling", "kind"])
def test_the_description_signed_at_intake_holds_also_where_no_message_was_released(tmp_path, member):
    folder = Specimen().write(tmp_path / "b", messages=[])
    edit(folder / "data/records/0001.json", lambda record: record.update({member: altered(record[member])}))
    relist(folder)
    sign_anew(folder, KEYS["CH-FOJ"])
    rebuild_bag(folder)
    assert places(verify_bundle(folder)) == ["data/records/0001.json"]


def test_one_state_cannot_countersign_itself(tmp_path):
    specimen = Specimen()
    item = specimen.item("Statements", b"x")
    chain = item.chain[:4]
    specimen.event(chain, EventType.RECEIVED, "CO-F14", item.description["reference"], digest=None)
    specimen.event(
        chain,
        EventType.COUNTERSIGNED,
        "CO-F14",
        item.description["reference"],
        covers=chain[3].event.digest,
        conditions=list(item.conditions),
        handling="H0",
    )
    object.__setattr__(item, "chain", chain)
    folder = specimen.write(tmp_path / "b", items=[item], messages=[], ledgers=[], left_out=[])
    assert any("One State countersigned itself." in line.text for line in verify_bundle(folder).broken)


def test_an_item_without_countersignature_is_said_to_have_one_state_only(tmp_path):
    specimen = Specimen()
    item = specimen.item("Statements", b"x")
    object.__setattr__(item, "chain", item.chain[:4])
    folder = specimen.write(tmp_path / "b", items=[item], messages=[], ledgers=[], left_out=[])
    report = verify_bundle(folder)
    assert any(line.state is State.ABSENT and "only one State" in line.text for line in report.lines)
    assert places(report) == ["data/custody/0001.json, released"]


def test_items_left_out_leave_a_bundle_that_verifies(tmp_path):
    """One item of two released: the message that lists both stays out, custody alone carries both States' word."""
    specimen = Specimen()
    items = [specimen.item("Released", b"yes"), specimen.item("Kept back", b"no")]
    returned = specimen.returned(items)
    counter = specimen.countersigned(items, returned.digest)
    left = [
        LeftOut("message", message.digest, specimen.chance.randbytes(16), "it names items that are not released")
        for message in (returned, counter)
    ]
    folder = specimen.write(
        tmp_path / "b", items=items[:1], messages=[], ledgers=[specimen.ledger(items[:1])], left_out=left
    )
    report = verify_bundle(folder, [KEYS["CH-FOJ"].public.fingerprint])
    assert report.broken == []
    held = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
    for secret in (items[1].description["digest"], items[1].description["reference"], returned.digest):
        assert secret.encode() not in held


def test_a_message_that_names_an_item_not_here_is_found(tmp_path):
    specimen = Specimen()
    items = [specimen.item("Here", b"yes"), specimen.item("Not here", b"no")]
    returned = specimen.returned(items, follows=())
    message = BundleMessage("evidence.returned", returned.content, returned.signature)
    folder = specimen.write(tmp_path / "b", items=items[:1], messages=[message], ledgers=[], left_out=[])
    assert places(verify_bundle(folder)) == ["data/messages/0001.json, body.custody[1]"]


def test_a_signed_message_whose_item_names_nothing_is_a_broken_line_and_no_crash(tmp_path):
    specimen = Specimen()
    items = [specimen.item("Here", b"yes")]
    body = {"items": [], "custody": [{"item": {}, "events": []}]}
    nameless = specimen.message("evidence.returned", "CO-FGN", "CH-FOJ", body, ())
    message = BundleMessage("evidence.returned", nameless.content, nameless.signature)
    folder = specimen.write(tmp_path / "b", items=items, messages=[message], ledgers=[], left_out=[])
    assert places(verify_bundle(folder)) == ["data/messages/0001.json, body.custody[0]"]


def test_a_transfer_that_names_its_letter_by_anything_but_a_text_names_none(tmp_path):
    specimen = Specimen()
    item = specimen.item("Here", b"yes")
    sent = item.chain[3].event
    object.__setattr__(sent, "facts", {**sent.facts, "letter": ["a list"]})
    sent.__dict__.pop("content", None)
    sent.__dict__.pop("digest", None)
    object.__setattr__(item, "chain", [*item.chain[:3], sign_event(sent, specimen.keys[sent.authority])])
    folder = specimen.write(tmp_path / "b", items=[item], messages=[], letters=[], ledgers=[], left_out=[])
    assert places(verify_bundle(folder)) == ["data/custody/0001.json, released"]


class TestTrust:
    def notes(self, report):
        return {line.place: line.state for line in report.lines if line.place.startswith("key")}

    def test_without_a_pin_it_says_plainly_whose_word_the_keys_are(self, bundle):
        report = verify_bundle(bundle)
        (line,) = [line for line in report.lines if line.place == "keys"]
        assert line.state is State.NOTE
        assert "the keys are only those the bundle itself carries" in line.text

    @pytest.mark.parametrize("code", sorted({"CH-FOJ", "CO-FGN"}))
    def test_one_pinned_key_reaches_the_others_by_what_it_signed(self, bundle, code):
        report = verify_bundle(bundle, [KEYS[code].public.fingerprint])
        assert report.holds
        assert set(self.notes(report).values()) == {State.PROVED}

    def test_a_key_that_vouches_for_nobody_reaches_nobody(self, bundle):
        report = verify_bundle(bundle, [KEYS["CO-F14"].public.fingerprint])
        assert report.holds
        assert self.notes(report) == {
            "key of CH-FOJ": State.ABSENT,
            "key of CO-F14": State.PROVED,
            "key of CO-FGN": State.ABSENT,
        }

    def test_a_fingerprint_may_be_written_as_people_read_it(self, bundle):
        fingerprint = KEYS["CH-FOJ"].public.fingerprint.upper()
        spaced = ":".join(fingerprint[n : n + 4] for n in range(0, 64, 4))
        assert verify_bundle(bundle, [spaced]).holds

    @pytest.mark.parametrize("pin", ["0" * 64, "not a fingerprint", ""])
    def test_a_pin_the_bundle_does_not_carry_is_broken(self, bundle, pin):
        report = verify_bundle(bundle, [KEYS["CH-FOJ"].public.fingerprint, pin])
        (line,) = report.broken
        assert line.place.startswith("--trust")

    def test_a_whole_bundle_forged_under_other_keys_holds_by_its_own_word_only(self, tmp_path):
        forged = Specimen(keys={code: key(f"forger {code}") for code in KEYS})
        write_bundle(tmp_path / "b", forged.content(), forged.keys["CH-FOJ"])
        assert verify_bundle(tmp_path / "b").holds
        for code in KEYS:
            assert not verify_bundle(tmp_path / "b", [KEYS[code].public.fingerprint]).holds

    def test_the_partners_key_cannot_be_replaced_under_a_true_countersignature(self, tmp_path):
        """The releasing State forges the sender's whole record under a key of its own making."""
        specimen = Specimen()
        content = specimen.content()
        keys = dict(content.keys) | {"CO-FGN": key("forger").public}
        object.__setattr__(content, "keys", keys)
        write_bundle(tmp_path / "b", content, specimen.keys["CH-FOJ"])
        found = places(verify_bundle(tmp_path / "b", [KEYS["CH-FOJ"].public.fingerprint]))
        assert any(place.endswith("facts.signers") for place in found)


class TestHostileFolders:
    def test_a_file_nobody_listed_is_found(self, bundle):
        (bundle / "data/items/0009.exe").write_bytes(b"MZ")
        assert places(verify_bundle(bundle)) == ["data/items/0009.exe"]

    def test_an_empty_folder_is_found(self, bundle):
        (bundle / "data/extra").mkdir()
        assert places(verify_bundle(bundle)) == ["data/extra/"]

    def test_a_link_is_not_followed(self, bundle, tmp_path):
        outside = tmp_path / "outside"
        (bundle / "data/items/0001.csv").rename(outside)
        (bundle / "data/items/0001.csv").symlink_to(outside)
        report = verify_bundle(bundle)
        assert "data/items/0001.csv" in places(report)
        assert any("neither a file nor a folder" in line.text for line in report.broken)

    def test_a_linked_folder_is_not_followed(self, bundle, tmp_path):
        (bundle / "data/custody").rename(tmp_path / "outside")
        (bundle / "data/custody").symlink_to(tmp_path / "outside")
        assert "data/custody" in places(verify_bundle(bundle))

    @pytest.mark.parametrize("name", ["data/items/0001.csv", "data/custody/0001.json", "bagit.txt", "comity.json"])
    def test_a_file_the_disk_does_not_give_is_a_broken_line(self, bundle, monkeypatch, name):
        real = Path.open

        def failing(path, *args, **kwargs):
            if path == bundle / name:
                raise OSError(5, "Input/output error")
            return real(path, *args, **kwargs)

        monkeypatch.setattr(Path, "open", failing)
        report = verify_bundle(bundle)
        assert name in places(report)
        assert any("cannot be read: Input/output error" in line.text for line in report.broken)

    def test_a_pipe_is_not_opened(self, bundle):
        os.mkfifo(bundle / "data/items/pipe")
        assert places(verify_bundle(bundle)) == ["data/items/pipe"]

    @pytest.mark.parametrize("path", ["../outside.txt", "/etc/passwd", "data/../../x", "data/items/.hidden", "x.txt"])
    def test_a_path_that_leads_elsewhere_is_refused(self, bundle, path):
        def add(value):
            value["files"][path] = {"sha256": "0" * 64, "size": 1}

        edit(bundle / "comity.json", add)
        report = verify_bundle(bundle)
        assert any("is not a path of a bundle" in line.text for line in report.broken)

    @pytest.mark.parametrize(
        "data",
        [
            b"",
            b"[]",
            b"null",
            b'{"format":"comity-bundle/2"}',
            b"[" * 100_000,
            b'{"format":1.5}',
            b'\xef\xbb\xbf{"format":"comity-bundle/1"}',
            b'{"format":"a","format":"b"}',
        ],
    )
    @pytest.mark.parametrize(
        "name", ["comity.json", "signature.json", "data/custody/0001.json", "data/conditions.json"]
    )
    def test_strange_json_is_a_broken_line_and_never_a_crash(self, bundle, name, data):
        (bundle / name).write_bytes(data)
        assert any(place.startswith(name) for place in places(verify_bundle(bundle)))

    @pytest.mark.parametrize("name", ["comity.json", "bagit.txt"])
    def test_what_lacks_one_of_the_two_marks_is_a_broken_bundle(self, bundle, name):
        (bundle / name).unlink()
        assert name in places(verify_bundle(bundle))

    def test_what_lacks_both_marks_is_no_bundle(self, bundle, tmp_path):
        (bundle / "comity.json").unlink()
        (bundle / "bagit.txt").unlink()
        for path in (bundle, tmp_path / "nothing", bundle / "bag-info.txt"):
            with pytest.raises(MissingError):
                verify_bundle(path)
