"""Evidence of a message's way: whose word is whose, made once, many under one signature, checked offline by anyone."""

from dataclasses import replace

import pytest
from django.db import transaction

from comity.evidence.check_delivery import verify_delivery
from comity.evidence.report import State
from comity.exchange.actions import attest_due, attesting
from comity.exchange.actions.attesting import MESSAGES_RETRIEVED, messages_retrieved
from comity.exchange.attestation import UNRETRIEVED_AFTER
from comity.exchange.delivery_file import wanted_keys, write_delivery
from comity.exchange.message import SignedMessage
from comity.exchange.models import StatementDue, StoredMessage, StoredReceipt
from comity.exchange.queries import messages_of, receipts_of
from comity.exchange.receipt import Receipt, ReceiptKind, sign_receipt
from comity.exchange.statement import BY_SENDER, open_statement, read_statement, sign_statements, stated_by
from comity.safeguards.actions import enter
from comity.seals.canonical import decode, encode, to_b64
from comity.values.actor import Actor, ActorKind
from comity.values.errors import BrokenError, ComityError, InvalidInputError
from tests.conftest import MOMENT
from tests.exchange.conftest import DOSSIER, HELD, THEM, TYPE, US, House, letter

OWN, THEIRS = HELD[US].signing, HELD[THEM].signing


def statement(number: int = 0, kind: ReceiptKind = ReceiptKind.SUBMISSION_ACCEPTANCE, **changes) -> Receipt:
    message = letter(number)
    fields = {"kind": kind, "message_id": message.id, "digest": message.digest, "sender": US, "recipient": THEM}
    return Receipt(**(fields | {"at": MOMENT} | changes))


def attest(house: House) -> int:
    return attest_due(house.act(), keys=house.keys)


def kinds(holder: str, number: int = 0) -> list[str]:
    return [read_statement(data)[0].kind.value for data in receipts_of(holder, letter(number).digest)]


def open_dossier(house: House, authority: str) -> None:
    who = Actor(ActorKind.OFFICER, "7", authority)
    with transaction.atomic():
        enter(house.act().by(who), "requests:dossier:read", DOSSIER, authority=authority)


def test_more_than_one_signature_covers_are_stated_in_one_turn(house, monkeypatch):
    monkeypatch.setattr(attesting, "MOST_AT_ONCE", 2)
    for number in range(5):
        house.post(letter(number))
    assert attest(house) == 5
    assert [kinds(US, number) for number in range(5)] == [["submission-acceptance"]] * 5
    assert attest(house) == 0


@pytest.mark.parametrize("count", [1, 2, 3, 7, 8, 33])
def test_each_statement_of_a_batch_is_proved_alone_and_by_no_other_key(count):
    signed = sign_statements([statement(number) for number in range(count)], OWN)
    for number, data in enumerate(signed):
        assert open_statement(data, OWN.public) == statement(number)
        with pytest.raises(BrokenError):
            open_statement(data, THEIRS.public)


def test_no_member_of_a_batched_statement_can_be_another():
    first, second, third = (decode(one) for one in sign_statements([statement(n) for n in range(3)], OWN))
    batch = first["batch"]
    spoiled = [
        first | {"receipt": second["receipt"]},
        first | {"batch": second["batch"]},
        first | {"batch": batch | {"index": 1}},
        first | {"batch": batch | {"size": 2}},
        first | {"batch": batch | {"size": 4}},
        first | {"batch": batch | {"path": batch["path"][:-1]}},
        first | {"batch": batch | {"path": [*batch["path"], batch["root"]]}},
        first | {"batch": batch | {"root": "ab" * 32}},
        first | {"receipt": to_b64(statement(9).content)},
        first | {"more": 1},
        {name: value for name, value in first.items() if name != "batch"},
        third | {"batch": batch},
    ]
    for value in spoiled:
        with pytest.raises(ComityError):
            open_statement(encode(value), OWN.public)


def test_whose_word_each_kind_is_stands_fixed():
    own = {kind for kind in ReceiptKind if stated_by(replace(statement(), kind=kind)) == US}
    assert own == BY_SENDER
    assert {ReceiptKind.DELIVERY, ReceiptKind.RETRIEVAL, ReceiptKind.RELAY_REJECTION}.isdisjoint(own)


def test_a_receipt_of_another_kind_answers_no_envelope(house, monkeypatch):
    """A recipient that acknowledges with a sender's kind, or with a retrieval, has delivered nothing."""
    sent = house.post(letter())
    wrong = sign_receipt(statement(kind=ReceiptKind.RETRIEVAL), THEIRS)
    monkeypatch.setattr(house, "receive", lambda _envelope: wrong)
    house.send()
    assert receipts_of(US, sent.digest) == []


def test_submission_is_stated_once_and_many_under_one_signature(house):
    for number in range(3):
        house.post(letter(number))
    assert attest(house) == 3
    assert attest(house) == 0
    signatures = {str(decode(bytes(row.data))["signature"]) for row in StoredReceipt.objects.all()}
    assert len(signatures) == 1
    assert kinds(US) == ["submission-acceptance"]


def test_time_that_ran_out_is_our_own_word_and_a_later_receipt_stands_beside_it(house):
    house.down = True
    house.post(letter())
    house.send()
    attest(house)
    assert kinds(US) == ["submission-acceptance"]
    house.later(days=1, seconds=1)
    attest(house)
    assert kinds(US)[1:] == ["relay-failure"]
    house.later(days=6)
    attest(house)
    assert kinds(US)[1:] == ["relay-failure", "non-delivery"]
    house.down = False
    house.later(hours=2)
    house.send()
    assert kinds(US)[3:] == ["delivery"]
    house.later(days=31)
    assert attest(house) == 1
    assert attest(house) == 0
    assert kinds(US)[4:] == ["non-retrieval"]


def test_what_a_turn_looks_at_does_not_grow_with_what_is_held(house, django_assert_max_num_queries):
    for number in range(5):
        house.post(letter(number))
    house.send()
    attest(house)
    assert {row.at for row in StatementDue.objects.all()} == {MOMENT + UNRETRIEVED_AFTER}
    attest(house)  # its own line in the ledger is looked at once
    with django_assert_max_num_queries(8):
        assert attest(house) == 0


def test_a_time_that_a_clock_since_set_back_wrote_holds_nothing_up(house):
    house.post(letter())
    StatementDue.objects.update(at=MOMENT.replace(year=2090))
    assert attest(house) == 1


def test_a_line_of_the_ledger_is_looked_at_once_and_all_that_came_before_it_is_stated(house, monkeypatch):
    monkeypatch.setattr(attesting, "MOST_IN_A_NOTICE", 2)
    for number in range(5):
        house.post(letter(number))
    house.send()
    attest(house)
    open_dossier(house, THEM)
    assert attest(house) == 5
    assert StoredMessage.objects.filter(type=MESSAGES_RETRIEVED, holder=THEM).count() == 3
    open_dossier(house, THEM)
    assert attest(house) == 0


def test_a_retrieval_is_the_recipient_s_word_from_its_ledger_and_travels_back(house):
    sent = house.post(letter())
    house.send()
    attest(house)
    assert "retrieval" not in kinds(THEM)
    open_dossier(house, US)  # the sender's own eyes are no retrieval
    assert attest(house) == 0
    house.later(minutes=5)
    opened = house.at
    open_dossier(house, THEM)
    house.later(minutes=5)
    open_dossier(house, THEM)
    assert attest(house) == 1
    (notice,) = messages_of(THEM, _notice_dossier(THEM))
    assert notice.signed.message.type == MESSAGES_RETRIEVED
    act = house.act(THEM)
    with transaction.atomic():
        messages_retrieved(act, notice.signed, {}, house.keys)
    (told,) = [read_statement(one)[0] for one in receipts_of(US, sent.digest) if b"batch" not in one][-1:]
    assert (told.kind, told.at, stated_by(told)) == (ReceiptKind.RETRIEVAL, opened, THEM)
    assert receipts_of(US, sent.digest)[-1] == receipts_of(THEM, sent.digest)[-1]
    assert attest(house) == 0


def _notice_dossier(holder: str) -> str:
    return StoredMessage.objects.get(holder=holder, type=MESSAGES_RETRIEVED).dossier


@pytest.mark.parametrize(
    "spoil",
    [
        lambda: [sign_receipt(statement(kind=ReceiptKind.RETRIEVAL), OWN)],
        lambda: [sign_receipt(statement(kind=ReceiptKind.DELIVERY), THEIRS)],
        lambda: [sign_receipt(statement(5, kind=ReceiptKind.RETRIEVAL), THEIRS)],
        lambda: [sign_receipt(statement(kind=ReceiptKind.RETRIEVAL, sender=THEM, recipient=US), THEIRS)],
        lambda: [b"{}"],
        list,
    ],
)
def test_a_notice_with_anything_else_is_refused_whole(house, spoil):
    house.post(letter())
    statements = [to_b64(one) for one in spoil()]
    body = {"statements": statements}
    notice = replace(letter(8), type=MESSAGES_RETRIEVED, sender=THEM, recipient=US, body=body)
    signed = SignedMessage.sign(notice, THEIRS)
    with pytest.raises(ComityError), transaction.atomic():
        messages_retrieved(house.act(THEM), signed, {}, house.keys)
    assert not StoredReceipt.objects.filter(kind="retrieval").exists()


def evidence(*statements: bytes, with_content: bool = True) -> bytes:
    signed = SignedMessage.sign(letter(), OWN)
    keys = {US: OWN.public, THEM: THEIRS.public}
    wanted = [(code, keys[code]) for code, _ in sorted(wanted_keys(signed, statements))]
    return write_delivery(signed, statements, wanted, with_content=with_content)


def whole() -> bytes:
    return evidence(
        *sign_statements([statement(0), statement(1)], OWN)[:1],
        sign_receipt(statement(kind=ReceiptKind.RELAY_FAILURE, reason="No way."), OWN),
        sign_receipt(statement(kind=ReceiptKind.DELIVERY), THEIRS),
        sign_receipt(statement(kind=ReceiptKind.RETRIEVAL), THEIRS),
    )


def test_a_third_party_reads_in_plain_lines_who_stated_what():
    trusted = [OWN.public.fingerprint, THEIRS.public.fingerprint]
    report = verify_delivery(whole(), trusted)
    assert report.holds
    told = [line.text for line in report.lines]
    assert any(f"{TYPE} of" in text and "signed by CH-FOJ for CO-FGN" in text for text in told)
    assert any("CH-FOJ states (its own word, that the other did not sign)" in text for text in told)
    assert any("delivery: CO-FGN states that by" in text for text in told)
    assert any("relay-failure" in text and "No way." in text for text in told)
    assert not [line for line in report.lines if line.state is State.ABSENT]
    assert not verify_delivery(whole(), trusted[:1]).holds


def test_without_its_content_it_proves_the_way_and_not_the_words():
    data = evidence(sign_receipt(statement(kind=ReceiptKind.DELIVERY), THEIRS), with_content=False)
    assert b"Demande" not in data
    report = verify_delivery(data)
    assert report.holds
    assert [line.place for line in report.lines if line.state is State.ABSENT] == ["statements"]


def test_another_s_word_another_message_and_any_change_are_broken_lines():
    def broken(data: bytes) -> bool:
        return not verify_delivery(data).holds

    assert broken(evidence(sign_receipt(statement(kind=ReceiptKind.DELIVERY), OWN)))
    assert broken(evidence(sign_receipt(statement(3, kind=ReceiptKind.DELIVERY), THEIRS)))
    value = decode(whole())
    other = SignedMessage.sign(letter(3), OWN)
    assert broken(encode(value | {"content": to_b64(other.content), "signature": other.signature.to_json()}))
    assert broken(encode(value | {"keys": value["keys"][:1]}))
    assert broken(encode(value | {"digest": "ab" * 32}))
    for data in (b"", b"{}", whole()[:-1], b" " + whole()):
        assert broken(data)
    flipped = bytearray(whole())
    for place in range(10, len(flipped), 997):
        flipped[place] ^= 1
        assert broken(bytes(flipped))
        flipped[place] ^= 1
    with pytest.raises(InvalidInputError):
        sign_statements([statement(n) for n in range(257)], OWN)
