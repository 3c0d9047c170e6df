"""The continuity pack: made nightly, sealed, kept on other storage, so that it is at hand when the ledger is not."""

import os
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from django.db import transaction

from comity.authorities.queries import local_authorities, partners
from comity.documents.continuity import PACK, compose_pack
from comity.documents.typesetting import typeset
from comity.requests.papers import first_printed
from comity.requests.queries.liberty import contacts, pack_content
from comity.safeguards.actions import enter
from comity.safeguards.continuity import pack_name, seal_pack, superseded
from comity.seals.keys import SealingKey
from comity.values.actor import Act
from comity.values.errors import UnavailableError


@dataclass(frozen=True)
class Continuity:
    """Where the packs lie, and to whose key they are sealed."""

    folder: Path
    recipient: SealingKey


@dataclass(frozen=True, slots=True)
class Packed:
    authority: str
    path: Path
    clocks: int


def pack_all(act: Act, kept: Continuity, *, exercise: bool) -> list[Packed]:
    """A pack of each of our authorities: each knows only its own dossiers."""
    return [pack_continuity(act, row.code, row.languages, kept, exercise=exercise) for row in local_authorities()]


@transaction.atomic
def pack_continuity(act: Act, authority: str, languages: list[str], kept: Continuity, *, exercise: bool) -> Packed:
    """Set, seal and keep one authority's pack, and enter it; older packs than the last few are removed.

    Without a ledger that takes the line there is no new pack, and the last ones stay.
    """
    language = first_printed(languages)
    content = pack_content(authority, (row.code for row in partners()), act.at)
    [own] = contacts([authority])
    context = {
        "exercise": exercise,
        "handling": "H2",
        "sender": {"state": authority[:2], "name": own["name"], "lines": own["lines"]},
        "date": act.at.date().isoformat(),
    }
    pdf = typeset(PACK, compose_pack(content, context, language), language, at=act.at)
    data = seal_pack(pdf, authority, act.at, kept.recipient)
    facts = {"clocks": len(content["clocks"]), "digest": sha256(data).hexdigest()}
    enter(act, "requests:continuity:packed", f"{authority}:continuity", authority=authority, facts=facts)
    path = _keep(kept.folder / pack_name(authority, act.at), data)
    for name in superseded([one.name for one in kept.folder.iterdir()], authority):
        with suppress(OSError):
            (kept.folder / name).unlink()
    return Packed(authority, path, len(content["clocks"]))


def _keep(path: Path, data: bytes) -> Path:
    """The file whole and durable under its name, or not at all."""
    fresh = path.with_name(f".{path.name}.new")
    try:
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as sink:
            sink.write(data)
            sink.flush()
            os.fsync(sink.fileno())
        fresh.replace(path)
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except OSError as error:
        raise UnavailableError(
            f"The continuity pack cannot be kept in {path.parent}: {error.strerror}. The last ones stay.",
            code="continuity:folder",
            place=str(path.parent),
            next_step="Mount its storage, or name another folder as glass.packs in node.json.",
        ) from error
    return path
