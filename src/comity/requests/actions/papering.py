"""Keeping and attaching documents: into the vault before the act's transaction, entered and offered within it."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from io import BytesIO

from comity.authorities.keyring import Keyring
from comity.evidence.actions import offer_content
from comity.exchange.message import Attachment
from comity.requests.actions.shape import Cargo, Opened
from comity.requests.models import Document, Dossier
from comity.requests.papers import Paper, sealed
from comity.requests.queries.access import partner_of
from comity.store.actions import Sealed, enter_content, sealed_content
from comity.store.vault import Vault
from comity.values.actor import Act


@dataclass(frozen=True)
class Shelved:
    """A document that lies in the vault, waiting to be entered in the act's transaction."""

    paper: Paper
    kept: Sealed
    unsigned: str = ""
    sealed_by: str = ""

    @property
    def digest(self) -> str:
        return self.kept.kept.digest


@contextmanager
def shelved(act: Act, papers: Sequence[Paper], *, vault: Vault) -> Iterator[list[Shelved]]:
    """Put papers into the vault for the length of the act; what is not entered is removed again."""
    with ExitStack() as stack:
        yield [
            Shelved(one, stack.enter_context(sealed_content(BytesIO(one.pdf), vault=vault, chance=act.chance)))
            for one in papers
        ]


@contextmanager
def sealed_papers(
    act: Act, papers: Sequence[tuple[Paper, str]], *, office: str, keys: Keyring, vault: Vault, reason: str
) -> Iterator[list[Shelved]]:
    """Seal papers with an office's seal and put them into the vault; each comes with its unsigned digest."""
    with ExitStack() as stack:
        done = []
        for one, unsigned in papers:
            pdf = sealed(one.pdf, keys.office_seal(office), reason=reason, at=act.at)
            kept = stack.enter_context(sealed_content(BytesIO(pdf), vault=vault, chance=act.chance))
            done.append(Shelved(Paper(one.kind, one.language, one.name, pdf), kept, unsigned, office))
        yield done


def enter_papers(act: Act, row: Dossier, shelf: Sequence[Shelved], *, keys: Keyring) -> None:
    """Enter shelved documents in the dossier, in the act's transaction."""
    for one in shelf:
        enter_content(one.kept, keys=keys, at=act.at)
        Document.objects.get_or_create(
            dossier=row,
            digest=one.digest,
            defaults={
                "unsigned": one.unsigned,
                "kind": one.paper.kind,
                "language": one.paper.language,
                "name": one.paper.name,
                "size": one.kept.kept.size,
                "sealed_by": one.sealed_by,
                "seal_state": "valid" if one.sealed_by else "",
                "at": act.at,
            },
        )


def cargo_of(act: Act, found: Opened, shelf: Sequence[Shelved], *, keys: Keyring) -> Cargo:
    """Attach documents to the next message and let the partner pull them."""
    digests = [one.digest for one in shelf]
    row = found.row
    content_keys = (
        offer_content(act, digests, holder=row.holder, recipient=partner_of(row), dossier=row.reference, keys=keys)
        if row.partner_has_node
        else {}
    )
    return Cargo(
        tuple(Attachment(one.digest, one.kept.kept.size, one.paper.name, "application/pdf") for one in shelf),
        content_keys,
    )


def travelled(row: Dossier, shelf: Sequence[Shelved], message: str) -> None:
    """Note with which message documents left."""
    Document.objects.filter(dossier=row, digest__in=[one.digest for one in shelf]).update(message=message)
