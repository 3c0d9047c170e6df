"""Every message type of a request has its effect; nothing else does."""

from comity.exchange.message import NOTICES
from comity.exchange.reconciliation import TYPES
from comity.requests.messages import MessageType
from comity.wiring.receivers import RECEIVERS


def test_every_type_of_message_has_a_receiver() -> None:
    assert set(RECEIVERS) == {kind.value for kind in MessageType} | NOTICES | TYPES
