"""What changes the exchange: posting, sending what is due, receiving, the courier, sending again what was stopped."""

from comity.exchange.actions.allowing import allow, enter_turned_away
from comity.exchange.actions.attesting import attest_due, messages_retrieved
from comity.exchange.actions.cosigning import begin_anew, hear_checkpoint, settle_shown, witness_checkpoint
from comity.exchange.actions.packing import Asked, Packed, pack
from comity.exchange.actions.posting import post
from comity.exchange.actions.receiving import Receiver, receive
from comity.exchange.actions.reconciling import (
    begin_reconciling,
    end_reconciling,
    reconcile_asked,
    reconcile_done,
    reconcile_due,
    reconcile_held,
    reconcile_returned,
    reconcile_wanted,
)
from comity.exchange.actions.resending import resend
from comity.exchange.actions.rotating import announce_tls, card_renewed, cards_on_their_way, keys_succeeded, rotate
from comity.exchange.actions.sending import partners_to_send, send_due
from comity.exchange.actions.submitting import show_history, submit_checkpoints, witnesses_to_ask
from comity.exchange.actions.taking import Taken, take

__all__ = [
    "Asked",
    "Packed",
    "Receiver",
    "Taken",
    "allow",
    "announce_tls",
    "attest_due",
    "begin_anew",
    "begin_reconciling",
    "card_renewed",
    "cards_on_their_way",
    "end_reconciling",
    "enter_turned_away",
    "hear_checkpoint",
    "keys_succeeded",
    "messages_retrieved",
    "pack",
    "partners_to_send",
    "post",
    "receive",
    "reconcile_asked",
    "reconcile_done",
    "reconcile_due",
    "reconcile_held",
    "reconcile_returned",
    "reconcile_wanted",
    "resend",
    "rotate",
    "send_due",
    "settle_shown",
    "show_history",
    "submit_checkpoints",
    "take",
    "witness_checkpoint",
    "witnesses_to_ask",
]
