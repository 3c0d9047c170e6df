"""The nine deeds of the crash sweep and their judges: done once or not at all, and what was acknowledged is there."""

import io
import json
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

from soak.crash_stage import THEM, US, Loop, Scene, opened

Told = Any
"""What a deed acknowledged: anything JSON can carry; None where the process never came to say so."""


@dataclass(frozen=True)
class Deed:
    """One operation of the node, what must hold after a crash in it, and once it was done again."""

    name: str
    act: Callable[[Scene, int], Told]
    """Do it; the number of the attempt moves the clock. Done again after it was done, it changes nothing."""
    judge: Callable[[Scene, Told], Iterator[str]]
    """Right after the restart: what was acknowledged is there, and nothing twice."""
    done: Callable[[Scene, Told], Iterator[str]]
    """After it was done again: it is there, once."""
    passing: frozenset[str] = field(default_factory=frozenset)
    """Checks of the doctor that may name a fault until the deed is done again."""


def _posted(scene: Scene) -> Any:
    from comity.exchange.models import StoredMessage

    return StoredMessage.objects.get(holder=US, direction="out", dossier=scene.notes["waiting"])


def _entries(authority: str, event: str, subject: str) -> int:
    from comity.safeguards.models import LedgerEntry

    return LedgerEntry.objects.filter(authority=authority, event=event, subject=subject).count()


# -- send: what waits in the outbox goes to its partner


class _Partner:
    """A partner that answers every envelope with its signed receipt."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene

    def deliver(self, _partner: Any, _envelope: bytes) -> bytes:
        from comity.exchange.receipt import Receipt, ReceiptKind, sign_receipt

        row = _posted(self.scene)
        given = Receipt(
            kind=ReceiptKind.DELIVERY, message_id=row.message_id, digest=row.digest, sender=US, recipient=THEM,
            at=self.scene.at,
        )  # fmt: skip
        return sign_receipt(given, self.scene.keys.signer(THEM))


def _send(scene: Scene, attempt: int) -> Told:
    from comity.exchange.actions import send_due
    from comity.exchange.models import Outbox

    send_due(scene.act(later=attempt * 90), keys=scene.keys, transport=_Partner(scene))
    return list(Outbox.objects.filter(state="delivered").values_list("message__digest", flat=True))


def _sent(scene: Scene, told: Told, *, finished: bool) -> Iterator[str]:
    from comity.exchange.models import Outbox, StoredReceipt

    row = _posted(scene)
    state = Outbox.objects.get(message=row).state
    receipts = StoredReceipt.objects.filter(message=row, kind="delivery").count()
    entered = _entries(US, "exchange:message:delivered", scene.notes["waiting"])
    if not receipts == entered == (state == "delivered"):
        yield f"sent: {state}, {receipts} receipts, {entered} ledger lines"
    if (finished or (told and row.digest in told)) and state != "delivered":
        yield f"sent: it is {state}"


# -- receive, and the receipt of what was taken in already


def _envelope(scene: Scene, dossier: str) -> bytes:
    from comity.exchange.envelope import seal_envelope
    from comity.exchange.queries import messages_of

    [view] = [one for one in messages_of(US, dossier) if one.direction == "out"]
    return seal_envelope(view.signed, {}, scene.keys.of(THEM).opening.public)


def _receive(note: str) -> Callable[[Scene, int], Told]:
    def act(scene: Scene, attempt: int) -> Told:
        line = Loop(scene, attempt)
        return line.deliver(None, _envelope(scene, scene.notes[note])).decode()

    return act


def _received(note: str) -> Callable[..., Iterator[str]]:
    def judge(scene: Scene, told: Told, *, finished: bool) -> Iterator[str]:
        from comity.exchange.models import StoredMessage, StoredReceipt
        from comity.requests.models import Dossier

        dossier = scene.notes[note]
        messages = StoredMessage.objects.filter(holder=THEM, dossier=dossier).count()
        rows = Dossier.objects.filter(holder=THEM, reference=dossier).count()
        entered = _entries(THEM, "exchange:message:received", dossier)
        if not messages == rows == entered:
            yield f"received: {messages} messages, {rows} dossiers, {entered} ledger lines"
        given = [
            bytes(row.data).decode()
            for row in StoredReceipt.objects.filter(message__holder=THEM, message__dossier=dossier)
        ]
        if told is not None and given != [told]:
            yield f"received: a receipt was given, and {len(given)} are held, not the same"
        if finished and (messages, len(given)) != (1, 1):
            yield f"received: {messages} messages and {len(given)} receipts in the end"

    return judge


# -- intake: a file is sealed into the vault and recorded with its custody


def _bytes(scene: Scene) -> bytes:
    size = (3 << 20) + 77 if scene.seed % 3 == 0 else (5000, 1 << 20)[scene.seed % 3 - 1]
    return (sha256(str(scene.seed).encode()).digest() * (size // 32 + 1))[:size]


def _taken(scene: Scene) -> list[Any]:
    from comity.evidence.models import Item

    return list(Item.objects.filter(holder=THEM, dossier=scene.notes["executed"]))


def _take_in(scene: Scene, attempt: int) -> Told:
    from comity.evidence.actions import take_in

    if not _taken(scene):
        take_in(
            scene.officer(THEM, later=attempt), dossier=scene.notes["executed"], authority=THEM,
            file=io.BytesIO(_bytes(scene)), name="a.bin", title="Item", keys=scene.keys, vault=scene.vault(),
            seizure={"on": "2027-01-05", "place": "Here", "by": "Office"},
        )  # fmt: skip
    return sha256(_bytes(scene)).hexdigest()


def _kept(scene: Scene, told: Told, *, finished: bool) -> Iterator[str]:
    from comity.store.actions import sweep
    from comity.store.models import SealedBlob
    from comity.store.queries import content_bytes

    items, vault = _taken(scene), scene.vault()
    if len(items) > 1 or ((told or finished) and len(items) != 1):
        yield f"intake: {len(items)} items"
    for item in items:
        if content_bytes(item.digest, keys=scene.keys, vault=vault) != _bytes(scene):
            yield "intake: other content than was handed over"
        if _entries(THEM, "evidence:item:taken-in", item.reference) > 1:
            yield "intake: two ledger lines"
    if finished:
        sweep(vault, older_than=scene.at + timedelta(days=4000))
        names = set(SealedBlob.objects.values_list("name", flat=True))
        if set(vault.names()) != names or list((vault.root / "staging").iterdir()):
            yield "intake: the sweep left what no row points to, or took what one does"


# -- release: approved by another person, then written out


def _release(scene: Scene, attempt: int) -> Told:
    from comity.evidence.actions import approve_release, export_bundle
    from comity.evidence.models import Release

    reference = scene.notes["release"]
    act = scene.officer(US, "second officer", later=attempt)
    if Release.objects.get(reference=reference).state == "proposed":
        approve_release(act, reference, digest=scene.notes["release_digest"], keys=scene.keys)
    out = scene.folder / f"bundle-{attempt}"
    export_bundle(act, reference, out, keys=scene.keys, vault=scene.vault())
    return out.name


def _released(scene: Scene, told: Told, *, finished: bool) -> Iterator[str]:
    from comity.evidence.models import Custody, Release
    from comity.evidence.verification import verify_bundle

    row = Release.objects.get(reference=scene.notes["release"])
    approved = _entries(US, "evidence:release:approved", row.reference)
    events = Custody.objects.filter(item__holder=US, item__reference__in=row.selection, type="released").count()
    if approved > 1 or events != approved * len(row.selection):
        yield f"release: {approved} approvals, {events} custody events"
    if (row.state == "proposed") != (approved == 0) or ((told or finished) and row.state != "exported"):
        yield f"release: it is {row.state}"
    if told:
        report = verify_bundle(scene.folder / told)
        if not report.holds:
            yield "release: the bundle that was handed out does not verify"


# -- rotation: keyring, directory, notices


def _rotate(scene: Scene, attempt: int) -> Told:
    from comity.authorities.models import EndedKey
    from comity.cli.rotation import rotate_keys

    node = opened(scene.folder)
    if EndedKey.objects.exists() and node.keys().of(US).retiring is None:
        return node.keys().signer(US).public.fingerprint
    return rotate_keys(node, US, scene.at + timedelta(minutes=attempt), reason="exercise")


def _rotated(scene: Scene, told: Told, *, finished: bool) -> Iterator[str]:
    from comity.authorities.models import EndedKey
    from comity.authorities.queries import partner

    keys, ended = opened(scene.folder).keys(), EndedKey.objects.filter(authority=US).count()
    known, held = partner(US).verifying_key, keys.of(US)
    if known not in {held.signing.public, held.retiring.public if held.retiring else None}:
        yield "rotation: the keyring holds no key that partners know"
    if ended > 1 or ((told or finished) and (ended != 1 or held.retiring is not None or held.signing.public != known)):
        yield f"rotation: {ended} keys ended; retiring is {'there' if held.retiring else 'gone'}"
    if told and known.fingerprint != told:
        yield "rotation: another key than the one that was told"


# -- ledger: an act and waiting reads enter the tree


def _append(scene: Scene, attempt: int) -> Told:
    from django.db import transaction

    from comity.safeguards.actions import enter, enter_read, sequence_reads

    act = scene.act(later=attempt)
    if not _entries(US, "soak:act:done", "crash"):
        with transaction.atomic():
            enter(act, "soak:act:done", "crash", authority=US)
    for number in range(3):
        enter_read(act, f"crash-{attempt}-{number}", authority=US, event="soak:page:read")
    sequence_reads(act, authority=US)
    return attempt


def _appended(_scene: Scene, told: Told, *, finished: bool) -> Iterator[str]:
    from comity.safeguards.models import LedgerEntry, LedgerRead

    acts = _entries(US, "soak:act:done", "crash")
    if acts > 1 or ((told is not None or finished) and acts != 1):
        yield f"ledger: the act stands {acts} times"
    reads = [row.subject for row in LedgerEntry.objects.filter(authority=US, event="soak:page:read")]
    reads += LedgerRead.objects.filter(event="soak:page:read").values_list("subject", flat=True)
    if len(reads) != len(set(reads)):
        yield "ledger: a read stands twice"
    if told is not None and not {f"crash-{told}-{number}" for number in range(3)} <= set(reads):
        yield "ledger: a read that was entered is gone"


# -- migration: the database of an earlier release is brought to this one


def older(scene: Scene) -> None:
    """Bring the scene's database back to the first changes of our rooms; what they know stays."""
    from django.apps import apps
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.loader import MigrationLoader

    ours = {one.label for one in apps.get_app_configs() if one.name.startswith("comity.")}
    known = sorted(MigrationLoader(connection).disk_migrations)
    for app in sorted(ours & {app for app, _ in known}):
        first = next(name for label, name in known if label == app)
        call_command("migrate", app, first, interactive=False, verbosity=0)
    scene.notes["rows"] = counts(first_tables())


def first_tables() -> list[str]:
    """The tables of our rooms as the database has them now."""
    from django.db import connection

    rooms = ("safeguards_", "store_", "authorities_", "exchange_", "evidence_", "gazette_", "requests_")
    return [name for name in connection.introspection.table_names() if name.startswith(rooms)]


def counts(tables: list[str]) -> dict[str, int]:
    from django.db import connection

    with connection.cursor() as cursor:
        found = {}
        for table in tables:
            cursor.execute(f'SELECT COUNT(*) FROM "{table}"')  # noqa: S608 - names of our own tables
            found[table] = cursor.fetchone()[0]
    return found


def _upgrade(_scene: Scene, _attempt: int) -> Told:
    from comity.cli.upgrading import upgrade_database

    upgrade_database()
    return True


def _upgraded(scene: Scene, told: Told, *, finished: bool) -> Iterator[str]:
    from comity.cli.upgrading import changes_waiting

    kept = counts(list(scene.notes["rows"]))
    lost = {table: (count, kept[table]) for table, count in scene.notes["rows"].items() if kept[table] != count}
    if lost:
        yield f"migration: rows differ in {lost}"
    if (told or finished) and changes_waiting():
        yield f"migration: {len(changes_waiting())} changes wait"


# -- backup


def _backup(scene: Scene, attempt: int) -> Told:
    from comity.cli.backups import write_backup

    out = scene.folder.with_name(scene.folder.name + f".backup-{attempt}")
    write_backup(scene.folder, out, scene.chance(attempt))
    return out.name


def _backed_up(scene: Scene, told: Told, *, finished: bool) -> Iterator[str]:
    from comity.cli.backups import read_backup

    for out in sorted(scene.folder.parent.glob(f"{scene.folder.name}.backup-*")):
        if out.suffix == ".partial" or out.name.endswith(".partial"):
            continue
        again = out.with_name(out.name + ".again")
        passphrase = (scene.folder / "passphrase").read_text().strip()
        try:
            read_backup(out, again, passphrase)
            if (again / "keys.comity").read_bytes() != (scene.folder / "keys.comity").read_bytes():
                yield "backup: another keyring"
        except Exception as error:  # noqa: BLE001 - whatever it is, the backup does not open
            yield f"backup: it does not open: {error}"
        finally:
            shutil.rmtree(again, ignore_errors=True)
    if told and not (scene.folder.parent / told).is_file():
        yield "backup: it was acknowledged and is not there"
    if finished:
        for left in scene.folder.parent.glob(f"{scene.folder.name}.backup-*"):
            left.unlink()


def _deed(name: str, act: Callable[[Scene, int], Told], judge: Callable[..., Iterator[str]], *passing: str) -> Deed:
    def before(scene: Scene, told: Told) -> Iterator[str]:
        return judge(scene, told, finished=False)

    def after(scene: Scene, told: Told) -> Iterator[str]:
        return judge(scene, told, finished=True)

    return Deed(name, act, before, after, frozenset(passing))


DEEDS: Mapping[str, Deed] = {
    one.name: one
    for one in (
        _deed("send", _send, _sent),
        _deed("receive", _receive("waiting"), _received("waiting")),
        _deed("receipt", _receive("unreceipted"), _received("unreceipted")),
        _deed("intake", _take_in, _kept),
        _deed("release", _release, _released),
        _deed("rotation", _rotate, _rotated, "keys"),
        _deed("ledger", _append, _appended),
        _deed("migration", _upgrade, _upgraded, "migrations", "unexamined"),
        _deed("backup", _backup, _backed_up),
    )
}


def said(told: Told) -> str:
    return json.dumps(told)


def folder_of(place: Path, name: str) -> Path:
    return place / f"case-{name}"
