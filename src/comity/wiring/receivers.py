"""RECEIVERS: message type to the action that is its effect. A type not named here is refused by the exchange."""

from collections.abc import Mapping

from comity.exchange.actions import Receiver, card_renewed, keys_succeeded, messages_retrieved
from comity.exchange.message import CARD_RENEWED, KEYS_SUCCEEDED, MESSAGES_RETRIEVED
from comity.requests.actions import apply_message
from comity.requests.messages import MessageType

RECEIVERS: Mapping[str, Receiver] = {
    **{kind.value: apply_message for kind in MessageType},
    KEYS_SUCCEEDED: keys_succeeded,
    CARD_RENEWED: card_renewed,
    MESSAGES_RETRIEVED: messages_retrieved,
}
