"""A node and a directory: relied on once, taken as it comes, and every authority of it accepted by a person."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from comity.authorities import actions
from comity.authorities.actions.directing import accept_listed, take_directory, trust_directory
from comity.authorities.card import open_card
from comity.authorities.competence import Competence
from comity.authorities.directory import founding
from comity.authorities.directory.listed import Ended
from comity.authorities.directory.sheets import Sheets
from comity.authorities.directory.trusting import root_fingerprint
from comity.authorities.queries import ended_keys, partner, verifying_key
from comity.authorities.queries.directory import Standing, listed_authorities, listings
from comity.cli.status import directories_ending
from comity.exchange.transport import Destination
from comity.safeguards.queries import recent_entries
from comity.values.actor import Act, Role, job
from comity.values.errors import (
    BrokenError,
    ComityError,
    ConflictError,
    MissingError,
    RefusedError,
    UnavailableError,
)
from comity.wiring.directories import ask_for_directories
from tests.authorities.test_directory import FIRST, FOUNDERS, ROOT, SECOND, by, card, key
from tests.authorities.test_keyring import KEYS
from tests.conftest import MOMENT, officer, seeded

pytestmark = pytest.mark.django_db

OPERATOR = Act(job("operator", "operator"), MOMENT, "set up the node", seeded(2))
ADMINISTRATOR = Act(officer("CH-FOJ", Role.ADMINISTRATOR), MOMENT, "keep partners", seeded(3))
NEW_KEYS = by(founding.listed(SECOND, [card("CO-FGN", 11)], MOMENT), *FOUNDERS[:2])


@pytest.fixture
def house() -> None:
    actions.establish_authority(
        OPERATOR,
        code="CH-FOJ",
        names={"en": "Federal Office of Justice"},
        competences=[Competence.CENTRAL],
        languages=["fr"],
        endpoint="https://localhost:8411",
        contact={},
        keys=KEYS,
    )
    trust_directory(OPERATOR, data=FIRST.to_bytes(), fingerprint=ROOT, name="an exercise's founders")


def later(days: int, act: Act = OPERATOR) -> Act:
    return replace(act, at=MOMENT + timedelta(days=days))


def take(sheets: Sheets, act: Act = OPERATOR) -> bool:
    return take_directory(act, data=sheets.to_bytes(), source="CO-FGN")


def test_it_is_relied_on_only_with_the_fingerprint_its_founders_told(house: None) -> None:
    with pytest.raises(ConflictError):
        trust_directory(OPERATOR, data=FIRST.to_bytes(), fingerprint=ROOT, name="again")
    with pytest.raises(RefusedError) as refused:
        trust_directory(OPERATOR, data=FIRST.to_bytes(), fingerprint="ab" * 32, name="other")
    assert refused.value.code == "directory:fingerprint"
    for role in (Role.DRAFTER, Role.AUDITOR):
        with pytest.raises(RefusedError):
            stranger = Act(officer("CH-FOJ", role), MOMENT, "casework", seeded(4))
            trust_directory(stranger, data=FIRST.to_bytes(), fingerprint=ROOT, name="mine")
    assert [one.directory.version for one in listings(MOMENT)] == [2]


def test_a_newer_one_is_taken_and_an_older_one_leaves_what_is_known(house: None) -> None:
    assert take(SECOND)
    assert not take(SECOND)
    with pytest.raises(BrokenError):
        take(FIRST)
    [listing] = listings(MOMENT)
    assert (listing.directory.version, listing.taken_from, listing.ended) == (3, "CO-FGN", False)
    events = [entry.event for entry in recent_entries("CH-FOJ")]
    assert events[:2] == ["authorities:directory:taken", "authorities:directory:trusted"]


def test_taking_it_connects_nobody_and_changes_no_key(house: None) -> None:
    take(SECOND)
    with pytest.raises(MissingError):
        partner("CO-FGN")
    accept_listed(ADMINISTRATOR, "CO-FGN")
    take(NEW_KEYS)
    assert verifying_key("CO-FGN") == key(1).public
    standing = {one.code: one.standing for one in listed_authorities(MOMENT)}
    assert standing == {"CO-FGN": Standing.OTHER_KEYS, "GB-UKCA": Standing.NEW}


def test_one_person_accepts_other_keys_on_the_founders_word_and_it_is_told_so(house: None) -> None:
    take(SECOND)
    accept_listed(ADMINISTRATOR, "CO-FGN")
    gone = Ended(key(1).public.fingerprint, MOMENT - timedelta(days=3), "stolen")
    take(by(founding.listed(NEW_KEYS, [], MOMENT, ended={"CO-FGN": [gone]}), *FOUNDERS[:2]))
    accept_listed(later(1, ADMINISTRATOR), "CO-FGN")
    assert verifying_key("CO-FGN") == key(11).public
    [ended] = ended_keys("CO-FGN")
    assert (ended.safety, ended.reason, ended.revoked_since) == ("directory", "stolen", gone.revoked_since)
    assert ended.confirmed_by == (str(ADMINISTRATOR.actor),)
    with pytest.raises(BrokenError):
        verifying_key("CO-FGN", key(1).public.key_id, MOMENT)


def test_without_the_code_again_or_the_role_nobody_accepts(house: None) -> None:
    take(SECOND)
    for actor in (officer("CH-FOJ", Role.ADMINISTRATOR, stepped_up=False), officer("CH-FOJ", Role.TRANSMITTER)):
        with pytest.raises(RefusedError):
            accept_listed(Act(actor, MOMENT, "casework", seeded(5)), "CO-FGN")
    with pytest.raises(MissingError):
        accept_listed(ADMINISTRATOR, "PE-FN")


def test_nothing_is_accepted_from_a_directory_that_may_be_frozen(house: None) -> None:
    take(SECOND)
    assert [one.ended for one in listings(MOMENT + timedelta(days=31))] == [True]
    assert directories_ending(MOMENT) == []
    assert "an exercise's founders" in directories_ending(MOMENT + timedelta(days=25))[0]
    with pytest.raises(UnavailableError) as frozen:
        accept_listed(later(31, ADMINISTRATOR), "CO-FGN")
    assert frozen.value.code == "directory:ended"


def test_what_is_accepted_is_the_key_that_was_read_and_none_where_directories_differ(house: None) -> None:
    take(SECOND)
    theirs, others = [key(110), key(111)], founding.found([key(110).public, key(111).public], 2, MOMENT)
    other = by(founding.listed(others, [card("CO-FGN", 12)], MOMENT), *theirs)
    root = root_fingerprint(other.roots[0])
    trust_directory(OPERATOR, data=other.to_bytes(), fingerprint=root, name="a second circle of an exercise")
    with pytest.raises(ConflictError) as refused:
        accept_listed(ADMINISTRATOR, "CO-FGN")
    assert refused.value.code == "directory:two-keys"
    with pytest.raises(ConflictError) as refused:
        accept_listed(ADMINISTRATOR, "CO-FGN", fingerprint=key(11).public.fingerprint)
    assert refused.value.code == "directory:other-key"
    accept_listed(ADMINISTRATOR, "CO-FGN", fingerprint=key(12).public.fingerprint)
    assert verifying_key("CO-FGN") == key(12).public


def test_an_authority_of_this_node_is_never_taken_from_a_directory(house: None) -> None:
    take(by(founding.listed(SECOND, [card("CH-FOJ", 77)], MOMENT), *FOUNDERS[:2]))
    with pytest.raises(RefusedError) as refused:
        accept_listed(ADMINISTRATOR, "CH-FOJ")
    assert refused.value.code == "partner:own"


def test_another_address_under_the_same_keys_is_seen_and_accepted(house: None) -> None:
    take(SECOND)
    accept_listed(ADMINISTRATOR, "CO-FGN")
    take(by(founding.listed(SECOND, [card(endpoint="https://elsewhere.example:8421")], MOMENT), *FOUNDERS[:2]))
    assert {one.code: one.standing for one in listed_authorities(MOMENT)}["CO-FGN"] is Standing.CHANGED
    accept_listed(ADMINISTRATOR, "CO-FGN")
    assert partner("CO-FGN").endpoint == "https://elsewhere.example:8421"
    assert not ended_keys("CO-FGN")


class Shown:
    """What each partner shows when it is asked."""

    def __init__(self, **sheets: bytes | ComityError) -> None:
        self.sheets = sheets

    def directory(self, to: Destination, _fingerprint: str, _known: str) -> bytes | None:
        shown = self.sheets[to.code.partition("-")[0]]
        if isinstance(shown, ComityError):
            raise shown
        return shown


def test_a_partner_that_shows_an_old_or_broken_one_decides_nothing(house: None) -> None:
    take(SECOND)
    for code in ("CO-FGN", "GB-UKCA"):
        accept_listed(ADMINISTRATOR, code)
    newest = by(founding.listed(SECOND, [card("PE-FN", 5)], MOMENT), *FOUNDERS[:2]).to_bytes()
    tampered: Any = bytearray(newest)
    tampered[len(tampered) // 2] ^= 1
    for theirs in (FIRST.to_bytes(), bytes(tampered), b"", UnavailableError("down")):
        assert ask_for_directories(OPERATOR, Shown(CO=theirs, GB=SECOND.to_bytes())) == 0
    assert ask_for_directories(OPERATOR, Shown(CO=FIRST.to_bytes(), GB=newest)) == 1
    [listing] = listings(MOMENT)
    assert (listing.taken_from, "PE-FN" in listing.directory.entries) == ("GB-UKCA", True)


def test_the_card_that_was_listed_is_the_card_that_is_kept(house: None) -> None:
    take(SECOND)
    row = accept_listed(ADMINISTRATOR, "GB-UKCA")
    assert row.endpoint == open_card(SECOND.cards["GB-UKCA"]).endpoint
