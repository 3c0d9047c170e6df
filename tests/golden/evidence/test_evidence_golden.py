"""A bundle written once must verify for ever; what is signed in it is compared in bytes."""

import os
import shutil
from pathlib import Path

from comity.evidence import bag
from comity.evidence.bundle import card_of
from comity.evidence.manifest import read_manifest, salted_digest
from comity.evidence.verification import verify_bundle
from tests.evidence.specimen import KEYS, Specimen

BUNDLE = Path(__file__).parent / "bundle"

if os.environ.get("COMITY_REGENERATE_GOLDEN") == "1":
    shutil.rmtree(BUNDLE, ignore_errors=True)
    Specimen().write(BUNDLE)


def test_a_bundle_of_format_1_verifies():
    report = verify_bundle(BUNDLE, [KEYS["CH-FOJ"].public.fingerprint])
    assert report.broken == []
    assert sum(line.state == "proved" for line in report.lines) == 69


def test_what_is_signed_has_these_bytes(golden):
    chain = Specimen().item("Account statements", b"x").chain
    event, salted = chain[1].event.content.decode(), salted_digest(bytes(range(16)), "ab" * 32) + "\n"
    listed = "".join(f"{signed.event.digest} {signed.event.type}\n" for signed in chain)
    assert event == golden("custody-event.json", event)
    assert listed == golden("custody-chain.txt", listed)
    assert salted == golden("salted.txt", salted)


def test_the_bag_has_these_lines(golden):
    card, bagit = card_of(read_manifest((BUNDLE / "comity.json").read_bytes())).decode(), bag.BAGIT.decode()
    assert card == golden("bag-info.txt", card)
    assert bagit == golden("bagit.txt", bagit)
