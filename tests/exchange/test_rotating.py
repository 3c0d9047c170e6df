"""Keys change while messages are on their way: nothing is lost, nothing revoked is believed, old proofs still verify."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest
from django.db import transaction

from comity.authorities.actions import add_partner, own_card
from comity.authorities.card import open_card
from comity.authorities.keyring import AuthorityKeys
from comity.authorities.queries import ended_key, ended_keys, partner, verifying_key
from comity.authorities.succession import open_succession
from comity.exchange.actions import (
    announce_tls,
    card_renewed,
    cards_on_their_way,
    keys_succeeded,
    post,
    rotate,
    send_due,
)
from comity.exchange.envelope import seal_envelope
from comity.exchange.message import CARD_RENEWED, KEYS_SUCCEEDED, SignedMessage
from comity.exchange.models import StoredMessage
from comity.exchange.queries import delivery_of, message
from comity.exchange.receipt import open_receipt
from comity.exchange.rejection import RejectionCode
from comity.exchange.transport import Destination
from comity.safeguards.queries import recent_entries
from comity.seals.keys import OpeningKey, SigningKey
from comity.simulation.chance import Chance
from comity.simulation.node import SimulatedNode
from comity.values.actor import Role, job
from comity.values.errors import BrokenError, ConflictError, RefusedError, UnavailableError
from tests.conftest import MOMENT, officer
from tests.exchange.conftest import TYPE, letter

A, B, C = "CH-FOJ", "CO-FGN", "GB-UKCA"


@dataclass
class Federation:
    """Three real nodes, each with its own database and directory, and the line between them."""

    nodes: dict[str, SimulatedNode]
    taken: list[str]
    now: object = MOMENT
    down: bool = False
    on_the_wire: list[tuple[str, bytes]] = field(default_factory=list)

    def deliver(self, to: Destination, envelope: bytes) -> bytes:
        if self.down:
            raise UnavailableError("the line is down")
        self.on_the_wire.append((to.code, envelope))
        return self.nodes[to.code].receive(envelope, self.now)

    def fetch(self, *_anything: object) -> bytes:
        raise UnavailableError("nothing is offered")

    def post(self, sender: str = A, recipient: str = B, number: int = 0) -> SignedMessage:
        node = self.nodes[sender]
        with node.acting(), transaction.atomic():
            told = letter(number, sender=sender, recipient=recipient, at=self.now)
            return post(node.act(self.now), told, keys=node.keys)

    def send(self, sender: str = A) -> int:
        node = self.nodes[sender]
        with node.acting():
            return send_due(node.act(self.now), keys=node.keys, transport=self)

    def rotate(self, code: str = A, *, lost: bool = False, **how: object):
        """What the operator's command does: the keyring first, then the directory."""
        node = self.nodes[code]
        held = node.keys.of(code)
        node.keys = node.keys.with_authority(code, next_keys(held, lost=lost))
        with node.acting():
            act = node.act(self.now, "rotate keys").by(job("operator", code))
            done = rotate(act, code, keys=node.keys, **how)
        node.keys = node.keys.with_authority(code, replace(node.keys.of(code), retiring=None))
        return done

    def later(self, **step: float) -> None:
        self.now += timedelta(**step)


def next_keys(held: AuthorityKeys, *, lost: bool = False) -> AuthorityKeys:
    return AuthorityKeys(
        SigningKey.generate(), OpeningKey.generate(), b"", b"", (held.opening,), None if lost else held.signing
    )


@pytest.fixture
def federation(django_db_blocker) -> Iterator[Federation]:
    taken: list[str] = []
    receivers = {
        TYPE: lambda _act, signed, _content, _keys: taken.append(signed.digest),
        KEYS_SUCCEEDED: keys_succeeded,
        CARD_RENEWED: card_renewed,
    }
    with django_db_blocker.unblock():
        nodes = {code: SimulatedNode(code, Chance(f"rotation {code}"), receivers, timedelta(0)) for code in (A, B, C)}
        for node in nodes.values():
            node.meet([other.card() for other in nodes.values()], MOMENT)
        yield Federation(nodes, taken)


def known(federation: Federation, at: str, code: str) -> SigningKey:
    with federation.nodes[at].acting():
        return partner(code).verifying_key


def state(federation: Federation, code: str, signed: SignedMessage) -> tuple[str, str]:
    with federation.nodes[code].acting():
        delivery = delivery_of(code, signed.digest)
        return delivery.state, delivery.last_error


def test_every_partner_takes_over_the_next_keys_which_the_old_one_vouches_for(federation):
    old = known(federation, B, A)
    federation.rotate(reason="two years have passed")
    federation.send()
    for code in (B, C):
        assert known(federation, code, A) == federation.nodes[A].keys.signer(A).public != old
        with federation.nodes[code].acting():
            [ended] = ended_keys(A)
            assert (ended.key, ended.safety, ended.reason) == (old, "continuity", "two years have passed")
            open_succession(ended.succession).expect_continuity(old)
            assert "authorities:partner:keys-succeeded" in [entry.event for entry in recent_entries(code)]
    federation.later(minutes=1)
    sent = federation.post()
    federation.send()
    assert state(federation, A, sent) == ("delivered", "")


def test_messages_on_their_way_both_ways_survive_the_change(federation):
    """One signed by the old key before it ended; one sealed to the old sealing key by a partner that knew no other."""
    federation.down = True
    ours, theirs = federation.post(number=1), federation.post(B, A, number=2)
    federation.rotate()
    federation.later(seconds=30)
    after = federation.post(number=3)
    federation.down = False
    federation.later(hours=2)
    federation.send(B)
    assert state(federation, B, theirs)[0] in ("delivered", "waiting")
    for _try in range(3):
        federation.send(A)
        federation.send(B)
        federation.later(hours=2)
    assert [state(federation, A, ours), state(federation, A, after)] == [("delivered", "")] * 2
    assert state(federation, B, theirs) == ("delivered", "")
    assert sorted(federation.taken) == sorted({ours.digest, theirs.digest, after.digest})


def test_the_notice_arrives_after_a_message_under_the_new_key_and_nothing_is_lost(federation):
    federation.rotate()
    sent = federation.post()
    node = federation.nodes[A]
    with node.acting():
        held = message(A, sent.digest).signed
        to = partner(B)
    with federation.nodes[B].acting():
        envelope = seal_envelope(held, {}, to.sealing_key)
        refused = open_receipt(federation.nodes[B].receive(envelope, federation.now), verifying_key(B))
    assert refused.rejection is RejectionCode.SIGNATURE
    federation.send()
    assert state(federation, A, sent) == ("delivered", "")


def test_what_the_ended_key_signs_later_is_refused_whatever_it_is(federation):
    thief = federation.nodes[A].keys.signer(A)
    federation.rotate()
    federation.send()
    federation.later(days=1)
    assert forged(federation, thief) is RejectionCode.SIGNATURE
    assert federation.taken == []


def test_nothing_that_arrives_under_a_revoked_key_is_taken_however_it_is_dated(federation):
    thief = federation.nodes[A].keys.signer(A)
    federation.rotate(reason="stolen", revoked_since=MOMENT - timedelta(days=2))
    federation.send()
    assert forged(federation, thief, at=MOMENT - timedelta(days=30)) is RejectionCode.SIGNATURE
    with federation.nodes[B].acting():
        [ended] = ended_keys(A)
        with pytest.raises(BrokenError):
            verifying_key(A, ended.key.key_id, MOMENT - timedelta(days=1))
        assert verifying_key(A, ended.key.key_id, MOMENT - timedelta(days=3)) == ended.key


def forged(federation: Federation, thief: SigningKey, **changes: object) -> RejectionCode | None:
    told = SignedMessage.sign(letter(99, sender=A, recipient=B, **{"at": federation.now, **changes}), thief)
    with federation.nodes[B].acting():
        envelope = seal_envelope(told, {}, federation.nodes[B].keys.opening_key(B).public)
        return open_receipt(federation.nodes[B].receive(envelope, federation.now), verifying_key(B)).rejection


def test_what_waited_when_a_key_was_revoked_goes_out_signed_anew_as_the_same_message(federation):
    federation.down = True
    sent = federation.post()
    federation.rotate(reason="stolen", revoked_since=MOMENT)
    federation.down = False
    for _try in range(4):
        federation.later(hours=2)
        federation.send()
    assert state(federation, A, sent) == ("delivered", "")
    assert federation.taken == [sent.digest]
    with federation.nodes[B].acting():
        held = message(B, sent.digest).signed
        held.verify(known(federation, B, A))
        assert held.digest == sent.digest


def test_a_receipt_given_by_the_old_key_still_ends_a_message_sent_again(federation):
    """The answer was lost, the partner changed its keys, and gives the same receipt as before."""
    sent = federation.post()
    honest = federation.deliver

    def lost(to: Destination, envelope: bytes) -> bytes:
        honest(to, envelope)
        raise UnavailableError("the answer was lost")

    federation.deliver = lost  # type: ignore[method-assign]
    federation.send()
    federation.deliver = honest  # type: ignore[method-assign]
    federation.later(minutes=5)
    federation.rotate(B)
    federation.send(B)
    federation.later(hours=2)
    federation.send()
    assert state(federation, A, sent) == ("delivered", "")
    assert federation.taken == [sent.digest]


def test_a_lost_key_sends_no_notice_and_two_people_accept_the_card(federation):
    federation.rotate(lost=True)
    assert federation.send() == 0
    with federation.nodes[A].acting():
        data = own_card(A, federation.nodes[A].keys)
    card = open_card(data)
    fingerprint, old = card.verifying_key.fingerprint, known(federation, B, A)
    node = federation.nodes[B]
    with node.acting():
        act = node.act(federation.now, "new keys")
        first = replace(act, actor=officer(B, Role.ADMINISTRATOR, name="Berta"))
        for again in (first, first):
            with pytest.raises(ConflictError) as told:
                add_partner(again, card=card, fingerprint=fingerprint)
            assert told.value.code == "partner:second-person"
        assert partner(A).verifying_key == old
        second = replace(act, actor=officer(B, Role.ADMINISTRATOR, name="Carla"))
        with pytest.raises(RefusedError):
            add_partner(second, card=card, fingerprint="0" * 64)
        add_partner(second, card=card, fingerprint=fingerprint)
        assert partner(A).verifying_key == card.verifying_key
        ended = ended_key(A, old.key_id)
        assert ended.safety == "two-people"
        assert len(set(ended.confirmed_by)) == 2


@pytest.mark.parametrize("spoil", ["unsigned by the old", "signed by a thief", "another's card", "another's name"])
def test_a_succession_that_the_known_key_did_not_sign_changes_nothing(federation, spoil):
    """A notice under the true key, as a thief of the transport could make it, with a succession of his own."""
    from comity.authorities.succession import Statement, sign_succession  # noqa: PLC0415
    from comity.seals.canonical import to_b64  # noqa: PLC0415

    node, mine = federation.nodes[A], SigningKey.generate()
    old = node.keys.signer(A)
    statement = Statement(code=C if "name" in spoil else A, old=old.public.fingerprint, to=mine.public, at=MOMENT)
    by = {"unsigned by the old": None, "signed by a thief": mine}.get(spoil, old)
    succession = sign_succession(statement, new=mine, old=by)
    with federation.nodes[C if "card" in spoil else A].acting():
        card = own_card(C, federation.nodes[C].keys) if "card" in spoil else own_card(A, node.keys)
    body = {"succession": to_b64(succession.to_bytes()), "card": to_b64(card)}
    told = SignedMessage.sign(letter(5, type=KEYS_SUCCEEDED, body=body), old)
    with federation.nodes[B].acting():
        envelope = seal_envelope(told, {}, federation.nodes[B].keys.opening_key(B).public)
        receipt = open_receipt(federation.nodes[B].receive(envelope, federation.now), verifying_key(B))
        assert receipt.rejection is RejectionCode.REFUSED
        assert "succession:" in receipt.reason
        assert partner(A).verifying_key == old.public
        assert not ended_keys(A)
        assert not StoredMessage.objects.exists()


def test_only_the_operator_changes_keys_and_only_for_others(federation):
    node = federation.nodes[A]
    with node.acting():
        with pytest.raises(RefusedError, match="already"):
            rotate(node.act(MOMENT).by(job("operator", A)), A, keys=node.keys)
        with pytest.raises(RefusedError):
            rotate(node.act(MOMENT), A, keys=node.keys.with_authority(A, next_keys(node.keys.of(A))))


def test_partners_pin_the_next_certificate_beside_the_one_in_use_before_it_is_used(federation):
    node = federation.nodes[A]
    federation.down = True
    with node.acting():
        announce_tls(node.act(MOMENT).by(job("operator", A)), b"in use and next", keys=node.keys)
        federation.send()
        assert cards_on_their_way() == [B, C]
    federation.down = False
    federation.later(hours=2)
    federation.send()
    with node.acting():
        assert cards_on_their_way() == []
    for code in (B, C):
        with federation.nodes[code].acting():
            assert partner(A).tls_certificate == "in use and next"
            assert partner(A).verifying_key == node.keys.signer(A).public


def test_a_renewed_card_brings_no_other_keys(federation):
    from comity.seals.canonical import to_b64  # noqa: PLC0415

    node = federation.nodes[A]
    with federation.nodes[C].acting():
        others = own_card(C, federation.nodes[C].keys)
    told = SignedMessage.sign(letter(6, type=CARD_RENEWED, body={"card": to_b64(others)}), node.keys.signer(A))
    with federation.nodes[B].acting():
        envelope = seal_envelope(told, {}, federation.nodes[B].keys.opening_key(B).public)
        receipt = open_receipt(federation.nodes[B].receive(envelope, federation.now), verifying_key(B))
        assert receipt.rejection is RejectionCode.REFUSED
        assert "card:keys" in receipt.reason
