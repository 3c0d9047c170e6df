"""The directory under attack: what too few founders, an old copy, a mixed or a frozen one can and cannot bring about."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.authorities.card import Card, sign_card
from comity.authorities.directory import founding
from comity.authorities.directory.founder import FounderKey, public_file, read_public_file
from comity.authorities.directory.listed import Directory, Ended
from comity.authorities.directory.sheets import Sheets, read_sheets
from comity.authorities.directory.trusting import open_directory, root_fingerprint
from comity.seals.keys import OpeningKey, SigningKey
from comity.values.errors import BrokenError, ComityError, InvalidInputError, MissingError, UnavailableError
from tests.conftest import MOMENT, seeded


def key(seed: int) -> SigningKey:
    chance = seeded(seed)
    return SigningKey.from_seeds(chance(32), chance(32))


FOUNDERS = [key(100 + n) for n in range(3)]
STRANGER = key(200)
OPENING = OpeningKey.from_bytes(seeded(300)(96))


def card(code: str = "CO-FGN", seed: int = 1, **changes: Any) -> bytes:
    signing = key(seed)
    held = Card(
        code,
        code[:2],
        {"en": f"Authority {code}"},
        ("central",),
        ("es",),
        "https://localhost:8421",
        signing.public,
        OPENING.public,
        "",
        {},
    )
    return sign_card(replace(held, **changes), signing)


def by(sheets: Sheets, *signers: SigningKey) -> Sheets:
    for signer in signers:
        sheets = founding.signed(sheets, signer)
    return sheets


EMPTY = by(founding.found([one.public for one in FOUNDERS], 2, MOMENT), *FOUNDERS[:2])
ROOT = root_fingerprint(EMPTY.roots[0])
FIRST = by(founding.listed(EMPTY, [card()], MOMENT), *FOUNDERS[:2])
SECOND = by(founding.listed(FIRST, [card("GB-UKCA", 2)], MOMENT), *FOUNDERS[1:])


def opened(sheets: Sheets, held: Sheets | None = None, at: Any = MOMENT) -> Directory:
    return open_directory(read_sheets(sheets.to_bytes()), held=held, fingerprint=ROOT, at=at)


def code_of(sheets: Sheets, held: Sheets | None = None, at: Any = MOMENT) -> str:
    with pytest.raises(ComityError) as refused:
        opened(sheets, held, at)
    return refused.value.code


def test_what_the_threshold_signed_is_believed_with_who_signed_it() -> None:
    directory = opened(SECOND, FIRST)
    assert sorted(directory.entries) == ["CO-FGN", "GB-UKCA"]
    assert (directory.version, directory.threshold, len(directory.founders)) == (3, 2, 3)
    assert set(directory.signed_by) == {one.public.fingerprint for one in FOUNDERS[1:]}
    assert directory.ends == MOMENT + timedelta(days=30)


@pytest.mark.parametrize("signers", [(), FOUNDERS[:1], [STRANGER], [FOUNDERS[0], STRANGER]])
def test_fewer_founders_than_the_threshold_change_nothing(signers: list[SigningKey]) -> None:
    sheets = founding.listed(FIRST, [card("GB-UKCA", 2)], MOMENT)
    for signer in signers:
        if signer is STRANGER:
            with pytest.raises(MissingError):
                founding.signed(sheets, signer)
        else:
            sheets = founding.signed(sheets, signer)
    assert founding.lacking(sheets)
    assert code_of(sheets, FIRST) == "directory:threshold"


def test_one_founder_does_not_count_twice_under_another_name() -> None:
    sheets = founding.listed(FIRST, [], MOMENT, withdrawn=["CO-FGN"])
    once = json.loads(by(sheets, FOUNDERS[0]).targets)
    [signature] = once["signatures"]
    once["signatures"].append({**signature, "keyid": FOUNDERS[1].public.fingerprint})
    forged = replace(by(sheets, FOUNDERS[0]), targets=json.dumps(once).encode())
    assert code_of(forged, FIRST) == "directory:threshold"
    with pytest.raises(ValueError, match="its own fingerprint"):
        FounderKey.from_dict("ab" * 32, FounderKey(FOUNDERS[0].public).to_dict())


@pytest.mark.parametrize("half", ["ed25519", "mldsa"])
def test_both_halves_of_a_founders_signature_must_hold(half: str) -> None:
    from comity.seals.canonical import decode, encode, from_b64, to_b64  # noqa: PLC0415

    told = json.loads(FIRST.targets)
    stated = decode(bytes.fromhex(told["signatures"][0]["sig"]))
    spoiled = bytearray(from_b64(stated[half]))
    spoiled[3] ^= 1
    told["signatures"][0]["sig"] = encode({**stated, half: to_b64(bytes(spoiled))}).hex()
    assert code_of(replace(FIRST, targets=json.dumps(told).encode())) == "directory:threshold"


def test_an_older_directory_is_refused_also_part_by_part() -> None:
    assert code_of(FIRST, SECOND) == "directory:rolled-back"
    assert code_of(replace(SECOND, targets=FIRST.targets, cards=FIRST.cards), SECOND) == "directory:rolled-back"
    assert code_of(replace(SECOND, snapshot=FIRST.snapshot), SECOND) == "directory:rolled-back"
    assert code_of(replace(SECOND, timestamp=FIRST.timestamp), SECOND) == "directory:rolled-back"


def test_parts_of_two_versions_do_not_go_together() -> None:
    for mixed in (
        replace(FIRST, targets=SECOND.targets, cards=SECOND.cards),
        replace(SECOND, cards=FIRST.cards),
        replace(SECOND, cards={**SECOND.cards, "CO-FGN": card("CO-FGN", 9)}),
        replace(SECOND, cards={"CO-FGN": SECOND.cards["GB-UKCA"], "GB-UKCA": SECOND.cards["CO-FGN"]}),
    ):
        assert code_of(mixed) in {"directory:mixed", "directory:rolled-back"}


def test_a_frozen_directory_is_noticed_when_its_time_is_over() -> None:
    assert opened(SECOND, at=MOMENT + timedelta(days=29))
    with pytest.raises(UnavailableError) as late:
        opened(SECOND, at=MOMENT + timedelta(days=30))
    assert late.value.code == "directory:ended"
    renewed = by(founding.renewed(SECOND, MOMENT + timedelta(days=29)), FOUNDERS[0])
    assert opened(renewed, SECOND, MOMENT + timedelta(days=58)).version == 3


def test_one_founder_renews_but_lists_nobody() -> None:
    alone = by(founding.listed(SECOND, [card("PE-FN", 5)], MOMENT), FOUNDERS[0])
    passed_off = replace(alone, targets=SECOND.targets, cards=SECOND.cards)
    assert code_of(passed_off, SECOND) in {"directory:rolled-back", "directory:mixed"}


def test_two_lists_of_one_number_are_seen_by_who_has_the_other() -> None:
    other = by(founding.listed(FIRST, [card("GB-UKCA", 7)], MOMENT), *FOUNDERS[:2])
    later = by(founding.renewed(other, MOMENT), FOUNDERS[0])
    assert code_of(later, SECOND) == "directory:mixed"


def test_founders_are_replaced_by_those_before_and_the_new_ones_together() -> None:
    circle = [FOUNDERS[1].public, FOUNDERS[2].public, STRANGER.public]
    changed = founding.refounded(SECOND, circle, 2, MOMENT)
    assert code_of(by(changed, STRANGER, FOUNDERS[2]), SECOND) == "directory:threshold"
    assert code_of(by(changed, FOUNDERS[0], FOUNDERS[1]), SECOND) == "directory:threshold"
    whole = by(changed, STRANGER, FOUNDERS[0], FOUNDERS[1])
    directory = opened(whole, SECOND)
    assert directory.root_version == 2
    assert STRANGER.public in directory.founders
    later = by(founding.listed(whole, [card("PE-FN", 5)], MOMENT), STRANGER, FOUNDERS[2])
    assert "PE-FN" in opened(later, whole).entries
    assert code_of(SECOND, whole) == "directory:rolled-back"
    with pytest.raises(MissingError):
        founding.signed(later, FOUNDERS[0])


def test_founders_who_left_do_not_go_on_with_the_directory_as_it_was() -> None:
    whole = by(founding.refounded(SECOND, [FOUNDERS[2].public, STRANGER.public], 2, MOMENT), *FOUNDERS, STRANGER)
    behind = SECOND
    for days in range(1, 4):
        behind = by(founding.renewed(behind, MOMENT + timedelta(days=days)), FOUNDERS[0])
    assert code_of(behind, whole) == "directory:rolled-back"
    forked = by(founding.refounded(SECOND, [FOUNDERS[0].public, FOUNDERS[1].public], 2, MOMENT), *FOUNDERS[:2])
    forked = by(founding.renewed(forked, MOMENT), FOUNDERS[0])
    assert code_of(forked, whole) == "directory:rolled-back"


def test_other_founders_are_another_directory() -> None:
    others = [key(400 + n) for n in range(2)]
    foreign = by(founding.found([one.public for one in others], 2, MOMENT), *others)
    assert code_of(foreign, SECOND) == "directory:root"


@pytest.mark.parametrize("threshold", [0, 1, 4])
def test_a_threshold_asks_for_two_at_least_and_no_more_than_there_are(threshold: int) -> None:
    with pytest.raises(InvalidInputError) as refused:
        founding.found([one.public for one in FOUNDERS], threshold, MOMENT)
    assert refused.value.place == "threshold"
    with pytest.raises(InvalidInputError):
        founding.found([FOUNDERS[0].public, FOUNDERS[0].public], 2, MOMENT)


def test_an_ended_key_is_told_with_since_when_and_why_and_stays_told() -> None:
    gone = Ended(key(1).public.fingerprint, MOMENT, "stolen with the laptop it was on")
    third = by(founding.listed(SECOND, [card("CO-FGN", 11)], MOMENT, ended={"CO-FGN": [gone]}), *FOUNDERS[:2])
    fourth = by(founding.listed(third, [card("CO-FGN", 11, languages=("es", "en"))], MOMENT), *FOUNDERS[:2])
    for sheets, held in ((third, SECOND), (fourth, third)):
        assert opened(sheets, held).entries["CO-FGN"].ended == (gone,)
    with pytest.raises(MissingError):
        founding.listed(SECOND, [], MOMENT, ended={"PE-FN": [gone]})
    with pytest.raises(MissingError):
        founding.listed(SECOND, [], MOMENT, withdrawn=["PE-FN"])


@settings(max_examples=25)
@given(place=st.integers(0, len(SECOND.to_bytes()) - 1), bit=st.integers(0, 7))
def test_no_bit_of_a_directory_can_be_changed(place: int, bit: int) -> None:
    """A bit of a signature that is not needed, or of text that is not signed, may turn: then the same list is read."""
    data = bytearray(SECOND.to_bytes())
    data[place] ^= 1 << bit
    try:
        directory = open_directory(read_sheets(bytes(data)), held=FIRST, fingerprint=ROOT, at=MOMENT)
    except (BrokenError, InvalidInputError, UnavailableError):
        return
    assert directory.entries == opened(SECOND).entries


@settings(max_examples=8)
@given(st.lists(st.sampled_from(["list", "withdraw", "renew", "found", "stale"]), min_size=1, max_size=8), st.randoms())
def test_along_any_history_each_version_follows_the_one_held_and_none_goes_back(steps: list[str], lot: Any) -> None:
    held, at, circle, past = EMPTY, MOMENT, list(FOUNDERS), [EMPTY]
    for number, step in enumerate(steps):
        at += timedelta(days=1)
        if step == "stale":
            older = lot.choice(past)
            if older is not held:
                with pytest.raises(ComityError):
                    open_directory(older, held=held, fingerprint=ROOT, at=at)
            continue
        if step == "list":
            shown = founding.listed(held, [card(f"PE-A{number}", 500 + number)], at)
        elif step == "withdraw" and held.cards:
            shown = founding.listed(held, [], at, withdrawn=[lot.choice(sorted(held.cards))])
        elif step == "found":
            fresh = [*circle[1:], key(600 + number)]
            shown = by(founding.refounded(held, [one.public for one in fresh], 2, at), *circle[:2])
            circle = fresh
        else:
            shown = founding.renewed(held, at)
        shown = by(shown, *lot.sample(circle, 2), circle[0], circle[1])
        directory = open_directory(shown, held=held, fingerprint=ROOT, at=at)
        assert set(directory.entries) == set(shown.cards)
        held = shown
        past.append(shown)


def test_a_founders_public_key_crosses_in_a_file() -> None:
    assert read_public_file(public_file(FOUNDERS[0].public)) == FOUNDERS[0].public
    for other in (b"", b"{}", b'{"founder":"AAAA"}', public_file(FOUNDERS[0].public)[:-4]):
        with pytest.raises(InvalidInputError):
            read_public_file(other)


@pytest.mark.parametrize(
    "data",
    [
        b"[]",
        b"{}",
        b'{"cards":{},"roots":[],"snapshot":"","targets":"","timestamp":"","version":1}',
        b'{"cards":{"x":""},"roots":[""],"snapshot":"","targets":"","timestamp":"","version":1}',
        b'{"cards":{},"roots":["*"],"snapshot":"","targets":"","timestamp":"","version":1}',
        b'{"cards":{},"roots":[""],"snapshot":"","targets":"","timestamp":"","version":2}',
    ],
)
def test_another_file_is_refused_by_its_form(data: bytes) -> None:
    with pytest.raises(InvalidInputError) as refused:
        read_sheets(data)
    assert refused.value.code == "directory:form"
