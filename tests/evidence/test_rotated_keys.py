"""Evidence outlives the keys that signed it: a bundle made after a change of keys verifies, and says how they are linked."""

from dataclasses import replace
from datetime import timedelta

import pytest

from comity.authorities.keyring import AuthorityKeys
from comity.authorities.succession import Statement, sign_succession
from comity.evidence import actions
from comity.evidence.bundle import write_bundle
from comity.evidence.report import State
from comity.exchange.actions import rotate
from comity.seals.keys import OpeningKey, SigningKey
from comity.values.actor import job
from tests.conftest import MOMENT

from .both import verify_bundle
from .specimen import DOSSIER, KEYS, Specimen
from .tampering import edit, rebuild_bag, relist, sign_anew


def turn(world, code, **how):
    """The authority goes on with other keys, as its operator's command does it."""
    held = world.keys.of(code)
    new = AuthorityKeys(SigningKey.generate(), OpeningKey.generate(), b"", b"", (held.opening,), held.signing)
    world.keys = world.keys.with_authority(code, new)
    rotate(world.act("CH-FOJ").by(job("operator", code)), code, keys=world.keys, **how)
    world.keys = world.keys.with_authority(code, replace(new, retiring=None))
    return held.signing.public.fingerprint, new.signing.public.fingerprint


def exported(world, folder):
    item = next(iter(world.items))
    act = world.act("CH-OAG", name="Eva")
    release = actions.propose_release(
        act, items=[item.reference], dossier=DOSSIER, audience="court", ground="Art. 15 CH-CO"
    )
    actions.approve_release(
        world.act("CH-OAG", name="Frank"), release.reference, digest=release.digest, keys=world.keys
    )
    actions.export_bundle(
        world.act("CH-OAG", name="Eva"), release.reference, folder, keys=world.keys, vault=world.receiving
    )
    return folder


def test_a_bundle_made_after_its_signers_changed_their_keys_verifies_under_the_old_and_the_new(world, tmp_path):
    item = world.take_in(b"bank records")
    turn(world, "CO-F14")
    world.send(world.offer([item]))
    turn(world, "CO-FGN")
    assert world.fetch() == 2
    world.countersign(item.reference)
    old, new = turn(world, "CH-FOJ")
    turn(world, "CH-OAG")
    world.items = [item]
    folder = exported(world, tmp_path / "bundle")
    for pin in (old, new):
        report = verify_bundle(folder, [pin])
        assert report.broken == []
        states = {line.place: line.state for line in report.lines if line.place.startswith("key of ")}
        assert len(states) > 6
        assert set(states.values()) == {State.PROVED}


def test_a_record_sent_on_after_its_signer_changed_keys_twice_is_taken_in(world):
    item = world.take_in(b"bank records")
    turn(world, "CO-F14")
    turn(world, "CO-F14")
    world.send(world.offer([item]))
    assert world.fetch() == 2
    world.countersign(item.reference)
    assert world.received(item).state == "countersigned"


@pytest.fixture
def turned(tmp_path):
    """A usual bundle, in which CH-FOJ released under a key that succeeded the one it countersigned with."""

    def make(*, by=None, revoked=None, state=True):
        specimen, new = Specimen(), SigningKey.from_seeds(b"n" * 32, b"m" * 32)
        old = specimen.keys["CH-FOJ"]
        content = specimen.content()
        statement = Statement(
            code="CH-FOJ", old=old.public.fingerprint, to=new.public, at=MOMENT, revoked_since=revoked
        )
        stated = sign_succession(statement, new=new, old=by or old)
        keys = {**content.keys, "CH-FOJ": new.public, f"CH-FOJ/{old.key_id}": old.public}
        object.__setattr__(content, "keys", keys)
        object.__setattr__(content, "successions", {new.public.fingerprint: stated.to_json()} if state else {})
        write_bundle(tmp_path / "b", content, new)
        return tmp_path / "b", new

    return make


def test_the_new_key_reaches_the_old_and_the_old_the_new(turned):
    folder, new = turned()
    for fingerprint in (new.public.fingerprint, KEYS["CH-FOJ"].public.fingerprint, KEYS["CO-FGN"].public.fingerprint):
        report = verify_bundle(folder, [fingerprint])
        assert report.holds
        assert {line.state for line in report.lines if line.place.startswith("key of CH-FOJ")} == {State.PROVED}


def test_a_further_key_that_the_one_before_did_not_sign_is_broken(turned):
    folder, _new = turned(by=KEYS["CO-F14"])
    places = [line.place for line in verify_bundle(folder).broken]
    assert any(place.endswith("succession") for place in places)


def test_a_key_slipped_in_beside_the_true_one_is_broken_even_where_its_owner_signs_the_manifest(tmp_path):
    folder = Specimen().write(tmp_path / "b")
    forger = SigningKey.from_seeds(b"f" * 32, b"g" * 32)
    path = folder / "data/keys/CO-FGN.x.json"
    path.write_bytes((folder / "data/keys/CO-FGN.json").read_bytes())
    edit(path, lambda value: value.update({"key": forger.public.to_json()}))
    entry = {"authority": "CO-FGN", "fingerprint": forger.public.fingerprint, "path": "data/keys/CO-FGN.x.json"}

    def add(value):
        value["keys"].append(entry)
        value["files"][entry["path"]] = {"sha256": "0" * 64, "size": 1}

    edit(folder / "comity.json", add)
    relist(folder)
    sign_anew(folder, KEYS["CH-FOJ"])
    rebuild_bag(folder)
    (line,) = verify_bundle(folder).broken
    assert line.place.startswith("key of CO-FGN/")


def test_what_a_key_signed_after_it_was_revoked_is_broken(turned):
    folder, _new = turned(revoked=MOMENT - timedelta(days=9000))
    broken = verify_bundle(folder).broken
    assert broken
    assert all("after that key was revoked" in line.text for line in broken)


@pytest.mark.parametrize("member", ["statement", "by_new", "by_old"])
def test_a_succession_with_anything_changed_is_found(turned, member):
    folder, new = turned()

    def change(value):
        stated = value["succession"]
        if member == "statement":
            stated["statement"] = ("B" if stated["statement"][30] != "B" else "C").join(
                (stated["statement"][:30], stated["statement"][31:])
            )
        else:
            stated[member]["ed25519"] = KEYS["CO-F14"].sign("key-succession", b"x").to_json()["ed25519"]

    edit(folder / "data/keys/CH-FOJ.json", change)
    relist(folder)
    sign_anew(folder, new)
    rebuild_bag(folder)
    assert not verify_bundle(folder).holds
