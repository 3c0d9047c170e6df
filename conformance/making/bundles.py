"""Vectors for bundles of evidence: one whole, and everything that was done to it afterwards."""

from collections.abc import Callable, Iterator
from typing import Any

from comity.seals.canonical import to_b64
from conformance.making import specimen
from conformance.making.cast import KEYS, NEXT, STRANGER
from conformance.making.page import Page, given
from conformance.making.resealing import Files, changed_json, flipped_file, resealed
from conformance.making.specimen import FINGERPRINTS, RELEASE

COMITY, SIGNATURE, CONDITIONS = "comity.json", "signature.json", "data/conditions.json"
CUSTODY, RECORD, ITEM = "data/custody/0001.json", "data/records/0001.json", "data/items/0001.csv"
LETTER, MESSAGE, KEY = "data/letters/0001.pdf", "data/messages/0001.json", "data/keys/CO-FGN.json"
HEAD, ENTRIES = "data/ledger/CH-FOJ.checkpoint.txt", "data/ledger/CH-FOJ.entries.json"
BROKEN = "bundle:broken"
Change = Callable[[Any], object]


def pages() -> Iterator[Page]:
    yield _bundles()


class _Asked:
    """The page under way: every question names only the files in which it differs from the whole bundle."""

    def __init__(self, page: Page, whole: Files) -> None:
        self.page, self.whole = page, whole

    def question(self, files: Files, trust: list[str]) -> dict[str, Any]:
        changed: dict[str, str | None] = {name: None for name in self.whole if name not in files}
        changed |= {name: to_b64(data) for name, data in files.items() if self.whole.get(name) != data}
        return {"files": given("whole"), "changed": changed, "trust": trust}

    def accept(self, says: str, files: Files, trust: list[str], vouched: list[str], left_out: int = 2) -> None:
        output = {"release": RELEASE, "authority": "CH-FOJ", "items": 2, "left_out": left_out, "vouched": vouched}
        self.page.accept(says, self.question(files, trust), output)

    def reject(self, says: str, files: Files, place: str, trust: list[str] | None = None, code: str = BROKEN) -> None:
        self.page.reject(says, self.question(files, trust or []), code, place=place)


def _bundles() -> Page:
    page = Page("bundle", "A bundle of evidence, whole, altered, and signed anew by who released it (protocol, 7.7).")
    whole = specimen.whole()
    page.given = {"whole": {name: to_b64(data) for name, data in whole.items()}}
    asked = _Asked(page, whole)
    _hold(asked)
    _edited(asked)
    _signed_anew(asked)
    _ledgers(asked)
    _keys(asked)
    return page


def _hold(asked: _Asked) -> None:
    whole, every = asked.whole, sorted(KEYS)
    asked.accept("whole, with no key pinned", whole, [], [])
    for code, vouched in (("CH-FOJ", every), ("CO-FGN", every), ("CO-F14", ["CO-F14"])):
        asked.accept(f"whole, with the key of {code} pinned", whole, [FINGERPRINTS[code]], vouched)
    spelled = ":".join(FINGERPRINTS["CH-FOJ"][n : n + 2] for n in range(0, 64, 2)).upper()
    asked.accept("a fingerprint in capitals, with colons", whole, [spelled], every)
    for says, files, left_out in (
        ("told in CASE/UCO too", specimen.written(with_case=True), 2),
        ("without its ledger", specimen.written(ledgers=[]), 2),
        ("without its letter, which is then absent", specimen.written(letters=[]), 2),
        ("without messages", specimen.written(messages=[]), 2),
        ("with nothing stated as left out", specimen.written(messages=[], left_out=[]), 0),
        ("with an item that was recalled: a note, not a fault", specimen.recalled(), 2),
        ("with a checkpoint that nobody witnessed", specimen.ledger(witnessed=False), 2),
        ("with a checkpoint that bears a stranger's line", specimen.ledger(stranger=True), 2),
        ("with a checkpoint that bears a timestamp", specimen.ledger(stamped=True), 2),
    ):
        asked.accept(says, files, [], [], left_out)


def _edited(asked: _Asked) -> None:
    """What anyone can do to the folder."""
    whole = asked.whole
    for name in (ITEM, RECORD, CUSTODY, CONDITIONS, LETTER, MESSAGE, KEY, HEAD, ENTRIES, "data/README.txt",
                 "bagit.txt", "bag-info.txt", "manifest-sha256.txt", "tagmanifest-sha256.txt", COMITY,
                 SIGNATURE):  # fmt: skip
        asked.reject(f"one bit turned in {name}", flipped_file(whole, name), name)
    for name in (ITEM, RECORD, CUSTODY, CONDITIONS, MESSAGE, KEY, ENTRIES, "bagit.txt", "data/README.txt", SIGNATURE):
        asked.reject(f"without {name}", {one: data for one, data in whole.items() if one != name}, name)
    asked.reject("without comity.json", {one: data for one, data in whole.items() if one != COMITY}, COMITY)
    asked.reject("with a file that is not listed", {**whole, "data/items/0009.csv": b"x"}, "data/items/0009.csv")
    asked.reject("with a file beside the bag's own", {**whole, "notes.txt": b"x"}, "notes.txt")
    asked.reject("with an empty item", {**whole, ITEM: b""}, ITEM)
    nothing = {"notes.txt": b"no bundle"}
    asked.page.reject("a folder with neither bagit.txt nor comity.json", asked.question(nothing, []), "bundle:absent")
    asked.reject("with a key pinned that it does not carry", whole, f"--trust {'ab' * 32}", ["ab" * 32])
    asked.reject("with something pinned that is no fingerprint", whole, "--trust abc", ["abc"])


def _signed_anew(asked: _Asked) -> None:
    """What the releasing authority could do, who can list and sign anything anew."""
    whole = asked.whole
    other_event: Change = lambda chain: chain[1]["event"].update(hand="Another")  # noqa: E731
    cases: list[tuple[str, str, Change, str]] = [
        ("a record that says another title", RECORD, lambda one: one.update(title="Other"), RECORD),
        ("a record with another member", RECORD, lambda one: one.update(more=1), RECORD),
        ("a record of another digest", RECORD, lambda one: one.update(digest="ab" * 32), RECORD),
        ("an event that names another hand", CUSTODY, other_event, CUSTODY),
        ("a chain without its last event", CUSTODY, lambda chain: chain.pop(), CUSTODY),
        ("a chain without an event in the middle", CUSTODY, lambda chain: chain.pop(2), CUSTODY),
        ("a chain with two events changed about", CUSTODY, lambda c: c.__setitem__(slice(2, 4), c[3:1:-1]), CUSTODY),
        ("a chain told from its second event", CUSTODY, lambda chain: chain.pop(0), CUSTODY),
        ("an event with the signature of another", CUSTODY,
         lambda chain: chain[2].update(signature=chain[1]["signature"]), CUSTODY),
        ("a condition that both signed left away", CONDITIONS, lambda all_: all_[0].update(conditions=[]), CONDITIONS),
        ("another handling code than both signed", CONDITIONS, lambda all_: all_[0].update(handling="H1"), CONDITIONS),
        ("no conditions for an item", CONDITIONS, lambda all_: all_.pop(), CONDITIONS),
        ("conditions of an item that is not here", CONDITIONS,
         lambda all_: all_.append({**all_[0], "item": all_[0]["item"][:-1] + "0"}), CONDITIONS),
        ("a message with the signature of another", MESSAGE,
         lambda one: one.update(signature=specimen.signature_of(STRANGER, one["content"])), MESSAGE),
        ("a message whose last bytes are gone", MESSAGE, lambda one: one.update(content=one["content"][:-4]), MESSAGE),
        ("another format", COMITY, lambda one: one.update(format="comity-bundle/2"), COMITY),
        ("another member", COMITY, lambda one: one.update(more=1), COMITY),
        ("an item told under another number", COMITY, lambda one: one["items"][1].update(number=3), COMITY),
        ("a path out of the bag", COMITY, lambda one: one["files"].update({"data/../x": one["files"][ITEM]}), COMITY),
        ("a path of another folder", COMITY, lambda one: one["files"].update({"data/x/1": one["files"][ITEM]}), COMITY),
        ("a file that is nothing's", COMITY,
         lambda one: one["files"].update({"data/items/0007.csv": one["files"][ITEM]}), COMITY),
        ("a file that is not listed", COMITY, lambda one: one["files"].pop(ITEM), COMITY),
        ("two entries for one file", COMITY, lambda one: one["items"][1].update(content=ITEM), COMITY),
        ("a size that is a text", COMITY, lambda one: one["files"][ITEM].update(size="7"), COMITY),
        ("another digest for an item", COMITY, lambda one: one["files"][ITEM].update(sha256="ab" * 32), ITEM),
        ("a message's predecessor neither here nor left out", COMITY, lambda one: one["left_out"].pop(0), MESSAGE),
        ("a message named by another digest", COMITY, lambda one: one["messages"][0].update(digest="ab" * 32), MESSAGE),
        ("a message of another type", COMITY, lambda one: one["messages"][0].update(type="request.closed"), MESSAGE),
        ("another dossier", COMITY, lambda one: one["release"].update(dossier=specimen.OTHER_DOSSIER), MESSAGE),
        ("another release than the event names", COMITY,
         lambda one: one["release"].update(reference=RELEASE[:-1] + "9"), CUSTODY),
        ("another audience than the event names", COMITY,
         lambda one: one["release"].update(audience="defence"), CUSTODY),
        ("a thing left out under another salt", COMITY,
         lambda one: one["left_out"][0].update(salt=to_b64(bytes(16))), COMITY),
        ("a thing left out, opened by half", COMITY, lambda one: one["left_out"][0].update(salt=None), COMITY),
        ("a thing left out twice", COMITY, lambda one: one["left_out"].append(one["left_out"][1]), COMITY),
        ("a thing left out without a reason", COMITY, lambda one: one["left_out"][1].update(reason=" "), COMITY),
        ("a thing left out of no known kind", COMITY, lambda one: one["left_out"][1].update(kind="key"), COMITY),
        ("a letter that no transfer names", COMITY, lambda one: one["letters"][0].update(digest="ab" * 32), LETTER),
        ("a key named by another fingerprint", COMITY, lambda one: one["keys"][2].update(fingerprint="ab" * 32), KEY),
        ("another authority that released it", COMITY,
         lambda one: one["release"].update(authority="CO-FGN"), SIGNATURE),
    ]  # fmt: skip
    for says, name, change, place in cases:
        asked.reject(f"signed anew with {says}", resealed(changed_json(whole, name, change)), place)
    swapped = {**whole, ITEM: whole[ITEM].replace(b"12000", b"12.00")}
    asked.reject("signed anew with other evidence", resealed(swapped), ITEM)
    asked.reject("signed anew with another letter", resealed({**whole, LETTER: b"%PDF other"}), LETTER)
    spaced = {**whole, RECORD: whole[RECORD].replace(b'","', b'", "')}
    asked.reject("signed anew with a record of another spelling", resealed(spaced), RECORD)
    asked.reject("signed anew with another README", resealed({**whole, "data/README.txt": b"x"}), "data/README.txt")
    for says, signer, kind in (
        ("signed by a stranger", STRANGER, "bundle"),
        ("signed by the sending State", KEYS["CO-FGN"], "bundle"),
        ("signed as another kind", KEYS["CH-FOJ"], "receipt"),
    ):
        asked.reject(f"as it was, {says}", resealed(whole, signer=signer, kind=kind), SIGNATURE)
    asked.reject("countersigned by nobody but said to be", specimen.uncovered(), CUSTODY)
    asked.reject("countersigned by the State that sent it", specimen.own_countersignature(), CUSTODY)
    asked.reject("narrowed to less than was bound", specimen.narrowed_to_less(), CUSTODY)
    asked.reject("released although it was recalled", specimen.released_after_recall(), CUSTODY)


def _ledgers(asked: _Asked) -> None:
    whole = asked.whole
    text = whole[HEAD].decode()
    body, _, lines = text.partition("\n\n")
    own = lines.splitlines(keepends=True)
    heads = [
        ("with its own Ed25519 line alone", f"{body}\n\n{own[0]}"),
        ("with its own ML-DSA-65 line alone", f"{body}\n\n{own[1]}"),
        ("of one entry more", text.replace(f"\n{body.splitlines()[1]}\n", "\n99\n", 1)),
        ("of another log", text.replace("comity/ledger/CH-FOJ", "comity/ledger/CO-FGN")),
        ("without a line feed at its end", text[:-1]),
        ("with a timestamp over another text", specimen.with_stamp(text, b"another text")),
    ]
    for says, head in heads:
        asked.reject(f"signed anew with a checkpoint {says}", resealed({**whole, HEAD: head.encode()}), HEAD)
    asked.reject("signed anew with a checkpoint a stranger signed", specimen.ledger(signer=STRANGER), HEAD)
    asked.reject("signed anew with a cosignature over another head", specimen.ledger(false_witness=True), HEAD)
    cases: list[tuple[str, Change, str]] = [
        ("under another salt", lambda all_: all_[0].update(salt=to_b64(bytes(16))), ENTRIES),
        ("at another place", lambda all_: all_[0].update(seq=all_[1]["seq"]), ENTRIES),
        ("with a step of its path turned", lambda all_: all_[0]["proof"].__setitem__(0, to_b64(bytes(32))), ENTRIES),
        ("with a path too short", lambda all_: all_[0]["proof"].pop(), ENTRIES),
        ("with a path too long", lambda all_: all_[0]["proof"].append(to_b64(bytes(32))), ENTRIES),
        ("with a step of 31 bytes", lambda all_: all_[0]["proof"].__setitem__(0, to_b64(bytes(31))), ENTRIES),
        ("shown twice", lambda all_: all_.append(all_[0]), ENTRIES),
        ("with another member", lambda all_: all_[0].update(more=1), ENTRIES),
        ("left away, its event here", lambda all_: all_.pop(0), specimen.first_item()),
    ]
    for says, change, place in cases:
        asked.reject(f"signed anew with a ledger entry {says}", resealed(changed_json(whole, ENTRIES, change)), place)


def _keys(asked: _Asked) -> None:
    whole = asked.whole
    forged: Change = lambda one: one.update(key=STRANGER.public.to_json())  # noqa: E731
    asked.reject("signed anew with a forged key", resealed(changed_json(whole, KEY, forged)), KEY)
    taken_over = resealed(specimen.with_forged_key(whole, "CO-FGN", STRANGER.public))
    asked.reject("signed anew with a forged key under its own fingerprint", taken_over, CUSTODY)
    further = resealed(specimen.with_further_key(whole, STRANGER))
    asked.reject("signed anew with a further key nobody names", further, f"key of CO-FGN/{STRANGER.key_id}")
    every = sorted([*KEYS, f"CH-FOJ/{KEYS['CH-FOJ'].key_id}"])
    new = NEXT.public.fingerprint
    asked.accept("released under a key that succeeded another", specimen.succeeded(), [], [])
    asked.accept("the new key pinned reaches the old", specimen.succeeded(), [new], every)
    asked.accept("the old key pinned reaches the new", specimen.succeeded(), [FINGERPRINTS["CH-FOJ"]], every)
    asked.reject("with a succession a stranger signed for the old key", specimen.succeeded(old=STRANGER),
                 "key of CH-FOJ")  # fmt: skip
    unled = specimen.succeeded(stated=False)
    asked.accept(
        "a new key that no succession leads to is not vouched for",
        unled,
        [FINGERPRINTS["CO-FGN"]],
        [name for name in every if name != "CH-FOJ"],
    )
    asked.reject("with events signed after their key was revoked", specimen.succeeded(revoked=True),
                 specimen.first_item())  # fmt: skip
