"""Authorities, officers and partners: who may establish, appoint and connect, and what the ledger says of it."""

import os
from collections.abc import Callable

import pytest

from comity.authorities import actions
from comity.authorities.card import Card
from comity.authorities.certificates import issue_office_seal
from comity.authorities.competence import Competence
from comity.authorities.keyring import AuthorityKeys
from comity.authorities.models import Authority, Office, Officer
from comity.authorities.queries import actor_of, authority, name_of, partner, partners, pinned_certificates
from comity.safeguards.queries import recent_entries
from comity.seals.keys import OpeningKey, SigningKey
from comity.values.actor import Act, Role, job
from comity.values.errors import ConflictError, InvalidInputError, MissingError, RefusedError
from tests.authorities.test_keyring import KEYS
from tests.conftest import MOMENT, officer, seeded

pytestmark = pytest.mark.django_db

OPERATOR = Act(job("operator", "operator"), MOMENT, "set up the node", seeded(2))
THEIR_KEYS = AuthorityKeys(SigningKey.generate(), OpeningKey.generate(), *issue_office_seal("CO", "FGN", MOMENT))


def their_card(signing: SigningKey = THEIR_KEYS.signing) -> Card:
    return Card(
        "CO-FGN",
        "CO",
        {"es": "Fiscalía"},
        ("central",),
        ("es",),
        "https://localhost:8421",
        signing.public,
        THEIR_KEYS.opening.public,
        "PEM",
        {},
    )


@pytest.fixture
def house() -> Office:
    actions.establish_authority(
        OPERATOR,
        code="CH-FOJ",
        names={"en": "Federal Office of Justice", "fr": "Office fédéral de la justice"},
        competences=[Competence.CENTRAL],
        languages=["fr"],
        endpoint="https://localhost:8411",
        contact={},
        keys=KEYS,
    )
    return actions.open_office(OPERATOR, authority="CH-FOJ", names={"en": "Mutual assistance"})


def appoint(house: Office, username: str, *roles: Role) -> Officer:
    return actions.appoint_first_officer(
        OPERATOR,
        office=house,
        officer=actions.NewOfficer(username, "Ada", "Exercice", os.urandom(8).hex(), roles),
    )


def test_an_authority_is_established_once(house: Office) -> None:
    assert authority("CH-FOJ").may(Competence.CENTRAL)
    assert name_of("CH-FOJ", "fr") == "Office fédéral de la justice"
    assert name_of("CH-FOJ", "ar") == "Federal Office of Justice"
    with pytest.raises(ConflictError):
        actions.establish_authority(
            OPERATOR, code="CH-FOJ", names={}, competences=[], languages=[], endpoint="", contact={}, keys=KEYS
        )


def test_only_the_operator_establishes(act: Act, house: Office) -> None:
    with pytest.raises(RefusedError):
        actions.open_office(act, authority="CH-FOJ", names={})


def test_an_officer_acts_for_her_office_with_her_roles(house: Office) -> None:
    person = appoint(house, "ada", Role.REGISTRAR)
    actor = actor_of(person)
    assert (actor.authority, actor.roles, actor.name) == ("CH-FOJ", frozenset({Role.REGISTRAR}), "Ada Exercice")
    person.is_active = False
    assert actor_of(person).roles == frozenset()


def test_an_administrator_changes_roles_but_never_her_own(house: Office) -> None:
    person, boss = appoint(house, "ada", Role.REGISTRAR), appoint(house, "boss", Role.ADMINISTRATOR)
    deed = Act(actor_of(boss, stepped_up=True), MOMENT, "administration", seeded(3))
    actions.assign_roles(deed, officer=person, roles=[Role.TRANSMITTER])
    assert actor_of(Officer.objects.get(id=person.id)).roles == frozenset({Role.TRANSMITTER})
    with pytest.raises(RefusedError):
        actions.assign_roles(deed, officer=boss, roles=[Role.AUDITOR])


def test_nobody_else_administers(house: Office) -> None:
    person = appoint(house, "ada", *[role for role in Role if role is not Role.ADMINISTRATOR])
    deed = Act(actor_of(person, stepped_up=True), MOMENT, "administration", seeded(3))
    with pytest.raises(RefusedError):
        actions.appoint_officer(deed, office=house, officer=actions.NewOfficer("eve", "", "", "x", [Role.AUDITOR]))
    stranger = Act(officer("CO-FGN", Role.ADMINISTRATOR), MOMENT, "administration", seeded(4))
    with pytest.raises(MissingError):
        actions.assign_roles(stranger, officer=person, roles=[])


@pytest.mark.parametrize("guessed", ["short-7", "password1234", "ada.exercice@1"])
def test_a_first_password_that_is_easily_guessed_appoints_nobody(house: Office, guessed: str) -> None:
    deed = administers(house)
    new = actions.NewOfficer("ada.exercice", "Ada", "Exercice", guessed, [Role.AUDITOR])
    with pytest.raises(InvalidInputError) as refused:
        actions.appoint_officer(deed, office=house, officer=new)
    assert refused.value.place == "password"
    assert guessed not in str(refused.value)
    assert not Officer.objects.filter(username="ada.exercice").exists()


def test_a_user_name_that_is_taken_appoints_nobody(house: Office) -> None:
    deed = administers(house)
    new = actions.NewOfficer("ada", "Ada", "Exercice", "Kiesel-Nordwind-88", [Role.AUDITOR])
    first = actions.appoint_officer(deed, office=house, officer=new)
    with pytest.raises(ConflictError):
        actions.appoint_officer(deed, office=house, officer=new)
    assert list(Officer.objects.filter(username="ada")) == [first]


def administers(house: Office) -> Act:
    boss = appoint(house, "boss", Role.ADMINISTRATOR)
    return Act(actor_of(boss, stepped_up=True), MOMENT, "administration", seeded(6))


@pytest.mark.parametrize("spoil", [lambda _: "0" * 64, lambda text: text[:-1], lambda text: text.upper(), lambda _: ""])
def test_a_card_is_accepted_only_with_its_own_fingerprint(house: Office, spoil: Callable[[str], str]) -> None:
    card = their_card()
    with pytest.raises(RefusedError):
        actions.add_partner(OPERATOR, card=card, fingerprint=spoil(card.verifying_key.fingerprint))
    assert partners() == []


def test_a_partner_is_added_and_its_certificate_pinned(house: Office) -> None:
    card = their_card()
    actions.add_partner(OPERATOR, card=card, fingerprint=card.verifying_key.fingerprint)
    assert partner("CO-FGN").verifying_key == THEIR_KEYS.signing.public
    assert "PEM" in pinned_certificates()
    assert recent_entries("CH-FOJ")[0].event == "authorities:partner:added"


def test_a_change_of_keys_is_not_slipped_in_with_a_new_card(house: Office) -> None:
    card, other = their_card(), their_card(SigningKey.generate())
    actions.add_partner(OPERATOR, card=card, fingerprint=card.verifying_key.fingerprint)
    with pytest.raises(ConflictError):
        actions.add_partner(OPERATOR, card=other, fingerprint=other.verifying_key.fingerprint)
    assert partner("CO-FGN").verifying_key == THEIR_KEYS.signing.public


def test_a_partner_without_a_node_has_no_keys_and_is_not_reached(house: Office) -> None:
    actions.note_partner_without_node(OPERATOR, code="PE-MPFN", names={"es": "Fiscalía"}, languages=["es"], contact={})
    with pytest.raises(MissingError):
        partner("PE-MPFN")
    assert not Authority.objects.get(code="PE-MPFN").has_node
