"""What stands on every page: whose node this is, who is signed in, for what purpose, and the rooms she may enter."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from comity.authorities import queries as authorities
from comity.safeguards.permissions import Permission
from comity.safeguards.rules import TABLE
from comity.values.actor import Role
from comity.web.signin.adapters import passkey_host
from comity.web.vocabulary import PURPOSES

PURPOSE = "purpose"
DEFAULT_PURPOSE = "casework"
Words = str | Promise

ROOMS: tuple[tuple[Words, tuple[tuple[str, Words, Permission], ...]], ...] = (
    (
        "",
        (
            ("needs", _("What needs me"), Permission.NEEDS_READ),
            ("dossiers", _("Dossiers"), Permission.DOSSIER_READ),
            ("inbox", _("Inbox"), Permission.INBOX_READ),
            ("evidence", _("Evidence"), Permission.ITEM_READ),
            ("post_book", _("Post book"), Permission.LETTER_RECORD),
        ),
    ),
    (
        _("Look up"),
        (
            ("law", _("The law"), Permission.LAW_ASK),
            ("partners", _("Partners"), Permission.PARTNERS_READ),
        ),
    ),
    (
        _("The house"),
        (
            ("ledger", _("Ledger"), Permission.LEDGER_READ),
            ("exchange", _("Exchange"), Permission.EXCHANGE_READ),
            ("vault", _("Vault"), Permission.VAULT_READ),
            ("assurance", _("What must hold"), Permission.ASSURANCE_READ),
            ("officers", _("Officers"), Permission.OFFICERS_READ),
        ),
    ),
)
"""The rail: address name, word, and the permission without which the room is not shown."""


@dataclass(frozen=True, slots=True)
class Room:
    href: str
    label: Words
    here: bool
    count: int | None = None


@dataclass(frozen=True, slots=True)
class Group:
    title: Words
    rooms: tuple[Room, ...]


class House:
    """Read lazily, so that a fragment or a file costs nothing of it."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request
        self.counts: dict[str, int] = {}

    @cached_property
    def passkeys_here(self) -> bool:
        """Whether a browser can hold a passkey for this site as it was asked for."""
        return bool(passkey_host(self._request))

    @cached_property
    def exercise(self) -> bool:
        return settings.COMITY.exercise

    @cached_property
    def _office(self) -> object | None:
        return getattr(self._request.user, "office", None)

    @cached_property
    def authority(self) -> str:
        return str(getattr(self._office, "authority_id", ""))

    @cached_property
    def state(self) -> str:
        return self.authority[:2]

    @cached_property
    def authority_name(self) -> str:
        return authorities.name_of(self.authority, get_language() or "en") if self.authority else ""

    @cached_property
    def office_name(self) -> str:
        names = getattr(self._office, "names", None) or {}
        return str(names.get((get_language() or "en")[:2]) or next(iter(names.values()), ""))

    @cached_property
    def officer_name(self) -> str:
        user = self._request.user
        return (user.get_full_name() or user.get_username()) if user.is_authenticated else ""

    @cached_property
    def roles(self) -> list[str]:
        return list(getattr(self._request.user, "roles", []))

    @cached_property
    def node_title(self) -> str:
        """The names of the authorities of this node, for those who are not signed in yet."""
        language = get_language() or "en"
        named = (authorities.row_name(row, language) for row in authorities.local_authorities())
        return " · ".join(named) or "Comity"

    @property
    def purpose(self) -> str:
        return str(self._request.session.get(PURPOSE, DEFAULT_PURPOSE))

    @property
    def purposes(self) -> list[tuple[str, Words]]:
        return list(PURPOSES.items())

    def may(self, permission: Permission) -> bool:
        """Whether one of the officer's roles is among those of the rule; the relation is asked at the row itself."""
        known = {role.value for role in Role}
        return bool({Role(role) for role in self.roles if role in known} & TABLE[permission].roles)

    @property
    def rooms(self) -> Iterator[Group]:
        here = self._request.path
        for title, rooms in ROOMS:
            shown = tuple(
                Room(
                    address,
                    label,
                    address == here or (address != "/" and here.startswith(address)),
                    self.counts.get(name),
                )
                for name, label, permission in rooms
                if self.may(permission)
                for address in (reverse(name),)
            )
            if shown:
                yield Group(title, shown)
