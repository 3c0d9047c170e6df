"""What each ablation takes away: one safeguard of the running code, for as long as the patch lasts."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from comity.evidence.queries import items
from comity.exchange import envelope as envelopes
from comity.exchange.actions import cosigning, receiving, sending, submitting, taking
from comity.exchange.courier import PartOutcome
from comity.exchange.message import SignedMessage
from comity.exchange.models import Outbox, WitnessedLog
from comity.exchange.queries import messages_of
from comity.exchange.witnessing import Verdict, judge
from comity.requests import fold
from comity.requests.actions import law_signing, shape
from comity.requests.actions import receiving as dossiers
from comity.requests.queries import access
from comity.seals import sealing, signing
from comity.seals.checkpoint import Checkpoint
from comity.simulation import episode, histories, restoring, results, rotation
from comity.simulation.histories import History
from comity.values.actor import Act, peer

Patch = pytest.MonkeyPatch


class AnyText(str):
    """Text that says it equals every other: a comparison that is no longer made."""

    __slots__ = ()

    def __eq__(self, _other: object) -> bool:
        return True

    def __ne__(self, _other: object) -> bool:
        return False

    __hash__ = str.__hash__


class AnyNumber(int):
    """A number that says it equals every other."""

    __slots__ = ()

    def __eq__(self, _other: object) -> bool:
        return True

    def __ne__(self, _other: object) -> bool:
        return False

    __hash__ = int.__hash__


def nothing(room: Any, name: str, answer: Any = None) -> Callable[[Patch], None]:
    """A removal after which that function does nothing and gives this answer."""

    def remove(patch: Patch) -> None:
        patch.setattr(room, name, lambda *_anything, **_more: answer)

    return remove


# the exchange


def no_deduplication(patch: Patch) -> None:
    """A repetition runs the effect again."""
    honest = receiving._take

    def again(arrival: Any, opened: Any, receivers: Any) -> Any:
        row, receipt = honest(arrival, opened, receivers)
        if receipt is not None:
            receivers[opened.signed.message.type](arrival.act, opened.signed, opened.content_keys, arrival.keys)
        return row, receipt

    patch.setattr(receiving, "_take", again)


def effect_outside_the_transaction(patch: Patch) -> None:
    """The effect commits before the transaction of inbox row and ledger line, which may then not come about."""
    honest = receiving._take

    def apart(arrival: Any, opened: Any, receivers: Any) -> Any:
        dossier = str(opened.signed.message.dossier)
        known = {view.signed.digest for view in messages_of(arrival.holder, dossier)}
        if opened.signed.digest not in known and "refuse" not in opened.signed.message.body:
            receivers[opened.signed.message.type](arrival.act, opened.signed, opened.content_keys, arrival.keys)
            receivers = dict.fromkeys(receivers, lambda *_anything: None)
        return honest(arrival, opened, receivers)

    patch.setattr(receiving, "_take", apart)


def no_signature_check(patch: Patch) -> None:
    patch.setattr(SignedMessage, "verify", lambda _self, _key: None)


def _opened_without(patch: Patch, passes: Callable[[Any, Any], bool]) -> None:
    """What is opened and passes is taken as authentic; everything else goes the honest way."""
    honest = receiving._authenticated

    def trusting(arrival: Any) -> Any:
        try:
            opened = envelopes.open_envelope(arrival.outside, arrival.keys.opening_key(arrival.holder))
        except receiving.ComityError:
            return honest(arrival)
        return opened if passes(arrival.outside, opened.signed.message) else honest(arrival)

    patch.setattr(receiving, "_authenticated", trusting)


def no_recipient_check(patch: Patch) -> None:
    """The sealed message's own recipient is not compared with the header's."""
    _opened_without(patch, lambda outside, message: message.recipient != outside.recipient)


def no_header_check(patch: Patch) -> None:
    """Header and sealed message may name different senders."""
    _opened_without(patch, lambda outside, message: message.sender != outside.sender)


def no_equivocation_check(patch: Patch) -> None:
    """A known id is answered as a repetition whatever its content."""
    patch.setattr(receiving, "_keep_proof", lambda *_anything: None)
    honest = receiving._take

    def credulous(arrival: Any, opened: Any, receivers: Any) -> Any:
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


def strangers_welcome(patch: Patch) -> None:
    """Who is not in the directory is taken for somebody who is."""
    honest = receiving.node_key

    def known(code: str) -> Any:
        return honest(code) or receiving.ended_key(code, "") or honest("XK-LIAR")

    patch.setattr(receiving, "node_key", known)


def unknown_types_taken(patch: Patch) -> None:
    """A type without a receiver is stored and acknowledged."""
    honest = receiving._take_first

    class Everything(dict[str, Any]):
        def get(self, kind: str, _default: Any = None) -> Any:
            return super().get(kind) or (lambda *_anything: None)

    def open_minded(act: Any, arrival: Any, opened: Any, receivers: Any) -> Any:
        return honest(act, arrival, opened, Everything(receivers))

    patch.setattr(receiving, "_take_first", open_minded)


def other_versions_read(patch: Patch) -> None:
    """An envelope of another version of the protocol is read as if it were ours."""
    honest = envelopes.parse_envelope

    def lenient(data: bytes, **_more: Any) -> Any:
        return honest(data, protocol=AnyText("comity/1"))

    patch.setattr(receiving, "parse_envelope", lenient)


def any_size_read(patch: Patch) -> None:
    patch.setattr(envelopes, "MAX_ENVELOPE_BYTES", 1 << 40)


def seal_without_header(patch: Patch) -> None:
    """What is sealed opens under any header."""
    patch.setattr(sealing, "_info", lambda _header: b"")


def one_half_is_enough(patch: Patch) -> None:
    """A signature of which either half holds."""
    honest_ed25519, honest_mldsa = signing.verify_ed25519, signing.verify_mldsa

    def either(key: Any, kind: str, content: bytes, signature: Any) -> None:
        context = signing.domain(kind)
        signing.expect_suite_and_key(key, signature)
        try:
            honest_ed25519(key, context + b"\x00" + content, signature.ed25519)
        except receiving.BrokenError:
            honest_mldsa(key, context, content, signature.mldsa)

    patch.setattr("comity.exchange.message.verify", either)


def giving_up_after_a_failure(patch: Patch) -> None:
    """A failed attempt is forgotten instead of tried again."""
    honest = sending._note_failure

    def forget(act: Any, row: Any, line: Any, failed: Any) -> None:
        honest(act, row, line, failed)
        Outbox.objects.filter(message_id=row.message_id).update(state="delivered")

    patch.setattr(sending, "_note_failure", forget)


def clock_believed(patch: Patch) -> None:
    """Times written by a clock since set back by years are waited for."""
    patch.setattr(sending, "CAP_SECONDS", 10**9)


def no_lease(patch: Patch) -> None:
    """What one worker has in hand is free for the next."""
    patch.setattr(sending, "LEASE_SECONDS", -1)


def new_receipt_each_time(patch: Patch) -> None:
    """A repetition is answered with a fresh signature instead of the stored receipt."""
    honest = receiving._take

    def forgetful(arrival: Any, opened: Any, receivers: Any) -> Any:
        row, _ = honest(arrival, opened, receivers)
        row.receipts.all().delete()
        return row, None

    patch.setattr(receiving, "_take", forgetful)


def ledger_line_missing(patch: Patch) -> None:
    honest = receiving.enter

    def silent(act: Any, event: str, subject: Any, **more: Any) -> None:
        if event != "exchange:message:received":
            honest(act, event, subject, **more)

    patch.setattr(receiving, "enter", silent)


def network_inside_a_transaction(patch: Patch) -> None:
    patch.setattr(sending, "_attempt", sending.transaction.atomic(sending._attempt))


def final_refusal_tried_for_ever(patch: Patch) -> None:
    patch.setattr(sending, "PASSING", frozenset(receiving.RejectionCode))


# keys, and an older copy


def ended_keys_forgotten(patch: Patch) -> None:
    """Of a key that ended nothing is kept."""
    patch.setattr(receiving, "ended_key", lambda *_anything: None)
    patch.setattr("comity.authorities.queries.ended_key", lambda *_anything: None)


def notices_not_believed(patch: Patch) -> None:
    """A partner's notice of its next keys changes nothing."""
    patch.setattr(rotation, "keys_succeeded", lambda *_anything: None)


# casework


def no_version_check(patch: Patch) -> None:
    """A form filled in on an old page is taken."""
    honest = shape.dossier_for

    def any_version(actor: Any, reference: Any) -> Any:
        row = honest(actor, reference)
        row.version = AnyNumber(row.version)
        return row

    patch.setattr(shape, "dossier_for", any_version)


def gate_under_any_digest(patch: Patch) -> None:
    """The gate is signed although what was read is not what stands."""
    honest = law_signing.gate

    def agreeing(row: Any, state: Any) -> Any:
        held = honest(row, state)
        names = ("request", "may_sign", "against", "open", "to_json")
        told = {name: getattr(held, name, ()) for name in names}
        return SimpleNamespace(**told, digest=AnyText(held.digest))

    patch.setattr(law_signing, "gate", agreeing)


def own_approval(patch: Patch) -> None:
    """Who proposed a recall decides on it too."""
    patch.setattr(access, "recall_proposers", lambda _dossiers: {})
    honest = shape.authorise

    def blind(actor: Any, permission: Any, target: Any) -> Any:
        return honest(actor, permission, shape_target(target))

    def shape_target(target: Any) -> Any:
        return type(target)(target.reference, target.version, target.relations, {})

    patch.setattr(shape, "authorise", blind)
    patch.setattr("comity.evidence.actions.recalling.authorise", blind)


def recall_under_any_digest(patch: Patch) -> None:
    """A recall is approved although what was read is not what would be sent."""
    from comity.evidence.actions import recalling

    honest = recalling._decided

    def agreeing(act: Any, dossier: Any, holder: str, recall: str, _digest: str) -> Any:
        row = recalling.Recall.objects.get(holder=holder, recall=recall, dossier=str(dossier), own=True)
        return honest(act, dossier, holder, recall, row.digest)

    patch.setattr(recalling, "_decided", agreeing)


def order_of_arrival(patch: Patch) -> None:
    """Both sides apply messages as they happened to come."""
    patch.setattr(fold, "_ordered", lambda deeds: (list(deeds.values()), {}))


def row_left_behind(patch: Patch) -> None:
    """The row is not brought to what its messages say."""
    honest = dossiers.write

    def forgetful(row: Any, state: Any, at: Any, **more: Any) -> Any:
        state.questions.clear()
        return honest(row, state, at, **more)

    patch.setattr(dossiers, "write", forgetful)


def recalled_given_out(patch: Patch) -> None:
    """An item that was recalled is opened like any other."""
    patch.setattr(items, "expect_free", lambda *_anything, **_more: None)


def content_never_fetched(patch: Patch) -> None:
    """What was offered is never pulled."""
    patch.setattr(episode, "fetch_due", lambda *_anything, **_more: 0)


def other_bytes_on_one_side(patch: Patch) -> None:
    """The two sides read different bytes under one digest."""
    honest = results.content_chunks

    def bent(digest: str, *, keys: Any, vault: Any) -> list[bytes]:
        return [b"".join(honest(digest, keys=keys, vault=vault)) + keys.authorities()[0].encode()]

    patch.setattr(results, "content_chunks", bent)


# the courier


def damaged_parts_taken(patch: Patch) -> None:
    """The bytes of a part are not compared with the manifest."""
    honest = taking._take_part

    def credulous(bag: Any, part: Any, at: int) -> Any:
        found = honest(bag, part, at)
        damaged = found.outcome is PartOutcome.DAMAGED
        return taking._take_envelope(bag, bag.read(at, part.size)) if damaged else found

    patch.setattr(taking, "_take_part", credulous)


def another_door(patch: Patch) -> None:
    """The effect runs for every copy that a bag brings."""
    honest = taking.receive

    def again(envelope: bytes, **more: Any) -> bytes:
        answer = honest(envelope, **more)
        outside = taking.parse_envelope(envelope)
        opened = envelopes.open_envelope(outside, more["keys"].opening_key(outside.recipient))
        if "refuse" not in opened.signed.message.body:
            act = Act(peer(outside.sender), more["at"], "exchange", more["chance"])
            more["receivers"][opened.signed.message.type](act, opened.signed, opened.content_keys, more["keys"])
        return answer

    patch.setattr(taking, "receive", again)


# ledgers and their witnesses


def no_consistency(patch: Patch) -> None:
    """The witness cosigns whatever is longer."""
    patch.setattr("comity.exchange.witnessing.verify_consistency", lambda *_given: None)


def length_alone(patch: Patch) -> None:
    """A ledger as long as what was cosigned counts as cosigned."""

    def grown(row: Any) -> bool:
        return row.state != submitting.COSIGNED or submitting.ledger_size(row.log) != row.size

    patch.setattr(submitting, "_grown", grown)


no_showing = nothing(submitting, "_show_others")
no_asking = nothing(histories, "settle_shown", 0)


def no_alarm_at_home(patch: Patch) -> None:
    """A node that is told that it knows less than its witness says so to nobody."""
    patch.setattr(submitting, "_admit", lambda *_given: submitting._Told(submitting.UNREACHABLE))


LIVING: list[History] = []
"""The history that is being lived, for whoever speaks before it is written down."""


def answers_first(patch: Patch) -> None:
    """A witness gives its name before it keeps what it gave it to."""
    take = cosigning._take

    def answer_first(act: Any, asked: Any) -> Any:
        known = WitnessedLog.objects.filter(holder=asked.holder, log=asked.log).first()
        head = Checkpoint(asked.checkpoint.origin, known.size, bytes(known.root)) if known else None
        if judge(head, [], asked.request, asked.checkpoint) is Verdict.COSIGN:
            LIVING[-1].note_cosigned(asked.holder, asked.request.to_bytes())
        return take(act, asked)

    patch.setattr(cosigning, "_take", answer_first)


no_questions = nothing(restoring, "reconcile_due", 0)
older_copies_believed = nothing(dossiers, "_expect_abreast")
