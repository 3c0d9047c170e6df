"""RECEIVERS: message type to the action that is its effect. A type not named here is refused by the exchange."""

from collections.abc import Mapping
from functools import partial

from comity.evidence.actions import offer_content
from comity.exchange.actions import (
    Receiver,
    card_renewed,
    keys_succeeded,
    messages_retrieved,
    reconcile_asked,
    reconcile_done,
    reconcile_held,
    reconcile_returned,
    reconcile_wanted,
)
from comity.exchange.message import CARD_RENEWED, KEYS_SUCCEEDED, MESSAGES_RETRIEVED
from comity.exchange.reconciliation import ASKED, DONE, HELD, RETURNED, WANTED
from comity.requests.actions import apply_message, regain_message
from comity.requests.messages import MessageType

RECEIVERS: Mapping[str, Receiver] = {
    **{kind.value: apply_message for kind in MessageType},
    KEYS_SUCCEEDED: keys_succeeded,
    CARD_RENEWED: card_renewed,
    MESSAGES_RETRIEVED: messages_retrieved,
    ASKED: reconcile_asked,
    HELD: reconcile_held,
    WANTED: partial(reconcile_wanted, offer=offer_content),
    RETURNED: partial(reconcile_returned, regain=regain_message),
    DONE: reconcile_done,
}
