"""Each safeguard taken away is caught: an oracle that sees nothing proves nothing.

Every case removes one safeguard of the exchange and runs a few seeds until the oracle names a violation.
"""

from collections.abc import Callable

import pytest

from comity.exchange import envelope as envelope_room
from comity.exchange.actions import receiving, sending
from comity.exchange.message import SignedMessage
from comity.exchange.models import Outbox
from comity.exchange.queries import messages_of
from comity.simulation import episode
from comity.simulation.faults import Fault
from comity.simulation.report import simulate

SEEDS = range(12)
SHOWN_BY = {"one transaction": 2, "clock set back": 1, "receipt about this message": 7}
"""Seeds tried first: they showed it when this was written."""


def caught(words: str, first: int) -> bool:
    """Whether some seed makes the oracle say these words."""
    for seed in sorted(SEEDS, key=lambda seed: seed != first):
        report = simulate(seed=seed, nodes=3, episodes=1)
        if any(words in sentence for sentence in report.violations):
            return True
    return False


Removal = Callable[[pytest.MonkeyPatch], None]


def no_deduplication(patch: pytest.MonkeyPatch) -> None:
    """A repetition runs the effect again."""
    honest = receiving._take

    def again(arrival, opened, receivers):
        row, receipt = honest(arrival, opened, receivers)
        if receipt is not None:
            receivers[opened.signed.message.type](arrival.act, opened.signed, opened.content_keys, arrival.keys)
        return row, receipt

    patch.setattr(receiving, "_take", again)


def effect_outside_the_transaction(patch: pytest.MonkeyPatch) -> None:
    """The effect commits before the transaction of inbox row and ledger line, which may then not come about."""
    honest = receiving._take

    def apart(arrival, opened, receivers):
        dossier = str(opened.signed.message.dossier)
        known = {view.signed.digest for view in messages_of(arrival.holder, dossier)}
        if opened.signed.digest not in known and "refuse" not in opened.signed.message.body:
            receivers[opened.signed.message.type](arrival.act, opened.signed, opened.content_keys, arrival.keys)
            receivers = dict.fromkeys(receivers, lambda *_anything: None)
        return honest(arrival, opened, receivers)

    patch.setattr(receiving, "_take", apart)


def no_signature_check(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(SignedMessage, "verify", lambda _self, _key: None)


def no_recipient_check(patch: pytest.MonkeyPatch) -> None:
    """The sealed message's own recipient is not compared with the header's."""
    honest = receiving._authenticated

    def trusting(arrival):
        opened = envelope_room.open_envelope(arrival.outside, arrival.keys.opening_key(arrival.holder))
        if opened.signed.message.recipient != arrival.outside.recipient:
            return opened
        return honest(arrival)

    patch.setattr(receiving, "_authenticated", trusting)


def no_equivocation_check(patch: pytest.MonkeyPatch) -> None:
    """A known id is answered as a repetition whatever its content."""
    patch.setattr(receiving, "_keep_proof", lambda *_anything: None)
    honest = receiving._take

    def credulous(arrival, opened, receivers):
        try:
            return honest(arrival, opened, receivers)
        except receiving._SignedRefusalError as refusal:
            if refusal.rejection is not receiving.RejectionCode.EQUIVOCATION:
                raise
            message = opened.signed.message
            known = receiving.StoredMessage.objects.get(
                holder=arrival.holder, sender=message.sender, message_id=message.id
            )
            return known, None

    patch.setattr(receiving, "_take", credulous)


def receipt_not_verified(patch: pytest.MonkeyPatch) -> None:
    """Any well-formed receipt ends the attempt, also one about another message."""
    patch.setattr(sending, "expect_about", lambda *_anything, **_more: None)


def giving_up_after_a_failure(patch: pytest.MonkeyPatch) -> None:
    """A failed attempt is forgotten instead of tried again."""
    honest = sending._note_failure

    def forget(act, row, line, failed):
        honest(act, row, line, failed)
        Outbox.objects.filter(message_id=row.message_id).update(state="delivered")

    patch.setattr(sending, "_note_failure", forget)


def clock_believed(patch: pytest.MonkeyPatch) -> None:
    """Times written by a clock since set back by years are waited for."""
    patch.setattr(sending, "CAP_SECONDS", 10**9)


def new_receipt_each_time(patch: pytest.MonkeyPatch) -> None:
    """A repetition is answered with a fresh signature instead of the stored receipt."""
    honest = receiving._take

    def forgetful(arrival, opened, receivers):
        row, _ = honest(arrival, opened, receivers)
        row.receipts.all().delete()
        return row, None

    patch.setattr(receiving, "_take", forgetful)


def ledger_line_missing(patch: pytest.MonkeyPatch) -> None:
    honest = receiving.enter

    def silent(act, event, subject, **more):
        if event != "exchange:message:received":
            honest(act, event, subject, **more)

    patch.setattr(receiving, "enter", silent)


def network_inside_a_transaction(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(sending, "_attempt", sending.transaction.atomic(sending._attempt))


def final_refusal_tried_for_ever(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(sending, "PASSING", frozenset(receiving.RejectionCode))


ABLATIONS: dict[str, tuple[Removal, str]] = {
    "deduplication": (no_deduplication, "took effect 2 times"),
    "one transaction": (effect_outside_the_transaction, "took effect"),
    "signature": (no_signature_check, "the attack"),
    "recipient in the message": (no_recipient_check, "the attack resealed-to-another"),
    "equivocation": (no_equivocation_check, "the attack equivocation"),
    "receipt about this message": (receipt_not_verified, "says something else"),
    "trying again": (giving_up_after_a_failure, "took effect 0 times"),
    "clock set back": (clock_believed, "still waits"),
    "the same receipt": (new_receipt_each_time, "different receipts"),
    "ledger line": (ledger_line_missing, "ledger lines exchange:message:received"),
    "network outside transactions": (network_inside_a_transaction, "inside a transaction"),
    "stopping at a final refusal": (final_refusal_tried_for_ever, "still waits"),
}


ATTACKED = {"recipient in the message": Fault.RESEALED, "equivocation": Fault.EQUIVOCATION, "signature": Fault.FORGED}
"""Where one kind of attack must find the gap, only that kind is tried, and more often."""


@pytest.mark.parametrize("safeguard", ABLATIONS)
def test_the_oracle_catches_the_loss_of(safeguard, monkeypatch):
    remove, words = ABLATIONS[safeguard]
    remove(monkeypatch)
    if safeguard in ATTACKED:
        kind = ATTACKED[safeguard]
        monkeypatch.setattr(episode, "ATTACKS", {kind: episode.ATTACKS[kind]})
        monkeypatch.setitem(episode._DEEDS, "attack", 5.0)
    assert caught(words, SHOWN_BY.get(safeguard, 0)), f"nobody noticed that '{safeguard}' was gone"
