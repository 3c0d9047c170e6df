"""What changes the exchange: posting, sending what is due, receiving, sending again what was stopped."""

from comity.exchange.actions.allowing import allow
from comity.exchange.actions.posting import post
from comity.exchange.actions.receiving import Receiver, receive
from comity.exchange.actions.resending import resend
from comity.exchange.actions.rotating import announce_tls, card_renewed, cards_on_their_way, keys_succeeded, rotate
from comity.exchange.actions.sending import partners_to_send, send_due

__all__ = [
    "Receiver",
    "allow",
    "announce_tls",
    "card_renewed",
    "cards_on_their_way",
    "keys_succeeded",
    "partners_to_send",
    "post",
    "receive",
    "resend",
    "rotate",
    "send_due",
]
