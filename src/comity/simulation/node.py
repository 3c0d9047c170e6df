"""One simulated node: an authority with its keys, its own database, and a clock that may lie."""

from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from django.db import connection

from comity.authorities.actions import add_partner, establish_authority
from comity.authorities.card import Card
from comity.authorities.competence import Competence
from comity.authorities.keyring import AuthorityKeys, Keyring
from comity.exchange.actions import Receiver, receive
from comity.exchange.message import SignedMessage
from comity.seals.keys import OpeningKey
from comity.simulation.chance import Chance
from comity.simulation.database import CrashError, acting, new_database
from comity.simulation.double import Cryptography, Real
from comity.simulation.faults import Fault
from comity.store.local import LocalVault
from comity.store.vault import Vault
from comity.values.actor import Act, job


class SimulatedNode:
    """Everything one node is: what it keeps is in its database and keyring, as in a real one."""

    def __init__(
        self,
        code: str,
        chance: Chance,
        receivers: Mapping[str, Receiver],
        skew: timedelta,
        cryptography: Cryptography | None = None,
    ) -> None:
        self.code = code
        self.chance = chance
        self.skew = skew
        self.database = new_database()
        seeds = chance.stream("keys")
        self.held = keys_from(seeds, cryptography)
        self.keys = Keyring(seeds(32), {code: self.held}, b"", b"", seeds.stream("wrap"))
        self._disk: TemporaryDirectory[str] | None = None
        self.torn: Callable[[int], int | None] = lambda _length: None
        """How much of a write to the vault is done when its process dies over it; None where it does not die."""
        self.receivers = {kind: counted(code, receiver) for kind, receiver in receivers.items()}

    def acting(self) -> AbstractContextManager[None]:
        return acting(self.database)

    @property
    def vault(self) -> Vault:
        """The node's evidence, on a disk of its own that `close` takes away."""
        if self._disk is None:
            self._disk = TemporaryDirectory(prefix="comity-simulation-")
        return TornVault(Path(self._disk.name), self.torn)

    def close(self) -> None:
        if self._disk is not None:
            self._disk.cleanup()
            self._disk = None

    def clock(self, now: datetime) -> datetime:
        return now + self.skew

    def act(self, now: datetime, purpose: str = "exchange") -> Act:
        return Act(job("simulation", self.code), self.clock(now), purpose, self.chance)

    def card(self) -> Card:
        """What the node's partners are given of it."""
        return card_of(self.code, self.held)

    def meet(self, cards: Iterable[Card], now: datetime) -> None:
        """Establish the node's own authority and write its partners into its directory, as its operator would."""
        operator = self.act(now, "set-up").by(job("operator", self.code))
        with self.acting():
            establish_authority(
                operator,
                code=self.code,
                names={"en": self.code},
                competences=(Competence.CENTRAL,),
                languages=("en",),
                endpoint=f"https://{self.code.lower()}.test",
                contact={},
                keys=self.keys,
            )
            for card in cards:
                if card.code != self.code:
                    add_partner(operator, card=card, fingerprint=card.verifying_key.fingerprint)

    def receive(self, envelope: bytes, now: datetime) -> bytes:
        """What the exchange port does with an envelope that arrives at this node."""
        with self.acting():
            return receive(envelope, at=self.clock(now), chance=self.chance, keys=self.keys, receivers=self.receivers)

    def restart(self) -> None:
        """The process died and a new one starts: what was committed is all there is."""
        self.database.restart()


class TornVault(LocalVault):
    """A disk on which a process can die in the middle of a write: what it wrote so far lies there."""

    def __init__(self, root: Path, torn: Callable[[int], int | None]) -> None:
        super().__init__(root, reserve=0)
        self._torn = torn

    def append(self, partial: str, offset: int, sealed: bytes) -> int:
        length = self._torn(len(sealed))
        if length is None:
            return super().append(partial, offset, sealed)
        super().append(partial, offset, sealed[:length])
        raise CrashError(Fault.TORN_WRITE)


def card_of(code: str, held: AuthorityKeys) -> Card:
    return Card(
        code=code,
        state=code[:2],
        names={"en": code},
        competences=(Competence.CENTRAL.value,),
        languages=("en",),
        endpoint=f"https://{code.lower()}.test",
        verifying_key=held.signing.public,
        sealing_key=held.opening.public,
        tls_certificate="",
        contact={},
    )


def keys_from(chance: Chance, cryptography: Cryptography | None = None) -> AuthorityKeys:
    """An authority's keys from seeded bytes; the office's document seal plays no part in a simulation."""
    signing = (cryptography or Real()).signing_key(chance(32), chance(32))
    return AuthorityKeys(signing, OpeningKey.from_bytes(chance(96)), b"", b"")


def counted(holder: str, receiver: Receiver) -> Receiver:
    """A receiver whose every effect leaves one row, in the same transaction, with nothing that hides a second one."""

    def effect(act: Act, signed: SignedMessage, content_keys: Mapping[str, bytes], keys: Keyring) -> None:
        receiver(act, signed, content_keys, keys)
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO simulation_effect (holder, digest) VALUES (%s, %s)", [holder, signed.digest])

    return effect
