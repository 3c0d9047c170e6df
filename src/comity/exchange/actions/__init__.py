"""What changes the exchange: posting, sending what is due, receiving."""

from comity.exchange.actions.posting import post
from comity.exchange.actions.receiving import Receiver, receive
from comity.exchange.actions.sending import send_due

__all__ = ["Receiver", "post", "receive", "send_due"]
