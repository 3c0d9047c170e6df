"""The witness's door: what is asked in C2SP tlog-witness form is answered in it, and nobody else's word counts."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.test import RequestFactory

from comity.api.witness_views import WitnessPort
from comity.authorities.models import Authority, EndedKey
from comity.exchange.models import LedgerFault, SeenCheckpoint, WitnessedLog
from comity.exchange.witnessing import HEADER, Request, sign_request, witness_name
from comity.safeguards.ledger import origin
from comity.seals.checkpoint import Checkpoint, cosigned_at, sign_checkpoint
from comity.seals.keys import SigningKey
from comity.seals.merkle import consistency_proof, leaf_hash, root_of
from comity.simulation.histories import LOG, START, WITNESSES, Federation
from comity.simulation.node import SimulatedNode

WITNESS = WITNESSES[0]
LEAVES = [leaf_hash(bytes([number])) for number in range(9)]
OTHER = [leaf_hash(bytes([number, 1])) for number in range(9)]
STRANGER = SigningKey.from_seeds(bytes(32), bytes(32))


@pytest.fixture(scope="module")
def federation(django_db_blocker) -> Federation:
    with django_db_blocker.unblock():
        return Federation(5)


@pytest.fixture
def node(federation: Federation, django_db_blocker) -> Iterator[SimulatedNode]:
    with django_db_blocker.unblock():
        federation.begin()
        with federation.nodes[WITNESS].acting():
            yield federation.nodes[WITNESS]


@pytest.fixture
def key(federation: Federation) -> SigningKey:
    return federation.nodes[LOG].held.signing


def body(key: SigningKey, size: int, old: int = 0, leaves: list[bytes] = LEAVES, log: str = LOG) -> bytes:
    note = sign_checkpoint(Checkpoint(origin(log), size, root_of(leaves[:size])), key)
    proof = consistency_proof(leaves[:size], old) if 0 < old < size else []
    return Request(old, tuple(proof), note).to_bytes()


def ask(node: SimulatedNode, data: bytes, key: SigningKey | None = None, *, code: str = WITNESS, after: float = 0):
    headers = {HEADER: sign_request(data, log=LOG, witness=code, signer=key)} if key else {}
    request = RequestFactory().post("/", data=data, content_type="text/plain", headers=headers)
    now = START + timedelta(minutes=after)
    return WitnessPort(lambda: node.keys, lambda: now, node.chance).add_checkpoint(request, code)


def test_a_first_checkpoint_is_cosigned_and_kept_before_the_answer(node: SimulatedNode, key: SigningKey) -> None:
    data = body(key, 5)
    answer = ask(node, data)
    assert answer.status_code == 200
    note = data.decode().partition("\n\n")[2] + answer.content.decode()
    assert cosigned_at(note, node.held.signing.public, witness_name(WITNESS)) == START
    held = WitnessedLog.objects.get()
    assert (held.log, held.size, bytes(held.root)) == (LOG, 5, root_of(LEAVES[:5]))


def test_growth_is_cosigned_and_the_same_again(node: SimulatedNode, key: SigningKey) -> None:
    assert [ask(node, body(key, *sizes)).status_code for sizes in ((3,), (8, 3), (8, 8))] == [200, 200, 200]
    assert LedgerFault.objects.count() == 0


def test_a_request_from_another_size_is_told_the_size(node: SimulatedNode, key: SigningKey) -> None:
    ask(node, body(key, 5))
    for data in (body(key, 8, 3), body(key, 4), body(key, 8)):
        answer = ask(node, data, key)
        assert (answer.status_code, answer["Content-Type"], answer.content) == (409, "text/x.tlog.size", b"5\n")
    assert LedgerFault.objects.count() == 0


@pytest.mark.parametrize(
    ("size", "old", "leaves", "status", "kind"),
    [
        (5, 5, OTHER, 409, "fork"),
        (5, 0, OTHER, 409, "fork"),
        (8, 5, OTHER, 422, "unproved"),
        (3, 5, LEAVES, 400, "rollback"),
    ],
)
def test_a_history_that_cannot_be_honest_is_refused_and_kept_with_both_signatures(
    node: SimulatedNode, key: SigningKey, size: int, old: int, leaves: list[bytes], status: int, kind: str
) -> None:
    first = body(key, 5)
    ask(node, first)
    for _ in range(2):
        assert ask(node, body(key, size, old, leaves), key).status_code == status
    fault = LedgerFault.objects.get()
    assert (fault.kind, fault.log, fault.known_size, fault.size) == (kind, LOG, 5, size)
    assert fault.first == first.decode().partition("\n\n")[2]
    assert fault.second.endswith("\n")
    assert (fault.signature is None) == (kind == "fork")
    assert WitnessedLog.objects.get().size == 5


def test_an_unsigned_false_proof_accuses_nobody(node: SimulatedNode, key: SigningKey) -> None:
    ask(node, body(key, 5))
    assert ask(node, body(key, 8, 5, OTHER)).status_code == 422
    assert LedgerFault.objects.count() == 0


def test_nobody_elses_word_counts(node: SimulatedNode, key: SigningKey) -> None:
    data = body(key, 5)
    for wrong, status in (
        (body(STRANGER, 5), 403),
        (body(key, 5, log="FR-BEPI"), 404),
        (body(key, 5, log=WITNESS), 404),
        (b"old 0\n\nnothing", 400),
        (data.replace(b"old 0", b"old 00"), 400),
        (b"old 0\n" + b"A" * 43 + b"\n\n" + data.partition(b"\n\n")[2], 400),
        (b"x" * (1 << 19), 400),
    ):
        assert ask(node, wrong).status_code == status
    assert ask(node, data, STRANGER).status_code == 403
    assert ask(node, data, code="GB-UKCA").status_code == 404
    assert ask(node, data, code="FR-BEPI").status_code == 404
    assert WitnessedLog.objects.count() == SeenCheckpoint.objects.count() == 0


def test_a_rotated_key_is_believed_for_what_was_under_way_and_then_no_more(
    node: SimulatedNode, key: SigningKey
) -> None:
    later = SigningKey.from_seeds(bytes(32), bytes(range(32)))
    Authority.objects.filter(code=LOG).update(verifying_key=later.public.to_json())
    EndedKey.objects.create(
        authority=LOG, key_id=key.key_id, key=key.public.to_json(), until=START, safety="continuity", noted_at=START
    )
    assert ask(node, body(key, 3), after=5).status_code == 200
    assert ask(node, body(key, 5, 3), after=11).status_code == 403
    assert ask(node, body(later, 5, 3), after=11).status_code == 200
