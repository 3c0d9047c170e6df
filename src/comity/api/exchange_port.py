"""The exchange listener's addresses, bound to this node: its keys, its vault and what each message type does here."""

from django.conf import settings

from comity.api.exchange_views import ExchangePort
from comity.api.witness_views import WitnessPort
from comity.authorities.keyring import Keyring
from comity.evidence.queries import offered_range
from comity.store.vault import Vault
from comity.wiring.receivers import RECEIVERS


def _keys() -> Keyring:
    return settings.COMITY.keys()


def _vault() -> Vault:
    return settings.COMITY.vault()


urlpatterns = [
    *ExchangePort(receivers=RECEIVERS, offered=offered_range, keys=_keys, vault=_vault).urls(),
    *WitnessPort(keys=_keys).urls(),
]
