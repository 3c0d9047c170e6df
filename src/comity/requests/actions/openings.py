"""The two ways a dossier begins by an officer's hand, as one table: from it web, API and command line make their forms.

A request of ours is opened under the office's own file number; one that came by post from a partner without a node is
opened from its scan. (What a partner with a node sends opens its dossier by itself.)
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from comity.authorities.keyring import Keyring
from comity.requests.actions import drafting, incoming
from comity.requests.actions.verbs import Field, read_values
from comity.requests.gathering import Things, gathered
from comity.requests.models import Dossier
from comity.requests.scanned import ReadRequest, ScannedLetter
from comity.safeguards.permissions import Permission
from comity.store.vault import Vault
from comity.values.actor import Act
from comity.values.errors import InvalidInputError


@dataclass(frozen=True, slots=True)
class Opening:
    """One way to begin: its label's key, its permission, its function, its fields and what it needs of the node."""

    name: str
    label: str
    permission: Permission
    function: Callable[..., Dossier]
    fields: tuple[Field, ...]
    needs: tuple[str, ...] = ()
    things: Things = ()
    """Arguments made of several fields."""


OPENINGS: Mapping[str, Opening] = {
    one.name: one
    for one in (
        Opening(
            "open_dossier",
            "verb.open_dossier",
            Permission.DOSSIER_OPEN,
            drafting.open_dossier,
            (
                Field("requested", "text"),
                Field("title", "text"),
                Field("number", "text"),
                Field("instrument", "text", required=False),
                Field("requesting", "text", required=False),
                Field("language", "text", required=False),
                Field("handling", "text", required=False),
            ),
        ),
        Opening(
            "open_received",
            "verb.open_received",
            Permission.LETTER_RECORD,
            incoming.open_received,
            (
                Field("requesting", "text"),
                Field("title", "text"),
                Field("their_number", "text"),
                Field("letter_on", "date"),
                Field("signed_by", "text"),
                Field("content", "json"),
                Field("scan", "file"),
                Field("name", "text"),
                Field("media_type", "text", required=False),
            ),
            ("keys", "vault"),
            (("request", ReadRequest), ("letter", ScannedLetter)),
        ),
    )
}


def begin(act: Act, opening: str, *, values: Mapping[str, Any], keys: Keyring, vault: Vault) -> Dossier:
    """Begin a dossier with the values a face was given, each read strictly by its field's type.

    Raises `InvalidInputError` for an unknown opening or field and for a value of another type, with its place.
    """
    found = OPENINGS.get(opening)
    if found is None:
        raise InvalidInputError(f"No dossier begins by '{opening[:40]}'.", code="requests:verb", place="opening")
    tools = {"keys": keys, "vault": vault}
    given = gathered(read_values(found, values), found.things)
    return found.function(act, **given, **{name: tools[name] for name in found.needs})
